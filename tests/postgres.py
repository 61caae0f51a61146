"""PostgreSQL's databases for tests: one that is emptied again is as good as a new one, and there ten times as fast."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from sqlalchemy import make_url

USES = 20
"""So often a database is used before a new one takes its place: rows that are deleted stay in its files."""

RECKLESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
"""Only the power going off would tell the difference. Nothing is vacuumed, so that rows stay in the order they came."""

_END_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> $1
"""

_EMPTY = """
DO $$
DECLARE one regclass;
BEGIN
    SET LOCAL session_replication_role = replica;  -- neither the ledger's guards nor foreign keys are asked
    FOR one IN
        SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('DELETE FROM %s', one);
    END LOOP;
    FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' LOOP
        PERFORM setval(one, 1, false);
    END LOOP;
END $$
"""


async def be_reckless(folder: Path) -> None:
    """Have the server in this folder trade safety for speed."""
    server = await asyncpg.connect(f"postgresql://postgres@/postgres?host={folder}")
    for name, value in RECKLESS.items():
        await server.execute(f"ALTER SYSTEM SET {name} = {value}")
    await server.execute("SELECT pg_reload_conf()")
    await server.close()


async def emptied(url: str) -> None:
    """Make a migrated database as it was before its first use: nobody on it, no rows, ids from 1."""
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    await connection.fetch(_END_OTHERS, connection.get_server_pid())
    await connection.execute(_EMPTY)
    await connection.close()


class Spare:
    """The database that the next test may have, if one was left in good order."""

    def __init__(self) -> None:
        self._url: str | None = None
        self._uses = 0

    def take(self) -> str | None:
        """Its address, once it is emptied; None where there is none."""
        url, self._url = self._url, None
        if url is None or self._uses >= USES:
            self._uses = 0
            return None
        asyncio.run(emptied(url))
        return url

    def give(self, url: str) -> None:
        """Take back what a test was given."""
        self._url = url
        self._uses += 1
