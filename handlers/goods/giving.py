"""Giving goods back, asking for less, leaving a draw or a line, collecting at another time."""

from __future__ import annotations

from datetime import datetime

from handlers.goods.benefits import last_week
from handlers.goods.claiming import check_open
from handlers.goods.passing import pass_on
from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from storage.queries import batches, claim_changes, claims
from storage.queries.batches import BatchRow
from storage.queries.claims import ClaimRow, ToClaim
from storage.tables import ClaimState, StockKind
from storage.unit import Unit
from town.facts import BadAmount, DrawClosed, LessThanHanded, NoClaim, NotFound, WindowOver


async def give_back(unit: Unit, *, who: Who, batch_id: int, now: datetime, keep: int = 0) -> BatchRow:
    """Give back what is not collected of one's claim, but for `keep` (thousandths) of the whole claim.

    Who has no more than that, or not any more, gives nothing back. What is free then passes on to those who wait.
    Raises NotFound, NoClaim, BatchRecalled, BatchOver, BadAmount or LessThanHanded.
    """
    batch, mine = await _mine(unit, who, batch_id, now, ClaimState.HELD)
    check_open(batch)
    if not await _window_open(unit, mine, now):
        raise WindowOver(item=batch.item)  # it is being passed on
    if keep % batch.step:
        raise BadAmount(given=str(keep))
    if keep >= mine.amount:
        return batch
    if keep and keep < mine.handed:
        raise LessThanHanded(item=batch.item, handed=mine.handed, unit=batch.unit)
    less = mine.amount - max(keep, mine.handed)
    if keep > mine.handed:
        done = await claim_changes.reduce(unit, mine.id, less, now)
    else:
        done = await claim_changes.end(unit, mine.id, ClaimState.GIVEN_BACK, was=ClaimState.HELD, now=now)
    if not done:
        raise NoClaim(item=batch.item)
    await batches.move(unit, batch.id, StockKind.GIVEN_BACK, free=less, now=now, claim_id=mine.id, by=who.me)
    after = batch._replace(free=batch.free + less)
    await pass_on(unit, after, now=now)
    return after


async def leave(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> BatchRow:
    """Leave a batch's draw or its line. Raises NotFound, NoClaim or DrawClosed."""
    batch, mine = await _mine(unit, who, batch_id, now, ClaimState.ENTERED, ClaimState.WAITING)
    was = ClaimState(mine.state)
    if was is ClaimState.ENTERED and batch.draw_at is not None and now >= batch.draw_at:
        raise DrawClosed(item=batch.item, draw_at=batch.draw_at)
    await claim_changes.end(unit, mine.id, ClaimState.ENDED, was=was, now=now)
    return batch


async def collect_at(unit: Unit, *, who: Who, batch_id: int, window_id: int, now: datetime) -> ToClaim:
    """Collect a claim in another of the batch's windows. Raises NotFound, NoClaim, BatchRecalled or WindowOver."""
    batch, mine = await _mine(unit, who, batch_id, now, ClaimState.HELD)
    check_open(batch)
    found = await claims.to_claim(unit, batch_id, who.me, before=last_week(who, now), lock=False)
    if found is None:
        raise NotFound(what="batch")
    chosen = next((one for one in found.windows if one.id == window_id and not one.late), None)
    if (
        chosen is None
        or chosen.ends_at <= now
        or chosen.settled_at is not None
        or not await _window_open(unit, mine, now)
    ):
        raise WindowOver(item=batch.item)
    await claim_changes.set_window(unit, mine.id, window_id, now)
    return found._replace(mine=mine._replace(window_id=window_id))


async def _mine(unit: Unit, who: Who, batch_id: int, now: datetime, *states: ClaimState) -> tuple[BatchRow, ClaimRow]:
    """A batch, locked, and one's claim on it, in one of some states."""
    me = must_be_resident(who)
    batch = await batches.lock(unit, batch_id)
    if batch is None:
        raise NotFound(what="batch")
    found = await claims.to_claim(unit, batch_id, me, before=last_week(who, now), lock=False)
    if found is None or found.mine is None or found.mine.state not in states:
        raise NoClaim(item=batch.item)
    return batch, found.mine


async def _window_open(unit: Unit, mine: ClaimRow, now: datetime) -> bool:
    windows = (await batches.windows_of(unit, [mine.batch_id]))[mine.batch_id]
    return any(one.id == mine.window_id and one.ends_at > now and one.settled_at is None for one in windows)
