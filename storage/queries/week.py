"""The ledger as weeks, for cards and lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func

from storage.sql import bindparam, select
from storage.tables import HoursEntry, Resident, table_of
from storage.unit import Unit

entries, residents = table_of(HoursEntry), table_of(Resident)

_of_resident = (
    select(residents.c.joined_at, entries.c.week, func.sum(entries.c.minutes).label("minutes"))
    .select_from(residents.outerjoin(entries, entries.c.resident_id == residents.c.id))
    .where(residents.c.id == bindparam("resident_id"))
    .group_by(residents.c.joined_at, entries.c.week)
)
_of_everybody = (
    select(entries.c.resident_id, func.sum(entries.c.minutes).label("minutes"))
    .where(entries.c.week == bindparam("week"))
    .group_by(entries.c.resident_id)
)


class Ledger(NamedTuple):
    """What the ledger says of one resident: confirmed minutes by week."""

    joined_at: datetime
    by_week: dict[date, int]


async def of_resident(unit: Unit, resident_id: int) -> Ledger:
    """Raises LookupError."""
    rows = await unit.rows(_of_resident, resident_id=resident_id)
    if not rows:
        raise LookupError(f"resident {resident_id}")
    return Ledger(rows[0].joined_at, {row.week: row.minutes for row in rows if row.week is not None})


async def of_everybody(unit: Unit, week: date) -> dict[int, int]:
    """Confirmed minutes of one week by resident."""
    return {row.resident_id: row.minutes for row in await unit.rows(_of_everybody, week=week)}
