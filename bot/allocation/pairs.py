"""Who could take which place, and how well it suits them: every pair at once, as numpy arrays.

The same as `town.allocation.may` and `score` say of one pair (`tests/rules/test_allocation.py` holds them together).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bot.allocation.puzzle import Puzzle
from town.allocation import FILLS, FREE, LACKS, LEARNS, LIKED, SKILLED, Seeker, day_of
from town.limits import MINOR_FROM, age_on, caps
from town.places import Kind
from town.shifts import ALWAYS_FREE, FreeTimes, bit, covers
from town.week import local, monday_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """The open places of one kind of one shift: `shift` is its index, `free` how many there are."""

    shift: int
    kind: Kind
    free: int


class Pairs:
    """The pairs of a puzzle: residents are rows, shifts (or kinds of places) columns, both by their index."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self.town = puzzle.town
        self.openings = puzzle.openings
        self.seekers = puzzle.seekers
        self.places = tuple(
            Places(index, kind, free) for index, opening in enumerate(self.openings) for kind, free in opening.kinds
        )
        self.shift_of: Ints = np.array([one.shift for one in self.places], dtype=np.int64)
        self.free: Ints = np.array([one.free for one in self.places], dtype=np.int64)
        self.minutes: Ints = np.array([opening.minutes for opening in self.openings], dtype=np.int64)
        self.days = [day_of(opening, self.town) for opening in self.openings]
        self.owes: Bools = np.array([seeker.owed > 0 for seeker in self.seekers], dtype=bool)

    # -- who may ----------------------------------------------------------------------------------------------------

    @cached_property
    def near(self) -> Bools:
        """Shifts × shifts: nobody can work on both, since they overlap or leave too little rest. Each with itself."""
        spans = zip(self.openings, self.days, strict=True)
        return np.array([self._near(opening.starts_at, opening.ends_at, day) for opening, day in spans], dtype=bool)

    @cached_property
    def able(self) -> Bools:
        """Residents × kinds of places: who may take such a place, were no rule in the way."""
        of_kind = {kind: self._able(kind) for kind in {one.kind for one in self.places}}
        columns = [of_kind[one.kind] for one in self.places]
        return np.array(columns, dtype=bool).reshape(len(self.places), len(self.seekers)).T

    @cached_property
    def may(self) -> Bools:
        """Residents × shifts: whether every rule lets them, with all that they hold."""
        found = np.zeros((len(self.seekers), len(self.openings)), dtype=bool)
        index = {opening.id: at for at, opening in enumerate(self.openings)}
        kept: dict[tuple[datetime, datetime], Bools] = {}
        for row, seeker in enumerate(self.seekers):
            found[row] = self._within(seeker)
            found[row, [index[shift] for shift in seeker.without if shift in index]] = False
            for held in seeker.held:
                span = held.starts_at, held.ends_at
                if span not in kept:
                    kept[span] = self._near(*span, local(held.starts_at, self.town.tz).date())
                found[row] &= ~kept[span]
        return found

    def _within(self, seeker: Seeker) -> Bools:
        """The shifts that are within a resident's limits: minutes of a day and of the week, and those of the young."""
        most = {day: caps(seeker.born, day, self.town) for day in self._every_day}
        if not seeker.held and seeker.born is None:
            return self.later & (self.minutes <= min(self.town.most_day_minutes, self.town.most_week_minutes))
        by_day, by_week = self.worked(seeker)
        of_day = {day: most[day].day - by_day.get(day, 0) for day in most}
        of_week = {day: most[day].week - by_week.get(monday_of(day), 0) for day in most}
        room: Ints = np.array([min(of_day[day], of_week[day]) for day in self.days], dtype=np.int64)
        found = self.later & (self.minutes <= room)
        if seeker.born is not None:
            found &= self._for_the_young(seeker.born, {day for day in most if most[day].minor})
        return found

    def _for_the_young(self, born: date, minor: set[date]) -> Bools:
        """The shifts that somebody may work on at their age; on the days in `minor` they are under age."""
        old_enough = {day: age_on(born, day) >= self.town.least_age for day in self._every_day}
        fine: Bools = np.array([old_enough[day] for day in self.days], dtype=bool)
        young: Bools = np.array([day in minor for day in self.days], dtype=bool)
        return fine & (~young | self._by_day)

    @cached_property
    def _by_day(self) -> Bools:
        """Shifts at hours at which young people work."""
        zone, until = self.town.tz, self.town.minor_until
        spans = [(local(opening.starts_at, zone), local(opening.ends_at, zone)) for opening in self.openings]
        return np.array(
            [
                starts.time() >= MINOR_FROM and ends.date() == starts.date() and ends.time() <= until
                for starts, ends in spans
            ],
            dtype=bool,
        )

    @cached_property
    def _every_day(self) -> frozenset[date]:
        return frozenset(self.days)

    @cached_property
    def later(self) -> Bools:
        """Shifts that have not begun."""
        return np.array([opening.starts_at > self.puzzle.now for opening in self.openings], dtype=bool)

    def worked(self, seeker: Seeker) -> tuple[dict[date, int], dict[date, int]]:
        """Minutes that somebody holds, by day and by week."""
        by_day: dict[date, int] = {}
        by_week: dict[date, int] = {}
        for held in seeker.held:
            day = local(held.starts_at, self.town.tz).date()
            by_day[day] = by_day.get(day, 0) + held.minutes
            by_week[monday_of(day)] = by_week.get(monday_of(day), 0) + held.minutes
        return by_day, by_week

    def room(self, seeker: Seeker) -> tuple[dict[date, int], int]:
        """Minutes that somebody may still work, on each day with shifts and in the week.

        Whoever comes of age in the middle of the week keeps the limits of the young for all of it.
        """
        by_day, by_week = self.worked(seeker)
        most = {day: caps(seeker.born, day, self.town) for day in self._every_day}
        days = {day: most[day].day - by_day.get(day, 0) for day in most}
        return days, min((most[day].week - by_week.get(monday_of(day), 0) for day in most), default=0)

    def _near(self, starts: datetime, ends: datetime, day: date) -> Bools:
        """The shifts that overlap a span of a day, or leave too little rest beside it."""
        begin, end = starts.timestamp(), ends.timestamp()
        overlaps = (self._starts < end) & (begin < self._ends)
        between = np.where(self._starts >= end, self._starts - end, begin - self._ends)
        other_day = np.array([one != day for one in self.days], dtype=bool)
        found: Bools = overlaps | (other_day & (between < self.town.rest_minutes * 60))
        return found

    @cached_property
    def _starts(self) -> NDArray[np.float64]:
        return np.array([opening.starts_at.timestamp() for opening in self.openings])

    @cached_property
    def _ends(self) -> NDArray[np.float64]:
        return np.array([opening.ends_at.timestamp() for opening in self.openings])

    def masters(self, skill: int) -> Bools:
        """The residents who are masters of a skill."""
        return np.array([seeker.masters(skill) for seeker in self.seekers], dtype=bool)

    def _able(self, kind: Kind) -> Bools:
        if kind.skill_id is None:
            return np.ones(len(self.seekers), dtype=bool)
        proof, skill = self.town.skill_proof, kind.skill_id
        return np.array([seeker.knows(skill, proof) != kind.learner for seeker in self.seekers], dtype=bool)

    # -- how well ---------------------------------------------------------------------------------------------------

    @cached_property
    def score(self) -> NDArray[np.int16]:
        """Residents × kinds of places: `town.allocation.score`."""
        known = {skill: self._has(skill) for skill in _united(opening.wishes for opening in self.openings)}
        of_shift = [self._of_shift(at, known) for at in range(len(self.openings))]
        columns = [self._of_kind(one, *of_shift[one.shift]) for one in self.places]
        return np.array(columns, dtype=np.int16).reshape(len(self.places), len(self.seekers)).T

    def _of_shift(self, at: int, known: dict[int, Bools]) -> tuple[NDArray[np.int16], Bools, Bools]:
        """What the shift itself is worth to everybody, who has all it wishes for, and who some of it."""
        opening = self.openings[at]
        total = np.zeros(len(self.seekers), dtype=np.int16)
        if opening.interest is not None:
            total += LIKED * self._liked[opening.interest]
        need = _parts(local(opening.starts_at, self.town.tz), local(opening.ends_at, self.town.tz))
        if need:
            total += FREE * ((self._free_times & need) == need)
        fills = FILLS * np.minimum(self._owed, opening.minutes) // np.maximum(self._owed, opening.minutes)
        total += np.where(self._owed > 0, fills, 0).astype(np.int16)
        every, some = np.ones(len(self.seekers), dtype=bool), np.zeros(len(self.seekers), dtype=bool)
        for skill in opening.wishes:
            every, some = every & known[skill], some | known[skill]
        return total, every, some

    def _of_kind(self, one: Places, total: NDArray[np.int16], every: Bools, some: Bools) -> NDArray[np.int16]:
        for_skill = one.kind.skill_id is not None and not one.kind.learner
        skilled = every & (some | for_skill)
        found: NDArray[np.int16] = total + SKILLED * skilled + LACKS * ~every
        return found + LEARNS if one.kind.learner else found

    @cached_property
    def _owed(self) -> Ints:
        return np.array([seeker.owed for seeker in self.seekers], dtype=np.int64)

    @cached_property
    def _free_times(self) -> Ints:
        return np.array([seeker.free_times for seeker in self.seekers], dtype=np.int64)

    @cached_property
    def _liked(self) -> dict[int, Bools]:
        interests = {opening.interest for opening in self.openings if opening.interest is not None}
        return {
            interest: np.array([interest in seeker.interests for seeker in self.seekers], dtype=bool)
            for interest in interests
        }

    def _has(self, skill: int) -> Bools:
        return np.array([any(one == skill for one, _ in seeker.skills) for seeker in self.seekers], dtype=bool)


def _parts(starts: datetime, ends: datetime) -> FreeTimes:
    """The parts of the week that somebody has to be free in for a span of wall times; 0 when nobody counts as free."""
    if not covers(ALWAYS_FREE, starts, ends):
        return 0
    needed = (bit(starts.weekday(), part) for part in range(3))
    return sum(one for one in needed if not covers(ALWAYS_FREE & ~one, starts, ends))


def _united(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset[int]().union(*sets)
