"""When there are fewer goods than was thought, or more: the stock is put right, and whoever it touches hears of it.

What is short is taken back from those who claimed last, from those who pay for it after all others; they stand first in
line for whatever there is yet. All of it is one transaction, with the batch's row locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.goods.claiming import check_amount
from handlers.goods.passing import pass_on
from handlers.goods.telling import about, row, tell
from handlers.kit.who import Who
from handlers.stock.actions import going_on, theirs
from storage import outbox
from storage.queries import batches, claim_changes, stock_lists, window_ends
from storage.queries.batches import BatchRow
from storage.queries.claims import ClaimRow
from storage.tables import ClaimState, Priority, StockKind
from storage.unit import Unit
from town.amounts import MOST
from town.facts import BadAmount, BatchRecalled, NotFound, NotOnShelf
from town.text import clean

MOST_REASON = 200
_TICK = timedelta(microseconds=1)
_ENDS_AS = {
    ClaimState.HELD: ClaimState.GIVEN_BACK,
    ClaimState.WAITING: ClaimState.ENDED,
    ClaimState.ENTERED: ClaimState.ENDED,
}
"""What becomes of each claim on a batch that is called off."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of putting a batch right: as it is now, how many had to give some of it up, how many got some."""

    batch: BatchRow
    fewer: int = 0
    passed_on: int = 0


async def correct(unit: Unit, *, who: Who, batch_id: int, quantity: int, reason: str, now: datetime) -> Corrected:
    """Put right how much of a batch was really made (thousandths).

    Raises NotFound, NotAllowed, BatchRecalled, BadAmount, AmountStep, NotOnShelf, TextEmpty or TextTooLong.
    """
    batch = await _right(unit, who, batch_id)
    gone = batch.quantity - batch.shelf
    if quantity < gone:
        raise NotOnShelf(item=batch.item, left=batch.shelf, unit=batch.unit)
    if quantity > MOST or quantity < 0:
        raise BadAmount(given=str(quantity))
    if quantity:
        check_amount(quantity, batch)
    if quantity == batch.quantity:
        return Corrected(batch)
    done = await _less_or_more(unit, who, batch, quantity - batch.quantity, StockKind.CORRECTED, reason, now)
    await stock_lists.change_batch(unit, batch_id, quantity=quantity)
    return Corrected(done.batch._replace(quantity=quantity), done.fewer, done.passed_on)


async def spoil(unit: Unit, *, who: Who, batch_id: int, amount: int, reason: str, now: datetime) -> Corrected:
    """Take out of the stock what has spoiled. Raises the same."""
    batch = await _right(unit, who, batch_id)
    return await _take_out(unit, who, batch, amount, StockKind.SPOILED, reason, now)


async def give_away(unit: Unit, *, who: Who, batch_id: int, reason: str, now: datetime) -> Corrected:
    """Write down that all that was left of a batch which is over went another way. Raises the same."""
    batch = await _right(unit, who, batch_id)
    if batch.closed_at is None:
        raise NotFound(what="batch")
    if not batch.shelf:
        return Corrected(batch)
    return await _take_out(unit, who, batch, batch.shelf, StockKind.CORRECTED, reason, now)


async def call_off(unit: Unit, *, who: Who, batch_id: int, reason: str, now: datetime) -> int:
    """Call a batch off: nothing of it will be handed over any more; how many heard of it.

    Raises NotFound, NotAllowed, BatchRecalled, BatchOver, TextEmpty or TextTooLong.
    """
    batch, reason = await going_on(unit, who=who, batch_id=batch_id), clean(reason, MOST_REASON)
    claims = await claim_changes.of_batch(unit, batch_id, tuple(_ENDS_AS))
    await _end_all(unit, who, batch_id, claims, reason, now)
    if batch.shelf:
        await batches.move(
            unit,
            batch_id,
            StockKind.CORRECTED,
            free=-batch.shelf,
            shelf=-batch.shelf,
            now=now,
            by=who.me,
            reason=reason,
        )
    await window_ends.settle_all(unit, batch_id, now)  # should some of it be put up again, then not for these
    await batches.close(unit, batch_id, now)
    await outbox.withdraw(unit, about(batch_id))
    windows = (await batches.windows_of(unit, [batch_id]))[batch_id]
    await tell(
        unit,
        [
            row(
                "goods.off",
                claim,
                batch,
                now=now,
                window=windows[0],
                priority=Priority.URGENT if claim.left else Priority.PERSONAL,
                reason=reason,
                amount=claim.left,
            )
            for claim in claims
        ],
    )
    return len(claims)


async def _end_all(unit: Unit, who: Who, batch_id: int, claims: Sequence[ClaimRow], reason: str, now: datetime) -> None:
    """End every claim on a batch; what was held of it goes back to the stock."""
    for was, over in _ENDS_AS.items():
        these = [claim.id for claim in claims if claim.state == was]
        if await claim_changes.end_all(unit, these, over, was=was, now=now) != len(these):
            raise LookupError(f"a claim on batch {batch_id} changed under its lock")
    held = [(claim.id, claim.left) for claim in claims if claim.left]
    await claim_changes.write_lines(unit, batch_id, StockKind.GIVEN_BACK, held, now, reason=reason, by=who.me)
    if held and not await claim_changes.free_more(unit, batch_id, sum(left for _claim, left in held)):
        raise LookupError(f"batch {batch_id} changed under its lock")


async def _right(unit: Unit, who: Who, batch_id: int) -> BatchRow:
    """A batch whose amount can be put right: also when it is over, unless it was recalled."""
    batch = await theirs(unit, who=who, batch_id=batch_id, lock=True)
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    return batch


async def _take_out(
    unit: Unit, who: Who, batch: BatchRow, amount: int, kind: StockKind, reason: str, now: datetime
) -> Corrected:
    if amount > batch.shelf:
        raise NotOnShelf(item=batch.item, left=batch.shelf, unit=batch.unit)
    if amount != batch.shelf:  # all of it may be any amount: part of a claim may have been handed over
        check_amount(amount, batch)
    return await _less_or_more(unit, who, batch, -amount, kind, reason, now)


async def _less_or_more(
    unit: Unit, who: Who, batch: BatchRow, more: int, kind: StockKind, reason: str, now: datetime
) -> Corrected:
    """Move the stock by so much, and before that take back what is promised of it and not there."""
    reason = clean(reason, MOST_REASON)
    fewer = 0
    if batch.free + more < 0:
        fewer = await _take_back(unit, who, batch, -(batch.free + more), reason, now)
        batch = batch._replace(free=-more)
    if not await batches.move(unit, batch.id, kind, free=more, shelf=more, now=now, by=who.me, reason=reason):
        raise LookupError(f"batch {batch.id} changed under its lock")
    after = batch._replace(free=batch.free + more, shelf=batch.shelf + more)
    passed_on = await pass_on(unit, after, now=now) if more > 0 else 0
    return Corrected(await batches.get(unit, batch.id) or after, fewer, passed_on)


async def _take_back(unit: Unit, who: Who, batch: BatchRow, short: int, reason: str, now: datetime) -> int:
    """Take back what is short from those who claimed last; from how many people.

    Whoever loses all that was still to be collected waits at the head of the line, in the order of the claims.
    """
    since = await stock_lists.head_of_line(unit, batch.id) or now
    told = []
    for claim in await stock_lists.last_first(unit, batch.id):
        if not short:
            break
        less = min(short, claim.left)
        waits = less == claim.left
        if waits:
            since -= _TICK
            done = await stock_lists.back_in_line(unit, claim.id, wanted=less, since=since, now=now)
        else:
            done = await claim_changes.reduce(unit, claim.id, less, now)
        if not done or not await batches.move(
            unit, batch.id, StockKind.CORRECTED, free=less, now=now, claim_id=claim.id, by=who.me, reason=reason
        ):
            raise LookupError(f"claim {claim.id} changed under its batch's lock")
        short -= less
        told.append(
            row(
                "goods.fewer",
                claim,
                batch,
                now=now,
                priority=Priority.URGENT,
                reason=reason,
                less=less,
                amount=claim.left - less,
                waits=waits,
                price=claim.price,
            )
        )
    await tell(unit, told)
    return len(told)
