"""Shifts as people look for them: lists, one shift's page, and what a ranking needs to know."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func

from storage.sql import bindparam, select
from storage.tables import Project, Resident, ResidentTopic, Shift, ShiftSkill, Signup, SignupState, Topic, table_of
from storage.unit import Unit
from town.shifts import ShiftFacts

shifts, signups, projects, needs = table_of(Shift), table_of(Signup), table_of(Project), table_of(ShiftSkill)
residents, topics, of_residents = table_of(Resident), table_of(Topic), table_of(ResidentTopic)


class ShiftRow(NamedTuple):
    """A shift with its project's name and interest. Instants are aware; `week` is its Monday.

    `reserved` of its places are for a skill, and `special` of those are taken (see `storage.tables.Shift`).
    """

    id: int
    project_id: int
    project: str
    interest_id: int | None
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    week: date
    places: int
    taken: int
    made_by: int
    cancelled_at: datetime | None
    closed_at: datetime | None
    reserved: int = 0
    special: int = 0
    series_id: int | None = None

    @property
    def free(self) -> int:
        """Places still free, of all kinds."""
        return self.places - self.taken

    @property
    def general(self) -> int:
        """Places that anybody may take, free or not."""
        return self.places - self.reserved

    @property
    def general_free(self) -> int:
        """Places still free that anybody may take."""
        return self.general - (self.taken - self.special)

    @property
    def minutes(self) -> int:
        """Its full length."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def facts(self) -> ShiftFacts:
        """What the rules need to know of it."""
        return ShiftFacts(
            id=self.id,
            title=self.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            places=self.places,
            cancelled=self.cancelled_at is not None,
        )


class Mine(NamedTuple):
    """A shift as one resident finds it.

    `state` is that of their sign-up, None if they never had one; `coming_at` is when they said that they are coming,
    `offer_until` when an offered place passes on, `checked_in_at` when they checked in at the place.
    """

    shift: ShiftRow
    state: str | None
    coming_at: datetime | None
    offer_until: datetime | None = None
    checked_in_at: datetime | None = None


class Counted(NamedTuple):
    """A project, and how many of its shifts have free places."""

    project_id: int
    name: str
    shifts: int


COLUMNS = (
    shifts.c.id,
    shifts.c.project_id,
    projects.c.name.label("project"),
    projects.c.interest_id,
    *(shifts.c[name] for name in ShiftRow._fields[4:]),
)
WITH_PROJECT = shifts.join(projects, projects.c.id == shifts.c.project_id)

_listed = select(*COLUMNS).select_from(WITH_PROJECT).order_by(shifts.c.starts_at, shifts.c.id)
_coming = (
    shifts.c.cancelled_at.is_(None),
    shifts.c.starts_at > bindparam("starts"),
    shifts.c.starts_at < bindparam("ends"),
)
_has_room = shifts.c.taken < shifts.c.places
_one = _listed.where(shifts.c.id == bindparam("shift_id"))
_some = (
    select(*COLUMNS)
    .select_from(WITH_PROJECT)
    .where(shifts.c.id.in_(bindparam("shift_ids", expanding=True)))
    .order_by(shifts.c.id)
)
_some_locked = _some.with_for_update(of=shifts)
_between = _listed.where(*_coming)
_of_project = _between.where(shifts.c.project_id == bindparam("project_id"))
OPEN = _between.where(_has_room).limit(bindparam("most"))
_open_of_projects = OPEN.where(shifts.c.project_id.in_(bindparam("projects", expanding=True)))
_open_starts = select(shifts.c.starts_at).where(*_coming, _has_room)
_open_projects = (
    select(projects.c.id, projects.c.name, func.count())
    .select_from(WITH_PROJECT)
    .where(*_coming, _has_room)
    .group_by(projects.c.id, projects.c.name)
    .order_by(projects.c.name)
)
IS_HELD = (
    signups.c.resident_id == bindparam("resident_id"),
    signups.c.state == SignupState.HELD,
    shifts.c.cancelled_at.is_(None),
)
_held = (
    select(*COLUMNS)
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(*IS_HELD)
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_next = _held.where(shifts.c.ends_at > bindparam("now")).limit(1)
_page = (
    select(*COLUMNS, signups.c.state, signups.c.coming_at, signups.c.offer_until, signups.c.checked_in_at)
    .select_from(
        WITH_PROJECT.outerjoin(
            signups, and_(signups.c.shift_id == shifts.c.id, signups.c.resident_id == bindparam("resident_id"))
        )
    )
    .where(shifts.c.id == bindparam("shift_id"))
)


def shift_of(row: Row[*tuple[Any, ...]]) -> ShiftRow:
    """The shift in the first columns of a row that begins with `COLUMNS`."""
    return ShiftRow(*row[: len(ShiftRow._fields)])


async def get(unit: Unit, shift_id: int) -> ShiftRow | None:
    """One shift, also when it was cancelled."""
    row = await unit.first(_one, shift_id=shift_id)
    return None if row is None else shift_of(row)


async def lock(unit: Unit, shift_ids: Collection[int]) -> dict[int, ShiftRow]:
    """Some shifts by their ids, whose rows are held until the end of this transaction, and locked in that order."""
    if not shift_ids:
        return {}
    rows = await unit.rows(_some if unit.is_sqlite else _some_locked, shift_ids=sorted(shift_ids))
    return {row[0]: shift_of(row) for row in rows}


async def page(unit: Unit, shift_id: int, resident_id: int) -> Mine | None:
    """One shift with a resident's own sign-up for it."""
    row = await unit.first(_page, shift_id=shift_id, resident_id=resident_id)
    return None if row is None else Mine(shift_of(row), *row[len(ShiftRow._fields) :])


async def between(unit: Unit, starts: datetime, ends: datetime) -> list[ShiftRow]:
    """The shifts that start after `starts` and before `ends`, full ones too, the earliest first."""
    return [shift_of(row) for row in await unit.rows(_between, starts=starts, ends=ends)]


async def of_project(unit: Unit, project_id: int, starts: datetime, ends: datetime) -> list[ShiftRow]:
    """The same of one project."""
    return [shift_of(row) for row in await unit.rows(_of_project, project_id=project_id, starts=starts, ends=ends)]


async def open_between(
    unit: Unit, starts: datetime, ends: datetime, now: datetime, limit: int, projects: Collection[int] | None = None
) -> list[ShiftRow]:
    """The shifts with free places that start between two instants and after `now`, the earliest first.

    `projects`: only theirs; None is all.
    """
    span: dict[str, Any] = {"starts": max(starts, now), "ends": ends, "most": limit}
    if projects is None:
        rows = await unit.rows(OPEN, **span)
    else:
        rows = await unit.rows(_open_of_projects, **span, projects=sorted(projects))
    return [shift_of(row) for row in rows]


async def open_starts(unit: Unit, starts: datetime, ends: datetime) -> list[datetime]:
    """When the shifts with free places start, in no order."""
    return [row[0] for row in await unit.rows(_open_starts, starts=starts, ends=ends)]


async def open_projects(unit: Unit, starts: datetime, ends: datetime) -> list[Counted]:
    """The projects that have shifts with free places, by name."""
    return [Counted(*row) for row in await unit.rows(_open_projects, starts=starts, ends=ends)]


async def held_by(unit: Unit, resident_id: int) -> list[ShiftRow]:
    """The shifts on which a resident holds a place, the earliest first: coming ones, and ended ones that nobody has
    confirmed yet."""
    return [shift_of(row) for row in await unit.rows(_held, resident_id=resident_id)]


async def next_of_resident(unit: Unit, resident_id: int, now: datetime) -> ShiftRow | None:
    """The next shift on which a resident holds a place; one that is running counts."""
    row = await unit.first(_next, resident_id=resident_id, now=now)
    return None if row is None else shift_of(row)
