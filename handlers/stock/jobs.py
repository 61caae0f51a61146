"""What the ticker does for the goods desk: whoever answers for a batch hears what is left of it when it is over."""

from __future__ import annotations

from datetime import datetime

from handlers.goods.telling import about, fields_of
from handlers.kit.capability import Job
from handlers.shifts import in_charge
from storage import outbox
from storage.queries import batches, stock_lists
from storage.tables import Priority
from storage.unit import Unit
from town.settings import TownSettings


async def ask_about_rest(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Ask what becomes of what is left, once for each time a batch is over; of how many batches."""
    asked = 0
    for batch_id in await stock_lists.resting(unit, now):
        batch = await batches.lock(unit, batch_id)
        if batch is None or batch.closed_at is None or not batch.shelf:
            continue
        people = await in_charge.of_project(unit, batch.project_id)
        await outbox.put(
            unit,
            [
                outbox.new_row(
                    notice="stock.rest",
                    resident_id=one.resident_id,
                    dedupe_key=f"stock.rest:{batch_id}:{one.resident_id}:{batch.closed_at.isoformat()}",
                    now=now,
                    subject=about(batch_id),
                    priority=Priority.REMINDER,
                    **fields_of(batch),
                    amount=batch.shelf,
                )
                for one in people
            ],
        )
        await stock_lists.change_batch(unit, batch_id, rest_at=now)
        asked += 1
    return asked


async def next_rest(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await stock_lists.next_rest(unit, now)


JOBS = (Job("stock.rest", ask_about_rest, next_rest),)
