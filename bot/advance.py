"""Putting a clock forward so that everything due on the way happens, in order, at its own moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.delivery.worker import DeliveryWorker
from bot.planner import Planner
from bot.ticker import Ticker
from storage import outbox


class MovableClock(Protocol):
    """A clock that can be put forward."""

    def now(self) -> datetime: ...

    def move_to(self, instant: datetime) -> None: ...


class Drainable(Protocol):
    """What has to come to rest before the clock goes on."""

    async def drain(self) -> object: ...


async def advance(
    clock: MovableClock,
    ticker: Ticker,
    delivery: DeliveryWorker,
    planner: Planner,
    target: datetime,
    arrived: Callable[[], Awaitable[None]] | None = None,
    cards: Sequence[Drainable] = (),
) -> None:
    """Go to `target`, stopping wherever a job or a notice falls due. `arrived` is awaited at each stop.

    `cards` are brought up to date at each stop.
    """
    while True:
        moment = min(await _next_stop(clock, ticker, delivery) or target, target)
        clock.move_to(moment)
        if arrived is not None:
            await arrived()
        await ticker.tick()
        await planner.drain()
        await delivery.drain()
        for each in cards:
            await each.drain()
        if moment >= target:
            return


async def _next_stop(clock: MovableClock, ticker: Ticker, delivery: DeliveryWorker) -> datetime | None:
    now = clock.now()
    async with delivery.database.reading() as unit:
        waiting = await outbox.next_due(unit, now)
    found = [moment for moment in (waiting, await ticker.next_due()) if moment is not None]
    # What is due now was run on arriving: whatever still names this moment must not hold the clock.
    return min((max(moment, now + timedelta(seconds=1)) for moment in found), default=None)
