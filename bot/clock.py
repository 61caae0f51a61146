"""The time, passed in: nothing else in the house reads a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Says what time it is, in aware UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovingClock:
    """The machine's time moved by an offset: it runs on by itself, and can be put forward. The sample town has one."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move_to(self, instant: datetime) -> None:
        """Put the clock forward to an instant; it never goes back."""
        self.offset = max(self.offset, instant - datetime.now(UTC))


class StoppedClock:
    """A clock that stands where it is put, for tests; each look is a microsecond later, so that nothing is at once."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        self.instant += timedelta(microseconds=1)
        return self.instant

    def move_to(self, instant: datetime) -> None:
        self.instant = max(self.instant, instant)
