"""A thousand updates while the process is killed fifty times: every effect exactly once, every update answered."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.emulators.telegram import Message, Person, TelegramEmulator
from tests.faults.cast import Cast, Size
from tests.faults.child import Launcher, at_work, environment, launcher, rows, telegram_settings, until
from tests.faults.evidence import Reply, arrived, inbox
from tests.faults.script import Step

UPDATES = 1000
KILLS = 50
SIZE = Size(updates=UPDATES, residents=60, strangers=16, projects=6)
GREETING = "Good morning!"
LATENCY = 0.015
"""Seconds that Telegram takes for a call, so that there is something in flight at any moment."""


@dataclass
class Toll:
    """What the kills interrupted, as the database and Telegram had it at those moments."""

    unconfirmed: list[int] = field(default_factory=list)
    """For each kill, the updates that Telegram had not been told were handled."""
    uncommitted: int = 0
    unanswered: int = 0
    answered: int = 0
    may_come_again: Counter[Reply] = field(default_factory=Counter)
    notices_in_flight: int = 0


@dataclass
class Story:
    """Everybody, and what they have done so far."""

    tg: TelegramEmulator
    cast: Cast[Person, Message]
    chance: random.Random
    fed: list[Step] = field(default_factory=list)
    toll: Toll = field(default_factory=Toll)

    def feed(self, count: int) -> None:
        """The next updates arrive at Telegram."""
        for _ in range(min(count, UPDATES - len(self.fed))):
            self.fed.append(self.cast.order[len(self.fed)].next())

    @property
    def numbers(self) -> range:
        """The updates' numbers, in the order of `fed`."""
        first = self.tg.state.updates.first_id
        return range(first, first + len(self.fed))

    def look(self) -> None:
        """Note what a kill has just interrupted."""
        toll, pending = self.toll, self.numbers[len(self.fed) - self.tg.pending :]
        seen = arrived(self.tg.calls)
        committed = inbox(self.cast.file, self.tg, pending)
        answered = [replies for replies in committed.values() if all(seen[reply] for reply in replies)]
        toll.unconfirmed.append(len(pending))
        toll.uncommitted += len(pending) - len(committed)
        toll.unanswered += len(committed) - len(answered)
        toll.answered += len(answered)
        toll.may_come_again.update(reply for replies in committed.values() for reply in replies)
        toll.notices_in_flight += rows(self.cast.file, "SELECT count(*) FROM outbox WHERE state = 'sending'")[0][0]


def at_screen(tg: TelegramEmulator, name: str) -> tuple[Person, Message, str]:
    """Somebody whose chat has a message of the bot's, on which they can tap; and their address."""
    person = tg.person(name)
    person.chat.started = True
    screen = tg.state.add_message(person.chat, tg.state.bot, text=GREETING, html=GREETING)
    return person, screen, str(person.id)


async def a_short_life(town: Launcher, story: Story, updates: int) -> None:
    """The town starts, is at work for a moment while updates come, and is killed."""
    waiting = updates // 4
    story.feed(waiting)
    before = len(story.tg.calls)
    child = await town.start()
    await at_work(story.tg, before)
    loop, length = asyncio.get_running_loop(), story.chance.uniform(0.05, 0.8)
    began = loop.time()
    for moment in sorted(story.chance.uniform(0, length) for _ in range(updates - waiting)):
        await asyncio.sleep(began + moment - loop.time())
        story.feed(1)
    await asyncio.sleep(began + length - loop.time())
    await child.kill()
    story.look()


def notices(story: Story) -> list[tuple[str, str]]:
    """State and detail of every outbox row."""
    return rows(story.cast.file, "SELECT state, detail FROM outbox")


@pytest.mark.kills
@pytest.mark.timeout(300)
async def test_a_thousand_updates_and_fifty_kills(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("TOWNBELL_TEST_SEED") or random.randrange(2**32))
    with capsys.disabled():
        print(f"\n  TOWNBELL_TEST_SEED={seed}")
    async with TelegramEmulator(latency=LATENCY, query_lifetime=3600) as tg:
        chance = random.Random(seed)
        cast = Cast(tmp_path / "townbell.db", "telegram", SIZE, partial(at_screen, tg))
        await cast.prepare(tmp_path, chance)
        story = Story(tg, cast, chance)
        environ = environment(tmp_path, f"sqlite+aiosqlite:///{cast.file}", **telegram_settings(tg))
        async with launcher(tmp_path, environ) as town:
            for _ in range(KILLS):
                await a_short_life(town, story, UPDATES // KILLS)
            story.feed(UPDATES)
            last = await town.start()
            await tg.settled(60)
            await until(lambda: all(state == "sent" for state, _ in notices(story)), "every notice is sent", 60)
            assert await last.stop() == 0
            assert "Traceback" not in town.words(), town.words()
        toll = story.toll
        with capsys.disabled():
            print(
                f"  {KILLS} kills, {sum(map(bool, toll.unconfirmed))} of them amid {sum(toll.unconfirmed)} unconfirmed "
                f"updates: {toll.uncommitted} not committed, {toll.unanswered} committed and not answered, "
                f"{toll.answered} answered; {toll.notices_in_flight} notices in flight"
            )
        assert sum(map(bool, toll.unconfirmed)) >= KILLS // 2, "too few kills met any work"
        assert min(toll.uncommitted, toll.unanswered, toll.answered) > 0, "no kill between two of the stages"
        repeated = every_update_is_answered(story)
        cast.every_effect_is_there_once()
        twice = every_notice_came(story)
        with capsys.disabled():
            print(f"  {repeated} replies and {twice} notices came twice")


def every_update_is_answered(story: Story) -> int:
    """Each update has one inbox row, the right answer, and the answer arrived. Returns how many came again."""
    stored = inbox(story.cast.file, story.tg, story.numbers)
    assert len(story.fed) == len(stored) == UPDATES
    assert rows(story.cast.file, "SELECT count(*) FROM inbox") == [(UPDATES,)]
    for step, replies in zip(story.fed, stored.values(), strict=True):
        assert replies, step
        assert any(step.said in reply.words for reply in replies), (step, replies)
    every = [reply for replies in stored.values() for reply in replies]
    wanted = Counter(every)
    people = {str(one.id) for one in story.cast.coordinators}
    seen = Counter({reply: n for reply, n in arrived(story.tg.calls).items() if reply.to not in people})
    assert not wanted - seen, "some replies never arrived"
    assert not seen - wanted - story.toll.may_come_again, "replies were repeated that no kill interrupted"
    in_the_end = {(reply.to, reply.message_id): reply.words for reply in every if reply.message_id}
    for script in story.cast.scripts:
        # Somebody who happened to do only what a toast answers has the screen they began with.
        last = in_the_end.get((str(script.person.id), str(script.screen.id)), GREETING)
        assert script.screen.html == last, f"{script.person} sees an old screen"
    return (seen - wanted).total()


def every_notice_came(story: Story) -> int:
    """A coordinator hears of each place given back; twice at most where a kill came between. Returns how many did."""
    told = story.cast.told
    assert told > 0
    assert notices(story) == [("sent", "")] * told
    came = sum(len(person.messages) - 1 for person in story.cast.coordinators)
    assert told <= came <= told + story.toll.notices_in_flight
    return came - told
