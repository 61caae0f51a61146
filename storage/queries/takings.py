"""Reading the books: lines with what they are about, receipts, takings by project and day, balances."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func

from storage.queries.batches import batches, items
from storage.queries.claims import claims, stock
from storage.queries.money import accounts, entries, receipts
from storage.queries.projects import projects
from storage.sql import bindparam, select
from storage.tables import MoneyEntryKind, MoneyKind, Resident, StockKind, table_of
from storage.unit import Unit

residents = table_of(Resident)
makers, backs = residents.alias("makers"), entries.alias("backs")
credited, ours = accounts.alias("credited"), receipts.alias("ours")
backs_receipts, firsts = receipts.alias("backs_receipts"), receipts.alias("firsts")


class EntryRow(NamedTuple):
    """A line of the ledger with what it is about. Amounts in minor units of `currency`, `quantity` in thousandths.

    `number` is its receipt's, `back_number` that of the paper which took it back, `first_number` that of what it takes
    back itself. `resident_id` and `resident` are whose order it was, None without one; `by` is who wrote it.
    """

    id: int
    kind: str
    day: date
    at: datetime
    debit_id: int
    credit_id: int
    amount: int
    currency: str
    batch_id: int | None
    claim_id: int | None
    quantity: int
    customer: str
    reverses_id: int | None
    reason: str
    made_by: int
    cash_in: bool
    project_id: int
    project: str
    number: int
    back_number: int | None
    first_number: int | None
    item: str
    names: str
    unit: str
    resident_id: int | None
    resident: str | None
    by: str

    @property
    def cash(self) -> int:
        """What came into the desk's cash by it; negative for what went out."""
        return self.amount if self.cash_in else -self.amount


_PLAIN = (
    *("id", "kind", "day", "at", "debit_id", "credit_id", "amount", "currency", "batch_id", "claim_id", "quantity"),
    *("customer", "reverses_id", "reason", "made_by"),
)
_ROWS: Select[Any] = (
    select(
        *(entries.c[name] for name in _PLAIN),
        (accounts.c.kind == MoneyKind.CASH).label("cash_in"),
        accounts.c.project_id,
        projects.c.name.label("project"),
        ours.c.number,
        backs_receipts.c.number.label("back_number"),
        firsts.c.number.label("first_number"),
        func.coalesce(items.c.name, "").label("item"),
        func.coalesce(items.c.names, "{}").label("names"),
        func.coalesce(items.c.unit, "piece").label("unit"),
        residents.c.id.label("resident_id"),
        residents.c.name.label("resident"),
        makers.c.name.label("by"),
    )
    .select_from(entries)
    .join(accounts, accounts.c.id == entries.c.debit_id)
    .join(projects, projects.c.id == accounts.c.project_id)
    .join(ours, ours.c.entry_id == entries.c.id)
    .join(makers, makers.c.id == entries.c.made_by)
    .outerjoin(backs, backs.c.reverses_id == entries.c.id)
    .outerjoin(backs_receipts, backs_receipts.c.entry_id == backs.c.id)
    .outerjoin(firsts, firsts.c.entry_id == entries.c.reverses_id)
    .outerjoin(batches, batches.c.id == entries.c.batch_id)
    .outerjoin(items, items.c.id == batches.c.item_id)
    .outerjoin(claims, claims.c.id == entries.c.claim_id)
    .outerjoin(residents, residents.c.id == claims.c.resident_id)
)
_one = _ROWS.where(entries.c.id == bindparam("entry_id"))
_numbered = _ROWS.where(ours.c.number == bindparam("number"))
_keyed = _ROWS.where(entries.c.key == bindparam("key"))
_of_day = _ROWS.where(entries.c.day == bindparam("day"), accounts.c.project_id == bindparam("project_id")).order_by(
    entries.c.id
)
_sales_of_batch = _ROWS.where(
    entries.c.batch_id == bindparam("batch_id"), entries.c.kind == MoneyEntryKind.SALE
).order_by(entries.c.id)
_of_resident = _ROWS.where(claims.c.resident_id == bindparam("resident_id")).order_by(ours.c.number.desc())
_between = _ROWS.where(
    entries.c.day >= bindparam("first"),
    entries.c.day <= bindparam("last"),
    accounts.c.project_id.in_(bindparam("these", expanding=True)),
).order_by(entries.c.id)
_document = select(receipts.c.document).where(receipts.c.number == bindparam("number"))
_times_handed = select(func.count()).where(
    stock.c.claim_id == bindparam("claim_id"), stock.c.kind == StockKind.HANDED_OVER
)


async def entry(unit: Unit, entry_id: int) -> EntryRow | None:
    """One line."""
    row = await unit.first(_one, entry_id=entry_id)
    return None if row is None else EntryRow(*row)


async def numbered(unit: Unit, number: int) -> EntryRow | None:
    """The line that a receipt is of."""
    row = await unit.first(_numbered, number=number)
    return None if row is None else EntryRow(*row)


async def keyed(unit: Unit, key: str) -> EntryRow | None:
    """The line of a key."""
    row = await unit.first(_keyed, key=key)
    return None if row is None else EntryRow(*row)


async def document(unit: Unit, number: int) -> str:
    """A receipt as it is kept: JSON. Raises LookupError for one that was never given."""
    kept: str | None = await unit.value(_document, number=number)
    if kept is None:
        raise LookupError(f"no receipt {number}")
    return kept


async def of_day(unit: Unit, project_id: int, day: date) -> list[EntryRow]:
    """The lines of a project on one day, in the order in which they were written."""
    return [EntryRow(*row) for row in await unit.rows(_of_day, project_id=project_id, day=day)]


async def sales_of_batch(unit: Unit, batch_id: int) -> list[EntryRow]:
    """What was sold of a batch, refunded since or not."""
    return [EntryRow(*row) for row in await unit.rows(_sales_of_batch, batch_id=batch_id)]


async def of_resident(unit: Unit, resident_id: int) -> list[EntryRow]:
    """What somebody paid and got back, the last first."""
    return [EntryRow(*row) for row in await unit.rows(_of_resident, resident_id=resident_id)]


async def between(unit: Unit, project_ids: Collection[int], first: date, last: date) -> list[EntryRow]:
    """All lines of some projects from one day to another, both counted."""
    rows = await unit.rows(_between, these=_ids(project_ids), first=first, last=last)
    return [EntryRow(*row) for row in rows]


async def times_handed(unit: Unit, claim_id: int) -> int:
    """How often something of a claim was handed over, also where that was undone. Its batch is locked."""
    return int(await unit.value(_times_handed, claim_id=claim_id))


# -- sums --------------------------------------------------------------------------------------------------------------


class Takings(NamedTuple):
    """A project's day in one currency, minor units: `corrected` is what corrections moved the cash by."""

    day: date
    project_id: int
    project: str
    currency: str
    sold: int
    refunded: int
    corrected: int
    lines: int

    @property
    def net(self) -> int:
        return self.sold - self.refunded + self.corrected


def _sum(amount: ColumnElement[Any], kind: MoneyEntryKind) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((entries.c.kind == kind, amount), else_=0)), 0)


_signed = case((accounts.c.kind == MoneyKind.CASH, entries.c.amount), else_=-entries.c.amount)
_takings = (
    select(
        entries.c.day,
        accounts.c.project_id,
        projects.c.name,
        entries.c.currency,
        _sum(entries.c.amount, MoneyEntryKind.SALE),
        _sum(entries.c.amount, MoneyEntryKind.REFUND),
        _sum(_signed, MoneyEntryKind.CORRECTION),
        func.count(),
    )
    .select_from(entries)
    .join(accounts, accounts.c.id == entries.c.debit_id)
    .join(projects, projects.c.id == accounts.c.project_id)
    .where(
        entries.c.day >= bindparam("first"),
        entries.c.day <= bindparam("last"),
        accounts.c.project_id.in_(bindparam("these", expanding=True)),
    )
    .group_by(entries.c.day, accounts.c.project_id, projects.c.name, entries.c.currency)
    .order_by(entries.c.day.desc(), projects.c.name, accounts.c.project_id, entries.c.currency)
)


class Balance(NamedTuple):
    """What the ledger says of an account, in one currency: all that was debited to it, and credited."""

    account_id: int
    kind: str
    project_id: int
    currency: str
    debits: int
    credits: int

    @property
    def balance(self) -> int:
        return self.debits - self.credits


_accounts = select(accounts.c.id, accounts.c.kind, accounts.c.project_id).where(
    accounts.c.project_id.in_(bindparam("these", expanding=True))
)
_flows = select(entries.c.debit_id, entries.c.credit_id, entries.c.currency, func.sum(entries.c.amount)).group_by(
    entries.c.debit_id, entries.c.credit_id, entries.c.currency
)


async def takings(unit: Unit, project_ids: Collection[int], first: date, last: date) -> list[Takings]:
    """What came in and went out, by day (the last first), project and currency."""
    rows = await unit.rows(_takings, these=_ids(project_ids), first=first, last=last)
    return [Takings(*row[:4], *map(int, row[4:])) for row in rows]


async def balances(unit: Unit, project_ids: Collection[int]) -> list[Balance]:
    """Every account of some projects that was ever used, reckoned from the ledger's lines alone."""
    theirs = {row.id: row for row in await unit.rows(_accounts, these=_ids(project_ids))}
    sums: dict[tuple[int, str], list[int]] = {}
    for debit_id, credit_id, currency, amount in await unit.rows(_flows):  # each line is looked at once
        for side, account_id in enumerate((debit_id, credit_id)):
            sums.setdefault((account_id, currency), [0, 0])[side] += int(amount)
    found = [
        Balance(account_id, theirs[account_id].kind, theirs[account_id].project_id, currency, *sides)
        for (account_id, currency), sides in sums.items()
        if account_id in theirs
    ]
    return sorted(found, key=lambda one: (one.project_id, one.kind, one.currency))


_with_books = select(accounts.c.project_id).distinct().order_by(accounts.c.project_id)


async def with_books(unit: Unit) -> list[int]:
    """The projects that ever took money."""
    return [row.project_id for row in await unit.rows(_with_books)]


def _ids(project_ids: Collection[int]) -> list[int]:
    return [0, *sorted(project_ids)]
