"""Standing sign-ups: who holds a place in every shift of a series, and how the next ones stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, update

from storage import fanout
from storage.queries.series import series
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, residents, shift_of, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import ResidentState, SignupState, StandingSignup, table_of
from storage.unit import Unit

standing = table_of(StandingSignup)


class Standing(NamedTuple):
    """A standing sign-up, with its series. `next_at`: when the next shift begins on which a place is held."""

    series_id: int
    title: str
    project_id: int
    pattern: str
    start: int
    length: int
    next_at: datetime | None


class Week(NamedTuple):
    """A coming shift of a series as one resident finds it: `state` of their sign-up, None when there never was one."""

    shift: ShiftRow
    state: str | None


class Pending(NamedTuple):
    """A place that a standing sign-up asks for in a new shift."""

    series_id: int
    shift_id: int
    resident_id: int


_theirs = (standing.c.resident_id == bindparam("resident_id"), standing.c.ended_at.is_(None))
_active = standing.c.ended_at.is_(None)
_has = select(standing.c.since).where(standing.c.series_id == bindparam("series_id"), *_theirs)
_count = select(func.count()).where(standing.c.series_id == bindparam("series_id"), _active)
_new = insert(standing)
_start = _new.on_conflict_do_update(
    index_elements=["series_id", "resident_id"],
    set_={"since": _new.excluded.since, "ended_at": None},
    where=standing.c.ended_at.is_not(None),
)
_stop = (
    update(standing)
    .where(
        standing.c.series_id == bindparam("b_series"),
        standing.c.resident_id == bindparam("b_resident"),
        _active,
    )
    .values(ended_at=bindparam("b_now"))
)
_stop_all = (
    update(standing).where(standing.c.series_id == bindparam("b_series"), _active).values(ended_at=bindparam("b_now"))
)
_next = (
    select(func.min(shifts.c.starts_at))
    .select_from(shifts.join(signups, signups.c.shift_id == shifts.c.id))
    .where(
        shifts.c.series_id == series.c.id,
        shifts.c.starts_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
        signups.c.resident_id == standing.c.resident_id,
        signups.c.state == SignupState.HELD,
    )
    .correlate(series, standing)
    .scalar_subquery()
)
_mine = (
    select(series.c.id, series.c.title, series.c.project_id, series.c.pattern, series.c.start, series.c.length, _next)
    .select_from(standing.join(series, series.c.id == standing.c.series_id))
    .where(
        *_theirs,
        series.c.ended_at.is_(None),
        or_(series.c.last_day.is_(None), series.c.last_day >= bindparam("today")),
    )
    .order_by(series.c.title, series.c.id)
)
_weeks = (
    select(*COLUMNS, signups.c.state)
    .select_from(
        WITH_PROJECT.outerjoin(
            signups, and_(signups.c.shift_id == shifts.c.id, signups.c.resident_id == bindparam("resident_id"))
        )
    )
    .where(
        shifts.c.series_id == bindparam("series_id"),
        shifts.c.starts_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
    )
    .order_by(shifts.c.id)
)
_asked = exists().where(signups.c.shift_id == shifts.c.id, signups.c.resident_id == standing.c.resident_id)
_pending = (
    select(shifts.c.series_id, shifts.c.id, standing.c.resident_id)
    .select_from(
        shifts.join(standing, standing.c.series_id == shifts.c.series_id).join(
            residents, residents.c.id == standing.c.resident_id
        )
    )
    .where(
        shifts.c.series_id.in_(bindparam("series", expanding=True)),
        shifts.c.series_day.is_not(None),
        shifts.c.starts_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
        _active,
        residents.c.state == ResidentState.RESIDENT,
        ~_asked,
    )
    .order_by(shifts.c.id, standing.c.since, standing.c.resident_id)
    .limit(bindparam("most"))
)
_pass_over = insert(signups).on_conflict_do_nothing()
_tell = fanout.notice_to(standing.c.resident_id, standing, standing.c.series_id == bindparam("of_series"), _active)


async def has(unit: Unit, series_id: int, resident_id: int) -> bool:
    """Whether somebody has a standing sign-up for a series."""
    return await unit.value(_has, series_id=series_id, resident_id=resident_id) is not None


async def count(unit: Unit, series_id: int) -> int:
    """How many have one."""
    return int(await unit.value(_count, series_id=series_id))


async def start(unit: Unit, series_id: int, resident_id: int, now: datetime) -> bool:
    """Begin a standing sign-up, behind everybody who has one. False when there is one. The series is locked."""
    return await unit.run(_start, series_id=series_id, resident_id=resident_id, since=now, ended_at=None) == 1


async def stop(unit: Unit, series_id: int, resident_id: int, now: datetime) -> bool:
    """End a standing sign-up; places that are held stay so. False when there was none."""
    return await unit.run(_stop, b_series=series_id, b_resident=resident_id, b_now=now) == 1


async def of_resident(unit: Unit, resident_id: int, now: datetime, today: date) -> list[Standing]:
    """Somebody's standing sign-ups for series that go on, by title."""
    return [Standing(*row) for row in await unit.rows(_mine, resident_id=resident_id, now=now, today=today)]


async def weeks(unit: Unit, series_id: int, resident_id: int, now: datetime) -> list[Week]:
    """The coming shifts of a series as somebody finds them, by id: the order in which shifts are locked."""
    at = len(ShiftRow._fields)
    rows = await unit.rows(_weeks, series_id=series_id, resident_id=resident_id, now=now)
    return [Week(shift_of(row), row[at]) for row in rows]


async def pending(unit: Unit, series_ids: Collection[int], now: datetime, most: int) -> list[Pending]:
    """The places that standing sign-ups ask for in shifts of these series with which they have nothing to do yet.

    By shift, and for each in the order in which people began: first come, first served, every week.
    """
    rows = await unit.rows(_pending, series=sorted(series_ids), now=now, most=most)
    return [Pending(*row) for row in rows]


async def pass_over(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> None:
    """Note that a standing sign-up got no place this once, as a released sign-up: it is not asked for again."""
    state = SignupState.RELEASED.value
    await unit.run(
        _pass_over, shift_id=shift_id, resident_id=resident_id, state=state, joined_at=now, learner=False, offer=""
    )


async def end_all(unit: Unit, series_id: int, *, fields: Mapping[str, Any], now: datetime) -> int:
    """End all standing sign-ups of a series that ends, and tell their people; how many they are."""
    told = await fanout.send(
        unit,
        _tell,
        notice="series.ended",
        key=(f"series.ended:{series_id}:", ""),
        fields=fields,
        now=now,
        subject=f"series:{series_id}",
        of_series=series_id,
    )
    await unit.run(_stop_all, b_series=series_id, b_now=now)
    return told
