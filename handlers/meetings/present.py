"""Who is there at a meeting, against its quorum: for this room, and for whoever puts a motion to the vote there."""

from __future__ import annotations

from dataclasses import dataclass

from storage.queries import guests, meetings
from storage.queries.meetings import MeetingRow
from storage.unit import Unit
from town.facts import NotFound
from town.meetings import quorum_of


@dataclass(frozen=True, slots=True)
class Presence:
    """How many residents are `here`, of how many who were invited; `quorum` of them must be, 0 where none is asked."""

    here: int
    invited: int
    quorum: int

    @property
    def reached(self) -> bool:
        """Whether enough are there."""
        return self.here >= self.quorum


def against(meeting: MeetingRow, here: int) -> Presence:
    """So many people at this meeting."""
    return Presence(here, meeting.invited, quorum_of(meeting))


async def presence(unit: Unit, meeting_id: int) -> Presence:
    """Who is there at a meeting now. Raises NotFound."""
    meeting = await meetings.get(unit, meeting_id)
    if meeting is None:
        raise NotFound(what="meeting")
    return against(meeting, await guests.here(unit, meeting_id))


async def present(unit: Unit, meeting_id: int) -> int:
    """How many residents are there."""
    return await guests.here(unit, meeting_id)


async def quorum_reached(unit: Unit, meeting_id: int) -> bool:
    """Whether enough are there. Raises NotFound."""
    return (await presence(unit, meeting_id)).reached
