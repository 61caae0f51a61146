"""Shifts that are short of people the day before: each day's are looked at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, update

from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, shift_of, shifts
from storage.sql import bindparam, select
from storage.unit import Unit

_GOING = (shifts.c.cancelled_at.is_(None), shifts.c.starts_at > bindparam("now"))
_unmarked = (
    select(*COLUMNS, shifts.c.made_at)
    .select_from(WITH_PROJECT)
    .where(
        *_GOING,
        shifts.c.starts_at >= bindparam("starts"),
        shifts.c.starts_at < bindparam("ends"),
        or_(shifts.c.warned_at.is_(None), shifts.c.warned_at < bindparam("due")),
    )
    .order_by(shifts.c.id)
)
_unmarked_locked = _unmarked.with_for_update(of=shifts)
_mark = update(shifts).where(shifts.c.id == bindparam("b_id")).values(warned_at=bindparam("b_now"))
_next_short = select(func.min(shifts.c.starts_at)).where(
    *_GOING, shifts.c.starts_at >= bindparam("starts"), shifts.c.taken < shifts.c.places
)


async def look(unit: Unit, *, starts: datetime, ends: datetime, due: datetime, now: datetime) -> list[ShiftRow]:
    """The shifts of a day that have free places; each is found once after `due`, the moment to look at that day.

    Full ones count as looked at as well: who gives a place back later is reported at once. So do shifts made after
    `due`, by somebody who knows that nobody is on them yet.
    """
    statement = _unmarked if unit.is_sqlite else _unmarked_locked
    rows = await unit.rows(statement, starts=starts, ends=ends, due=due, now=now)
    if rows:
        await unit.execute(_mark, [{"b_id": row.id, "b_now": now} for row in rows])
    return [shift for row in rows if (shift := shift_of(row)).free > 0 and row.made_at <= due]


async def next_short(unit: Unit, *, starts: datetime, now: datetime) -> datetime | None:
    """When the first shift from `starts` on begins that has free places."""
    found: datetime | None = await unit.value(_next_short, starts=starts, now=now)
    return found
