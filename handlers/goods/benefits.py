"""Whether goods are free for somebody now: their standing decides, as for all benefits."""

from __future__ import annotations

from datetime import date, datetime

from handlers.kit.who import Who
from storage.queries import warnings
from storage.queries.outlook import outlook
from storage.queries.standing import WEEK
from storage.unit import Unit
from town.standing import Standing, has_benefits, reckon
from town.week import week_of


async def entitled(unit: Unit, who: Who, *, now: datetime, before: str | None = None) -> bool:
    """Whether somebody has the benefits at this moment.

    `before` is their standing of the week before, as it was closed, where that is known already: mostly it decides.
    """
    if before is not None and before != Standing.SHORT:
        return True
    monday = week_of(now, who.zone)
    found = await outlook(unit, who.me, now=now, ends=now, most=0)
    results = reckon(
        found.by_week,
        joined=min(week_of(found.joined_at, who.zone), monday),
        upto=monday,
        required=who.town.required_minutes,
        cap=who.town.carry_cap_minutes,
        exempt=found.exempt,
    )
    return has_benefits(results, monday, warned=await warnings.weeks_warned(unit, who.me))


def last_week(who: Who, now: datetime) -> date:
    """The Monday of the week whose standing decides about this one."""
    return week_of(now, who.zone) - WEEK
