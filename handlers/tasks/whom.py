"""Whom a call for hands is for: the usual choices, each as an audience of those who could come."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from storage.queries.shifts import ShiftRow
from storage.queries.skills import KindRow
from town.audience import CAN, INTEREST, OWES, PROJECT, SKILL, TOWN, Audience, Chosen, How

MOST_SKILLS = 4
"""Skills of a shift that make an audience: with its interest, who owes hours and who can come, within its steps."""


class Whom(StrEnum):
    """Those whom the shift suits and who owe hours; those of its project; those with its skill; everybody."""

    SUITS = "suits"
    PROJECT = "project"
    SKILL = "skill"
    ALL = "all"


def usual(shift: ShiftRow, kinds: Sequence[KindRow]) -> dict[Whom, Chosen]:
    """The usual choices for a shift that asks for these skills, from the nearest to everybody."""
    skills = [Audience(SKILL, kind.topic.id) for kind in kinds[:MOST_SKILLS]]
    liked = [Audience(INTEREST, shift.interest_id)] if shift.interest_id is not None else []
    owing = Audience(OWES, 1)
    suits = _any_of([*skills, *liked]).and_then(How.ONLY, owing) if skills or liked else Chosen(owing)
    found = {Whom.SUITS: suits, Whom.PROJECT: Chosen(Audience(PROJECT, shift.project_id))}
    if skills:
        found[Whom.SKILL] = _any_of(skills)
    found[Whom.ALL] = Chosen(Audience(TOWN))
    return {whom: who_can_come(chosen, shift.id) for whom, chosen in found.items()}


def who_can_come(chosen: Chosen, shift_id: int) -> Chosen:
    """Of an audience only those who could come to a shift: a step that there is always room for."""
    return chosen._replace(then=(*chosen.then, (How.ONLY, Audience(CAN, shift_id))))


def _any_of(kinds: Sequence[Audience]) -> Chosen:
    return Chosen(kinds[0], tuple((How.ALSO, one) for one in kinds[1:]))
