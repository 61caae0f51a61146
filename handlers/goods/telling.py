"""What notices about goods are made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from storage import outbox
from storage.queries.batches import BatchRow, Window
from storage.queries.claims import ClaimRow
from storage.tables import Priority
from storage.unit import Unit


def about(batch_id: int) -> str:
    """What is said of a batch is filed under this, so that it can be withdrawn."""
    return f"goods:{batch_id}"


def fields_of(batch: BatchRow, window: Window | None = None) -> dict[str, Any]:
    """What every notice about a batch is made of; `starts_at` and `ends_at` are a window's, if there is one."""
    fields: dict[str, Any] = {
        "batch": batch.id,
        "item": batch.item,
        "names": batch.names,
        "unit": batch.unit,
        "project": batch.project,
        "place": batch.place,
    }
    if window is not None:
        fields |= {"starts_at": window.starts_at.isoformat(), "ends_at": window.ends_at.isoformat()}
    return fields


def row(
    notice: str,
    claim: ClaimRow,
    batch: BatchRow,
    *,
    now: datetime,
    window: Window | None = None,
    priority: Priority = Priority.PERSONAL,
    expires_at: datetime | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """One notice to whom a claim belongs, about what has just become of it."""
    return outbox.new_row(
        notice=notice,
        resident_id=claim.resident_id,
        dedupe_key=f"{notice}:{claim.id}:{int(now.timestamp() * 1_000_000)}",
        now=now,
        subject=about(batch.id),
        priority=priority,
        expires_at=expires_at,
        claim=claim.id,
        **fields_of(batch, window),
        **fields,
    )


async def tell(unit: Unit, rows: Iterable[dict[str, Any]]) -> None:
    """Write the notices."""
    await outbox.put(unit, rows)
