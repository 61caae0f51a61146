"""Selling at the desk, to somebody the town does not know: a restaurant, a traveller."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import NamedTuple

from handlers.goods.claiming import check_amount, check_open
from handlers.kit.who import Who
from handlers.orders import books
from handlers.roles.actions import must_coordinate
from storage.queries import batches, claim_changes
from storage.queries.batches import BatchRow
from storage.tables import ClaimState, StockKind
from storage.unit import Unit
from town.facts import NotFound, NotSold, PeopleWait, PriceChanged, TooFew, Undecided
from town.money import due

MOST_NAME = 60
"""UTF-16 units of a customer's name."""


class AtDesk(NamedTuple):
    """What was sold: `batch` as it is after that; `number` is the receipt's, None where it cost nothing."""

    batch: BatchRow
    amount: int
    total: int
    number: int | None


async def to_sell(unit: Unit, *, who: Who, batch_id: int) -> BatchRow:
    """A batch of which something can be sold at the desk: what is free of it, and nobody waits for.

    Raises NotFound, NotAllowed, BatchRecalled, BatchOver, NotSold, Undecided, PeopleWait, or TooFew where nothing is.
    """
    batch = await batches.get(unit, batch_id)
    if batch is None:
        raise NotFound(what="batch")
    await must_coordinate(unit, who, batch.project_id)
    await _check(unit, batch)
    return batch


async def sell(
    unit: Unit, *, who: Who, batch_id: int, amount: int, customer: str, now: datetime, price: int | None = None
) -> AtDesk:
    """Sell an amount (thousandths) at the desk, paid in cash at the `price` that was said, or at that of now.

    Raises as `to_sell` does, PriceChanged, BadAmount or AmountStep.
    """
    batch = await batches.lock(unit, batch_id)
    if batch is None:
        raise NotFound(what="batch")
    await must_coordinate(unit, who, batch.project_id)
    check_amount(amount, batch)
    now_price = await _check(unit, batch)
    if price is None:
        price = now_price
    elif price != now_price:
        raise PriceChanged(item=batch.item)
    customer = customer[:MOST_NAME]
    if not await batches.move(
        unit, batch.id, StockKind.SOLD, free=-amount, shelf=-amount, now=now, by=who.me, reason=customer
    ):
        raise TooFew(item=batch.item, free=batch.free, unit=batch.unit)
    total = due(price, amount)
    after = batch._replace(free=batch.free - amount, shelf=batch.shelf - amount)
    if not total:
        return AtDesk(after, amount, total, None)
    written = await books.write_sale(
        unit,
        batch,
        key=f"sold:{batch.id}:{secrets.token_hex(8)}",  # each sale is one of its own, however alike they are
        quantity=amount,
        price=price,
        total=total,
        language=who.language,
        by=who.me,
        town=who.town,
        now=now,
        customer=customer,
    )
    return AtDesk(after, amount, total, written.number)


async def _check(unit: Unit, batch: BatchRow) -> int:
    """Its price for one unit."""
    check_open(batch)
    if batch.price is None:
        raise NotSold(item=batch.item)
    if batch.undrawn and batch.draw_at is not None:
        raise Undecided(item=batch.item, draw_at=batch.draw_at)
    waiting = await claim_changes.of_batch(unit, batch.id, [ClaimState.WAITING])
    if waiting:
        raise PeopleWait(item=batch.item, waiting=len(waiting))
    if batch.free < batch.step:
        raise TooFew(item=batch.item, free=batch.free, unit=batch.unit)
    return batch.price
