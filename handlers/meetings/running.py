"""Who runs a meeting: who called it, its secretary, and whoever could have called it."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.who import Who
from handlers.roles.actions import duties_here
from storage.queries import meetings
from storage.queries.meetings import MeetingRow
from storage.unit import Unit
from town.facts import MeetingNotBegun, MeetingOff, NotAllowed, NotFound


async def found(unit: Unit, meeting_id: int, *, lock: bool = False) -> MeetingRow:
    """A meeting. Raises NotFound."""
    meeting = await meetings.get(unit, meeting_id, lock=lock)
    if meeting is None:
        raise NotFound(what="meeting")
    return meeting


async def may_run(unit: Unit, who: Who, meeting: MeetingRow) -> bool:
    """Whether somebody runs it: who called it, its secretary, the mayor, coordinators of the town or its project."""
    if not who.is_resident or who.steward_id is not None:
        return False
    if who.me in (meeting.made_by, meeting.secretary_id):
        return True
    duties = await duties_here(unit, who)
    return duties.everywhere or (meeting.project_id is not None and duties.covers(meeting.project_id))


async def must_run(unit: Unit, who: Who, meeting_id: int, *, lock: bool = False) -> MeetingRow:
    """A meeting that somebody runs. Raises NotFound or NotAllowed."""
    meeting = await meetings.get(unit, meeting_id, lock=lock)
    if meeting is None:
        raise NotAllowed(needed="caller") if not who.is_resident else NotFound(what="meeting")
    if not await may_run(unit, who, meeting):
        raise NotAllowed(needed="caller")
    return meeting


def must_be_on(meeting: MeetingRow) -> None:
    """Raises MeetingOff for one that was called off."""
    if meeting.cancelled_at is not None:
        raise MeetingOff(title=meeting.title)


def must_have_begun(meeting: MeetingRow, now: datetime) -> None:
    """Raises MeetingNotBegun for one that nobody has begun, and whose time has not come."""
    if meeting.opened_at is None and (meeting.starts_at is None or meeting.starts_at > now):
        raise MeetingNotBegun(title=meeting.title)
