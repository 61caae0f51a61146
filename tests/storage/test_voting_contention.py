"""Many who vote at once, and a poll that closes amid them, on both databases: each vote counts once or is refused.

On PostgreSQL several processes serve at once; here they are several `Database` engines, which share nothing but the
server.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func

from bot.ticker import Ticker
from handlers.polls import casting, closing
from handlers.polls.opening import YES_NO, NewPoll, make
from storage.queries import ballots, polls
from storage.queries.polls import Option, PollRow
from storage.sql import select
from storage.tables import Account, Ballot, How, PollElector, table_of
from tests.storage.test_contention import NOW, Ground, ground  # noqa: F401 - a fixture
from town.facts import Fact, OtherPaper, PollOver
from town.polls import new_key

cast_ballots, electors, accounts = table_of(Ballot), table_of(PollElector), table_of(Account)

ROOT = Path(__file__).parents[2]
VOTERS = 120


async def a_poll(ground: Ground, *, secret: bool, kind: str = "yesno") -> int:  # noqa: F811
    options = YES_NO if kind == "yesno" else tuple(Option(name, {}) for name in ("Anna", "Ben", "Cora"))
    new = NewPoll("Shall we?", kind, options, "town", NOW + timedelta(days=1), secret=secret)
    async with ground.database.unit() as unit:
        return await make(unit, by=ground.mayor.me, new=new, town=ground.mayor.town, now=NOW)


async def ids_of(ground: Ground, people: list[tuple[int, ...]]) -> list[int]:  # noqa: F811
    rows = await ground.rows(select(accounts.c.address, accounts.c.resident_id))
    by_address = {row.address: row.resident_id for row in rows}
    return [by_address[str(addresses[0])] for addresses in people]


async def votes(ground: Ground, at: int, voter: int, poll_id: int, choice: str) -> Fact | None:  # noqa: F811
    """A vote in one of the processes; the fact that kept it out."""
    try:
        async with ground.any_process(at).database.unit() as unit:
            await casting.cast(unit, voter=voter, poll_id=poll_id, choice=choice, key=new_key(), now=NOW)
    except Fact as fact:
        return fact
    return None


async def what_is_in(ground: Ground, poll_id: int) -> tuple[PollRow, int, int]:  # noqa: F811
    """The poll, how many ballots are in it, and how many are ticked off."""
    async with ground.database.unit() as unit:
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        there = sum([many async for page in ballots.choices(unit, poll) for _choice, many in page])
        return poll, there, await polls.turnout(unit, poll_id)


@pytest.mark.parametrize("secret", [False, True])
async def test_everybody_taps_twice_at_once_and_votes_once(ground: Ground, secret: bool) -> None:  # noqa: F811
    people = await ids_of(ground, await ground.people(VOTERS))
    poll_id = await a_poll(ground, secret=secret)
    said = await asyncio.gather(
        *(
            votes(ground, at + which, voter, poll_id, str(which + 1))
            for at, voter in enumerate(people)
            for which in (0, 1)
        )
    )
    poll, there, ticked = await what_is_in(ground, poll_id)
    assert (there, ticked) == (VOTERS, VOTERS)
    # A second vote changes an open one; in a secret poll it comes with another paper, which can change nothing.
    assert Counter(type(one) for one in said) == (
        {type(None): VOTERS, OtherPaper: VOTERS} if secret else {type(None): 2 * VOTERS}
    )
    assert poll.electorate == VOTERS + 1, "and the mayor"


@pytest.mark.parametrize("secret", [False, True])
async def test_closing_races_the_votes(ground: Ground, secret: bool) -> None:  # noqa: F811
    """Whoever heard that the vote is in is in the count; whoever is not heard that it was too late."""
    people = await ids_of(ground, await ground.people(VOTERS))
    poll_id = await a_poll(ground, secret=secret, kind="single")

    async def closes() -> None:
        await asyncio.sleep(0.05)
        async with ground.any_process(3).database.unit() as unit:
            assert await closing.close(unit, poll_id, town=ground.mayor.town, now=NOW) is not None

    async def a_moment_later(at: int, voter: int) -> Fact | None:
        await asyncio.sleep(random.uniform(0, 0.2))
        return await votes(ground, at, voter, poll_id, str(at % 3 + 1))

    done = await asyncio.gather(closes(), *(a_moment_later(at, voter) for at, voter in enumerate(people)))
    said = done[1:]
    heard_yes = sum(one is None for one in said)
    poll, there, ticked = await what_is_in(ground, poll_id)
    tally = json.loads(poll.tally)
    assert {type(one) for one in said} <= {type(None), PollOver}
    assert tally["ballots"] == sum(tally["totals"]) == there == ticked == heard_yes


async def test_closing_twice_at_once_counts_and_tells_once(ground: Ground) -> None:  # noqa: F811
    poll_id = await a_poll(ground, secret=False)

    async def closes(at: int) -> bool:
        async with ground.any_process(at).database.unit() as unit:
            return await closing.close(unit, poll_id, town=ground.mayor.town, now=NOW) is not None

    assert sum(await asyncio.gather(*(closes(at) for at in range(8)))) == 1


_CLOSES = """
import asyncio, sys
from datetime import datetime
from handlers.polls import closing
from storage.engine import Database
from storage.queries import polls
from town.settings import TownSettings

async def stall(*args, **kwargs):
    print("counted", flush=True)
    await asyncio.sleep(60)

async def main():
    polls.tell = stall
    async with Database(sys.argv[1]).unit() as unit:
        await closing.close(unit, int(sys.argv[2]), town=TownSettings(), now=datetime.fromisoformat(sys.argv[3]))

asyncio.run(main())
"""


async def test_killed_at_the_closing_minute_it_is_closed_by_the_next_start(ground: Ground) -> None:  # noqa: F811
    """A process dies with the count in its hands: nothing of it is there, and the next tick counts the same."""
    people = await ids_of(ground, await ground.people(20))
    poll_id = await a_poll(ground, secret=True, kind="single")
    for at, voter in enumerate(people):
        assert await votes(ground, at, voter, poll_id, str(at % 3 + 1)) is None
    ground.clock.instant = NOW + timedelta(days=1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _CLOSES, ground.database.url, str(poll_id), ground.clock.instant.isoformat()),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"counted\n"
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
    poll, _there, _ticked = await what_is_in(ground, poll_id)
    assert poll.closed_at is None
    assert isinstance(await votes_late(ground, people[0], poll_id), PollOver), "the minute is over, closed or not"
    await Ticker(ground.database, ground.clock).tick()
    poll, there, ticked = await what_is_in(ground, poll_id)
    assert poll.closed_at is not None
    assert (json.loads(poll.tally)["totals"], there, ticked) == ([7, 7, 6], 20, 20)


async def votes_late(ground: Ground, voter: int, poll_id: int) -> Fact | None:  # noqa: F811
    try:
        async with ground.database.unit() as unit:
            await casting.cast(unit, voter=voter, poll_id=poll_id, choice="1", key=None, now=ground.clock.instant)
    except Fact as fact:
        return fact
    return None


async def test_no_more_are_ticked_off_than_may_vote(ground: Ground) -> None:  # noqa: F811
    """Chat and paper race for the same people: of each only one is taken."""
    people = await ids_of(ground, await ground.people(60))
    poll_id = await a_poll(ground, secret=False)

    async def on_paper(at: int, voter: int) -> bool:
        async with ground.any_process(at).database.unit() as unit:
            taken = await ballots.tick_off(unit, poll_id, voter, How.PAPER, now=NOW, by=ground.mayor.me)
            if taken:
                await ballots.put_open(unit, poll_id, voter, "2", now=NOW)
            return taken

    chat = [votes(ground, at, voter, poll_id, "1") for at, voter in enumerate(people)]
    paper = [on_paper(at + 1, voter) for at, voter in enumerate(people)]
    said = await asyncio.gather(*(one for pair in zip(chat, paper, strict=True) for one in pair))
    by_chat = sum(one is None for one in said[::2])
    by_paper = sum(one is True for one in said[1::2])
    counts = dict(await ground.rows(select(cast_ballots.c.choice, func.count()).group_by(cast_ballots.c.choice)))
    assert by_chat + by_paper == 60
    assert counts == Counter({"1": by_chat, "2": by_paper}) - Counter()
