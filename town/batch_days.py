"""Days in a line about a batch: "today", "sat", "28 Nov", "24/12", "Mon-Fri"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from town.dates import parse_day
from town.facts import BadDate, DateInPast
from town.vocabulary import Vocabulary

Span = tuple[int, int]
"""From when to when: minutes after midnight."""


@dataclass(frozen=True, slots=True)
class Found:
    """A day or a span, and where it stands in the text."""

    start: int
    end: int
    day: date | None = None
    span: Span | None = None
    half: bool = False
    weekday: bool = False


_PIECE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\.?(?!\d)|\d{1,4}|[^\W\d_]+")


def days_in(text: str, dates: Vocabulary, now_local: datetime, units: frozenset[str]) -> Iterator[Found]:
    """The days that a folded text names. Raises DateInPast."""
    pieces = list(_PIECE.finditer(text))
    at = 0
    while at < len(pieces):
        for count in range(min(5, len(pieces) - at), 0, -1):
            window = pieces[at : at + count]
            found = _day(text, window, dates, now_local) if _names_a_day(text, window, dates, units) else None
            if found is not None:
                yield found
                at += count - 1
                break
        at += 1


def _names_a_day(text: str, window: Sequence[re.Match[str]], dates: Vocabulary, units: frozenset[str]) -> bool:
    """Whether there is more in it than a number: a word for a day, or a date with its month."""
    if any(text[one.end() : two.start()].strip(" .-'\u2019") for one, two in pairwise(window)):
        return False
    edges = window[0][0], window[-1][0]
    if any(dates.index.get(edge) == () and len(window) > 1 for edge in edges[1:]):
        return False
    for piece in window:
        if piece[0][0].isalpha():
            readings = dates.look_up(piece[0]) or ()
            if readings and all("offset" in one for one in readings) and any(one[0].isdecimal() for one in window):
                return False  # "24 today" is how many, not which day
            if any("offset" in one or "weekday" in one for one in readings):
                return True
            if any("month" in one for one in readings) and any(one[0].isdecimal() for one in window):
                return True
        elif not piece[0].isdecimal() and not _is_amount(text, piece, units):
            return True
    return any(" ".join(one[0] for one in window[at:]) in dates.index for at in range(len(window) - 1))


def _is_amount(text: str, piece: re.Match[str], units: frozenset[str]) -> bool:
    """Whether a number such as "12.5" or "1/2" is an amount: at the beginning, or before a unit."""
    after = re.compile(r"\s*([^\W\d_]+)").match(text, piece.end())
    return not text[: piece.start()].strip() or (after is not None and after[1] in units)


def _day(text: str, window: Sequence[re.Match[str]], dates: Vocabulary, now_local: datetime) -> Found | None:
    start, end = window[0].start(), window[-1].end()
    try:
        day = parse_day(text[start:end], vocabulary=dates, now_local=now_local)
    except BadDate:
        return None
    except DateInPast:
        if any(len(piece[0]) > 5 and piece[0][0].isdecimal() for piece in window):
            raise
        return None
    words = [dates.look_up(piece[0]) or () for piece in window if piece[0][0].isalpha()]
    only_weekday = bool(words) and all("weekday" in one for readings in words for one in readings)
    return Found(start, end, day=day, weekday=only_weekday and len(words) == len(window))


def day_at(text: str, at: int, dates: Vocabulary, now_local: datetime) -> Found | None:
    """The day that a folded text names right there. Raises DateInPast."""
    mark = "· "  # at the beginning a "27/11" would be an amount
    found = next(days_in(mark + text[at : at + 40], dates, now_local, frozenset()), None)
    if found is None or found.start > len(mark):
        return None
    return replace(found, start=at, end=at + found.end - len(mark))


def with_days_between(text: str, found: Sequence[Found], until: Collection[str]) -> list[Found]:
    """All the days of "Mon-Fri", or "from Monday to Friday"."""
    every: list[Found] = []
    for one in found:
        before = every[-1] if every else None
        if before is not None and before.day and one.day and one.weekday:
            *joined, _weekday = text[before.end : one.end].replace("-", " - ").replace("\u2013", " - ").split()
            if " ".join(joined) in {*until, "-"}:
                last = one.day if one.day > before.day else one.day + timedelta(days=7)
                between = range(1, min(7, (last - before.day).days))
                every += [replace(before, day=before.day + timedelta(days=ahead)) for ahead in between]
                one = replace(one, day=last)
        every.append(one)
    return every
