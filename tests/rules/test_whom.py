"""Whom a call for hands is for, as audiences."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from handlers.tasks.whom import MOST_SKILLS, Whom, usual, who_can_come
from storage.queries.shifts import ShiftRow
from storage.queries.skills import KindRow
from storage.queries.topics import Named
from town.audience import MOST_STEPS, Audience, Chosen, How, parse_chosen
from town.limits import age_on, latest_birth

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def shift(interest: int | None) -> ShiftRow:
    return ShiftRow(7, 3, "Farm", interest, "x", "", NOON, NOON, date(2026, 11, 23), 6, 0, 1, None, None)


def kinds(*skills: int) -> list[KindRow]:
    return [KindRow(Named(skill, "skill", ""), 0, 0, 0, 0, None, False) for skill in skills]


def test_the_usual_choices_are_of_those_who_could_come() -> None:
    found = {whom: str(chosen) for whom, chosen in usual(shift(5), kinds(1, 2)).items()}
    assert found == {
        Whom.SUITS: "skill:1\n+skill:2\n+interest:5\n&owes:1\n&can:7",
        Whom.PROJECT: "project:3\n&can:7",
        Whom.SKILL: "skill:1\n+skill:2\n&can:7",
        Whom.ALL: "town\n&can:7",
    }
    plain = usual(shift(None), [])
    assert str(plain[Whom.SUITS]) == "owes:1\n&can:7"
    assert Whom.SKILL not in plain


def test_they_fit_however_much_a_shift_asks_for() -> None:
    for chosen in usual(shift(5), kinds(*range(1, 30))).values():
        assert parse_chosen(str(chosen)) == chosen
        assert len(chosen.terms) <= MOST_SKILLS + 3
    longest = Chosen(Audience("town"), ((How.NOT, Audience("skill", 4)),) * (MOST_STEPS - 1))
    assert parse_chosen(str(who_can_come(longest, 7))).terms[-1] == Audience("can", 7)
    with pytest.raises(ValueError, match="no audience"):
        parse_chosen(str(who_can_come(who_can_come(longest, 7), 7)))


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2028, 2, 29), date(2027, 3, 1)])
def test_who_was_born_by_then_is_old_enough(day: date) -> None:
    born = latest_birth(day, 15)
    assert age_on(born, day) == 15
    assert age_on(date.fromordinal(born.toordinal() + 1), day) == 14
