"""Votes on paper: one teller enters them, a second confirms them, and nobody votes twice."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from handlers.polls.casting import cast
from handlers.polls.closing import close
from handlers.tellers import actions, sheet
from handlers.tellers.marks import packed, unpacked
from storage.queries import tellers
from storage.sql import select
from storage.tables import Ballot, BallotBox, Inbox, PaperBallot, PollElector, WebMessage, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import BadBallot, VotedInChat, VotedOnPaper
from town.polls import Kind, Question

electors, ballots, boxes = table_of(PollElector), table_of(Ballot), table_of(BallotBox)
waiting = table_of(PaperBallot)


async def rows(town: Town, statement: Any) -> list[Any]:
    async with town.app.database.reading() as unit:
        return [tuple(row) for row in await unit.rows(statement)]


async def votes(town: Town, poll_id: int) -> dict[int, str]:
    found = select(ballots.c.resident_id, ballots.c.choice).where(ballots.c.poll_id == poll_id)
    return dict(await rows(town, found))


async def how(town: Town, poll_id: int, person: Person) -> tuple[str, bool]:
    found = select(electors.c.how, electors.c.unconfirmed).where(
        electors.c.poll_id == poll_id, electors.c.resident_id == person.resident_id
    )
    [row] = await rows(town, found)
    return row[0], row[1]


async def chooses(town: Town, poll_id: int, voter: Person, choice: str) -> None:
    async with town.app.database.unit() as unit:
        await cast(unit, voter=voter.resident_id, poll_id=poll_id, choice=choice, key=None, now=town.clock.now())


async def opens(person: Person, poll_id: int) -> None:
    """The tellers' page of a poll."""
    await person.says("/week")
    await person.forges(f"teller:home:{poll_id}:0:0:")


async def enters(teller: Person, poll_id: int, voter: Person) -> None:
    await opens(teller, poll_id)
    await teller.taps("Enter a vote")
    await teller.says(voter.name)
    await teller.taps(voter.name)


@crosswise
async def test_two_tellers_and_a_vote_on_paper(town: Town) -> None:
    mayor = await town.mayor()
    anna, ben, carl, dora = [await town.resident(name) for name in ("Anna", "Ben", "Carl", "Dora")]
    well = await town.poll("Shall we build a well?", by=mayor)
    await opens(ben, well)
    ben.sees("Only the tellers of this poll can do that")
    await opens(mayor, well)
    await mayor.taps("Tellers")
    await mayor.taps("Name a teller")
    await mayor.says("ben")
    await mayor.taps("Ben")
    mayor.sees("Ben is a teller now")
    await town.settles()
    await ben.looks()
    ben.has_seen("asks you to be a teller of “Shall we build a well?”", times=1)
    await ben.forges(f"poll:page:{well}:0:0:")
    await ben.taps("Tellers and paper")
    ben.sees("0 votes on paper count")

    await enters(ben, well, ben)
    ben.sees("Nobody enters or confirms a vote of their own")
    await ben.says("Anna")
    await ben.taps("Anna")
    ben.sees("What does Anna's paper say?")
    await ben.says("perhaps")
    ben.sees("I could not read that as a vote")
    await ben.says("1")
    ben.sees("Anna's paper says:")
    ben.sees("Yes")
    put = ben.button("Yes, enter it")[1]
    await ben.taps("Yes, enter it")
    ben.sees("Anna's vote is entered")
    await ben.forges(put)
    ben.sees("Anna's vote on “Shall we build a well?” on paper has been entered already")
    assert (await how(town, well, anna), await votes(town, well)) == (("paper", True), {})
    with pytest.raises(VotedOnPaper):
        await chooses(town, well, anna, "2")

    await opens(ben, well)
    ben.sees("0 votes on paper count; 1 waits for a second teller")
    await ben.taps("Confirm votes (1)")
    await ben.taps("Anna")
    ben.sees("a second teller has to confirm it")
    await ben.forges(f"teller:confirm:{well}:{anna.resident_id}:0:")
    ben.sees("You entered this yourself")
    await opens(mayor, well)
    await mayor.taps("Confirm votes (1)")
    mayor.sees("Anna, entered by Ben")
    await mayor.taps("Anna")
    mayor.sees("Yes")
    async with town.app.database.unit() as unit:
        given: Any = {"who": await town.who(ben), "poll_id": well, "voter_id": anna.resident_id}
        await actions.strike(unit, **given, now=town.clock.now())
        await actions.enter(unit, **given, choice="2", now=town.clock.now())
    await mayor.taps("Yes, it is so")
    mayor.sees("entered by Ben\n\nNo")  # what was seen is not what is there now
    assert await votes(town, well) == {}
    async with town.app.database.unit() as unit:
        await actions.strike(unit, **given, now=town.clock.now())
        await actions.enter(unit, **given, choice="1", now=town.clock.now())
    await opens(mayor, well)
    await mayor.taps("Confirm votes (1)")
    await mayor.taps("Anna")
    confirm = mayor.button("Yes, it is so")[1]
    await mayor.taps("Yes, it is so")
    mayor.sees("Nothing waits to be confirmed")
    await mayor.forges(confirm)
    mayor.sees("That was settled already")
    assert (await how(town, well, anna), await votes(town, well)) == (("paper", False), {anna.resident_id: "1"})

    await chooses(town, well, carl, "2")
    await enters(ben, well, carl)
    ben.sees("Carl has voted on “Shall we build a well?” in the chat already")
    await enters(ben, well, dora)
    await ben.taps("No")
    await ben.taps("Yes, enter it")
    await opens(mayor, well)
    await mayor.taps("Confirm votes (1)")
    await mayor.taps("Dora")
    await mayor.taps("No, take it back")
    assert await how(town, well, dora) == ("", False)
    await chooses(town, well, dora, "1")

    await town.settles()
    await anna.looks()
    anna.has_seen("was entered on paper by Ben and confirmed by Naledi Mokoena", times=1)
    await anna.taps("It was not me")
    anna.sees("I take it out, so that you can vote yourself")
    await anna.taps("It was not me", on=anna.last)
    anna.sees("You can vote yourself now")
    assert await how(town, well, anna) == ("", False)
    assert await votes(town, well) == {carl.resident_id: "2", dora.resident_id: "1"}
    await town.settles()
    await mayor.looks()
    mayor.has_seen("Anna says that they have not voted on paper", times=1)


@once
async def test_what_is_not_confirmed_does_not_count(town: Town) -> None:
    mayor, anna, ben, carl = await town.mayor(), *[await town.resident(name) for name in ("Anna", "Ben", "Carl")]
    poll = await town.poll("Which road?", ["North", "South", "East"], by=mayor, kind="ranked", hours=12)
    who, other = await town.who(mayor), await town.who(ben)
    async with town.app.database.unit() as unit:
        await actions.name_teller(unit, who=who, poll_id=poll, resident_id=ben.resident_id, now=town.clock.now())
    await enters(ben, poll, anna)
    ben.sees("Write the numbers in the order of the paper")
    await ben.says("South, North")
    ben.sees("1. South, 2. North")
    await ben.taps("No, read it again")
    await ben.says("2 1 3")
    await ben.taps("Yes, enter it")
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        await actions.enter(unit, who=other, poll_id=poll, voter_id=carl.resident_id, choice="3", now=now)
        await actions.confirm(unit, who=who, poll_id=poll, voter_id=carl.resident_id, now=now)
    await town.moves(hours=8)
    await ben.looks()
    ben.has_not_seen("waits to be confirmed")
    await town.moves(hours=1.5)
    for teller in (mayor, ben):
        await teller.looks()
        teller.has_seen("1 vote waits to be confirmed", times=1)
    await opens(ben, poll)
    await ben.taps("The list as a file")
    assert any(message.document == f"paper-votes-{poll}.csv" for message in ben.shown)
    async with town.app.database.reading() as unit:
        _name, text = sheet.of_poll(*await actions.everybody(unit, who=other, poll_id=poll))
    assert list(csv.reader(text.removeprefix("\ufeff").splitlines())) == [
        ["name", "state", "entered_by", "confirmed_by"],
        ["Anna", "waiting", "Ben", ""],
        ["Carl", "confirmed", "Ben", "Naledi Mokoena"],
    ]
    async with town.app.database.unit() as unit:
        closed = await close(unit, poll, town=await town.settings(), now=town.clock.now())
    assert closed is not None
    assert json.loads(closed.tally)["ballots"] == 1
    assert (await how(town, poll, anna), await how(town, poll, carl)) == (("", False), ("paper", False))
    assert await votes(town, poll) == {carl.resident_id: "3"}
    assert await rows(town, select(waiting.c.id)) == []
    await opens(ben, poll)
    ben.sees("The poll is not open")
    await ben.forges(f"teller:put:{poll}:{anna.resident_id}:0:1")
    ben.sees("is closed")


@crosswise
async def test_papers_of_a_secret_poll_are_nobodys(town: Town) -> None:
    mayor, anna, ben, carl = await town.mayor(), *[await town.resident(name) for name in ("Anna", "Ben", "Carl")]
    poll = await town.poll("Who leads?", ["Zinhle", "Quentin"], by=mayor, secret=True)
    async with town.app.database.unit() as unit:
        await tellers.name_teller(unit, poll, ben.resident_id, by=mayor.resident_id)
    await opens(ben, poll)
    ben.sees("Names and papers are kept apart")
    await ben.taps("Tick off a name")
    await ben.says("anna")
    await ben.taps("Anna")
    ben.sees("Anna is ticked off")
    await ben.taps("Votes on paper")
    await ben.taps("Enter a paper")
    ben.sees("What does the paper say?")
    await ben.says("Quentin")
    ben.sees("The paper says:")
    await ben.taps("No, read it again")
    await ben.taps("Quentin")
    put = ben.button("Yes, enter it")[1]
    await ben.taps("Yes, enter it")
    ben.sees("The paper is entered")
    await ben.forges(put)  # a double tap enters one paper
    ben.sees("Waiting for a second teller: 1 name, 1 paper")
    await opens(mayor, poll)
    mayor.sees("Waiting for a second teller: 1 name, 1 paper")
    await mayor.taps("Confirm papers (1)")
    await mayor.taps("Quentin")
    await mayor.taps("Yes, it is so")
    mayor.sees("Only 0 names are ticked off and confirmed")
    await opens(mayor, poll)
    await mayor.taps("Confirm names (1)")
    await mayor.taps("Anna")
    await mayor.taps("Yes, it is so")
    await opens(mayor, poll)
    mayor.sees("Confirmed: 1 name, 0 papers")
    await mayor.taps("Confirm papers (1)")
    await mayor.taps("Quentin")
    good = mayor.button("Yes, it is so")[1]
    await mayor.forges(good.rpartition(":")[0] + ":1")  # another paper that was given the same number
    mayor.sees("Quentin")
    assert await rows(town, select(waiting.c.choice)) == [("2",)]
    await mayor.taps("Yes, it is so")
    mayor.sees("Nothing waits to be confirmed")
    await mayor.forges(good)
    mayor.sees("That was settled already")
    assert [json.loads(row[0])[0][1] for row in await rows(town, select(boxes.c.ballots))] == ["2"]
    assert await rows(town, select(waiting.c.id)) == []
    await chooses(town, poll, carl, "1")
    with pytest.raises(VotedOnPaper):
        await chooses(town, poll, anna, "1")

    kept = await rows(town, select(table_of(Inbox).c.replies)) + await rows(town, select(table_of(WebMessage).c.body))
    assert not [text for [text] in kept if text and "Quentin" in text and "Who leads?" not in text]
    assert not [text for [text] in kept if text and "Yes, enter it" in text]

    await town.settles()
    await anna.looks()
    await anna.taps("It was not me")
    anna.sees("Nobody can find the paper again")
    await anna.taps("It was not me", on=anna.last)
    assert await how(town, poll, anna) == ("paper", False)
    await town.settles()
    await mayor.looks()
    mayor.has_seen("The paper is in the box, where nobody can find it", times=1)


@once
async def test_who_may_do_what(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    poll = await town.poll("Shall we build a well?", by=mayor)
    hidden = await town.poll("Who leads?", ["Zinhle", "Quentin"], by=mayor, secret=True)
    for do in ("home", "people", "file", "enter", "tick", "waiting", "one", "confirm", "strike", "mark", "sure", "put"):
        await anna.forges(f"teller:{do}:{poll}:{ben.resident_id}:0:1")
        anna.sees("Only the tellers of this poll can do that")
    for do in ("papers", "paper", "good", "bad"):
        await anna.forges(f"teller:{do}:{hidden}:1:0:")
        anna.sees("Only the tellers of this poll can do that")
    for do in ("name", "drop"):
        await anna.forges(f"teller:{do}:{poll}:{ben.resident_id}:0:")
        anna.sees("That is for the mayor")
    await anna.forges(f"teller:object:{poll}:0:0:")
    anna.sees("That was settled already")
    async with town.app.database.unit() as unit:
        await tellers.name_teller(unit, poll, anna.resident_id, by=mayor.resident_id)
    for key in ("9", "zz", "1e2"):
        await anna.forges(f"teller:put:{poll}:{ben.resident_id}:0:{key}")
        anna.sees("I could not read that as a vote")
    await anna.forges(f"teller:put:{poll}:0:0:1")
    anna.sees("I find no such poll")
    await chooses(town, poll, ben, "1")
    async with town.app.database.unit() as unit:
        with pytest.raises(VotedInChat):
            await actions.enter(
                unit,
                who=await town.who(anna),
                poll_id=poll,
                voter_id=ben.resident_id,
                choice="1",
                now=town.clock.now(),
            )
    await opens(mayor, poll)
    await mayor.taps("Tellers")
    await mayor.taps("Not any more: Anna")
    mayor.sees("Nobody was named yet")
    await anna.forges(f"teller:home:{poll}:0:0:")
    anna.sees("Only the tellers of this poll can do that")


@pytest.mark.parametrize(
    ("question", "choice"),
    [
        (Question(Kind.YESNO, 2), "2"),
        (Question(Kind.SINGLE, 12), "12"),
        (Question(Kind.APPROVAL, 12), "1,2,10"),
        (Question(Kind.RANKED, 12), "12>11>10>9>8>7>6>5>4>3>2>1"),
        (Question(Kind.POINTS, 12, points=100), "1:89,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1"),
        (Question(Kind.POINTS, 2, points=100), "2:100"),
        (Question(Kind.RANKED, 3), ""),
    ],
)
def test_a_choice_fits_into_a_button(question: Question, choice: str) -> None:
    mark = packed(question, choice)
    assert unpacked(question, mark) == choice
    assert len(mark) <= 24
    assert ":" not in mark


@pytest.mark.parametrize("mark", ["", "x", "0g", "6464", "010203", "--", "١٢"])
def test_a_forged_button_is_no_vote(mark: str) -> None:
    with pytest.raises(BadBallot):
        unpacked(Question(Kind.POINTS, 2, points=100), mark)
