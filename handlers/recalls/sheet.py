"""Who has heard of a recall, as a file: whoever has to be told in person comes first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.recalls.actions import Page
from storage.queries.recall_reach import Told
from town.amounts import WHOLE
from town.sheets import as_csv

HEADER = ("state", "name", "street", "collected", "took_for_others", "unit", "sent_at", "read_at", "told_by")


def of_recall(found: Page, told: Sequence[Told]) -> tuple[str, str]:
    """The file's name and text. Times are UTC (ISO 8601), amounts in the item's unit; buyers without a claim last."""
    unit = found.batch.unit
    rows: list[tuple[object, ...]] = [
        (
            *(one.reach, one.name, one.street, one.handed / WHOLE, one.carried / WHOLE, unit),
            *(_at(one.sent_at), _at(one.read_at), one.by),
        )
        for one in told
    ]
    rows += [("phone", one.customer, "", one.quantity / WHOLE, 0, unit, "", "", "") for one in found.customers]
    return f"recall-{found.batch.id}.csv", as_csv(HEADER, rows)


def _at(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
