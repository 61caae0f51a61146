"""Handing goods over at the pick-up desk, against a code that works once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from handlers.goods.codes import new_code
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from storage.queries import batches, claim_changes
from storage.queries.batches import BatchRow
from storage.queries.claims import ClaimRow
from storage.tables import ClaimState, StockKind
from storage.unit import Unit
from town.facts import BatchRecalled, MoreThanClaimed, NotFound, PickupCodeWrong


class Handed(NamedTuple):
    """What was handed over just now, and the claim as it is after that; its code is another one if more is left."""

    batch: BatchRow
    claim: ClaimRow
    amount: int


async def hand_over(
    unit: Unit, *, who: Who, claim_id: int, code: str, amount: int | None, to_id: int | None, now: datetime
) -> Handed:
    """Hand over an amount of a claim (all that is left without one) against its code; `to_id` took it.

    Raises NotFound, NotAllowed, BatchRecalled, PickupCodeWrong (also when it was used in this very moment, at another
    desk) or MoreThanClaimed.
    """
    claim = await claim_changes.get(unit, claim_id)
    batch = None if claim is None else await batches.lock(unit, claim.batch_id)
    if batch is None:
        raise NotFound(what="claim")
    await must_coordinate(unit, who, batch.project_id)
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    claim = await claim_changes.get(unit, claim_id)  # as it is under the batch's lock
    if claim is None or claim.state != ClaimState.HELD or claim.code != code:
        raise PickupCodeWrong
    part = claim.left if amount is None else amount
    if not 0 < part <= claim.left:
        raise MoreThanClaimed(item=batch.item, left=claim.left, unit=batch.unit)
    after = await claim_changes.hand(unit, claim_id, code=code, amount=part, new_code=new_code(), now=now)
    if after is None:
        raise PickupCodeWrong
    await batches.move(
        unit, batch.id, StockKind.HANDED_OVER, shelf=-part, now=now, claim_id=claim_id, by=who.me, to=to_id
    )
    return Handed(batch, after, part)
