"""What the ticker does about merges: nobody who is gone is written to, and nothing is kept that is of no use."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit.capability import Job
from storage.queries import merging, merging_polls
from storage.unit import Unit
from town.settings import TownSettings


async def tidy(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Let what was written to somebody who is gone go to the kept one, who alone is asked for their vote; forget what
    cannot be undone any more."""
    old = now - timedelta(days=town.merge_undo_days)
    return await merging_polls.no_strays(unit) + await merging.forward(unit) + await merging.forget_old(unit, old)


async def next_tidy(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    if await merging.has_to_forward(unit) or await merging_polls.has_strays(unit):
        return now
    first = await merging.first_noted(unit)
    return None if first is None else max(now, first + timedelta(days=town.merge_undo_days))


JOBS = (Job("merging.tidy", tidy, next_tidy),)
