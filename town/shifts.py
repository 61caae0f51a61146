"""Shifts: who may take a place, how well one suits a resident, and what a new one may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum

from town.facts import AlreadyHeld, BadLength, BadPlaces, DateInPast, ShiftCancelled, ShiftClash, ShiftStarted
from town.settings import TownSettings
from town.text import clean
from town.week import local

TITLE_MOST = 60
"""UTF-16 units in the title of a shift."""

SHORTEST = 15
"""Minutes of the shortest shift."""


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """What the rules need to know of a shift. Instants are aware; `ends_at` is the first one after it."""

    id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    places: int
    cancelled: bool = False

    @property
    def minutes(self) -> int:
        """Its full length."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def overlap(one: ShiftFacts, other: ShiftFacts) -> bool:
    """Whether the two share any time. One may start at the very moment the other ends."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def check_can_join(shift: ShiftFacts, others: Iterable[ShiftFacts], now: datetime) -> None:
    """Whether a resident who holds `others` may take a place on `shift` at `now`; free places are not counted here.

    Raises ShiftCancelled, AlreadyHeld, ShiftStarted, or ShiftClash with the earliest shift in the way.
    """
    if shift.cancelled:
        raise ShiftCancelled(title=shift.title)
    held = [other for other in others if not other.cancelled]
    if any(other.id == shift.id for other in held):
        raise AlreadyHeld(title=shift.title)
    if now >= shift.starts_at:
        raise ShiftStarted(title=shift.title)
    clashing = [other for other in held if overlap(shift, other)]
    if clashing:
        first = min(clashing, key=lambda other: (other.starts_at, other.id))
        raise ShiftClash(title=shift.title, other=first.title, starts_at=first.starts_at, ends_at=first.ends_at)


def check_new(title: str, starts_at: datetime, length: int, places: int, now: datetime, settings: TownSettings) -> None:
    """Whether a coordinator may put up this shift; `length` in minutes, instants aware.

    Raises TextEmpty or TextTooLong (title), DateInPast, BadLength or BadPlaces; in that order.
    """
    clean(title, TITLE_MOST)
    if starts_at <= now:
        raise DateInPast(given=f"{local(starts_at, settings.tz):%Y-%m-%d %H:%M}")
    if not SHORTEST <= length <= settings.longest_shift_minutes:
        raise BadLength(given=str(length))
    if not 1 <= places <= settings.most_places:
        raise BadPlaces(given=str(places))


def suitability(
    *,
    needs: frozenset[int],
    skills: frozenset[int],
    interest: int | None,
    interests: frozenset[int],
    free: bool,
    minutes_owed: int,
    length: int,
) -> int:
    """How well a shift suits a resident: the higher, the earlier it is offered; below zero it is not.

    ===========================================  =======================================================
    a skill in `needs` that the resident lacks   -1 for each, and nothing else counts: they cannot do it
    `interest` (of its project) among theirs     +40: people drift to what they love doing
    `free`: within their usual free times        +30
    `needs` skills, and they have them all       +20: keep the rare skills for where they are needed
    `length` towards `minutes_owed`              +0 … +10: by how much of what is owed it fills, less what
                                                 it runs over; 10 when it fits to the minute, 0 when
                                                 nothing is owed
    ===========================================  =======================================================
    """
    lacking = len(needs - skills)
    if lacking:
        return -lacking
    loved = 40 if interest is not None and interest in interests else 0
    skilled = 20 if needs else 0
    return loved + (30 if free else 0) + skilled + _filled(minutes_owed, length)


def _filled(owed: int, length: int) -> int:
    if owed <= 0 or length <= 0:
        return 0
    return 10 * min(owed, length) // max(owed, length)


# When a resident is usually free: three parts of each day, kept as one integer.

FreeTimes = int
"""A bit mask, bit ``day * 3 + part``: Monday morning is 1, Sunday evening 1 << 20."""


class Part(IntEnum):
    """A part of the day. Before 6:00 and after 22:00 nobody counts as free."""

    MORNING = 0
    AFTERNOON = 1
    EVENING = 2

    @property
    def starts(self) -> time:
        """Its first minute on the local clocks."""
        return (time(6), time(12), time(18))[self]

    @property
    def ends(self) -> time:
        """The first minute after it."""
        return (time(12), time(18), time(22))[self]


_SPANS = tuple(
    (part.value, part.starts.hour * 60 + part.starts.minute, part.ends.hour * 60 + part.ends.minute) for part in Part
)
"""Each part with its first minute of the day, and the first one after it."""

_FIRST, _LAST = _SPANS[0][1], _SPANS[-1][2]

DAYS = tuple(range(7))
"""Monday is 0, as in `date.weekday`."""

PARTS = tuple(Part)

ALWAYS_FREE: FreeTimes = (1 << len(DAYS) * len(PARTS)) - 1


def bit(day: int, part: Part | int) -> FreeTimes:
    """The mask of one part of one day. Raises ValueError when there is no such day or part."""
    if day not in DAYS:
        raise ValueError(f"no weekday {day}")
    return 1 << day * len(PARTS) + Part(part)


def toggled(mask: FreeTimes, day: int, part: Part | int) -> FreeTimes:
    """`mask` with this part of this day turned to the other."""
    return mask ^ bit(day, part)


def free_parts(mask: FreeTimes) -> Iterator[tuple[int, Part]]:
    """The (day, part) pairs in `mask`, Monday morning first."""
    return ((day, part) for day in DAYS for part in PARTS if mask & bit(day, part))


def covers(mask: FreeTimes, starts_local: datetime, ends_local: datetime) -> bool:
    """Whether all of `starts_local` … `ends_local` (wall times of the town) lies in free parts of one day."""
    starts = starts_local.hour * 60 + starts_local.minute
    ends = ends_local.hour * 60 + ends_local.minute
    if starts_local.date() != ends_local.date() or starts < _FIRST or ends > _LAST or starts >= ends:
        return False
    of_day = mask >> starts_local.weekday() * len(PARTS)
    return all(of_day & 1 << part for part, first, last in _SPANS if starts < last and first < ends)
