"""The end of a pick-up window: what was not collected passes on, and after the last one the batch is over."""

from __future__ import annotations

from datetime import datetime

from handlers.goods.passing import pass_on
from handlers.goods.telling import row, tell
from storage.queries import batches, claim_changes, window_ends
from storage.queries.batches import BatchRow
from storage.tables import ClaimState, StockKind
from storage.unit import Unit


async def settle_window(unit: Unit, batch_id: int, window_id: int, *, now: datetime) -> bool:
    """Settle a window that has ended. False when that was done before.

    Uncollected claims lapse, go back to stock and on to the next in line, who can collect them in the next window;
    where there is none the batch is over, and those who still wait hear that it was not enough.
    """
    batch = await batches.lock(unit, batch_id)
    if batch is None or not await window_ends.settle(unit, window_id, now):
        return False
    lapsed = await claim_changes.uncollected(unit, batch_id)
    await claim_changes.end_all(unit, [one.id for one in lapsed], ClaimState.LAPSED, was=ClaimState.HELD, now=now)
    back = sum(one.left for one in lapsed)
    if back:
        await claim_changes.free_more(unit, batch_id, back)
        await claim_changes.write_lines(unit, batch_id, StockKind.LAPSED, [(one.id, one.left) for one in lapsed], now)
    await tell(
        unit,
        [row("goods.lapsed", one, batch, now=now, amount=one.left, price=one.price) for one in lapsed],
    )
    await pass_on(unit, batch._replace(free=batch.free + back), now=now)
    if await batches.next_window(unit, batch_id, now) is None:
        await end_batch(unit, batch, now=now)
    return True


async def end_batch(unit: Unit, batch: BatchRow, *, now: datetime) -> None:
    """Have a batch be over: nothing more is to be had of it, and nobody waits any more. Its row is locked."""
    waiting = await claim_changes.of_batch(unit, batch.id, [ClaimState.WAITING])
    await claim_changes.end_all(unit, [one.id for one in waiting], ClaimState.ENDED, was=ClaimState.WAITING, now=now)
    await tell(unit, [row("goods.ended", one, batch, now=now, wanted=one.wanted, lost=one.lost) for one in waiting])
    await batches.close(unit, batch.id, now)
