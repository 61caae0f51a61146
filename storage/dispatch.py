"""The delivery's side of the outbox: rows are taken, marked as they leave, settled, or put back.

waiting ──take──► sending ──settle──► sent, failed, dropped
   ▲                 │
   └────put back─────┘   (paused or dropped, where its broadcast was meanwhile)

Whoever holds, drops or withdraws many rows does so at the same time. On PostgreSQL nobody waits in a circle, because
all take their locks in the same order: accounts, broadcasts, rows. Taking skips rows that somebody else has locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Text, case, cast, exists, null, or_, union_all, update

from storage.addresses import USED_AT, Address
from storage.dispatch_locks import hold_accounts, hold_broadcasts
from storage.outbox import (
    FATE,
    IN_FLIGHT,
    IN_INDEX,
    TOPIC,
    UNREACHED,
    WAITS_AGAIN,
    WITHDRAWN,
    accounts,
    outbox,
)
from storage.sql import bindparam, select
from storage.tables import BroadcastState, Mute, OutboxState, table_of
from storage.unit import Unit

mutes = table_of(Mute)
LONGEST_DETAIL = 500

MOST_COMEBACKS = 8
"""Tries after which a row is not sent anew because its resident came back while it was tried."""


class Taken(NamedTuple):
    """A row in the worker's hands; `fields` is JSON text. It is for a resident or, with `group_id`, for a group."""

    id: int
    resident_id: int | None
    group_id: int | None
    broadcast_id: int | None
    notice: str
    fields: str
    priority: int
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    detail: str

    @property
    def may_have_left(self) -> bool:
        """Whether a worker was stopped in the middle of sending this."""
        return self.detail == IN_FLIGHT


@dataclass(slots=True)
class Recipient:
    """Where a row may go: accounts that can be reached, the most recently used first; and the topics turned off."""

    addresses: list[Address] = field(default_factory=list)
    muted: set[str] = field(default_factory=set)


class End(NamedTuple):
    """How the delivery of a row ended. `reference` is the message's id where it was sent."""

    row_id: int
    state: OutboxState
    at: datetime
    detail: str = ""
    account_id: int | None = None
    reference: str = ""


class Back(NamedTuple):
    """A row to be tried again later. `tried` False: that was no failed attempt, only not the time."""

    row_id: int
    due_at: datetime
    detail: str = ""
    tried: bool = True


async def take(unit: Unit, *, now: datetime, most: int, priorities: Collection[int]) -> list[Taken]:
    """Take the most pressing due rows of some priorities. Only who holds the delivery's lease calls this."""
    rows = await unit.rows(_take, b_now=now, most=most, priorities=sorted(priorities))
    return sorted((Taken(*row) for row in rows), key=lambda row: (row.priority, row.due_at, row.id))


async def recipients(unit: Unit, taken: Sequence[Taken]) -> list[Recipient]:
    """The recipient of each of these rows, in one query."""
    residents = {row.resident_id: Recipient() for row in taken if row.resident_id is not None}
    groups = {row.group_id: Recipient() for row in taken if row.group_id is not None}
    for row in await unit.rows(_recipients, residents=[*residents], groups=[*groups]):
        whose = groups[row.id] if row.resident_id is None else residents[row.resident_id]
        if row.topic is not None:
            whose.muted.add(row.topic)
        else:
            whose.addresses.append(Address(row.id, row.channel, row.address, row.language))
    return [residents[row.resident_id] if row.group_id is None else groups[row.group_id] for row in taken]  # type: ignore[index]  # to one of them


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


async def reclaim(unit: Unit) -> int:
    """Put back what a worker that is no more had taken. Returns how many rows there were."""
    await hold_broadcasts(unit, outbox.c.state == OutboxState.SENDING, IN_INDEX)
    return await unit.run(_reclaim)


async def settle(unit: Unit, ends: Collection[End], backs: Collection[Back] = ()) -> None:
    """Write how deliveries ended, and let other rows wait again (as `put_back` does).

    A row that reached nobody is sent anew where its resident came back just now, before this could be written.
    """
    unreached = {end.row_id: end.at for end in ends if (end.state, end.detail) == (OutboxState.FAILED, UNREACHED)}
    used = [end.account_id for end in ends if end.account_id is not None]
    await hold_accounts(unit, used=used, unreached=unreached)
    if unreached or backs:
        await hold_broadcasts(unit, outbox.c.id.in_([*unreached, *(back.row_id for back in backs)]))
    if ends:
        await unit.execute(_settle, [_end(end) for end in ends])
    if backs:
        await unit.execute(_put_back, [_back(back) for back in backs])
    if unreached and await unit.run(_came_back, b_ids=[*unreached], b_now=max(unreached.values())):
        unit.announce(TOPIC)


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
_address = tuple(accounts.c[name] for name in Address._fields)
_recipients = union_all(
    select(
        accounts.c.resident_id,
        *_address,
        cast(null(), Text).label("topic"),
        USED_AT.label("used"),
    ).where(
        accounts.c.resident_id.in_(bindparam("residents", expanding=True, type_=Integer())),
        accounts.c.reachable,
    ),
    select(
        cast(null(), Integer),
        *_address,
        cast(null(), Text),
        accounts.c.created_at,
    ).where(
        accounts.c.id.in_(bindparam("groups", expanding=True, type_=Integer())),
        accounts.c.reachable,
    ),
    select(
        mutes.c.resident_id,
        *(cast(null(), column.type) for column in _address),
        mutes.c.topic,
        mutes.c.at,
    ).where(mutes.c.resident_id.in_(bindparam("residents", expanding=True, type_=Integer()))),
)
_recipients = _recipients.order_by(_recipients.selected_columns.used.desc(), _recipients.selected_columns.id)
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
_settle = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        sent_at=bindparam("b_sent_at"),
        account_id=bindparam("b_account"),
        reference=bindparam("b_reference"),
        detail=bindparam("b_detail"),
    )
)
_can_be_reached = exists().where(
    or_(accounts.c.resident_id == outbox.c.resident_id, accounts.c.id == outbox.c.group_id), accounts.c.reachable
)
_came_back = (
    update(outbox)
    .where(
        outbox.c.id.in_(bindparam("b_ids", expanding=True)),
        outbox.c.attempts < MOST_COMEBACKS,
        _can_be_reached,
    )
    .values(state=_again, due_at=bindparam("b_now"), detail=case((_over, WITHDRAWN), else_=""))
)
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
