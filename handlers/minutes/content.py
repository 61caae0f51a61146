"""Minutes as they are: what was written, and what the town knows of the meeting by itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from handlers.kit.who import Who
from handlers.meetings import running
from handlers.meetings.present import Presence, against
from storage.queries import decisions, follow_ups, minutes
from storage.queries.decisions import DecisionRow
from storage.queries.follow_ups import FollowUpRow
from storage.queries.meetings import MeetingRow
from storage.queries.minutes import Attended, ItemRow, Voted
from storage.unit import Unit
from town.facts import MinutesUnpublished, NotFound


class Correction(NamedTuple):
    """What was added to approved minutes: by whom, and when."""

    text: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of a meeting. `may_write`: whoever looks runs it; `was_here`: they were there."""

    meeting: MeetingRow
    people: Attended
    agenda: Sequence[Voted]
    decisions: Sequence[DecisionRow]
    follow_ups: Sequence[FollowUpRow]
    may_write: bool
    was_here: bool

    @property
    def presence(self) -> Presence:
        """How many were there, against the quorum."""
        return against(self.meeting, self.people.here)

    @property
    def corrections(self) -> list[Correction]:
        """What was added after the approval, in order."""
        return corrections_in(self.meeting)

    def decided(self, item_id: int | None) -> list[DecisionRow]:
        """What was decided about an item of the agenda, or (None) about none that is on it."""
        known = {one.item.id for one in self.agenda}
        return [one for one in self.decisions if (one.item_id if one.item_id in known else None) == item_id]

    def to_do(self, item_id: int | None) -> list[FollowUpRow]:
        """What is to be done after an item of the agenda, or (None) after none that is on it."""
        known = {one.item.id for one in self.agenda}
        return [one for one in self.follow_ups if (one.item_id if one.item_id in known else None) == item_id]

    def number_of(self, item_id: int) -> int:
        """The place of an item on the agenda, from 1; 0 for one that is not on it."""
        return next((at for at, one in enumerate(self.agenda, 1) if one.item.id == item_id), 0)


def fields_of(meeting: MeetingRow) -> dict[str, Any]:
    """A meeting as the notices of its minutes tell of it."""
    starts_at = None if meeting.starts_at is None else meeting.starts_at.isoformat()
    return {"meeting": meeting.id, "title": meeting.title, "starts_at": starts_at}


def corrections_in(meeting: MeetingRow) -> list[Correction]:
    """The corrections that a meeting keeps."""
    kept: list[dict[str, Any]] = json.loads(meeting.corrections)
    return [Correction(one["text"], one["name"], datetime.fromisoformat(one["at"])) for one in kept]


def with_correction(meeting: MeetingRow, new: Correction) -> str:
    """The corrections with one more, as they are kept."""
    kept = [*corrections_in(meeting), new]
    return json.dumps(
        [{"text": one.text, "name": one.name, "at": one.at.isoformat()} for one in kept], ensure_ascii=False
    )


async def read(unit: Unit, *, who: Who, meeting_id: int) -> Minutes:
    """The minutes of a meeting: published ones for every resident, others for who runs it.

    Raises NotFound or MinutesUnpublished.
    """
    found = await load(unit, who=who, meeting=await running.found(unit, meeting_id))
    if found.meeting.published_at is None and not found.may_write:
        raise MinutesUnpublished(title=found.meeting.title)
    return found


async def to_write(unit: Unit, *, who: Who, meeting_id: int) -> Minutes:
    """The minutes of a meeting, for who runs it. Raises NotFound or NotAllowed."""
    return await load(unit, who=who, meeting=await running.must_run(unit, who, meeting_id))


async def load(unit: Unit, *, who: Who, meeting: MeetingRow) -> Minutes:
    """Everything that the minutes of a meeting say."""
    return Minutes(
        meeting=meeting,
        people=await minutes.attended(unit, meeting.id),
        agenda=await minutes.agenda(unit, meeting.id),
        decisions=await decisions.of_meeting(unit, meeting.id),
        follow_ups=await follow_ups.of_meeting(unit, meeting.id),
        may_write=await running.may_run(unit, who, meeting),
        was_here=who.is_resident and await minutes.was_here(unit, meeting.id, who.me),
    )


async def item_of(unit: Unit, *, who: Who, item_id: int, lock: bool = False) -> tuple[ItemRow, MeetingRow]:
    """An item and its meeting, for who runs it; locked, nobody else writes there. Raises NotFound or NotAllowed."""
    item = await minutes.item(unit, item_id)
    if item is None:
        raise NotFound(what="agenda item")
    meeting = await running.must_run(unit, who, item.meeting_id, lock=lock)
    if lock:  # somebody may have written there before it was
        item = await minutes.item(unit, item_id) or item
    return item, meeting
