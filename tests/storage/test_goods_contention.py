"""Many who would have the same goods at once, on both databases: just as much is claimed as there is.

On PostgreSQL several processes serve at once; here they are several `Database` engines, which share nothing but the
server.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func

from handlers.goods import claiming, giving
from handlers.goods.claiming import Got
from handlers.goods.putting_up import put_up
from handlers.goods.settling import settle_window
from handlers.kit.who import Who
from storage.engine import Database
from storage.queries import batches, homes, items, residents
from storage.sql import insert, select
from storage.tables import Claim, ClaimState, Resident, ResidentState, Sharing, table_of
from tests.storage.test_contention import NOW, Ground, ground  # noqa: F401 - a fixture
from town.facts import Fact, NothingLeft, OverAllowance

claims, people_table = table_of(Claim), table_of(Resident)


class Shop:
    """Bread in a town with several processes, and people who want some."""

    def __init__(self, ground: Ground) -> None:  # noqa: F811
        self.ground = ground
        # Nobody has lived here long enough for a standing, so nobody is asked for hours.
        self.town = replace(ground.mayor.town, required_minutes=0)

    async def bread(self, loaves: int, *, allowance: int | None = None, home: int | None = None) -> int:
        project = await self.ground.project()
        columns = {"name": "Bread", "names": "{}", "unit": "loaf", "step": 1000, "sharing": Sharing.FIRST}
        async with self.ground.database.unit() as unit:
            made = await items.make(
                unit, {**columns, "allowance": allowance, "home_allowance": home}, by=self.ground.mayor.me, now=NOW
            )
        return await self._put_up(made or 0, project, loaves)

    async def more_bread(self, loaves: int, *, sharing: str = "") -> int:
        """Another batch of the same bread."""
        return await self._put_up(1, 1, loaves, sharing)

    async def _put_up(self, item_id: int, project: int, loaves: int, sharing: str = "") -> int:
        async with self.ground.database.unit() as unit:
            item = await items.get(unit, item_id)
            assert item is not None
            batch = await put_up(
                unit,
                by=self.ground.mayor.me,
                item=item,
                project_id=project,
                quantity=loaves * 1000,
                windows=[(NOW + timedelta(hours=2), NOW + timedelta(hours=4))],
                place="Mill Lane",
                town=self.town,
                now=NOW,
                sharing=sharing,
            )
        assert batch is not None
        return batch

    async def people(self, count: int) -> list[Who]:
        columns = {
            "street": "Mill Lane",
            "state": ResidentState.RESIDENT,
            "free_times": 0,
            "reminder_early": 1440,
            "reminder_late": 120,
            "joined_at": NOW - timedelta(days=10),
            "consent_at": NOW,
            "consent_version": 1,
        }
        async with self.ground.database.unit() as unit:
            first = int(await unit.value(select(func.coalesce(func.max(people_table.c.id), 0))))
            await unit.execute(insert(people_table), [{"name": f"Person {n}", **columns} for n in range(count)])
            rows = await unit.rows(select(people_table.c.id, people_table.c.name).where(people_table.c.id > first))
        return [Who(0, "test", "", "en", row.id, row.name, ResidentState.RESIDENT, self.town) for row in rows]

    def database(self, number: int) -> Database:
        return self.ground.any_process(number).database

    async def ask(self, number: int, who: Who, batch: int, amount: int = 1000, *, wait: bool = False) -> Got | Fact:
        try:
            async with self.database(number).unit() as unit:
                return await claiming.ask(
                    unit, who=who, batch_id=batch, amount=amount, now=self.ground.clock.now(), wait=wait
                )
        except Fact as fact:
            return fact

    async def all_ask(self, people: Sequence[Who], batch: int, **how: Any) -> list[Got | Fact]:
        return list(await asyncio.gather(*(self.ask(n, who, batch, **how) for n, who in enumerate(people))))

    async def holds(self, batch: int) -> Counter[str]:
        """The states of a batch's claims, when its ledger, its stock and its claims agree."""
        found_claims = select(claims.c.state, claims.c.amount, claims.c.handed).where(claims.c.batch_id == batch)
        rows = await self.ground.rows(found_claims)
        async with self.ground.database.reading() as unit:
            found, sums = await batches.get(unit, batch), await batches.sums(unit, batch)
        assert found is not None
        assert sums == (found.free, found.shelf)
        assert found.shelf - found.free == sum(row.amount - row.handed for row in rows)
        assert found.free >= 0
        return Counter(row.state for row in rows)


@pytest.fixture
def shop(ground: Ground) -> Shop:  # noqa: F811
    return Shop(ground)


async def test_one_loaf_and_a_hundred_who_claim_it(shop: Shop) -> None:
    batch, people = await shop.bread(1), await shop.people(100)
    answers = await shop.all_ask(people, batch)
    assert sum(isinstance(answer, Got) for answer in answers) == 1
    assert all(isinstance(answer, Got | NothingLeft) for answer in answers)
    assert await shop.holds(batch) == {"held": 1}


async def test_a_thousand_claim_a_hundred_loaves(shop: Shop) -> None:
    batch, people = await shop.bread(100), await shop.people(1000)
    answers = await shop.all_ask(people, batch)
    got = [answer for answer in answers if isinstance(answer, Got)]
    assert all(isinstance(answer, Got | NothingLeft) for answer in answers)
    assert len({one.code for one in got if one.code}) == len(got) == 100
    assert await shop.holds(batch) == {"held": 100}


async def test_a_hundred_claim_ten_loaves_or_stand_in_line(shop: Shop) -> None:
    batch, people = await shop.bread(10), await shop.people(100)
    got = [answer for answer in await shop.all_ask(people, batch, wait=True) if isinstance(answer, Got)]
    assert Counter(one.state for one in got) == {ClaimState.HELD: 10, ClaimState.WAITING: 90}
    assert sorted(one.position for one in got if one.state == ClaimState.WAITING) == list(range(1, 91))
    assert len({one.code for one in got if one.code}) == 10
    assert await shop.holds(batch) == {"held": 10, "waiting": 90}


async def test_those_of_one_home_share_their_allowance(shop: Shop) -> None:
    batch, people = await shop.bread(50, allowance=3000, home=4000), await shop.people(6)
    async with shop.ground.database.unit() as unit:
        home = await homes.make(unit, street="Mill Lane", meter="7", code="HOME77", now=NOW)
        for who in people:
            await residents.change(unit, who.me, household_id=home)
    answers = await shop.all_ask(people * 3, batch)
    assert sum(isinstance(answer, Got) for answer in answers) == 4
    assert all(isinstance(answer, Got | OverAllowance) for answer in answers)
    await shop.holds(batch)


async def test_giving_back_races_those_in_line(shop: Shop) -> None:
    """What is given back goes to whoever waits, however many give back and ask at once; nothing is lost on the way."""
    batch, people = await shop.bread(20), await shop.people(60)
    await shop.all_ask(people[:40], batch, wait=True)

    async def back(number: int, who: Who) -> None:
        async with shop.database(number).unit() as unit:
            await giving.give_back(unit, who=who, batch_id=batch, now=shop.ground.clock.now())

    holders = await shop.ground.rows(select(claims.c.resident_id).where(claims.c.state == ClaimState.HELD))
    given = [who for who in people if who.me in {row.resident_id for row in holders}][:10]
    await asyncio.gather(
        *(back(n, who) for n, who in enumerate(given)),
        *(shop.ask(n, who, batch, wait=True) for n, who in enumerate(people[40:])),
    )
    assert await shop.holds(batch) == {"held": 20, "waiting": 30, "given_back": 10}
    line = claims.c.waiting_since
    asked_first = {who.me for who in people[:40]}
    held = await shop.ground.rows(select(claims.c.resident_id).where(claims.c.state == ClaimState.HELD))
    assert {row.resident_id for row in held} <= asked_first, "nobody slips in before those in line"
    waiting = await shop.ground.rows(select(line).where(claims.c.state == ClaimState.WAITING))
    assert len({row.waiting_since for row in waiting}) == 30


async def test_a_window_is_settled_once_by_many_processes(shop: Shop) -> None:
    batch, people = await shop.bread(5), await shop.people(8)
    await shop.all_ask(people, batch, wait=True)
    shop.ground.clock.instant += timedelta(hours=4, seconds=1)
    async with shop.ground.database.reading() as unit:
        first = (await batches.windows_of(unit, [batch]))[batch][0]

    async def settle(number: int) -> bool:
        async with shop.database(number).unit() as unit:
            return await settle_window(unit, batch, first.id, now=shop.ground.clock.now())

    done = await asyncio.gather(*(settle(n) for n in range(4)))
    assert sum(done) == 1
    assert await shop.holds(batch) == {"lapsed": 5, "held": 3}, "three waited, and have the late window"
