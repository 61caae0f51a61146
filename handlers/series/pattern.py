"""The days of a series: its RFC 5545 rule, evaluated by python-dateutil on the town's own calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from town.series import Pattern, exists, first_from, pattern_of, span
from town.week import local

FARTHEST = timedelta(days=3660)
"""Nobody plans farther ahead: a later day is a forged one."""


class Recurring(Protocol):
    """Whatever comes again: shifts, batches. `start` is minutes after midnight, `length` minutes."""

    @property
    def pattern(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def length(self) -> int: ...
    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date | None: ...


def days(
    rule: str, first: date, last: date | None, *, since: date, until: date | None = None, without: Collection[date] = ()
) -> Iterator[date]:
    """The days of a rule that begins on `first`, from `since` on, in order; `without` some.

    They end with `last` or `until`, whichever comes first; with neither they go on as long as dates do. Days have no
    zone here: `town.series.span` makes instants of them.
    """
    ends = min((one for one in (last, until) if one is not None), default=date.max)
    every = rrulestr(rule, dtstart=_naive(_nearest(rule, first, since)))
    for moment in every.xafter(_naive(max(first, since)), inc=True):
        if moment.date() > ends:
            return
        if moment.date() not in without:
            yield moment.date()


def next_days(rule: str, first: date, last: date | None, *, since: date, most: int) -> list[date]:
    """The next few of them."""
    return list(islice(days(rule, first, last, since=since), most))


def comes(one: Recurring, day: date, zone: ZoneInfo, now: datetime) -> bool:
    """Whether something comes on a day, and its time on that day is still to come; days left out are not looked at."""
    if day > local(now, zone).date() + FARTHEST:
        return False
    of_pattern = days(one.pattern, one.first_day, one.last_day, since=day, until=day)
    return day in of_pattern and is_ahead(one, day, zone, now)


def is_ahead(one: Recurring, day: date, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a day is one that the town has, and the time on it is still to come."""
    return exists(day, zone) and span(day, one.start, one.length, zone)[0] > now


def days_ahead(one: Recurring, zone: ZoneInfo, now: datetime, most: int) -> list[date]:
    """The next days of something, those that are left out among them."""
    since = max(local(now, zone).date(), one.first_day)
    found = next_days(one.pattern, one.first_day, one.last_day, since=since, most=most + 1)
    return [day for day in found if is_ahead(one, day, zone, now)][:most]


def first_ahead(every: Pattern, day: date, start: int, zone: ZoneInfo, now: datetime) -> date:
    """The first day of what is to begin on `day`: one of its weekdays, whose time is still to come."""
    first = first_from(max(day, local(now, zone).date()), every)
    ahead = span(first, start, 1, zone)[0] > now
    return first if ahead else first_from(first + timedelta(days=1), every)


def _nearest(rule: str, first: date, since: date) -> date:
    """A day on which the rule may begin as well, as far as days from `since` on go: it need not count all the years."""
    cycle = 7 * pattern_of(rule).weeks
    return first + timedelta(days=max(0, (since - first).days) // cycle * cycle)


def _naive(day: date) -> datetime:
    return datetime.combine(day, time())
