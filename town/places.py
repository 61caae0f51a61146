"""What the places of a shift are for: anybody, people with a skill, or learners of it beside a master."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from town.facts import NeedsMaster, NeedsSkill, ShiftFull

TOLD, SIGNED_OFF, MASTER = "told", "signed_off", "master"
"""How well a skill is known; see `storage.tables.Level`."""


class Kind(NamedTuple):
    """What a place is for: the skill (an id), None for anybody's; `learner`: for somebody who learns it there."""

    skill_id: int | None
    learner: bool


GENERAL = Kind(None, False)


@dataclass(frozen=True, slots=True)
class SkillPlaces:
    """The places of a shift for one skill, as one resident finds them.

    `taken` of `places` are held or offered, `learning` of `learners` as well. `level` is theirs, None when they lack
    the skill; `master_there`: a master of it holds a place on the shift.
    """

    skill_id: int
    places: int
    taken: int
    learners: int
    learning: int
    level: str | None
    master_there: bool

    def has(self, proof: str) -> bool:
        """Whether they count as having the skill, in a town that asks for this `proof` (see `TownSettings`)."""
        return self.level is not None and (proof == TOLD or self.level in (SIGNED_OFF, MASTER))


def suits(kind: Kind, skills: Sequence[SkillPlaces], proof: str) -> bool:
    """Whether a resident may take a place of this kind at all, were it free."""
    if kind.skill_id is None:
        return True
    skill = next((one for one in skills if one.skill_id == kind.skill_id), None)
    if skill is None:
        return False
    return (not skill.has(proof) and skill.master_there) if kind.learner else skill.has(proof)


def choose(general_free: int, skills: Sequence[SkillPlaces], proof: str) -> tuple[Kind, ...]:
    """The kinds of free places that a resident may take, the best first.

    A place for a skill they have (masters first: learners wait for them), then anybody's, then a learner's place.
    """
    theirs = sorted((one for one in skills if one.has(proof)), key=lambda one: (one.level != MASTER, one.skill_id))
    kinds = [Kind(one.skill_id, False) for one in theirs if one.taken < one.places]
    if general_free > 0:
        kinds.append(GENERAL)
    kinds += [
        Kind(one.skill_id, True)
        for one in skills
        if not one.has(proof) and one.learning < one.learners and one.master_there
    ]
    return tuple(kinds)


def could_ever(general: int, skills: Sequence[SkillPlaces], proof: str) -> bool:
    """Whether waiting makes sense: the shift has places, taken or not, that they may take, `general` for anybody."""
    return general > 0 or any(one.places > 0 if one.has(proof) else one.learners > 0 for one in skills)


def refusal(
    title: str, general: int, skills: Sequence[SkillPlaces], proof: str
) -> ShiftFull | NeedsSkill | NeedsMaster:
    """Why there is no place for a resident for whom `choose` found none; `general` places are anybody's, all taken."""
    if not could_ever(general, skills, proof):
        return NeedsSkill(title=title, skills=_ids(skills), proof=proof != TOLD)
    waiting = [one for one in skills if not one.has(proof) and one.learning < one.learners and not one.master_there]
    if waiting:
        return NeedsMaster(title=title, skills=_ids(waiting))
    return ShiftFull(title=title)


def _ids(skills: Collection[SkillPlaces]) -> tuple[int, ...]:
    return tuple(sorted(one.skill_id for one in skills))
