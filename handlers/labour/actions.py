"""The hours of work of a town's projects by week, for those who answer for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from storage.queries import labour
from storage.queries.labour import Work
from storage.unit import Unit
from town.week import monday_of, week_of

WEEK = timedelta(days=7)
BEFORE, AFTER = 6, 1
"""A picture shows a week with six before and one after it."""

FARTHEST = timedelta(days=364)
"""How far from now one can look, back and ahead."""


class Sums(NamedTuple):
    """Minutes of work, as `storage.queries.labour.Work` counts them."""

    offered: int = 0
    filled: int = 0
    confirmed: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Week:
    """The work of one week by project, and what the town asks of its residents: None to whom only some are shown."""

    monday: date
    this_week: date
    work: tuple[Work, ...]
    asked: int | None
    residents: int

    @property
    def sums(self) -> Sums:
        return total(self.work)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The work of up to eight weeks around `monday`, and what the town asks for in each (as in `Week`)."""

    monday: date
    sums: dict[date, Sums]
    asked: int | None


async def of_week(unit: Unit, *, who: Who, key: str, now: datetime) -> Week:
    """The work of a week (its Monday; "" or nonsense is this week). Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    monday, this_week = _monday(key, who, now), week_of(now, who.zone)
    mine = None if duties.everywhere else duties.projects
    found = await labour.between(unit, monday, monday, projects_of=mine, now=now)
    asked = found.residents * who.town.required_minutes if duties.everywhere else None
    return Week(monday, this_week, tuple(found.work), asked, found.residents)


async def of_weeks(unit: Unit, *, who: Who, key: str, now: datetime) -> Weeks:
    """The work of the eight weeks around a week, in their order, from the first with work on. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    monday = _monday(key, who, now)
    weeks = [monday + WEEK * at for at in range(-BEFORE, AFTER + 1)]
    mine = None if duties.everywhere else duties.projects
    found = await labour.between(unit, weeks[0], weeks[-1], projects_of=mine, now=now)
    begun = min((work.week for work in found.work), default=monday)  # nobody asks for the weeks before there was work
    sums = {
        week: total(work for work in found.work if work.week == week) for week in weeks if week >= min(begun, monday)
    }
    return Weeks(monday, sums, found.residents * who.town.required_minutes if duties.everywhere else None)


def total(work: Iterable[Work]) -> Sums:
    """The work of several projects together."""
    every = list(work)
    return Sums(*(sum(getattr(one, name) for one in every) for name in Sums._fields))


def _monday(key: str, who: Who, now: datetime) -> date:
    """The week that is meant, near enough to now for every calendar."""
    this_week = week_of(now, who.zone)
    try:
        monday = monday_of(date.fromisoformat(key))
    except (ValueError, OverflowError):
        return this_week
    return min(max(monday, this_week - FARTHEST), this_week + FARTHEST)
