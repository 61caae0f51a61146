"""What one does with minutes: write, publish, object to and correct them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit.who import Who
from handlers.meetings import running
from handlers.minutes.content import Correction, fields_of, item_of, with_correction
from handlers.roles.actions import must_be_resident
from storage import outbox
from storage.queries import decisions, meetings, minutes
from storage.queries.decisions import DecisionRow
from storage.queries.meetings import MeetingRow
from storage.queries.minutes import ItemRow
from storage.unit import Unit
from town.facts import (
    MeetingOff,
    MinutesApproved,
    MinutesArePublished,
    MinutesNotApproved,
    MinutesUnpublished,
    NotFound,
    TextTooLong,
    WasNotThere,
)
from town.text import clean, utf16_units

MOST_NOTE = 8000
"""UTF-16 units of the note to one item, and of the general text."""

MOST_WORDS = 600
"""UTF-16 units of a decision, an objection and a correction."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where something was written: the meeting, and the item of its agenda (None: the general text)."""

    meeting: MeetingRow
    item: ItemRow | None

    @property
    def text(self) -> str:
        """What stands there."""
        return self.meeting.minutes if self.item is None else self.item.notes


async def place_of(unit: Unit, *, who: Who, meeting_id: int, item_id: int, lock: bool = False) -> Written:
    """Where somebody is about to write: an item of the agenda, or (0) the general text.

    Raises NotFound, NotAllowed, MeetingOff or MinutesApproved.
    """
    item = None
    if item_id:
        item, meeting = await item_of(unit, who=who, item_id=item_id, lock=lock)
    else:
        meeting = await running.must_run(unit, who, meeting_id, lock=lock)
    must_be_changeable(meeting)
    return Written(meeting, item)


def must_be_changeable(meeting: MeetingRow) -> None:
    """Raises MeetingOff or MinutesApproved."""
    if meeting.cancelled_at is not None:
        raise MeetingOff(title=meeting.title)
    if meeting.approved_at is not None:
        raise MinutesApproved(title=meeting.title)


def joined(before: str, more: str) -> str:
    """A text with more below it. Raises TextTooLong."""
    whole = f"{before}\n{more}" if before else more
    if utf16_units(whole) > MOST_NOTE:
        raise TextTooLong(most=MOST_NOTE)
    return whole


async def write(
    unit: Unit, *, who: Who, meeting_id: int, item_id: int, text: str, over: bool, now: datetime
) -> Written:
    """Write below what stands there, or in its place (`over`); what changes after the publishing is marked.

    Raises what `place_of` raises, TextEmpty or TextTooLong.
    """
    at = await place_of(unit, who=who, meeting_id=meeting_id, item_id=item_id, lock=True)
    whole = joined("" if over else at.text, clean(text, MOST_NOTE, lines=True))
    await _put(unit, at, whole, now)
    return at


async def _put(unit: Unit, at: Written, text: str, now: datetime) -> None:
    changed = now if at.meeting.published_at is not None else None
    if at.item is None:
        await meetings.change(unit, at.meeting.id, minutes=text, changed_at=changed)
    else:
        await minutes.change_item(unit, at.item.id, notes=text, changed_at=changed)


async def publish(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> tuple[MeetingRow, int]:
    """Publish minutes and tell everybody who was invited; with how many that is.

    Raises NotFound, NotAllowed, MeetingOff, MeetingNotBegun or MinutesArePublished.
    """
    meeting = await to_publish(unit, who=who, meeting_id=meeting_id, now=now, lock=True)
    await meetings.change(unit, meeting_id, published_at=now)
    told = await minutes.tell_invited(unit, meeting_id, "minutes.published", fields_of(meeting), now=now)
    return meeting._replace(published_at=now), told


async def to_publish(unit: Unit, *, who: Who, meeting_id: int, now: datetime, lock: bool = False) -> MeetingRow:
    """A meeting whose minutes can be published. Raises as `publish` does."""
    meeting = await running.must_run(unit, who, meeting_id, lock=lock)
    running.must_be_on(meeting)
    running.must_have_begun(meeting, now)
    if meeting.published_at is not None:
        raise MinutesArePublished(title=meeting.title)
    return meeting


# -- objections and corrections ----------------------------------------------------------------------------------------


async def to_object(unit: Unit, *, who: Who, meeting_id: int) -> MeetingRow:
    """A meeting to whose minutes somebody can object.

    Raises NotFound, MinutesUnpublished, MinutesApproved or WasNotThere.
    """
    must_be_resident(who)
    meeting = await running.found(unit, meeting_id)
    if meeting.published_at is None:
        raise MinutesUnpublished(title=meeting.title)
    if meeting.approved_at is not None:
        raise MinutesApproved(title=meeting.title)
    if not await minutes.was_here(unit, meeting_id, who.me):
        raise WasNotThere(title=meeting.title)
    return meeting


async def object_to(unit: Unit, *, who: Who, meeting_id: int, text: str, now: datetime) -> MeetingRow:
    """Tell the secretary in words what is not right. Raises what `to_object` raises, TextEmpty or TextTooLong."""
    meeting = await to_object(unit, who=who, meeting_id=meeting_id)
    row = outbox.new_row(
        notice="minutes.objection",
        resident_id=keeper_of(meeting),
        dedupe_key=f"minutes.objection:{meeting_id}:{who.me}:{now.isoformat()}",
        now=now,
        meeting=meeting_id,
        title=meeting.title,
        name=who.name,
        text=clean(text, MOST_WORDS, lines=True),
    )
    await outbox.put(unit, [row])
    return meeting


def keeper_of(meeting: MeetingRow) -> int:
    """Who is told of what concerns a meeting's minutes: its secretary, or who called it."""
    return meeting.secretary_id or meeting.made_by


async def to_correct(unit: Unit, *, who: Who, meeting_id: int, lock: bool = False) -> MeetingRow:
    """A meeting whose minutes are approved. Raises NotFound, NotAllowed or MinutesNotApproved."""
    meeting = await running.must_run(unit, who, meeting_id, lock=lock)
    if meeting.approved_at is None:
        raise MinutesNotApproved(title=meeting.title)
    return meeting


async def correct(unit: Unit, *, who: Who, meeting_id: int, text: str, now: datetime) -> MeetingRow:
    """Add a correction to approved minutes, which stay as they are. Raises as `to_correct`, TextEmpty, TextTooLong."""
    meeting = await to_correct(unit, who=who, meeting_id=meeting_id, lock=True)
    new = Correction(clean(text, MOST_WORDS, lines=True), who.name, now)
    await meetings.change(unit, meeting_id, corrections=with_correction(meeting, new))
    return meeting


# -- decisions taken without a vote ------------------------------------------------------------------------------------


async def decide(unit: Unit, *, who: Who, item_id: int, text: str, passed: bool, now: datetime) -> int:
    """Enter what a meeting decided about an item by voice; the decision's id.

    Raises NotFound, NotAllowed, MeetingOff, MinutesApproved, TextEmpty or TextTooLong.
    """
    at = await place_of(unit, who=who, meeting_id=0, item_id=item_id, lock=True)
    if at.item is None:
        raise NotFound(what="agenda item")
    meeting = at.meeting
    await _mark(unit, at, now)
    return await decisions.enter(
        unit,
        title=at.item.title,
        text=clean(text, MOST_WORDS, lines=True),
        passed=passed,
        meeting_id=meeting.id,
        item_id=item_id,
        poll_id=None,
        project_id=meeting.project_id,
        by=who.me,
        now=_during(meeting, now),
    )


async def strike(unit: Unit, *, who: Who, decision_id: int, now: datetime) -> DecisionRow:
    """Take a decision that was entered by mistake out of the register. Raises NotFound, NotAllowed, MinutesApproved."""
    found = await to_strike(unit, who=who, decision_id=decision_id)
    if found.item_id is not None:
        await _mark(unit, await place_of(unit, who=who, meeting_id=0, item_id=found.item_id, lock=True), now)
    if not await decisions.strike(unit, decision_id):
        raise NotFound(what="decision")
    return found


async def to_strike(unit: Unit, *, who: Who, decision_id: int) -> DecisionRow:
    """A decision that somebody may take out of the register: no poll took it, and no approved minutes name it."""
    found = await decisions.get(unit, decision_id)
    if found is None or found.poll_id is not None or found.meeting_id is None:
        raise NotFound(what="decision")
    must_be_changeable(await running.must_run(unit, who, found.meeting_id))
    return found


async def _mark(unit: Unit, at: Written, now: datetime) -> None:
    if at.item is not None and at.meeting.published_at is not None:
        await minutes.change_item(unit, at.item.id, changed_at=now)


def _during(meeting: MeetingRow, now: datetime) -> datetime:
    """When something was decided that is written down now: at the meeting, though it may be over."""
    if meeting.starts_at is None:
        return now
    return min(now, meeting.closed_at or meeting.starts_at + timedelta(minutes=meeting.length))
