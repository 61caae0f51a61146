"""Boards: the groups and channels that the town may write into, and which of them the weekly update is posted in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, update

from storage.sql import bindparam, insert, select
from storage.tables import Account, Board, table_of
from storage.unit import Unit

boards, accounts = table_of(Board), table_of(Account)

GROUP, CHANNEL = "group", "channel"


class BoardRow(NamedTuple):
    """A board as it is now. `title` is "" while it is not known; `updates`: the weekly update is posted there.

    `gone_at`: the town was put out of it; `reachable`: the last thing that was sent there arrived, as far as we know.
    """

    account_id: int
    title: str
    kind: str
    updates: bool
    added_at: datetime
    switched_at: datetime | None
    gone_at: datetime | None
    reachable: bool


_one = select(*(boards.c[name] for name in BoardRow._fields[:-1]), accounts.c.reachable).join(
    accounts, accounts.c.id == boards.c.account_id
)
_by_id = _one.where(boards.c.account_id == bindparam("account_id"))
_there = _one.where(boards.c.gone_at.is_(None)).order_by(
    boards.c.updates.desc(), func.lower(boards.c.title), boards.c.account_id
)
_posting = (
    select(boards.c.account_id)
    .join(accounts, accounts.c.id == boards.c.account_id)
    .where(boards.c.updates, boards.c.gone_at.is_(None), accounts.c.reachable)
    .order_by(boards.c.account_id)
)
_posting_held = _posting.with_for_update(read=True, of=boards)
_added_since = select(func.count()).where(boards.c.added_at > bindparam("since"))
_new = insert(boards)
_keep = _new.on_conflict_do_update(
    index_elements=["account_id"],
    set_={"title": _new.excluded.title, "kind": _new.excluded.kind, "gone_at": None},
)
_heard = _new.on_conflict_do_update(index_elements=["account_id"], set_={"title": _new.excluded.title})
_this = boards.c.account_id == bindparam("b_id")
_gone = update(boards).where(_this, boards.c.gone_at.is_(None)).values(gone_at=bindparam("b_now"))
_switch = (
    update(boards)
    .where(_this, boards.c.gone_at.is_(None))
    .values(updates=bindparam("b_on"), switched_by=bindparam("b_by"), switched_at=bindparam("b_now"))
)
_forget = delete(boards).where(_this)
_hand_over = update(boards).where(_this).values(account_id=bindparam("b_to"))
_returned = update(boards).where(_this).values(gone_at=None)


async def get(unit: Unit, account_id: int) -> BoardRow | None:
    """A board, also one that the town was put out of."""
    row = await unit.first(_by_id, account_id=account_id)
    return None if row is None else BoardRow(*row)


async def there(unit: Unit) -> list[BoardRow]:
    """The boards that the town can write into, those that are posted in first."""
    return [BoardRow(*row) for row in await unit.rows(_there)]


async def posting(unit: Unit) -> list[int]:
    """The accounts of the boards that the weekly update is posted in; whoever switches one of them waits for this."""
    return [row.account_id for row in await unit.rows(_posting if unit.is_sqlite else _posting_held)]


async def added_since(unit: Unit, since: datetime) -> int:
    """How many boards are new since a moment."""
    return int(await unit.value(_added_since, since=since))


async def keep(unit: Unit, account_id: int, *, title: str, kind: str, now: datetime) -> None:
    """Write down that the town is in a group or channel. One that it has come back to is posted in as before."""
    await unit.execute(_keep, _row(account_id, title, kind, now))


async def heard(unit: Unit, account_id: int, *, title: str, now: datetime) -> None:
    """Write down what a group is called that has something to say; one that was taken off the list stays off it."""
    await unit.execute(_heard, _row(account_id, title, GROUP, now))


def _row(account_id: int, title: str, kind: str, now: datetime) -> dict[str, object]:
    return {"account_id": account_id, "title": title, "kind": kind, "updates": False, "added_at": now}


async def gone(unit: Unit, account_id: int, *, now: datetime) -> bool:
    """Write down that the town is not in a board any more; says whether it was."""
    return await unit.run(_gone, b_id=account_id, b_now=now) == 1


async def switch(unit: Unit, account_id: int, *, on: bool, by: int, now: datetime) -> bool:
    """Post the weekly update in a board from now on, or no more; says whether the town is in it."""
    return await unit.run(_switch, b_id=account_id, b_on=on, b_by=by, b_now=now) == 1


async def hand_over(unit: Unit, account_id: int, *, to: int) -> None:
    """A chat was known by two accounts: what was said of it for one of them holds for the one that is kept.

    Where both have a board, the one that is kept stays as it was, whatever the other was said to be.
    """
    if await get(unit, to) is not None:
        await unit.run(_forget, b_id=account_id)
    else:
        await unit.run(_hand_over, b_id=account_id, b_to=to)


async def back_again(unit: Unit, account_id: int) -> None:
    """A chat whose board this is, if any, is there under a new address."""
    await unit.run(_returned, b_id=account_id)
