"""Draws beside everything else that happens: entries at the deadline, allowances used just then, a stop in between.

On PostgreSQL several processes serve at once; here they are several `Database` engines.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot import founding
from handlers.draws import making
from handlers.draws.jobs import make_draws
from handlers.goods.claiming import Got, ask
from handlers.goods.giving import leave
from handlers.goods.putting_up import put_up
from handlers.kit.who import Who
from storage.engine import Database
from storage.lease import may_run
from storage.queries import batches, claim_changes, claims, draws, homes, items
from storage.queries import town as town_queries
from storage.queries.batches import BatchRow
from storage.sql import insert, select
from storage.tables import Claim, ClaimState, Outbox, Project, Resident, ResidentState, Sharing, StockEntry, table_of
from storage.unit import Unit
from tests.conftest import settings_for
from town.draw_file import load, verify
from town.facts import Fact
from town.published import Document
from town.settings import TownSettings

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
DRAWN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PROCESSES = 3

residents_table, claims_table, notices, stock = (table_of(model) for model in (Resident, Claim, Outbox, StockEntry))


@dataclass
class Ground:
    """A town of which nothing but the tables is there."""

    databases: Sequence[Database]
    town: TownSettings
    maker: int

    def any(self, number: int) -> Database:
        return self.databases[number % len(self.databases)]

    def who(self, resident_id: int) -> Who:
        return Who(0, "test", "", "en", resident_id, "", ResidentState.RESIDENT, self.town)

    async def people(self, count: int, *, households: Sequence[int | None] = (None,)) -> list[int]:
        """Residents who have the benefits, by turns of one of these households."""
        rows = [
            {
                "name": f"Person {number}",
                "street": "Mill Lane",
                "state": ResidentState.RESIDENT,
                "household_id": households[number % len(households)],
                "joined_at": NOW - timedelta(days=10),
                "consent_at": NOW,
                "consent_version": 1,
                "free_times": 0,
                "reminder_early": 0,
                "reminder_late": 0,
            }
            for number in range(count)
        ]
        async with self.databases[0].unit() as unit:
            last = await unit.value(select(residents_table.c.id).order_by(residents_table.c.id.desc()).limit(1)) or 0
            await unit.execute(insert(residents_table), rows)
            found = await unit.rows(select(residents_table.c.id).where(residents_table.c.id > last))
        return sorted(int(row[0]) for row in found)

    async def home(self, code: str) -> int:
        async with self.databases[0].unit() as unit:
            made = await homes.make(unit, street="Mill Lane", meter=code, code=code, now=NOW)
        assert made is not None
        return made

    async def item(self, **columns: Any) -> int:
        given = {"name": "Honey", "names": "{}", "unit": "jar", "step": 1000, "sharing": "first"} | columns
        async with self.databases[0].unit() as unit:
            made = await items.make(unit, given, by=self.maker, now=NOW)
        assert made is not None
        return made

    async def batch(self, item_id: int, amount: int, sharing: Sharing = Sharing.DRAW) -> int:
        async with self.databases[0].unit() as unit:
            item = await items.get(unit, item_id)
            assert item is not None
            made = await put_up(
                unit,
                by=self.maker,
                item=item,
                project_id=1,
                quantity=amount * 1000,
                windows=[(DRAWN + timedelta(hours=2), DRAWN + timedelta(hours=4))],
                place="Mill Lane",
                town=self.town,
                now=NOW,
                sharing=sharing.value,
            )
        assert made is not None
        return made

    async def asks(self, number: int, resident_id: int, batch: int, amount: int, now: datetime = NOW) -> Got | Fact:
        """Ask for an amount, at any process; the fact that stood in the way."""
        try:
            async with self.any(number).unit() as unit:
                return await ask(unit, who=self.who(resident_id), batch_id=batch, amount=amount * 1000, now=now)
        except Fact as fact:
            return fact

    async def draws(self, number: int = 0, now: datetime = DRAWN) -> int:
        """What a process's ticker does."""
        async with self.any(number).unit() as unit:
            if not await may_run(unit, "tick"):
                return 0
            return await make_draws(unit, now, self.town)

    async def published(self, batch: int) -> Document | None:
        """The file of a draw, which is right; None until it is made."""
        async with self.databases[0].reading() as unit:
            text = await draws.published(unit, batch)
        if text is None:
            return None
        assert verify(load(text)) == []
        return load(text)

    async def settled(self, batch: int) -> tuple[BatchRow, Document, dict[int, Any]]:
        """A batch after its draw, the file and the claims by their numbers: they all say the same."""
        made = await self.published(batch)
        assert made is not None
        async with self.databases[0].reading() as unit:
            row = await batches.get(unit, batch)
            assert row is not None
            assert await batches.sums(unit, batch) == (row.free, row.shelf)
            states = [ClaimState.HELD, ClaimState.WAITING, ClaimState.ENDED]
            found = await claim_changes.of_batch(unit, batch, states)
            of_draw = {one.number: one for one in found if one.number is not None}
            given = {one["number"]: one["amount"] for one in made["result"]["given"]}
            for one in of_draw.values():
                assert one.state != ClaimState.HELD or one.amount == given[one.number]
            assert sorted(given) == sorted(n for n, one in of_draw.items() if one.state == ClaimState.HELD)
            line = [n for n, one in of_draw.items() if one.state == ClaimState.WAITING]
            places = {n: await claim_changes.position(unit, of_draw[n].id) for n in line}
            assert sorted(line, key=lambda n: places[n]) == made["result"]["line"]
        return row, made, of_draw

    async def rows(self, statement: Any) -> list[Any]:
        async with self.databases[0].reading() as unit:
            return list(await unit.rows(statement))


@pytest.fixture
async def ground(database_url: str, tmp_path: Any) -> AsyncIterator[Ground]:
    count = 1 if database_url.startswith("sqlite") else PROCESSES
    async with AsyncExitStack() as stack:
        databases = [Database(database_url) for _ in range(count)]
        for database in databases:
            stack.push_async_callback(database.close)
        await founding.found(databases[0], settings_for(database_url, tmp_path))
        async with databases[0].reading() as unit:
            town = await town_queries.settings(unit)
        made = Ground(databases, town, 0)
        (made.maker,) = await made.people(1)
        async with databases[0].unit() as unit:
            await unit.add(Project(name="Bakery", place="Mill Lane", created_at=NOW))
        yield made


only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def test_entries_at_the_deadline_are_in_the_draw_or_refused(ground: Ground) -> None:
    """Everybody enters in the moment before; the draw is made beside them, by several processes."""
    batch = await ground.batch(await ground.item(allowance=2000), 5)
    people = await ground.people(60)
    moment = DRAWN - timedelta(microseconds=1)

    async def entering(number: int) -> Got | Fact:
        await asyncio.sleep(number * 0.001)
        return await ground.asks(number, people[number], batch, 1, moment)

    async def drawing(number: int) -> int:
        await asyncio.sleep(0.02 + number * 0.01)
        return await ground.draws(number)

    said = await asyncio.gather(*map(entering, range(60)), *map(drawing, range(3)))
    await ground.draws()
    _row, made, of_draw = await ground.settled(batch)
    entered = {one.number for one in said[:60] if isinstance(one, Got) and one.state == ClaimState.ENTERED}
    assert entered == {one["number"] for one in made["entries"]} == set(of_draw)
    for one in said[:60]:
        if isinstance(one, Got):
            assert one.state == ClaimState.ENTERED or len(entered) < 5  # else there was something left to claim
        else:
            assert type(one).__name__ in ("DrawClosed", "NothingLeft")


async def test_what_is_claimed_beside_the_draw_counts(ground: Ground) -> None:
    """Allowances of one and of a home hold, whichever comes first: the draw, or the claim of another batch."""
    item = await ground.item(allowance=2000, home_allowance=3000)
    there = [await ground.home(f"H{number}00000") for number in range(6)]
    people = await ground.people(24, households=[*there, None])
    for turn in range(3):
        drawn, other = await ground.batch(item, 12), await ground.batch(item, 40, Sharing.FIRST)
        for person in people:
            await ground.asks(0, person, drawn, 1 + turn % 2)
        await asyncio.gather(
            *(ground.asks(n, person, other, 1, DRAWN) for n, person in enumerate(people)),
            *(ground.draws(n) for n in range(3)),
        )
        await ground.draws()
        await ground.settled(drawn)
        await _within_allowances(ground, item, 2000, 3000)


async def _within_allowances(ground: Ground, item: int, own: int, home: int) -> None:
    mine, ours = defaultdict[int, int](int), defaultdict[int, int](int)
    for one, household, amount in await ground.rows(
        select(claims_table.c.resident_id, claims_table.c.household_id, claims_table.c.amount).where(
            claims_table.c.item_id == item
        )
    ):
        mine[one] += amount
        if household is not None:
            ours[household] += amount
    assert max(mine.values()) <= own
    assert max(ours.values(), default=0) <= home


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_any_draw_is_within_what_there_is_and_what_anybody_may_have(ground: Ground, number: int) -> None:
    chance = random.Random(number)
    own, home = chance.choice((None, 2000, 3000)), chance.choice((None, 3000, 4000))
    item = await ground.item(allowance=own, home_allowance=home)
    households = [None, *[await ground.home(f"H{at}00000") for at in range(3)]]
    people = await ground.people(14, households=households)
    first, drawn = await ground.batch(item, 6, Sharing.FIRST), await ground.batch(item, chance.randint(3, 20))
    numbered = 0
    for person in people:
        got = await ground.asks(0, person, drawn, chance.randint(1, 2))
        numbered += isinstance(got, Got)
        if chance.random() < 0.2 and isinstance(got, Got):
            async with ground.any(0).unit() as unit:
                await leave(unit, who=ground.who(person), batch_id=drawn, now=NOW)
    for person in chance.sample(people, 5):
        await ground.asks(0, person, first, 1)
    assert await ground.draws() == 1
    row, made, _claims = await ground.settled(drawn)
    assert row.free >= 0
    assert made["numbers"] == numbered
    await _within_allowances(ground, item, own or 10**9, home or 10**9)


@only_postgres
async def test_who_is_claiming_just_now_is_waited_for(ground: Ground) -> None:
    """What they take besides is theirs: the draw gives them no more than it leaves."""
    item = await ground.item(allowance=1000)
    drawn, other = await ground.batch(item, 2), await ground.batch(item, 2, Sharing.FIRST)
    one, two = await ground.people(2)
    for person in (one, two):
        await ground.asks(0, person, drawn, 1)
    async with ground.any(0).unit() as unit:
        await ask(unit, who=ground.who(one), batch_id=other, amount=1000, now=NOW)
        drawing = asyncio.create_task(ground.draws(1))
        await asyncio.sleep(0.3)
        assert not drawing.done()
    assert await drawing == 1
    _row, made, of_draw = await ground.settled(drawn)
    assert made["entries"][0]["own"] == 0
    assert made["result"]["full"] == [1]
    assert of_draw[2].state == ClaimState.HELD


@only_postgres
async def test_a_winner_who_is_busy_puts_the_draw_off_and_changes_nothing(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had come to win only under the batch's lock, where nobody may be waited for."""
    batch = await ground.batch(await ground.item(allowance=1000), 3)
    people = await ground.people(5)
    for person in people:
        await ground.asks(0, person, batch, 1)
    prepare, unseen = making.prepare, list[bool]()

    async def at_first_nobody(unit: Unit, row: BatchRow, town: TownSettings) -> making.Drawing:
        drawing = await prepare(unit, row, town)
        return drawing._replace(outcome=drawing.outcome._replace(given=())) if unseen.pop() else drawing

    monkeypatch.setattr(making, "prepare", at_first_nobody)
    async with ground.any(0).reading() as unit:
        row = await batches.get(unit, batch)
        assert row is not None
        planned = (await prepare(unit, row, ground.town)).outcome
    busy = people[planned.given[0][0] - 1]
    async with ground.any(0).unit() as unit:
        await claims.to_claim(unit, batch, busy, before=NOW.date())
        unseen.extend((False, True))
        assert await ground.draws(1) == 0
        assert not unseen
    assert await ground.published(batch) is None
    unseen.extend((False, False, True))
    assert await ground.draws(1) == 1
    assert not unseen
    _row, made, _claims = await ground.settled(batch)
    assert tuple(made["result"]["order"]) == planned.order


async def test_a_stop_in_the_middle_of_a_draw_leaves_nothing_and_it_is_the_same_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await ground.batch(await ground.item(), 4)
    for person in await ground.people(9):
        await ground.asks(0, person, batch, 1)
    async with ground.any(0).reading() as unit:
        row = await batches.get(unit, batch)
        assert row is not None
        planned = (await making.prepare(unit, row, ground.town)).outcome
    for stop in ("win", "line_up", "publish"):
        with monkeypatch.context() as stopped:
            stopped.setattr(draws, stop, _power_cut)
            with pytest.raises(ConnectionError):
                await ground.draws()
        assert await ground.published(batch) is None
        assert [one[0] for one in await ground.rows(select(stock.c.kind).where(stock.c.batch_id == batch))] == ["made"]
    assert await ground.draws() == 1
    settled = await ground.settled(batch)
    assert tuple(settled[1]["result"]["order"]) == planned.order
    told = await ground.rows(select(notices.c.id))
    assert len(told) == 9
    assert [await ground.draws(number) for number in range(3)] == [0, 0, 0]
    assert await ground.settled(batch) == settled
    assert await ground.rows(select(notices.c.id)) == told


async def test_who_finds_a_draw_made_meanwhile_leaves_it(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a second process would that looked for what is due just before the first had made it."""
    batch = await ground.batch(await ground.item(), 1)
    for person in await ground.people(3):
        await ground.asks(0, person, batch, 1)
    assert await ground.draws() == 1
    settled = await ground.settled(batch)

    async def still(unit: Unit, now: datetime) -> list[int]:
        return [batch, 999]

    monkeypatch.setattr(draws, "due", still)
    assert await ground.draws(1) == 0
    assert await ground.settled(batch) == settled


async def test_a_recalled_batch_is_not_drawn(ground: Ground) -> None:
    """Until it is cleared: then its draw is made."""
    batch = await ground.batch(await ground.item(), 1)
    for person in await ground.people(3):
        await ground.asks(0, person, batch, 1)

    async def recall(at: datetime | None) -> None:
        async with ground.any(0).unit() as unit:
            await unit.run(update(batches.batches).where(batches.batches.c.id == batch).values(recalled_at=at))

    await recall(NOW)
    assert await ground.draws() == 0
    assert await ground.published(batch) is None
    async with ground.any(0).reading() as unit:
        assert await draws.due(unit, DRAWN) == []
        assert await draws.next_due(unit) is None
    await recall(None)
    assert await ground.draws() == 1
    await ground.settled(batch)


async def test_what_counts_as_lost_and_as_served(ground: Ground) -> None:
    """Who has some of it has not lost, however they came by it; what was handed over by mistake was not had."""
    item = await ground.item()
    first = await ground.batch(item, 1)
    people = await ground.people(3)
    for person in people:
        await ground.asks(0, person, first, 1)
    assert await ground.draws() == 1
    _row, made, of_draw = await ground.settled(first)
    second = await ground.batch(item, 1)
    for person in people:
        await ground.asks(0, person, second, 1)
    losers = [of_draw[number] for number in made["result"]["line"]]
    async with ground.any(0).unit() as unit:
        row = await batches.get(unit, second)
        assert row is not None
        assert await draws.lost_before(unit, row) == {one.resident_id: 1 for one in losers}
        await unit.run(
            update(claims_table)
            .where(claims_table.c.id == losers[0].id)
            .values(state=ClaimState.HELD, amount=1000, wanted=0, code="KMP4R7X")
        )
        assert await draws.lost_before(unit, row) == {losers[1].resident_id: 1}
        line = {"batch_id": first, "claim_id": losers[0].id, "kind": "handed_over", "free": 0}
        await unit.execute(insert(stock), [{**line, "shelf": -1000, "at": NOW}, {**line, "shelf": 1000, "at": DRAWN}])
        assert await draws.last_served(unit, row) == {}
        await unit.run(update(claims_table).where(claims_table.c.id == losers[0].id).values(handed=500))
        assert await draws.last_served(unit, row) == {losers[0].resident_id: NOW}


async def _power_cut(*_args: Any, **_kwargs: Any) -> None:
    raise ConnectionError("the power is gone")


@pytest.mark.parametrize("most", [1, 5000])
async def test_draws_of_one_moment_are_made_one_after_the_other(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Both of one item: what is won in the first leaves less for the second. Many entries are left for another tick."""
    monkeypatch.setattr(making, "MOST_ENTRIES", most)
    item = await ground.item(allowance=1000)
    one, other = await ground.batch(item, 3), await ground.batch(item, 3)
    for person in await ground.people(4):
        for batch in (one, other):
            await ground.asks(0, person, batch, 1)
    assert [await ground.draws() for _tick in range(3)] == ([1, 1, 0] if most == 1 else [2, 0, 0])
    first, second = (await ground.settled(one))[1], (await ground.settled(other))[1]
    won = {entry["number"] for entry in first["result"]["given"]}
    assert {entry["number"] for entry in second["entries"] if entry["own"] == 0} == won
    assert {entry["number"] for entry in second["result"]["given"]} == {1, 2, 3, 4} - won


@only_postgres
@pytest.mark.quiet
async def test_a_draw_of_five_thousand_is_quick_and_holds_up_nobody(ground: Ground) -> None:
    """Among 5,000 who may each win, it takes a few seconds; who has nothing to do with it claims meanwhile."""
    item = await ground.item(allowance=1000, home_allowance=3000)
    bread = await ground.item(name="Bread")
    batch, other = await ground.batch(item, 2500), await ground.batch(bread, 100, Sharing.FIRST)
    there = [await ground.home(f"H{number:06}") for number in range(50)]
    people = await ground.people(5000, households=[*there, *[None] * 50])
    async with ground.any(0).unit() as unit:
        row = await batches.get(unit, batch)
        assert row is not None
        await unit.execute(
            insert(claims_table),
            [
                {
                    "batch_id": batch,
                    "resident_id": person,
                    "household_id": [*there, *[None] * 50][at % 100],
                    "item_id": item,
                    "week": row.week,
                    "state": ClaimState.ENTERED.value,
                    "amount": 0,
                    "handed": 0,
                    "wanted": 1000,
                    "number": at + 1,
                    "lost": 0,
                    "made_at": NOW,
                    "changed_at": NOW,
                }
                for at, person in enumerate(people)
            ],
        )
    began = time.perf_counter()
    drawing = asyncio.create_task(ground.draws(0))
    waits = list[float]()
    for number in range(1, 40):
        asked = time.perf_counter()
        assert isinstance(await ground.asks(number, ground.maker, other, 1), Got)
        waits.append(time.perf_counter() - asked)
        if drawing.done():
            break
        await asyncio.sleep(0.05)
    assert await drawing == 1
    took = time.perf_counter() - began
    print(f"\n5,000 entries were drawn in {took:.2f} s; a claim meanwhile took {max(waits):.3f} s at most")
    assert took < 10
    row, made, _claims = await ground.settled(batch)
    assert row.free == 2_500_000 - sum(one["amount"] for one in made["result"]["given"])
    await _within_allowances(ground, item, 1000, 3000)
