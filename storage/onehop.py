"""A SQLite dialect that makes one trip to the connection's thread a statement.

aiosqlite runs every call (make a cursor, execute, fetch, close) on the connection's own thread, so a statement through
SQLAlchemy's stock adapter waits for four or five hand-overs between threads. Here one function does all of them there,
and the transaction's BEGIN goes along with its first statement. Results are read whole, as the stock adapter does too.
"""

from __future__ import annotations

import collections
from typing import Any, NamedTuple

from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.engine.interfaces import DBAPIConnection


class Answer(NamedTuple):
    """What one statement left behind."""

    description: Any
    rows: list[Any]
    rowcount: int
    lastrowid: int


NOTHING = Answer(None, [], -1, 0)


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor whose real counterpart lives only inside the connection's thread."""

    __slots__ = ("_answer",)

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows = collections.deque()
        self._answer = NOTHING

    @property
    def description(self) -> Any:
        return self._answer.description

    @property
    def rowcount(self) -> int:
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int:
        return self._answer.lastrowid

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._run("execute", operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._run("executemany", operation, seq_of_parameters)

    async def _run(self, how: str, operation: Any, parameters: Any) -> None:
        connection: Any = self._connection
        begin = self._adapt_connection.take_begin()  # type: ignore[attr-defined]

        def there() -> Answer:
            cursor = connection._conn.cursor()
            try:
                if begin is not None:
                    cursor.execute(begin)
                getattr(cursor, how)(operation, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return Answer(cursor.description, rows, cursor.rowcount, cursor.lastrowid)
            finally:
                cursor.close()

        async with self._adapt_connection._execute_mutex:
            self._answer = await connection._execute(there)
        self._rows = collections.deque(self._answer.rows)

    async def _async_soft_close(self) -> None:
        """Nothing to close: the real cursor was closed where it was made."""

    def close(self) -> None:
        self._rows.clear()


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose BEGIN travels with the transaction's first statement."""

    __slots__ = ("_begin",)

    _cursor_cls = OneHopCursor  # type: ignore[assignment]  # as the stock adapters do it

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._begin: str | None = None

    def begin(self, statement: str) -> None:
        self._begin = statement

    def take_begin(self) -> str | None:
        """The BEGIN that is still to be sent, once."""
        begin, self._begin = self._begin, None
        return begin

    def commit(self) -> None:
        if self.take_begin() is None:  # else nothing was said in this transaction
            super().commit()

    def rollback(self) -> None:
        if self.take_begin() is None:
            super().rollback()


class OneHopDialect(SQLiteDialect_aiosqlite):
    """`sqlite+aiosqlite` with one trip a statement, and a BEGIN that says what the transaction is for.

    `begin` is "BEGIN IMMEDIATE" for an engine that writes (a deferred one fails under concurrency, because a read lock
    cannot always become a write lock) and "BEGIN" for one that only reads.
    """

    supports_statement_cache = True
    begin = "BEGIN IMMEDIATE"

    def connect(self, *cargs: Any, **cparams: Any) -> DBAPIConnection:
        adapted: Any = super().connect(*cargs, **cparams)
        return OneHopConnection(self.dbapi, adapted._connection)  # type: ignore[return-value]

    def do_begin(self, dbapi_connection: Any) -> None:
        dbapi_connection.begin(self.begin)


class OneHopReader(OneHopDialect):
    supports_statement_cache = True
    begin = "BEGIN"
