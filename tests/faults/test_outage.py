"""The database goes away in the middle of the work: nothing is lost, nothing counts twice, and the answers come."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.engine import Database
from tests.conftest import fresh_postgres
from tests.emulators.telegram import Person, TelegramEmulator
from tests.faults.child import Launcher, a_program, at_work, environment, launcher, telegram_settings, until
from tests.faults.evidence import arrived, replies_of
from tests.faults.ground import Ground

PEOPLE, SHIFTS, COORDINATORS = 20, 4, 4
TAPS = ("join", "release", "join", "join")
"""What everybody taps on each shift, in this order: in the end they hold a place.

More than one coordinator is told, because a chat gets one message a second.
"""


class Crowd:
    """People who tap a lot, coordinators who are told of the places given back, and what must come of it."""

    def __init__(self, tg: TelegramEmulator, url: str) -> None:
        self.tg = tg
        self.url = url
        self.people: list[Person] = []
        self.coordinators = [self._person(f"Coordinator {number}") for number in range(COORDINATORS)]
        self.told: list[int] = []
        self.shifts: list[int] = []
        self._screens: dict[int, int] = {}
        self.updates = 0

    def _person(self, name: str) -> Person:
        person = self.tg.person(name)
        person.chat.started = True
        return person

    async def prepare(self, folder: Path) -> None:
        ground = await Ground.prepare(self.url, folder)
        async with ground.database.unit() as unit:
            for number, person in enumerate(self.coordinators):  # places given back here are told
                told = await ground.resident(unit, f"Coordinator {number}", str(person.id))
                project = await ground.project(unit, f"Told {number}")
                await ground.coordinator(unit, told, project)
                after, places = timedelta(hours=20), PEOPLE // COORDINATORS
                made = await ground.shift(unit, f"Told {number}", after=after, places=places, project_id=project)
                self.told.append(made)
            other = await ground.project(unit, "Nobody's")
            for number in range(1, SHIFTS):
                after = timedelta(hours=20 + 10 * number)
                made = await ground.shift(unit, f"Bread {number}", after=after, places=PEOPLE, project_id=other)
                self.shifts.append(made)
            for number in range(PEOPLE):
                person = self._person(f"Resident {number}")
                screen = self.tg.state.add_message(person.chat, self.tg.state.bot, text="Hello", html="Hello")
                self._screens[person.id] = screen.id
                self.people.append(person)
                await ground.resident(unit, f"Resident {number}", str(person.id))
        await ground.close()

    def tap(self, wave: int) -> None:
        """Everybody taps: at first on a shift whose coordinator is told, then all on the same one."""
        for do in TAPS:
            for number, person in enumerate(self.people):
                shift = self.shifts[wave - 1] if wave else self.told[number % COORDINATORS]
                person.taps_raw(self._screens[person.id], f"shift:{do}:{shift}")
                self.updates += 1

    def all_are_told(self) -> bool:
        return sum(len(person.messages) for person in self.coordinators) >= PEOPLE

    async def look(self) -> None:
        """Everything that was tapped took effect once, and was answered truthfully and once at least."""
        database = Database(self.url)
        async with database.reading() as unit:
            taken = await unit.rows(text("SELECT taken FROM shifts ORDER BY id"))
            held = await unit.value(text("SELECT count(*) FROM signups WHERE state = 'held'"))
            stored = await unit.rows(text("SELECT replies FROM inbox"))
            told = await unit.rows(text("SELECT state FROM outbox"))
        await database.close()
        each = PEOPLE // COORDINATORS
        assert [count for (count,) in taken] == [each] * COORDINATORS + [PEOPLE] * (SHIFTS - 1)
        assert held == PEOPLE * SHIFTS
        assert len(stored) == self.updates
        replies = [reply for (row,) in stored for reply in replies_of(row)]
        for words, times in (("You already hold a place on", 1), ("Thank you! You have a place", 2)):
            assert sum(words in reply.words for reply in replies) == times * PEOPLE * SHIFTS
        assert not Counter(replies) - arrived(self.tg.calls), "some replies never arrived"
        assert [state for (state,) in told] == ["sent"] * PEOPLE
        came = [len(person.messages) for person in self.coordinators]
        assert came == [each] * COORDINATORS, "a notice came twice, or not at all"


async def with_trouble(tmp_path: Path, url: str, trouble: Callable[[], Coroutine[Any, Any, None]]) -> str:
    """Let the crowd tap while there is trouble; returns what the town logged."""
    async with TelegramEmulator(latency=0.01, query_lifetime=3600) as tg:
        crowd = Crowd(tg, url)
        await crowd.prepare(tmp_path)
        async with a_program(tmp_path, environment(tmp_path, url, **telegram_settings(tg))) as town:
            await at_work(tg, 0)
            troubled = asyncio.create_task(trouble())
            for wave in range(SHIFTS):
                crowd.tap(wave)
                await asyncio.sleep(0.2)
            await troubled
            await tg.settled(90)
            await until(crowd.all_are_told, "the coordinators have been told", 60)
            assert await town.stop() == 0
        await crowd.look()
        return (tmp_path / "log.txt").read_text()


@pytest.mark.kills
@pytest.mark.timeout(240)
async def test_a_locked_sqlite_file(tmp_path: Path) -> None:
    file = tmp_path / "townbell.db"

    async def lock() -> None:
        """Longer than SQLite itself waits (`busy_timeout`), so that transactions fail."""
        await asyncio.sleep(0.5)
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(7)
            connection.execute("ROLLBACK")

    words = await with_trouble(tmp_path, f"sqlite+aiosqlite:///{file}", lock)
    assert "that is a mistake" not in words.lower()


@pytest.mark.kills
@pytest.mark.timeout(240)
async def test_postgresql_ends_connections(tmp_path: Path, postgres_folder: Path) -> None:
    postgres_url = await fresh_postgres(postgres_folder)
    admin = create_async_engine(
        f"postgresql+asyncpg://postgres:@/postgres?host={postgres_folder}", isolation_level="AUTOCOMMIT"
    )
    ended = 0

    async def terminate() -> None:
        """Every connection of the town, again and again."""
        nonlocal ended
        name = make_url(postgres_url).database
        statement = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        async with admin.connect() as connection:
            for _ in range(10):
                await asyncio.sleep(0.3)
                found: Any = await connection.execute(statement, {"name": name})
                ended += len(found.all())

    await with_trouble(tmp_path, postgres_url, terminate)
    await admin.dispose()
    assert ended > 10, "hardly a connection was there to be ended"


@pytest.mark.kills
async def test_a_clean_stop_in_the_middle_of_a_burst(tmp_path: Path) -> None:
    """SIGTERM amid a burst: what was begun is finished, and the next run goes on with the rest."""
    url = f"sqlite+aiosqlite:///{tmp_path}/townbell.db"
    async with TelegramEmulator(latency=0.01, query_lifetime=3600) as tg:
        crowd = Crowd(tg, url)
        await crowd.prepare(tmp_path)
        stops_amid_work = 0
        async with launcher(tmp_path, environment(tmp_path, url, **telegram_settings(tg))) as starts:
            for wave in range(SHIFTS):
                await _burst(crowd, wave, starts)
                stops_amid_work += crowd.tg.pending > 0
            assert stops_amid_work > SHIFTS // 2, "too few stops met any work"
            town = await starts.start()
            await tg.settled(60)
            await until(crowd.all_are_told, "the coordinators have been told", 60)
            assert await town.stop() == 0
        await crowd.look()
        answers = Counter(call.params["callback_query_id"] for call in tg.called("answerCallbackQuery"))
        assert answers.total() == len(answers) == crowd.updates, "a stop repeated a reply"
        assert "Traceback" not in (tmp_path / "log.txt").read_text()


async def _burst(crowd: Crowd, wave: int, starts: Launcher) -> None:
    calls_before = len(crowd.tg.calls)
    town = await starts.start()
    await at_work(crowd.tg, calls_before)
    crowd.tap(wave)
    await asyncio.sleep(0.3)
    assert await town.stop() == 0
