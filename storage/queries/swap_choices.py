"""Who could take a shift over, and which shifts one could take for it: the likeliest first.

Only what a database can tell is looked at here: who is there, who is busy, who is free. The rules come after.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, exists, func, or_, union

from storage.queries.in_charge import accounts
from storage.queries.roles import Person
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, of_residents, residents, shift_of, shifts, signups
from storage.queries.swaps import OPEN, swaps
from storage.sql import bindparam, select
from storage.tables import ResidentState, SignupState
from storage.unit import Unit
from town.places import Kind

_other, _theirs = shifts.alias("other"), signups.alias("theirs")
_SPOKEN_FOR = (SignupState.HELD, SignupState.OFFERED)


def _is_on(shift: ColumnElement[int], resident: ColumnElement[int], *states: SignupState) -> ColumnElement[bool]:
    on = signups.alias()
    return exists().where(on.c.shift_id == shift, on.c.resident_id == resident, on.c.state.in_(states))


_busy = (
    select(_theirs.c.shift_id)
    .select_from(_theirs.join(_other, _other.c.id == _theirs.c.shift_id))
    .where(
        _theirs.c.resident_id == residents.c.id,
        _theirs.c.state == SignupState.HELD,
        _other.c.cancelled_at.is_(None),
        _other.c.id != bindparam("but_shift"),
        _other.c.starts_at < bindparam("ends"),
        _other.c.ends_at > bindparam("starts"),
    )
    .correlate(residents)
    .exists()
)
_somebody_holds = (
    select(_theirs.c.shift_id)
    .where(
        _theirs.c.shift_id == shifts.c.id,
        _theirs.c.state == SignupState.HELD,
        _theirs.c.resident_id != bindparam("resident_id"),
    )
    .correlate(shifts)
    .exists()
)
_shifts_to_take = (
    select(*COLUMNS)
    .select_from(WITH_PROJECT)
    .where(
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("starts"),
        shifts.c.starts_at < bindparam("ends"),
        _somebody_holds,
        ~_is_on(shifts.c.id, bindparam("resident_id"), *_SPOKEN_FOR),
    )
    .order_by((shifts.c.project_id == bindparam("project_id")).desc(), shifts.c.starts_at, shifts.c.id)
    .limit(bindparam("most"))
)
_on_shift = (
    select(
        residents.c.id, residents.c.name, residents.c.street, signups.c.skill_id, signups.c.learner, residents.c.state
    )
    .select_from(signups.join(residents, residents.c.id == signups.c.resident_id))
    .where(
        signups.c.shift_id == bindparam("but_shift"),
        signups.c.state == SignupState.HELD,
        residents.c.id != bindparam("resident_id"),
        ~_busy,
        ~_is_on(bindparam("give_shift"), residents.c.id, SignupState.HELD),
    )
)
_waits = _is_on(bindparam("but_shift"), residents.c.id, SignupState.WAITING)
_free = residents.c.free_times.op("&")(bindparam("parts")) == bindparam("parts")
_worked = (
    select(_theirs.c.shift_id)
    .select_from(_theirs.join(_other, _other.c.id == _theirs.c.shift_id))
    .where(
        _theirs.c.resident_id == residents.c.id,
        _theirs.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
        _other.c.project_id == bindparam("project_id"),
    )
    .correlate(residents)
    .exists()
)
_likes = (
    exists()
    .where(of_residents.c.resident_id == residents.c.id, of_residents.c.topic_id == bindparam("interest_id"))
    .correlate(residents)
)
_asked_already = (
    exists()
    .where(
        OPEN,
        swaps.c.give_shift_id == bindparam("but_shift"),
        swaps.c.from_id == bindparam("resident_id"),
        swaps.c.to_id == residents.c.id,
    )
    .correlate(residents)
)
_reachable = exists().where(accounts.c.resident_id == residents.c.id, accounts.c.reachable).correlate(residents)


def _few(chosen: Select[tuple[int]]) -> Select[tuple[int]]:
    """At most so many of them, as a part of a union."""
    few = chosen.limit(bindparam("universe")).subquery()
    return select(few.c[0])


# Who could be thought of: those who wait for it, work on the project or like it; and some who are free, from anywhere
# in the list of residents, so that it is not always the same ones who are asked.
_waiting = select(signups.c.resident_id).where(
    signups.c.shift_id == bindparam("but_shift"), signups.c.state == SignupState.WAITING
)
_colleagues = (
    select(signups.c.resident_id)
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(
        shifts.c.project_id == bindparam("project_id"),
        shifts.c.starts_at > bindparam("since"),
        signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
    )
    .distinct()
)
_fond = select(of_residents.c.resident_id).where(of_residents.c.topic_id == bindparam("interest_id"))
_from_here = select(residents.c.id).where(residents.c.id >= bindparam("somewhere"), _free).order_by(residents.c.id)
_before_here = select(residents.c.id).where(residents.c.id < bindparam("somewhere"), _free).order_by(residents.c.id)
_universe = union(_waiting, *(_few(part) for part in (_colleagues, _fond, _from_here, _before_here)))
_count = select(func.max(residents.c.id))
_helpers = (
    select(residents.c.id, residents.c.name, residents.c.street)
    .where(
        residents.c.id.in_(_universe),
        residents.c.state == ResidentState.RESIDENT,
        residents.c.id != bindparam("resident_id"),
        or_(_waits, _free, _worked),
        _reachable,
        ~_busy,
        ~_is_on(bindparam("but_shift"), residents.c.id, *_SPOKEN_FOR),
        ~_asked_already,
    )
    .order_by(_waits.desc(), _free.desc(), _worked.desc(), _likes.desc(), residents.c.name, residents.c.id)
    .limit(bindparam("most"))
)
_kind = select(signups.c.skill_id, signups.c.learner).where(
    signups.c.shift_id == bindparam("shift_id"),
    signups.c.resident_id == bindparam("resident_id"),
    signups.c.state == SignupState.HELD,
)


COLLEAGUES = timedelta(weeks=8)
"""Who has worked on a project in this time before a shift knows its way there."""

UNIVERSE = 300
"""People of each sort who are thought of, in a town of whatever size."""

STRIDE = 7919
"""A prime: where in the list of residents one begins to look is another place for each shift."""


class OnShift(NamedTuple):
    """Somebody who holds a place on a shift, and what that place is for."""

    person: Person
    kind: Kind


async def kind_of(unit: Unit, shift_id: int, resident_id: int) -> Kind | None:
    """What the place is for that somebody holds; None when they hold none."""
    row = await unit.first(_kind, shift_id=shift_id, resident_id=resident_id)
    return None if row is None else Kind(row.skill_id, row.learner)


async def shifts_to_take(
    unit: Unit, resident_id: int, *, project_id: int, starts: datetime, ends: datetime, most: int
) -> list[ShiftRow]:
    """Shifts between two instants on which others hold places and this resident has none: those of a project first."""
    rows = await unit.rows(
        _shifts_to_take, resident_id=resident_id, project_id=project_id, starts=starts, ends=ends, most=most
    )
    return [shift_of(row) for row in rows]


async def people_on(unit: Unit, shift_id: int, *, give: ShiftRow, resident_id: int) -> list[OnShift]:
    """Who holds a place on a shift and, without it, is free at the time of `give`, on which they hold none; by name."""
    rows = await unit.rows(
        _on_shift,
        but_shift=shift_id,
        give_shift=give.id,
        resident_id=resident_id,
        starts=give.starts_at,
        ends=give.ends_at,
    )
    # Whether they live here is looked at last: a database without statistics would go through all who do first.
    there = [OnShift(Person(*row[:3]), Kind(*row[3:5])) for row in rows if row.state == ResidentState.RESIDENT]
    return sorted(there, key=lambda one: (one.person.name, one.person.id))


async def helpers(unit: Unit, give: ShiftRow, resident_id: int, *, parts: int | None, most: int) -> list[Person]:
    """Who could take over a shift, the likeliest first: who waits for it, is usually free then, knows the project.

    `parts`: what `town.swaps.needed_parts` says of it. Nobody who is busy then, cannot be reached or was asked already.
    """
    rows = await unit.rows(
        _helpers,
        but_shift=give.id,
        resident_id=resident_id,
        project_id=give.project_id,
        interest_id=give.interest_id,
        since=give.starts_at - COLLEAGUES,
        universe=UNIVERSE,
        somewhere=give.id * STRIDE % (int(await unit.value(_count) or 0) + 1),
        parts=-1 if parts is None else parts,  # -1 has bits that no free times have
        starts=give.starts_at,
        ends=give.ends_at,
        most=most,
    )
    return [Person(*row) for row in rows]
