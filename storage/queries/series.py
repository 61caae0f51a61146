"""Series: shifts that come again, the days that are left out, and the shifts that were made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, or_

from storage.queries import recurring
from storage.queries.projects import projects
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, shift_of, shifts, topics
from storage.queries.topics import Named
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import Series, SeriesException, SeriesSkill, table_of
from storage.unit import Unit

series, series_skills, exceptions = table_of(Series), table_of(SeriesSkill), table_of(SeriesException)


class SeriesRow(NamedTuple):
    """A series with its project's name; see `storage.tables.Series`."""

    id: int
    project_id: int
    project: str
    title: str
    place: str
    pattern: str
    start: int
    length: int
    places: int
    first_day: date
    last_day: date | None
    made_until: date | None
    made_by: int
    ended_at: datetime | None


class SkillRow(NamedTuple):
    """A skill that each shift of a series asks for; see `storage.tables.SeriesSkill`."""

    topic: Named
    places: int
    learners: int


_columns = (series.c.id, series.c.project_id, projects.c.name, *(series.c[name] for name in SeriesRow._fields[3:]))
ALL = select(*_columns).select_from(series.join(projects, projects.c.id == series.c.project_id))
_one = ALL.where(series.c.id == bindparam("series_id"))
_one_locked = _one.with_for_update(of=series)
_live = (series.c.ended_at.is_(None), or_(series.c.last_day.is_(None), series.c.last_day >= bindparam("today")))
_of_project = ALL.where(series.c.project_id == bindparam("project_id"), *_live).order_by(series.c.title, series.c.id)
_make = insert(series).returning(series.c.id)
_end = recurring.end_of(series)
_skills = (
    select(topics.c.id, topics.c.kind, topics.c.name, series_skills.c.places, series_skills.c.learners)
    .select_from(series_skills.join(topics, topics.c.id == series_skills.c.topic_id))
    .where(series_skills.c.series_id == bindparam("series_id"))
    .order_by(topics.c.id)
)
_drop_skills = delete(series_skills).where(series_skills.c.series_id == bindparam("b_series"))
_add_skills = insert(series_skills)
days_left_out = recurring.DaysLeftOut(exceptions, shifts, shifts.c.cancelled_at.is_not(None))
_coming = (
    select(*COLUMNS, shifts.c.series_day)
    .select_from(WITH_PROJECT)
    .where(
        shifts.c.series_id == bindparam("series_id"),
        shifts.c.starts_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_on_day = (
    select(*COLUMNS)
    .select_from(WITH_PROJECT)
    .where(shifts.c.series_id == bindparam("series_id"), shifts.c.series_day == bindparam("day"))
)


class Coming(NamedTuple):
    """A shift of a series that is still to come, and the day of the series that it stands for."""

    shift: ShiftRow
    day: date | None


# -- a series ----------------------------------------------------------------------------------------------------------


async def make(unit: Unit, **values: Any) -> int:
    """Write a series (see `storage.tables.Series`); returns its id."""
    return int(await unit.value(_make, **values))


async def get(unit: Unit, series_id: int, *, lock: bool = False) -> SeriesRow | None:
    """One series, also one that has ended; `lock`: it stays as it is until this transaction is over.

    Whoever changes a series, its shifts or who has a standing sign-up locks it first, and shifts after it.
    """
    row = await unit.first(_one_locked if lock and not unit.is_sqlite else _one, series_id=series_id)
    return None if row is None else SeriesRow(*row)


async def of_project(unit: Unit, project_id: int, today: date) -> list[SeriesRow]:
    """The series of a project that go on, by title."""
    return [SeriesRow(*row) for row in await unit.rows(_of_project, project_id=project_id, today=today)]


async def change(unit: Unit, series_id: int, values: Mapping[str, Any]) -> None:
    """Change some columns of a series."""
    await change_row(unit, series, series_id, **values)


async def end(unit: Unit, series_id: int, now: datetime) -> bool:
    """End a series. False when it had ended."""
    return await unit.run(_end, b_id=series_id, b_now=now) == 1


async def skills_of(unit: Unit, series_id: int) -> list[SkillRow]:
    """The skills that each shift of a series asks for."""
    rows = await unit.rows(_skills, series_id=series_id)
    return [SkillRow(Named(*row[:3]), *row[3:]) for row in rows]


async def set_skills(unit: Unit, series_id: int, wanted: Mapping[int, tuple[int, int]]) -> None:
    """Set the skills of a series to just these: for each, its places and its learners' places."""
    await unit.run(_drop_skills, b_series=series_id)
    if wanted:
        rows = [
            {"series_id": series_id, "topic_id": topic, "places": places, "learners": learners}
            for topic, (places, learners) in sorted(wanted.items())
        ]
        await unit.execute(_add_skills, rows)


# -- its shifts --------------------------------------------------------------------------------------------------------


async def coming(unit: Unit, series_id: int, now: datetime) -> list[Coming]:
    """The shifts of a series that are still to come and were not cancelled, the next one first."""
    at = len(ShiftRow._fields)
    return [Coming(shift_of(row), row[at]) for row in await unit.rows(_coming, series_id=series_id, now=now)]


async def on_day(unit: Unit, series_id: int, day: date) -> ShiftRow | None:
    """The shift that stands for a day of a series, also a cancelled one."""
    row = await unit.first(_on_day, series_id=series_id, day=day)
    return None if row is None else shift_of(row)
