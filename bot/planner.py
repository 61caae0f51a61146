"""The planner: makes the plans that coordinators want, in a process of its own.

What a plan is made of is read in one short transaction, and what was found is written in another; in between a separate
process solves, so that nobody waits for it, and its memory is given back when it ends. A plan is wanted until it is
written down: one that a stop interrupted is simply made again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.allocation.puzzle import Found, dump, load_found
from bot.clock import Clock
from bot.leased import go_on
from handlers.allocation import making
from handlers.allocation.making import LeftOpen, Proposed
from storage.engine import Database
from storage.queries import planning, plans, town
from storage.queries.plans import PlanRow
from storage.unit import Unit
from town.settings import TownSettings
from town.week import bounds, week_of

log = logging.getLogger(__name__)

LOOK_AGAIN = 30.0
"""Seconds after which wanted plans are looked for even when nobody said so."""

PATIENCE = 90.0
"""Seconds that the process may take; it gives up by itself before."""

TOO_LONG = 3
"""What the process ends with when there was no plan in time (`bot.allocation.__main__`)."""

ROOT = Path(__file__).parents[1]

Solver = Callable[[bytes], Awaitable[bytes]]


class Unsolved(Exception):
    """There is no plan: "time", or "broken"."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


async def solve_apart(puzzle: bytes) -> bytes:
    """Solve in a process of its own, which ends with us. Raises Unsolved."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.allocation",
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("TOWNBELL_")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        found, _ = await asyncio.wait_for(process.communicate(puzzle), PATIENCE)
    except TimeoutError:
        raise Unsolved("time") from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise Unsolved("time" if process.returncode == TOO_LONG else "broken")
    return found


class Planner:
    """Makes the wanted plans while it holds the planner's lease. `solver` may be another one in tests."""

    def __init__(self, database: Database, clock: Clock, solver: Solver | None = None) -> None:
        self.database = database
        self.clock = clock
        self.solver = solver or solve_apart
        self._stopping = False
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._solving: asyncio.Future[bytes] | None = None
        self._unsubscribe = database.subscribe(self._hear)

    def _hear(self, topic: str) -> None:
        if topic == plans.TOPIC:
            self._woken.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Let go: what is being solved stays wanted, what is being written down is finished."""
        if self._stopping:
            return
        self._stopping = True
        self._unsubscribe()
        if self._solving is not None:
            self._solving.cancel()
        async with self._one_at_a_time:
            pass
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        await go_on(
            self.database, "planner", self.drain, woken=self._woken, every=LOOK_AGAIN, stopping=lambda: self._stopping
        )

    async def drain(self) -> int:
        """Make all plans that are wanted now; returns how many."""
        done = 0
        async with self._one_at_a_time:
            while not self._stopping:
                async with self.database.reading() as unit:
                    wanted = await plans.wanted(unit)
                if not wanted:
                    break
                week = wanted[0].week
                done += await self._make(week, [plan for plan in wanted if plan.week == week])
        return done

    async def _make(self, week: date, wanted: list[PlanRow]) -> int:
        """Make the plans of one week together, so that nobody is proposed twice. Of a project the newest counts."""
        newest = {plan.project_id: plan for plan in wanted}
        now = self.clock.now()
        async with self.database.unit() as unit:
            settings = await town.settings(unit)
            for plan in wanted:
                if plan is not newest[plan.project_id] or bounds(week, settings.tz)[1] <= now:
                    await plans.drop(unit, plan)
        if bounds(week, settings.tz)[1] <= now:
            return 0
        asked = await self._read(week, newest, settings, now)
        try:
            found = await self._solved(asked, settings, week, now)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            return 0
        except Exception as error:
            detail = error.detail if isinstance(error, Unsolved) else "broken"
            log.exception("the plans of the week %s could not be made", week)
            async with self.database.unit() as unit:
                for plan in newest.values():
                    await making.failed(unit, plan, detail, town=settings, now=self.clock.now())
            return len(newest)
        async with self.database.unit() as unit:
            for plan in newest.values():
                mine = {row.id for row in asked.shifts if row.project_id == plan.project_id}
                await self._write(unit, plan, found, mine, settings)
        return len(newest)

    async def _read(
        self, week: date, project_ids: Collection[int], settings: TownSettings, now: datetime
    ) -> planning.Asked:
        begins = min(bounds(week, settings.tz)[0], bounds(week_of(now, settings.tz), settings.tz)[0])
        async with self.database.reading() as unit:
            return await planning.read(
                unit,
                week,
                project_ids,
                now=now,
                stop=timedelta(minutes=settings.offer_stop_minutes),
                span=(begins, bounds(week, settings.tz)[1]),
            )

    async def _solved(self, asked: planning.Asked, settings: TownSettings, week: date, now: datetime) -> Found:
        puzzle = await asyncio.to_thread(dump, asked, settings, week, now)
        self._solving = asyncio.ensure_future(self.solver(puzzle))
        return load_found(await self._solving)

    async def _write(self, unit: Unit, plan: PlanRow, found: Found, mine: set[int], settings: TownSettings) -> None:
        proposed = [Proposed(one.shift, one.resident, one.kind, one.why) for one in found.lines if one.shift in mine]
        left = [LeftOpen(one.shift, one.kind, one.places, one.why) for one in found.left if one.shift in mine]
        await making.ready(
            unit,
            plan,
            proposed=proposed,
            left=left,
            places=len(proposed) + sum(one.places for one in left),
            town=settings,
            now=self.clock.now(),
        )
