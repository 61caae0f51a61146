"""The ledger as weeks, for lists."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func

from storage.sql import bindparam, select
from storage.tables import HoursEntry, table_of
from storage.unit import Unit

entries = table_of(HoursEntry)

_of_everybody = (
    select(entries.c.resident_id, func.sum(entries.c.minutes).label("minutes"))
    .where(entries.c.week == bindparam("week"))
    .group_by(entries.c.resident_id)
)


async def of_everybody(unit: Unit, week: date) -> dict[int, int]:
    """Confirmed minutes of one week by resident."""
    return {row.resident_id: row.minutes for row in await unit.rows(_of_everybody, week=week)}
