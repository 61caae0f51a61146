"""Pick-up windows that have ended, and those about to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, update

from storage.queries.batches import WINDOW, Window, windows
from storage.sql import bindparam, select
from storage.unit import Unit

_ended = (
    select(*WINDOW)
    .where(windows.c.settled_at.is_(None), windows.c.ends_at <= bindparam("now"))
    .order_by(windows.c.batch_id, windows.c.ends_at)
    .limit(bindparam("most"))
)
_settle = (
    update(windows)
    .where(
        windows.c.id == bindparam("b_window"), windows.c.settled_at.is_(None), windows.c.ends_at <= bindparam("b_now")
    )
    .values(settled_at=bindparam("b_now"))
)
_settle_all = (
    update(windows)
    .where(windows.c.batch_id == bindparam("b_batch"), windows.c.settled_at.is_(None))
    .values(settled_at=bindparam("b_now"))
)
_next_end = select(func.min(windows.c.ends_at)).where(windows.c.settled_at.is_(None))


async def ended(unit: Unit, now: datetime, *, most: int = 50) -> list[Window]:
    """Windows that have ended and are not settled, batch by batch in order of their ids."""
    return [Window(*row) for row in await unit.rows(_ended, now=now, most=most)]


async def settle(unit: Unit, window_id: int, now: datetime) -> bool:
    """Note that a window is settled. False if it was, or has not ended."""
    return await unit.run(_settle, b_window=window_id, b_now=now) == 1


async def settle_all(unit: Unit, batch_id: int, now: datetime) -> None:
    """Settle all windows of a batch, ended or not, of which nothing is to be collected any more."""
    await unit.run(_settle_all, b_batch=batch_id, b_now=now)


async def next_end(unit: Unit) -> datetime | None:
    """When the next window ends that is not settled."""
    found: datetime | None = await unit.value(_next_end)
    return found
