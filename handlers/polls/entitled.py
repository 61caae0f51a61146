"""Who may ask whom: the mayor everybody, coordinators their projects, the council itself."""

from __future__ import annotations

from handlers.kit.who import Who
from handlers.roles.actions import duties_of
from storage.queries import roles
from storage.queries.meetings import secretary_of
from storage.queries.polls import PollRow
from storage.tables import Role
from storage.unit import Unit
from town.audience import MEETING, PROJECT, ROLE, Audience, parse
from town.facts import NotAllowed


async def must_call(unit: Unit, who: Who, audience: Audience, project_id: int | None = None) -> None:
    """Whether somebody may open a poll for, or call a meeting of, this audience. Raises NotAllowed.

    The mayor and coordinators of the whole town may ask anybody; a project's coordinators those who take part in it,
    for that project; a council member the council. Those who are there at a meeting are asked by who called it, or its
    secretary.
    """
    duties = await duties_of(unit, who.resident_id if who.is_resident else None)
    if duties.everywhere:
        return
    if audience.kind == PROJECT and duties.covers(audience.id):
        return
    if audience == Audience(ROLE, word=Role.COUNCIL) and project_id is None and await sits_on_council(unit, who):
        return
    if audience.kind == MEETING and who.is_resident and who.me in await secretary_of(unit, audience.id):
        return
    raise NotAllowed(needed="caller")


async def must_run(unit: Unit, who: Who, poll: PollRow) -> None:
    """Whether somebody may change, close or call off a poll. Raises NotAllowed.

    Who made it, as long as they might make it now; the mayor, and coordinators of the whole town or of its project.
    """
    if who.is_resident and poll.made_by == who.me:
        return await must_call(unit, who, parse(poll.audience), poll.project_id)
    duties = await duties_of(unit, who.resident_id if who.is_resident else None)
    if not duties.everywhere and not (poll.project_id is not None and duties.covers(poll.project_id)):
        raise NotAllowed(needed="caller")
    return None


async def may_run(unit: Unit, who: Who, poll: PollRow) -> bool:
    """The same as a question."""
    try:
        await must_run(unit, who, poll)
    except NotAllowed:
        return False
    return True


async def sits_on_council(unit: Unit, who: Who) -> bool:
    """Whether somebody is a member of the council."""
    held = await roles.held_by(unit, who.me) if who.is_resident else frozenset()
    return any(grant.role == Role.COUNCIL for grant in held)
