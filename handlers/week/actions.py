"""My week: what the ledger says, what comes next, and what would fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit.shift_words import Fitting
from handlers.kit.who import Who
from handlers.shifts.fitting import AHEAD, rank
from storage.queries import shifts
from storage.queries.outlook import outlook
from storage.unit import Unit
from town import standing
from town.standing import WeekResult
from town.week import week_of

LOOKED_AT = 60
"""Open shifts that the card chooses from: the soonest."""

SHOWN = 3
WEEKS = 2
"""What fits is looked for in this week, then in the next one."""


@dataclass(frozen=True, slots=True)
class MyWeek:
    """One resident's week. `result` has minutes, standing and what is missing; `next_shift` is None without one.

    `waiting` is minutes of work of this week that is done and that nobody has confirmed yet. `fitting` has the shifts
    of this week first.
    """

    monday: date
    result: WeekResult
    benefits: bool
    waiting: int
    next_shift: shifts.ShiftRow | None
    fitting: Sequence[Fitting]


async def my_week(unit: Unit, *, who: Who, now: datetime) -> MyWeek:
    """The current week of a resident, from the ledger alone."""
    monday = week_of(now, who.zone)
    last_week = monday - timedelta(days=7)
    before = await outlook(unit, who.me, now=now, ends=now + AHEAD, most=LOOKED_AT, warned_in=last_week)
    results = standing.reckon(
        before.by_week,
        joined=week_of(before.joined_at, who.zone),
        upto=monday,
        required=who.town.required_minutes,
        cap=who.town.carry_cap_minutes,
        exempt=before.exempt,
    )
    return MyWeek(
        monday=monday,
        result=results[-1],
        benefits=standing.has_benefits(results, monday, warned=(last_week,) if before.warned else ()),
        waiting=sum(shift.minutes for shift in before.held if shift.ends_at <= now and shift.week == monday),
        next_shift=next((shift for shift in before.held if shift.ends_at > now), None),
        fitting=rank(before, who.town, monday, most=SHOWN, weeks=WEEKS) if results[-1].missing else (),
    )
