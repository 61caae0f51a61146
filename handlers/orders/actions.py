"""Use cases about orders and money: what one paid, giving money back, the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.kit.who import Who
from handlers.orders import reversing
from handlers.orders.books import Written
from handlers.orders.papers import Paper, from_json
from handlers.roles.actions import Duties, duties_here, must_be_resident, must_coordinate, must_keep_books
from storage.queries import batches, money, orders, takings
from storage.queries.batches import BatchRow
from storage.queries.orders import OpenOrder
from storage.queries.takings import Balance, EntryRow, Takings
from storage.tables import MoneyEntryKind
from storage.unit import Unit
from town.facts import NotAllowed, NotFound, NothingToRefund, OwnPurchase, TakenBack
from town.week import monday_of

WEEK = timedelta(days=7)
EVER = (date(1, 1, 1), date(9999, 12, 31))


# -- what one ordered and paid -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody's orders that are kept for them, and the papers of what they paid and got back, the last first."""

    open: tuple[OpenOrder, ...]
    papers: tuple[EntryRow, ...]


async def mine(unit: Unit, *, who: Who) -> Mine:
    """One's own orders and receipts. Raises NotAllowed."""
    me = must_be_resident(who)
    return Mine(tuple(await orders.open_orders(unit, me)), tuple(await takings.of_resident(unit, me)))


async def receipt(unit: Unit, *, who: Who, number: int) -> tuple[EntryRow, Paper]:
    """A paper as it was given, for whose it is, a coordinator of the project, the treasurer or the mayor.

    Raises NotAllowed or NotFound.
    """
    me = must_be_resident(who)
    found = await takings.numbered(unit, number)
    if found is None:
        raise NotFound(what="receipt")
    if found.resident_id != me and not _sees(await duties_here(unit, who), found.project_id):
        raise NotFound(what="receipt")  # whose it is, and whether there is one, is nobody else's business
    return found, from_json(await takings.document(unit, number))


# -- giving money back -------------------------------------------------------------------------------------------------


async def paid_of_batch(unit: Unit, *, who: Who, batch_id: int) -> tuple[BatchRow, list[EntryRow]]:
    """What was paid for a batch, given back since or not. Raises NotFound or NotAllowed."""
    batch = await batches.get(unit, batch_id)
    if batch is None:
        raise NotFound(what="batch")
    await must_coordinate(unit, who, batch.project_id)
    return batch, await takings.sales_of_batch(unit, batch_id)


async def to_refund(unit: Unit, *, who: Who, entry_id: int) -> EntryRow:
    """A sale that a coordinator of its project may give the money back of.

    Raises NotFound, NotAllowed, OwnPurchase or TakenBack.
    """
    sale = await _entry(unit, entry_id)
    await must_coordinate(unit, who, sale.project_id)
    if sale.kind != MoneyEntryKind.SALE:
        raise NotFound(what="receipt")
    return _not_yet_back(sale, who)


async def refund(unit: Unit, *, who: Who, entry_id: int, reason: str, now: datetime) -> Written:
    """Give back what was paid, whole, for a reason; the customer is told. Raises as `to_refund` does."""
    await money.lock(unit)
    sale = await to_refund(unit, who=who, entry_id=entry_id)
    return await reversing.take_back(unit, sale, MoneyEntryKind.REFUND, reason=reason, who=who, town=who.town, now=now)


async def to_refund_all(unit: Unit, *, who: Who, batch_id: int) -> tuple[BatchRow, list[EntryRow]]:
    """The sales of a batch that are not given back and that one may decide about.

    Raises NotFound, NotAllowed or NothingToRefund.
    """
    batch, sales = await paid_of_batch(unit, who=who, batch_id=batch_id)
    left = [sale for sale in sales if sale.back_number is None and sale.resident_id != who.resident_id]
    if not left:
        raise NothingToRefund(item=batch.item)
    return batch, left


async def refund_all(
    unit: Unit, *, who: Who, batch_id: int, reason: str, now: datetime
) -> tuple[BatchRow, list[EntryRow]]:
    """Give back everything that was paid for a batch; what was given back just now. Raises as `to_refund_all`."""
    await money.lock(unit)
    batch, left = await to_refund_all(unit, who=who, batch_id=batch_id)
    for sale in left:
        await reversing.take_back(unit, sale, MoneyEntryKind.REFUND, reason=reason, who=who, town=who.town, now=now)
    return batch, left


async def to_correct(unit: Unit, *, who: Who, entry_id: int) -> EntryRow:
    """A sale or refund that the treasurer may take back as a mistake.

    Raises NotFound, NotAllowed, OwnPurchase or TakenBack.
    """
    await must_keep_books(unit, who)
    entry = await _entry(unit, entry_id)
    if entry.kind == MoneyEntryKind.CORRECTION:
        raise NotFound(what="receipt")
    return _not_yet_back(entry, who)


async def correct(unit: Unit, *, who: Who, entry_id: int, reason: str, now: datetime) -> Written:
    """Take a line back that was written by mistake; the customer is told. Raises as `to_correct` does."""
    await money.lock(unit)
    entry = await to_correct(unit, who=who, entry_id=entry_id)
    return await reversing.take_back(
        unit, entry, MoneyEntryKind.CORRECTION, reason=reason, who=who, town=who.town, now=now
    )


async def _entry(unit: Unit, entry_id: int) -> EntryRow:
    found = await takings.entry(unit, entry_id)
    if found is None:
        raise NotFound(what="receipt")
    return found


def _not_yet_back(entry: EntryRow, who: Who) -> EntryRow:
    if entry.resident_id == who.resident_id:
        raise OwnPurchase
    if entry.back_number is not None:
        raise TakenBack(number=entry.back_number)
    return entry


# -- the books ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the projects whose books somebody sees: their days, and the balances of all their accounts ever."""

    monday: date
    days: tuple[Takings, ...]
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class OneEntry:
    """A line, and what may be done about it."""

    entry: EntryRow
    can_refund: bool
    can_correct: bool


async def week(unit: Unit, *, who: Who, day: date) -> Week:
    """The takings of the week of a day. Raises NotAllowed."""
    monday, seen = monday_of(day), await _projects(unit, who)
    days = await takings.takings(unit, seen, monday, monday + WEEK - timedelta(days=1))
    return Week(monday, tuple(days), tuple(await takings.balances(unit, seen)))


async def of_day(unit: Unit, *, who: Who, project_id: int, day: date) -> list[EntryRow]:
    """The lines of a project on a day. Raises NotAllowed."""
    await _must_see(unit, who, project_id)
    return await takings.of_day(unit, project_id, day)


async def one(unit: Unit, *, who: Who, entry_id: int) -> OneEntry:
    """One line of the books. Raises NotFound or NotAllowed."""
    entry = await _entry(unit, entry_id)
    duties = await _must_see(unit, who, entry.project_id)
    is_open = entry.back_number is None and entry.resident_id != who.resident_id
    return OneEntry(
        entry,
        can_refund=is_open and entry.kind == MoneyEntryKind.SALE and duties.covers(entry.project_id),
        can_correct=is_open and entry.kind != MoneyEntryKind.CORRECTION and duties.books,
    )


async def lines(unit: Unit, *, who: Who | None, first: date = EVER[0], last: date = EVER[1]) -> Sequence[EntryRow]:
    """All lines that somebody sees (the operator, without one: all there are), for a file. Raises NotAllowed."""
    seen = await takings.with_books(unit) if who is None else await _projects(unit, who)
    return await takings.between(unit, seen, first, last)


def _sees(duties: Duties, project_id: int) -> bool:
    return duties.books or duties.covers(project_id)


async def _must_see(unit: Unit, who: Who, project_id: int) -> Duties:
    duties = await duties_here(unit, who)
    if not _sees(duties, project_id):
        raise NotAllowed(needed="takings")
    return duties


async def _projects(unit: Unit, who: Who) -> list[int]:
    """The projects whose books somebody sees. Raises NotAllowed for who sees none."""
    duties = await duties_here(unit, who)
    if not (duties.books or duties.any):
        raise NotAllowed(needed="takings")
    return [one for one in await takings.with_books(unit) if _sees(duties, one)]
