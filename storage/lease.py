"""Leases: work that one process at a time may do, held as PostgreSQL advisory locks.

SQLite has one process, held to it by a lock on a file beside the database (see `bot.app`), so there a lease is free.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.unit import Unit

if TYPE_CHECKING:
    from storage.engine import Database

LOOK_AGAIN = 2.0  # seconds between a waiting process's tries

_try = text("SELECT pg_try_advisory_lock(:number)")
_try_in_unit = text("SELECT pg_try_advisory_xact_lock(:number)")
_alive = text("SELECT 1")


RESIDENTS, HOLDERS, BOOKS, POLLS, STANDINGS = 1, 2, 3, 4, 5
"""The classes of advisory locks: residents by id; who shares an allowance of goods, by household (or less their id);
the town's books, which are written one line after the other; polls by id, shared by who votes; the standings of weeks
that are closed."""


def number_of(name: str) -> int:
    """The advisory lock's number for a name: the same in every process."""
    return zlib.crc32(f"townbell:{name}".encode())


class Lease:
    """A lease that is held. The lock lives as long as its connection does."""

    def __init__(self, connection: AsyncConnection | None) -> None:
        self._connection = connection

    async def check(self) -> None:
        """Raises DBAPIError when the connection, and with it the lease, was lost."""
        if self._connection is not None:
            await self._connection.execute(_alive)


@asynccontextmanager
async def lease(database: Database, name: str) -> AsyncIterator[Lease]:
    """Wait until this process holds the lease, and hold it for the block."""
    if database.is_sqlite:
        yield Lease(None)
        return
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        while not (await connection.execute(_try, {"number": number_of(name)})).scalar():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_AGAIN)
        try:
            yield Lease(connection)
        finally:
            await connection.invalidate()  # closing the connection gives the lock back, whatever state it is in


async def may_run(unit: Unit, name: str) -> bool:
    """Whether this transaction is the one that does a piece of work now; held until it ends."""
    return unit.is_sqlite or bool(await unit.value(_try_in_unit, number=number_of(name)))
