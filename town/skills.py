"""Skills: how many places of a shift are for each, and who judges how well somebody knows one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from town.facts import BadPlaces, KindsTooMany, NotAllowed, OpenPlacesTaken, OwnSkill, PlacesTaken
from town.places import MASTER


class Wanted(NamedTuple):
    """Of a shift's places, how many are for people with a skill, and how many more for learners of it.

    With neither, the skill is a wish.
    """

    places: int = 0
    learners: int = 0


class Used(NamedTuple):
    """How many of the places for a skill are held or offered: of its own, and of its learners'."""

    taken: int = 0
    learning: int = 0


Skills = Collection[int] | Mapping[int, Wanted]
"""The skills (ids) that a shift asks for; a plain collection is of wishes."""


def wanted_of(skills: Skills) -> dict[int, Wanted]:
    """What a shift asks for, by skill."""
    if isinstance(skills, Mapping):
        return dict(skills)
    return dict.fromkeys(skills, Wanted())


def kept(kinds: Mapping[int, Wanted]) -> int:
    """How many places are not for anybody."""
    return sum(one.places + one.learners for one in kinds.values())


def check_kinds(kinds: Mapping[int, Wanted], places: int) -> None:
    """Whether the places for skills fit into those of the shift. Raises BadPlaces, KindsTooMany."""
    for one in kinds.values():
        if min(one) < 0:
            raise BadPlaces(given=str(min(one)))
    if kept(kinds) > places:
        raise KindsTooMany(kept=kept(kinds), most=places)


def check_used(kinds: Mapping[int, Wanted], used: Mapping[int, Used], *, places: int, open_taken: int) -> None:
    """Whether the kinds of a shift can change to `kinds` while so many of each are `used`.

    `open_taken` of its `places` are those that anybody may take, held or offered. Raises what `check_kinds` raises,
    PlacesTaken with how many of one kind are needed, or OpenPlacesTaken.
    """
    check_kinds(kinds, places)
    for skill_id, now in used.items():
        wanted = kinds.get(skill_id, Wanted())
        if now.taken > wanted.places:
            raise PlacesTaken(taken=now.taken)
        if now.learning > wanted.learners:
            raise PlacesTaken(taken=now.learning)
    if open_taken > places - kept(kinds):
        raise OpenPlacesTaken(taken=open_taken, most=places - open_taken)


def check_judge(level: str | None, *, own: bool) -> None:
    """Whether somebody of this level in a skill may sign it off for a person, or for themself (`own`).

    Raises NotAllowed, OwnSkill.
    """
    if level != MASTER:
        raise NotAllowed(needed="master")
    if own:
        raise OwnSkill
