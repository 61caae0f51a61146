"""Orders: claims at a price, which are paid when they are collected."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func

from storage.queries.batches import batches, items, windows
from storage.queries.claims import claims
from storage.sql import bindparam, select
from storage.tables import ClaimState
from storage.unit import Unit


class OpenOrder(NamedTuple):
    """What somebody ordered and has not collected, or not wholly: `left` thousandths at `price` for one unit."""

    batch_id: int
    item: str
    names: str
    unit: str
    left: int
    price: int
    place: str
    starts_at: datetime | None
    ends_at: datetime | None


_open_orders = (
    select(
        claims.c.batch_id,
        items.c.name,
        items.c.names,
        items.c.unit,
        claims.c.amount - claims.c.handed,
        claims.c.price,
        batches.c.place,
        windows.c.starts_at,
        windows.c.ends_at,
    )
    .join(batches, batches.c.id == claims.c.batch_id)
    .join(items, items.c.id == claims.c.item_id)
    .outerjoin(windows, windows.c.id == claims.c.window_id)
    .where(
        claims.c.resident_id == bindparam("resident_id"),
        claims.c.state == ClaimState.HELD,
        claims.c.price.is_not(None),
    )
    .order_by(windows.c.starts_at, claims.c.id)
)


_priced = select(
    select(func.count()).where(items.c.price.is_not(None)).scalar_subquery(),
    select(func.count())
    .where(
        claims.c.state.in_([ClaimState.ENTERED, ClaimState.WAITING, ClaimState.HELD]),
        claims.c.price.is_not(None),
    )
    .scalar_subquery(),
)


class Priced(NamedTuple):
    """How many items have a price, and how many orders are still to be paid."""

    items: int
    orders: int


async def priced(unit: Unit) -> Priced:
    """What is reckoned in the town's money of today, and would be wrong in another."""
    row = await unit.first(_priced)
    return Priced(0, 0) if row is None else Priced(*row)


async def open_orders(unit: Unit, resident_id: int) -> list[OpenOrder]:
    """Somebody's orders that are kept for them, the next to collect first."""
    return [OpenOrder(*row) for row in await unit.rows(_open_orders, resident_id=resident_id)]
