"""Series whose shifts several processes make at once, while people begin, skip and stop to come every time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func

from handlers.series import actions
from handlers.series.jobs import make
from storage.sql import select
from storage.tables import Outbox, Series, Shift, Signup, StandingSignup, table_of
from tests.storage import test_contention as contention
from tests.storage.test_contention import NOW, Ground, Process
from town.series import Pattern

shifts, signups, series, standing = (table_of(model) for model in (Shift, Signup, Series, StandingSignup))
notices = table_of(Outbox)


@pytest.fixture(name="ground")
async def _ground(database_url: str, tmp_path: Any) -> AsyncIterator[Ground]:
    processes = 1 if database_url.startswith("sqlite") else contention.PROCESSES
    async with contention._ground(database_url, tmp_path, processes) as made:
        yield made


async def a_series(ground: Ground, project: int, *, places: int, title: str = "Bread", start: int = 540) -> int:
    """Every Tuesday and Thursday."""
    async with ground.database.unit() as unit:
        return await actions.publish(
            unit,
            who=ground.mayor,
            project_id=project,
            title=title,
            every=Pattern((1, 3)),
            first_day=date(2026, 11, 26),
            last_day=None,
            start=start,
            length=60,
            place="Mill Lane",
            places=places,
            skills=(),
            now=NOW,
        )


async def makes(ground: Ground, process: Process) -> int:
    """One look of the job, without the lease that lets one process at a time look."""
    async with process.database.unit() as unit:
        return await make(unit, ground.clock.now(), ground.mayor.town)


async def check(ground: Ground) -> list[int]:
    """A day of a series has one shift, whose places are counted right; the shifts in order."""
    rows = await ground.rows(
        select(func.count()).where(shifts.c.series_id.is_not(None)).group_by(shifts.c.series_id, shifts.c.series_day)
    )
    assert {row[0] for row in rows} == {1}
    ids = [row[0] for row in await ground.rows(select(shifts.c.id).order_by(shifts.c.starts_at, shifts.c.id))]
    for shift in ids:
        await ground.states(shift)
    return ids


async def test_many_processes_make_one_shift_a_day(ground: Ground) -> None:
    project = await ground.project()
    for number in range(6):
        await a_series(ground, project, places=4, title=f"Bread {number}", start=480 + number * 60)
    await asyncio.gather(*(makes(ground, process) for process in ground.processes))
    assert len(await check(ground)) == 6 * 8
    for days in (7, 7, 2):
        ground.clock.instant += timedelta(days=days)
        made = await asyncio.gather(*(makes(ground, ground.any_process(n)) for n in range(8)))
        assert sum(made) == {7: 12, 2: 6}[days]
        assert sum(await asyncio.gather(*(makes(ground, process) for process in ground.processes))) == 0
    assert len(await check(ground)) == 6 * 8 + 24 + 6


async def test_people_begin_skip_and_stop_while_shifts_are_made(ground: Ground) -> None:
    project = await ground.project()
    one = await a_series(ground, project, places=5)
    other = await a_series(ground, project, places=50, title="Cake", start=720)
    people = [address for (address,) in await ground.people(12)]
    first = (await check(ground))[0]

    async def all_at_once(*does: tuple[int, str]) -> None:
        """Everybody taps in their own turn, and the jobs look again and again between them."""
        looks = [makes(ground, ground.any_process(n)) for n in range(6)]
        taps = [ground.any_process(n).tap(address, data) for n, (address, data) in enumerate(does)]
        await asyncio.gather(*taps[::2], *looks, *taps[1::2])

    await all_at_once(*((address, f"series:hold:{which}:0:") for address in people for which in (one, other)))
    assert len(await ground.rows(select(standing.c.since))) == 24
    ground.clock.instant += timedelta(days=1)
    await all_at_once(
        *((address, f"series:skip:{first}:0:") for address in people[:3]),
        *((address, f"series:leave:{one}:0:") for address in people[3:6]),
        *((address, f"series:keep:{other}:0:") for address in people[6:9]),
    )
    for _ in range(3):
        ground.clock.instant += timedelta(days=7)
        await all_at_once()
        await makes(ground, ground.processes[0])  # whoever was busy
    await check(ground)
    going_on = select(standing.c.series_id, func.count()).where(standing.c.ended_at.is_(None))
    assert dict(map(tuple, await ground.rows(going_on.group_by(standing.c.series_id)))) == {one: 9, other: 9}
    in_new = (
        select(signups.c.shift_id, func.count())
        .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
        .where(shifts.c.made_at > NOW + timedelta(days=2))
        .group_by(signups.c.shift_id)
    )
    assert {count for _shift, count in await ground.rows(in_new)} == {9}, "each once in each new shift"
    keys = [
        row[0] for row in await ground.rows(select(notices.c.dedupe_key).where(notices.c.notice == "series.missed"))
    ]
    assert len(set(keys)) == len(keys)
    # The five places of each new shift go to those who began first, and nobody else.
    by_since = await ground.rows(
        select(standing.c.resident_id)
        .where(standing.c.series_id == one, standing.c.ended_at.is_(None))
        .order_by(standing.c.since, standing.c.resident_id)
        .limit(5)
    )
    held = await ground.rows(
        select(signups.c.resident_id)
        .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
        .where(shifts.c.series_id == one, shifts.c.made_at > NOW + timedelta(days=2), signups.c.state == "held")
        .distinct()
    )
    assert {row[0] for row in held} == {row[0] for row in by_since}
