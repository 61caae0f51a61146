"""What happens in the very moment in which something else does: one transaction waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import text

from handlers.kit.who import Who
from storage.engine import Database
from storage.sql import select
from storage.tables import Account, Outbox, table_of
from storage.unit import Unit
from tests.storage.test_contention import Ground

accounts, outbox = table_of(Account), table_of(Outbox)
T = TypeVar("T")


async def somebody(ground: Ground, count: int) -> list[Who]:
    """So many residents, as they speak from their own chats."""
    await ground.people(count)
    last = select(accounts.c.resident_id, accounts.c.id).order_by(accounts.c.id.desc()).limit(count)
    return [
        replace(ground.mayor, resident_id=row[0], account_id=row[1], name=f"Person {at}")
        for at, row in enumerate(reversed(await ground.rows(last)))
    ]


async def does(ground: Ground, act: Callable[[Unit], Awaitable[T]], at: int = 1) -> T:
    """What comes of something that is done in a process of its own, from its beginning to its commit."""
    async with ground.any_process(at).database.unit() as unit:
        return await act(unit)


async def told(ground: Ground, notice: str) -> list[int]:
    """Who hears of something, as far as it was not taken back."""
    mine = select(outbox.c.resident_id).where(outbox.c.notice == notice, outbox.c.state == "waiting")
    return [row.resident_id for row in await ground.rows(mine.order_by(outbox.c.resident_id))]


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


async def at_once(database: Database, act: Callable[[Unit], Awaitable[object]], other: Awaitable[T]) -> T:
    """What came of `other`, begun before `act` is committed: it waits for that, or is done by then. On PostgreSQL."""
    async with database.unit() as unit:
        await act(unit)
        begun = asyncio.ensure_future(other)
        await done_or_waits(database, begun)
    return await begun


async def done_or_waits(database: Database, begun: asyncio.Future[T]) -> None:
    """Until something that was begun is done, or waits for a transaction."""
    waits = asyncio.ensure_future(_somebody_waits(database))
    begun.add_done_callback(lambda _done: waits.cancel())
    await asyncio.wait([waits])
    if not waits.cancelled():
        waits.result()  # neither of the two


async def while_it_waits(
    database: Database, act: Callable[[Unit], Awaitable[object]], other: Awaitable[T], then: Awaitable[object]
) -> T:
    """As `meanwhile`, with something else (`then`) that is done and over while `other` waits."""
    async with database.unit() as unit:
        await act(unit)
        waiting = asyncio.ensure_future(other)
        await _somebody_waits(database)
        await then
    return await waiting
