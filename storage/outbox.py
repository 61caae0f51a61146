"""The outbox: what the town says unasked.

A row is written in the transaction of whatever caused it, and delivered afterwards. `dedupe_key` is unique, so a cause
that happens again writes nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, delete, func, or_, update

from storage.sql import bindparam, insert, select
from storage.tables import Account, Inbox, Outbox, OutboxState, Priority, table_of
from storage.unit import Unit

TOPIC = "outbox"
REMEMBERED = timedelta(days=365)
"""How long notices stay after they were settled (the privacy notice says so)."""
IN_FLIGHT = "in flight"

UNREACHED = "no account can be reached"
"""The detail of a row that failed for nothing but that."""

KEPT_FOR_RETURN = timedelta(days=7)
"""How long what did not reach somebody waits for them to come back."""

outbox, accounts, inbox = table_of(Outbox), table_of(Account), table_of(Inbox)
UNSENT = or_(
    outbox.c.state == OutboxState.WAITING,
    and_(outbox.c.state == OutboxState.FAILED, outbox.c.detail == UNREACHED),
)
"""Rows that may still go out: those that wait, and those that wait for their resident to come back."""

_put = insert(outbox).on_conflict_do_nothing(index_elements=["dedupe_key"])


def new_row(
    *,
    notice: str,
    resident_id: int,
    dedupe_key: str,
    now: datetime,
    subject: str = "",
    priority: Priority = Priority.PERSONAL,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """One notice as a row. `fields` are what its text is made of at delivery: JSON values."""
    return {
        "notice": notice,
        "resident_id": resident_id,
        "dedupe_key": dedupe_key,
        "subject": subject,
        "priority": int(priority),
        "made_at": now,
        "due_at": due_at or now,
        "expires_at": expires_at,
        "fields": json.dumps(fields, ensure_ascii=False),
        "state": OutboxState.WAITING,
        "attempts": 0,
        "reference": "",
        "detail": "",
    }


async def put(unit: Unit, rows: Iterable[dict[str, Any]]) -> None:
    """Write notices (see `new_row`) and wake the delivery once they are committed."""
    batch = list(rows)
    if batch:
        await unit.execute(_put, batch)
        unit.announce(TOPIC)


async def withdraw(unit: Unit, subject: str, *, resident_id: int | None = None) -> int:
    """Drop what was not sent yet about a subject, for one resident or for all: it would no longer be so."""
    statement = _withdraw if resident_id is None else _withdraw_from
    params = {"b_subject": subject} | ({} if resident_id is None else {"b_resident": resident_id})
    return await unit.run(statement, **params)


async def drop_all(unit: Unit, why: str) -> int:
    """Drop everything that waits: what was played for the sample town's past is nobody's news."""
    return await unit.run(_drop_all, b_detail=why)


class Taken(NamedTuple):
    """A row in the worker's hands, with the accounts it may go to."""

    id: int
    resident_id: int
    notice: str
    fields: dict[str, Any]
    priority: int
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    detail: str

    @property
    def may_have_left(self) -> bool:
        """Whether a worker was stopped in the middle of sending this."""
        return self.detail == IN_FLIGHT


async def take(unit: Unit, *, now: datetime, most: int) -> list[Taken]:
    """Take the most pressing due rows for delivery. The one worker that holds the delivery's lease calls this."""
    rows = await unit.rows(_take, b_now=now, most=most)
    taken = [Taken(*row)._replace(fields=json.loads(row.fields)) for row in rows]
    return sorted(taken, key=lambda row: (row.priority, row.due_at, row.id))


async def mark_in_flight(unit: Unit, row_id: int) -> None:
    """Note that a row is about to leave, so that after a crash it is known that it may have left."""
    await unit.run(_mark, b_id=row_id)


async def reclaim(unit: Unit) -> int:
    """Put back what a worker that is no more had taken. Returns how many rows there were."""
    return await unit.run(_reclaim)


async def settle(
    unit: Unit,
    row_id: int,
    state: OutboxState,
    *,
    now: datetime,
    account_id: int | None = None,
    reference: str = "",
    detail: str = "",
) -> None:
    """Write how a delivery ended."""
    await unit.run(
        _settle,
        b_id=row_id,
        b_state=state,
        b_sent_at=now if state == OutboxState.SENT else None,
        b_account=account_id,
        b_reference=reference,
        b_detail=detail[:500],
    )


async def put_back(unit: Unit, row_id: int, *, due_at: datetime, detail: str = "", count: bool = True) -> None:
    """Try again later. `count` False: it was not a failed attempt, only not the time."""
    await unit.run(_put_back if count else _put_off, b_id=row_id, b_due_at=due_at, b_detail=detail[:500])


async def prune(unit: Unit, now: datetime) -> int:
    """Forget notices that were settled longer than `REMEMBERED` ago, sent or not."""
    return await unit.run(_prune, b_before=now - REMEMBERED)


class Address(NamedTuple):
    """One account that a notice may go to."""

    id: int
    channel: str
    address: str
    language: str


async def addresses(unit: Unit, resident_id: int) -> list[Address]:
    """The reachable accounts of a resident, the most recently used first."""
    return [Address(*row) for row in await unit.rows(_addresses, resident_id=resident_id)]


async def send_again(unit: Unit, *, channel: str, address: str, now: datetime) -> int:
    """Deliver what did not reach the resident behind an account that is reachable again, as far as it is of use yet.

    Returns how many rows there were.
    """
    count = await unit.run(_send_again, b_channel=channel, b_address=address, b_now=now, b_since=now - KEPT_FOR_RETURN)
    if count:
        unit.announce(TOPIC)
    return count


async def next_due(unit: Unit, after: datetime) -> datetime | None:
    """When the next waiting row falls due."""
    found = await unit.value(_next_due)
    return None if found is None else max(found, after)


async def last_sent(unit: Unit, account_id: int) -> Row[Any] | None:
    """The last notice that reached an account (notice, fields, sent_at)."""
    return await unit.first(_last_sent, account_id=account_id)


_withdraw = (
    update(outbox)
    .where(outbox.c.subject == bindparam("b_subject"), UNSENT)
    .values(state=OutboxState.DROPPED, detail="withdrawn")
)
_withdraw_from = _withdraw.where(outbox.c.resident_id == bindparam("b_resident"))
_due = (
    select(outbox.c.id)
    .where(outbox.c.state == OutboxState.WAITING, outbox.c.due_at <= bindparam("b_now"))
    .order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
)
_take = (
    update(outbox)
    .where(outbox.c.id.in_(_due))
    .values(state=OutboxState.SENDING, taken_at=bindparam("b_now"), attempts=outbox.c.attempts + 1)
    .returning(*(outbox.c[name] for name in Taken._fields))
)
_mark = update(outbox).where(outbox.c.id == bindparam("b_id")).values(detail=IN_FLIGHT)
_reclaim = update(outbox).where(outbox.c.state == OutboxState.SENDING).values(state=OutboxState.WAITING)
_drop_all = (
    update(outbox)
    .where(outbox.c.state == OutboxState.WAITING)
    .values(state=OutboxState.DROPPED, detail=bindparam("b_detail"))
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
_put_back = (
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(state=OutboxState.WAITING, due_at=bindparam("b_due_at"), detail=bindparam("b_detail"))
)
_put_off = _put_back.values(attempts=outbox.c.attempts - 1)
_came_back = (
    select(accounts.c.resident_id)
    .where(accounts.c.channel == bindparam("b_channel"), accounts.c.address == bindparam("b_address"))
    .scalar_subquery()
)
_send_again = (
    update(outbox)
    .where(
        outbox.c.resident_id == _came_back,
        outbox.c.state == OutboxState.FAILED,
        outbox.c.detail == UNREACHED,
        outbox.c.made_at > bindparam("b_since"),
        or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > bindparam("b_now")),
    )
    .values(state=OutboxState.WAITING, due_at=bindparam("b_now"), attempts=0, detail="")
)
_prune = delete(outbox).where(
    outbox.c.state.in_([OutboxState.SENT, OutboxState.DROPPED, OutboxState.FAILED]),
    # One that was not sent was settled when it was last tried, or else at the latest when it was due.
    func.coalesce(outbox.c.sent_at, outbox.c.taken_at, outbox.c.due_at) < bindparam("b_before"),
)
_latest_use = (
    select(func.max(inbox.c.at)).where(inbox.c.account_id == accounts.c.id).correlate(accounts).scalar_subquery()
)
_addresses = (
    select(accounts.c.id, accounts.c.channel, accounts.c.address, accounts.c.language)
    .where(accounts.c.resident_id == bindparam("resident_id"), accounts.c.reachable)
    .order_by(func.coalesce(_latest_use, accounts.c.created_at).desc(), accounts.c.id)
)
_next_due = select(func.min(outbox.c.due_at)).where(outbox.c.state == OutboxState.WAITING)
_last_sent = (
    select(outbox.c.notice, outbox.c.fields, outbox.c.sent_at)
    .where(outbox.c.account_id == bindparam("account_id"), outbox.c.state == OutboxState.SENT)
    .order_by(outbox.c.sent_at.desc(), outbox.c.id.desc())
    .limit(1)
)
