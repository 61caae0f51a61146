"""Reminders that fall due: found in the tables alone, so that a missed tick or a restart changes nothing.

A reminder belongs to a resident, a shift, a lead (minutes before the start) and a start: its dedupe key has all four,
so that it exists once, and anew only for a shift that was moved. Instants are compared as seconds since 1970, the one
form in which both databases subtract minutes that lie in a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Insert, Text, and_, cast, exists, extract, func, literal, or_

from storage import fanout
from storage.outbox import outbox
from storage.queries.shifts import residents, shifts, signups
from storage.sql import bindparam, select
from storage.tables import Priority, ResidentState, SignupState
from storage.unit import Unit

NOTICE = "shift.reminder"


class Reminder(NamedTuple):
    """One shift and one lead, in minutes, for which at least one resident was not reminded yet."""

    shift_id: int
    starts_at: datetime
    lead: int

    @property
    def due_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.lead)

    @property
    def expires_at(self) -> datetime:
        """From when on it is stale: half of the lead has passed (see `town.reminders`)."""
        return self.starts_at - timedelta(minutes=self.lead) / 2

    @property
    def key(self) -> tuple[str, str]:
        """What stands before and after the resident in the dedupe key."""
        return f"reminder:{self.shift_id}:", f":{self.lead}:{int(self.starts_at.timestamp())}"


class Statements(NamedTuple):
    """The three statements about one of a resident's two leads."""

    pending: Any
    write: Insert
    next_due: Any


_NOW = bindparam("now_s", type_=BigInteger())
_HELD = signups.join(shifts, shifts.c.id == signups.c.shift_id).join(residents, residents.c.id == signups.c.resident_id)
_leads = (residents.c.reminder_early, residents.c.reminder_late)
_longest = select(*(func.coalesce(func.max(lead), 0) for lead in _leads))


def _statements(lead: ColumnElement[Any], other: ColumnElement[Any]) -> Statements:
    start = extract("epoch", shifts.c.starts_at)
    due = start - lead * 60
    asked: tuple[ColumnElement[bool], ...] = (
        shifts.c.cancelled_at.is_(None),
        signups.c.state == SignupState.HELD,
        residents.c.state.not_in([ResidentState.LEFT, ResidentState.MERGED]),
        lead > 0,
        extract("epoch", signups.c.joined_at) <= due,
        # Somebody who said that they are coming is reminded once more: by the last one.
        or_(signups.c.coming_at.is_(None), other.is_(None), other <= 0, other >= lead),
    )
    written = exists().where(
        outbox.c.dedupe_key
        == literal("reminder:")
        + cast(shifts.c.id, Text())
        + ":"
        + cast(residents.c.id, Text())
        + ":"
        + cast(lead, Text())
        + ":"
        + cast(cast(start, BigInteger()), Text())
    )
    soon = and_(shifts.c.starts_at > bindparam("now"), shifts.c.starts_at <= bindparam("horizon"))
    pending = (
        select(shifts.c.id, shifts.c.starts_at, lead)
        .select_from(_HELD)
        .where(*asked, soon, due <= _NOW, due + lead * 30 > _NOW, ~written)
        .distinct()
        .order_by(shifts.c.starts_at, shifts.c.id)
    )
    write = fanout.notice_to(
        residents.c.id, _HELD, *asked, shifts.c.id == bindparam("of_shift"), lead == bindparam("of_lead")
    )
    next_due = select(func.min(due)).select_from(_HELD).where(*asked, shifts.c.starts_at > bindparam("now"), due > _NOW)
    return Statements(pending, write, next_due)


EARLY, LATE = _statements(_leads[0], _leads[1]), _statements(_leads[1], _leads[0])


async def pending(unit: Unit, now: datetime, which: Statements) -> list[Reminder]:
    """The shifts and leads that have somebody to remind now."""
    longest = max((await unit.rows(_longest))[0])
    horizon = now + timedelta(minutes=longest)
    rows = await unit.rows(which.pending, now=now, now_s=int(now.timestamp()), horizon=horizon)
    return [Reminder(*row) for row in rows]


async def write(unit: Unit, reminder: Reminder, which: Statements, fields: Mapping[str, Any], now: datetime) -> int:
    """Write a reminder for all who are to have it and do not; returns how many."""
    return await fanout.send(
        unit,
        which.write,
        notice=NOTICE,
        key=reminder.key,
        fields=fields,
        now=now,
        subject=subject(reminder.shift_id),
        priority=Priority.REMINDER,
        due_at=reminder.due_at,
        expires_at=reminder.expires_at,
        of_shift=reminder.shift_id,
        of_lead=reminder.lead,
    )


def subject(shift_id: int) -> str:
    """What the reminders of a shift are filed under, so that they can be withdrawn."""
    return f"reminders:{shift_id}"


async def next_due(unit: Unit, now: datetime) -> datetime | None:
    """When the next reminder after `now` falls due."""
    seconds = [await unit.value(which.next_due, now=now, now_s=int(now.timestamp())) for which in (EARLY, LATE)]
    known = [int(value) for value in seconds if value is not None]
    return datetime.fromtimestamp(min(known), UTC) if known else None
