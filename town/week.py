"""The town's week: Monday 00:00 to Sunday 24:00 on the town's own clocks (`town.md`, policies).

A week is named by its Monday, a `date`. Instants are aware datetimes, and what these functions return is in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Week = date
"""The Monday of a week."""


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The aware `instant` on the clocks of `zone`. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(zone)


def at_local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, when the clocks of `zone` show `at` on `day`.

    A time that the clocks skip in spring is moved forward by the gap (02:30 becomes 03:30); of a time that they show
    twice in autumn the first is meant. Both are what PEP 495 defines for ``fold=0``.
    """
    return datetime.combine(day, at.replace(fold=0, tzinfo=None), tzinfo=zone).astimezone(UTC)


def monday_of(day: date) -> Week:
    """The Monday on or before `day`."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of the month that `day` is in."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def week_of(instant: datetime, zone: ZoneInfo) -> Week:
    """The week that the aware `instant` falls in."""
    return monday_of(local(instant, zone).date())


def bounds(monday: Week, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of the week, and the first one after it (both UTC): 167, 168 or 169 hours apart in most zones.

    Raises ValueError when `monday` is another day.
    """
    if monday.weekday() != 0:
        raise ValueError(f"{monday} is not a Monday")
    return at_local(monday, time(), zone), at_local(monday + timedelta(days=7), time(), zone)


def next_monday(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the week after that of `instant` begins; always later than `instant`."""
    return bounds(week_of(instant, zone), zone)[1]
