"""Bringing a database up to date: Alembic, run in the program itself, so that nobody has to know about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"
FOUNDATION = HERE / "sqlite.sql"  # what the migrations make of an empty SQLite database; `make schema` writes it
ONE_AT_A_TIME = 7_260_391  # the advisory lock under which PostgreSQL databases are migrated


def head() -> str:
    """The newest revision. Files are named by it, so that knowing it does not need Alembic, which is slow to import."""
    return max(path.name.split("_")[0] for path in (HERE / "versions").glob("[0-9]*_*.py"))


async def current(engine: AsyncEngine) -> str | None:
    """The revision a database is at, None for an empty one."""
    async with engine.connect() as connection:
        return await connection.run_sync(_current)


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


async def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision. Costs one look when it is there already.

    An empty SQLite database is founded in one step; a revision that is named is reached by the migrations.
    """
    wanted = head() if revision == "head" else revision
    step = partial(_upgrade, revision=wanted, may_found=revision == "head")
    await _run(url, step, unless=wanted)


async def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision ("base" is an empty one)."""
    await _run(url, partial(_downgrade, revision=revision), unless=None)


def _foreign_keys_off(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")  # a table that is rebuilt must not take its children's rows with it
    cursor.close()


async def _run(url: str, step: Callable[[Connection], None], *, unless: str | None) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    is_sqlite = make_url(url).get_backend_name() == "sqlite"
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", _foreign_keys_off)
        event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        if unless is not None and await current(engine) == unless:
            return
        async with engine.begin() as connection:
            if not is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
            await connection.run_sync(step)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, *, revision: str, may_found: bool) -> None:
    if may_found and _found(connection, revision):
        return
    from alembic import command

    command.upgrade(_config(connection), revision)


def _downgrade(connection: Connection, *, revision: str) -> None:
    from alembic import command

    command.downgrade(_config(connection), revision)


def _found(connection: Connection, revision: str) -> bool:
    """Make all tables of a SQLite database that is still empty; returns whether it could be done.

    Where `FOUNDATION` is of another revision, it cannot: the migrations then make the same, and take longer.
    """
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        return False
    statements = FOUNDATION.read_text().split(";\n\n")  # a trigger has semicolons of its own, and no blank line
    if f"VALUES ('{revision}')" not in statements[-1]:
        return False
    for statement in statements:
        connection.exec_driver_sql(statement)
    return True


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config
