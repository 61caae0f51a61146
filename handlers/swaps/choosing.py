"""Who could take over a shift, and which shifts one could take for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit.who import Who
from handlers.shifts import placing
from storage.queries import places, roles, swap_choices
from storage.queries.roles import Person
from storage.queries.shifts import ShiftRow
from storage.unit import Unit
from town.facts import Fact
from town.places import suits
from town.swaps import Side, check_side, needed_parts
from town.week import local

SUGGESTED = 5
LOOKED_AT = 20
"""People whose rules are looked at for so many suggestions."""

MOST_FOUND = 24
AHEAD = timedelta(weeks=3)
MOST_SHIFTS = 60


async def helpers(unit: Unit, *, who: Who, give: ShiftRow, now: datetime) -> list[Person]:
    """A few people who could take over a shift and whom every rule allows to, the likeliest first."""
    parts = needed_parts(local(give.starts_at, who.zone), local(give.ends_at, who.zone))
    found: list[Person] = []
    kind = await swap_choices.kind_of(unit, give.id, who.me)
    for person in await swap_choices.helpers(unit, give, who.me, parts=parts, most=LOOKED_AT):
        if len(found) == SUGGESTED:
            break
        if kind is not None and kind.skill_id is not None:
            wanted = await placing.skills_of(unit, give, person.id)
            if not suits(kind, wanted, who.town.skill_proof):
                continue
        try:
            await placing.may_take(unit, person.id, give.id, town=who.town, now=now)
        except Fact:  # whatever the rule is: they are not suggested
            continue
        found.append(person)
    return found


async def by_name(unit: Unit, *, who: Who, text: str) -> list[Person]:
    """The other residents whose name has these words in it, by name."""
    return [one for one in await roles.find_residents(unit, text, most=MOST_FOUND + 1) if one.id != who.me][:MOST_FOUND]


async def shifts_to_take(unit: Unit, *, who: Who, give: ShiftRow, now: datetime) -> list[ShiftRow]:
    """Shifts of the coming weeks that somebody may take for the one they give: those of its project first."""
    mine = await places.to_join(unit, give.id, who.me, now)
    if mine is None:
        return []
    side = Side(mine.held, mine.done, mine.born)
    there = await swap_choices.shifts_to_take(
        unit, who.me, project_id=give.project_id, starts=now, ends=now + AHEAD, most=MOST_SHIFTS
    )
    return [shift for shift in there if _allowed(side, shift, give, who, now)]


def _allowed(side: Side, shift: ShiftRow, give: ShiftRow, who: Who, now: datetime) -> bool:
    try:
        check_side(side, shift.facts, gives=(give.id,), now=now, settings=who.town)
    except Fact:
        return False
    return True


async def people_on(unit: Unit, *, who: Who, give: ShiftRow, take: ShiftRow) -> list[Person]:
    """Who has a place there that one may have, and time for the shift that one gives."""
    wanted = await placing.skills_of(unit, take, who.me)
    there = await swap_choices.people_on(unit, take.id, give=give, resident_id=who.me)
    return [one.person for one in there if suits(one.kind, wanted, who.town.skill_proof)]
