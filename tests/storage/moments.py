"""What happens in the very moment in which something else does: one transaction waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import text

from storage.engine import Database
from storage.unit import Unit

T = TypeVar("T")


async def meanwhile(database: Database, act: Callable[[Unit], Awaitable[object]], other: Awaitable[T]) -> T:
    """What came of `other`, which waits for a transaction in which `act` is done. On PostgreSQL."""
    async with database.unit() as unit:
        await act(unit)
        waiting = asyncio.ensure_future(other)
        await _somebody_waits(database)
    return await waiting


async def _somebody_waits(database: Database) -> None:
    """Until some transaction waits for another one."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(500):
        async with database.reading() as unit:
            if await unit.value(waiting):
                return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")
