"""What is given back, or was not collected, passes on to those who wait for it, in order."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.goods.codes import new_code
from handlers.goods.telling import row, tell
from storage.queries import allowances, batches, claim_changes
from storage.queries.allowances import Allowed
from storage.queries.batches import BatchRow
from storage.queries.claims import try_lock_holder
from storage.tables import Priority, StockKind
from storage.unit import Unit

SOON = timedelta(hours=1)
"""When the pick-up begins within this time, or has begun, whoever gets something hears at once, in quiet hours too."""


async def pass_on(unit: Unit, batch: BatchRow, *, now: datetime, but: int | None = None) -> int:
    """Give what is free of a batch to those who wait for it; to how many. The batch's row is locked.

    Each gets what they wait for, as far as it goes and their allowances allow; whoever's allowance is used up, or is
    being used at this very moment, is passed over and keeps their place. They hear at once, apart from `but`.
    """
    if batch.undrawn or batch.closed_at is not None or batch.recalled_at is not None:
        return 0
    window = await batches.next_window(unit, batch.id, now)
    if window is None:
        return 0
    free, given, told = batch.free, 0, []
    async for nearest in allowances.in_line(unit, batch.id, step=batch.step):
        if free < batch.step:
            break
        claim = nearest.claim
        if not await try_lock_holder(unit, claim.resident_id, nearest.home_id):
            continue
        wants = await allowances.allowed(unit, batch.id, claim.id)
        if wants is None or wants.home_id != nearest.home_id:  # they have just moved: the lock is another home's
            continue
        amount = _part(wants, batch.step, free)
        if not amount:
            continue
        code = new_code()
        if not await claim_changes.award(
            unit, claim.id, amount=amount, home_id=wants.home_id, window_id=window.id, code=code, now=now
        ) or not await batches.move(unit, batch.id, StockKind.CLAIMED, free=-amount, now=now, claim_id=claim.id):
            raise LookupError(f"claim {claim.id} or batch {batch.id} changed under its lock")
        free, given = free - amount, given + 1
        if claim.resident_id != but:
            told.append(
                row(
                    "goods.yours",
                    claim,
                    batch,
                    now=now,
                    window=window,
                    priority=Priority.URGENT if window.starts_at - now <= SOON else Priority.PERSONAL,
                    expires_at=window.ends_at,
                    amount=amount,
                    wanted=claim.wanted,
                    code=code,
                    price=claim.price,
                )
            )
    await tell(unit, told)
    return given


def _part(wants: Allowed, step: int, free: int) -> int:
    """What somebody gets of what is free: as much as they want, as far as it goes, in whole steps."""
    part = min(wants.claim.wanted, wants.left, free)
    return part - part % step if part > 0 else 0
