"""A message to many: who turned it off is spared, a stop of the process loses nobody, the report names everybody.

The same with 20,000 people and a process that is killed ten times is in `tests/faults/test_broadcast_crash.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from bot.delivery.attempt import Sender
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outgoing
from bot.delivery.worker import DeliveryWorker
from storage import outbox
from storage.outbox import Progress, accounts
from storage.queries import reach
from tests.conftest import channels, settings_for
from tests.lines import WebLine
from tests.people import Person, Town
from tests.variants import crosswise

WORDS = "Who has a spade?"
WINDOW = 2


class Slow:
    """A channel on which what has left does not arrive before the gate is open."""

    idempotent = False

    def __init__(self, real: Sender) -> None:
        self.real = real
        self.open, self.begun = asyncio.Event(), asyncio.Event()

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        if leaving is not None:
            await leaving()
        self.begun.set()
        await self.open.wait()
        return await self.real.send(address, outgoing, lane=lane, key=key)


async def stops_in_the_middle(town: Town) -> None:
    """The process begins to deliver, and ends while the first messages are on their way."""
    app = town.app
    await app.delivery.stop()
    senders: Mapping[str, Sender] = app.progress.senders
    slow = Slow(senders[town.channel])
    app.delivery = DeliveryWorker(app.database, town.clock, {town.channel: slow}, window=WINDOW)
    going = asyncio.create_task(app.delivery.drain())
    await asyncio.wait_for(slow.begun.wait(), 20)
    stopping = asyncio.create_task(app.delivery.stop())
    await asyncio.sleep(0)
    slow.open.set()
    await asyncio.wait_for(asyncio.gather(going, stopping), 20)


async def starts_again(town: Town, database_url: str, tmp_path: Path, people: list[Person]) -> None:
    """Nothing but the tables is left of what was going on."""
    await town.app.stop()
    then = town.clock.now()
    settings = settings_for(database_url, tmp_path, web_enabled=town.channel == "web", **channels(town.tg, town.wa))
    again = await Town.open(settings, town.channel, town.tg, town.wa)
    town.app, town.clock = again.app, again.clock
    town.clock.move_to(then)
    for person in people:
        if isinstance(person.line, WebLine):
            assert again.app.web is not None
            person.line.base = again.app.web.address


async def progress(town: Town, broadcast: int) -> Progress:
    async with town.app.database.reading() as unit:
        return await outbox.progress(unit, broadcast)


@crosswise
async def test_everybody_who_wants_it_is_told_once_and_the_report_names_each(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    mayor = await town.mayor()
    names = ("Anna", "Ben", "Cleo", "Dora", "Eva", "Finn", "Gus", "Hana")
    anna, ben, cleo, dora, *others = people = [await town.resident(name) for name in names]
    await ben.says("/topics")
    await ben.taps("Appeals")
    await town.moves(hours=13)  # into the quiet hours: it waits for the morning
    broadcast = await town.broadcast(WORDS, by=mayor)
    await town.settles()
    await cleo.says("STOP")
    async with town.app.database.unit() as unit:
        await unit.run(update(accounts).where(accounts.c.id == dora.account_id).values(reachable=False))
    before = await progress(town, broadcast)
    assert (before.waiting, before.sent) == (7, 0)

    town.clock.move_to(town.clock.now() + timedelta(hours=9.5))  # half past seven
    await stops_in_the_middle(town)
    middle = await progress(town, broadcast)
    assert 0 < middle.sent <= WINDOW + 1
    assert middle.waiting > 0
    await starts_again(town, database_url, tmp_path, [mayor, *people])
    await town.settles()
    await town.settles()

    told = await progress(town, broadcast)
    assert told._replace(delivered=0) == Progress(waiting=0, sent=5, delivered=0, read=0, failed=1, muted=1, dropped=0)
    assert (told.delivered > 0) == (town.channel == "whatsapp")  # the only channel that tells
    for person in people:
        await person.looks()
    for person in (anna, *others):
        person.has_seen(WORDS, 1)
    for person in (ben, cleo, dora):
        person.has_not_seen(WORDS)
    async with town.app.database.reading() as unit:
        fates = {one.name: (one.fate, one.why) for one in await reach.everybody(unit, broadcast)}
    fates = {name: ("sent" if fate == "delivered" else fate, why) for name, (fate, why) in fates.items()}
    assert fates == {
        **{person.name: ("sent", None) for person in (anna, *others)},
        "Cleo": ("muted", None),
        "Dora": ("failed", "gone" if town.channel == "web" else "blocked"),
    }
    await mayor.forges(f"reach:card:{broadcast}:0:")
    sent = "Arrived, not read yet:" if town.channel == "whatsapp" else "Sent: 5"
    for line in ("people in all: 7.", sent, "Not reached: 1", "Turned this off meanwhile: 1", "topic off: 1"):
        mayor.sees(line)
