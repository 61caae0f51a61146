"""What the ticker does about draws: it makes those that are due."""

from __future__ import annotations

from datetime import datetime

from handlers.draws import making
from handlers.kit.capability import Job
from storage.queries import draws
from storage.unit import Unit
from town.settings import TownSettings


async def make_draws(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Make the draws that are due; how many were made."""
    return await making.make_due(unit, town=town, now=now)


async def next_due(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await draws.next_due(unit)


JOBS = (Job("draws.make", make_draws, next_due),)
