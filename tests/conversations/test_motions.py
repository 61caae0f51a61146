"""The agenda of a meeting: items are proposed and seconded, put in order, and motions are put to the vote live."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from handlers.meetings import steering
from handlers.meetings.calling import NewMeeting, call
from handlers.motions import actions, ordering, voting
from handlers.motions.voting import Asked
from handlers.polls.casting import cast
from storage.queries import agenda_items, decisions, guests, meetings, polls, roles
from storage.queries.agenda_items import ItemRow
from storage.queries.polls import PollRow
from storage.tables import ItemState, OutboxState, Priority, Role
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import (
    BadLength,
    BadOptions,
    BadQuorum,
    MeetingBegun,
    MeetingNotBegun,
    MeetingOver,
    NobodyHere,
    NotAllowed,
    NotElector,
    NotForVote,
    NotInvited,
    NotOnAgenda,
    NotProposed,
    OwnProposal,
    TooManyProposals,
    VoteIsOn,
    VoteWasTaken,
)

HERE = Asked(here=True, quorum=0, quorum_people=True)


async def item_of(town: Town, item_id: int) -> ItemRow:
    async with town.app.database.reading() as unit:
        found = await agenda_items.get(unit, item_id)
    assert found is not None
    return found


async def poll_of(town: Town, item_id: int) -> PollRow:
    item = await item_of(town, item_id)
    assert item.poll_id is not None
    async with town.app.database.reading() as unit:
        found = await polls.get(unit, item.poll_id)
    assert found is not None
    return found


async def proposes(town: Town, person: Person, meeting_id: int, title: str = "Benches", kind: str = "motion") -> int:
    async with town.app.database.unit() as unit:
        item = await actions.propose(
            unit,
            who=await town.who(person),
            meeting_id=meeting_id,
            kind=kind,
            title=title,
            about="",
            now=town.clock.now(),
        )
    return item.id


async def does(town: Town, action: Any, person: Person, item_id: int, **more: Any) -> Any:
    """One of the room's actions on an item, by somebody."""
    who = await town.who(person)
    async with town.app.database.unit() as unit:
        return await action(unit, who=who, item_id=item_id, now=town.clock.now(), **more)


async def arrive(town: Town, meeting_id: int, people: Sequence[Person]) -> None:
    """They are there."""
    async with town.app.database.unit() as unit:
        for person in people:
            await guests.arrive(unit, meeting_id, person.resident_id, by=None, now=town.clock.now())


async def begins(town: Town, meeting_id: int) -> None:
    async with town.app.database.unit() as unit:
        await meetings.change(unit, meeting_id, opened_at=town.clock.now())


async def vote(town: Town, poll_id: int, votes: Sequence[tuple[Person, str]]) -> None:
    for person, choice in votes:
        async with town.app.database.unit() as unit:
            await cast(unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=None, now=town.clock.now())


@once
async def test_a_whole_meeting(town: Town) -> None:
    mayor = await town.mayor()
    anna, ben, carl, dora = await town.neighbours(4)
    meeting_id = await town.meeting(by=mayor, quorum=2, quorum_people=True)
    # Proposed in the chat, word for word.
    await anna.says("/motions")
    anna.sees("There is nothing on it yet")
    await anna.taps("Propose something")
    await anna.taps("Motion")
    await anna.says("x" * 121)
    anna.sees("What is the motion?")
    await anna.says("Shall we dig a second <well>?")
    await anna.says("The first runs dry in summer.")
    anna.sees("as soon as 3 others second it")
    await town.settles()
    await mayor.looks()
    mayor.sees(f"{anna.name} brings a motion to “Spring meeting”")
    # Seconded, with one tap each.
    for at, person in enumerate((ben, carl), 1):
        await person.says("motions")
        person.sees("0 of 3" if at == 1 else "1 of 3 neighbours seconds it")
        await person.taps("1. Shall we")
        await person.taps("I second it")
        person.sees("You second it. Thank you!")
    await carl.taps("Second it no more")
    carl.sees("You second it no more.")
    await carl.taps("I second it")
    await dora.says("/motions")
    await dora.says("1")
    await dora.says("I second it")
    dora.sees("With you it is enough: it is on the agenda!")
    await town.settles()
    for person in (anna, ben, carl, mayor):
        await person.looks()
        person.sees("“Shall we dig a second <well>?” is on the agenda of “Spring meeting”")
    # The meeting: three are there when the vote begins, in the quiet hours, and one comes later.
    await town.moves(days=2, hours=12.5)
    await begins(town, meeting_id)
    await arrive(town, meeting_id, [anna, ben, mayor])
    await mayor.says("/motions")
    await mayor.taps("1. Shall we")
    await mayor.taps("Put it to the vote")
    mayor.sees("those who are here (3)")
    mayor.sees("Quorum: 2 people must vote")
    await mayor.taps("When it closes")
    await mayor.says("500")
    mayor.sees("When does the vote close?")
    await mayor.says("5")
    mayor.sees("It closes after 5 min")
    await mayor.taps("When it closes")
    await mayor.taps("When I say so")
    await mayor.taps("Start the vote")
    mayor.sees("The vote on “Shall we dig a second <well>?” is on")
    [poll] = [await poll_of(town, 1)]
    assert (poll.electorate, poll.meeting_id, poll.subject, poll.closes_at) == (3, meeting_id, "motion:1", None)
    await town.settles()
    assert await told(town, "poll.opened") == [(Priority.URGENT, OutboxState.SENT)] * 3  # though it is 22:00
    await arrive(town, meeting_id, [carl])
    await carl.says("/motions")
    await carl.taps("1. Shall we")
    carl.sees("You came after this vote had begun")
    with pytest.raises(NotElector):
        await vote(town, poll.id, [(carl, "1")])
    await vote(town, poll.id, [(anna, "1"), (ben, "1")])
    await mayor.taps("Look again")
    mayor.sees("2 of 3 have voted")
    await mayor.taps("Close the vote now")
    mayor.sees("The vote is closed.")
    mayor.has_seen("Passed: 2 for, 0 against")  # what everybody is told of it may stand below already
    await dora.says("/motions")
    dora.sees("passed: 2 for, 0 against")
    async with town.app.database.reading() as unit:
        [entry] = await decisions.of_meeting(unit, meeting_id)
        assert (entry.title, entry.passed, entry.poll_id, entry.item_id) == (poll.question, True, poll.id, 1)
    # What was decided is not voted on again, nor taken off.
    for data in ("vote", "closevote", "decline", "title"):
        await mayor.forges(f"motion:{data}:1:0:0")
    mayor.sees("was put to the vote and decided")


async def told(town: Town, notice: str) -> list[tuple[int, str]]:
    """How pressing the notices of a kind are, and what became of them."""
    of_kind = text("SELECT priority, state FROM outbox WHERE notice = :notice ORDER BY priority")
    async with town.app.database.reading() as unit:
        return [(row.priority, row.state) for row in await unit.rows(of_kind, notice=notice)]


@once
async def test_no_decision_can_be_put_again(town: Town) -> None:
    mayor = await town.mayor()
    people = await town.neighbours(3)
    meeting_id = await town.meeting(by=mayor, quorum=75)
    item_id = await proposes(town, mayor, meeting_id)
    with pytest.raises(MeetingNotBegun):
        await does(town, voting.put, mayor, item_id, asked=HERE)
    await town.moves(days=2, hours=9)
    with pytest.raises(NobodyHere):
        await does(town, voting.put, mayor, item_id, asked=HERE)
    assert (await item_of(town, item_id)).poll_id is None
    await arrive(town, meeting_id, people)
    async with town.app.database.reading() as unit:
        meeting = await meetings.get(unit, meeting_id)
    assert meeting is not None
    usual = voting.usual(meeting)
    assert (usual.quorum, usual.quorum_people) == (-(-3 * meeting.invited // 4), True)
    poll = await does(town, voting.put, mayor, item_id, asked=Asked(here=True, quorum=3, quorum_people=True, minutes=2))
    with pytest.raises(VoteIsOn):
        await does(town, voting.put, mayor, item_id, asked=HERE)
    with pytest.raises(VoteIsOn):
        await does(town, ordering.decline, mayor, item_id, reason="No")
    await vote(town, poll.id, [(people[0], "2"), (people[1], "1")])
    await town.moves(hours=0.1)  # it closes by itself
    assert (await poll_of(town, item_id)).outcome == "no_quorum"
    async with town.app.database.reading() as unit:
        assert await decisions.of_meeting(unit, meeting_id) == []
    await mayor.says("/motions")
    mayor.sees("no decision: 2 people voted, and the quorum is 3")
    await mayor.taps("1. Benches")
    mayor.sees("It can be put to the vote again.")
    again = await does(town, voting.put, mayor, item_id, asked=HERE)
    assert again.id != poll.id
    await vote(town, again.id, [*zip(people, "221", strict=True)])
    assert await does(town, voting.close, mayor, item_id)
    assert not await does(town, voting.close, mayor, item_id)
    async with town.app.database.reading() as unit:
        [entry] = await decisions.of_meeting(unit, meeting_id)
    assert (entry.passed, entry.poll_id) == (False, again.id)
    with pytest.raises(VoteWasTaken):
        await does(town, voting.put, mayor, item_id, asked=HERE)
    # A choice between options, put together on the one screen.
    other = await proposes(town, mayor, meeting_id, "Who leads?")
    await mayor.forges(f"motion:vote:{other}:0:0")
    await mayor.taps("Other answers")
    await mayor.taps("Options put in order")
    await mayor.says("Anna")
    mayor.sees("from 2 to 12 different options")
    await mayor.says("Anna\nBen")
    mayor.sees("Anna and Ben, the best first")
    await mayor.taps("Another majority")
    await mayor.taps("Absolute majority")
    await mayor.taps("Another quorum")
    await mayor.says("60 %")
    await mayor.taps("Make it secret")
    mayor.sees("Secret: nobody learns who voted how")
    mayor.sees("Quorum: 60")
    await mayor.taps("Ask everybody")
    mayor.sees("everybody whom the meeting is for")
    await mayor.taps("Start the vote")
    poll = await poll_of(town, other)
    assert (poll.audience, poll.kind, poll.secret, poll.threshold) == ("town", "ranked", True, "absolute")
    assert (poll.quorum, poll.quorum_people) == (75, False)  # that of the meeting, as it is for everybody
    await vote(town, poll.id, [(person, "2>1") for person in (*people, mayor)])
    await does(town, voting.close, mayor, other)
    async with town.app.database.reading() as unit:
        entries = await decisions.of_meeting(unit, meeting_id)
    assert ("Who leads?", "Ben", True) in [(one.title, one.text, one.passed) for one in entries]


@once
async def test_the_agenda_is_kept_by_who_runs_the_meeting(town: Town) -> None:
    mayor = await town.mayor()
    caller, proposer, neighbour = await town.neighbours(3)
    meeting_id = await town.meeting(by=caller)
    first = await proposes(town, proposer, meeting_id, "First", "topic")
    second = await proposes(town, proposer, meeting_id, "Second")
    third = await proposes(town, proposer, meeting_id, "Third")
    with pytest.raises(TooManyProposals):
        await proposes(town, proposer, meeting_id, "Fourth")
    with pytest.raises(OwnProposal):
        await does(town, actions.second, proposer, first)
    for action in (ordering.take, ordering.may_decline, voting.close):
        with pytest.raises(NotAllowed):
            await does(town, action, neighbour, first)
    for forged in ("take", "decline", "up", "down", "title", "about", "vote", "closevote", "withdraw"):
        await neighbour.forges(f"motion:{forged}:{first}:0:0")
        assert (await item_of(town, first)).state == ItemState.PROPOSED
    neighbour.sees("That is for the mayor, for coordinators")
    await neighbour.forges("motion:page:999:0:0")
    neighbour.sees("That is not on the agenda any more.")
    await does(town, actions.second, neighbour, second)
    # Whoever runs it takes one at once, and declines another.
    await caller.says("/motions")
    await caller.taps("1. First")
    await caller.taps("Put it on the agenda")
    caller.sees("It is on the agenda.")
    await caller.forges(f"motion:decline:{second}:0:0")
    await caller.taps("There is no time")
    caller.sees("is not on the agenda, and whoever wanted it there is told why")
    with pytest.raises(NotProposed):
        await does(town, actions.second, neighbour, first)
    await town.settles()
    for person in (proposer, neighbour):
        await person.looks()
        person.has_seen(f"{caller.name} has declined “Second” for the agenda of “Spring meeting”")
    proposer.has_seen("“First” is on the agenda")
    neighbour.has_not_seen("“First” is on the agenda")
    # One's own proposal is taken back; what one runs oneself is on the agenda at once.
    await proposer.forges(f"motion:page:{third}:0:0")
    await proposer.taps("Take it back")
    proposer.sees("“Third” is not proposed any more")
    with pytest.raises(NotOnAgenda):
        await does(town, ordering.decline, mayor, third, reason="Late")
    last = await proposes(town, mayor, meeting_id, "Last")
    await caller.forges(f"motion:page:{last}:0:0")
    caller.sees("Number 2 of 2")
    await caller.taps("Move it up")
    caller.sees("Number 1 of 2")
    await caller.forges(f"motion:up:{last}:0:0")
    caller.sees("Number 1 of 2")
    await caller.taps("Change the title")
    await caller.says("Last <of all>")
    caller.sees("It reads: “Last <of all>”")
    await caller.forges(f"motion:about:{last}:0:0")
    await caller.says("Because")
    await town.settles()
    await mayor.looks()
    mayor.sees("has changed the words of what you brought")
    await town.moves(days=2, hours=9)
    with pytest.raises(NotForVote):
        await does(town, voting.put, caller, first, asked=HERE)
    # Once it has begun nobody proposes any more but who runs it.
    with pytest.raises(MeetingBegun):
        await proposes(town, neighbour, meeting_id, "Late")
    await proposes(town, caller, meeting_id, "Even later")
    for bad, fact in (
        (Asked(here=True, quorum=-1, quorum_people=True), BadQuorum),
        (Asked(here=True, quorum=101, quorum_people=False), BadQuorum),
        (Asked(here=True, quorum=0, quorum_people=True, minutes=1000), BadLength),
        (Asked(here=True, quorum=0, quorum_people=True, kind="single", options=("a", "A")), BadOptions),
    ):
        with pytest.raises(fact):
            await does(town, voting.put, caller, last, asked=bad)
    async with town.app.database.unit() as unit:
        await meetings.change(unit, meeting_id, closed_at=town.clock.now())
    with pytest.raises(MeetingOver):
        await does(town, voting.put, caller, last, asked=HERE)


@once
async def test_the_council_votes_alone(town: Town) -> None:
    mayor = await town.mayor()
    members, guest = await town.residents(2), await town.resident()
    async with town.app.database.unit() as unit:
        for member in members:
            await roles.give(
                unit,
                resident_id=member.resident_id,
                role=Role.COUNCIL,
                project_id=None,
                by=None,
                now=town.clock.now(),
            )
    meeting_id = await town.meeting(by=mayor, audience="role:council", quorum=50)
    with pytest.raises(NotInvited):
        await proposes(town, guest, meeting_id)
    item_id = await proposes(town, members[0], meeting_id)
    await does(town, actions.second, members[1], item_id)  # there is only one other: it is enough
    assert (await item_of(town, item_id)).state == ItemState.ON
    await town.moves(days=2, hours=9)
    await arrive(town, meeting_id, [members[0], guest])
    poll = await does(town, voting.put, mayor, item_id, asked=Asked(here=True, quorum=50, quorum_people=False))
    assert (poll.audience, poll.electorate) == ("role:council", 2)
    assert [priority for priority, _state in await told(town, "poll.opened")] == [Priority.URGENT, Priority.PERSONAL]
    # What is counted as the meeting ends is heard at once by those who sit there.
    async with town.app.database.unit() as unit:
        await steering.begin(unit, who=await town.who(mayor), meeting_id=meeting_id, now=town.clock.now())
        await steering.end(unit, who=await town.who(mayor), meeting_id=meeting_id, now=town.clock.now())
    assert [priority for priority, _state in await told(town, "poll.result")] == [Priority.URGENT, Priority.PERSONAL]
    await members[0].says("/start")
    await members[0].forges(f"motion:page:{item_id}:0:0")
    members[0].sees("No decision: 0 people voted, and the quorum is 1")
    # At the meeting of a project, who looks on has no vote either.
    project_id = await town.project("Bakery")
    async with town.app.database.unit() as unit:
        soon = town.clock.now() + timedelta(minutes=1)
        new = NewMeeting("Bakers", f"project:{project_id}", 60, starts_at=soon, project_id=project_id)
        other = await call(unit, by=mayor.resident_id, new=new, town=await town.settings(), now=town.clock.now())
    baker = await town.coordinator("Bakery")
    item_id = await proposes(town, baker, other)
    farmer = await town.coordinator("Farm")
    for action, more in ((ordering.move, {"by": 1}), (ordering.change, {"title": "x"}), (voting.may_put, {})):
        with pytest.raises(NotAllowed):
            await does(town, action, farmer, item_id, **more)
    await town.moves(hours=0.1)
    await arrive(town, other, [baker, guest])
    poll = await does(town, voting.put, baker, item_id, asked=HERE)
    assert (poll.audience, poll.electorate) == (f"meeting:{other}", 1)


@crosswise
async def test_seconders_at_one_moment_reach_the_number_once(town: Town) -> None:
    mayor = await town.mayor()
    proposer, *people = await town.residents(6)
    meeting_id = await town.meeting(by=mayor)
    item_id = await proposes(town, proposer, meeting_id)

    async def seconds(person: Person) -> bool:
        who = await town.who(person)
        try:
            async with town.app.database.unit() as unit:
                done = await actions.second(unit, who=who, item_id=item_id, now=town.clock.now())
        except NotProposed:
            return False
        return bool(done.on)

    assert sum(await asyncio.gather(*map(seconds, people))) == 1
    item = await item_of(town, item_id)
    assert (item.state, item.position, item.seconds) == (ItemState.ON, 1, 3)
    await town.settles()
    await proposer.looks()
    proposer.has_seen("“Benches” is on the agenda", times=1)
    await mayor.looks()
    mayor.has_seen("“Benches” is on the agenda", times=1)
