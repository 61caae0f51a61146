"""Requests that run out, and those about what is no more so."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.capability import Job
from handlers.swaps.telling import tell_over
from storage.queries import swaps
from storage.queries.swaps import Lapsed
from storage.unit import Unit
from town.settings import TownSettings
from town.swaps import Rule, SwapState


async def end_requests(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Settle the open requests that nobody can answer any more, and tell those whom they concern."""
    done = 0
    for one in await swaps.lapsed(unit, now):
        state = SwapState.EXPIRED if one.rule is None else SwapState.FAILED
        if await swaps.settle(unit, one.swap.id, state, now):
            await _tell(unit, one, town, now)
            done += 1
    return done


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await swaps.next_expiry(unit)


async def _tell(unit: Unit, one: Lapsed, town: TownSettings, now: datetime) -> None:
    swap = one.swap
    if one.rule is None:
        await tell_over(unit, swap, why="expired", town=town, now=now, asker={})
        return
    told = {"rule": one.rule.value, "title": one.part.title}
    asker: dict[str, str] | None = {**told, "person": swap.to_name}
    asked: dict[str, str] | None = {**told, "person": swap.from_name}
    if one.rule is Rule.NOT_HELD and one.part is swap.give:
        asker = None  # whoever gave the place back knows it
    elif one.rule is Rule.NOT_HELD:
        asked = None
    await tell_over(unit, swap, why="lapsed", town=town, now=now, asker=asker, asked=asked)


JOBS = (Job("swaps.end", end_requests, next_end),)
"""A request whose shift has changed is found at the next look; the time at which one runs out is known before."""
