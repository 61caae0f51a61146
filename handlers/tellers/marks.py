"""A choice as the buttons of a teller carry it: without the signs that part the fields of a button's data."""

from __future__ import annotations

from handlers.ballots import marking
from town.facts import BadBallot
from town.polls import ABSTAIN, Kind, Question, points_of, read_choice

BLANK = "-"
_WIDTH = 2
"""Hexadecimal digits for the points of one option: up to 255, and there are 100 at most."""


def packed(question: Question, choice: str) -> str:
    """A choice in at most 24 letters."""
    if choice == ABSTAIN:
        return BLANK
    if question.kind is not Kind.POINTS:
        return marking.draft_of(question, choice)
    given = points_of(choice)
    return "".join(f"{given.get(at, 0):0{_WIDTH}x}" for at in range(1, question.options + 1))


def unpacked(question: Question, mark: str) -> str:
    """The choice again. Raises BadBallot for a forged one."""
    if mark == BLANK:
        return ABSTAIN
    wrong = BadBallot(kind=question.kind.value, options=question.options, points=question.points, most=question.most)
    if question.kind is not Kind.POINTS:
        choice = marking.choice_of(question, mark)
        if choice == ABSTAIN:
            raise wrong
        return choice
    if len(mark) != _WIDTH * question.options or not set(mark) <= set("0123456789abcdef"):
        raise wrong
    given = [int(mark[at : at + _WIDTH], 16) for at in range(0, len(mark), _WIDTH)]
    return read_choice(question, ",".join(f"{at}:{points}" for at, points in enumerate(given, 1) if points) or "0")
