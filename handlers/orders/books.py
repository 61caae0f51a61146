"""Writing the books: a line and its receipt, together, in the transaction of whatever was paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from handlers.orders import papers
from handlers.orders.papers import Paper, Sold, as_json
from storage import outbox
from storage.queries import money
from storage.queries.batches import BatchRow
from storage.queries.money import NewEntry
from storage.queries.takings import EntryRow
from storage.tables import MoneyEntryKind, MoneyKind
from storage.unit import Unit
from town.settings import TownSettings
from town.week import local


class Written(NamedTuple):
    """A line that was written, and the number of its receipt."""

    entry_id: int
    number: int


async def write_sale(
    unit: Unit,
    batch: BatchRow,
    *,
    key: str,
    quantity: int,
    price: int,
    total: int,
    language: str,
    by: int,
    town: TownSettings,
    now: datetime,
    claim_id: int | None = None,
    customer: str = "",
) -> Written:
    """Write that `total` was paid in cash for a quantity (thousandths) of a batch, at a price for one unit.

    The receipt is written with it. No other lock is taken after this (see `storage.queries.money`). Raises LookupError
    where the key was used before: the transaction is to be undone then.
    """
    told: dict[str, Any] = {"quantity": quantity, "currency": town.currency, "customer": customer}
    sold = Sold(batch.project, batch.item, batch.names, batch.unit, price=price, total=total, **told)
    new = NewEntry(
        key=key,
        kind=MoneyEntryKind.SALE,
        day=local(now, town.tz).date(),
        at=now,
        amount=total,
        made_by=by,
        batch_id=batch.id,
        claim_id=claim_id,
        **told,
    )
    await money.lock(unit)
    cash = await money.account(unit, MoneyKind.CASH, batch.project_id)
    sales = await money.account(unit, MoneyKind.SALES, batch.project_id)
    written = await _write(
        unit,
        new,
        lambda number: papers.receipt(number, sold, town=town, language=language, now=now),
        debit_id=cash,
        credit_id=sales,
    )
    if written is None:
        raise LookupError(f"{key} was paid before")
    return written


async def write_back(unit: Unit, new: NewEntry, of: EntryRow, paper: Callable[[int], Paper]) -> Written | None:
    """Write that a line is taken back, and the paper that says so; None when it was taken back before."""
    await money.lock(unit)
    return await _write(unit, new, paper, debit_id=of.credit_id, credit_id=of.debit_id)


def taking_back(
    of: EntryRow, kind: MoneyEntryKind, *, reason: str, by: int, town: TownSettings, now: datetime
) -> NewEntry:
    """The line that takes back another one, whole."""
    return NewEntry(
        key=f"{kind.value}:{of.id}",
        kind=kind,
        day=local(now, town.tz).date(),
        at=now,
        amount=of.amount,
        currency=of.currency,
        made_by=by,
        batch_id=of.batch_id,
        claim_id=of.claim_id,
        quantity=of.quantity,
        customer=of.customer,
        reverses_id=of.id,
        reason=reason,
    )


async def language_of(unit: Unit, resident_id: int | None, otherwise: str) -> str:
    """The language somebody used last, as far as they can be reached."""
    known = [] if resident_id is None else await outbox.addresses(unit, resident_id)
    return known[0].language if known else otherwise


async def _write(
    unit: Unit, new: NewEntry, paper: Callable[[int], Paper], *, debit_id: int, credit_id: int
) -> Written | None:
    entry_id = await money.enter(unit, new, debit_id=debit_id, credit_id=credit_id)
    if entry_id is None:
        return None
    number = await money.next_number(unit)
    await money.write_receipt(unit, number, entry_id, as_json(paper(number)), new.at)
    return Written(entry_id, number)
