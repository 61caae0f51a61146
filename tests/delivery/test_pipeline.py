"""The delivery with a channel of the test's own: windows, stops, topics, what is made once, and groups."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import StoppedClock, SystemClock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.worker import DeliveryWorker
from handlers import catalogue
from handlers.kit.capability import Fields, Notice
from handlers.kit.screens import Screen
from storage import outbox
from storage.engine import Database
from storage.queries import accounts, town
from storage.sql import insert
from storage.tables import Mute, OutboxState, Priority, table_of
from storage.unit import Unit
from tests.delivery.crowd import a_crowd, a_group
from town.settings import TownSettings

PEOPLE = 40
made = Counter[str]()


def _render(fields: Fields, _town: Any) -> Screen:
    made["rendered"] += 1
    return Screen(str(fields["words"]))


async def _gather(_unit: Unit, fields: Fields) -> Fields | None:
    made["gathered"] += 1
    return None if fields["source"] == "gone" else {"words": f"read from {fields['source']}", "topic": "goods"}


NOTICES = {
    "plain": Notice(key="plain", render=_render, quiet=False),
    "calm": Notice(key="calm", render=_render),
    "once": Notice(key="once", render=_render, quiet=False, once=True),
    "about": Notice(key="about", render=_render, quiet=False, topic="goods"),
    "kept": Notice(key="kept", render=_render, quiet=False, gather=_gather, topic=lambda fields: str(fields["topic"])),
}


class Channel:
    """Takes what it is given, in the order in which it left; `gate` may keep a message waiting for its turn."""

    idempotent = False

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Lane]] = []
        self.turn: Callable[[Lane], asyncio.Event | None] = lambda _lane: None
        self.answer = asyncio.Event()
        self.answer.set()
        self.waiting = 0
        self.replies: dict[str, Delivered] = {}

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        gate = self.turn(lane)
        self.waiting += 1
        if gate is not None:
            await gate.wait()
        self.waiting -= 1
        assert leaving is not None
        await leaving()
        self.sent.append((address, outgoing.html, lane))
        await self.answer.wait()
        return self.replies.get(address, Delivered(Outcome.SENT, reference="7"))


class Stage:
    def __init__(self, database: Database, channel: Channel, worker: DeliveryWorker) -> None:
        self.database = database
        self.channel = channel
        self.worker = worker

    async def puts(self, notice: str, *people: int, priority: Priority = Priority.BULK, **fields: Any) -> None:
        now = datetime.now(UTC)
        async with self.database.unit() as unit:
            rows = [
                outbox.new_row(
                    notice=notice, resident_id=one, dedupe_key=f"{notice}:{one}:{priority}", now=now, priority=priority,
                    **fields,
                )
                for one in people
            ]  # fmt: skip
            await outbox.put(unit, rows)

    async def became(self) -> Counter[tuple[str, str]]:
        async with self.database.reading() as unit:
            rows = await unit.rows(select(outbox.outbox.c.state, outbox.outbox.c.detail))
        return Counter((row.state, row.detail) for row in rows)

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not happened():  # noqa: ASYNC110 - a list grows
                await asyncio.sleep(0.005)


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(catalogue, "notices", lambda: NOTICES)
    made.clear()
    database = await a_crowd(f"sqlite+aiosqlite:///{tmp_path}/townbell.db", range(1, PEOPLE + 1))
    channel = Channel()
    worker = DeliveryWorker(database, SystemClock(), {"telegram": channel}, window=8)
    yield Stage(database, channel, worker)
    await worker.stop()
    await database.close()


async def test_a_slow_one_keeps_only_its_own_place(stage: Stage) -> None:
    """One bulk row never gets its turn: all others, and what presses, go out all the same."""
    never, turns = asyncio.Event(), iter([True])
    stage.channel.turn = lambda lane: never if lane is Lane.BULK and next(turns, False) else None
    running = asyncio.create_task(stage.worker.run())
    await stage.puts("plain", *range(1, PEOPLE + 1), words="to all")
    await stage.until(lambda: len(stage.channel.sent) == PEOPLE - 1)
    await stage.puts("plain", 1, priority=Priority.URGENT, words="now")
    await stage.until(lambda: len(stage.channel.sent) == PEOPLE)
    assert stage.channel.sent[-1] == ("1", "now", Lane.URGENT)
    never.set()
    await stage.until(lambda: len(stage.channel.sent) == PEOPLE + 1)
    await stage.worker.stop()
    await running
    assert await stage.became() == {(OutboxState.SENT, ""): PEOPLE + 1}


async def test_each_priority_has_its_lane(stage: Stage) -> None:
    for priority in (Priority.BULK, Priority.REMINDER, Priority.PERSONAL, Priority.URGENT):
        await stage.puts("plain", 1, priority=priority, words=priority.name)
    assert await stage.worker.drain() == 4
    assert [(words, lane.name) for _, words, lane in stage.channel.sent] == [
        (name, name) for name in ("URGENT", "PERSONAL", "REMINDER", "BULK")
    ]


@pytest.mark.parametrize("notice", ["plain", "once"])
async def test_a_stop_calls_back_what_only_waits(stage: Stage, notice: str) -> None:
    never, turns = asyncio.Event(), iter([True] * 5)
    stage.channel.turn = lambda _lane: never if next(turns, False) else None
    stage.channel.answer.clear()
    running = asyncio.create_task(stage.worker.run())
    await stage.puts(notice, *range(1, PEOPLE + 1), words="to all")
    await stage.until(lambda: (len(stage.channel.sent), stage.channel.waiting) == (3, 5))
    stopping = asyncio.create_task(stage.worker.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done(), "three are on their way"
    stage.channel.answer.set()
    await stopping
    await running
    assert await stage.became() == {(OutboxState.SENT, ""): 3, (OutboxState.WAITING, ""): PEOPLE - 3}
    another = DeliveryWorker(stage.database, SystemClock(), {"telegram": stage.channel}, window=8)
    assert await another.drain() == PEOPLE - 3
    await another.stop()
    assert Counter(address for address, _, _ in stage.channel.sent) == {str(one): 1 for one in range(1, PEOPLE + 1)}


async def test_who_turned_a_topic_off_is_left_alone(stage: Stage) -> None:
    async with stage.database.unit() as unit:
        now = datetime.now(UTC)
        await unit.execute(insert(table_of(Mute)), {"resident_id": 2, "topic": "goods", "how": "stop", "at": now})
    await stage.puts("about", 1, 2, words="bread")
    await stage.puts("kept", 1, 2, source="the table")
    await stage.puts("about", 2, priority=Priority.URGENT, words="no water")
    await stage.worker.drain()
    assert sorted(sent[:2] for sent in stage.channel.sent) == [
        ("1", "bread"), ("1", "read from the table"), ("2", "no water"),
    ]  # fmt: skip
    assert await stage.became() == {(OutboxState.SENT, ""): 3, (OutboxState.DROPPED, outbox.MUTED): 2}


async def test_the_night_is_waited_out_by_all_at_once(stage: Stage) -> None:
    """What is not to be said at night is put off in one go: no more than a window is taken of all that is due."""
    night = (datetime.now(UTC) + timedelta(days=1)).replace(hour=22)
    clock = StoppedClock(night)
    async with stage.database.unit() as unit:
        await town.keep(unit, TownSettings(zone="UTC", quiet_from=time(21), quiet_until=time(7)))
        short = outbox.new_row(
            notice="calm", resident_id=1, dedupe_key="short", now=night, expires_at=night, priority=Priority.REMINDER,
            words="too late",
        )  # fmt: skip
        await outbox.put(unit, [short])
    await stage.puts("calm", *range(1, PEOPLE + 1), words="in the morning")
    await stage.puts("plain", 1, words="at any hour")
    await stage.puts("calm", 2, priority=Priority.URGENT, words="no water")
    worker = DeliveryWorker(stage.database, clock, {"telegram": stage.channel}, window=8)
    await worker.drain()
    assert sorted(sent[:2] for sent in stage.channel.sent) == [("1", "at any hour"), ("2", "no water")]
    async with stage.database.reading() as unit:
        table = outbox.outbox.c
        rows = await unit.rows(select(table.due_at, table.attempts, table.taken_at).filter_by(state="waiting"))
    morning = (night + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    assert {(row.due_at, row.attempts) for row in rows} == {(morning, 0)}
    assert sum(row.taken_at is not None for row in rows) == 8
    assert (await stage.became())[OutboxState.DROPPED, "too late"] == 1
    clock.move_to(morning)
    assert await worker.drain() == PEOPLE
    await worker.stop()


async def test_what_is_said_to_many_is_made_once(stage: Stage) -> None:
    await stage.puts("kept", *range(1, PEOPLE + 1), source="the table")
    await stage.worker.drain()
    assert made == {"gathered": 1, "rendered": 1}
    assert len(stage.channel.sent) == PEOPLE
    await stage.puts("kept", 1, 2, priority=Priority.PERSONAL, source="gone")
    await stage.worker.drain()
    assert made == {"gathered": 2, "rendered": 1}
    assert (await stage.became())[OutboxState.DROPPED, outbox.WITHDRAWN] == 2
    await stage.puts("kept", 3, priority=Priority.PERSONAL, source="the table")
    await stage.worker.drain()
    assert made == {"gathered": 3, "rendered": 2}, "a moment later it may say something else"


async def test_a_group_is_followed_and_given_up(stage: Stage) -> None:
    now = datetime.now(UTC)
    async with stage.database.unit() as unit:
        moved, closed = [await a_group(unit, chat) for chat in (-5, -6)]
        rows = [
            outbox.new_row(notice="plain", group_id=one, dedupe_key=f"g:{one}", now=now, words="to the group")
            for one in (moved, closed)
        ]
        await outbox.put(unit, rows)
    stage.channel.replies = {
        "-5": Delivered(Outcome.MOVED, moved_to="-1005"), "-6": Delivered(Outcome.BLOCKED, "kicked"),
    }  # fmt: skip
    assert await stage.worker.drain() == 2
    assert sorted(address for address, _, _ in stage.channel.sent) == ["-1005", "-5", "-6"]
    assert await stage.became() == {(OutboxState.SENT, ""): 1, (OutboxState.FAILED, outbox.UNREACHED): 1}
    async with stage.database.reading() as unit:
        table = accounts.accounts.c
        found = await unit.rows(select(table.address, table.reachable).where(table.id.in_([moved, closed])))
    assert {tuple(row) for row in found} == {("-1005", True), ("-6", False)}
