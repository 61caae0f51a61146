"""Who runs an agenda, who is invited to it, and when what can be done there."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.who import Who
from handlers.meetings.running import may_run
from storage.queries import agenda_items, audiences, guests
from storage.queries.agenda_items import ItemRow
from storage.queries.meetings import MeetingRow
from storage.unit import Unit
from town.audience import parse
from town.facts import MeetingBegun, MeetingNotBegun, MeetingOff, MeetingOver, NotAllowed, NotFound, NotInvited
from town.meetings import has_begun, is_over
from town.settings import TownSettings


async def must_run(unit: Unit, who: Who, meeting: MeetingRow) -> None:
    """Whether somebody runs a meeting. Raises NotAllowed."""
    if not await may_run(unit, who, meeting):
        raise NotAllowed(needed="caller")


def runners(meeting: MeetingRow) -> frozenset[int]:
    """Who is told of what happens on its agenda: who called it, and its secretary."""
    return frozenset(one for one in (meeting.made_by, meeting.secretary_id) if one is not None)


async def is_invited(unit: Unit, who: Who, meeting: MeetingRow, now: datetime) -> bool:
    """Whether somebody is of a meeting: written down for it, or one of those whom it is for."""
    if await guests.mine(unit, meeting.id, who.me) is not None:
        return True
    return await audiences.belongs(unit, parse(meeting.audience), who.me, now=now)


async def must_be_invited(unit: Unit, who: Who, meeting: MeetingRow, now: datetime) -> None:
    """Raises NotInvited."""
    if not await is_invited(unit, who, meeting, now):
        raise NotInvited(title=meeting.title)


async def door(unit: Unit, meeting_id: int, now: datetime) -> MeetingRow:
    """A meeting whose agenda may change now, and by nobody else. Raises NotFound, MeetingOff or MeetingOver."""
    meeting = await agenda_items.door(unit, meeting_id)
    if meeting is None:
        raise NotFound(what="meeting")
    if meeting.cancelled_at is not None:
        raise MeetingOff(title=meeting.title)
    if is_over(meeting, now):
        raise MeetingOver(title=meeting.title)
    return meeting


async def item_at_door(unit: Unit, item_id: int, now: datetime) -> tuple[ItemRow, MeetingRow]:
    """An item of an agenda that may change now, and by nobody else. Raises what `door` raises."""
    meeting = await door(unit, (await item(unit, item_id)).meeting_id, now)
    return await item(unit, item_id), meeting  # read again: it may have changed before the door was shut


async def item(unit: Unit, item_id: int) -> ItemRow:
    """An item. Raises NotFound."""
    found = await agenda_items.get(unit, item_id)
    if found is None:
        raise NotFound(what="agenda item")
    return found


def check_ahead(meeting: MeetingRow, now: datetime) -> None:
    """Whether proposals are taken still. Raises MeetingBegun."""
    if has_begun(meeting, now):
        raise MeetingBegun(title=meeting.title)


def check_on(meeting: MeetingRow, now: datetime) -> None:
    """Whether the meeting is on, so that it can vote. Raises MeetingNotBegun."""
    if not has_begun(meeting, now):
        raise MeetingNotBegun(title=meeting.title)


def needed(meeting: MeetingRow, town: TownSettings) -> int:
    """How many seconders a proposal needs: never more than there are others who are invited."""
    return min(town.agenda_seconders, max(meeting.invited - 1, 0)) if meeting.invited else town.agenda_seconders
