"""What a town needs and what it makes (T6, T11): the sums of the needs survey, and how far production reaches.

Quantities are thousandths of an item's unit and a week.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from town.amounts import UNITS, WHOLE, read_amount
from town.facts import BadPeople, NeedTooMuch

LEAST_HOMES = 3
"""How many homes a figure takes. Of two, each could reckon the other's answer out of the sum: of three, none can."""

MOST_PEOPLE = 50
"""Who lives in one home."""

MOST_NEED = 1000 * WHOLE
"""Of one item, for one home: a slip of the finger must not feed the whole town."""

CLOSED_WEEKS = 4
"""What is made a week is the mean of so many weeks that are over: one week alone says little of what is baked twice."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What homes have said of one item: how many of them, and how many of these need any; the people who live there."""

    homes: int = 0
    needing: int = 0
    people: int = 0
    amount: int = 0

    @property
    def shown(self) -> bool:
        """Whether its figures can be shown without telling what a single home has answered.

        A sum that only one or two homes have part in is theirs, however many others need nothing.
        """
        return self.homes >= LEAST_HOMES and (self.needing == 0 or self.needing >= LEAST_HOMES)


def population(residents: int, covered: int, people: int) -> int:
    """How many people live in the town, when `people` live in the homes of `covered` of its residents.

    Children are not known to it by name: there are as many of them with those who did not answer.
    """
    return max(residents, people) if covered <= 0 else max(people, _nearest(residents * people, covered))


def projected(amount: int, people: int, of_town: int) -> int:
    """What the whole town needs, when `people` need an amount: to the nearest thousandth, halves up.

    A town has no fewer people than have been answered for.
    """
    if people <= 0:
        return 0
    return _nearest(amount * max(of_town, people), people)


def a_week(made: int, weeks: int = CLOSED_WEEKS) -> int:
    """What is made in a week when this was made in some, to the nearest thousandth."""
    return _nearest(made, weeks)


def reached(made: int, need: int) -> int | None:
    """How many percent of a need are made, rounded down: 100 is not said before it is so. None without a need."""
    return None if need <= 0 else made * 100 // need


def read_people(text: str) -> int:
    """How many people live in a home, as it was typed. Raises BadPeople."""
    found = re.fullmatch(r"[^\d.,-]*(\d{1,3})[^\d]*", text)  # "we are 4", but not "2 adults, 3 children" or "-2"
    if found is None or not 0 < int(found[1]) <= MOST_PEOPLE:
        raise BadPeople(given=text, most=MOST_PEOPLE)
    return int(found[1])


def read_need(text: str, unit: str, step: int) -> int:
    """How much of an item a home needs in a week, as it was typed; "0" is none of it.

    Raises NeedTooMuch, and BadAmount or AmountStep as `town.amounts.read_amount`.
    """
    if re.fullmatch(r"\s*0+([.,]0+)?\s*[^\W\d_]*\.?\s*", text):
        return 0
    amount = read_amount(text, unit, step)
    if amount > MOST_NEED:
        raise NeedTooMuch(most=MOST_NEED, unit=unit)
    return amount


def usual(unit: str, step: int) -> tuple[int, ...]:
    """A few amounts a week to tap: multiples of the item's step."""
    halves = (2, 4, 6, 10) if UNITS[unit].counted else (1, 2, 4, 10)
    found = [half * WHOLE // 2 for half in halves]
    return tuple(found) if all(amount % step == 0 for amount in found) else tuple(step * n for n in (1, 2, 3, 5))


def _nearest(over: int, under: int) -> int:
    return (2 * over + under) // (2 * under)
