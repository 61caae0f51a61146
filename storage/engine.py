"""The database: SQLite by default, PostgreSQL beyond one machine, the same code on both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.dialects import registry
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.lease import Lease, lease
from storage.unit import Unit

registry.register("sqlite.onehop", "storage.onehop", "OneHopDialect")
registry.register("sqlite.onehopreader", "storage.onehop", "OneHopReader")

TROUBLE = (DBAPIError, PoolTimeout, OSError)
"""What a transaction may raise while the database is away or busy: it was undone, or whether it was is not known."""

TOPICS = "townbell"
"""The PostgreSQL channel that carries topics between processes."""

_notify = text(f"SELECT pg_notify('{TOPICS}', :topic)")

BUSY = "busy_timeout=5000"
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    BUSY,
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "secure_delete=ON",  # what is deleted is overwritten
)


POSTGRESQL = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
"""Settings of a connection: our statements are short, prepared and find their rows by index, so that planning each anew
for its parameters would take longer than running it."""


def set_pragmas(connection: Any, _record: Any) -> None:
    """What every SQLite connection begins with; for SQLAlchemy's "connect" event."""
    connection.isolation_level = None  # transactions are begun by the dialect, not guessed by sqlite3
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_engine(url: str, driver: str, connections: int, *, spare: int = 0) -> AsyncEngine:
    engine = create_async_engine(
        make_url(url).set(drivername=f"sqlite+{driver}"),
        pool_size=connections,
        max_overflow=spare,
        pool_timeout=60,
        hide_parameters=True,  # what residents write is nothing for a log
        pool_reset_on_return=None,  # a unit always commits or rolls back itself
    )
    event.listen(engine.sync_engine, "connect", set_pragmas)
    return engine


async def _lost(connection: Any) -> None:
    """Wait until a connection is no more."""
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _connection: ended.set())
    await ended.wait()


async def _connect(*args: Any, **options: Any) -> Any:
    """asyncpg's connect, whose own errors (a server that is starting up) SQLAlchemy would not wrap."""
    import asyncpg  # only where there is PostgreSQL: it takes a while

    try:
        return await asyncpg.connect(*args, **options)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ConnectionError(f"PostgreSQL gives no connection ({type(error).__name__})") from error


class Database:
    """Connections to one database.

    SQLite has one writer at a time whatever one does: units share a single connection and queue for it in order, while
    reads have connections of their own.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, "onehop", 1, spare=1)  # one to keep, and one for whoever asks the engine
            self.readers = _sqlite_engine(url, "onehopreader", 4)
        else:
            self.engine = create_async_engine(
                url,
                pool_size=10,
                max_overflow=10,
                pool_use_lifo=True,  # the one used last has prepared the statements that come next
                pool_timeout=60,
                hide_parameters=True,
                connect_args={"async_creator_fn": _connect, "server_settings": POSTGRESQL},
            )
            self.readers = self.engine
        self._subscribers: list[Callable[[str], None]] = []
        self._turn = asyncio.Lock()
        self._kept: AsyncConnection | None = None

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._one_writer() if self.is_sqlite else self.engine.begin() as connection:
            unit = Unit(connection, is_sqlite=self.is_sqlite)
            yield unit
            if unit.announced and not self.is_sqlite:
                await unit.execute(_notify, [{"topic": topic} for topic in unit.announced])
        for topic in unit.announced:
            self.hear(topic)

    @asynccontextmanager
    async def _one_writer(self) -> AsyncIterator[AsyncConnection]:
        """SQLite's one writing connection, in a transaction.

        It is kept from unit to unit: to take it from a pool and give it back would cost more than a short statement.
        Where it is not as it should be after one (somebody was cancelled in the middle), the next gets a new one.
        """
        async with self._turn:
            if self._kept is None:
                self._kept = await self.engine.connect()
            connection = self._kept
            try:
                async with connection.begin():
                    yield connection
            finally:
                if connection.invalidated or connection.in_transaction():
                    self._kept = None
                    await asyncio.shield(connection.close())

    async def cut_log(self) -> bool:
        """Bring SQLite's log into the file and cut it off; False when somebody who reads still needs it.

        It waits for no reader longer than a moment: whoever writes meanwhile waits for it.
        """
        async with self._turn, self.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            try:
                await raw.execute("PRAGMA busy_timeout=100")
                cursor = await raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, _pages, _brought = await cursor.fetchone()
                await cursor.close()
            finally:
                await raw.execute(f"PRAGMA {BUSY}")
        return not busy

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Unit]:
        """A transaction that only reads, and waits for no writer."""
        async with self.readers.connect() as connection:
            try:
                yield Unit(connection, is_sqlite=self.is_sqlite)
            finally:
                await connection.rollback()

    def subscribe(self, call: Callable[[str], None]) -> Callable[[], None]:
        """Have `call(topic)` run after every commit that announced something; returns what ends it."""
        self._subscribers.append(call)
        return lambda: self._subscribers.remove(call)

    def hear(self, topic: str) -> None:
        """Pass a topic on to the subscribers of this process."""
        for call in list(self._subscribers):
            call(topic)

    async def listen(self) -> None:
        """Hear what other processes announce, until cancelled. SQLite has one process, which hears itself.

        A lost connection is made again; whoever waits also looks by itself from time to time, so nothing hangs on it.
        """
        if self.is_sqlite:
            return
        import asyncpg  # only where there is PostgreSQL, as above

        dsn = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(dsn)
                try:
                    await connection.add_listener(TOPICS, lambda _c, _pid, _channel, topic: self.hear(str(topic)))
                    await _lost(connection)
                finally:
                    await connection.close(timeout=2)
            await asyncio.sleep(1)

    def lease(self, name: str) -> AbstractAsyncContextManager[Lease]:
        """Wait for, and hold, what one process at a time may do."""
        return lease(self, name)

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()
            self._kept = None
        await self.engine.dispose()
        if self.readers is not self.engine:
            await self.readers.dispose()
