"""What happens by itself: minutes go on the next agenda, and people are reminded of what they took on."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from handlers.kit.capability import Job
from handlers.minutes import approving, assigning
from storage.queries import follow_ups, minutes
from storage.unit import Unit
from town.settings import TownSettings
from town.week import at_local, local

A_DAY = timedelta(days=1)


async def propose(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Put published minutes that nobody has approved on the agenda of the next meeting of the same audience."""
    return await approving.propose_everywhere(unit, now)


async def next_proposal(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return now if await minutes.to_propose(unit, now) else None


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind of what is due tomorrow, or was due yesterday or before; each once. How many were reminded."""
    today, reminded = local(now, town.tz).date(), 0
    for one in await follow_ups.to_remind(unit, today + A_DAY):
        if one.due is None:
            continue
        over_at = at_local(one.due + A_DAY, time(), town.tz)
        overdue = over_at <= now
        if one.reminded_at is None or (overdue and one.reminded_at < over_at):
            if await follow_ups.get(unit, one.id, lock=True) != one:
                continue  # it was given to another, put off or done in this moment: the next tick looks again
            await assigning.remind(unit, one, overdue=overdue, now=now)
            reminded += 1
    return reminded


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    """The next midnight before or after a day at which something is due."""
    due = await follow_ups.next_day(unit, local(now, town.tz).date())
    if due is None:
        return None
    moments = [at_local(day, time(), town.tz) for day in (due - A_DAY, due + A_DAY)]
    return next((moment for moment in moments if moment > now), None)


async def close_worked(unit: Unit, now: datetime, town: TownSettings) -> int:
    """What became a shift is done when the shift is over, if anybody signed up for it."""
    return await follow_ups.close_worked(unit, now)


async def next_worked(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await follow_ups.next_worked(unit)


JOBS = (
    Job("minutes.propose", propose, next_proposal),
    Job("minutes.remind", remind, next_reminder),
    Job("minutes.worked", close_worked, next_worked),
)
