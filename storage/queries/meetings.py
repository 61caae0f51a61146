"""Meetings as they are called, and the people who are invited to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, update

from storage.outbox import outbox
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import Meeting, MeetingPerson, Poll, table_of
from storage.unit import Unit

meetings, guests, polls = table_of(Meeting), table_of(MeetingPerson), table_of(Poll)


class MeetingRow(NamedTuple):
    """A meeting, as `storage.tables.Meeting`."""

    id: int
    title: str
    about: str
    place: str
    link: str
    starts_at: datetime | None
    length: int
    audience: str
    benefits_only: bool
    quorum: int
    quorum_people: bool
    project_id: int | None
    secretary_id: int | None
    checkin_key: str | None
    invited: int
    made_by: int
    made_at: datetime
    called_at: datetime | None
    early_at: datetime | None
    late_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    minutes: str
    published_at: datetime | None
    approved_at: datetime | None
    changed_at: datetime | None
    corrections: str


COLUMNS = tuple(meetings.c[name] for name in MeetingRow._fields)
_get = select(*COLUMNS).where(meetings.c.id == bindparam("meeting_id"))
# Neither who is checked in nor what is decided there waits for this: their rows only point at the meeting's.
_locked = _get.with_for_update(key_share=True)
_shared = _get.with_for_update(read=True)
_make = insert(meetings).returning(meetings.c.id)
_who_runs = select(meetings.c.made_by, meetings.c.secretary_id).where(meetings.c.id == bindparam("meeting_id"))


async def get(unit: Unit, meeting_id: int, *, lock: bool = False) -> MeetingRow | None:
    """A meeting; locked, nobody else changes it until this transaction ends."""
    row = await unit.first(_locked if lock and not unit.is_sqlite else _get, meeting_id=meeting_id)
    return None if row is None else MeetingRow(*row)


async def stays(unit: Unit, meeting_id: int) -> MeetingRow | None:
    """A meeting as it stays until this transaction ends: whoever changes it waits for this, and for others like it."""
    row = await unit.first(_get if unit.is_sqlite else _shared, meeting_id=meeting_id)
    return None if row is None else MeetingRow(*row)


async def make(unit: Unit, **columns: Any) -> int:
    """Write a meeting that nobody is invited to yet; its id."""
    return int(await unit.value(_make, **({"minutes": "", "corrections": "[]", "invited": 0} | columns)))


async def change(unit: Unit, meeting_id: int, **columns: Any) -> None:
    """Change some columns of a meeting."""
    await change_row(unit, meetings, meeting_id, **columns)


async def secretary_of(unit: Unit, meeting_id: int) -> frozenset[int]:
    """Who runs a meeting: who called it, and its secretary."""
    row = await unit.first(_who_runs, meeting_id=meeting_id)
    return frozenset() if row is None else frozenset(one for one in row if one is not None)


# -- lists -------------------------------------------------------------------------------------------------------------

_LONGEST = timedelta(days=1)
"""No meeting that has ended began earlier than so long before; a margin over `town.meetings`."""


class Dated(NamedTuple):
    """A meeting in somebody's calendar: what they answered (None: not invited), and when they last heard of it."""

    meeting: MeetingRow
    coming: str | None
    told_at: datetime | None


class Listed(NamedTuple):
    """A meeting, and what somebody answered: "" for nothing yet, None when they are not invited."""

    meeting: MeetingRow
    coming: str | None


_GOES_ON = and_(meetings.c.closed_at.is_(None), meetings.c.cancelled_at.is_(None))
_with_mine = select(*COLUMNS, guests.c.coming).select_from(
    meetings.outerjoin(
        guests, and_(guests.c.meeting_id == meetings.c.id, guests.c.resident_id == bindparam("resident_id"))
    )
)
_coming = _with_mine.where(_GOES_ON).order_by(meetings.c.starts_at.is_(None), meetings.c.starts_at, meetings.c.id)
_past = (
    _with_mine.where(meetings.c.closed_at.is_not(None))
    .order_by(meetings.c.starts_at.desc(), meetings.c.id.desc())
    .limit(bindparam("most"))
)
_told: ColumnElement[Any] = (
    select(func.max(outbox.c.made_at))
    .where(
        outbox.c.subject == literal("meeting:") + cast(meetings.c.id, Text()),
        outbox.c.resident_id == bindparam("resident_id"),
    )
    .correlate(meetings)
    .scalar_subquery()
)
_calendar = _with_mine.add_columns(_told).where(meetings.c.starts_at.is_not(None))
_in_calendar = _calendar.where(guests.c.coming != "no", meetings.c.starts_at > bindparam("since")).order_by(
    meetings.c.starts_at, meetings.c.id
)
_calendar_one = _calendar.where(meetings.c.id == bindparam("meeting_id"))
_running = (
    select(*COLUMNS)
    .where(_GOES_ON, meetings.c.starts_at > bindparam("since"), meetings.c.starts_at <= bindparam("until"))
    .order_by(meetings.c.starts_at, meetings.c.id)
)
_votes = (
    select(polls.c.id)
    .where(
        polls.c.meeting_id == bindparam("meeting_id"),
        polls.c.opened_at.is_not(None),
        polls.c.closed_at.is_(None),
        polls.c.cancelled_at.is_(None),
        polls.c.closes_at.is_(None),
    )
    .order_by(polls.c.id)
)


async def coming(unit: Unit, resident_id: int) -> list[Listed]:
    """The meetings that are not over, the next one first; those without a date last."""
    return [Listed(MeetingRow(*row[:-1]), row[-1]) for row in await unit.rows(_coming, resident_id=resident_id)]


async def past(unit: Unit, resident_id: int, most: int = 100) -> list[Listed]:
    """The meetings that were ended, the latest first."""
    rows = await unit.rows(_past, resident_id=resident_id, most=most)
    return [Listed(MeetingRow(*row[:-1]), row[-1]) for row in rows]


async def in_calendar(unit: Unit, resident_id: int, since: datetime) -> list[Dated]:
    """The meetings from then on that somebody is invited to and has not declined, those called off among them."""
    rows = await unit.rows(_in_calendar, resident_id=resident_id, since=since)
    return [Dated(MeetingRow(*row[:-2]), row[-2], row[-1]) for row in rows]


async def dated(unit: Unit, resident_id: int, meeting_id: int) -> Dated | None:
    """One meeting for somebody's calendar; None while it has no date."""
    row = await unit.first(_calendar_one, resident_id=resident_id, meeting_id=meeting_id)
    return None if row is None else Dated(MeetingRow(*row[:-2]), row[-2], row[-1])


async def around(unit: Unit, now: datetime, ahead: timedelta) -> list[MeetingRow]:
    """The meetings that go on now, or start in so short a time."""
    return [MeetingRow(*row) for row in await unit.rows(_running, since=now - _LONGEST, until=now + ahead)]


async def open_votes(unit: Unit, meeting_id: int) -> list[int]:
    """The polls of a meeting that nothing but its end closes."""
    return [row.id for row in await unit.rows(_votes, meeting_id=meeting_id)]


async def date_polls(unit: Unit, meeting_id: int) -> list[int]:
    """The polls that look for its date still."""
    rows = await unit.rows(_date_polls, subject=f"date:{meeting_id}")
    return [row.id for row in rows]


async def make_key(unit: Unit, meeting_id: int, new: str) -> str:
    """The secret of a meeting's room code; `new` becomes it if it has none. Of two processes, the first one's stays."""
    await unit.run(_make_key, b_meeting=meeting_id, b_key=new)
    return str(await unit.value(_key, meeting_id=meeting_id))


# -- what is due -------------------------------------------------------------------------------------------------------


class Lead(NamedTuple):
    """One of the two reminders: what it is called, and where it is noted that it is out."""

    name: str
    noted: ColumnElement[Any]


EARLY, LATE = Lead("early", meetings.c.early_at), Lead("late", meetings.c.late_at)
_TO_REMIND = and_(_GOES_ON, meetings.c.called_at.is_not(None), meetings.c.opened_at.is_(None))


async def to_remind(unit: Unit, lead: Lead, minutes: int, now: datetime) -> list[MeetingRow]:
    """The meetings whose reminder, so many minutes before, is due and of use still: half of that time is left."""
    due, stale = now + timedelta(minutes=minutes), now + timedelta(minutes=minutes) / 2
    rows = await unit.rows(_remind[lead.name], due=due, stale=stale)
    return [MeetingRow(*row) for row in rows]


async def next_reminder(unit: Unit, lead: Lead, minutes: int, now: datetime) -> datetime | None:
    """When the next such reminder falls due."""
    found = await unit.value(_next_remind[lead.name], due=now + timedelta(minutes=minutes))
    return None if found is None else found - timedelta(minutes=minutes)


async def unended(unit: Unit) -> list[MeetingRow]:
    """The meetings with a date that nobody has ended, the earliest first."""
    return [MeetingRow(*row) for row in await unit.rows(_unended)]


def _due(lead: Lead) -> Any:
    wanted = (_TO_REMIND, lead.noted.is_(None))
    between = (meetings.c.starts_at <= bindparam("due"), meetings.c.starts_at > bindparam("stale"))
    return select(*COLUMNS).where(*wanted, *between).order_by(meetings.c.starts_at, meetings.c.id)


def _next(lead: Lead) -> Any:
    return select(func.min(meetings.c.starts_at)).where(
        _TO_REMIND, lead.noted.is_(None), meetings.c.starts_at > bindparam("due")
    )


_remind = {lead.name: _due(lead) for lead in (EARLY, LATE)}
_next_remind = {lead.name: _next(lead) for lead in (EARLY, LATE)}
_unended = (
    select(*COLUMNS).where(_GOES_ON, meetings.c.starts_at.is_not(None)).order_by(meetings.c.starts_at, meetings.c.id)
)
_date_polls = select(polls.c.id).where(
    polls.c.subject == bindparam("subject"), polls.c.closed_at.is_(None), polls.c.cancelled_at.is_(None)
)
_key = select(meetings.c.checkin_key).where(meetings.c.id == bindparam("meeting_id"))
_make_key = (
    update(meetings)
    .where(meetings.c.id == bindparam("b_meeting"), meetings.c.checkin_key.is_(None))
    .values(checkin_key=bindparam("b_key"))
)
