"""Paying for an order: at the desk, in the transaction in which the goods are handed over."""

from __future__ import annotations

from datetime import datetime

from handlers.goods.handing import Handed
from handlers.goods.telling import fields_of
from handlers.kit.who import Who
from handlers.orders import books, reversing
from storage import outbox
from storage.queries import takings
from storage.queries.takings import EntryRow
from storage.tables import MoneyEntryKind
from storage.unit import Unit
from town.facts import OwnPurchase
from town.money import due_for_part
from town.settings import TownSettings


def to_pay(handed: Handed) -> int:
    """What is to be paid for what was handed over just now: minor units, 0 when it is free."""
    return due_for_part(handed.claim.price or 0, handed.claim.left + handed.amount, handed.amount)


async def paid(unit: Unit, *, who: Who, handed: Handed, town: TownSettings, now: datetime) -> int | None:
    """Write that what was handed over of an order was paid in cash: the number of the receipt, None where it was free.

    Each handing over is a sale of its own, whose receipt is in the customer's language; they are told of it, and in
    all they pay what the order costs. Whoever calls this has handed over in the same transaction
    (`goods.handing.hand_over`, which looks at the authority) and takes no other lock after it.
    """
    claim, batch, total = handed.claim, handed.batch, to_pay(handed)
    if not total:
        return None
    written = await books.write_sale(
        unit,
        batch,
        key=await _key(unit, claim.id),
        quantity=handed.amount,
        price=claim.price or 0,
        total=total,
        language=await books.language_of(unit, claim.resident_id, who.language),
        by=who.me,
        town=town,
        now=now,
        claim_id=claim.id,
    )
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="order.receipt",
                resident_id=claim.resident_id,
                dedupe_key=f"order.receipt:{written.number}",
                now=now,
                number=written.number,
                amount=handed.amount,
                total=total,
                currency=town.currency,
                **fields_of(batch),
            )
        ],
    )
    return written.number


async def last_paid(unit: Unit, *, who: Who, claim_id: int) -> EntryRow | None:
    """What was paid for a claim's last handing over, None where it was free. Raises OwnPurchase for one's own."""
    sale = await takings.keyed(unit, await _key(unit, claim_id))
    if sale is not None and sale.resident_id == who.me:
        raise OwnPurchase
    return sale


async def unpaid(unit: Unit, sale: EntryRow, *, who: Who, reason: str, now: datetime) -> None:
    """Write that what was written as paid was a mistake; the customer is told of it.

    Whoever calls this takes the handing over back in the same transaction, and takes no other lock after it. Raises
    TakenBack where the money was given back in this very moment: the transaction is to be undone then.
    """
    await reversing.take_back(unit, sale, MoneyEntryKind.CORRECTION, reason=reason, who=who, town=who.town, now=now)


async def _key(unit: Unit, claim_id: int) -> str:
    """What the payment for a claim's last handing over is known by."""
    return f"sale:{claim_id}:{await takings.times_handed(unit, claim_id)}"
