"""Migrations: every step up, down and up again, on both databases, and no drift between them and the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrate
from storage.tables import metadata

pytestmark = pytest.mark.empty_database

REVISIONS = sorted(path.name.split("_")[0] for path in (migrate.HERE / "versions").glob("[0-9]*_*.py"))


async def _with(url: str, look: Any) -> Any:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(look)
    finally:
        await engine.dispose()


async def test_up_down_up(database_url: str) -> None:
    """Each revision can be taken back and made again."""
    for before, revision in zip(["base", *REVISIONS], REVISIONS, strict=False):
        await migrate.upgrade(database_url, revision)
        await migrate.downgrade(database_url, before)
        await migrate.upgrade(database_url, revision)
    assert await _with(database_url, lambda c: c.execute(text("SELECT version_num FROM alembic_version")).scalar()) == (
        migrate.head()
    )


async def test_down_to_nothing(database_url: str) -> None:
    await migrate.upgrade(database_url)
    await migrate.downgrade(database_url, "base")
    tables = await _with(database_url, lambda connection: set(inspect(connection).get_table_names()))
    assert tables <= {"alembic_version"}


@pytest.mark.filterwarnings("ignore:.*expression-based index")
async def test_models_and_migrations_agree(database_url: str) -> None:
    await migrate.upgrade(database_url)

    def drift(connection: Connection) -> list[Any]:
        found = list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))
        # SQLite cannot read an index over an expression back, so that one index cannot be compared there.
        return [change for change in found if "uq_role_grants_current" not in str(change)]

    assert await _with(database_url, drift) == []


async def test_a_second_upgrade_changes_nothing(database_url: str) -> None:
    await migrate.upgrade(database_url)
    await migrate.upgrade(database_url)
    tables = await _with(database_url, lambda connection: set(inspect(connection).get_table_names()))
    assert {table.name for table in metadata.tables.values()} | {"alembic_version"} == tables


async def test_one_role_is_held_once(database_url: str) -> None:
    """The expression index that autogenerate cannot compare does its work on both databases."""
    await migrate.upgrade(database_url)
    engine = create_async_engine(database_url)
    person = (
        "INSERT INTO residents (id, name, street, area, state, free_times, joined_at, consent_at, consent_version) "
        "VALUES (1, 'A', '', '', 'resident', 0, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1)"
    )
    grant = "INSERT INTO role_grants (resident_id, role, granted_at) VALUES (1, 'mayor', '2026-01-01 00:00:00+00')"
    try:
        async with engine.begin() as connection:
            await connection.execute(text(person))
            await connection.execute(text(grant))
        with pytest.raises(DBAPIError):
            async with engine.begin() as connection:
                await connection.execute(text(grant))
    finally:
        await engine.dispose()


async def test_groups_of_before_there_were_boards_are_on_the_list(database_url: str) -> None:
    await migrate.upgrade(database_url, "0005")
    engine = create_async_engine(database_url)
    account = (
        "INSERT INTO accounts (channel, address, language, data, reachable, created_at) "
        "VALUES (:channel, :address, 'en', '{}', :reachable, '2026-01-01 00:00:00+00')"
    )
    there = [("telegram", "-1001", True), ("telegram", "-1002", False), ("telegram", "77", True), ("web", "-3", True)]
    try:
        async with engine.begin() as connection:
            for channel, address, reachable in there:
                given = {"channel": channel, "address": address, "reachable": reachable}
                await connection.execute(text(account), given)
        await migrate.upgrade(database_url)
        async with engine.connect() as connection:
            found = await connection.execute(
                text("SELECT address, title, kind, updates FROM boards JOIN accounts ON accounts.id = account_id")
            )
            assert found.all() == [("-1001", "", "group", False)]
    finally:
        await engine.dispose()


def test_revisions_are_named_in_order() -> None:
    """`storage.migrate.head` reads the newest revision from the file names."""
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    for path in Path(migrate.HERE / "versions").glob("[0-9]*_*.py"):
        assert f'revision = "{path.name.split("_")[0]}"' in path.read_text()
