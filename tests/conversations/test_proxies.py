"""Proxies: somebody who votes for somebody else, as long as both want it, and never in their place."""

from __future__ import annotations

import asyncio

import pytest

from handlers.polls.casting import cast
from handlers.proxies import actions
from handlers.proxies.holding import may_vote_for
from storage.queries import polls, proxies
from storage.sql import select
from storage.tables import Ballot, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import ProxiesFull, VotedThemself

ballots = table_of(Ballot)


async def chooses(town: Town, poll_id: int, voter: Person, choice: str, *, by: Person | None = None) -> None:
    """Vote, as the ballot paper does."""
    async with town.app.database.unit() as unit:
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        if by is not None:
            assert await may_vote_for(unit, holder=by.resident_id, giver=voter.resident_id, poll=poll)
        holder = None if by is None else by.resident_id
        await cast(
            unit, voter=voter.resident_id, poll_id=poll_id, choice=choice, key=None, now=town.clock.now(), by=holder
        )


async def may(town: Town, poll_id: int, holder: Person, giver: Person) -> bool:
    async with town.app.database.reading() as unit:
        poll = await polls.get(unit, poll_id)
        assert poll is not None
        return await may_vote_for(unit, holder=holder.resident_id, giver=giver.resident_id, poll=poll)


async def gives(giver: Person, holder: Person, where: str = "In every poll") -> None:
    """The whole way, by taps and a typed name."""
    await giver.says("/proxies")
    await giver.taps("Give my proxy")
    await giver.taps(where)
    await giver.says(holder.name)
    await giver.taps(holder.name)
    await giver.taps("Yes, give it")


async def votes(town: Town, poll_id: int) -> dict[int, str]:
    rows = select(ballots.c.resident_id, ballots.c.choice).where(ballots.c.poll_id == poll_id)
    async with town.app.database.reading() as unit:
        return {row.resident_id: row.choice for row in await unit.rows(rows)}


@crosswise
async def test_a_proxy_for_every_poll(town: Town) -> None:
    anna, ben, carl = await town.resident("Anna"), await town.resident("Ben"), await town.resident("Carl")
    await anna.says("proxies")
    anna.sees("You have given yours to nobody")
    await anna.taps("Give my proxy")
    anna.sees("No open poll waits for you now")
    await anna.taps("In every poll")
    await anna.says("Nobody at all")
    anna.sees("I find no resident")
    await anna.says("Anna")
    anna.sees("I find no resident")
    await anna.says("ben")
    await anna.taps("Ben")
    anna.sees("Shall Ben vote for you in every poll")
    anna.sees("your own vote takes its place")
    anna.sees("In secret polls everybody votes themself")
    await anna.says("1")
    anna.sees("Ben may vote for you in every poll now")
    await town.settles()
    await ben.looks()
    ben.sees("Anna trusts you to vote for them in every poll")
    await gives(anna, carl)
    anna.sees("You have given Ben your proxy in every poll. End that one first")

    well = await town.poll("Shall we build a well?")
    await town.settles()
    await ben.looks()
    ben.has_seen("In “Shall we build a well?” you may vote for 1 neighbour too", times=1)
    carl.has_not_seen("neighbour")
    await ben.says("/proxies")
    ben.sees("1 vote waits for you as a proxy")
    ben.sees("Anna: Shall we build a well?")
    assert ben.button("Vote: Anna")[1] == f"vote:take:{well}:::0:{anna.resident_id}"
    assert await may(town, well, ben, anna)
    assert not await may(town, well, carl, anna)
    assert not await may(town, well, anna, ben)
    await chooses(town, well, anna, "1", by=ben)
    await town.settles()
    await anna.looks()
    anna.sees("Ben has voted for you in “Shall we build a well?”: Yes")
    await chooses(town, well, anna, "2", by=ben)
    await town.settles()
    await anna.looks()
    anna.sees("Ben has voted for you in “Shall we build a well?”: No")
    await chooses(town, well, anna, "1")
    with pytest.raises(VotedThemself):
        await chooses(town, well, anna, "2", by=ben)
    assert await votes(town, well) == {anna.resident_id: "1"}


@once
async def test_taking_it_back_and_handing_it_back(town: Town) -> None:
    anna, ben, carl = await town.resident("Anna"), await town.resident("Ben"), await town.resident("Carl")
    await gives(anna, ben)
    roads, trees = await town.poll("Mend the roads?"), await town.poll("Plant trees?")
    secret = await town.poll("Who leads?", ["Anna", "Ben"], secret=True)
    await anna.says("/proxies")
    await anna.taps("Give my proxy")
    assert not any(label.startswith("Who leads") for label in anna.last.labels)
    await gives(anna, carl, "Mend the roads")
    await town.settles()
    await carl.looks()
    carl.sees("Anna trusts you to vote for them in “Mend the roads?”")
    assert [await may(town, poll, ben, anna) for poll in (roads, trees, secret)] == [False, True, False]
    assert [await may(town, poll, carl, anna) for poll in (roads, trees, secret)] == [True, False, False]

    decline = carl.button("Decline")[1]
    await carl.taps("Decline")
    carl.sees("You do not vote for Anna any more")
    await carl.forges(decline)
    carl.sees("There is no such proxy any more")
    await town.settles()
    await anna.looks()
    anna.sees("Carl does not vote for you in “Mend the roads?”")
    assert await may(town, roads, ben, anna)  # the one for every poll is good here again

    await chooses(town, trees, anna, "1", by=ben)
    await anna.says("/proxies")
    await anna.taps("End: Ben")
    anna.sees("What they have voted for you already stays until you vote yourself")
    ended = anna.button("Take it back")[1]
    await ben.forges(ended)
    ben.sees("There is no such proxy any more")
    assert await may(town, roads, ben, anna)
    await anna.taps("Take it back")
    anna.sees("Ben does not vote for you any more")
    await anna.forges(ended)
    anna.sees("There is no such proxy any more")
    assert await votes(town, trees) == {anna.resident_id: "1"}
    assert not await may(town, trees, ben, anna)
    await town.settles()
    await ben.looks()
    ben.sees("Anna has taken the proxy back that you held in every poll")


@once
async def test_who_cannot_hold_one(town: Town) -> None:
    mayor = await town.mayor()
    anna, ben, carl, dora = [await town.resident(name) for name in ("Anna", "Ben", "Carl", "Dora")]
    await gives(anna, dora)
    await gives(ben, dora)
    await gives(carl, dora)
    carl.sees("Dora votes for 2 other people already")
    council = await town.poll("Sell the mill?", by=mayor, audience="role:mayor")
    await mayor.forges(f"proxy:give:{council}:0:0")
    await mayor.says("Anna")
    await mayor.taps("Anna")
    mayor.sees("Anna is not among those whom “Sell the mill?” asks")
    await anna.forges(f"proxy:give:{council}:0:0")
    anna.sees("asks other people")
    secret = await town.poll("Who leads?", ["Anna", "Ben"], secret=True)
    await anna.forges(f"proxy:give:{secret}:0:0")
    anna.sees("In “Who leads?” everybody votes themself")
    await anna.forges("proxy:give:999:0:0")
    anna.sees("I find no such poll")
    await anna.forges("proxy:one:999:0:0")
    anna.sees("There is no such proxy any more")
    one = await town.poll("Mend the roads?")
    await town.settles()
    await dora.says("/proxies")
    await dora.forges(f"proxy:vote:{one}:0:0")
    assert dora.last.labels[:2] == ["Anna", "Ben"]
    await chooses(town, one, anna, "1", by=dora)
    await chooses(town, one, ben, "2")
    await dora.says("/proxies")
    await dora.forges(f"proxy:vote:{one}:0:0")
    assert dora.last.labels[:2] == ["✓ Anna", "The poll"]
    dora.sees("Have voted themselves: Ben")


@once
@pytest.mark.town(secret_proxies="yes")
async def test_of_a_secret_vote_only_that_it_is_in_is_told(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await gives(anna, ben)
    leads = await town.poll("Who leads?", ["Zinhle", "Quentin"], secret=True)
    await chooses(town, leads, anna, "2", by=ben)
    await town.settles()
    await anna.looks()
    anna.has_seen("Ben has put a vote in for you in the secret poll “Who leads?”", times=1)
    anna.has_not_seen("Quentin</b>")
    [told] = [shown.text for shown in anna.shown if "has put a vote in for you" in shown.text]
    assert "Quentin" not in told


@once
@pytest.mark.town(proxies_most=0)
async def test_a_town_without_proxies(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/proxies")
    anna.sees("In this town everybody votes themself")
    assert anna.last.labels == ["My week"]
    await anna.forges("proxy:give:0:0:0")
    anna.sees("In this town everybody votes themself")
    poll = await town.poll()
    await anna.forges(f"proxy:give:{poll}:0:0")
    anna.sees("In this town everybody votes themself")


@pytest.mark.parametrize("channel", ["web"], indirect=True)
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_many_give_to_one_at_once(town: Town) -> None:
    """The last place of a holder goes to one of those who want it."""
    [holder, *givers] = await town.residents(7)

    async def one_gives(giver: Person) -> str:
        who = await town.who(giver)
        async with town.app.database.unit() as unit:
            try:
                await actions.give(unit, who=who, holder_id=holder.resident_id, poll_id=None, now=town.clock.now())
            except ProxiesFull:
                return "full"
        return "given"

    came = await asyncio.gather(*map(one_gives, givers))
    assert (came.count("given"), came.count("full")) == (2, 4)
    async with town.app.database.reading() as unit:
        held = await proxies.held_by(unit, holder.resident_id)
    assert sorted(one.slot for one in held) == [1, 2]
