"""What the ticker does about meetings: it reminds, and ends those that nobody ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from handlers.kit.alone import alone
from handlers.kit.capability import Job
from handlers.meetings import calling, steering
from storage.queries import guests, meetings
from storage.queries.meetings import EARLY, LATE, Lead
from storage.unit import Unit
from town.meetings import ended_by_itself_at
from town.settings import TownSettings


def _leads(town: TownSettings) -> list[tuple[Lead, int]]:
    """The reminders that a town sends, and how many minutes before."""
    found = ((EARLY, town.meeting_early_minutes), (LATE, town.meeting_late_minutes))
    return [(lead, minutes) for lead, minutes in found if minutes]


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind those who have not declined, as far as it is not too late; how many people that is."""
    written = 0
    for lead, minutes in _leads(town):
        for meeting in await meetings.to_remind(unit, lead, minutes, now):
            if meeting.starts_at is None or await meetings.get(unit, meeting.id, lock=True) != meeting:
                continue  # it was changed in this moment: the next tick looks again
            written += await guests.tell(
                unit,
                meeting.id,
                "meeting.reminder",
                calling.said(meeting),
                whom=guests.NOTED,
                cause=f"{lead.name}:{int(meeting.starts_at.timestamp())}",
                reminder=True,
                now=now,
                due_at=meeting.starts_at - timedelta(minutes=minutes),
                expires_at=meeting.starts_at - timedelta(minutes=minutes) / 2,
            )
            await meetings.change(unit, meeting.id, **{f"{lead.name}_at": now})
    return written


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    found = [await meetings.next_reminder(unit, lead, minutes, now) for lead, minutes in _leads(town)]
    return min((moment for moment in found if moment is not None), default=None)


async def end(unit: Unit, now: datetime, town: TownSettings) -> int:
    """End the meetings that nobody ended, some hours after their time; how many."""
    ended = 0
    for meeting in await meetings.unended(unit):
        over = ended_by_itself_at(meeting)
        if over is not None and over <= now:
            close = partial(steering.close_by_itself, unit, meeting.id, town=town, now=now)
            ended += await alone(unit, f"meeting {meeting.id}", close)
    return ended


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    found = [ended_by_itself_at(meeting) for meeting in await meetings.unended(unit)]
    return min((moment for moment in found if moment is not None), default=None)


JOBS = (Job("meetings.remind", remind, next_reminder), Job("meetings.end", end, next_end))
