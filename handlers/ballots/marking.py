"""What is marked on a ballot paper so far, as its buttons carry it: one sign (base 36) for a number.

    yesno, single   the option, or nothing
    approval        the options in their order
    ranked          the options in the voter's order
    points          the points of each option, one after the other: "402"

Every button says what is marked after it was tapped, so a tap that comes twice marks once.
"""

from __future__ import annotations

from town.facts import BadBallot
from town.polls import ABSTAIN, Kind, Question, numbers_of, points_of, read_choice

SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"


def draft_of(question: Question, choice: str) -> str:
    """What is marked on the paper of somebody who has voted so."""
    if choice == ABSTAIN:
        return ""
    if question.kind is Kind.POINTS:
        given = points_of(choice)
        return "".join(SIGNS[given.get(at, 0)] for at in range(1, question.options + 1))
    return "".join(SIGNS[number] for number in numbers_of(choice))


def checked(question: Question, draft: str) -> str:
    """A draft that may stand on a paper. Raises BadBallot for one that has too much, or that was forged."""
    if not fits(question, draft):
        raise BadBallot(kind=question.kind.value, options=question.options, points=question.points, most=question.most)
    numbers = [SIGNS.find(sign) for sign in draft]
    return _written(numbers if question.kind in (Kind.RANKED, Kind.POINTS) else sorted(numbers))


def fits(question: Question, draft: str) -> bool:
    """Whether a draft may stand on a paper."""
    numbers = [SIGNS.find(sign) for sign in draft]
    if question.kind is Kind.POINTS:
        return -1 not in numbers and len(numbers) in (0, question.options) and sum(numbers) <= question.points
    known = all(1 <= one <= question.options for one in numbers)
    return known and len(set(numbers)) == len(numbers) <= _most(question)


def tapped(question: Question, draft: str, number: int, *, less: bool = False) -> str:
    """What is marked after an option was tapped: perhaps more than may be (`checked`). `less` takes a point away."""
    numbers = [SIGNS.index(sign) for sign in draft]
    if question.kind is Kind.POINTS:
        numbers = numbers or [0] * question.options
        numbers[number - 1] = max(0, min(numbers[number - 1] + (-1 if less else 1), len(SIGNS) - 1))
        return _written(numbers) if any(numbers) else ""
    if number in numbers:
        return _written([one for one in numbers if one != number])
    return _written([*numbers, number] if question.kind is Kind.RANKED else sorted([*numbers, number]))


def marks(question: Question, draft: str) -> dict[int, int]:
    """The marks of a draft by option: its place (ranked), its points, or 1."""
    numbers = [SIGNS.index(sign) for sign in draft]
    if question.kind is Kind.POINTS:
        return {at: points for at, points in enumerate(numbers, 1) if points}
    return {number: place if question.kind is Kind.RANKED else 1 for place, number in enumerate(numbers, 1)}


def left(question: Question, draft: str) -> int:
    """The points that are still to be shared out."""
    return question.points - sum(marks(question, draft).values())


def choice_of(question: Question, draft: str) -> str:
    """The choice that a draft comes to, as it is cast; nothing marked abstains. Raises BadBallot."""
    found = marks(question, checked(question, draft))
    if question.kind is Kind.POINTS:
        return read_choice(question, ",".join(f"{number}:{points}" for number, points in found.items()))
    joint = ">" if question.kind is Kind.RANKED else ","
    return read_choice(question, joint.join(map(str, found)))


def is_whole(question: Question, draft: str) -> bool:
    """Whether what is marked can be put in: something is, and of points all."""
    return bool(draft) and (question.kind is not Kind.POINTS or left(question, draft) == 0)


def _most(question: Question) -> int:
    """How many options may be marked."""
    if question.kind in (Kind.YESNO, Kind.SINGLE):
        return 1
    return question.most if question.kind is Kind.APPROVAL and question.most else question.options


def _written(numbers: list[int]) -> str:
    return "".join(SIGNS[number] for number in numbers)
