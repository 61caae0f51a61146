"""Places at the very moment in which somebody leaves the line for them."""

from __future__ import annotations

import asyncio

from handlers.kit.who import Who
from handlers.shifts import actions, placing
from handlers.shifts.passing_on import Freed
from storage.sql import select
from storage.tables import Account, Outbox, table_of
from storage.unit import Unit
from tests.storage.moments import meanwhile, somebody
from tests.storage.test_contention import NOW, Ground, Process, ground, only_postgres  # noqa: F401 - a fixture

accounts, notices = table_of(Account), table_of(Outbox)


async def _joins(process: Process, who: Who, shift: int) -> None:
    async with process.database.unit() as unit:
        await placing.take(unit, who.me, shift, town=who.town, now=NOW, wait=True)


async def _gives_back(process: Process, who: Who, shift: int) -> Freed:
    async with process.database.unit() as unit:
        return await placing.give_back(unit, who.me, shift, town=who.town, now=NOW)


@only_postgres
async def test_a_place_is_not_kept_for_whoever_leaves_the_line_at_that_moment(ground: Ground) -> None:  # noqa: F811
    """It goes to the next behind them; nobody who has gone hears of it, and it is counted for one person."""
    shift = await ground.shift(await ground.project(), places=1, hours=48)
    holder, goes, stays = await somebody(ground, 3)
    for who in (holder, goes, stays):
        await _joins(ground.processes[0], who, shift)

    async def leaves(unit: Unit) -> None:
        await actions.leave_line(unit, who=goes, shift_id=shift)

    freed = await meanwhile(ground.processes[0].database, leaves, _gives_back(ground.processes[1], holder, shift))
    assert freed.offered_to == stays.me
    assert await ground.states(shift) == {"released": 2, "offered": 1}
    told = await ground.rows(select(notices.c.resident_id).where(notices.c.notice == "waiting.offer"))
    assert [row[0] for row in told] == [stays.me]


@only_postgres
async def test_the_last_one_leaves_the_line_as_the_place_falls_free(ground: Ground) -> None:  # noqa: F811
    shift = await ground.shift(await ground.project(), places=1, hours=48)
    holder, goes = await somebody(ground, 2)
    for who in (holder, goes):
        await _joins(ground.processes[0], who, shift)

    async def leaves(unit: Unit) -> None:
        await actions.leave_line(unit, who=goes, shift_id=shift)

    freed = await meanwhile(ground.processes[0].database, leaves, _gives_back(ground.processes[1], holder, shift))
    assert (freed.offered_to, freed.shift.taken) == (None, 0)
    assert await ground.states(shift) == {"released": 2}


async def test_half_of_the_line_leaves_as_all_places_fall_free(ground: Ground) -> None:  # noqa: F811
    """Every place is offered to somebody who still waits."""
    shift = await ground.shift(await ground.project(), places=10, hours=48)
    people = await ground.people(40)
    for n, (address,) in enumerate(people):
        await ground.any_process(n).tap(address, f"shift:join:{shift}")
    await asyncio.gather(
        *(
            ground.any_process(n).tap(address, f"shift:{do}:{shift}")
            for n, pair in enumerate(zip(people[:10], people[10:30:2], strict=True))
            for do, (address,) in zip(("release", "unwait"), pair, strict=True)
        )
    )
    states = await ground.states(shift)
    assert states["offered"] == 10, "whoever was too late to leave the line has an offer"
