"""The books as a file, for whoever does the town's accounts."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from handlers.kit.reasons import in_words
from locales import minor_digits
from storage.queries.takings import EntryRow
from storage.tables import MoneyKind
from town.money import plainly
from town.sheets import as_csv
from town.week import local

HEADER = (
    *("number", "kind", "date", "time", "project", "item", "quantity", "unit", "customer", "debit", "credit", "amount"),
    *("cash", "currency", "takes_back", "reason", "written_by"),
)


def csv_of(lines: Iterable[EntryRow], zone: ZoneInfo) -> str:
    """Lines of the books as CSV (RFC 4180). `cash` is what came in, or with a minus went out, in major units.

    Residents who ordered are not named: the number leads to the receipt.
    """
    return as_csv(HEADER, (_row(line, zone) for line in lines))


def _row(line: EntryRow, zone: ZoneInfo) -> tuple[object, ...]:
    digits = minor_digits(line.currency)
    cash, sales = MoneyKind.CASH.value, MoneyKind.SALES.value
    return (
        line.number,
        line.kind,
        line.day.isoformat(),
        f"{local(line.at, zone):%H:%M}",
        line.project,
        line.item,
        plainly(line.quantity, 3),
        line.unit,
        line.customer,
        cash if line.cash_in else sales,
        sales if line.cash_in else cash,
        plainly(line.amount, digits),
        plainly(line.cash, digits),
        line.currency,
        line.first_number,
        in_words(line.reason),
        line.by,
    )
