"""What happens by itself: whose step is due today is reminded, and the mayor of what is overdue."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial

from handlers.campaigns import telling
from handlers.kit.alone import alone
from handlers.kit.capability import Job
from storage.queries import campaigns
from storage.queries.campaigns import StepRow
from storage.unit import Unit
from town.settings import TownSettings
from town.week import at_local, local

A_DAY = timedelta(days=1)


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind of what is due today, and tell the mayor of what was due before; each once. How many steps it was."""
    reminded = 0
    for step in await campaigns.due_by(unit, local(now, town.tz).date()):
        overdue = _is_due(step, now, town)
        if overdue is not None:
            reminded += await alone(unit, f"campaign step {step.id}", partial(_remind, unit, step, overdue, now))
    return reminded


async def _remind(unit: Unit, step: StepRow, overdue: bool, now: datetime) -> int:
    await campaigns.get(unit, step.campaign_id, lock=True)
    if await campaigns.step(unit, step.id) != step:
        return 0  # it was given away, put off or done in this moment: the next tick looks again
    await telling.remind(unit, step, overdue=overdue, now=now)
    return 1


def _is_due(step: StepRow, now: datetime, town: TownSettings) -> bool | None:
    """Whether a step has become overdue (True) or due (False) since its last reminder; None: neither."""
    if step.due is None:
        return None
    due_at, over_at = at_local(step.due, time(), town.tz), at_local(step.due + A_DAY, time(), town.tz)
    overdue = over_at <= now
    since = over_at if overdue else due_at
    return None if step.reminded_at is not None and step.reminded_at >= since else overdue


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    """The next midnight at which something becomes due, or overdue."""
    today = local(now, town.tz).date()
    moments = []
    for day in (await campaigns.next_day(unit, today), await campaigns.next_day(unit, today + A_DAY)):
        if day is not None:
            moments += [at_local(day, time(), town.tz), at_local(day + A_DAY, time(), town.tz)]
    return min((moment for moment in moments if moment > now), default=None)


JOBS = (Job("campaigns.remind", remind, next_reminder),)
