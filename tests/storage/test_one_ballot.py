"""One elector, one ballot: however votes in the chat, by proxy and on paper come in at once, on both databases.

On PostgreSQL several processes serve; here they are several `Database` engines that share nothing but the server.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func

from handlers.kit.who import Who
from handlers.polls import actions as running
from handlers.polls import jobs
from handlers.polls.casting import cast
from handlers.polls.closing import close
from handlers.polls.opening import YES_NO, NewPoll
from handlers.polls.opening import make as make_poll
from handlers.proxies import actions as giving
from handlers.proxies.holding import may_vote_for
from handlers.tellers import actions
from handlers.tellers import secret as secret_papers
from storage.engine import Database
from storage.queries import audiences, papers, polls, proxies, roles, tellers
from storage.queries import ballots as ballot_queries
from storage.sql import select
from storage.tables import (
    Ballot,
    BallotBox,
    How,
    Outbox,
    PaperBallot,
    Poll,
    PollElector,
    Resident,
    ResidentState,
    Role,
    table_of,
)
from storage.unit import Unit
from town.audience import TOWN, Audience
from town.facts import Fact
from town.settings import TownSettings

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
VOTERS = 8
ROUNDS = 12
PROCESSES = 3

electors, ballots, boxes = table_of(PollElector), table_of(Ballot), table_of(BallotBox)
waiting, polls_table = table_of(PaperBallot), table_of(Poll)

Act = Callable[[Unit, random.Random, int], Awaitable[object]]


@dataclass
class Hall:
    """A town in which everybody votes at once: tellers are 1 and 2, each voter's proxy is the next voter."""

    databases: list[Database]
    town: TownSettings
    people: list[int]
    poll: int
    secret: bool
    keys: dict[int, str] = field(default_factory=dict)

    def teller(self, chance: random.Random) -> Who:
        me = chance.choice(self.people[:2])
        return Who(0, "test", "", "en", me, f"Resident {me}", ResidentState.RESIDENT, self.town)

    async def acts(self, act: Act, seed: int) -> bool:
        """Somebody does something; whether it was done, or a rule spoke against it."""
        chance = random.Random(seed)
        try:
            async with self.databases[seed % len(self.databases)].unit() as unit:
                await act(unit, chance, chance.choice(self.people))
        except Fact:
            return False
        return True

    # -- what they do ----------------------------------------------------------------------------------------------

    async def chat(self, unit: Unit, chance: random.Random, voter: int) -> None:
        key = self.keys.get(voter) if self.secret else None
        done = await cast(unit, voter=voter, poll_id=self.poll, choice=chance.choice("12"), key=key, now=NOW)
        self.keys[voter] = done.key

    async def proxy(self, unit: Unit, chance: random.Random, voter: int) -> None:
        holder = self.people[(self.people.index(voter) + 1) % len(self.people)]
        poll = await polls.get(unit, self.poll)
        assert poll is not None
        assert await may_vote_for(unit, holder=holder, giver=voter, poll=poll)
        await cast(unit, voter=voter, poll_id=self.poll, choice=chance.choice("12"), key=None, now=NOW, by=holder)

    async def paper(self, unit: Unit, chance: random.Random, voter: int) -> None:
        who = self.teller(chance)
        if not self.secret:
            choice = chance.choice("12")
            await actions.enter(unit, who=who, poll_id=self.poll, voter_id=voter, choice=choice, now=NOW)
        elif chance.random() < 0.5:
            await actions.tick_name(unit, who=who, poll_id=self.poll, voter_id=voter, now=NOW)
        else:
            await secret_papers.enter_secret(unit, who=who, poll_id=self.poll, choice=chance.choice("12"), now=NOW)

    async def confirm(self, unit: Unit, chance: random.Random, voter: int) -> None:
        who = self.teller(chance)
        if self.secret and chance.random() < 0.5:
            found = await papers.secret_ones(unit, self.poll)
            paper = chance.choice(found).id if found else 0
            await secret_papers.confirm_secret(unit, who=who, poll_id=self.poll, paper_id=paper, now=NOW)
            return
        await actions.confirm(unit, who=who, poll_id=self.poll, voter_id=voter, now=NOW)

    async def strike(self, unit: Unit, chance: random.Random, voter: int) -> None:
        await actions.strike(unit, who=self.teller(chance), poll_id=self.poll, voter_id=voter, now=NOW)

    async def object(self, unit: Unit, chance: random.Random, voter: int) -> None:
        who = Who(0, "test", "", "en", voter, f"Resident {voter}", ResidentState.RESIDENT, self.town)
        await actions.object_to(unit, who=who, poll_id=self.poll, now=NOW)

    async def in_the_end(self) -> int:
        """How many ballots there are, of whom it was and on paper."""
        async with self.databases[0].reading() as unit:
            if not self.secret:
                return int(await unit.value(select(func.count()).where(ballots.c.poll_id == self.poll)))
            full = await unit.rows(select(boxes.c.ballots).where(boxes.c.poll_id == self.poll))
        return sum(len(json.loads(row.ballots)) for row in full)

    # -- what must hold --------------------------------------------------------------------------------------------

    async def holds(self) -> None:
        async with self.databases[0].reading() as unit:
            came = await unit.rows(
                select(electors.c.resident_id, electors.c.how, electors.c.unconfirmed, electors.c.by).where(
                    electors.c.poll_id == self.poll
                )
            )
            lie = await unit.rows(select(ballots.c.resident_id).where(ballots.c.poll_id == self.poll))
            full = await unit.rows(select(boxes.c.ballots).where(boxes.c.poll_id == self.poll))
            kept = await unit.rows(select(waiting.c.resident_id).where(waiting.c.poll_id == self.poll))
            counted = await unit.value(select(polls_table.c.papers).where(polls_table.c.id == self.poll))
        assert len(came) == VOTERS
        assert not [row for row in came if row.how == How.PAPER and row.by == row.resident_id]
        named = {row.resident_id for row in came if row.how == How.PAPER and not row.unconfirmed}
        here = {row.resident_id for row in came if row.how in (How.CHAT, How.PROXY)}
        unsure = [row.resident_id for row in came if row.unconfirmed]
        if self.secret:
            receipts = [receipt for row in full for receipt, _choice in json.loads(row.ballots)]
            assert len(set(receipts)) == len(receipts) == len(here) + counted
            assert counted <= len(named)
        else:
            assert sorted(row.resident_id for row in lie) == sorted(here | named)
            assert sorted(row.resident_id for row in kept) == sorted(unsure)


async def founded(url: str, stack: AsyncExitStack, *, secret: bool, days: int = 1) -> Hall:
    """Everybody of the town, who has given their proxy to the next, two of them tellers; and a poll that is open."""
    databases = []
    for _process in range(PROCESSES):
        databases.append(Database(url))
        stack.push_async_callback(databases[-1].close)
        if databases[0].is_sqlite:
            break  # its writers queue: another engine would only be busy
    town = TownSettings(secret_proxies="yes")
    async with databases[0].unit() as unit:
        made = [Resident(name=f"R{one}", joined_at=NOW, consent_at=NOW, consent_version=1) for one in range(VOTERS)]
        people = [(await unit.add(row)).id for row in made]
        await roles.give(unit, resident_id=people[0], role=Role.MAYOR, project_id=None, by=None, now=NOW)
        new = NewPoll("Shall we?", "yesno", YES_NO, "town", NOW + timedelta(days=days), secret=secret)
        poll = await make_poll(unit, by=people[0], new=new, town=town, now=NOW)
        await tellers.name_teller(unit, poll, people[1], by=people[0])
        for giver, holder in zip(people, [*people[1:], people[0]], strict=True):
            await proxies.give(unit, giver=giver, holder=holder, poll_id=None, most=1, now=NOW)
    return Hall(databases, town, people, poll, secret)


@pytest.mark.parametrize("secret", [False, True], ids=["open", "secret"])
async def test_nobody_has_two_ballots(database_url: str, secret: bool) -> None:
    """Whatever everybody does at once: as many ballots as people who have voted, and the count says the same."""
    async with AsyncExitStack() as stack:
        hall = await founded(database_url, stack, secret=secret)
        does: list[Act] = [hall.chat, hall.proxy, hall.paper, hall.paper, hall.confirm, hall.confirm, hall.confirm]
        does += [hall.strike, hall.object]
        done = 0
        for turn in range(ROUNDS):
            seeds = range(turn * 100, turn * 100 + len(does) * 2)
            came = await asyncio.gather(*(hall.acts(does[seed % len(does)], seed) for seed in seeds))
            done += sum(came)
            await hall.holds()
        assert done > ROUNDS
        async with hall.databases[0].unit() as unit:
            closed = await close(unit, hall.poll, town=hall.town, now=NOW)
            assert closed is not None
            tally = json.loads(closed.tally)
        await hall.holds()
        assert tally["ballots"] == sum(tally["totals"]) == await hall.in_the_end()


def of(hall: Hall, what: str, voter: int) -> Act:
    """What is done about one voter's vote: in the chat, by their proxy, or on paper."""
    teller = Who(0, "test", "", "en", hall.people[0], "Teller", ResidentState.RESIDENT, hall.town)

    async def act(unit: Unit, chance: random.Random, _somebody: int) -> None:
        if what == "chat":
            await hall.chat(unit, chance, voter)
        elif what == "proxy":
            await hall.proxy(unit, chance, voter)
        elif hall.secret:
            await actions.tick_name(unit, who=teller, poll_id=hall.poll, voter_id=voter, now=NOW)
        else:
            await actions.enter(unit, who=teller, poll_id=hall.poll, voter_id=voter, choice="1", now=NOW)

    return act


_tick_off = ballot_queries.tick_off


class InOrder:
    """Has two votes wait for each other: the second has looked before the first is in, and goes in after it."""

    def __init__(self) -> None:
        self.looked, self.done = asyncio.Event(), asyncio.Event()

    async def tick_off(self, *args: Any, **kwargs: Any) -> bool:
        task = asyncio.current_task()
        if task is not None and task.get_name() == "second":
            self.looked.set()
            await asyncio.wait_for(self.done.wait(), 10)
        else:
            await asyncio.wait_for(self.looked.wait(), 10)
        return await _tick_off(*args, **kwargs)


PAIRS = (("chat", "paper"), ("paper", "chat"), ("proxy", "paper"), ("paper", "proxy"), ("chat", "proxy"))


@pytest.mark.parametrize("secret", [False, True], ids=["open", "secret"])
async def test_in_the_chat_or_on_paper(database_url: str, secret: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two votes of one person just the first is taken, whatever the second had read before.

    On PostgreSQL both have looked, and found no vote, when the first is put in; SQLite lets in one after the other.
    """
    async with AsyncExitStack() as stack:
        hall = await founded(database_url, stack, secret=secret)
        at_once = not hall.databases[0].is_sqlite
        for voter, pair in zip(hall.people[2:], PAIRS, strict=False):
            order = InOrder()
            if at_once:
                monkeypatch.setattr(ballot_queries, "tick_off", order.tick_off)
            first, second = (of(hall, what, voter) for what in pair)
            later = asyncio.create_task(hall.acts(second, 1), name="second") if at_once else None
            assert await hall.acts(first, 0), pair
            order.done.set()
            assert not await (later or hall.acts(second, 1)), pair
            await hall.holds()


# -- all of it at once -------------------------------------------------------------------------------------------------

only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Rush(Hall):
    """The same while the poll is run too: more time, a reminder, proxies that come and go, and then its end."""

    @property
    def mayor(self) -> Who:
        return Who(0, "test", "", "en", self.people[0], "Mayor", ResidentState.RESIDENT, self.town)

    async def longer(self, unit: Unit, chance: random.Random, _voter: int) -> None:
        closes_at = NOW + timedelta(days=1, minutes=chance.randrange(1, 10_000))
        await running.close_later(unit, who=self.mayor, poll_id=self.poll, closes_at=closes_at, now=NOW)

    async def reminds(self, unit: Unit, _chance: random.Random, _voter: int) -> None:
        await running.remind(unit, who=self.mayor, poll_id=self.poll, now=NOW)

    async def gives(self, unit: Unit, chance: random.Random, voter: int) -> None:
        who, holder = replace(self.mayor, resident_id=voter), chance.choice(self.people)
        for one in await proxies.given_by(unit, voter):
            await giving.end(unit, who=who, proxy_id=one.id, now=NOW)
        await giving.give(unit, who=who, holder_id=holder, poll_id=chance.choice([None, self.poll]), now=NOW)

    async def votes_for(self, unit: Unit, chance: random.Random, holder: int) -> None:
        tasks = await proxies.tasks(unit, holder=holder, now=NOW)
        if tasks:
            voter = chance.choice(tasks).giver.id
            await cast(unit, voter=voter, poll_id=self.poll, choice=chance.choice("12"), key=None, now=NOW, by=holder)

    async def closes(self, unit: Unit, _chance: random.Random, _voter: int) -> None:
        await running.close_now(unit, who=self.mayor, poll_id=self.poll, now=NOW)

    async def calls_off(self, unit: Unit, _chance: random.Random, _voter: int) -> None:
        await running.call_off(unit, who=self.mayor, poll_id=self.poll, reason="The river rose", now=NOW)


@only_postgres
@pytest.mark.parametrize("secret", [False, True], ids=["open", "secret"])
@pytest.mark.parametrize("off", [False, True], ids=["closed", "called off"])
async def test_whatever_happens_at_once_nobody_waits_in_a_circle(database_url: str, secret: bool, off: bool) -> None:
    """No transaction is torn off by a deadlock, and what is left is what the poll's end says."""
    async with AsyncExitStack() as stack:
        hall = await founded(database_url, stack, secret=secret)
        rush = Rush(hall.databases, hall.town, hall.people, hall.poll, secret)
        does: list[Act] = [
            rush.chat,
            rush.chat,
            rush.votes_for,
            rush.paper,
            rush.paper,
            rush.confirm,
            rush.confirm,
            rush.strike,
        ]
        does += [rush.object, rush.gives, rush.longer, rush.reminds]
        ends = rush.calls_off if off else rush.closes
        for turn in range(3):
            acts: list[Act] = [*does, *does, *([ends, ends] if turn == 2 else [])]
            random.Random(turn).shuffle(acts)
            done = await asyncio.gather(*(rush.acts(act, turn * 100 + at) for at, act in enumerate(acts)))
            assert any(done)
        async with rush.databases[0].reading() as unit:
            poll = await polls.get(unit, rush.poll)
            left = await unit.rows(select(waiting.c.id).where(waiting.c.poll_id == rush.poll))
        assert poll is not None
        assert (poll.closed_at is None, poll.cancelled_at is None) == (off, not off)
        assert left == []
        if off:
            assert not secret or await rush.in_the_end() == 0
        else:
            await rush.holds()
            assert json.loads(poll.tally)["ballots"] == await rush.in_the_end()


async def _while_it_closes(hall: Hall, act: Act, now: datetime) -> bool:
    """What comes while a poll is being closed; whether it was done."""
    async with hall.databases[0].unit() as unit:
        assert await close(unit, hall.poll, town=hall.town, now=now) is not None
        came = asyncio.create_task(hall.acts(act, 1))
        await asyncio.sleep(0.3)
        assert not came.done(), "it waits for the count"
    return await came


@only_postgres
async def test_no_paper_is_left_in_a_poll_that_was_closed_meanwhile(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        hall = await founded(database_url, stack, secret=True)

        async def enter(unit: Unit, _chance: random.Random, _voter: int) -> None:
            await secret_papers.enter_secret(
                unit, who=hall.teller(random.Random(1)), poll_id=hall.poll, choice="1", now=NOW
            )

        assert not await _while_it_closes(hall, enter, NOW)
        async with hall.databases[0].reading() as unit:
            assert await unit.rows(select(waiting.c.id)) == []


@only_postgres
async def test_nobody_is_reminded_of_a_poll_that_was_closed_meanwhile(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        hall = await founded(database_url, stack, secret=False, days=3)
        later = NOW + timedelta(days=2, hours=1)

        async def remind(unit: Unit, _chance: random.Random, _voter: int) -> None:
            assert await jobs.remind(unit, later, hall.town) == 0

        assert await _while_it_closes(hall, remind, later)
        async with hall.databases[0].reading() as unit:
            notices = table_of(Outbox)
            assert await unit.rows(select(notices.c.id).where(notices.c.notice == "poll.reminder")) == []


async def test_however_many_are_left_out(database_url: str) -> None:
    """More people without the benefits than a database takes parameters."""
    async with AsyncExitStack() as stack:
        hall = await founded(database_url, stack, secret=False)
        without = [*hall.people[2:], *range(1_000_000, 1_040_000)]
        async with hall.databases[0].unit() as unit:
            assert await audiences.count(unit, Audience(TOWN), now=NOW, without=without) == 2
