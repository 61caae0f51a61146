"""The Unit: one transaction, and what is to be done once it is committed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession


class Unit:
    """One transaction on the database. Queries take it; only `Database.unit` commits it.

    `rows`, `first`, `value` and `run` are for statements over the columns of the SQLModel tables, which is how the
    house reads and writes (`docs/decisions/0003-statements.md`). `session` is SQLModel's, on the same transaction, for
    where the ORM's idiom is the clearer one and speed does not matter; an update that needs none makes none.
    """

    __slots__ = ("_session", "announced", "connection", "is_sqlite", "locked_resident", "only_looked")

    def __init__(self, connection: AsyncConnection, *, is_sqlite: bool) -> None:
        self.connection = connection
        self.is_sqlite = is_sqlite
        self.announced: dict[str, None] = {}
        self.locked_resident: int | None = None
        self.only_looked = True
        """Whether this has only read so far: it holds no lock, and leaves nothing behind."""
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        if self._session is None:
            self.only_looked = False
            self._session = AsyncSession(self.connection, expire_on_commit=False)
        return self._session

    def announce(self, topic: str) -> None:
        """Tell those who wait for a topic ("outbox", "web:7"), in every process, once this is committed."""
        self.announced[topic] = None

    async def execute(self, statement: Executable, params: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run any statement. `params` is a mapping, or a list of mappings for many rows."""
        only_looked, self.only_looked = self.only_looked, False  # what fails leaves a transaction of no use to others
        result = await self.connection.execute(statement, params)
        self.only_looked = only_looked and _only_looks(result.context.statement or "")
        return result

    async def rows(self, statement: Executable, **params: Any) -> Sequence[Row[*tuple[Any, ...]]]:
        return (await self.execute(statement, params)).all()

    async def first(self, statement: Executable, **params: Any) -> Row[*tuple[Any, ...]] | None:
        return (await self.execute(statement, params)).first()

    async def value(self, statement: Executable, **params: Any) -> Any:
        """The first column of the first row, or None."""
        row = (await self.execute(statement, params)).first()
        return row[0] if row is not None else None

    async def run(self, statement: Executable, **params: Any) -> int:
        """Run a statement that writes; returns the number of rows it touched."""
        return (await self.execute(statement, params)).rowcount

    async def add(self, model: Any) -> Any:
        """Write one new row through the session and give it back with its id. Not for the hot path."""
        self.session.add(model)
        await self.session.flush()
        return model


def _only_looks(sql: str) -> bool:
    """Whether a statement only reads, without FOR UPDATE and PostgreSQL's locking functions. In doubt it does not."""
    return sql.startswith("SELECT") and " FOR " not in sql and "pg_" not in sql
