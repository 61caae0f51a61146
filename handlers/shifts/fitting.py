"""Shifts that suit somebody, the best first, each with the reasons why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from handlers.kit.shift_words import Fitting, Reasons
from handlers.kit.topics import topic_name
from handlers.kit.who import Who
from storage.queries import hours, shifts
from storage.queries.shifts import ShiftRow, Tastes
from storage.queries.topics import SKILL
from storage.unit import Unit
from town.settings import TownSettings
from town.shifts import covers, overlap, suitability
from town.standing import reckon
from town.week import local, week_of

AHEAD = timedelta(days=14)
"""How far ahead people look for shifts."""

LOOKED_AT = 300
"""Shifts that are ranked: the soonest ones with free places."""


async def fitting(
    unit: Unit,
    *,
    who: Who,
    now: datetime,
    most: int = 3,
    confirmed: Mapping[date, int] | None = None,
    held: Sequence[ShiftRow] | None = None,
) -> list[Fitting]:
    """The shifts of the coming two weeks that suit a resident best, at most so many.

    Whoever has loaded them already gives the `confirmed` minutes by week and the shifts `held`. A shift at a time when
    they hold another one is left out, and so is one for which nothing speaks, or that needs a skill they lack.
    """
    if held is None:
        held = await shifts.held_by(unit, who.me)
    if confirmed is None:
        confirmed = await hours.by_week(unit, who.me)
    rows = await shifts.open_between(unit, now, now + AHEAD, now, LOOKED_AT)
    if not rows:
        return []
    needs = await shifts.needs_between(unit, now, now + AHEAD)
    judge = _Judge(await shifts.tastes(unit, who.me), confirmed, held, who.town)
    found = [judge.of(row, needs.get(row.id, frozenset())) for row in rows if judge.possible(row)]
    chosen = [one for one in found if one.score > 0]
    return sorted(chosen, key=lambda one: (-one.score, one.shift.starts_at, one.shift.id))[:most]


class _Judge:
    """One resident's view of shifts."""

    def __init__(
        self, tastes: Tastes, confirmed: Mapping[date, int], held: Collection[ShiftRow], town: TownSettings
    ) -> None:
        self.tastes = tastes
        self.town = town
        self.held = [shift.facts for shift in held]
        self.names = {topic.id: topic_name(topic) for topic in tastes.topics}
        self.skills = frozenset(topic.id for topic in tastes.topics if topic.kind == SKILL)
        self.interests = frozenset(topic.id for topic in tastes.topics if topic.kind != SKILL)
        # Work that is promised counts as if it were done: nobody is asked for the same hours twice.
        self.minutes = dict(confirmed)
        for shift in held:
            self.minutes[shift.week] = self.minutes.get(shift.week, 0) + shift.minutes
        self.owed: dict[date, int] = {}

    def possible(self, shift: ShiftRow) -> bool:
        return not any(overlap(shift.facts, other) for other in self.held)

    def of(self, shift: ShiftRow, needs: frozenset[int]) -> Fitting:
        starts, ends = local(shift.starts_at, self.town.tz), local(shift.ends_at, self.town.tz)
        free = covers(self.tastes.free_times, starts.replace(tzinfo=None), ends.replace(tzinfo=None))
        owed = self._owed(shift.week)
        score = suitability(
            needs=needs,
            skills=self.skills,
            interest=shift.interest_id,
            interests=self.interests,
            free=free,
            minutes_owed=owed,
            length=shift.minutes,
        )
        liked = shift.interest_id if shift.interest_id in self.interests else None
        reasons = Reasons(
            likes="" if liked is None else self.names[liked],
            skills=tuple(self.names[skill] for skill in sorted(needs & self.skills)),
            free=free,
            gives=min(owed, shift.minutes),
        )
        return Fitting(shift, score, reasons)

    def _owed(self, week: date) -> int:
        """Minutes still missing in a week when all that is promised has been done."""
        if week not in self.owed:
            joined = week_of(self.tastes.joined_at, self.town.tz)
            weeks = reckon(
                self.minutes,
                joined=min(joined, week),
                upto=week,
                required=self.town.required_minutes,
                cap=self.town.carry_cap_minutes,
            )
            self.owed[week] = weeks[-1].missing
        return self.owed[week]
