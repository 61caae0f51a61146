"""A contest that nobody answers goes to the mayors; one that nobody may decide waits for somebody who may."""

from __future__ import annotations

from datetime import datetime

from handlers.contests import actions
from handlers.kit.capability import Job
from storage.queries import contests
from storage.unit import Unit
from town.settings import TownSettings


async def pass_on(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Pass on each contest whose time to answer is over."""
    due = await contests.due(unit, now)
    for contest in due:
        await actions.pass_on(unit, contest, town=town, now=now)
    return len(due)


async def next_due(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await contests.next_due(unit, now)


JOBS = (Job("contests.pass_on", pass_on, next_due),)
