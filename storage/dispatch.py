"""The delivery's side of the outbox: rows are taken, marked as they leave, settled, or put back.

waiting ──take──► sending ──settle──► sent, failed, dropped
   ▲                 │
   └────put back─────┘   (paused or dropped, where its broadcast was meanwhile)

Whoever holds, drops or withdraws many rows does so at the same time. On PostgreSQL nobody waits in a circle, because
all take their locks in the same order: accounts, broadcasts, rows. Taking skips rows that somebody else has locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, Update, case, or_, update

from storage.dispatch_locks import hold_accounts, hold_broadcasts
from storage.dispatch_rows import Back, End, Taken
from storage.outbox import (
    FATE,
    HELD,
    IN_FLIGHT,
    IN_INDEX,
    OUT_OF_REACH,
    TOPIC,
    TROUBLE,
    UNREACHED,
    WAITS_AGAIN,
    WITHDRAWN,
    accounts,
    outbox,
)
from storage.queries import statuses
from storage.reaching import reaches
from storage.recipients import Recipient, recipients
from storage.sql import bindparam, select
from storage.tables import BroadcastState, OutboxState
from storage.unit import Unit

__all__ = [
    "Back", "End", "Recipient", "Taken", "mark_in_flight", "put_back", "put_off", "recipients", "reclaim", "settle",
    "take",
]  # fmt: skip

LONGEST_DETAIL = 500

ALMOST_A_DAY = timedelta(hours=23)
"""Whoever was heard of since then has written after all, where a row is held until they do."""

MOST_COMEBACKS = 8
"""Tries after which a row is not sent anew because its resident came back while it was tried."""


async def take(unit: Unit, *, now: datetime, most: int, priorities: Collection[int]) -> list[Taken]:
    """Take the most pressing due rows of some priorities. Only who holds the delivery's lease calls this."""
    rows = await unit.rows(_take, b_now=now, most=most, priorities=sorted(priorities))
    return sorted((Taken(*row) for row in rows), key=lambda row: (row.priority, row.due_at, row.id))


async def mark_in_flight(unit: Unit, row_ids: Iterable[int]) -> None:
    """Note that rows are about to leave, so that after a crash it is known that they may have left."""
    await unit.execute(_mark, [{"b_id": row_id} for row_id in row_ids])


async def put_off(
    unit: Unit, taken: Collection[Taken], *, now: datetime, until: datetime, notices: Collection[str], most: int
) -> int:
    """Let what was taken wait until later, and up to `most` other due rows like it: these notices and priorities.

    For many rows that fall due when nobody is to be written to: one by one they would be taken for nothing. Returns how
    many others there were.
    """
    await put_back(unit, [Back(row.id, until, row.detail, tried=False) for row in taken])
    return await unit.run(
        _put_off,
        b_now=now,
        b_until=until,
        most=most,
        priorities=sorted({row.priority for row in taken}),
        notices=sorted(notices),
    )


async def reclaim(unit: Unit, now: datetime | None = None) -> int:
    """Put back what a worker that is no more had taken. Returns how many rows there were.

    With `now` what waits because of the town's trouble is due again, too: who starts the town has mended it perhaps.
    """
    await hold_broadcasts(unit, outbox.c.state == OutboxState.SENDING, IN_INDEX)
    if now is not None:
        await unit.run(_mended, b_now=now)
    return await unit.run(_reclaim)


async def settle(unit: Unit, ends: Collection[End], backs: Collection[Back] = ()) -> None:
    """Write how deliveries ended, and let other rows wait again (as `put_back` does).

    A row that reached nobody is sent anew where its resident came back just now, before this could be written. What its
    channel told of a row before its end could be written is applied now.
    """
    failed = [end for end in ends if end.state == OutboxState.FAILED and end.detail in OUT_OF_REACH]
    unreached = {end.row_id: end.at for end in failed}
    used = [end.account_id for end in ends if end.account_id is not None]
    await hold_accounts(unit, used=used, unreached=unreached)
    told = [end.row_id for end in ends if end.is_told]
    if unreached or backs or told:
        await hold_broadcasts(unit, outbox.c.id.in_([*unreached, *told, *(back.row_id for back in backs)]))
    if ends:
        await unit.execute(_settle, [_end(end) for end in ends])
    if backs:
        await unit.execute(_put_back, [_back(back) for back in backs])
    for detail, came_back in ((UNREACHED, _came_back), (HELD, _wrote)):
        back = {end.row_id: end.at for end in failed if end.detail == detail}
        if back:
            now = max(back.values())
            since = {"b_heard": now - ALMOST_A_DAY} if detail == HELD else {}
            if await unit.run(came_back, b_ids=[*back], b_now=now, **since):
                unit.announce(TOPIC)
    if told:
        await statuses.apply(unit, told)


async def put_back(unit: Unit, backs: Collection[Back]) -> None:
    """Let rows wait again, unless they were settled: held where their broadcast is, dropped where it has ended."""
    await settle(unit, (), backs)


def _end(end: End) -> dict[str, Any]:
    return {
        "b_id": end.row_id,
        "b_state": end.state,
        "b_sent_at": end.at if end.state == OutboxState.SENT else None,
        "b_account": end.account_id,
        "b_reference": end.reference,
        "b_template": end.template,
        "b_detail": _fit(end.detail),
    }


def _back(back: Back) -> dict[str, Any]:
    return {
        "b_id": back.row_id,
        "b_due_at": back.due_at,
        "b_detail": _fit(back.detail),
        "b_uncounted": 0 if back.tried else 1,
    }


def _fit(detail: str) -> str:
    """A detail as any database takes it: it may hold the words of a server that answers anything."""
    return detail[:LONGEST_DETAIL].replace("\0", "").encode(errors="replace").decode()


_due = (
    select(outbox.c.id)
    .where(
        IN_INDEX,
        outbox.c.state == OutboxState.WAITING,
        outbox.c.priority.in_(bindparam("priorities", expanding=True)),
        outbox.c.due_at <= bindparam("b_now"),
    )
    .order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_take = (
    update(outbox)
    .where(outbox.c.id.in_(select(_due.c.id)))
    .values(state=OutboxState.SENDING, taken_at=bindparam("b_now"), attempts=outbox.c.attempts + 1)
    .returning(*(outbox.c[name] for name in Taken._fields))
)
_put_off = (
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(
                IN_INDEX,
                outbox.c.state == OutboxState.WAITING,
                outbox.c.priority.in_(bindparam("priorities", expanding=True)),
                outbox.c.due_at <= bindparam("b_now"),
                outbox.c.notice.in_(bindparam("notices", expanding=True)),
                or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > bindparam("b_now")),
            )
            .limit(bindparam("most"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(due_at=bindparam("b_until"))
)
_mark = update(outbox).where(outbox.c.id == bindparam("b_id")).values(detail=IN_FLIGHT)
# As `ENDED`, but no IN, which cannot be run for many rows at once.
_over = or_(FATE == BroadcastState.STOPPED, FATE == BroadcastState.CANCELLED)
_again = case((_over, OutboxState.DROPPED.value), else_=WAITS_AGAIN)
_reclaim = (
    update(outbox)
    .where(outbox.c.state == OutboxState.SENDING, IN_INDEX)
    .values(state=_again, detail=case((_over, WITHDRAWN), else_=outbox.c.detail))
)
_mended = (
    update(outbox)
    .where(outbox.c.state == OutboxState.WAITING, IN_INDEX, outbox.c.detail.startswith(TROUBLE, autoescape=True))
    .values(due_at=bindparam("b_now"))
)
_settle = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        sent_at=bindparam("b_sent_at"),
        account_id=bindparam("b_account"),
        reference=bindparam("b_reference"),
        template=bindparam("b_template"),
        detail=bindparam("b_detail"),
    )
)


def _sent_anew(*conditions: ColumnElement[bool]) -> Update:
    """Let rows wait again whose resident can be reached by now, at an account that meets the conditions."""
    can_be_reached = reaches(outbox.c.resident_id, outbox.c.group_id, *conditions)
    ids = outbox.c.id.in_(bindparam("b_ids", expanding=True))
    return (
        update(outbox)
        .where(ids, outbox.c.attempts < MOST_COMEBACKS, can_be_reached)
        .values(state=_again, due_at=bindparam("b_now"), detail=case((_over, WITHDRAWN), else_=""))
    )


_came_back = _sent_anew()
_wrote = _sent_anew(accounts.c.heard_at > bindparam("b_heard"))
_put_back = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"), outbox.c.state == OutboxState.SENDING)
    .values(
        state=_again,
        due_at=bindparam("b_due_at"),
        attempts=outbox.c.attempts - bindparam("b_uncounted"),
        detail=case((_over, WITHDRAWN), else_=bindparam("b_detail", type_=Text())),
    )
)
