"""Bringing a database up to date: Alembic, run in the program itself, so that nobody has to know about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

HERE = Path(__file__).parent / "migrations"
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
    """Bring a database up to a revision. Costs one look when it is there already."""
    wanted = head() if revision == "head" else revision
    await _run(url, lambda command, config: command.upgrade(config, wanted), unless=wanted)


async def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision ("base" is an empty one)."""
    await _run(url, lambda command, config: command.downgrade(config, revision), unless=None)


def _foreign_keys_off(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")  # a table that is rebuilt must not take its children's rows with it
    cursor.close()


async def _run(url: str, step: Any, *, unless: str | None) -> None:
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
            await connection.run_sync(_with_alembic, step)
    finally:
        await engine.dispose()


def _with_alembic(connection: Connection, step: Any) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    step(command, config)
