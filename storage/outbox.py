"""The outbox: what the town says unasked.

A row is written in the transaction of whatever caused it, and delivered afterwards (`storage.dispatch` is the
delivery's side of it). `dedupe_key` is unique, so a cause that happens again writes nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Executable, Row, and_, case, delete, func, literal_column, or_, update

from storage.addresses import addresses as addresses
from storage.outbox_details import HELD as HELD
from storage.outbox_details import IN_FLIGHT as IN_FLIGHT
from storage.outbox_details import MUTED as MUTED
from storage.outbox_details import OUT_OF_REACH as OUT_OF_REACH
from storage.outbox_details import PUT_OFF as PUT_OFF
from storage.outbox_details import TROUBLE as TROUBLE
from storage.outbox_details import UNREACHED as UNREACHED
from storage.outbox_details import WITHDRAWN as WITHDRAWN
from storage.sql import bindparam, insert, select
from storage.tables import Account, Broadcast, BroadcastState, Outbox, OutboxState, Priority, table_of
from storage.unit import Unit

TOPIC = "outbox"
REMEMBERED = timedelta(days=365)
"""How long notices stay after they were settled (the privacy notice says so)."""

outbox, accounts, broadcasts = table_of(Outbox), table_of(Account), table_of(Broadcast)

IN_INDEX = outbox.c.state.in_([literal_column("'waiting'"), literal_column("'sending'")])
"""In the words of the partial index `ix_outbox_due`: SQLite takes that index only for who repeats its condition."""

FATE = select(broadcasts.c.state).where(broadcasts.c.id == outbox.c.broadcast_id).scalar_subquery()
"""Where the broadcast stands that a row is part of; NULL for a row of none."""

ENDED = (BroadcastState.STOPPED, BroadcastState.CANCELLED)
WAITS_AGAIN = case((FATE == BroadcastState.PAUSED, OutboxState.PAUSED.value), else_=OutboxState.WAITING.value)
"""What becomes of a row that is to go out after all, unless its broadcast has ended: it may be held."""

UNSENT = or_(
    outbox.c.state.in_([OutboxState.WAITING, OutboxState.PAUSED]),
    and_(outbox.c.state == OutboxState.FAILED, outbox.c.detail.in_(OUT_OF_REACH)),
)
"""Rows that may still go out: those that wait, and those that wait for their resident to come back."""

_put = insert(outbox).on_conflict_do_nothing(index_elements=["dedupe_key"])


def new_row(
    *,
    notice: str,
    resident_id: int | None = None,
    group_id: int | None = None,
    dedupe_key: str,
    now: datetime,
    subject: str = "",
    broadcast_id: int | None = None,
    priority: Priority = Priority.PERSONAL,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """One notice as a row: to a resident, or to the group or channel whose account is `group_id`.

    `fields` are what its text is made of at delivery: JSON values. Raises ValueError for a notice to both or to nobody.
    """
    if (resident_id is None) == (group_id is None):
        raise ValueError("a notice goes to a resident or to a group")
    return {
        "notice": notice,
        "resident_id": resident_id,
        "group_id": group_id,
        "broadcast_id": broadcast_id,
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
    if batch := list(rows):
        await unit.execute(_put, batch)
        unit.announce(TOPIC)


async def withdraw(unit: Unit, subject: str, *, resident_id: int | None = None) -> int:
    """Drop what was not sent yet about a subject, for one resident or for all: it would no longer be so.

    What is in the hands of the delivery may be leaving now; if it is put back instead, it comes too late for anything.
    Returns how many rows were dropped.
    """
    about: dict[str, Any] = {"b_subject": subject}
    if resident_id is None:
        await unit.run(_recall, **about)
        return await unit.run(_withdraw, **about)
    about["b_resident"] = resident_id
    await unit.run(_recall_from, **about)
    return await unit.run(_withdraw_from, **about)


async def drop_all(unit: Unit, why: str) -> int:
    """Drop everything that waits: what was played for the sample town's past is nobody's news."""
    return await unit.run(_drop_all, b_detail=why)


async def prune(unit: Unit, now: datetime) -> int:
    """Forget notices that were settled longer than `REMEMBERED` ago, sent or not."""
    return await unit.run(_prune, b_before=now - REMEMBERED)


async def next_due(unit: Unit, after: datetime) -> datetime | None:
    """When the next waiting row falls due."""
    return None if (found := await unit.value(_next_due)) is None else max(found, after)


async def last_sent(unit: Unit, account_id: int) -> Row[Any] | None:
    """The last notice that reached an account: notice, fields, sent_at, resident_id, and whose account it is."""
    return await unit.first(_last_sent, account_id=account_id)


# -- broadcasts --------------------------------------------------------------------------------------------------------


async def pause(unit: Unit, broadcast_id: int) -> int:
    """Hold what waits of a broadcast; returns how many rows.

    As for `stop`, the broadcast's own row was changed before in the same transaction: so what is in the delivery's
    hands right now is held, or dropped, when it is put back.
    """
    return await unit.run(_pause, b_broadcast=broadcast_id)


async def resume(unit: Unit, broadcast_id: int, now: datetime) -> int:
    """Let what is held of a broadcast go on, behind whatever fell due meanwhile; returns how many rows."""
    return await _waking(unit, _resume, b_broadcast=broadcast_id, b_now=now)


async def stop(unit: Unit, broadcast_id: int, why: str) -> int:
    """Drop what waits or is held of a broadcast; returns how many rows. `why` is their detail."""
    return await unit.run(_stop, b_broadcast=broadcast_id, b_detail=why)


async def send_failed_again(unit: Unit, broadcast_id: int, now: datetime) -> int:
    """Send once more what failed of a broadcast, as far as it is of use yet; returns how many rows."""
    return await _waking(unit, _failed_again, b_broadcast=broadcast_id, b_now=now)


async def read_until(unit: Unit, account_id: int, reference: int, now: datetime) -> int:
    """Note that an account was shown all its messages up to the one with this number; returns how many were unread.

    For channels whose messages have rising numbers and that know what is looked at.
    """
    number = str(reference)
    return await unit.run(_read, b_account=account_id, b_digits=len(number), b_reference=number, b_now=now)


class Progress(NamedTuple):
    """What became of a broadcast's rows so far. `delivered` and `read` are of those that were sent.

    `waiting` includes what is held and what is being sent; `dropped` all that nobody wanted any more but for `muted`.
    """

    waiting: int
    sent: int
    delivered: int
    read: int
    failed: int
    muted: int
    dropped: int


async def progress(unit: Unit, broadcast_id: int) -> Progress:
    """Count what became of a broadcast's rows."""
    counted = await unit.first(_progress, broadcast_id=broadcast_id)
    return Progress(*(number or 0 for number in counted or ()))


async def _waking(unit: Unit, statement: Executable, **params: Any) -> int:
    if count := await unit.run(statement, **params):
        unit.announce(TOPIC)
    return count


def in_order(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """These rows, locked one after the other by their ids: two who change the same ones never wait for each other."""
    return outbox.c.id.in_(select(outbox.c.id).where(*conditions).order_by(outbox.c.id).with_for_update())


def in_hand(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Those of these rows that the delivery holds, and may put back; without those that it writes at this very moment.

    Nobody waits for the delivery: it writes rows in the order in which they ended.
    """
    held = select(outbox.c.id).where(*conditions, outbox.c.state == OutboxState.SENDING)
    return outbox.c.id.in_(held.with_for_update(skip_locked=True))


_about, _to_them = outbox.c.subject == bindparam("b_subject"), outbox.c.resident_id == bindparam("b_resident")
_withdrawn = update(outbox).values(state=OutboxState.DROPPED, detail=WITHDRAWN)
_withdraw = _withdrawn.where(in_order(_about, UNSENT))
_withdraw_from = _withdrawn.where(in_order(_about, UNSENT, _to_them))
_recalled = update(outbox).values(expires_at=outbox.c.made_at)
_recall, _recall_from = _recalled.where(in_hand(_about)), _recalled.where(in_hand(_about, _to_them))
_drop_all = (
    update(outbox)
    .where(outbox.c.state.in_([OutboxState.WAITING, OutboxState.PAUSED]))
    .values(state=OutboxState.DROPPED, detail=bindparam("b_detail"))
)
OF_USE = or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > bindparam("b_now"))
ANEW: dict[str, Any] = {"state": WAITS_AGAIN, "due_at": bindparam("b_now"), "attempts": 0, "detail": ""}
_prune = delete(outbox).where(
    outbox.c.state.in_([OutboxState.SENT, OutboxState.DROPPED, OutboxState.FAILED]),
    # One that was not sent was settled when it was last tried, or else at the latest when it was due.
    func.coalesce(outbox.c.sent_at, outbox.c.taken_at, outbox.c.due_at) < bindparam("b_before"),
)
_next_due = select(func.min(outbox.c.due_at)).where(outbox.c.state == OutboxState.WAITING, IN_INDEX)
_last_sent = (
    select(
        outbox.c.notice,
        outbox.c.fields,
        outbox.c.sent_at,
        outbox.c.resident_id,
        accounts.c.resident_id.label("owner_id"),
    )
    .select_from(outbox.join(accounts, accounts.c.id == outbox.c.account_id))
    .where(outbox.c.account_id == bindparam("account_id"), outbox.c.state == OutboxState.SENT)
    .order_by(outbox.c.sent_at.desc(), outbox.c.id.desc())
    .limit(1)
)
_of_broadcast = outbox.c.broadcast_id == bindparam("b_broadcast")
_waiting, _paused = (outbox.c.state == state for state in (OutboxState.WAITING, OutboxState.PAUSED))
_pause = update(outbox).where(in_order(_of_broadcast, _waiting)).values(state=OutboxState.PAUSED)
_resume = (
    update(outbox)
    .where(in_order(_of_broadcast, _paused))
    .values(
        state=OutboxState.WAITING,
        due_at=case((outbox.c.due_at < bindparam("b_now"), bindparam("b_now")), else_=outbox.c.due_at),
    )
)
_stop = (
    update(outbox)
    .where(in_order(_of_broadcast, or_(_waiting, _paused)))
    .values(state=OutboxState.DROPPED, detail=bindparam("b_detail"))
)
_failed_again = (
    update(outbox).where(in_order(_of_broadcast, outbox.c.state == OutboxState.FAILED, OF_USE)).values(**ANEW)
)
_length = func.length(outbox.c.reference)
_read = (
    update(outbox)
    .where(
        outbox.c.account_id == bindparam("b_account"),
        outbox.c.state == OutboxState.SENT,
        outbox.c.read_at.is_(None),
        # The numbers are kept as text, of which the longer is the larger one.
        or_(
            _length < bindparam("b_digits"),
            and_(_length == bindparam("b_digits"), outbox.c.reference <= bindparam("b_reference")),
        ),
    )
    .values(read_at=bindparam("b_now"), delivered_at=func.coalesce(outbox.c.delivered_at, bindparam("b_now")))
)


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(and_(*conditions))


_sent, _dropped = outbox.c.state == OutboxState.SENT, outbox.c.state == OutboxState.DROPPED
_progress = select(
    _count(outbox.c.state.in_([OutboxState.WAITING, OutboxState.SENDING, OutboxState.PAUSED])),
    _count(_sent),
    _count(_sent, outbox.c.delivered_at.is_not(None)),
    _count(_sent, outbox.c.read_at.is_not(None)),
    _count(outbox.c.state == OutboxState.FAILED),
    _count(_dropped, outbox.c.detail == MUTED),
    _count(_dropped, outbox.c.detail != MUTED),
).where(outbox.c.broadcast_id == bindparam("broadcast_id"))
