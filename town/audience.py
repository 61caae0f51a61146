"""Audiences: whom something is for, as a short text that a row can keep ("town", "project:3", "role:council").

A chosen audience is put together step by step, as it is said: everybody of the bakery, *and also* who can drive, *but
not* who is exempt. Each step takes what came before it as a whole; its text has one line for each.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from town.vocabulary import fold

TOWN, PROJECT, ROLE, MEETING = "town", "project", "role", "meeting"
SHIFT, SKILL, INTEREST, STANDING, OWES = "shift", "skill", "interest", "standing", "owes"
CAN = "can"
LANGUAGE, STREET, SAVED = "language", "street", "saved"

MOST_STEPS = 8
"""Steps of one chosen audience: more, and nobody could say whom it means."""

_ROLES = frozenset({"mayor", "coordinator", "treasurer", "council"})
_STANDINGS = frozenset({"participating", "short", "exempt", "welcome"})
_WORDS = {ROLE: re.compile("|".join(sorted(_ROLES))), STANDING: re.compile("|".join(sorted(_STANDINGS)))}
_WORDS |= {LANGUAGE: re.compile(r"[a-z]{2,3}"), STREET: re.compile(r"[^\n]{1,120}")}
_NUMBERED = frozenset({PROJECT, MEETING, SHIFT, SKILL, INTEREST, OWES, CAN, SAVED})
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


class Audience(NamedTuple):
    """One kind of people: all of the town; who takes part in a project; who holds a role; who is there at a meeting;
    who has a place on a shift, or had one; who has a skill or an interest; whose standing was this when the last week
    was closed; who owes at least so many minutes of the running week; who reads a language; who lives in a street
    (`area_of`); who could come to a shift; who belongs to an audience that was given a name.

    `id` is that of the project, meeting, shift, skill, interest or saved audience, or the minutes; 0 otherwise. `word`
    is a role's, a standing's, a language's or a street's; "" otherwise.
    """

    kind: str
    id: int = 0
    word: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or self.word}" if self.id or self.word else self.kind


def parse(text: str) -> Audience:
    """The audience that a text stands for. Raises ValueError."""
    kind, colon, what = text.partition(":")
    if kind == TOWN and not colon:
        return Audience(kind)
    if kind in _NUMBERED and _NUMBER.fullmatch(what):
        return Audience(kind, int(what))
    if kind in _WORDS and _WORDS[kind].fullmatch(what):
        return Audience(kind, word=what)
    raise ValueError(f"no audience: {text!r}")


class How(StrEnum):
    """How a step goes on from what came before: these too; of those only these; of those all but these."""

    ALSO = "+"
    ONLY = "&"
    NOT = "-"


class Chosen(NamedTuple):
    """An audience step by step: the first, and how each of the others goes on from what came before."""

    first: Audience
    then: tuple[tuple[How, Audience], ...] = ()

    def __str__(self) -> str:
        return "\n".join((str(self.first), *(f"{how}{audience}" for how, audience in self.then)))

    @property
    def terms(self) -> tuple[Audience, ...]:
        """All kinds of people that it is put together from."""
        return (self.first, *(audience for _how, audience in self.then))

    @property
    def is_town(self) -> bool:
        """Whether it is plainly everybody."""
        return self.first.kind == TOWN and all(how is How.ALSO for how, _audience in self.then)

    def and_then(self, how: How, audience: Audience) -> Chosen:
        """With one step more. Raises ValueError for more steps than `MOST_STEPS`."""
        if len(self.terms) >= MOST_STEPS:
            raise ValueError("too many steps")
        return self._replace(then=(*self.then, (how, audience)))


def parse_chosen(text: str) -> Chosen:
    """The chosen audience that a text stands for. Raises ValueError."""
    first, *others = text.split("\n")
    if len(others) > MOST_STEPS or not all(others):  # a call for hands adds one of its own: who can come
        raise ValueError(f"no audience: {text!r}")
    return Chosen(parse(first), tuple((How(line[0]), parse(line[1:])) for line in others))


def area_of(street: str) -> str:
    """A street as it is compared: without house numbers, accents and capitals; "" where nothing is left.

    >>> area_of("12 Mill Lane, Flat 3b")
    'mill lane flat'
    """
    plain = "".join(" " if sign in ",;" else sign for sign in fold(street))
    return " ".join(word for word in plain.split() if not any(sign.isdigit() for sign in word))
