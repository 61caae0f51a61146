"""A channel that is away as a whole: what is to be said there waits for it, however long it takes, and costs no try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import StoppedClock
from bot.delivery import outage as outages
from bot.delivery.lanes import Lane
from bot.delivery.outage import Outage
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from storage import outbox
from storage.sql import select
from storage.tables import OutboxState, Priority
from tests.delivery.test_worker import GOOD, states, write
from tests.delivery.whatsapp_town import NOON, SENT, WAITING, Elsewhere, WhatsAppTown, a_town
from tests.emulators.telegram import TelegramEmulator
from tests.lines import TelegramLine, WhatsAppLine
from tests.people import Person, Town
from town.week import local

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_telegram = pytest.mark.parametrize(("database_url", "channel"), [("sqlite", "telegram")], indirect=True)
on_both = pytest.mark.parametrize(
    ("database_url", "channel"), [("postgresql", "telegram"), ("sqlite", "whatsapp")], indirect=True
)


def telegram_of(person: Person) -> TelegramEmulator:
    assert isinstance(person.line, TelegramLine)
    return person.line.tg


@contextmanager
def nobody_there(person: Person) -> Iterator[None]:
    """Their channel answers nothing that is asked of it."""
    if isinstance(person.line, WhatsAppLine):
        wa = person.line.wa
        for call in ("messages", "number", "read"):
            wa.fail_next(call=call, times=1_000_000, kind="drop")
        waiting: list[Any] = wa.service.faults.waiting
    else:
        tg = telegram_of(person)
        tg.fail_next(times=1_000_000, kind="reset")
        waiting = tg._faults.waiting
    yield
    waiting.clear()


def asked(person: Person) -> int:
    """How often their channel was asked whether it is there."""
    if isinstance(person.line, WhatsAppLine):
        wa = person.line.wa
        return sum(call.method == "GET" for call in wa.called(wa.phone_number_id))
    return len(telegram_of(person).called("getMe"))


def told(person: Person) -> int:
    """How often it was told something, in vain or not."""
    if isinstance(person.line, WhatsAppLine):
        return len(person.line.wa.called("/messages"))
    return len(telegram_of(person).called("sendMessage"))


async def tries(town: Town) -> list[int]:
    async with town.app.database.reading() as unit:
        return [row[0] for row in await unit.rows(select(outbox.outbox.c.attempts).order_by(outbox.outbox.c.id))]


@on_both
async def test_it_is_away_for_an_hour(town: Town) -> None:
    """Whoever was to hear something hears it when it is back, once; it is asked now and then, and told nothing."""
    anna, ben = await town.residents(2)
    before = asked(anna), told(anna)
    with nobody_there(anna):
        await write(town, anna, "one", **GOOD)
        await town.settles()
        await town.moves(hours=0.5)
        await write(town, ben, "two", **GOOD)
        await town.moves(hours=0.5)
        found = (await states(town)).values()
        assert {state for state, _ in found} == {OutboxState.WAITING}
        assert {detail for _, detail in found} == {f"put off: {town.channel} does not answer"}
        assert max(await tries(town)) <= 1, "only what may have arrived was tried"
        assert 30 < asked(anna) - before[0] < 42, "every two minutes"
        assert told(anna) - before[1] < 5
    await town.moves(hours=0.1)
    for person in (anna, ben):
        await person.looks()
        person.has_seen("Your hours on Bread are confirmed", times=1)
    assert {state for state, _ in (await states(town)).values()} == {OutboxState.SENT}


@on_telegram
async def test_a_message_that_breaks_telegram_is_its_own_trouble(town: Town) -> None:
    """While all others arrive it is given up in the end, and nobody waits for it."""
    anna, ben = await town.residents(2)
    tg = telegram_of(anna)
    tg.fail_next("sendMessage", times=1_000_000, kind="500", chat_id=int(anna.line.address))
    await write(town, anna, "bad", **GOOD)
    await write(town, ben, "good", **GOOD)
    await town.settles()
    assert (await states(town))["good"][0] == OutboxState.SENT
    assert (await states(town))["bad"][0] == OutboxState.WAITING
    await town.moves(hours=4)
    state, detail = (await states(town))["bad"]
    assert state == OutboxState.FAILED
    assert detail.startswith("given up: ")
    assert len(tg.called("getMe")) < 30
    tg._faults.waiting.clear()


@on_telegram
async def test_what_is_too_late_by_then_is_not_said(town: Town) -> None:
    anna = await town.resident("Anna")
    with nobody_there(anna):
        await write(town, anna, "stale", lasts=timedelta(hours=1), **GOOD)
        await town.moves(hours=2)
    await town.moves(hours=1)
    assert (await states(town))["stale"] == (OutboxState.DROPPED, "too late")


@on_telegram
async def test_a_reminder_that_had_not_left_comes_when_telegram_is_back(town: Town) -> None:
    """Of what must not come twice only what may have arrived is let go."""
    mayor = await town.mayor()
    anna, ben = await town.residents(2)
    shift = await town.shift("Bread", at="15:00")
    await anna.joins(shift)
    await ben.joins(shift)
    shown = local(town.clock.now(), (await town.settings()).tz)
    await town.moves(hours=14.9 - shown.hour - shown.minute / 60)
    with nobody_there(mayor):
        await write(town, mayor, "first", **GOOD)  # by this one the outage is noticed
        await town.moves(hours=0.5)
    await town.moves(hours=0.1)
    for person in (anna, ben):
        await person.looks()
        person.has_seen("A reminder of your shift", times=1)


@on_telegram
async def test_a_bulk_row_is_looked_at_less_often(town: Town) -> None:
    anna = await town.resident("Anna")
    before = asked(anna)
    with nobody_there(anna):
        await write(town, anna, "all", priority=Priority.BULK, **GOOD)
        await town.moves(hours=0.5)
        assert 5 < asked(anna) - before < 10
    await town.moves(hours=0.2)
    await anna.looks()
    anna.has_seen("Your hours on Bread are confirmed", times=1)


# --- what the delivery does meanwhile ---------------------------------------------------------------------------------

FAILED = Delivered(Outcome.RETRY, "no connection")


@dataclass
class Away(Elsewhere):
    """A channel that takes nothing, and says so when it is asked."""

    outcome: Outcome = Outcome.RETRY
    may_have_arrived: bool = False
    why: str | None = "no connection"
    asked: int = 0
    hangs: asyncio.Event = field(default_factory=asyncio.Event)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.hangs.set()

    async def why_away(self) -> str | None:
        self.asked += 1
        self.is_asked.set()
        await self.hangs.wait()
        return self.why

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        if leaving is not None:
            await leaving()
        if self.outcome is Outcome.SENT:
            self.sent.append(address)
        return Delivered(self.outcome, "no answer", may_have_arrived=self.may_have_arrived)


@pytest.fixture
async def line(database_url: str) -> AsyncIterator[WhatsAppTown]:
    town = await a_town(database_url)
    yield town
    await town.worker.stop()
    await town.database.close()


async def test_nobody_waits_while_somebody_else_asks() -> None:
    """A question may hang for seconds: those behind it are put off, and rows of other channels take their turn."""
    channel, clock = Away(), StoppedClock(NOON)
    outage = Outage("telegram", channel, clock)
    assert await outage.blamed(FAILED)
    clock.move_to(NOON + timedelta(seconds=6))
    channel.hangs.clear()
    channel.is_asked.clear()
    asking = asyncio.create_task(outage.closed(Lane.URGENT))
    await channel.is_asked.wait()
    async with asyncio.timeout(1):
        put_off = await outage.closed(Lane.REMINDER)
        assert await outage.blamed(FAILED), "it was on its way when the channel went"
    assert put_off is not None
    assert (put_off.outcome, put_off.retry_after) == (Outcome.LATER, 5.0)
    asking.cancel()  # whoever asked was called back by a stop: the next asks
    await asyncio.gather(asking, return_exceptions=True)
    channel.why = None
    channel.hangs.set()
    assert await outage.closed(Lane.URGENT) is None
    assert channel.asked == 3


async def test_a_channel_that_hangs_is_away(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """No answer is one, too, and it is not waited for for ever."""
    monkeypatch.setattr(outages, "PATIENCE", 0.01)
    channel, clock = Away(), StoppedClock(NOON)
    channel.hangs.clear()
    assert await Outage("telegram", channel, clock).blamed(FAILED)
    assert "the channel telegram does not answer (it says nothing for" in caplog.text


async def test_a_pause_begins_when_the_question_has_come_to_nothing() -> None:
    """Else a question that takes longer than the first pauses would be put again and again."""
    clock = StoppedClock(NOON)

    class Slow(Away):
        async def why_away(self) -> str | None:
            clock.move_to(clock.now() + timedelta(seconds=8))
            return await super().why_away()

    channel = Slow()
    outage = Outage("telegram", channel, clock)
    assert await outage.blamed(FAILED)
    assert await outage.closed(Lane.URGENT) is not None
    assert channel.asked == 1


@on_sqlite
async def test_a_broadcast_takes_no_other_way_for_a_moment(line: WhatsAppTown) -> None:
    """What goes to many costs money on WhatsApp: not for a blip of Telegram, but for an outage it goes there."""
    telegram = line.senders["telegram"] = Away()
    person = await line.person(telegram=True)
    async with line.database.unit() as unit:
        await unit.execute(outbox.accounts.update().values(preferred=outbox.accounts.c.channel == "telegram"))
    bulk = await line.tells(person, priority=Priority.BULK)
    for _time in range(4):  # after pauses of 5, 10, 20 and 40 s
        await line.settles(minutes=5)
        assert ((await line.row(bulk)).state, line.client.sent) == (WAITING, [])
    await line.settles(minutes=5)
    assert ((await line.row(bulk)).state, len(line.client.sent)) == (SENT, 1)
    assert telegram.asked == 5


@on_sqlite
async def test_what_is_urgent_takes_the_other_way_at_once(line: WhatsAppTown) -> None:
    line.senders["telegram"] = Away()
    person = await line.person(telegram=True)
    async with line.database.unit() as unit:
        await unit.execute(outbox.accounts.update().values(preferred=outbox.accounts.c.channel == "telegram"))
    urgent = await line.tells(person, priority=Priority.URGENT)
    await line.settles()
    assert ((await line.row(urgent)).state, len(line.client.sent)) == (SENT, 1)


@on_sqlite
async def test_what_whatsapp_tells_of_after_all_is_not_said_again(line: WhatsAppTown) -> None:
    """Its answer was lost, WhatsApp went away, and later it tells that the message is there."""
    person = await line.person(heard=timedelta(hours=1))
    line.client.refuses(0, may_have_arrived=True, arrives=True)
    line.client.away = True
    row = await line.tells(person)
    await line.settles()
    assert await line.state(row) == (WAITING, "put off: whatsapp does not answer")
    line.client.away = False
    await line.told((line.client.sent[0], "delivered"))
    await line.settles(hours=1)
    assert ((await line.row(row)).state, len(line.client.sent)) == (SENT, 1)


@on_sqlite
@pytest.mark.parametrize("left", [False, True])
async def test_a_stop_while_the_channel_is_asked(line: WhatsAppTown, left: bool) -> None:
    """What surely did not arrive is put back at once, also where it must not come twice; nothing else is said twice."""
    telegram = line.senders["telegram"] = Away(may_have_arrived=left)
    telegram.hangs.clear()
    person = await line.person(telegram=True)
    async with line.database.unit() as unit:
        await unit.execute(outbox.accounts.update().values(preferred=outbox.accounts.c.channel == "telegram"))
    row = await line.reminds(person)
    delivering = asyncio.create_task(line.worker.drain())
    await telegram.is_asked.wait()
    stopping = asyncio.create_task(line.worker.stop())
    if left:
        await asyncio.sleep(0)
        telegram.hangs.set()
    async with asyncio.timeout(2):
        await stopping
    await delivering
    expected = (OutboxState.DROPPED, "may have arrived: no answer") if left else (WAITING, "")
    assert await line.state(row) == expected
