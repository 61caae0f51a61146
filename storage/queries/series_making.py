"""The shifts of series as they are made, some weeks ahead: which series are behind, and writing what they lack."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import literal as const
from sqlalchemy import update

from storage.queries import recurring
from storage.queries.series import ALL, SeriesRow, series, series_skills
from storage.queries.shifts import needs, shifts
from storage.sql import bindparam, insert, select
from storage.unit import Unit


class Made(NamedTuple):
    """A shift that is to be made: its day, its first instant and the first one after it (both aware), its Monday."""

    day: date
    starts_at: datetime
    ends_at: datetime
    week: date


_behind = recurring.behind(series)
_due = ALL.where(*_behind).order_by(series.c.id).limit(bindparam("most"))
_due_locked = _due.with_for_update(of=series, skip_locked=True)
_is_behind = select(series.c.id).where(*_behind).limit(1)
_goes_on = recurring.more_to_make(series)
_made = update(series).where(series.c.id == bindparam("b_id")).values(made_until=bindparam("b_until"))
_make_shift = insert(shifts).on_conflict_do_nothing(index_elements=["series_id", "series_day"]).returning(shifts.c.id)
_copy_skills = (
    insert(needs)
    .from_select(
        ["shift_id", "topic_id", "places", "taken", "learners", "learning"],
        select(
            shifts.c.id,
            series_skills.c.topic_id,
            series_skills.c.places,
            const(0),
            series_skills.c.learners,
            const(0),
        )
        .select_from(shifts.join(series_skills, series_skills.c.series_id == shifts.c.series_id))
        .where(shifts.c.id.in_(bindparam("b_shifts", expanding=True))),
    )
    .on_conflict_do_nothing()
)


async def due(unit: Unit, horizon: date, most: int) -> list[SeriesRow]:
    """Series whose shifts are not made up to the horizon yet, locked; those that somebody is changing are left out."""
    statement = _due if unit.is_sqlite else _due_locked
    return [SeriesRow(*row) for row in await unit.rows(statement, horizon=horizon, most=most)]


async def is_behind(unit: Unit, horizon: date) -> bool:
    """Whether there is such a series."""
    return await unit.value(_is_behind, horizon=horizon) is not None


async def goes_on(unit: Unit) -> bool:
    """Whether any series has shifts that are still to be made, now or later."""
    return await unit.value(_goes_on) is not None


async def make_shifts(unit: Unit, one: SeriesRow, days: Collection[Made], *, reserved: int, now: datetime) -> list[int]:
    """Make the shifts of some days, with the skills they ask for; the ids of the new ones.

    A day that has its shift, even a cancelled one, keeps that. `reserved` of the places are for skills.
    """
    made = []
    for each in days:
        shift_id = await unit.value(
            _make_shift,
            project_id=one.project_id,
            title=one.title,
            place=one.place,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            week=each.week,
            places=one.places,
            taken=0,
            reserved=reserved,
            special=0,
            series_id=one.id,
            series_day=each.day,
            made_by=one.made_by,
            made_at=now,
        )
        if shift_id is not None:
            made.append(int(shift_id))
    if made:
        await unit.run(_copy_skills, b_shifts=made)
    return made


async def made_until(unit: Unit, series_id: int, until: date) -> None:
    """Note that the shifts of a series are made, and their places given, up to and including a day."""
    await unit.run(_made, b_id=series_id, b_until=until)
