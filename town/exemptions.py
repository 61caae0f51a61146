"""Exemptions: weeks in which nothing is asked of somebody (`town.md`, policies). Of why, only the kind is kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from town.dates import fold
from town.facts import BadSpan

_WEEK = timedelta(days=7)
_PIECES = re.compile(r"\d+|[^\W\d_]+")


class ExemptionKind(StrEnum):
    """Why somebody is exempt; no other reason is kept."""

    AGE = "age"
    ILLNESS = "illness"
    PREGNANCY = "pregnancy"
    CARE = "care"


def check_span(first: date, last: date, *, monday: date, most: int) -> None:
    """Whether somebody may ask in the week of `monday` for the weeks from `first` to `last`, all of them Mondays.

    It begins last week at the earliest (who is ill asks late), and covers at most `most` weeks. Raises BadSpan.
    """
    begins = monday - _WEEK <= first <= monday + most * _WEEK
    if not begins or not monday <= last or not first <= last < first + most * _WEEK:
        raise BadSpan(most=most)


def overlap(first: date, last: date, other_first: date, other_last: date) -> bool:
    """Whether two spans of weeks share one."""
    return first <= other_last and other_first <= last


def ended_early(first: date, monday: date) -> date | None:
    """The last week of an exemption that is ended in the week of `monday`, which stays exempt; None if it never began.

    So ending one asks nothing of anybody at once, and changes no week that is over.
    """
    return monday if first <= monday else None


def read_weeks(text: str, words: Collection[str]) -> int | None:
    """The number in "4", "4 weeks" or "amasonto ama-4", where `words` are those that may stand beside it; else None."""
    pieces = _PIECES.findall(fold(text))
    numbers = [piece for piece in pieces if piece.isdecimal()]
    others = [piece for piece in pieces if not piece.isdecimal()]
    known = {fold(word) for word in words}
    if len(numbers) != 1 or len(numbers[0]) > 3 or not known.issuperset(others):
        return None
    return int(numbers[0])
