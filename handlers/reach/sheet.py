"""Whom a broadcast reached, as a file. It holds names, for nobody can be asked otherwise, and no addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.queries.reach import Reached
from town.sheets import as_csv

HEADER = ("name", "channel", "state", "sent_at", "delivered_at", "read_at", "answer", "reason")
UTF_8 = "\ufeff"
"""The mark by which a spreadsheet knows the letters of a file, so that Zoë stays Zoë."""


def of_broadcast(broadcast_id: int, people: Sequence[Reached]) -> tuple[str, str]:
    """The file's name and text. States and reasons are those of `storage.queries.reach`, times UTC (ISO 8601)."""
    rows: list[tuple[object, ...]] = [
        (
            *(one.name, one.channel, one.fate, _at(one.sent_at), _at(one.delivered_at), _at(one.read_at)),
            *(one.answer, one.why),
        )
        for one in people
    ]
    return f"reached-{broadcast_id}.csv", UTF_8 + as_csv(HEADER, rows)


def _at(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="seconds")
