"""Swaps under way at once with each other, with cancellations and with places given back: a place has one holder."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from handlers.swaps.jobs import end_requests
from storage.queries import town as town_queries
from storage.sql import select
from storage.tables import Account, Outbox, Shift, Signup, SignupState, Swap, table_of
from tests.storage import test_contention as contention
from tests.storage.test_contention import NOW, Ground

shifts, signups, swaps, notices, accounts = (table_of(model) for model in (Shift, Signup, Swap, Outbox, Account))
BUSY = "changing something at this very moment"


@pytest.fixture(name="ground")
async def _ground(database_url: str, tmp_path: Any) -> AsyncIterator[Ground]:
    processes = 1 if database_url.startswith("sqlite") else contention.PROCESSES
    async with contention._ground(database_url, tmp_path, processes) as made:
        yield made


class People:
    """Residents who tap, and who they are; nobody is told to try again without trying again."""

    def __init__(self, ground: Ground, addresses: list[int], ids: dict[int, int]) -> None:
        self.ground = ground
        self.addresses = addresses
        self.ids = ids
        self._taps = iter(range(1_000_000))

    @classmethod
    async def make(cls, ground: Ground, count: int) -> People:
        addresses = [address for (address,) in await ground.people(count)]
        rows = await ground.rows(select(accounts.c.address, accounts.c.resident_id))
        return cls(ground, addresses, {int(address): resident for address, resident in rows})

    def id(self, number: int) -> int:
        return self.ids[self.addresses[number]]

    async def tap(self, number: int, data: str, *, tries: int = 60) -> str:
        """Tap until it is not the wrong moment; the answer."""
        address = self.addresses[number]
        for again in range(tries):
            turn = next(self._taps)
            process = self.ground.any_process(turn)
            heard = len(process.ear.heard.get(address, ()))
            await process.tap(address, data, key=f"{data}:{turn}")
            said = process.ear.heard[address][heard:]
            if not any(BUSY in text for text in said):
                return said[0]
            await asyncio.sleep(0.002 * (1 + (number + again) % 7))
        raise AssertionError(f"{data} was never its moment")

    async def swap(self, giver: int, taker: int, give: int, take: int | None = None) -> int:
        """A request as asking leaves it."""
        said = await self.tap(giver, f"swap:ask:{give}:{take or 0}:0:{self.id(taker)}")
        assert "I have asked" in said, said
        return int((await self.ground.rows(select(swaps.c.id).order_by(swaps.c.id.desc())))[0][0])

    async def holders(self, shift: int) -> set[int]:
        """Who holds a place; checked against the shift's own count, cancelled or not."""
        found = await self.ground.rows(
            select(signups.c.resident_id).where(signups.c.shift_id == shift, signups.c.state == SignupState.HELD)
        )
        (taken,) = (await self.ground.rows(select(shifts.c.taken).where(shifts.c.id == shift)))[0]
        assert taken == len(found)
        return {row[0] for row in found}

    async def state(self, swap: int) -> str:
        return str((await self.ground.rows(select(swaps.c.state).where(swaps.c.id == swap)))[0][0])


async def test_a_swap_races_the_cancellation_of_its_shift(ground: Ground) -> None:
    project = await ground.project()
    people = await People.make(ground, 12)
    coordinator = await ground.coordinator(project)
    cancelled = [await ground.shift(project, places=9, hours=48 + 24 * n, title=f"Bread {n}") for n in range(3)]
    other = [await ground.shift(project, places=9, hours=200 + 24 * n, title=f"Cake {n}") for n in range(3)]
    deals = []
    for n in range(6):
        give, take, giver, taker = cancelled[n // 2], other[n // 2], 2 * n, 2 * n + 1
        await people.tap(giver, f"shift:join:{give}")
        await people.tap(taker, f"shift:join:{take}")
        deals.append((await people.swap(giver, taker, give, take), giver, taker, give, take))
    await asyncio.gather(
        *(people.tap(taker, f"swap:accept:0:{swap}:0:0") for swap, _, taker, _, _ in deals),
        *(ground.any_process(n).tap(coordinator, f"desk:cancelled:{shift}:0") for n, shift in enumerate(cancelled)),
    )
    for swap, giver, taker, give, take in deals:
        done = await people.state(swap) == "accepted"
        assert await people.state(swap) in ("accepted", "failed")
        assert (people.id(taker) in await people.holders(give)) == done
        assert (people.id(giver) in await people.holders(give)) == (not done)
        assert (people.id(giver) in await people.holders(take)) == done
    gone = await ground.rows(select(shifts.c.id).where(shifts.c.cancelled_at.is_not(None)))
    assert {row[0] for row in gone} == set(cancelled)
    # Whoever has the place by then is told that the shift is cancelled.
    for shift in cancelled:
        told = await ground.rows(
            select(notices.c.resident_id).where(
                notices.c.notice == "shift.cancelled", notices.c.subject == f"shift:{shift}"
            )
        )
        assert {row[0] for row in told} == await people.holders(shift)


async def test_two_accept_one_place(ground: Ground) -> None:
    project = await ground.project()
    people = await People.make(ground, 12)
    for turn in range(3):
        shift = await ground.shift(project, places=3, hours=48 + 24 * turn)
        giver = 4 * turn
        await people.tap(giver, f"shift:join:{shift}")
        asked = [(taker, await people.swap(giver, taker, shift)) for taker in range(giver + 1, giver + 4)]
        said = await asyncio.gather(*(people.tap(taker, f"swap:accept:0:{swap}:0:0") for taker, swap in asked))
        assert sum("is yours" in text for text in said) == 1
        (winner,) = [taker for (taker, _), text in zip(asked, said, strict=True) if "is yours" in text]
        assert await people.holders(shift) == {people.id(winner)}
        assert Counter([await people.state(swap) for _, swap in asked]) == {"accepted": 1, "withdrawn": 2}


async def test_a_swap_races_its_givers_release(ground: Ground) -> None:
    project = await ground.project()
    people = await People.make(ground, 12)
    shift = await ground.shift(project, places=9, hours=72)
    deals = []
    for giver in range(0, 12, 2):
        await people.tap(giver, f"shift:join:{shift}")
        deals.append((await people.swap(giver, giver + 1, shift), giver, giver + 1))
    said = await asyncio.gather(
        *(people.tap(taker, f"swap:accept:0:{swap}:0:0") for swap, _, taker in deals),
        *(people.tap(giver, f"shift:release:{shift}") for _, giver, _ in deals),
    )
    for at, (swap, giver, taker) in enumerate(deals):
        accepted, released = "is yours" in said[at], "You hold no place" not in said[len(deals) + at]
        assert accepted != released
        assert (await people.state(swap) == "accepted") == accepted
        assert people.id(giver) not in await people.holders(shift)
        assert (people.id(taker) in await people.holders(shift)) == accepted


async def test_everybody_swaps_with_everybody_in_a_circle(ground: Ground) -> None:
    """Requests in both directions around a circle, accepted at the same time: nobody waits for ever."""
    project = await ground.project()
    people = await People.make(ground, 4)
    ids = [await ground.shift(project, places=5, hours=48 + 24 * n, title=f"Bread {n}") for n in range(4)]
    for n, shift in enumerate(ids):
        await people.tap(n, f"shift:join:{shift}")
    deals = []
    for one, other in [*pairwise(range(4)), (3, 0)]:
        deals.append((await people.swap(one, other, ids[one], ids[other]), other))
        deals.append((await people.swap(other, one, ids[other], ids[one]), one))
    await asyncio.gather(*(people.tap(taker, f"swap:accept:0:{swap}:0:0") for swap, taker in deals))
    async with ground.database.unit() as unit:
        await end_requests(unit, NOW, await town_queries.settings(unit))
    settled = Counter([await people.state(swap) for swap, _ in deals])
    assert settled["accepted"] >= 1
    assert settled["asked"] == 0
    held = [await people.holders(shift) for shift in ids]
    assert sorted(map(len, held)) == [1, 1, 1, 1]
    assert set().union(*held) == {people.id(n) for n in range(4)}


async def test_accepting_races_running_out(ground: Ground) -> None:
    project = await ground.project()
    people = await People.make(ground, 8)
    shift = await ground.shift(project, places=9, hours=72)
    deals = []
    for giver in range(0, 8, 2):
        await people.tap(giver, f"shift:join:{shift}")
        deals.append((await people.swap(giver, giver + 1, shift), giver, giver + 1))
    late = NOW + timedelta(hours=25)

    async def end(number: int) -> int:
        async with ground.processes[number % len(ground.processes)].database.unit() as unit:
            return await end_requests(unit, late, await town_queries.settings(unit))

    await asyncio.gather(
        *(people.tap(taker, f"swap:accept:0:{swap}:0:0") for swap, _, taker in deals), *(end(n) for n in range(4))
    )
    await end(0)
    for swap, giver, taker in deals:
        done = await people.state(swap) == "accepted"
        assert await people.state(swap) in ("accepted", "expired")
        assert people.id(taker if done else giver) in await people.holders(shift)
    told = await ground.rows(select(notices.c.dedupe_key).where(notices.c.notice.in_(("swap.done", "swap.over"))))
    assert len({row[0].split(":")[1] for row in told}) == len(told) == len(deals)


async def test_whatever_people_do_at_once_each_is_in_one_place(ground: Ground) -> None:
    """A random week: joining, leaving, asking, accepting, taking back, six at a time; and what must hold after each."""
    chance = random.Random(20261124)
    project = await ground.project()
    people = await People.make(ground, 6)
    # The first three clash with each other; the others do not.
    hours = (48, 49, 49.5, 72, 96)
    ids = [await ground.shift(project, places=2, hours=at, title=f"Bread {n}") for n, at in enumerate(hours)]
    for _ in range(25):
        doing = []
        open_ones = [row[0] for row in await ground.rows(select(swaps.c.id).where(swaps.c.state == "asked"))] or [0]
        for number in range(6):
            shift, other = chance.sample(ids, 2)
            data = chance.choice((
                f"shift:join:{shift}",
                f"shift:release:{shift}",
                f"swap:ask:{shift}:0:0:{people.id((number + 1) % 6)}",
                f"swap:ask:{shift}:{other}:0:{people.id((number + 2) % 6)}",
                f"swap:accept:0:{chance.choice(open_ones)}:0:0",
                f"swap:accept:0:{chance.choice(open_ones)}:0:0",
                f"swap:withdraw:0:{chance.choice(open_ones)}:0:0",
            ))  # fmt: skip
            doing.append(people.tap(number, data))
        await asyncio.gather(*doing)
        holding = [await _holding(people, shift) for shift in ids]
        for one in range(3):
            for other in range(one):
                assert not holding[one] & holding[other]
    assert "accepted" in {row[0] for row in await ground.rows(select(swaps.c.state))}


async def _holding(people: People, shift: int) -> set[int]:
    """Who holds a place or is kept one; the shift's count says the same, and is no more than there are places."""
    found = await people.ground.rows(select(signups.c.resident_id, signups.c.state).where(signups.c.shift_id == shift))
    there = {resident for resident, state in found if state == SignupState.HELD}
    kept = {resident for resident, state in found if state == SignupState.OFFERED}
    taken, places = (await people.ground.rows(select(shifts.c.taken, shifts.c.places).where(shifts.c.id == shift)))[0]
    assert taken == len(there) + len(kept) <= places
    return there
