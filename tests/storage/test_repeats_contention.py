"""Batches that come again: several processes put them up at once, while their series is changed and people claim."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func

from handlers.repeats import actions
from handlers.repeats.jobs import make
from storage.queries import items
from storage.queries.batches import batches, stock
from storage.sql import select
from storage.unit import Unit
from tests.storage import test_contention as contention
from tests.storage.test_contention import NOW, Ground, Process
from town.facts import Fact
from town.series import Pattern


@pytest.fixture(name="ground")
async def _ground(database_url: str, tmp_path: Any) -> AsyncIterator[Ground]:
    processes = 1 if database_url.startswith("sqlite") else contention.PROCESSES
    async with contention._ground(database_url, tmp_path, processes) as made:
        yield made


async def a_series(ground: Ground, unit: Unit, project: int, name: str, start: int) -> int:
    """Ten of something, every day from tomorrow on."""
    item = await items.make(
        unit,
        {"name": name, "names": "{}", "unit": "loaf", "step": 1000, "sharing": "first"},
        by=ground.mayor.me,
        now=NOW,
    )
    assert item is not None
    return await actions.publish(
        unit,
        who=ground.mayor,
        project_id=project,
        item_id=item,
        quantity=10_000,
        every=Pattern(tuple(range(7))),
        first_day=date(2026, 11, 25),
        last_day=None,
        start=start,
        length=60,
        place="Mill Lane",
        now=NOW,
    )


async def makes(ground: Ground, process: Process) -> int:
    """One look of the job, without the lease that lets one process at a time look."""
    async with process.database.unit() as unit:
        return await make(unit, ground.clock.now(), ground.mayor.town)


async def check(ground: Ground) -> int:
    """A day of a series has one batch, whose stock is the sum of its ledger; how many batches there are."""
    once = (
        select(func.count()).where(batches.c.series_id.is_not(None)).group_by(batches.c.series_id, batches.c.series_day)
    )
    assert {row[0] for row in await ground.rows(once)} == {1}
    sums = (
        select(batches.c.free, batches.c.shelf, func.sum(stock.c.free), func.sum(stock.c.shelf))
        .select_from(batches.join(stock, stock.c.batch_id == batches.c.id))
        .group_by(batches.c.id, batches.c.free, batches.c.shelf)
    )
    rows = await ground.rows(sums)
    assert all((row[0], row[1]) == (row[2], row[3]) for row in rows)
    return len(rows)


async def test_many_processes_put_up_one_batch_a_day(ground: Ground) -> None:
    project = await ground.project()
    async with ground.database.unit() as unit:
        for number in range(4):
            await a_series(ground, unit, project, f"Bread {number}", 540 + 60 * number)
    await asyncio.gather(*(makes(ground, process) for process in ground.processes))
    assert await check(ground) == 4 * 7
    for days in (1, 3):
        ground.clock.instant += timedelta(days=days)
        made = await asyncio.gather(*(makes(ground, ground.any_process(n)) for n in range(8)))
        assert sum(made) == 4 * days
    assert await check(ground) == 4 * 11


async def test_a_series_is_changed_while_it_is_put_up(ground: Ground) -> None:
    project = await ground.project()
    async with ground.database.unit() as unit:
        series = await a_series(ground, unit, project, "Bread", 540)
    for number in range(4):
        ground.clock.instant += timedelta(days=1)

        async def changes(process: Process, quantity: int) -> None:
            async with process.database.unit() as unit:
                now = ground.clock.now()
                await actions.change(unit, who=ground.mayor, series_id=series, quantity=quantity, now=now)

        results = await asyncio.gather(
            *(makes(ground, ground.any_process(n)) for n in range(4)),
            *(changes(ground.any_process(n), 1000 * (11 + number * 3 + n)) for n in range(3)),
            return_exceptions=True,
        )
        assert not [one for one in results if isinstance(one, BaseException) and not isinstance(one, Fact)]
        await makes(ground, ground.processes[0])
        async with ground.database.reading() as unit:
            page = await actions.page(unit, who=ground.mayor, series_id=series, now=ground.clock.now())
        assert {one.batch.quantity for one in page.coming} == {page.series.quantity}
    assert await check(ground) == 7 + 4
