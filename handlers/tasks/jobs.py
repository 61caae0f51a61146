"""What the ticker does about calls for hands: those whose shift needs nobody any more end, however that came."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from handlers.kit.alone import alone
from handlers.kit.capability import Job
from handlers.tasks import stopping
from storage.queries import places, tasks
from storage.unit import Unit
from town.settings import TownSettings


async def end(unit: Unit, now: datetime, town: TownSettings) -> int:
    """End the calls whose shift is full, was cancelled, or has begun; how many it was."""
    ended = 0
    for shift_id in await tasks.needless(unit, now):
        ended += await alone(unit, f"the calls for shift {shift_id}", partial(_end, unit, shift_id, now))
    return ended


async def _end(unit: Unit, shift_id: int, now: datetime) -> int:
    """It may have become otherwise since it was looked at: the shift's row is held from here on."""
    shift = await places.lock_shift(unit, shift_id)
    if shift is None:
        return 0
    if shift.cancelled_at is not None or shift.starts_at <= now:
        return await stopping.shift_gone(unit, shift, now=now)
    return await stopping.shift_full(unit, shift, now=now) if shift.free <= 0 else 0


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await tasks.next_start(unit)


JOBS = (Job("tasks.end", end, next_end),)
