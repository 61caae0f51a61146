"""Who answers for a shift: who is told about it, and asked for its hours."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from storage.queries import in_charge
from storage.queries.in_charge import Answers
from storage.queries.shifts import ShiftRow
from storage.tables import Role
from storage.unit import Unit


async def of_shift(unit: Unit, shift: ShiftRow, *, but: Collection[int] = ()) -> list[Answers]:
    """The nearest people who answer for a shift, apart from some residents.

    Its project's coordinators; else whoever made it, if they still may; else the town's coordinators; else the mayors:
    the first of these among whom somebody can be reached. Where nobody can, the first of these there are.
    """
    everybody = [one for one in await in_charge.over(unit, shift.project_id) if one.resident_id not in but]
    return _nearest(
        [one for one in everybody if one.role == Role.COORDINATOR and one.project_id is not None],
        [one for one in everybody if one.resident_id == shift.made_by],
        [one for one in everybody if one.role == Role.COORDINATOR],
        [one for one in everybody if one.role == Role.MAYOR],
    )


async def of_project(unit: Unit, project_id: int, *, but: Collection[int] = ()) -> list[Answers]:
    """The nearest people who answer for a project, as `of_shift` finds them for a shift that nobody made."""
    everybody = [one for one in await in_charge.over(unit, project_id) if one.resident_id not in but]
    return _nearest(
        [one for one in everybody if one.role == Role.COORDINATOR and one.project_id is not None],
        [one for one in everybody if one.role == Role.COORDINATOR],
        [one for one in everybody if one.role == Role.MAYOR],
    )


async def mayors_over(unit: Unit, project_id: int, *, but: Collection[int] = ()) -> list[Answers]:
    """The mayors, apart from some residents."""
    everybody = await in_charge.over(unit, project_id)
    return once_each(one for one in everybody if one.role == Role.MAYOR and one.resident_id not in but)


async def mayors(unit: Unit, shift: ShiftRow, *, but: Collection[int] = ()) -> list[Answers]:
    """The mayors, apart from some residents."""
    return await mayors_over(unit, shift.project_id, but=but)


def _nearest(*tiers: list[Answers]) -> list[Answers]:
    """The first of these in which somebody can be reached; where nobody can, the first that is not empty."""
    there = [tier for tier in tiers if tier]
    reached = [tier for tier in there if any(one.reachable for one in tier)]
    return once_each((reached or there or [[]])[0])


def once_each(people: Iterable[Answers]) -> list[Answers]:
    """Nobody twice, whatever roles they have."""
    return list({one.resident_id: one for one in people}.values())
