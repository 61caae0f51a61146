"""The ticker: jobs share a transaction while they only look, and whatever one does is kept or undone by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Executable, func, text, update

from bot.clock import StoppedClock
from bot.ticker import Ticker
from handlers.kit.capability import Job
from storage.engine import Database
from storage.lease import may_run
from storage.queries import town
from storage.sql import select
from storage.tables import Resident, Town, table_of
from storage.unit import Unit
from town.settings import TownSettings

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ZONE = "Africa/Johannesburg"
towns, residents = table_of(Town), table_of(Resident)
LOCK = select(func.pg_advisory_xact_lock(1, 7))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.unit() as unit:
        await town.found(unit, TownSettings(name="Riverbend", zone=ZONE), is_sample=False)
    yield database
    await database.close()


class Jobs:
    """Jobs for a ticker of a test, and the transactions in which they were run."""

    def __init__(self, database: Database) -> None:
        self.ticker = Ticker(database, StoppedClock(NOW))
        self.ticker.jobs = ()
        self.ran: list[tuple[str, Unit]] = []

    def add(self, name: str, do: Callable[[Unit], Awaitable[object]]) -> None:
        async def run(unit: Unit, now: datetime, settings: TownSettings) -> int:
            self.ran.append((name, unit))
            return int(await do(unit) is not None)

        async def never(unit: Unit, now: datetime, settings: TownSettings) -> None:
            return None

        self.ticker.jobs = (*self.ticker.jobs, Job(name, run, never))

    @property
    def together(self) -> list[str]:
        """Who was run in one transaction."""
        units = list({id(unit): None for _, unit in self.ran})
        return [" ".join(name for name, unit in self.ran if id(unit) == one) for one in units]


async def looks(unit: Unit) -> None:
    await unit.rows(select(residents.c.id))


async def writes(unit: Unit) -> int:
    return await unit.run(update(towns).values(clock_offset=towns.c.clock_offset + 1))


async def fails(unit: Unit) -> None:
    await writes(unit)
    raise RuntimeError("a job that is broken")


async def written(database: Database) -> int:
    async with database.reading() as unit:
        return int(await unit.value(select(towns.c.clock_offset)))


async def test_those_who_look_share_a_transaction_and_who_writes_ends_it(database: Database) -> None:
    jobs = Jobs(database)
    for name, do in (("a", looks), ("b", looks), ("c", writes), ("d", looks), ("e", writes), ("f", writes)):
        jobs.add(name, do)
    assert await jobs.ticker.tick() == 3
    assert jobs.together == ["a b c", "d e", "f"]
    assert await written(database) == 3


async def test_one_that_fails_undoes_nothing_of_the_others(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = Jobs(database)
    for name, do in (("a", writes), ("b", looks), ("broken", fails), ("d", writes)):
        jobs.add(name, do)
    assert await jobs.ticker.tick() == 2
    assert [name for name, _ in jobs.ran] == ["a", "b", "broken", "d"]
    assert await written(database) == 2
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "the job 'broken' failed; it is tried again at the next tick"
    ]


async def test_a_stop_begins_no_other(database: Database) -> None:
    jobs = Jobs(database)

    async def stop(unit: Unit) -> None:
        jobs.ticker._stopping = True

    jobs.add("a", stop)
    jobs.add("b", looks)
    await jobs.ticker.tick()
    assert jobs.together == ["a"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_while_another_process_ticks_this_one_does_not(database: Database) -> None:
    jobs = Jobs(database)
    jobs.add("a", looks)
    jobs.add("b", writes)
    async with database.unit() as elsewhere:
        assert await may_run(elsewhere, "tick")
        assert await jobs.ticker.tick() == 0
        assert not jobs.ran
    assert await jobs.ticker.tick() == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_lock_is_given_back_before_the_next_begins(database: Database) -> None:
    """Locks that gather in one transaction would be taken in an order that nobody has thought of."""
    jobs = Jobs(database)
    for name, statement in (
        ("row", select(towns.c.id).with_for_update()),
        ("advisory", LOCK),
        ("by hand", text("SELECT pg_advisory_xact_lock(1, 7)")),
    ):
        jobs.add(name, lambda unit, statement=statement: unit.rows(statement))  # type: ignore[misc]  # its default
        jobs.add("look", looks)
    await jobs.ticker.tick()
    assert jobs.together == ["row", "look advisory", "look by hand", "look"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "only_looks"),
    [
        (select(residents.c.id).order_by(residents.c.id), True),
        (select(func.count()).select_from(residents), True),
        (text("UPDATE town SET clock_offset = 0"), False),
        (update(towns).values(clock_offset=0), False),
        (text("WITH gone AS (SELECT 1) DELETE FROM residents"), False),
    ],
    ids=str,
)
async def test_what_leaves_something_behind(database: Database, statement: Executable, *, only_looks: bool) -> None:
    async with database.unit() as unit:
        assert unit.only_looked
        await unit.execute(statement)
        assert unit.only_looked is only_looks
        await looks(unit)
        assert unit.only_looked is only_looks, "what was done stays done"


async def test_the_session_counts_as_writing(database: Database) -> None:
    async with database.unit() as unit:
        await unit.add(Resident(name="Anna", joined_at=NOW, consent_at=NOW, consent_version=1))
        assert not unit.only_looked
