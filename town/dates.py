"""Days, times and lengths as people type them in a chat: "Thu 9", "tomorrow 14:30", "el jueves a las 9", "1 h 30".

The words of a language come as a `Vocabulary`. Accents and case do not count. Each part of the text may have several
readings ("9" a day or an hour, "mar" a Tuesday or March); the first combination that makes one whole date is taken, so
whoever asks shows what was understood. Everything is wall time of the town: naive datetimes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from town.facts import BadDate, BadLength, DateInPast
from town.vocabulary import (
    AM,
    MOST_CHARACTERS,
    NIGHT,
    PM,
    Reading,
    Vocabulary,
    fold,
    matches_of,
    phrase_of,
    pieces_of,
)

__all__ = [
    "Vocabulary",
    "fold",
    "parse_birth_date",
    "parse_day",
    "parse_length",
    "parse_past_day",
    "parse_time",
    "parse_when",
]

T = TypeVar("T")

_MOST_PIECES = 10

_LENGTH_PIECE = re.compile(r"(?P<number>\d{1,4}(?:[.,:]\d{1,2})?)(?!\d)|(?P<word>[^\W\d_]+)|(?P<gap>[\s.,'\u2019-]+)")


def parse_when(text: str, *, vocabulary: Vocabulary, now_local: datetime) -> datetime:
    """The day and time that `text` names, as naive wall time; always after `now_local` (naive).

    A weekday is its next one, today too while the time is still ahead, unless a word for "next" rules today out. A day
    without month or year is the next such day from today. Raises BadDate, or DateInPast when the moment has passed.
    """

    def whole(roles: Reading) -> datetime | None:
        clock = _clock(roles)
        day = _day(roles, now_local.date(), passed=clock is not None and clock <= now_local.time())
        return None if day is None or clock is None else datetime.combine(day, clock)

    when = _understood(text, vocabulary, whole)
    if when <= now_local:
        raise DateInPast(given=_given(text))
    return when


def parse_day(text: str, *, vocabulary: Vocabulary, now_local: datetime) -> date:
    """The day that `text` names, with no time in it; today at the earliest. Raises BadDate or DateInPast."""

    def whole(roles: Reading) -> date | None:
        return None if roles.keys() & {"hour", "half"} else _day(roles, now_local.date(), passed=False)

    day = _understood(text, vocabulary, whole)
    if day < now_local.date():
        raise DateInPast(given=_given(text))
    return day


def parse_past_day(text: str, *, vocabulary: Vocabulary, today: date) -> date:
    """The day that `text` names for somebody who speaks of what is over; `today` too, and whatever names a later day.

    A weekday is its last one. A day without year is the last such day. Raises BadDate.
    """

    def whole(roles: Reading) -> date | None:
        if roles.keys() & {"hour", "half", "mark"}:
            return None
        if "offset" in roles or "year" in roles:
            return _day(roles, today, passed=False)
        if "day" not in roles:
            return _day(roles, today - timedelta(days=6), passed=False)
        return _last_day(roles, today)

    return _understood(text, vocabulary, whole)


def _last_day(roles: Reading, today: date) -> date | None:
    """The last day up to `today` that `roles`, which name a day without a year, mean; None when they disagree."""
    month = roles.get("month")
    if month is not None:
        tries = [(today.year - before, month) for before in range(9)]
    else:
        tries = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(12)]
        tries = [(year, index + 1) for year, index in tries]
    days = (_date(*at, roles["day"]) for at in tries)
    found = next((day for day in days if day is not None and day <= today), None)
    return found if found is None or roles.get("weekday", found.weekday()) == found.weekday() else None


def parse_birth_date(text: str, *, vocabulary: Vocabulary) -> date:
    """The day that `text` names with its month and year: "3 May 2012", "3/5/2012", "2012-05-03". Raises BadDate."""

    def whole(roles: Reading) -> date | None:
        return _calendar_day(roles, date.min) if roles.keys() == {"day", "month", "year"} else None

    return _understood(text, vocabulary, whole)


def parse_time(text: str, *, vocabulary: Vocabulary | None = None) -> time:
    """The time of day that `text` names: "9", "9:30", "9.30", "9h30", "21h", "9 pm". Raises BadDate."""

    def whole(roles: Reading) -> time | None:
        return None if roles.keys() - {"hour", "minute", "half", "mark"} else _clock(roles)

    return _understood(text, vocabulary or _NO_WORDS, whole)


def parse_length(text: str, vocabulary: Vocabulary) -> int:
    """The length of time that `text` names, in minutes, at least 1: "3h", "2:30", "90 min", "1 h 30", "2,5 h".

    A bare number is hours up to 12 and minutes above. Raises BadLength.
    """
    units = {phrase_of(word): 60 for word in vocabulary.hours} | {phrase_of(word): 1 for word in vocabulary.minutes}
    pieces: list[str | int] = []
    folded = fold(text)
    for match in matches_of(_LENGTH_PIECE, folded):
        if match is None or len(folded) > MOST_CHARACTERS:
            raise BadLength(given=_given(text))
        if match["number"]:
            pieces.append(match["number"])
        elif match["word"] in units:
            pieces.append(units[match["word"]])
        elif match["word"] and vocabulary.index.get(match["word"]) != ():  # not a joiner
            raise BadLength(given=_given(text))
    minutes = _minutes_of(pieces)
    if not minutes:
        raise BadLength(given=_given(text))
    return minutes


def _minutes_of(pieces: list[str | int]) -> int | None:
    if pieces and isinstance(pieces[0], int):  # isiZulu names the unit first: "amahora ama-3"
        pieces = [piece for at in range(0, len(pieces), 2) for piece in reversed(pieces[at : at + 2])]
    match pieces:
        case [str(hours), 60, str(minutes)] | [str(hours), 60, str(minutes), 1] if minutes.isdecimal():
            whole = _hours(hours)
            return whole + int(minutes) if whole is not None and int(minutes) < 60 else None
        case [str(minutes), 1] if minutes.isdecimal():
            return int(minutes)
        case [str(number)] if number.isdecimal() and int(number) > 12:
            return int(number)
        case [str(hours)] | [str(hours), 60]:
            return _hours(hours)
    return None


def _hours(number: str) -> int | None:
    """Minutes of "3", "2:30", "2,5" or "2.30". After a point only quarters make sense: 25 and 75 are hundredths."""
    hours, sign, part = re.split("([.,:])", number) if re.search("[.,:]", number) else (number, "", "")
    if sign == ":":
        return int(hours) * 60 + int(part) if len(part) == 2 and int(part) < 60 else None
    quarters = {"": 0, "0": 0, "00": 0, "15": 15, "25": 15, "5": 30, "30": 30, "50": 30, "45": 45, "75": 45}
    return int(hours) * 60 + quarters[part] if part in quarters else None


def _understood(text: str, vocabulary: Vocabulary, whole: Callable[[Reading], T | None]) -> T:
    pieces = pieces_of(text, vocabulary)
    if pieces is not None and 0 < len(pieces) <= _MOST_PIECES:
        for roles in _combinations(pieces):
            found = whole(roles)
            if found is not None:
                return found
    raise BadDate(given=_given(text))


def _combinations(pieces: list[list[Reading]]) -> Iterator[Reading]:
    """Every way to read all pieces in which no part of the date is named twice, the likelier ones first."""

    def read(index: int, roles: Reading, previous: Reading) -> Iterator[Reading]:
        if index == len(pieces):
            yield roles
            return
        # Spanish "mar" is Tuesday or March: March when it follows a number, as in "24 mar 9".
        readings = pieces[index] if previous.keys() != {"day"} else sorted(pieces[index], key=_is_weekday)
        for reading in readings:
            if not reading.keys() & roles.keys() and _may_follow(reading, previous, roles):
                yield from read(index + 1, {**roles, **reading}, reading)

    return read(0, {}, {})


def _is_weekday(reading: Reading) -> bool:
    return "weekday" in reading


def _may_follow(reading: Reading, previous: Reading, roles: Reading) -> bool:
    if "mark" in reading:  # "9 h"
        return "hour" in previous and "minute" not in previous
    if reading.keys() == {"minute"}:  # "9 h 30"
        return "mark" in previous
    if reading.keys() == {"year"}:  # "24 Nov 2026", "Nov 24, 2026"
        return "month" in roles and bool(previous.keys() & {"day", "month"})
    if reading.keys() == {"day"}:  # "Nov 24", not "Nov 9:00 24"
        return "month" not in roles or "month" in previous
    return reading.keys() != {"month"} or "day" not in roles or "day" in previous


def _clock(roles: Reading) -> time | None:
    hour, minute, half = roles.get("hour", 24), roles.get("minute", 0), roles.get("half")
    if half is not None and hour > 12:
        return time(hour, minute) if half != AM and hour < 24 and minute < 60 else None
    if half == NIGHT:
        half = None if hour == 12 else PM if hour >= 6 else AM
        hour = 24 if half is None else hour  # "12 at night" ends one day and begins another: ask
    if half is not None:
        hour = hour % 12 + (12 if half == PM else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _day(roles: Reading, today: date, *, passed: bool) -> date | None:
    """The day that `roles` name, seen from `today`; None when there is no such day or they disagree."""
    days: list[date | None] = []
    if "offset" in roles:
        days.append(today + timedelta(days=roles["offset"]))
    if "day" in roles:
        days.append(_calendar_day(roles, today))
    elif roles.keys() & {"month", "year"}:
        return None
    if "weekday" not in roles:
        return days[0] if days and "next" not in roles and len(set(days)) == 1 else None
    if days:
        agreed = len(set(days)) == 1 and days[0] is not None and days[0].weekday() == roles["weekday"]
        return days[0] if agreed else None
    ahead = (roles["weekday"] - today.weekday()) % 7
    return today + timedelta(days=7 if ahead == 0 and (passed or "next" in roles) else ahead)


def _calendar_day(roles: Reading, today: date) -> date | None:
    day, month, year = roles["day"], roles.get("month"), roles.get("year")
    if year is not None:
        return _date(year, month, day) if month is not None else None
    if month is not None:  # up to eight years: 29 February around a century that is no leap year
        tries = [(today.year + later, month) for later in range(9)]
    else:
        tries = [(today.year + at // 12, at % 12 + 1) for at in range(today.month - 1, today.month + 11)]
    candidates = (_date(*at, day) for at in tries)
    return next((found for found in candidates if found is not None and found >= today), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _given(text: str) -> str:
    return text.strip()[:40]


_NO_WORDS = Vocabulary(days={}, weekdays={}, months={})
