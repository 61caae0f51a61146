"""Who answers for a project, and what it costs to find them: every shift's page asks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import in_charge


async def test_they_are_found_by_their_roles_not_among_all_residents(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'town.db'}"
    await upgrade(url)
    database = Database(url)
    statement = in_charge._over.compile(database.engine.sync_engine)
    async with database.reading() as unit:
        plan = await unit.rows(text(f"EXPLAIN QUERY PLAN {statement.string.replace('?', '1')}"))
    await database.close()
    steps = [row[-1] for row in plan]
    assert any("role_grants" in step for step in steps[:1]), steps
    assert "SEARCH residents USING INTEGER PRIMARY KEY (rowid=?)" in steps
