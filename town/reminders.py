"""When the town may write unasked: quiet hours, and the moments at which reminders fall due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from math import ceil, floor
from zoneinfo import ZoneInfo

from town.week import local

_DAY = timedelta(days=1)

IN_TIME = timedelta(hours=1)
"""Whoever hears of something no later than this before a shift starts can still act on it."""


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder: sent at `due_at` or soon after, dropped from `expires_at` on. `lead` is minutes before the start."""

    due_at: datetime
    expires_at: datetime
    lead: int


def quiet(local_time: time, quiet_from: time, quiet_until: time) -> bool:
    """Whether `local_time` is within the quiet hours: `quiet_from` included, `quiet_until` not.

    The span may reach over midnight. Equal ends mean that no time is quiet.
    """
    if quiet_from <= quiet_until:
        return quiet_from <= local_time < quiet_until
    return local_time >= quiet_from or local_time < quiet_until


def after_quiet(instant: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time) -> datetime:
    """The first moment (UTC) at or after the aware `instant` that is not quiet on the clocks of `zone`.

    Where the clocks change within the quiet hours, they are followed to the change and looked at anew: a skipped end is
    met at the change itself, an end shown twice the first time it comes.
    """
    moment = instant.astimezone(UTC)
    while quiet((shown := local(moment, zone)).time(), quiet_from, quiet_until):
        end = moment + (_since_midnight(quiet_until) - _since_midnight(shown.time())) % _DAY
        moment = _clock_change(moment, end, zone) or end
    return moment


def cannot_wait(starts_at: datetime, now: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time) -> bool:
    """Whether what is said `now` must break into the quiet hours: their end is less than `IN_TIME` before the start."""
    heard = after_quiet(now, zone, quiet_from, quiet_until)
    return heard > now and heard + IN_TIME >= starts_at


def reminder_times(starts_at: datetime, leads: Iterable[int]) -> tuple[Due, ...]:
    """The reminders of a shift that starts at `starts_at` (aware), earliest first.

    `leads` are minutes before the start; a repeated one counts once and 0 or less means none. A reminder has gone stale
    when half of its lead has passed: "in two hours" must not be said five minutes before.
    """
    wanted = sorted({lead for lead in leads if lead > 0}, reverse=True)
    return tuple(
        Due(due_at=starts_at - timedelta(minutes=lead), expires_at=starts_at - timedelta(minutes=lead) / 2, lead=lead)
        for lead in wanted
    )


def _since_midnight(shown: time) -> timedelta:
    return timedelta(hours=shown.hour, minutes=shown.minute, seconds=shown.second, microseconds=shown.microsecond)


def _clock_change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant in (start, end] at which the clocks of `zone` change, or None. They change on whole seconds."""
    low, high = floor(start.timestamp()), ceil(end.timestamp())
    before = _offset(low, zone)
    if _offset(high, zone) == before:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return datetime.fromtimestamp(high, UTC)


def _offset(second: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()
