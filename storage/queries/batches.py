"""Batches of goods, their items and pick-up windows: reading them, and the stock that moves only with its ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, update

from storage.queries.projects import projects
from storage.sql import bindparam, insert, select
from storage.tables import Batch, Item, PickupWindow, Sharing, StockEntry, StockKind, table_of
from storage.unit import Unit

items, batches, windows = table_of(Item), table_of(Batch), table_of(PickupWindow)
stock = table_of(StockEntry)


class BatchRow(NamedTuple):
    """A batch with its item and project. Quantities are thousandths; `price` is for one unit, in minor units."""

    id: int
    item_id: int
    item: str
    names: str
    unit: str
    step: int
    allowance: int | None
    home_allowance: int | None
    price: int | None
    picture_id: int | None
    project_id: int
    project: str
    quantity: int
    free: int
    shelf: int
    made_on: date
    best_before: date | None
    place: str
    week: date
    ends_at: datetime
    sharing: str
    precedence: bool
    draw_at: datetime | None
    seed_hash: str
    drawn_at: datetime | None
    series_id: int | None
    made_by: int
    recalled_at: datetime | None
    recall_reason: str
    closed_at: datetime | None

    @property
    def undrawn(self) -> bool:
        """Whether its draw is still to be made: until then people enter it, and nothing can be claimed."""
        return self.sharing != Sharing.FIRST and self.drawn_at is None


class Window(NamedTuple):
    """A pick-up window; `late` is the time kept after the last one."""

    id: int
    batch_id: int
    starts_at: datetime
    ends_at: datetime
    late: bool
    settled_at: datetime | None


_of_item = {"item": items.c.name, "project": projects.c.name} | {
    name: items.c[name] for name in ("names", "unit", "step", "allowance", "home_allowance", "price", "picture_id")
}
COLUMNS = [_of_item[name].label(name) if name in _of_item else batches.c[name] for name in BatchRow._fields]
SOURCE = batches.join(items, items.c.id == batches.c.item_id).join(projects, projects.c.id == batches.c.project_id)
WINDOW = [windows.c[name] for name in Window._fields]

_one = select(*COLUMNS).select_from(SOURCE).where(batches.c.id == bindparam("batch_id"))
_locked = _one.with_for_update(of=batches, key_share=True)
"""What only refers to a batch, as a line of the books does, does not wait for it: it may be waited for itself."""
_windows = (
    select(*WINDOW).where(windows.c.batch_id.in_(bindparam("these", expanding=True))).order_by(windows.c.starts_at)
)
_move = (
    update(batches)
    .where(
        batches.c.id == bindparam("b_batch"),
        batches.c.free + bindparam("b_free") >= 0,
        batches.c.free + bindparam("b_free") <= batches.c.shelf + bindparam("b_shelf"),
    )
    .values(free=batches.c.free + bindparam("b_free"), shelf=batches.c.shelf + bindparam("b_shelf"))
)
_line = insert(stock)
_make = insert(batches).on_conflict_do_nothing(index_elements=["series_id", "series_day"]).returning(batches.c.id)
_add_window = insert(windows)
_next_window = (
    select(*WINDOW)
    .where(
        windows.c.batch_id == bindparam("batch_id"),
        windows.c.ends_at > bindparam("now"),
        windows.c.settled_at.is_(None),
    )
    .order_by(windows.c.starts_at)
    .limit(1)
)
_where_and_when = (
    select(batches.c.place, *WINDOW)
    .select_from(windows.join(batches, batches.c.id == windows.c.batch_id))
    .where(windows.c.id == bindparam("window_id"))
)
_sums = select(func.coalesce(func.sum(stock.c.free), 0), func.coalesce(func.sum(stock.c.shelf), 0)).where(
    stock.c.batch_id == bindparam("batch_id")
)
_close = (
    update(batches)
    .where(batches.c.id == bindparam("b_batch"), batches.c.closed_at.is_(None))
    .values(closed_at=bindparam("b_now"))
)


def batch_of(row: Row[Any] | Sequence[Any]) -> BatchRow:
    """The batch that a row begins with (`COLUMNS`)."""
    return BatchRow(*row[: len(COLUMNS)])


async def get(unit: Unit, batch_id: int) -> BatchRow | None:
    """One batch."""
    row = await unit.first(_one, batch_id=batch_id)
    return None if row is None else batch_of(row)


async def lock(unit: Unit, batch_id: int) -> BatchRow | None:
    """A batch, its row held until the end of this transaction: its stock changes one after the other."""
    row = await unit.first(_one if unit.is_sqlite else _locked, batch_id=batch_id)
    return None if row is None else batch_of(row)


async def windows_of(unit: Unit, batch_ids: Collection[int]) -> dict[int, list[Window]]:
    """The pick-up windows of some batches, the earliest first."""
    found: dict[int, list[Window]] = {batch_id: [] for batch_id in batch_ids}
    if found:
        for row in await unit.rows(_windows, these=sorted(found)):
            found[row.batch_id].append(Window(*row))
    return found


async def next_window(unit: Unit, batch_id: int, now: datetime) -> Window | None:
    """The first of a batch's windows that is not over."""
    row = await unit.first(_next_window, batch_id=batch_id, now=now)
    return None if row is None else Window(*row)


async def where_and_when(unit: Unit, batch: BatchRow, window: Window) -> tuple[BatchRow, Window]:
    """A batch and one of its windows with the place and the time that they have now that the batch's row is locked.

    On SQLite nobody has moved them since they were read in this transaction.
    """
    if unit.is_sqlite:
        return batch, window
    row = await unit.first(_where_and_when, window_id=window.id)
    return (batch, window) if row is None else (batch._replace(place=row[0]), Window(*row[1:]))


async def make(unit: Unit, *, by: int | None, now: datetime, quantity: int, **columns: Any) -> int | None:
    """Write a batch and the first line of its ledger; its id, or None when its series has one for that day already."""
    batch_id: int | None = await unit.value(
        _make, quantity=quantity, free=quantity, shelf=quantity, made_at=now, **columns
    )
    if batch_id is not None:
        await write_line(unit, batch_id, StockKind.MADE, free=quantity, shelf=quantity, by=by, now=now)
    return batch_id


async def add_window(unit: Unit, batch_id: int, starts_at: datetime, ends_at: datetime, *, late: bool) -> None:
    """Give a batch another pick-up window."""
    await unit.run(_add_window, batch_id=batch_id, starts_at=starts_at, ends_at=ends_at, late=late)


async def move(
    unit: Unit,
    batch_id: int,
    kind: StockKind,
    *,
    free: int = 0,
    shelf: int = 0,
    now: datetime,
    claim_id: int | None = None,
    by: int | None = None,
    to: int | None = None,
    reason: str = "",
) -> bool:
    """Move a batch's stock and write why. False, and nothing is written, when there is not as much."""
    if not await unit.run(_move, b_batch=batch_id, b_free=free, b_shelf=shelf):
        return False
    await write_line(
        unit, batch_id, kind, free=free, shelf=shelf, now=now, claim_id=claim_id, by=by, to=to, reason=reason
    )
    return True


async def write_line(
    unit: Unit,
    batch_id: int,
    kind: StockKind,
    *,
    free: int,
    shelf: int,
    now: datetime,
    claim_id: int | None = None,
    by: int | None = None,
    to: int | None = None,
    reason: str = "",
) -> None:
    """Write one line of the stock ledger; whoever calls it has moved the batch's own numbers by as much."""
    await unit.run(
        _line,
        batch_id=batch_id,
        claim_id=claim_id,
        kind=kind.value,
        free=free,
        shelf=shelf,
        reason=reason,
        by_id=by,
        to_id=to,
        at=now,
    )


async def sums(unit: Unit, batch_id: int) -> tuple[int, int]:
    """What the ledger says is free of a batch, and on the shelf."""
    row = await unit.first(_sums, batch_id=batch_id)
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


async def close(unit: Unit, batch_id: int, now: datetime) -> bool:
    """Note that nothing of a batch is to be had any more. False if that was noted before."""
    return await unit.run(_close, b_batch=batch_id, b_now=now) == 1


IN_SALE = and_(batches.c.closed_at.is_(None), batches.c.recalled_at.is_(None))
"""Of a batch: something of it may still be had."""
