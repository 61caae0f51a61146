"""Shifts that suit somebody, the best first, each with the reasons why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice

from handlers.kit.shift_words import Fitting, Reasons
from handlers.kit.topics import topic_name
from handlers.kit.who import Who
from storage.queries.outlook import Needs, Outlook, outlook
from storage.queries.shifts import ShiftRow
from storage.queries.topics import SKILL
from storage.unit import Unit
from town.facts import Fact
from town.limits import check_limits
from town.places import Kind, SkillPlaces, choose
from town.settings import TownSettings
from town.shifts import covers, overlap, suitability
from town.standing import reckon
from town.week import local, week_of

AHEAD = timedelta(days=14)
"""How far ahead people look for shifts."""

LOOKED_AT = 300
"""Shifts that are ranked: the soonest ones with free places."""

NOTHING: frozenset[int] = frozenset()


async def fitting(unit: Unit, *, who: Who, now: datetime, most: int = 3) -> list[Fitting]:
    """The shifts of the coming two weeks that suit a resident best, at most so many; see `rank`."""
    before = await outlook(unit, who.me, now=now, ends=now + AHEAD, most=LOOKED_AT)
    return rank(before, who.town, week_of(now, who.zone), most=most)


def rank(before: Outlook, town: TownSettings, monday: date, *, most: int, weeks: int = 0) -> list[Fitting]:
    """The best of what lies before a resident in the week of `monday`, the current one, and after it.

    With `weeks`, only shifts of so many weeks, and those of an earlier week before those of a later one.
    A shift at a time when they hold another one is left out, and so is one for which nothing speaks, one whose free
    places are all for others, one that wishes for a skill they lack, and one that a limit keeps them from.
    """
    judge = _Judge(before, town, monday)
    after = monday + timedelta(weeks=weeks) if weeks else date.max
    scored: list[tuple[int, ShiftRow, frozenset[int]]] = []
    for shift, needs in before.open:
        if shift.week < after and judge.possible(shift):
            asks_for = judge.asks_for(shift, needs) if needs else NOTHING
            if asks_for is not None:
                scored.append((judge.score(shift, asks_for), shift, asks_for))
    ordered = sorted(
        (one for one in scored if one[0] > 0),
        key=lambda one: (one[1].week if weeks else monday, -one[0], one[1].starts_at, one[1].id),
    )
    # The dear question last, and only of as many as are wanted.
    chosen = islice((one for one in ordered if judge.allowed(one[1])), most)
    return [Fitting(shift, score, judge.reasons(shift, needs)) for score, shift, needs in chosen]


class _Judge:
    """One resident's view of shifts."""

    def __init__(self, before: Outlook, town: TownSettings, monday: date) -> None:
        self.before = before
        self.town = town
        self.monday = monday
        self.held = [shift.facts for shift in before.held]
        self.names = {topic.id: topic_name(topic) for topic in before.topics}
        self.skills = frozenset(topic.id for topic in before.topics if topic.kind == SKILL)
        self.interests = frozenset(topic.id for topic in before.topics if topic.kind != SKILL)
        # Work that is promised counts as if it were done: nobody is asked for the same hours twice.
        self.minutes = dict(before.by_week)
        for shift in before.held:
            self.minutes[shift.week] = self.minutes.get(shift.week, 0) + shift.minutes
        self.owed: dict[date, int] = {}

    def possible(self, shift: ShiftRow) -> bool:
        return not self.held or not any(overlap(shift.facts, other) for other in self.held)

    def _place(self, shift: ShiftRow, needs: Needs) -> Kind | None:
        """The kind of place that they would be given; None when none that is free is for them."""
        skills = [
            SkillPlaces(
                skill_id=one.skill_id,
                places=int(one.free),
                taken=0,
                learners=int(one.to_learn),
                learning=0,
                level=self.before.levels.get(one.skill_id),
                master_there=one.to_learn,
            )
            for one in needs
            if one.free or one.to_learn
        ]
        return next(iter(choose(shift.general_free, skills, self.town.skill_proof)), None)

    def asks_for(self, shift: ShiftRow, needs: Needs) -> frozenset[int] | None:
        """The skills that count for them: those that are wished for, and that of their place unless they learn it.

        None when no place that is free is for them.
        """
        place = self._place(shift, needs)
        if place is None:
            return None
        wished = {one.skill_id for one in needs if one.wish}
        return frozenset(wished if place.skill_id is None or place.learner else wished | {place.skill_id})

    def allowed(self, shift: ShiftRow) -> bool:
        """Whether the limits let them, with what they hold; what they did and is confirmed counts when they join."""
        try:
            check_limits(shift.facts, self.held, born=self.before.born, settings=self.town)
        except Fact:
            return False
        return True

    def score(self, shift: ShiftRow, needs: frozenset[int]) -> int:
        return suitability(
            needs=needs,
            skills=self.skills,
            interest=shift.interest_id,
            interests=self.interests,
            free=self._free(shift),
            minutes_owed=self._owed(shift.week),
            length=shift.minutes,
        )

    def reasons(self, shift: ShiftRow, needs: frozenset[int]) -> Reasons:
        owed = min(self._owed(shift.week), shift.minutes)
        liked = shift.interest_id if shift.interest_id in self.interests else None
        return Reasons(
            likes="" if liked is None else self.names[liked],
            skills=tuple(self.names[skill] for skill in sorted(needs & self.skills)),
            free=self._free(shift),
            # The work of one week cannot fill another.
            gives=owed if shift.week == self.monday else 0,
            later=owed if shift.week != self.monday else 0,
        )

    def _free(self, shift: ShiftRow) -> bool:
        free, zone = self.before.free_times, self.town.tz
        return free != 0 and covers(free, local(shift.starts_at, zone), local(shift.ends_at, zone))

    def _owed(self, week: date) -> int:
        """Minutes still missing in a week when all that is promised has been done."""
        if week not in self.owed:
            joined = week_of(self.before.joined_at, self.town.tz)
            weeks = reckon(
                self.minutes,
                joined=min(joined, week),
                upto=week,
                required=self.town.required_minutes,
                cap=self.town.carry_cap_minutes,
                exempt=self.before.exempt,
            )
            self.owed[week] = weeks[-1].missing
        return self.owed[week]
