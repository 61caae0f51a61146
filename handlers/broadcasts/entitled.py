"""Who may write to whom, and who may run, see or approve what is written."""

from __future__ import annotations

from handlers.broadcasts.approvers import APPROVERS
from handlers.kit.who import Who
from handlers.roles.actions import Duties, duties_of
from storage.queries import meetings, roles, shifts
from storage.queries.broadcasts import BroadcastRow, approved_by
from storage.tables import BroadcastKind, BroadcastState
from storage.unit import Unit
from town.audience import MEETING, PROJECT, SHIFT, Audience, Chosen, How, parse_chosen
from town.facts import NotAllowed


async def must_write(unit: Unit, who: Who) -> Duties:
    """The duties of somebody who may write to many. Raises NotAllowed."""
    duties = await duties_of(unit, who.resident_id if who.is_resident else None)
    if not duties.any:
        raise NotAllowed(needed="a coordinator")
    return duties


async def must_address(unit: Unit, who: Who, chosen: Chosen) -> int | None:
    """Whether somebody may write to this audience; the project they write for, None for the town. Raises NotAllowed.

    The mayor and coordinators of the whole town may write to anybody. A project's coordinators may write to those who
    take part in it, have a place on its shifts or were at its meetings, and leave out of them whom they like: each step
    that adds people has to be of their projects.
    """
    duties = await must_write(unit, who)
    if duties.everywhere:
        return None
    adding = [chosen.first, *(audience for how, audience in chosen.then if how is How.ALSO)]
    projects = [await _project_of(unit, audience) for audience in adding]
    if any(project is None or not duties.covers(project) for project in projects):
        raise NotAllowed(needed="caller")
    return projects[0]


async def _project_of(unit: Unit, audience: Audience) -> int | None:
    """The project that an audience is of."""
    if audience.kind == PROJECT:
        return audience.id
    if audience.kind == SHIFT:
        shift = await shifts.get(unit, audience.id)
        return None if shift is None else shift.project_id
    if audience.kind == MEETING:
        meeting = await meetings.get(unit, audience.id)
        return None if meeting is None else meeting.project_id
    return None


async def must_warn(unit: Unit, who: Who) -> None:
    """Whether somebody may write what cannot wait: the mayor, coordinators of the whole town. Raises NotAllowed."""
    if not (await must_write(unit, who)).everywhere:
        raise NotAllowed(needed="town coordinator")


async def must_run(unit: Unit, who: Who, one: BroadcastRow) -> None:
    """Whether somebody may hold, stop or call off a broadcast. Raises NotAllowed.

    Who made it, as long as they might make it now; the mayor, and coordinators of the whole town or of its project.
    """
    duties = await must_write(unit, who)
    if duties.everywhere or (one.project_id is not None and duties.covers(one.project_id)):
        return
    if one.made_by != who.me or one.kind != BroadcastKind.MESSAGE:
        raise NotAllowed(needed="caller")
    await must_address(unit, who, parse_chosen(one.audience))


async def may_run(unit: Unit, who: Who, one: BroadcastRow) -> bool:
    """The same as a question."""
    try:
        await must_run(unit, who, one)
    except NotAllowed:
        return False
    return True


async def approves(unit: Unit, who: Who) -> bool:
    """Whether somebody's yes counts."""
    held = await roles.held_by(unit, who.me) if who.is_resident else frozenset()
    return any(grant.role in APPROVERS for grant in held)


async def must_see(unit: Unit, who: Who, one: BroadcastRow) -> None:
    """Whether somebody may look at a broadcast's page. Raises NotAllowed.

    Who made it, and who may run it; where it needed somebody's yes, or needs it now, all whose yes counts.
    """
    if who.is_resident and (one.made_by == who.me or await may_run(unit, who, one)):
        return
    was_asked = one.needed > 1 or one.state == BroadcastState.PROPOSED
    if not (was_asked and await approves(unit, who)) and who.resident_id not in await approved_by(unit, one.id):
        raise NotAllowed(needed="caller")
