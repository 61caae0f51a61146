"""The progress cards of broadcasts: they move, not too often, and a full shift stops its call at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.progress import AT_REST, LOOK_AGAIN, PAUSE, Progress
from bot.delivery.worker import DeliveryWorker
from handlers.broadcasts import sending
from handlers.shifts import placing
from storage import inbox
from storage import outbox as post
from storage.outbox import accounts, outbox
from storage.queries import broadcasts
from storage.sql import bindparam, select
from storage.tables import BroadcastKind, OutboxState
from tests.lines import Shown
from tests.people import Person, Town
from tests.variants import can_change, crosswise, once


class Teller:
    """A channel that can send, and change nothing."""

    idempotent = True

    def __init__(self) -> None:
        self.said: list[str] = []

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        if leaving is not None:
            await leaving()
        self.said.append(outgoing.html)
        return Delivered(Outcome.SENT, reference="7")


class Scribe(Teller):
    """A channel that can change what it has sent, or says what else becomes of it."""

    def __init__(self, outcome: Outcome = Outcome.SENT) -> None:
        super().__init__()
        self.outcome = outcome

    async def edit(
        self, address: str, message: int, outgoing: Outgoing, *, key: str, lane: Lane, leaving: Leaving | None = None
    ) -> Delivered:
        assert lane is Lane.PERSONAL
        self.said.append(outgoing.html)
        return Delivered(self.outcome)


async def let_go(town: Town) -> None:
    """From here on nothing is delivered, and no card changed, but by a test itself."""
    app = town.app
    await app.delivery.stop()
    await app.progress.stop()
    app.delivery = DeliveryWorker(app.database, town.clock, {})
    app.progress = Progress(app.database, town.clock, {})


async def begun(town: Town, people: int, **columns: Any) -> tuple[Person, int]:
    """Somebody whose message to so many has begun and is held, so that a test decides what becomes of it."""
    pieter = await town.coordinator("Bakery", "Pieter")
    everybody = await town.residents(people)
    first, last = everybody[0].resident_id, everybody[-1].resident_id
    assert last - first == people - 1
    await let_go(town)
    broadcast_id = await town.broadcast(by=pieter, **columns)
    async with town.app.database.unit() as unit:
        card = outbox.c.dedupe_key == broadcasts.card_key(broadcast_id)
        done = outbox.update().values(state=OutboxState.SENT, reference="5", account_id=pieter.account_id)
        await unit.execute(done.where(card))
    return pieter, broadcast_id


async def arrives(town: Town, broadcast_id: int, how_many: int) -> None:
    """So many more of a broadcast's messages are sent."""
    waiting = (
        select(outbox.c.id)
        .where(outbox.c.broadcast_id == broadcast_id, outbox.c.state == OutboxState.WAITING)
        .order_by(outbox.c.id)
        .limit(how_many)
    )
    async with town.app.database.unit() as unit:
        await unit.execute(outbox.update().where(outbox.c.id.in_(waiting)).values(state=OutboxState.SENT))


async def ends(town: Town, broadcast_id: int) -> None:
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        await broadcasts.change(unit, broadcast_id, state="sent", ended_at=now)


def looker(town: Town, sender: Teller) -> Progress:
    return Progress(town.app.database, town.clock, {town.channel: sender})


def waits(town: Town, pause: timedelta = PAUSE) -> None:
    town.clock.move_to(town.clock.now() + pause)


async def in_states(town: Town, broadcast_id: int) -> Mapping[str, int]:
    found: dict[str, int] = {}
    async with town.app.database.reading() as unit:
        rows = select(outbox.c.state).where(outbox.c.broadcast_id == bindparam("one"))
        for row in await unit.rows(rows, one=broadcast_id):
            found[row.state] = found.get(row.state, 0) + 1
    return found


@can_change
async def test_one_message_moves_and_its_buttons_go(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    people = await town.residents(3)
    broadcast_id = await town.broadcast("The river is high.\nTake care.", by=pieter)
    await town.settles()
    await pieter.looks()
    [card] = [one for one in pieter.shown if "Your message:" in one.text]
    pieter.has_seen("Your message: “The river is high.”")
    await ends(town, broadcast_id)
    await town.moves(hours=0.01)
    await pieter.looks()
    [now_says] = [one for one in pieter.shown if "Your message:" in one.text]
    assert now_says.id == card.id
    assert f"reached {len(people)}" in now_says.text
    assert "It has gone out to everybody." in now_says.text
    assert "Pause" not in now_says.labels
    assert "Report" in now_says.labels


@once
async def test_it_changes_at_most_once_in_three_seconds_and_a_restart_goes_on(town: Town) -> None:
    _pieter, broadcast_id = await begun(town, 8)
    scribe = Scribe()
    progress = looker(town, scribe)
    for _ in range(5):
        await arrives(town, broadcast_id, 1)
        await progress.drain()
    assert [said.split(" · ")[0].rpartition("Sent ")[2] for said in scribe.said] == ["1 of 9"]
    waits(town)
    await looker(town, scribe).drain()  # another process, or this one after a restart
    assert "Sent 5 of 9 · reached 5" in scribe.said[-1]
    waits(town)
    assert await looker(town, scribe).drain() == 0  # nothing is new
    async with town.app.database.unit() as unit:
        await sending.pause(unit, by=1, broadcast_id=broadcast_id, now=town.clock.now())
    waits(town)
    await progress.drain()
    assert "It is held" in scribe.said[-1]
    async with town.app.database.unit() as unit:
        await sending.stop(unit, by=1, broadcast_id=broadcast_id, why=sending.ASKED, now=town.clock.now())
    waits(town)
    await progress.drain()
    assert "It was stopped: nobody else gets it." in scribe.said[-1]
    assert len(scribe.said) == 4
    waits(town)
    assert await progress.drain() == 0


@once
async def test_a_channel_that_cannot_change_is_told_halfway_and_at_the_end(town: Town) -> None:
    _pieter, broadcast_id = await begun(town, 9)
    teller = Teller()
    for _ in range(10):
        waits(town)
        await looker(town, teller).drain()
        await arrives(town, broadcast_id, 1)
    await ends(town, broadcast_id)
    for _ in range(2):
        waits(town)
        await looker(town, teller).drain()
    assert ["Sent 5 of 10" in teller.said[0], "Sent 10 of 10" in teller.said[1]] == [True, True]
    assert len(teller.said) == 2


@once
@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.RETRY])
async def test_what_cannot_be_changed_is_tried_again_or_let_go(town: Town, outcome: Outcome) -> None:
    _pieter, broadcast_id = await begun(town, 2)
    scribe = Scribe(outcome)
    progress = looker(town, scribe)
    for _ in range(3):
        waits(town)
        await progress.drain()
        await progress.drain()  # within the pause
    assert len(scribe.said) == 3
    await ends(town, broadcast_id)
    async with town.app.database.reading() as unit:
        said = json.loads((await sending.found(unit, broadcast_id)).card_said)
    assert said.get("over", False) == (outcome is Outcome.REFUSED)
    waits(town)
    await progress.drain()
    assert len(scribe.said) == (3 if outcome is Outcome.REFUSED else 4)


@once
async def test_whoever_blocked_the_bot_is_left_alone_until_they_are_back(town: Town) -> None:
    pieter, broadcast_id = await begun(town, 2)
    blocked, scribe = Scribe(Outcome.BLOCKED), Scribe()
    for _ in range(2):
        waits(town)
        await looker(town, blocked).drain()
    assert len(blocked.said) == 1
    await ends(town, broadcast_id)
    async with town.app.database.unit() as unit:
        where = select(accounts.c.channel, accounts.c.address).where(accounts.c.id == pieter.account_id)
        [row] = await unit.rows(where)
        await inbox.set_reachable(unit, channel=row.channel, address=row.address, now=town.clock.now())
    waits(town)
    await looker(town, scribe).drain()
    assert "It has gone out to everybody." in scribe.said[0]


@once
async def test_while_nothing_is_on_its_way_it_seldom_looks(town: Town) -> None:
    pieter, broadcast_id = await begun(town, 2)
    scribe = Scribe()
    progress = looker(town, scribe)
    await progress.drain()
    assert progress.until_next() == LOOK_AGAIN
    await ends(town, broadcast_id)
    await progress.drain()  # within the pause: it is not over yet
    assert progress.until_next() == LOOK_AGAIN
    for _ in range(2):
        waits(town)
        await progress.drain()
    assert "It has gone out to everybody." in scribe.said[-1]
    assert progress.until_next() == AT_REST
    await town.broadcast(by=pieter)
    await progress.drain()
    assert progress.until_next() == LOOK_AGAIN


class Gate(Teller):
    """A channel where nothing arrives before the gate is open."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.open, self.crowded = asyncio.Event(), asyncio.Event()
        self.left = most

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        self.left -= 1
        if not self.left:
            self.crowded.set()
        await self.open.wait()
        return await super().send(address, outgoing, lane=lane, key=key, leaving=leaving)


@crosswise
async def test_when_it_is_full_nothing_leaves_but_what_is_leaving(town: Town) -> None:
    window = 8
    pieter = await town.coordinator("Bakery", "Pieter")
    people = await town.residents(20)
    shift = await town.shift("Greenhouse", places=1)
    await let_go(town)
    gate = Gate(window)
    worker = DeliveryWorker(town.app.database, town.clock, {town.channel: gate}, window=window)
    task: dict[str, Any] = {"kind": BroadcastKind.TASK, "topic": "shifts", "shift_id": shift}
    broadcast_id = await town.broadcast("", by=pieter, audience=f"town\n&can:{shift}", **task)
    going = asyncio.create_task(worker.drain())
    await asyncio.wait_for(gate.crowded.wait(), 20)
    settings = await town.settings()
    async with town.app.database.unit() as unit:
        await placing.take(unit, people[0].resident_id, shift, town=settings, now=town.clock.now())
    stands = await in_states(town, broadcast_id)  # in the same transaction
    in_flight = stands[OutboxState.SENDING]
    assert OutboxState.WAITING not in stands
    assert stands[OutboxState.DROPPED] == 21 - in_flight - stands.get(OutboxState.FAILED, 0)  # one has no account
    gate.open.set()
    await asyncio.wait_for(going, 20)
    calls = [said for said in gate.said if "wanted:" in said]
    assert 0 < len(calls) <= in_flight <= window + 1
    left = await in_states(town, broadcast_id)
    assert set(left) <= {OutboxState.SENT, OutboxState.DROPPED, OutboxState.FAILED}
    async with town.app.database.reading() as unit:
        one = await sending.found(unit, broadcast_id)
        assert (one.state, one.why) == ("stopped", sending.FULL)
        assert (await post.progress(unit, broadcast_id)).waiting == 0
    await worker.stop()


@can_change
async def test_its_buttons_answer_beside_it(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    [anna] = await town.residents(1)
    await town.moves(hours=13)  # 22:30: what is not urgent waits for the morning, so that it can be held
    await town.broadcast(by=pieter, project_id=await town.project())
    await town.settles()
    await pieter.looks()
    [card] = [one for one in pieter.shown if "Your message:" in one.text]
    assert "Sent 0 of 2 · reached 0" in card.text
    await pieter.taps("Pause", on=card)
    pieter.sees("Held, on its way to 2 people.")
    await town.moves(hours=0.01)
    card = await as_it_is(pieter, card.id)
    assert "It is held: nobody else gets it until you go on." in card.text
    assert card.labels[:2] == ["Go on", "Stop it"]
    assert pieter.last.id != card.id
    await pieter.taps("Go on", on=card)
    await town.moves(hours=0.01)
    card = await as_it_is(pieter, card.id)
    assert card.labels[:2] == ["Pause", "Stop it"]
    await town.moves(hours=12)
    await anna.looks()
    anna.has_seen("The river is high.", 1)
    assert "reached 1" in (await as_it_is(pieter, card.id)).text


async def as_it_is(person: Person, message: int) -> Shown:
    """A message as it stands now."""
    return next(one for one in await person.looks() if one.id == message)
