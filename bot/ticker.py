"""The ticker: APScheduler says when to look; what is due is read from the tables.

A tick that was missed, a restart or a second process changes nothing: the next look finds the same work.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, date, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import logs
from bot.clock import Clock
from handlers import catalogue
from handlers.kit.capability import Job
from storage import inbox, outbox
from storage.engine import Database
from storage.lease import may_run
from storage.queries import statuses, town, web
from storage.scrub import scrub
from storage.unit import Unit
from town.settings import TownSettings

log = logging.getLogger(__name__)

EVERY = 15
"""Seconds between looks."""


async def _forget(unit: Unit, now: datetime, settings: TownSettings) -> int:
    return await inbox.prune(unit, now)


async def _never(unit: Unit, now: datetime, settings: TownSettings) -> datetime | None:
    return None  # tidying up is nothing that anybody waits for


class OldMail:
    """Forgets what the privacy notice promises to forget, at the first look of each day: nothing hangs on the hour."""

    def __init__(self) -> None:
        self._looked: date | None = None

    async def forget(self, unit: Unit, now: datetime, settings: TownSettings) -> int:
        if self._looked == now.date():
            return 0
        forgotten = await web.prune(unit, now) + await outbox.prune(unit, now) + await statuses.prune(unit, now)
        self._looked = now.date()
        return forgotten


def housekeeping() -> tuple[Job, ...]:
    """The jobs of no room in particular."""
    return (Job("forget old updates", _forget, _never), Job("forget old messages", OldMail().forget, _never))


class Ticker:
    """Runs every capability's jobs, never twice at once.

    Mostly there is nothing to do. So jobs share a transaction while they only look; the first that writes or locks
    something has it committed before the next one begins. Nothing a job does is kept, or undone, with another's.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self._stopping = False
        self._ticking = asyncio.Lock()
        self.jobs = (*catalogue.jobs(), *housekeeping())
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

    async def stop(self) -> None:
        """Begin no other job; the one that is running is finished, not torn off."""
        self._stopping = True
        async with self._ticking:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)

    async def tick(self) -> int:
        """Run what is due now; returns how much it was. A job that fails is logged and holds up no other."""
        done, jobs = 0, deque(self.jobs)
        async with self._ticking:
            while jobs and not self._stopping:
                done += await self._run_some(jobs)
            return done + await self._scrub()

    async def _scrub(self) -> int:
        """Take away what secret ballots left in the database's files: no job, for it is done between transactions."""
        try:
            return 0 if self._stopping else await scrub(self.database, self.clock.now())
        except Exception:
            log.exception("the traces of a secret poll could not be taken away; it is tried again at the next tick")
            return 0

    async def _run_some(self, jobs: deque[Job]) -> int:
        """Run the first of these jobs, and more for as long as they only look; those that were run are taken away."""
        job, done = jobs.popleft(), 0
        try:
            async with self.database.unit() as unit:
                if not await may_run(unit, "tick"):
                    jobs.clear()  # another process is at it
                    return 0
                settings = await town.settings(unit)
                logs.hide(settings.join_code)  # the mayor may have changed it since
                unit.only_looked = True  # but for the lock of the tick itself
                done = await job.run(unit, self.clock.now(), settings)
                while jobs and unit.only_looked and not self._stopping:
                    job = jobs.popleft()
                    done += await job.run(unit, self.clock.now(), settings)
                return done
        except Exception:
            log.exception("the job %r failed; it is tried again at the next tick", job.name)
            return 0

    async def next_due(self) -> datetime | None:
        """When some job next has work, as far as the tables know."""
        now = self.clock.now()
        async with self.database.reading() as unit:
            settings = await town.settings(unit)
            found = [await job.next_due(unit, now, settings) for job in self.jobs]
        return min((moment for moment in found if moment is not None), default=None)
