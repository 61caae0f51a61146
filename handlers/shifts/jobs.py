"""Reminders: once for each person and lead time, at the right time or not at all."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.capability import Job
from storage.queries import reminders
from storage.unit import Unit
from town.settings import TownSettings


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Write the reminders that have fallen due and are not stale; returns how many."""
    written = 0
    for which in (reminders.EARLY, reminders.LATE):
        for reminder in await reminders.pending(unit, now, which):
            fields = {
                "shift": reminder.shift_id,
                "title": reminder.title,
                "project": reminder.project,
                "place": reminder.place,
                "starts_at": reminder.starts_at.isoformat(),
                "ends_at": reminder.ends_at.isoformat(),
                "lead": reminder.lead,
            }
            written += await reminders.write(unit, reminder, which, fields, now)
    return written


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await reminders.next_due(unit, now)


JOBS = (Job("reminders", remind, next_reminder),)
