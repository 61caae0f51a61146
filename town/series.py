"""Series: shifts that come again, on some weekdays of every so many weeks, as RFC 5545 recurrence rules.

A pattern is of days, on the town's own calendar; a day becomes an instant only with its time of day, so that a shift
stays at nine o'clock when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from town.facts import NoDays
from town.week import at_local

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""RFC 5545's names of the weekdays; Monday is 0, as in `date.weekday`."""

MOST_WEEKS = 4
"""A series comes at least every so many weeks."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Some `weekdays` (0 is Monday, ascending) of every `weeks`-th week, counted from the series' first day."""

    weekdays: tuple[int, ...]
    weeks: int = 1

    @property
    def rule(self) -> str:
        """As an RFC 5545 rule: ``FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO``."""
        days = ",".join(CODES[day] for day in self.weekdays)
        return f"FREQ=WEEKLY;INTERVAL={self.weeks};BYDAY={days};WKST=MO"


def pattern_of(rule: str) -> Pattern:
    """The pattern that `Pattern.rule` wrote. Raises ValueError for a rule of another kind."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    if parts.get("FREQ") != "WEEKLY" or "BYDAY" not in parts:
        raise ValueError(f"not a weekly rule: {rule!r}")
    weekdays = sorted(CODES.index(code) for code in parts["BYDAY"].split(","))
    return Pattern(tuple(weekdays), int(parts.get("INTERVAL", "1")))


def check_pattern(weekdays: Iterable[int], weeks: int) -> Pattern:
    """The pattern of these weekdays. Raises NoDays when there is none, or a number of weeks that is not offered."""
    days = tuple(sorted(set(weekdays)))
    if not days or not set(days) <= set(range(7)) or not 1 <= weeks <= MOST_WEEKS:
        raise NoDays
    return Pattern(days, weeks)


def first_from(day: date, pattern: Pattern) -> date:
    """The first of the pattern's weekdays on or after `day`: where its weeks are counted from."""
    return next(one for one in (day + timedelta(days=ahead) for ahead in range(7)) if one.weekday() in pattern.weekdays)


def exists(day: date, zone: ZoneInfo) -> bool:
    """Whether a town had this day at all: Samoa went from 29 to 31 December 2011."""
    return at_local(day, time(), zone) < at_local(day + timedelta(days=1), time(), zone)


def span(day: date, start: int, length: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When (UTC) the shift of a day begins and ends: `start` minutes after midnight on its clocks, `length` long.

    The length is time that passes: a night shift over a clock change ends an hour sooner or later by the clocks.
    """
    starts = at_local(day, clock(start), zone)
    return starts, starts + timedelta(minutes=length)


def clock(start: int) -> time:
    """Minutes after midnight as a time of day."""
    return time(*divmod(start, 60))


def minutes_of(at: time) -> int:
    """A time of day as minutes after midnight."""
    return at.hour * 60 + at.minute
