"""The places of a shift that are kept for skills: setting them, and what stands in the way."""

from __future__ import annotations

from storage.queries import roster, topics
from storage.queries import skills as skill_queries
from storage.queries.shifts import ShiftRow
from storage.unit import Unit
from town.facts import FewestPlaces, PlacesTaken
from town.skills import Skills, Used, Wanted, check_used, wanted_of


def check_fewest(shift: ShiftRow, places: int) -> None:
    """Whether a shift can do with so many places, as it is taken. Raises PlacesTaken, FewestPlaces."""
    if places < shift.taken:
        raise PlacesTaken(taken=shift.taken)
    fewest = shift.reserved + shift.taken - shift.special
    if places < fewest:
        raise FewestPlaces(kept=shift.reserved, fewest=fewest)


async def of_the_list(unit: Unit, skills: Skills) -> dict[int, Wanted]:
    """What is asked for, without what is not on the town's list."""
    listed = {topic.id for topic in await topics.listed(unit, topics.SKILL)}
    return {skill_id: wanted for skill_id, wanted in wanted_of(skills).items() if skill_id in listed}


async def kinds_now(unit: Unit, shift_id: int) -> tuple[dict[int, Wanted], dict[int, Used]]:
    """What a shift asks for, and how many of the places for each skill are held or offered."""
    rows = await skill_queries.of_shift(unit, shift_id)
    return (
        {row.topic.id: Wanted(row.places, row.learners) for row in rows},
        {row.topic.id: Used(row.taken, row.learning) for row in rows},
    )


async def change_kinds(unit: Unit, shift: ShiftRow, skills: Skills) -> bool:
    """Set what a shift, whose row is locked, asks for. False when it asks for that already.

    A skill that was taken off the list since stays possible. Raises BadPlaces, KindsTooMany, PlacesTaken,
    OpenPlacesTaken.
    """
    before, used = await kinds_now(unit, shift.id)
    wanted = wanted_of(skills)
    kinds = await of_the_list(unit, wanted) | {one: wanted[one] for one in before if one in wanted}
    if kinds == before:
        return False
    check_used(kinds, used, places=shift.places, open_taken=shift.taken - shift.special)
    await roster.set_skills(unit, shift.id, kinds)
    return True
