"""The weeks of shifts when the town's clocks become others."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import update

from storage.queries.shifts import shifts
from storage.sql import bindparam, select
from storage.tables import HoursEntry, table_of
from storage.unit import Unit
from town.week import week_of

entries = table_of(HoursEntry)

_unsettled = select(shifts.c.id, shifts.c.starts_at, shifts.c.week).where(
    shifts.c.cancelled_at.is_(None),
    shifts.c.closed_at.is_(None),
    ~select(entries.c.id).where(entries.c.shift_id == shifts.c.id).exists(),
)
_unsettled_locked = _unsettled.order_by(shifts.c.id).with_for_update(of=shifts)
_set_week = update(shifts).where(shifts.c.id == bindparam("b_id")).values(week=bindparam("b_week"))


async def reckon_anew(unit: Unit, zone: ZoneInfo) -> int:
    """Give each shift the week that it falls in on the clocks of `zone`; returns how many have another one now.

    A shift of which hours are in the ledger keeps its week: the ledger is never rewritten.
    """
    moved = [
        {"b_id": shift_id, "b_week": week}
        for shift_id, starts_at, before in await unit.rows(_unsettled if unit.is_sqlite else _unsettled_locked)
        if (week := week_of(starts_at, zone)) != before
    ]
    if moved:
        await unit.execute(_set_week, moved)
    return len(moved)
