"""What became of every batch: its stock ledger, summed up."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import func

from storage.queries.batches import batches, items, stock
from storage.queries.projects import projects
from storage.sql import select
from storage.unit import Unit


class BatchSums(NamedTuple):
    """A batch and how its stock moved, in thousandths: `moved` is by kind of line.

    Of what was made, sold, spoiled, corrected or handed over, how the shelf moved; of the other kinds, what is free.
    """

    id: int
    made_on: date
    item: str
    unit: str
    project: str
    price: int | None
    free: int
    shelf: int
    recall_reason: str
    moved: dict[str, int] = {}  # noqa: RUF012 - replaced for each, never changed


_batches = (
    select(
        batches.c.id,
        batches.c.made_on,
        items.c.name,
        items.c.unit,
        projects.c.name,
        items.c.price,
        batches.c.free,
        batches.c.shelf,
        batches.c.recall_reason,
    )
    .select_from(
        batches.join(items, items.c.id == batches.c.item_id).join(projects, projects.c.id == batches.c.project_id)
    )
    .order_by(batches.c.id)
)
_sums = select(stock.c.batch_id, stock.c.kind, func.sum(stock.c.free), func.sum(stock.c.shelf)).group_by(
    stock.c.batch_id, stock.c.kind
)


async def every_batch(unit: Unit) -> list[BatchSums]:
    """Every batch, in the order in which they were made."""
    moved: dict[int, dict[str, int]] = {}
    for batch_id, kind, free, shelf in await unit.rows(_sums):
        moved.setdefault(batch_id, {})[kind] = int(shelf) or int(free)
    return [BatchSums(*row)._replace(moved=moved.get(row.id, {})) for row in await unit.rows(_batches)]
