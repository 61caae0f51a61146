"""The inbox: each update has its effects exactly once.

`open_update` gives, in one statement, the account an update came from, its resident, the town's settings, and the
replies of an earlier delivery of the same update. `close_update` writes what must be known next time, in the same
transaction as the update's effects; its primary key lets one of two simultaneous deliveries commit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, case, delete, func, true, update

from storage.addresses import new_account
from storage.coming_back import send_again
from storage.lease import RESIDENTS
from storage.sql import bindparam, insert, select
from storage.tables import Account, Inbox, Resident, Town, table_of
from storage.unit import Unit

KEPT = timedelta(days=8)  # WhatsApp repeats for 7 days; Telegram may restart its numbers after a week without updates

accounts, residents, inbox, town = (table_of(model) for model in (Account, Resident, Inbox, Town))


class Opened(NamedTuple):
    """An account as its update finds it. `replies` is None for an update that was not handled before.

    `resident_id`, with `name` and `resident_state`, is who speaks: the account's own resident, `owner_id`, unless
    somebody else was chosen (`storage.queries.speakers`).
    """

    account_id: int
    resident_id: int | None
    owner_id: int | None
    shared: bool
    heard_at: datetime | None
    phone: str | None
    language: str
    state: str | None
    data: str
    reachable: bool
    name: str | None
    resident_state: str | None
    settings: str
    replies: str | None


_speaker = func.coalesce(accounts.c.speaking_id, accounts.c.resident_id)
_open = (
    select(
        accounts.c.id,
        _speaker.label("resident_id"),
        accounts.c.resident_id.label("owner_id"),
        accounts.c.shared,
        accounts.c.heard_at,
        accounts.c.phone,
        accounts.c.language,
        accounts.c.state,
        accounts.c.data,
        accounts.c.reachable,
        residents.c.name,
        residents.c.state.label("resident_state"),
        town.c.settings,
        inbox.c.replies,
    )
    .select_from(
        accounts.outerjoin(residents, residents.c.id == _speaker)
        .outerjoin(inbox, and_(inbox.c.channel == bindparam("channel"), inbox.c.key == bindparam("key")))
        .join(town, true())
    )
    .where(accounts.c.channel == bindparam("channel"), accounts.c.address == bindparam("address"))
)
_lock_resident = case((_speaker.is_not(None), func.pg_advisory_xact_lock(RESIDENTS, _speaker)))
_open_locked = _open.add_columns(_lock_resident).with_for_update(of=accounts)
_make_account = insert(accounts).on_conflict_do_nothing(index_elements=["channel", "address"])
_write_inbox = insert(inbox)
_write_heard = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_id"))
    .values(heard_at=bindparam("b_at"), phone=func.coalesce(bindparam("b_phone"), accounts.c.phone))
)
_write_state = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_id"))
    .values(state=bindparam("b_state"), data=bindparam("b_data"), language=bindparam("b_language"))
)
_latest = (
    select(inbox.c.replies, inbox.c.at).where(inbox.c.account_id == bindparam("account_id")).order_by(inbox.c.at.desc())
).limit(5)


async def open_update(unit: Unit, *, channel: str, address: str, key: str, language: str, now: datetime) -> Opened:
    """The account behind an update, made if it is new, locked for this transaction, and its resident with it.

    So one person's updates wait for each other, whichever of their accounts they come from.
    """
    statement = _open if unit.is_sqlite else _open_locked
    row = await unit.first(statement, channel=channel, address=address, key=key)
    if row is None:
        await unit.execute(
            _make_account,
            new_account(channel=channel, address=address, language=language, now=now),
        )
        row = await unit.first(statement, channel=channel, address=address, key=key)
    if row is None:
        raise LookupError("the town's own row is missing: migrations have not run")
    opened = Opened(*row[: len(Opened._fields)])
    if opened.resident_id is not None and opened.resident_state is None:  # while it waited, it became another's
        row = await unit.first(statement, channel=channel, address=address, key=key)
        opened = opened if row is None else Opened(*row[: len(Opened._fields)])
    unit.locked_resident = opened.resident_id
    return opened


async def state_before(unit: Unit, *, channel: str, address: str, key: str) -> str | None:
    """Where an account's conversation stands before an update: None too if that one was handled already."""
    row = await unit.first(_open, channel=channel, address=address, key=key)
    opened = None if row is None else Opened(*row)
    return None if opened is None or opened.replies is not None else opened.state


async def close_update(unit: Unit, *, channel: str, key: str, account_id: int, replies: str, now: datetime) -> None:
    """Remember an update with its replies. Raises IntegrityError when another delivery of it has just committed."""
    await unit.execute(
        _write_inbox, {"channel": channel, "key": key, "account_id": account_id, "replies": replies, "at": now}
    )


async def write_heard(unit: Unit, *, account_id: int, at: datetime, phone: str | None = None) -> None:
    """Write when an account's person last said something, and their number where the channel tells it."""
    await unit.execute(_write_heard, {"b_id": account_id, "b_at": at, "b_phone": phone})


async def write_state(unit: Unit, *, account_id: int, state: str | None, data: str, language: str) -> None:
    """Write where an account's conversation stands."""
    await unit.execute(_write_state, {"b_id": account_id, "b_state": state, "b_data": data, "b_language": language})


async def latest_replies(unit: Unit, account_id: int) -> list[tuple[str, datetime]]:
    """The last few replies an account was given, newest first: what somebody who types an answer is looking at."""
    return [(row.replies, row.at) for row in await unit.rows(_latest, account_id=account_id)]


async def prune(unit: Unit, now: datetime) -> int:
    """Forget updates that can no longer be delivered again."""
    return await unit.run(delete(inbox).where(inbox.c.at < now - KEPT))


_set_reachable = (
    update(accounts)
    .where(accounts.c.channel == bindparam("b_channel"), accounts.c.address == bindparam("b_address"))
    .values(reachable=bindparam("b_reachable"))
)


async def set_unreachable(unit: Unit, *, channel: str, address: str) -> None:
    """Mark an account that blocked the bot: nothing is sent to it until it comes back."""
    await unit.run(_set_reachable, b_channel=channel, b_address=address, b_reachable=False)


async def set_reachable(unit: Unit, *, channel: str, address: str, now: datetime) -> None:
    """Mark an account that came back; what did not reach its resident meanwhile goes out if it is of use yet."""
    await unit.run(_set_reachable, b_channel=channel, b_address=address, b_reachable=True)
    await send_again(unit, channel=channel, address=address, now=now)


async def set_language(unit: Unit, account_id: int, language: str) -> None:
    await unit.run(
        update(accounts).where(accounts.c.id == bindparam("b_id")).values(language=bindparam("b_language")),
        b_id=account_id,
        b_language=language,
    )
