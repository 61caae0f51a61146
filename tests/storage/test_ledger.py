"""The hours ledger: the database itself refuses to change or delete a line, whoever holds the pen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.engine import Database
from storage.guards import REFUSAL
from storage.migrate import upgrade
from storage.queries import hours
from storage.tables import HoursEntry, Project, Resident, Shift, Signup

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 23)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A shift with three people on it (1, 2, 3); line 1 of the ledger is the first one's."""
    await upgrade(database_url)
    database = Database(database_url)
    async with database.unit() as unit:
        for name in ("Anna", "Sipho", "Grace"):
            await unit.add(Resident(name=name, joined_at=NOW, consent_at=NOW, consent_version=1))
        await unit.add(Project(name="Bakery", created_at=NOW))
        await unit.add(
            Shift(
                project_id=1,
                title="Bread",
                place="Mill Lane",
                starts_at=NOW.replace(hour=6),
                ends_at=NOW.replace(hour=8),
                week=MONDAY,
                places=3,
                taken=3,
                made_by=2,
                made_at=NOW,
            )
        )
        for resident in (1, 2, 3):
            await unit.add(Signup(shift_id=1, resident_id=resident, joined_at=NOW))
        assert await hours.add(unit, 1, week=MONDAY, minutes=120, by=2, now=NOW, resident_id=1) == 1
    yield database
    await database.close()


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE hours_entries SET minutes = 600",
        "UPDATE hours_entries SET reason = 'nothing else' WHERE id = 1",
        "DELETE FROM hours_entries",
        "DELETE FROM hours_entries WHERE id = 1",
    ],
)
async def test_a_line_is_neither_changed_nor_deleted(database: Database, attempt: str) -> None:
    with pytest.raises(DBAPIError, match=REFUSAL):
        async with database.unit() as unit:
            await unit.execute(text(attempt))
    async with database.reading() as unit:
        assert await hours.by_week(unit, 1) == {MONDAY: 120}


async def test_no_way_around_the_guard(database: Database) -> None:
    """What deletes lines without saying DELETE: INSERT OR REPLACE on SQLite, TRUNCATE on PostgreSQL."""
    if database.is_sqlite:
        attempt = (
            "INSERT OR REPLACE INTO hours_entries (id, key, resident_id, week, minutes, kind, reason, confirmed_by, "
            "confirmed_at) SELECT id, key, resident_id, week, 600, kind, reason, confirmed_by, confirmed_at "
            "FROM hours_entries"
        )
    else:
        attempt = "TRUNCATE hours_entries"
    with pytest.raises(DBAPIError, match=REFUSAL):
        async with database.unit() as unit:
            await unit.execute(text(attempt))
    async with database.reading() as unit:
        assert await hours.by_week(unit, 1) == {MONDAY: 120}


async def test_nobody_writes_a_line_for_themself(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.unit() as unit:
            await unit.add(_line(key="by-hand", resident_id=3, confirmed_by=3))
    async with database.unit() as unit:
        assert await hours.add(unit, 1, week=MONDAY, minutes=120, by=3, now=NOW, resident_id=3) == 0
        assert await hours.by_week(unit, 3) == {}


async def test_a_second_line_for_the_same_shift_is_not_written(database: Database) -> None:
    async with database.unit() as unit:
        assert await hours.add(unit, 1, week=MONDAY, minutes=60, by=2, now=NOW, resident_id=1) == 0
        assert await hours.add(unit, 1, week=MONDAY, minutes=60, by=2, now=NOW) == 1, "only the third one is open"
        assert await hours.by_week(unit, 1) == {MONDAY: 120}
        assert await hours.by_week(unit, 3) == {MONDAY: 60}
    with pytest.raises(IntegrityError):
        async with database.unit() as unit:
            await unit.add(_line(key="shift:1:1", resident_id=1, confirmed_by=2))


async def test_a_correction_is_a_line_of_its_own(database: Database) -> None:
    async with database.unit() as unit:
        await unit.add(
            _line(key="reversal:1", resident_id=1, confirmed_by=2, kind="reversal", minutes=-120, reverses_id=1)
        )
    async with database.reading() as unit:
        assert await hours.by_week(unit, 1) == {MONDAY: 0}
        assert await hours.total_week(unit, MONDAY) == 0
        assert await hours.total_week(unit, date(2026, 11, 16)) == 0


def _line(
    *,
    key: str,
    resident_id: int,
    confirmed_by: int,
    kind: str = "shift",
    minutes: int = 120,
    reverses_id: int | None = None,
) -> HoursEntry:
    return HoursEntry(
        key=key,
        resident_id=resident_id,
        week=MONDAY,
        minutes=minutes,
        kind=kind,
        shift_id=1,
        reverses_id=reverses_id,
        confirmed_by=confirmed_by,
        confirmed_at=NOW,
    )
