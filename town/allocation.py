"""Proposing who could take open places: who may, how well a place suits somebody, and what is fair.

A plan fills as many places as the rules allow. Among such plans it takes the one with the highest worth: the sum of
`score` over its places less the `strain` on each resident. A place's score never differs from another's by as much as
`STEP`, so that nobody is proposed a second place while somebody equally able, who still owes hours, has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from town.facts import Fact
from town.limits import check_limits
from town.places import MASTER, SIGNED_OFF, TOLD, Kind
from town.settings import TownSettings
from town.shifts import FreeTimes, ShiftFacts, check_can_join, covers
from town.standing import reckon
from town.week import Week, local

LIKED, FREE, SKILLED, LEARNS, FILLS, LACKS = 40, 30, 20, 10, 10, -30
"""What counts in a score; see `score`."""

STEP = 200
"""What each further place of the week weighs against a plan: more than the widest difference of two scores."""

STEPS = 3
"""Steps up to which the strain grows; from there on each further place weighs the same."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A shift with open places.

    `interest` is its project's, `wishes` are skills that it would like without keeping a place for them. `kinds` are
    what its open places are for, with how many; of the skills in `mastered` a master has a place on it already.
    """

    id: int
    starts_at: datetime
    ends_at: datetime
    interest: int | None
    wishes: frozenset[int]
    kinds: tuple[tuple[Kind, int], ...]
    mastered: frozenset[int]

    @property
    def facts(self) -> ShiftFacts:
        """What the rules need to know of it."""
        places = sum(free for _kind, free in self.kinds)
        return ShiftFacts(self.id, "", self.starts_at, self.ends_at, places)

    @property
    def minutes(self) -> int:
        """Its full length."""
        return self.facts.minutes


@dataclass(frozen=True, slots=True)
class Seeker:
    """A resident who could be proposed.

    `skills` are (id, level) pairs, `owed` the minutes that they still owe in the week when all that is promised is
    done, `held` what they hold, are offered or are proposed already, and `without` the shifts that are not for them:
    they declined them, gave them back, or wait for them.
    """

    id: int
    born: date | None
    free_times: FreeTimes
    skills: tuple[tuple[int, str], ...]
    interests: frozenset[int]
    owed: int
    held: tuple[ShiftFacts, ...]
    without: frozenset[int]

    def knows(self, skill: int, proof: str) -> bool:
        """Whether they count as having a skill, in a town that asks for this `proof` (see `TownSettings`)."""
        levels = (TOLD, SIGNED_OFF, MASTER) if proof == TOLD else (SIGNED_OFF, MASTER)
        return any(mine == skill and level in levels for mine, level in self.skills)

    def masters(self, skill: int) -> bool:
        """Whether they are a master of a skill."""
        return (skill, MASTER) in self.skills


@dataclass(frozen=True, slots=True)
class Why:
    """Why a place suits somebody. `skills` are those that count for it; `gives` is minutes of what they owe."""

    liked: bool
    free: bool
    skills: tuple[int, ...]
    learns: int | None
    gives: int


def may(seeker: Seeker, opening: Opening, besides: Iterable[Opening], now: datetime, town: TownSettings) -> bool:
    """Whether every rule lets somebody work on a shift, with all that they hold and the other shifts `besides`."""
    if opening.id in seeker.without:
        return False
    others = [*seeker.held, *(other.facts for other in besides)]
    try:
        check_can_join(opening.facts, others, now)
        check_limits(opening.facts, others, born=seeker.born, settings=town)
    except Fact:
        return False
    return True


def suits(seeker: Seeker, kind: Kind, proof: str) -> bool:
    """Whether a place of this kind is for somebody; whether a master is beside a learner is another question."""
    return kind.skill_id is None or seeker.knows(kind.skill_id, proof) != kind.learner


def why(seeker: Seeker, opening: Opening, kind: Kind, town: TownSettings) -> Why:
    """What speaks for somebody on a place of this kind."""
    mine = {skill for skill, _level in seeker.skills}
    named = {kind.skill_id} if kind.skill_id is not None and not kind.learner else set()
    starts, ends = local(opening.starts_at, town.tz), local(opening.ends_at, town.tz)
    return Why(
        liked=opening.interest is not None and opening.interest in seeker.interests,
        free=covers(seeker.free_times, starts, ends),
        skills=tuple(sorted(named | (opening.wishes & mine))),
        learns=kind.skill_id if kind.learner else None,
        gives=min(seeker.owed, opening.minutes),
    )


def score(seeker: Seeker, opening: Opening, kind: Kind, town: TownSettings) -> int:
    """How well a place suits somebody.

    ===============================================  ================================================================
    they love the project's kind of work             +40: people drift to what they love doing
    within their usual free times                    +30
    it is for a skill they have, or they have all    +20
    that the shift wishes for
    they lack a skill that it wishes for             -30
    they would learn there                           +10
    how far it fills what they owe                   0 … +10, less what it runs over
    ===============================================  ================================================================
    """
    found = why(seeker, opening, kind, town)
    lacks = not opening.wishes <= {skill for skill, _level in seeker.skills}
    skilled = bool(found.skills) and not lacks
    return (
        LIKED * found.liked
        + FREE * found.free
        + SKILLED * skilled
        + LACKS * lacks
        + LEARNS * kind.learner
        + fills(seeker.owed, opening.minutes)
    )


def fills(owed: int, minutes: int) -> int:
    """How far a shift fills what somebody owes: 10 to the minute, 0 when nothing is owed."""
    return FILLS * min(owed, minutes) // max(owed, minutes) if owed > 0 else 0


def strain(places: int, *, owes: bool) -> int:
    """What so many proposed places of one week weigh against a plan: the more one has, the more the next one weighs.

    Whoever owes no hours is asked as if they had a place already.
    """
    before = 0 if owes else 1
    return STEP * sum(min(before + number, before + STEPS) for number in range(places))


def owed(
    minutes: dict[date, int],
    week: Week,
    *,
    since: Week,
    carried: int,
    joined: Week,
    exempt: frozenset[date],
    town: TownSettings,
) -> int:
    """Minutes somebody still owes in a week, given confirmed and promised `minutes` from the week `since` on.

    `carried` is what they had over when that week began. In the week of sign-up and the one after nothing is owed.
    """
    results = reckon(
        minutes,
        joined=joined,
        upto=week,
        required=town.required_minutes,
        cap=town.carry_cap_minutes,
        exempt=exempt,
        since=max(since, joined),
        carried=carried,
    )
    return results[-1].missing if results else 0


def worth(plan: Sequence[tuple[Seeker, Opening, Kind]], town: TownSettings) -> tuple[int, int]:
    """What plans are compared by: how many places they fill, then how well."""
    counted: dict[int, int] = {}
    total = 0
    for seeker, opening, kind in plan:
        counted[seeker.id] = counted.get(seeker.id, 0) + 1
        total += score(seeker, opening, kind, town)
    owes = {seeker.id: seeker.owed > 0 for seeker, _opening, _kind in plan}
    return len(plan), total - sum(strain(count, owes=owes[one]) for one, count in counted.items())


def day_of(opening: Opening, town: TownSettings) -> date:
    """The day that a shift counts on."""
    return local(opening.starts_at, town.tz).date()
