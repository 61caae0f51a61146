"""What a date poll means for its meeting: the date that won is the date."""

from __future__ import annotations

from datetime import datetime

from handlers.meetings.calling import DATE, said, urgent, when
from storage import outbox
from storage.queries import guests, meetings
from storage.queries.meetings import MeetingRow
from storage.queries.polls import PollRow
from storage.tables import Priority
from storage.unit import Unit
from town.meetings import ends_at
from town.settings import TownSettings


async def after_date_poll(unit: Unit, poll: PollRow, *, town: TownSettings, now: datetime) -> bool:
    """Set the date of the meeting that a poll (subject "date:<meeting>") has found one for, and say so; False without.

    Of several equal ones it is the earliest; of those that have passed none. Where there is none, who called the
    meeting is told, and chooses. Whoever approved of the date is down as coming, and told that they are.
    """
    meeting = await meetings.get(unit, int(poll.subject.removeprefix(DATE)), lock=True)
    if meeting is None or meeting.cancelled_at is not None or meeting.starts_at is not None:
        return False
    found = [(datetime.fromisoformat(poll.choices[number - 1].at), number) for number in poll.winning]
    ahead = sorted(one for one in found if one[0] > now)
    if not ahead:
        await _tell_caller(unit, meeting, now)
        return False
    starts_at, number = ahead[0]
    await guests.note_voters(unit, meeting.id, poll.id, number, now)
    await set_date(unit, meeting, starts_at, town=town, now=now)
    return True


async def set_date(unit: Unit, meeting: MeetingRow, starts_at: datetime, *, town: TownSettings, now: datetime) -> int:
    """Give a meeting its first date and invite everybody; how many that is."""
    await meetings.change(unit, meeting.id, **when(starts_at, town, now))
    dated = meeting._replace(starts_at=starts_at)
    return await guests.tell(
        unit,
        meeting.id,
        guests.DATED,
        said(dated),
        whom=guests.NOTED,
        now=now,
        expires_at=ends_at(dated),
        urgent=urgent(starts_at, town, now),
    )


async def _tell_caller(unit: Unit, meeting: MeetingRow, now: datetime) -> None:
    row = outbox.new_row(
        notice="meeting.undated",
        resident_id=meeting.made_by,
        dedupe_key=f"meeting.undated:{meeting.id}",
        now=now,
        subject=guests.subject(meeting.id),
        priority=Priority.PERSONAL,
        meeting=meeting.id,
        title=meeting.title,
    )
    await outbox.put(unit, [row])
