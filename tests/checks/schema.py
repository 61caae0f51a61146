"""`make schema`: writes down what the migrations make of an empty SQLite database, for towns to be founded with."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from storage import migrate

KINDS = ("table", "index", "trigger")


def schema(file: Path) -> str:
    """A SQLite database's tables, indexes and triggers, and its revision, as `migrate.FOUNDATION` holds them."""
    with closing(sqlite3.connect(file)) as connection:
        made = connection.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    statements = [_in_order(sql) for wanted in KINDS for kind, sql in made if kind == wanted]
    assert len(statements) == len(made), "sqlite.sql can hold tables, indexes and triggers only"
    statements.append(f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')")
    return ";\n\n".join(statements) + ";\n"


def _in_order(sql: str) -> str:
    """A statement with its table's constraints by name: Alembic rebuilds a table with them in any order."""
    if not sql.startswith("CREATE TABLE"):
        return sql
    first, *parts, last = [line.rstrip(", ") for line in sql.splitlines()]
    parts.sort(key=lambda part: part if part.startswith("\tCONSTRAINT") else "")  # the columns stay as they are
    return "\n".join([first, ",\n".join(parts), last])


async def migrated(file: Path) -> str:
    """The schema that the migrations make, one after the other."""
    await migrate.upgrade(f"sqlite+aiosqlite:///{file}", migrate.head())
    return schema(file)


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        migrate.FOUNDATION.write_text(asyncio.run(migrated(Path(folder, "schema.db"))))
