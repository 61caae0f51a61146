"""Reminders while the process that delivers them is killed: at most once for each person, whatever happens."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.shifts.jobs import remind
from storage.queries import town as town_queries
from tests.emulators.telegram import TelegramEmulator
from tests.faults.child import Launcher, environment, free_port, launcher, rows, telegram_settings, until
from tests.faults.ground import Ground

PEOPLE, KILLS = 60, 8
READERS = 400
"""A history is written so fast that a kill among fewer would meet nobody."""
LEAD = 1440


async def reminders_due(folder: Path, channel: str, addresses: list[str]) -> Path:
    """A town where everybody at `addresses` is to be reminded of one shift, now; its database's file."""
    file = folder / "townbell.db"
    ground = await Ground.prepare(f"sqlite+aiosqlite:///{file}", folder)
    async with ground.database.unit() as unit:
        shift = await ground.shift(unit, "Bread", after=timedelta(minutes=LEAD - 5), places=len(addresses))
        for address in addresses:
            person = await ground.resident(unit, f"Person {address}", address, channel=channel, early=LEAD)
            await ground.holds(unit, shift, person)
    async with ground.database.unit() as unit:
        assert await remind(unit, ground.now, await town_queries.settings(unit)) == len(addresses)
    await ground.close()
    return file


def states(file: Path) -> Counter[str]:
    return Counter(state for (state,) in rows(file, "SELECT state FROM outbox"))


def left_in_flight(file: Path) -> set[str]:
    """Whose reminders a kill has caught on their way."""
    found = rows(
        file,
        "SELECT accounts.address FROM outbox JOIN accounts USING (resident_id) "
        "WHERE outbox.state = 'sending' AND outbox.detail = 'in flight'",
    )
    return {address for (address,) in found}


async def kill_while_delivering(town: Launcher, file: Path, chance: random.Random) -> None:
    """Start, let a few more reminders be dealt with, and kill."""
    settled = states(file)["waiting"] + states(file)["sending"]
    child = await town.start()
    await until(lambda: states(file)["waiting"] + states(file)["sending"] < settled, "another reminder is dealt with")
    await asyncio.sleep(chance.uniform(0.0, 0.15))
    await child.kill()


async def deliver_the_rest(town: Launcher, file: Path) -> None:
    last = await town.start()
    await until(lambda: states(file).keys() <= {"sent", "dropped"}, "every reminder is dealt with", 60)
    assert await last.stop() == 0
    assert "Traceback" not in town.words(), town.words()


@pytest.mark.kills
async def test_on_telegram_each_reminder_comes_at_most_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("TOWNBELL_TEST_SEED") or random.randrange(2**32))
    chance, caught = random.Random(seed), set[str]()
    async with TelegramEmulator(latency=0.1) as tg:
        people = [tg.person(f"Person {number}") for number in range(PEOPLE)]
        for person in people:
            person.chat.started = True
        file = await reminders_due(tmp_path, "telegram", [str(person.id) for person in people])
        environ = environment(tmp_path, f"sqlite+aiosqlite:///{file}", **telegram_settings(tg))
        async with launcher(tmp_path, environ) as town:
            for _ in range(KILLS):
                await kill_while_delivering(town, file, chance)
                caught |= left_in_flight(file)
            await deliver_the_rest(town, file)
    came = {str(person.id): len(person.messages) for person in people}
    missed = {address for address, count in came.items() if count == 0}
    with capsys.disabled():
        print(f"\n  TOWNBELL_TEST_SEED={seed}: {KILLS} kills, {len(caught)} in flight, {len(missed)} never came")
    assert max(came.values()) == 1
    assert caught, "no kill met a reminder on its way"
    assert missed <= caught, "a reminder was lost that was not on its way"
    assert states(file)["dropped"] <= len(caught)


async def a_few_are_written(file: Path) -> None:
    before = states(file)["sent"]
    await until(lambda: states(file)["sent"] > before, "another reminder is written")


@pytest.mark.kills
async def test_in_the_web_chat_each_reminder_comes_once(tmp_path: Path) -> None:
    chance = random.Random()
    file = await reminders_due(tmp_path, "web", [str(9000 + number) for number in range(READERS)])
    environ = environment(tmp_path, f"sqlite+aiosqlite:///{file}", web_port=free_port())
    caught = 0
    async with launcher(tmp_path, environ) as town:
        while states(file)["sent"] < READERS // 2:  # a history is written fast: a kill meets what it meets
            child = await town.start()
            await a_few_are_written(file)
            await asyncio.sleep(chance.uniform(0.0, 0.01))
            await child.kill()
            caught += states(file)["sending"]
        await deliver_the_rest(town, file)
    assert states(file) == {"sent": READERS}
    shown = rows(file, "SELECT account_id, count(*) FROM web_messages GROUP BY account_id")
    assert [count for _, count in shown] == [1] * READERS
    assert caught, "no kill met a reminder on its way"
