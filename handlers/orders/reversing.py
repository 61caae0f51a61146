"""Taking back a payment, whole: a refund, or the correction of a mistake. The customer hears of it."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.who import Who
from handlers.orders import books, papers
from handlers.orders.books import Written
from handlers.orders.papers import Sold
from storage import outbox
from storage.queries.takings import EntryRow
from storage.tables import MoneyEntryKind
from storage.unit import Unit
from town.facts import TakenBack
from town.settings import TownSettings


async def take_back(
    unit: Unit,
    of: EntryRow,
    kind: MoneyEntryKind,
    *,
    reason: str,
    who: Who,
    town: TownSettings,
    now: datetime,
) -> Written:
    """Write that a line is taken back, with the paper that says so. Raises TakenBack.

    Whoever calls this has looked at the authority, and at the line under the books' lock.
    """
    if of.back_number is not None:
        raise TakenBack(number=of.back_number)
    language = await books.language_of(unit, of.resident_id, who.language)
    sold = Sold(
        project=of.project,
        item=of.item,
        names=of.names,
        unit=of.unit,
        quantity=of.quantity,
        price=None,
        total=of.amount,
        currency=of.currency,
        customer=of.customer,
    )
    new = books.taking_back(of, kind, reason=reason, by=who.me, town=town, now=now)
    written = await books.write_back(
        unit,
        new,
        of,
        lambda number: papers.taken_back(
            number, kind, sold, first=of.number, reason=reason, town=town, language=language, now=now
        ),
    )
    if written is None:
        raise TakenBack(number=of.number)
    if of.resident_id is not None:
        await _tell(unit, of, kind, written.number, reason=reason, who=who, now=now)
    return written


async def _tell(
    unit: Unit, of: EntryRow, kind: MoneyEntryKind, number: int, *, reason: str, who: Who, now: datetime
) -> None:
    notice = "order.refunded" if kind is MoneyEntryKind.REFUND else "order.corrected"
    row = outbox.new_row(
        notice=notice,
        resident_id=of.resident_id or 0,
        dedupe_key=f"{notice}:{number}",
        now=now,
        number=number,
        first=of.number,
        item=of.item,
        names=of.names,
        unit=of.unit,
        amount=of.quantity,
        total=of.amount,
        currency=of.currency,
        reason=reason,
        by=who.name,
        back=of.kind == MoneyEntryKind.SALE,
    )
    await outbox.put(unit, [row])
