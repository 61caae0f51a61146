"""Many answer one cover call at once, on both databases: a place goes to one of them, and the others hear it kindly."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.ticker import Ticker
from storage.queries.cover import asks, calls
from storage.sql import select
from storage.tables import Account, OutboxState, table_of
from tests.storage.test_contention import Ground, ground, notices  # noqa: F401 - the fixture

accounts = table_of(Account)
QUICKER = "a little quicker"


async def _call(ground: Ground, *, places: int, others: int, rounds: int) -> tuple[int, int, list[int]]:  # noqa: F811
    """A shift whose holders all gave their places back: its id, its call, and the addresses of who was asked."""
    shift = await ground.shift(await ground.project(), places=places)
    holders = await ground.people(places)
    await ground.people(others)
    for do in ("join", "release"):
        for (address,) in holders:
            await ground.any_process(0).tap(address, f"shift:{do}:{shift}")
    for _ in range(rounds - 1):
        ground.clock.instant = (await ground.rows(select(calls.c.next_at)))[0][0]
        await Ticker(ground.database, ground.clock).tick()
    ((call,),) = await ground.rows(select(calls.c.id))
    asked = await ground.rows(
        select(accounts.c.address)
        .join(asks, asks.c.resident_id == accounts.c.resident_id)
        .where(accounts.c.resident_id != ground.mayor.me)
    )
    return shift, call, sorted(int(address) for (address,) in asked)


async def _take(ground: Ground, call: int, addresses: list[int]) -> None:  # noqa: F811
    """All of them say at once that they will come."""
    await asyncio.gather(
        *(ground.any_process(n).tap(address, f"cover:take:{call}:0") for n, address in enumerate(addresses))
    )


async def _outcome(ground: Ground) -> tuple[int, str]:  # noqa: F811
    """How many places the one call still looks for, and how it ended."""
    ((wanted, outcome),) = await ground.rows(select(calls.c.wanted, calls.c.outcome))
    return wanted, outcome


def _last(ground: Ground, addresses: list[int]) -> list[str]:  # noqa: F811
    heard = ground.heard()
    return [heard[address][-1] for address in addresses]


@pytest.mark.parametrize(("tappers", "rounds"), [(2, 1), (20, 5)])
async def test_one_place_and_many_who_would_come(ground: Ground, tappers: int, rounds: int) -> None:  # noqa: F811
    shift, call, addresses = await _call(ground, places=1, others=tappers, rounds=rounds)
    assert len(addresses) == tappers
    await _take(ground, call, addresses)
    assert await ground.held(shift) == 1
    said = _last(ground, addresses)
    assert sum("The place is yours" in text for text in said) == 1
    assert sum(QUICKER in text for text in said) == tappers - 1
    answers = Counter(answer for (answer,) in await ground.rows(select(asks.c.answer)))
    assert (answers["accepted"], answers["late"]) == (1, tappers - 1)
    assert await _outcome(ground) == (0, "filled")
    unsent = select(notices.c.id).where(notices.c.notice == "cover.ask", notices.c.state == OutboxState.WAITING)
    assert await ground.rows(unsent) == [], "nobody is asked any more"


async def test_two_places_and_twenty_who_would_come(ground: Ground) -> None:  # noqa: F811
    shift, call, addresses = await _call(ground, places=2, others=20, rounds=5)
    await _take(ground, call, addresses)
    assert await ground.held(shift) == 2
    assert sum("The place is yours" in text for text in _last(ground, addresses)) == 2
    assert await _outcome(ground) == (0, "filled")


async def test_stepping_in_races_an_ordinary_join(ground: Ground) -> None:  # noqa: F811
    shift, call, (one, other) = await _call(ground, places=1, others=2, rounds=1)
    await asyncio.gather(
        ground.any_process(0).tap(one, f"cover:take:{call}:0"),
        ground.any_process(1).tap(other, f"shift:join:{shift}"),
    )
    assert await ground.held(shift) == 1
    stepped_in = "The place is yours" in _last(ground, [one])[0]
    joined = "You have a place" in _last(ground, [other])[0]
    assert stepped_in != joined
    assert stepped_in or QUICKER in _last(ground, [one])[0]
    await Ticker(ground.database, ground.clock).tick()
    assert (await _outcome(ground))[1] == "filled"


async def test_stepping_in_races_the_next_round(ground: Ground) -> None:  # noqa: F811
    """The job and the answers change one call at once: neither is lost, and nobody is asked once it is covered."""
    shift, call, addresses = await _call(ground, places=1, others=12, rounds=1)
    ground.clock.instant = (await ground.rows(select(calls.c.next_at)))[0][0]
    await asyncio.gather(
        *(Ticker(process.database, ground.clock).tick() for process in ground.processes),
        _take(ground, call, addresses),
    )
    assert await ground.held(shift) == 1
    assert await _outcome(ground) == (0, "filled")
    before = len(await ground.rows(select(asks.c.resident_id)))
    ground.clock.instant += timedelta(hours=1)
    await Ticker(ground.database, ground.clock).tick()
    assert len(await ground.rows(select(asks.c.resident_id))) == before
