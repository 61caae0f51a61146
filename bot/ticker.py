"""The ticker: APScheduler says when to look; what is due is read from the tables.

A tick that was missed, a restart or a second process changes nothing: the next look finds the same work.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from handlers import catalogue
from handlers.kit.capability import Job
from storage import inbox
from storage.engine import Database
from storage.lease import may_run
from storage.queries import town
from storage.unit import Unit
from town.settings import TownSettings

log = logging.getLogger(__name__)

EVERY = 15
"""Seconds between looks."""


async def _forget(unit: Unit, now: datetime, settings: TownSettings) -> int:
    return await inbox.prune(unit, now)


async def _never(unit: Unit, now: datetime, settings: TownSettings) -> datetime | None:
    return None  # tidying up is nothing that anybody waits for


HOUSEKEEPING = (Job("forget old updates", _forget, _never),)


class Ticker:
    """Runs every capability's jobs, each in a transaction of its own, never twice at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.jobs = (*catalogue.jobs(), *HOUSEKEEPING)
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self.tick,
            "interval",
            seconds=EVERY,
            next_run_time=datetime.now(UTC),  # at once: what fell due while nobody ran does not wait
            coalesce=True,
            misfire_grace_time=None,
            max_instances=1,
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> int:
        """Run what is due now; returns how much it was. A job that fails is logged and holds up no other."""
        done = 0
        for job in self.jobs:
            try:
                async with self.database.unit() as unit:
                    if await may_run(unit, f"job:{job.name}"):
                        done += await job.run(unit, self.clock.now(), await town.settings(unit))
            except Exception:
                log.exception("the job %r failed; it is tried again at the next tick", job.name)
        return done

    async def next_due(self) -> datetime | None:
        """When some job next has work, as far as the tables know."""
        now = self.clock.now()
        async with self.database.reading() as unit:
            settings = await town.settings(unit)
            found = [await job.next_due(unit, now, settings) for job in self.jobs]
        return min((moment for moment in found if moment is not None), default=None)
