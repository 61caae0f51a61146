"""The delivery and everybody else lay hands on the same rows at the same moment, on both databases."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage import dispatch, fanout, inbox, outbox
from storage.dispatch import MOST_COMEBACKS, Back, End, Taken
from storage.engine import Database
from storage.tables import Broadcast, BroadcastState, OutboxState, Priority, table_of
from storage.unit import Unit
from tests.delivery.crowd import NOTICE, a_crowd, a_group, residents, tell_everybody

PEOPLE = 120
BULK = (Priority.BULK,)
broadcasts = table_of(Broadcast)
_all = fanout.notice_to(residents.c.id, residents, residents.c.id > 0)


@pytest.fixture
async def crowd(database_url: str) -> AsyncIterator[Database]:
    database = await a_crowd(database_url, range(1, PEOPLE + 1))
    yield database
    await database.close()


async def take(database: Database, most: int = PEOPLE) -> list[Taken]:
    async with database.unit() as unit:
        return await dispatch.take(unit, now=datetime.now(UTC), most=most, priorities=BULK)


async def settle(database: Database, rows: Sequence[Taken], state: OutboxState, detail: str = "") -> None:
    async with database.unit() as unit:
        await dispatch.settle(unit, [End(row.id, state, datetime.now(UTC), detail) for row in rows])


async def reach(unit: Unit, person: int, reachable: bool) -> None:
    """Somebody comes back, or goes away."""
    if reachable:
        await inbox.set_reachable(unit, channel="telegram", address=str(person), now=datetime.now(UTC))
    else:
        await inbox.set_unreachable(unit, channel="telegram", address=str(person))


async def became(database: Database) -> Counter[tuple[str, str]]:
    async with database.reading() as unit:
        rows = await unit.rows(select(outbox.outbox.c.state, outbox.outbox.c.detail))
    return Counter((row.state, row.detail) for row in rows)


async def a_broadcast(unit: Unit, state: BroadcastState = BroadcastState.SENDING) -> int:
    """A broadcast to everybody; what it is about is its number, so that it can be withdrawn too."""
    now = datetime.now(UTC)
    made = Broadcast(kind="message", language="en", audience="{}", made_by=1, made_at=now, due_at=now, state=state)
    number = int((await unit.add(made)).id)
    await fanout.send(
        unit, _all, notice=NOTICE, key=(f"b{number}:", ""), fields={"town": "Riverbend"}, now=now,
        priority=Priority.BULK, broadcast_id=number, subject=f"about:{number}",
    )  # fmt: skip
    return number


async def test_who_comes_back_while_they_are_tried_is_told_after_all(crowd: Database) -> None:
    async with crowd.unit() as unit:
        await tell_everybody(unit)
        await reach(unit, 1, False)
        await reach(unit, 2, False)
    rows = await take(crowd)
    async with crowd.unit() as unit:
        await reach(unit, 1, True)  # finds nothing that failed
    await settle(crowd, rows, OutboxState.FAILED, outbox.UNREACHED)
    now = await became(crowd)
    assert now == {(OutboxState.WAITING, ""): PEOPLE - 1, (OutboxState.FAILED, outbox.UNREACHED): 1}
    for _try in range(MOST_COMEBACKS):  # one that is never reached, though it seems so, comes to an end
        rows = await take(crowd)
        await settle(crowd, rows, OutboxState.FAILED, outbox.UNREACHED)
    assert not await take(crowd)
    assert await became(crowd) == {(OutboxState.FAILED, outbox.UNREACHED): PEOPLE}


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (BroadcastState.SENDING, (OutboxState.WAITING, "")),
        (BroadcastState.PAUSED, (OutboxState.PAUSED, "")),
        (BroadcastState.STOPPED, (OutboxState.DROPPED, outbox.WITHDRAWN)),
    ],
)
async def test_what_is_sent_anew_minds_its_broadcast(
    crowd: Database, state: BroadcastState, then: tuple[OutboxState, str]
) -> None:
    async with crowd.unit() as unit:
        await a_broadcast(unit)
    rows = await take(crowd)
    async with crowd.unit() as unit:
        await unit.run(update(broadcasts).values(state=state))
    await settle(crowd, rows, OutboxState.FAILED, outbox.UNREACHED)
    assert await became(crowd) == {then: PEOPLE}


async def test_a_group_that_comes_back_is_told_after_all(crowd: Database) -> None:
    now = datetime.now(UTC)
    async with crowd.unit() as unit:
        group = await a_group(unit, -5)
        rows = [outbox.new_row(notice=NOTICE, group_id=group, dedupe_key="g", now=now, priority=Priority.BULK)]
        await outbox.put(unit, rows)
    await settle(crowd, await take(crowd), OutboxState.FAILED, outbox.UNREACHED)
    assert await became(crowd) == {(OutboxState.WAITING, ""): 1}


async def test_nobody_who_came_back_is_forgotten(crowd: Database) -> None:
    """At the very moment, in another process: whoever is second sees what the first has done."""
    elsewhere = Database(crowd.url)
    async with crowd.unit() as unit:
        await tell_everybody(unit)
        for person in range(1, PEOPLE + 1):
            await reach(unit, person, False)
    rows = await take(crowd)

    async def comes_back(person: int) -> None:
        async with elsewhere.unit() as unit:
            await reach(unit, person, True)

    for some in range(0, PEOPLE, 20):
        people = [row.resident_id for row in rows[some : some + 20] if row.resident_id is not None]
        await asyncio.gather(
            settle(crowd, rows[some : some + 20], OutboxState.FAILED, outbox.UNREACHED), *map(comes_back, people)
        )
    assert await became(crowd) == {(OutboxState.WAITING, ""): PEOPLE}
    await elsewhere.close()


class Turmoil:
    """For a few seconds several processes take, settle, hold, let go, withdraw, come and go, all of the same rows."""

    def __init__(self, url: str, numbers: Sequence[int], seconds: float, seed: int) -> None:
        self.databases = [Database(url) for _ in range(3)]
        self.numbers = numbers
        self.chance = random.Random(seed)
        self.until = asyncio.get_running_loop().time() + seconds
        self.did = Counter[str]()
        self.sent = set[int]()

    def goes_on(self, what: str) -> bool:
        self.did[what] += 1
        return asyncio.get_running_loop().time() < self.until

    async def delivers(self) -> None:
        """One at a time takes rows; what becomes of them is written by another, later, and not in their order."""
        hands = set[asyncio.Task[None]]()
        while self.goes_on("take"):
            rows = await take(self.databases[0], 200)
            self.chance.shuffle(rows)
            hands.add(asyncio.create_task(self.lands(rows)))
            await asyncio.sleep(0.005)
        await asyncio.gather(*hands)

    async def lands(self, rows: Sequence[Taken]) -> None:
        now = datetime.now(UTC)
        await asyncio.sleep(self.chance.random() / 20)
        ends, backs = list[End](), list[Back]()
        for row in rows:
            match self.chance.randrange(20):
                case 0:
                    ends.append(End(row.id, OutboxState.SENT, now, account_id=row.resident_id, reference="7"))
                    self.sent.add(row.id)
                case 1 | 2:
                    ends.append(End(row.id, OutboxState.FAILED, now, outbox.UNREACHED))
                case 3 | 4:
                    ends.append(End(row.id, OutboxState.FAILED, now, "refused"))
                case _:
                    backs.append(Back(row.id, now + timedelta(milliseconds=self.chance.randrange(20)), "502"))
        async with self.databases[0].unit() as unit:
            await dispatch.settle(unit, ends, backs)

    async def holds(self) -> None:
        while self.goes_on("hold"):
            number, state = self.chance.choice(self.numbers), self.chance.choice(["paused", "sending"])
            async with self.databases[1].unit() as unit:
                await unit.run(update(broadcasts).where(broadcasts.c.id == number).values(state=state))
                if state == BroadcastState.PAUSED:
                    await outbox.pause(unit, number)
                else:
                    await outbox.resume(unit, number, datetime.now(UTC))
            await asyncio.sleep(0)

    async def withdraws(self) -> None:
        while self.goes_on("withdraw"):
            number, person = self.chance.choice(self.numbers), self.chance.randint(1, PEOPLE)
            async with self.databases[2].unit() as unit:
                if self.chance.random() < 0.5:
                    await outbox.send_failed_again(unit, number, datetime.now(UTC))
                elif self.chance.random() < 0.99:
                    await outbox.withdraw(unit, f"about:{number}", resident_id=person)
                else:
                    await outbox.withdraw(unit, f"about:{number}")
            await asyncio.sleep(0)

    async def comes_and_goes(self) -> None:
        while self.goes_on("come and go"):
            person = self.chance.randint(1, PEOPLE)
            async with self.databases[1].unit() as unit:
                await reach(unit, person, self.chance.random() < 0.7)
                await outbox.read_until(unit, person, 9, datetime.now(UTC))
            await asyncio.sleep(0)

    async def close(self) -> None:
        for database in self.databases:
            await database.close()


async def test_nobody_waits_in_a_circle(crowd: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """A deadlock ends one of those who are in it with an error, which ends this test."""
    seed = random.randrange(2**32)
    async with crowd.unit() as unit:
        numbers = [await a_broadcast(unit) for _ in range(8)]
    turmoil = Turmoil(crowd.url, numbers, 3, seed)
    async with asyncio.TaskGroup() as all_of_them:
        for work in (turmoil.delivers, turmoil.holds, turmoil.holds, turmoil.withdraws, turmoil.comes_and_goes):
            all_of_them.create_task(work())
    await turmoil.close()
    with capsys.disabled():
        print(f"\n  seed {seed}: {dict(turmoil.did)}, {len(turmoil.sent)} sent")
    assert min(turmoil.did.values()) > 10, "somebody had no turn"
    async with crowd.unit() as unit:
        await dispatch.reclaim(unit)
        found = await unit.rows(select(outbox.outbox.c.id, outbox.outbox.c.state))
    assert {row.id for row in found if row.state == OutboxState.SENT} == turmoil.sent
    assert OutboxState.SENDING not in {row.state for row in found}


@pytest.mark.parametrize("whose", [None, 1])
async def test_what_is_withdrawn_while_it_is_in_hand_is_not_said_later(crowd: Database, whose: int | None) -> None:
    """It was on its way as its reason fell away, and did not get through: it is not tried again."""
    async with crowd.unit() as unit:
        number = await a_broadcast(unit)
    rows = await take(crowd)
    assert len(rows) == PEOPLE
    async with crowd.unit() as unit:
        assert await outbox.withdraw(unit, f"about:{number}", resident_id=whose) == 0, "nothing waits"
    now = datetime.now(UTC)
    async with crowd.unit() as unit:
        await dispatch.put_back(unit, [Back(row.id, now, "no answer") for row in rows])
    again = await take(crowd)
    stale = {row.resident_id for row in again if row.expires_at is not None and row.expires_at <= now}
    assert stale == ({row.resident_id for row in rows} if whose is None else {whose})
