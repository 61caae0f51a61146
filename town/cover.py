"""Cover calls: whom to ask to step in when somebody cannot come, in which order, and whom to leave in peace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from town.facts import Fact
from town.limits import caps, check_limits
from town.places import MASTER, Kind, SkillPlaces, choose
from town.settings import TownSettings
from town.shifts import ALWAYS_FREE, FreeTimes, ShiftFacts, bit, check_can_join, covers, free_parts
from town.week import at_local, local, monday_of

LAST_CALL = timedelta(minutes=30)
"""From so long before a shift on nobody is asked any more: its coordinator knows by then how it stands."""

WELL_RESTED = timedelta(hours=48)
"""Whoever has no other work nearer than this is as rested as anybody."""

_DAY = timedelta(days=1)

ABLE, WISHED, SKILLED, MASTERS_FIRST = range(4)
"""How well somebody qualifies: for any place that is free; with all skills that are good to have; for a place that is
for their skill; as a master beside whom learners can join."""


def last_look(now: datetime, at: time, zone: ZoneInfo) -> tuple[datetime, date]:
    """When the next day's shifts were last to be looked at (every day `at` this local time), and which day that is."""
    today = local(now, zone).date()
    due = at_local(today, at, zone)
    if due <= now:
        return due, today + _DAY
    return at_local(today - _DAY, at, zone), today


@dataclass(frozen=True, slots=True)
class Opening:
    """Free places of a shift that people are asked to take, in the call `id`.

    `general_free` of them are anybody's. `skills` are the places for a skill, without anybody's `level`; `wishes` are
    skills that are good to have.
    """

    id: int
    shift: ShiftFacts
    general_free: int
    skills: tuple[SkillPlaces, ...] = ()
    wishes: frozenset[int] = frozenset()

    @property
    def lacks_masters(self) -> frozenset[int]:
        """The skills whose learners wait for a master."""
        return frozenset(one.skill_id for one in self.skills if one.learning < one.learners and not one.master_there)

    @property
    def skilled(self) -> frozenset[int]:
        """The skills for which a place is free."""
        return frozenset(one.skill_id for one in self.skills if one.taken < one.places)

    @property
    def teaches(self) -> bool:
        """Whether a learner could join."""
        return any(one.learning < one.learners and one.master_there for one in self.skills)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be asked.

    `levels` are those of their skills (`storage.tables.Level`), by id; `likes`: the project's interest is among theirs.
    `owed` is minutes that the week of the shift still asks of them when all they promised is done. `work` are the
    shifts they hold or came to, before and after it. `asked` is how often they were asked lately to step in anywhere.
    """

    resident_id: int
    free_times: FreeTimes = 0
    levels: Mapping[int, str] = field(default_factory=dict)
    likes: bool = False
    owed: int = 0
    work: tuple[ShiftFacts, ...] = ()
    asked: int = 0
    born: date | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody to ask, and why them: `skills` are ids, `fills` minutes of what they owe in that week."""

    resident_id: int
    likes: bool
    skills: tuple[int, ...]
    free: bool
    fills: int


def times_of(shift: ShiftFacts, zone: ZoneInfo) -> FreeTimes:
    """The parts of the day that a shift needs; none when it reaches into the night, where nobody counts as free."""
    starts, ends = local(shift.starts_at, zone), local(shift.ends_at, zone)
    if not covers(ALWAYS_FREE, starts, ends):
        return 0
    return sum(
        bit(day, part)
        for day, part in free_parts(ALWAYS_FREE)
        if not covers(ALWAYS_FREE ^ bit(day, part), starts, ends)
    )


def latest_birth(day: date, age: int) -> date:
    """The latest day of birth of whoever is at least so old, in whole years, on a day."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February, in a year that has none
        return date(day.year - age, 2, 28)


def turn(resident_id: int, call_id: int) -> int:
    """Among equals, who comes earlier: another order in each call, so that it is not always the same people."""
    return (resident_id * 7919 + call_id * 104729) % 10007


def rank(
    opening: Opening, candidates: Iterable[Candidate], *, settings: TownSettings, now: datetime, most: int
) -> list[Match]:
    """At most so many of the candidates, whoever is to be asked first at the front.

    Nobody to whom a rule forbids the shift, who can take none of its free places, or for whom nothing speaks: they are
    not free then, do not love it, and it needs nothing that they know.

    ==  =============================================================================================
    1   qualification: `MASTERS_FIRST`, `SKILLED`, `WISHED`, `ABLE`
    2   whether they are usually free then
    3   minutes still owed in that week, as far as the shift fills them
    4   whether they like what the project does
    5   how seldom they were asked lately
    6   rest: hours to their nearest other work (up to `WELL_RESTED`), and hours left of what they may do
    7   `turn`, and last their id, so that the order is total
    ==  =============================================================================================
    """
    found = [one for one in (_judge(opening, candidate, settings, now) for candidate in candidates) if one is not None]
    return [match for _key, match in sorted(found, key=lambda one: one[0])[:most]]


_Key = tuple[int, bool, int, bool, int, int, int, int, int]


def _judge(opening: Opening, who: Candidate, settings: TownSettings, now: datetime) -> tuple[_Key, Match] | None:
    shift = opening.shift
    kinds = _kinds(opening, who, settings.skill_proof)
    if not kinds or not _allowed(shift, who, settings, now):
        return None
    qualified = _qualified(opening, who, kinds)
    needed = times_of(shift, settings.tz)
    free = needed != 0 and who.free_times & needed == needed
    told = needed != 0 and who.free_times != 0
    if told and not free and not who.likes and qualified == ABLE:
        return None
    fills = max(0, min(who.owed, shift.minutes))
    asked_for = opening.skilled | opening.lacks_masters | opening.wishes
    useful = tuple(sorted(asked_for & who.levels.keys())) if qualified > ABLE else ()
    match = Match(who.resident_id, likes=who.likes, skills=useful, free=free, fills=fills)
    rested, spare = _rested(shift, who.work), _spare(shift, who, settings)
    order = turn(who.resident_id, opening.id)
    key = (-qualified, not free, -fills, not who.likes, who.asked, -rested, -spare, order, who.resident_id)
    return key, match


def _kinds(opening: Opening, who: Candidate, proof: str) -> tuple[Kind, ...]:
    """The kinds of free places that somebody may take, the best first."""
    theirs = [replace(one, level=who.levels.get(one.skill_id)) for one in opening.skills]
    return choose(opening.general_free, theirs, proof)


def _allowed(shift: ShiftFacts, who: Candidate, settings: TownSettings, now: datetime) -> bool:
    try:
        check_can_join(shift, who.work, now)
        check_limits(shift, who.work, born=who.born, settings=settings)
    except Fact:
        return False
    return True


def _qualified(opening: Opening, who: Candidate, kinds: Sequence[Kind]) -> int:
    masters = {skill for skill, level in who.levels.items() if level == MASTER}
    if masters & opening.lacks_masters and not kinds[0].learner:
        return MASTERS_FIRST
    if kinds[0].skill_id is not None and not kinds[0].learner:
        return SKILLED
    return WISHED if opening.wishes and opening.wishes <= who.levels.keys() else ABLE


def _rested(shift: ShiftFacts, work: Iterable[ShiftFacts]) -> int:
    """Hours between a shift and the nearest other work, before or after it."""
    gaps = [max(shift.starts_at - one.ends_at, one.starts_at - shift.ends_at) for one in work if not one.cancelled]
    return int(min([WELL_RESTED, *gaps]).total_seconds()) // 3600


def _spare(shift: ShiftFacts, who: Candidate, settings: TownSettings) -> int:
    """Hours that somebody may still work on that day or in that week, whichever is less, when they have done this."""
    day = local(shift.starts_at, settings.tz).date()
    most = caps(who.born, day, settings)
    days = [(local(one.starts_at, settings.tz).date(), one.minutes) for one in who.work if not one.cancelled]
    of_day = sum(minutes for on, minutes in days if on == day)
    of_week = sum(minutes for on, minutes in days if monday_of(on) == monday_of(day))
    return (min(most.day - of_day, most.week - of_week) - shift.minutes) // 60
