"""What those who run a meeting do with it: change it, call it off, begin and end it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.kit.who import Who
from handlers.meetings import calling, dating
from handlers.meetings.actions import Page, must_live_here, page
from handlers.meetings.running import found, must_be_on, must_run
from handlers.polls import closing
from storage import outbox
from storage.queries import guests, meetings, polls
from storage.queries.meetings import MeetingRow
from storage.unit import Unit
from town.facts import (
    CheckInEarly,
    DateInPast,
    MeetingBegun,
    MeetingNotBegun,
    MeetingOver,
    MeetingUndated,
    NothingChanged,
)
from town.meetings import ended_by_itself_at, ends_at, has_begun, is_over, opens_at
from town.settings import TownSettings

TOLD = ("starts_at", "length", "place", "link")
"""What of a meeting everybody hears of when it changes."""


async def may_change(unit: Unit, *, who: Who, meeting_id: int, now: datetime, lock: bool = False) -> MeetingRow:
    """A meeting that somebody runs and that is not over. Raises NotAllowed, NotFound, MeetingOff or MeetingOver."""
    if lock:
        await _shut_doors(unit, meeting_id)
    meeting = await must_run(unit, who, meeting_id, lock=lock)
    must_be_on(meeting)
    if is_over(meeting, now):
        raise MeetingOver(title=meeting.title)
    return meeting


async def _shut_doors(unit: Unit, meeting_id: int) -> None:
    """Wait for the polls that a change may end: whoever counts one holds its door before the meeting, as we do now."""
    for poll_id in sorted({*await meetings.date_polls(unit, meeting_id), *await meetings.open_votes(unit, meeting_id)}):
        await polls.close_door(unit, poll_id)


async def change(unit: Unit, *, who: Who, meeting_id: int, now: datetime, **columns: Any) -> tuple[MeetingRow, int]:
    """Change some of a meeting; it as it is then, and how many hear of it: who has not declined, of time and place.

    Raises what `may_change` raises, MeetingBegun for another time of one that has begun, DateInPast, NothingChanged,
    NotFound.
    """
    meeting = await may_change(unit, who=who, meeting_id=meeting_id, now=now, lock=True)
    changed = {name: value for name, value in columns.items() if getattr(meeting, name) != value}
    if not changed:
        raise NothingChanged()
    await must_live_here(unit, changed.get("secretary_id"))
    if "starts_at" in changed:
        if has_begun(meeting, now):
            raise MeetingBegun(title=meeting.title)
        if changed["starts_at"] <= now:  # whoever was asked whether they are sure has taken their time
            raise DateInPast(given=changed["starts_at"].astimezone(who.zone).strftime("%d/%m %H:%M"))
        await _end_date_polls(unit, meeting, now)
    after = meeting._replace(**changed)
    told = [name for name in TOLD if name in changed]
    if "starts_at" in changed and meeting.starts_at is None:
        rest = {name: value for name, value in changed.items() if name != "starts_at"}
        if rest:
            await meetings.change(unit, meeting_id, **rest)
        return after, await dating.set_date(unit, after, changed["starts_at"], town=who.town, now=now)
    moved = calling.when(after.starts_at, who.town, now) if "starts_at" in changed else {}
    await meetings.change(unit, meeting_id, **(changed | moved))
    return after, await _tell_changed(unit, meeting, after, told, who=who, now=now) if told else 0


async def _tell_changed(
    unit: Unit, before: MeetingRow, meeting: MeetingRow, told: list[str], *, who: Who, now: datetime
) -> int:
    """Say how it is now: in the invitations that have not gone out, and to everybody else who has not declined."""
    planned = ends_at(meeting)
    if before.starts_at is None or meeting.starts_at is None or planned is None:
        return 0  # nobody was invited: they hear all of it with the date
    await outbox.withdraw(unit, guests.reminders(meeting.id))
    fields = calling.said(meeting)
    waiting = await guests.rewrite_invitations(unit, meeting.id, fields, planned)
    earlier = await guests.take_back_changes(unit, meeting.id)  # nobody is told how it was to be for an hour
    return waiting + await guests.tell(
        unit,
        meeting.id,
        guests.CHANGED,
        fields | {"what": sorted(earlier.union(told))},
        whom=guests.HEARD,
        cause=str(int(now.timestamp() * 1_000_000)),
        now=now,
        expires_at=planned,
        urgent=calling.urgent(min(before.starts_at, meeting.starts_at), who.town, now),
    )


async def _end_date_polls(unit: Unit, meeting: MeetingRow, now: datetime) -> None:
    """Somebody has set the date, or it is called off: nobody need be asked any more, and all are told of that."""
    for poll_id in await meetings.date_polls(unit, meeting.id):
        poll = await polls.get(unit, poll_id, lock=True)
        if poll is not None:
            await closing.cancel(unit, poll, reason="", now=now, tell=False)


async def call_off(unit: Unit, *, who: Who, meeting_id: int, reason: str, now: datetime) -> tuple[MeetingRow, int]:
    """Call a meeting off; it, and how many hear of it: everybody who was invited.

    Raises what `may_change` raises, and MeetingBegun for one that somebody has begun.
    """
    meeting = await may_change(unit, who=who, meeting_id=meeting_id, now=now, lock=True)
    if meeting.opened_at is not None:
        raise MeetingBegun(title=meeting.title)
    await meetings.change(unit, meeting_id, cancelled_at=now)
    for subject in (guests.subject(meeting_id), guests.reminders(meeting_id)):
        await outbox.withdraw(unit, subject)
    await _end_date_polls(unit, meeting, now)
    for poll_id in await meetings.open_votes(unit, meeting_id):
        poll = await polls.get(unit, poll_id, lock=True)
        if poll is not None:
            await closing.cancel(unit, poll, reason=reason, now=now)
    soon = meeting.starts_at is not None and calling.urgent(meeting.starts_at, who.town, now)
    told = await guests.tell(
        unit, meeting_id, "meeting.off", calling.said(meeting, reason=reason), now=now, urgent=soon
    )
    return meeting._replace(cancelled_at=now), told


async def begin(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> MeetingRow:
    """Begin a meeting, from half an hour before its time; one that was begun stays so.

    Raises what `may_change` raises, MeetingUndated or CheckInEarly.
    """
    meeting = await may_change(unit, who=who, meeting_id=meeting_id, now=now, lock=True)
    if meeting.starts_at is None:
        raise MeetingUndated(title=meeting.title)
    if now < opens_at(meeting.starts_at):
        raise CheckInEarly(title=meeting.title, opens_at=opens_at(meeting.starts_at))
    await begins(unit, meeting, now)
    return await found(unit, meeting_id)


async def begins(unit: Unit, meeting: MeetingRow, now: datetime) -> None:
    """Note that a meeting has begun, whoever says so; once."""
    if meeting.opened_at is None:
        await meetings.change(unit, meeting.id, opened_at=now)
        await outbox.withdraw(unit, guests.reminders(meeting.id))


async def may_end(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> Page:
    """A meeting that somebody is about to end. Raises what `may_change` raises, and MeetingNotBegun."""
    meeting = await may_change(unit, who=who, meeting_id=meeting_id, now=now)
    if meeting.opened_at is None:
        raise MeetingNotBegun(title=meeting.title)
    return await page(unit, who=who, meeting_id=meeting_id, now=now)


async def end(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> MeetingRow:
    """End a meeting that was begun; one that was ended stays so. Raises NotAllowed, NotFound, MeetingOff, ….

    Votes that nothing else closes are counted: the meeting is over.
    """
    await _shut_doors(unit, meeting_id)
    meeting = await must_run(unit, who, meeting_id, lock=True)
    must_be_on(meeting)
    if meeting.closed_at is None and meeting.opened_at is None:
        raise MeetingNotBegun(title=meeting.title)
    if meeting.closed_at is None:
        await close(unit, meeting, town=who.town, now=now)
    return await found(unit, meeting_id)


async def close(unit: Unit, meeting: MeetingRow, *, town: TownSettings, now: datetime) -> None:
    """End a meeting, whoever says so, and count the votes that were to end with it."""
    await meetings.change(unit, meeting.id, closed_at=now)
    await outbox.withdraw(unit, guests.reminders(meeting.id))
    for poll_id in await meetings.open_votes(unit, meeting.id):
        await closing.close(unit, poll_id, town=town, now=now)


async def close_by_itself(unit: Unit, meeting_id: int, *, town: TownSettings, now: datetime) -> bool:
    """End a meeting that nobody ended. False when somebody did in this moment, or made it longer."""
    await _shut_doors(unit, meeting_id)
    meeting = await found(unit, meeting_id, lock=True)
    over = ended_by_itself_at(meeting)
    if meeting.closed_at is not None or meeting.cancelled_at is not None or over is None or over > now:
        return False
    await close(unit, meeting, town=town, now=now)
    return True
