"""The days of a series: its RFC 5545 rule, evaluated by python-dateutil on the town's own calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from itertools import islice

from dateutil.rrule import rrulestr


def days(
    rule: str, first: date, last: date | None, *, since: date, until: date | None = None, without: Collection[date] = ()
) -> Iterator[date]:
    """The days of a rule that begins on `first`, from `since` on, in order; `without` some.

    They end with `last` or `until`, whichever comes first; with neither they go on as long as dates do. Days have no
    zone here: `town.series.span` makes instants of them.
    """
    ends = min((one for one in (last, until) if one is not None), default=date.max)
    every = rrulestr(rule, dtstart=_naive(first))
    for moment in every.xafter(_naive(max(first, since)), inc=True):
        if moment.date() > ends:
            return
        if moment.date() not in without:
            yield moment.date()


def next_days(rule: str, first: date, last: date | None, *, since: date, most: int) -> list[date]:
    """The next few of them."""
    return list(islice(days(rule, first, last, since=since), most))


def _naive(day: date) -> datetime:
    return datetime.combine(day, time())
