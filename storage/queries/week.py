"""The ledger as weeks, for cards and lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, Integer, String, cast, func, null

from storage.queries.shifts import Tastes
from storage.queries.topics import Named
from storage.sql import bindparam, select
from storage.tables import HoursEntry, Resident, ResidentTopic, Topic, table_of
from storage.unit import Unit

entries, residents = table_of(HoursEntry), table_of(Resident)
topics, of_residents = table_of(Topic), table_of(ResidentTopic)

_whose = (residents.c.joined_at, residents.c.free_times)
_weeks = (
    select(
        *_whose,
        entries.c.week,
        func.sum(entries.c.minutes).label("minutes"),
        cast(null(), Integer).label("topic_id"),
        cast(null(), String).label("kind"),
        cast(null(), String).label("name"),
    )
    .select_from(residents.outerjoin(entries, entries.c.resident_id == residents.c.id))
    .where(residents.c.id == bindparam("resident_id"))
    .group_by(*_whose, entries.c.week)
)
_likes = (
    select(*_whose, cast(null(), Date), cast(null(), Integer), topics.c.id, topics.c.kind, topics.c.name)
    .select_from(
        residents.join(of_residents, of_residents.c.resident_id == residents.c.id).join(
            topics, topics.c.id == of_residents.c.topic_id
        )
    )
    .where(residents.c.id == bindparam("resident_id"))
)
_of_resident = _weeks.union_all(_likes)
_of_everybody = (
    select(entries.c.resident_id, func.sum(entries.c.minutes).label("minutes"))
    .where(entries.c.week == bindparam("week"))
    .group_by(entries.c.resident_id)
)


class Ledger(NamedTuple):
    """What the ledger says of one resident (confirmed minutes by week), and what makes a shift suit them."""

    joined_at: datetime
    by_week: dict[date, int]
    tastes: Tastes


async def of_resident(unit: Unit, resident_id: int) -> Ledger:
    """Both in one statement: a card that everybody looks at many times a day. Raises LookupError."""
    rows = await unit.rows(_of_resident, resident_id=resident_id)
    if not rows:
        raise LookupError(f"resident {resident_id}")
    joined_at, free_times = rows[0].joined_at, rows[0].free_times
    by_week = {row.week: row.minutes for row in rows if row.week is not None}
    likes = tuple(Named(row.topic_id, row.kind, row.name) for row in rows if row.topic_id is not None)
    return Ledger(joined_at, by_week, Tastes(free_times, joined_at, likes))


async def of_everybody(unit: Unit, week: date) -> dict[int, int]:
    """Confirmed minutes of one week by resident."""
    return {row.resident_id: row.minutes for row in await unit.rows(_of_everybody, week=week)}
