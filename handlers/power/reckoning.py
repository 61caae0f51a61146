"""Which meters are entitled in a week, and which of them otherwise than the utility was told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from storage.queries import meters, standing, warnings
from storage.queries.meters import AtMeter
from storage.unit import Unit
from town.electricity import Line, Member, Reason, changed, entitled
from town.limits import is_minor
from town.settings import TownSettings

LOOKED_BACK = timedelta(weeks=26)
"""How far back corrections reach the utility."""


async def changes(unit: Unit, town: TownSettings, week: date) -> dict[date, list[Line]]:
    """Of each week that the utility was told of, the lines that are otherwise now.

    Homes that were registered since count in the running week; in earlier ones, the people behind a meter are those of
    then, whoever moved meanwhile, and the town's rule is the one of then: that it changed is nothing to correct.
    """
    found = {}
    last = await standing.last_close(unit)
    for of in await meters.weeks_to_compare(unit, week - LOOKED_BACK):
        people = await meters.behind_now(unit) if of == week else await meters.behind_then(unit, of)
        told = await meters.told_of(unit, of)
        now = await lines(unit, town, of, people, closed=last is not None and of <= last.week)
        if of == week:  # a home that is no more has nothing to be free
            there = {line.meter for line in now}
            now += [Line(of, line.meter, False, Reason.NONE) for line in told if line.meter not in there]
        else:
            why = {line.meter: line.reason for line in told}
            now = [line for line in now if line.reason is not why.get(line.meter)]
        if different := changed(told, now):
            found[of] = different
    return found


async def lines(unit: Unit, town: TownSettings, week: date, people: Iterable[AtMeter], *, closed: bool) -> list[Line]:
    """What is to be told of the meters of these people in a week; `closed`: that week is."""
    known = await (warnings.entitlements_then(unit, week) if closed else warnings.entitlements(unit, week, town))
    having = {one.resident_id: one.has_benefits for one in known}
    return [
        Line(week, meter, *entitled(of_meter, town.household_rule))
        for meter, of_meter in sorted(_members(people, having, week, town).items())
    ]


def _members(
    people: Iterable[AtMeter], having: Mapping[int, bool], week: date, town: TownSettings
) -> dict[str, list[Member]]:
    """Of each meter who counts: those who live in the town in that week."""
    found: dict[str, list[Member]] = defaultdict(list)
    for one in people:
        if one.resident_id in having:
            found[one.meter].append(Member(having[one.resident_id], is_minor(one.born, week, town)))
    return found
