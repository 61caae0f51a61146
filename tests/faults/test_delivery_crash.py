"""Reminders while the process that delivers them is killed: at most once for each person, whatever happens."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.kit import templates
from handlers.shifts.jobs import remind
from storage.queries import town as town_queries
from tests.delivery.crowd import tell_everybody
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.whatsapp import Person, Statuses, WhatsAppEmulator
from tests.faults.child import (
    Launcher,
    environment,
    free_port,
    hook_at,
    launcher,
    rows,
    telegram_settings,
    until,
    whatsapp_settings,
)
from tests.faults.ground import Ground

PEOPLE, KILLS = 60, 8
READERS = 400
"""A history is written so fast that a kill among fewer would meet nobody."""
LEAD = 1440


async def reminders_due(
    folder: Path,
    channel: str,
    addresses: list[str],
    *,
    silent: Mapping[str, timedelta] | None = None,
    news: bool = False,
) -> Path:
    """A town where everybody at `addresses` is to be reminded of one shift, now; its database's file.

    `silent` tells for how long some have written nothing. With `news`, all are to be told something else besides.
    """
    file = folder / "townbell.db"
    ground = await Ground.prepare(f"sqlite+aiosqlite:///{file}", folder)
    async with ground.database.unit() as unit:
        shift = await ground.shift(unit, "Bread", after=timedelta(minutes=LEAD - 5), places=len(addresses))
        for address in addresses:
            heard = (silent or {}).get(address, timedelta())
            person = await ground.resident(unit, f"Person {address}", address, channel=channel, early=LEAD, heard=heard)
            await ground.holds(unit, shift, person)
    async with ground.database.unit() as unit:
        assert await remind(unit, ground.now, await town_queries.settings(unit)) == len(addresses)
        if news:
            assert await tell_everybody(unit) == len(addresses) + 1  # and the town's memory, which hears nothing
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


async def deliver_the_rest(
    town: Launcher, file: Path, settled: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
) -> None:
    """Start once more; `settled` is what else is waited for before the end."""
    last = await town.start()
    await until(lambda: not states(file).keys() & {"waiting", "sending"}, "every notice is dealt with", 60)
    await settled()
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


# -- on WhatsApp -------------------------------------------------------------------------------------------------------


async def town_of_whatsapp(wa: WhatsAppEmulator, folder: Path) -> tuple[Path, list[Person]]:
    """Reminders and news that are due to people of whom each second has been silent for days, and may get templates."""
    for one in templates.submissions():
        wa.templates.approve(**one)
    people = [wa.person(f"Person {number}") for number in range(PEOPLE)]
    days, now = timedelta(days=3), datetime.now(UTC).timestamp()
    silent = {person.user_id: days for person in people[::2]}
    for person in people:
        person.contact.wrote_at = now - silent.get(person.user_id, timedelta()).total_seconds()
    addresses = [person.user_id for person in people]
    return await reminders_due(folder, "whatsapp", addresses, silent=silent, news=True), people


def in_hand(file: Path) -> list[int]:
    """The rows that a kill has caught: taken, and what became of them not written down."""
    return [row for (row,) in rows(file, "SELECT id FROM outbox WHERE state = 'sending'")]


def came_to(people: list[Person]) -> Counter[int]:
    """How often each row came, by what its messages carry for us."""
    return Counter(int((message.opaque or "").split(":")[0]) for person in people for message in person.messages)


@pytest.mark.kills
async def test_on_whatsapp_nobody_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("TOWNBELL_TEST_SEED") or random.randrange(2**32))
    chance, caught, port = random.Random(seed), Counter[int](), free_port()
    async with WhatsAppEmulator(latency=0.1) as wa:
        wa.statuses = Statuses(order="shuffled", duplicates=1, seed=seed)
        file, people = await town_of_whatsapp(wa, tmp_path)
        wa.hook = hook_at(port)
        environ = environment(tmp_path, f"sqlite+aiosqlite:///{file}", **whatsapp_settings(wa, port))
        async with launcher(tmp_path, environ) as town:
            for _ in range(KILLS):
                await kill_while_delivering(town, file, chance)
                caught.update(in_hand(file))
            await deliver_the_rest(town, file, lambda: wa.settled(30))
    came, silent = came_to(people), {person.user_id for person in people[::2]}
    ended = {row: (notice, state) for row, notice, state in rows(file, "SELECT id, notice, state FROM outbox")}
    reminders = {row for row, (notice, _) in ended.items() if notice == "shift.reminder"}
    [nobodys] = [row for row, (_, state) in ended.items() if state == "failed"]
    lost = {row for row in ended if not came[row]} - {nobodys}
    again = {row: count - 1 for row, count in came.items() if count > 1}
    with capsys.disabled():
        print(
            f"\n  TOWNBELL_TEST_SEED={seed}: {KILLS} kills, {caught.total()} rows in hand, {len(lost)} reminders never "
            f"came, {sum(again.values())} other notices came twice"
        )
    assert caught, "no kill met a notice on its way"
    assert lost <= reminders & caught.keys(), "a notice was lost, or a reminder that was not on its way"
    assert not again.keys() & reminders, "a reminder came twice"
    assert all(count <= caught[row] for row, count in again.items()), "twice, though no kill met it on its way"
    for row, (_, state) in ended.items():
        assert state == ("failed" if row == nobodys else "dropped" if row in lost else "sent")
    for person in people:
        kinds = {message.template is not None for message in person.messages}
        assert kinds <= {person.user_id in silent}, "a template within the 24 hours, or free words after them"
    assert rows(file, "SELECT count(*) FROM outbox WHERE state = 'sent' AND delivered_at IS NULL") == [(0,)]
