"""What the ticker does about goods: windows that have ended are settled, and nobody in line is forgotten."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from handlers.goods.passing import pass_on
from handlers.goods.settling import settle_window
from handlers.kit.alone import alone
from handlers.kit.capability import Job
from storage.queries import allowances, batches, window_ends
from storage.unit import Unit
from town.settings import TownSettings


async def settle_windows(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Settle the windows that have ended, batch by batch in order of their ids; how many were."""
    settled = 0
    for window in await window_ends.ended(unit, now):
        settle = partial(settle_window, unit, window.batch_id, window.id, now=now)
        settled += await alone(unit, f"the window {window.id} of batch {window.batch_id}", settle)
    return settled


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await window_ends.next_end(unit)


async def pass_on_again(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Pass on what is free to those who were passed over; to how many.

    They were busy at that moment, or what they gave back elsewhere has left room in their allowance.
    """
    given = 0
    for batch_id in await allowances.passed_over(unit, now):
        given += await alone(unit, f"the line of batch {batch_id}", partial(_pass_on, unit, batch_id, now))
    return given


async def _pass_on(unit: Unit, batch_id: int, now: datetime) -> int:
    batch = await batches.lock(unit, batch_id)
    return 0 if batch is None else await pass_on(unit, batch, now=now)


async def next_passing(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return now if await allowances.passed_over(unit, now, most=1) else None


JOBS = (Job("goods.settle", settle_windows, next_end), Job("goods.pass", pass_on_again, next_passing))
