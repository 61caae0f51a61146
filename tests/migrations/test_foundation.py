"""A new SQLite town is founded in one step, and that makes what the migrations make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from storage import migrate
from tests.checks.schema import migrated, schema

ROOT = Path(__file__).parents[2]

FOUND = """
import asyncio, sys
from storage.migrate import upgrade
asyncio.run(upgrade(sys.argv[1]))
print("alembic" in sys.modules)
"""


def _url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


async def test_foundation_is_what_the_migrations_make(tmp_path: Path) -> None:
    """Every table, index and trigger, word for word; `make schema` writes it anew after a new migration."""
    assert migrate.FOUNDATION.read_text() == await migrated(tmp_path / "steps.db")


async def test_a_new_town_begins_with_it(tmp_path: Path) -> None:
    await migrate.upgrade(_url(tmp_path / "town.db"))
    assert schema(tmp_path / "town.db") == migrate.FOUNDATION.read_text()


def test_founding_needs_no_alembic(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FOUND, _url(tmp_path / "town.db")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("False", "")


async def test_an_older_foundation_is_left_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a migration came after it, the migrations are run, and nothing is missing."""
    whole, older = migrate.FOUNDATION.read_text(), tmp_path / "older.sql"
    older.write_text("CREATE TABLE older (id INTEGER);\n\n" + whole.replace(f"('{migrate.head()}')", "('0')"))
    monkeypatch.setattr(migrate, "FOUNDATION", older)
    await migrate.upgrade(_url(tmp_path / "town.db"))
    assert schema(tmp_path / "town.db") == whole


async def test_founding_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, broken = migrate.FOUNDATION.read_text(), tmp_path / "broken.sql"
    broken.write_text(whole.replace("INSERT INTO alembic_version", "CREATE NONSENSE;\n\nINSERT INTO alembic_version"))
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOUNDATION", broken)
        with pytest.raises(DBAPIError):
            await migrate.upgrade(_url(tmp_path / "town.db"))
    await migrate.upgrade(_url(tmp_path / "town.db"))
    assert schema(tmp_path / "town.db") == whole


async def test_a_town_that_stands_is_not_founded_again(tmp_path: Path) -> None:
    """One that is behind is brought up to date by the migrations, from where it is."""
    await migrate.upgrade(_url(tmp_path / "town.db"), "0001")
    await migrate.upgrade(_url(tmp_path / "town.db"))
    assert schema(tmp_path / "town.db") == migrate.FOUNDATION.read_text()
