"""WhatsApp's webhook while its process is killed: batches, replays and statuses come at any time, and count once."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.channels.whatsapp_updates import key_of
from tests.emulators.whatsapp import Message, Person, Statuses, WhatsAppEmulator
from tests.emulators.whatsapp_hooks import Delivery
from tests.faults.cast import Cast, Size
from tests.faults.child import Launcher, environment, free_port, hook_at, launcher, on_whatsapp, rows, until
from tests.faults.child import whatsapp_settings as settings_of
from tests.faults.evidence import Came, as_messages, came_to
from tests.faults.script import Step

SIZE = Size(updates=300, residents=24, strangers=5, projects=4)
KILLS = 10
LINES = 8
"""So many of the people's phones have a line to WhatsApp at the same time."""

GREETING = "Good morning!"
LATENCY = 0.015
"""Seconds that WhatsApp takes for a call, so that there is something in flight at any moment."""


@dataclass
class Hand:
    """Somebody's thumb. What it sends is noted, in order."""

    person: Person
    sent: list[str]

    def says(self, text: str, /) -> None:
        self.sent.append(self.person.says(text))

    def taps_raw(self, message: int, data: str, /) -> None:
        self.sent.append(self.person.taps_raw(message, data))


@dataclass
class Toll:
    """What the kills interrupted, as the database and WhatsApp had it at those moments."""

    unconfirmed: list[int] = field(default_factory=list)
    """For each kill, the messages whose webhooks had not been answered."""
    uncommitted: int = 0
    committed: int = 0
    replayed: int = 0
    may_come_again: Counter[str] = field(default_factory=Counter)
    """By message: how often its answer may have been given once more."""
    notices_in_flight: int = 0


@dataclass
class Story:
    """Everybody, and what they have done so far."""

    wa: WhatsAppEmulator
    file: Path
    chance: random.Random
    sent: list[str] = field(default_factory=list)
    fed: list[Step] = field(default_factory=list)
    authors: dict[str, str] = field(default_factory=dict)
    """Who sent each message."""
    replays: list[asyncio.Task[int]] = field(default_factory=list)
    toll: Toll = field(default_factory=Toll)
    allowed: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """So many more may be sent now."""
    cast: Cast[Hand, Message] = field(init=False)

    def __post_init__(self) -> None:
        self.cast = Cast(self.file, "whatsapp", SIZE, self._meet)

    def _meet(self, name: str) -> tuple[Hand, Message, str]:
        person = self.wa.person(name)
        return Hand(person, self.sent), person.was_told(GREETING), person.user_id

    @property
    def people(self) -> list[Person]:
        return [script.person.person for script in self.cast.scripts]

    async def line(self, number: int) -> None:
        """What the people of one line send, one after the other or several at once, each when the last was taken."""
        places = {id(script): place for place, script in enumerate(self.cast.scripts)}
        left = [script for script in self.cast.order if places[id(script)] % LINES == number]
        while left:
            count = self.chance.randint(1, 4)
            some, left = left[:count], left[count:]
            for _ in some:
                await self.allowed.acquire()
            batch = self.wa.batching(self.chance.randint(1, 3), self.chance.randint(1, 2))
            with batch if len(some) > 1 else nullcontext():
                for script in some:
                    self.fed.append(script.next())
                    self.authors[self.sent[-1]] = script.address
            await self.wa.hooks.unanswered[-1].done

    def replay(self) -> None:
        """Some of the latest messages' webhooks come once more, whatever became of them, and so do statuses'."""
        self.wa.replays(self.chance.randint(1, 12))
        bodies = [body for body in self.wa.hooks.past if messages_in(body)][-self.chance.randint(3, 12) :]
        for body in bodies:
            self.replays.append(asyncio.create_task(self.wa.posts_raw(body)))
            self.toll.may_come_again.update(messages_in(body))
            self.toll.replayed += len(messages_in(body))

    def look(self, pending: Iterable[Delivery]) -> None:
        """Note what a kill has just interrupted."""
        toll, stored = self.toll, self.stored()
        met = [wamid for delivery in pending for wamid in messages_in(delivery.body)]
        committed = [wamid for wamid in met if wamid in stored]
        toll.unconfirmed.append(len(met))
        toll.committed += len(committed)
        toll.uncommitted += len(met) - len(committed)
        toll.may_come_again.update(committed)
        toll.notices_in_flight += rows(self.file, "SELECT count(*) FROM outbox WHERE state = 'sending'")[0][0]

    def stored(self) -> dict[str, str]:
        """The replies of those messages that are committed, by their ids."""
        found = dict(rows(self.file, "SELECT key, replies FROM inbox"))
        return {wamid: found[key_of(wamid)] for wamid in self.sent if key_of(wamid) in found}


def messages_in(body: bytes) -> list[str]:
    """The ids of the messages in a webhook."""
    values = [change["value"] for entry in json.loads(body)["entry"] for change in entry["changes"]]
    return [message["id"] for value in values for message in value.get("messages", ())]


async def a_short_life(town: Launcher, story: Story, hook: str) -> None:
    """The town starts, is at work for a moment while webhooks come, and is killed."""
    wa, chance, before = story.wa, story.chance, len(story.wa.calls)
    wa.statuses = Statuses(order="shuffled", duplicates=1, early=chance.random() < 0.3, seed=chance.randrange(99))
    child = await town.start()
    await on_whatsapp(wa, before)
    wa.hook = hook
    for _ in range(SIZE.updates // KILLS):
        story.allowed.release()
    length = chance.uniform(0.02, 0.35)
    await asyncio.sleep(length * chance.random())
    story.replay()
    await asyncio.sleep(length)
    wa.hook = ""
    await child.kill()
    story.look(wa.hooks.unanswered)


@pytest.mark.kills
async def test_webhooks_count_once_and_are_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("TOWNBELL_TEST_SEED") or random.randrange(2**32))
    with capsys.disabled():
        print(f"\n  TOWNBELL_TEST_SEED={seed}")
    port = free_port()
    async with WhatsAppEmulator(latency=LATENCY) as wa:
        story = Story(wa, tmp_path / "townbell.db", random.Random(seed))
        await story.cast.prepare(tmp_path, story.chance)
        environ = environment(tmp_path, f"sqlite+aiosqlite:///{story.file}", **settings_of(wa, port))
        lines = [asyncio.create_task(story.line(number)) for number in range(LINES)]
        async with launcher(tmp_path, environ) as town:
            for _ in range(KILLS):
                await a_short_life(town, story, hook_at(port))
            last = await town.start()
            wa.hook = hook_at(port)
            for _ in range(SIZE.updates):
                story.allowed.release()
            async with asyncio.timeout(60):
                await asyncio.gather(*lines)
            story.replay()
            await asyncio.gather(*story.replays)
            await wa.settled(60)
            await until(lambda: all(state == "sent" for state, *_ in notices(story)), "every notice is sent", 60)
            await wa.settled(30)
            assert await last.stop() == 0
            assert "Traceback" not in town.words(), town.words()
        toll = story.toll
        met = sum(map(bool, toll.unconfirmed))
        assert met >= KILLS // 2, "too few kills met any work"
        assert min(toll.uncommitted, toll.committed) > 0, "no kill before, or after, a commit"
        repeated = await every_message_is_answered(story)
        story.cast.every_effect_is_there_once()
        twice = every_notice_came(story)
        with capsys.disabled():
            print(
                f"  {KILLS} kills, {met} of them amid {sum(toll.unconfirmed)} messages: {toll.uncommitted} not "
                f"committed, {toll.committed} committed; {toll.replayed} were posted again\n"
                f"  {repeated} answers and {twice} notices came twice"
            )


async def every_message_is_answered(story: Story) -> int:
    """Each message has one inbox row, the right answer, and the answer came. Returns how many came again."""
    stored = story.stored()
    assert len(story.fed) == len(set(story.sent)) == len(stored) == SIZE.updates
    assert rows(story.file, "SELECT count(*) FROM inbox") == [(SIZE.updates,)]
    wanted: Counter[Came] = Counter()
    may_come_again: Counter[Came] = Counter()
    for wamid, step in zip(story.sent, story.fed, strict=True):
        answers = await as_messages(stored[wamid], story.authors[wamid])
        assert answers, step
        assert any(step.said in plain(answer) for answer in answers), (step, answers)
        wanted.update(answers)
        for answer in answers:
            may_come_again[answer] += story.toll.may_come_again[wamid]
    seen = came_to(story.people)
    assert not wanted - seen, "some answers never came"
    assert not seen - wanted - may_come_again, "answers were repeated that no kill and no replay asked for"
    return (seen - wanted).total()


def plain(answer: Came) -> str:
    """The words of a message, without WhatsApp's marks."""
    content = json.loads(answer.content)
    words = content["body"]["text"] if answer.kind == "interactive" else content["body"]
    return str(words).replace("*", "")


def notices(story: Story) -> list[tuple[str, str, str | None]]:
    """State, detail and the time of arrival of every outbox row."""
    return rows(story.file, "SELECT state, detail, delivered_at FROM outbox")


def every_notice_came(story: Story) -> int:
    """A coordinator hears of each place given back; twice at most where a kill came between. Returns how many did."""
    told = story.cast.told
    assert told > 0
    assert [(state, detail) for state, detail, _ in notices(story)] == [("sent", "")] * told
    assert all(delivered for *_, delivered in notices(story)), "WhatsApp told of an arrival that is not known"
    came = sum(len(hand.person.messages) - 1 for hand in story.cast.coordinators)
    assert told <= came <= told + story.toll.notices_in_flight
    told_of = rows(story.file, "SELECT reference, group_concat(status) FROM message_statuses GROUP BY reference")
    assert len(told_of) == came
    assert {frozenset(every.split(",")) for _, every in told_of} == {frozenset({"sent", "delivered"})}
    return came - told
