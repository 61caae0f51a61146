"""Polls as residents meet them: asked in a few taps, found in the list, opened and closed in time, called off."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handlers.kit.nav import ANEW
from handlers.kit.taps import by_number
from handlers.polls import actions, closing
from handlers.polls.casting import cast
from storage.queries import ballots, polls, roles
from storage.queries.polls import PollRow
from storage.sql import select
from storage.tables import Outbox, Poll, PollElector, Role, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import MustBeLater, PollOver

outbox, electors, polls_table = table_of(Outbox), table_of(PollElector), table_of(Poll)


async def row(town: Town, poll_id: int) -> PollRow:
    async with town.app.database.reading() as unit:
        found = await polls.get(unit, poll_id)
    assert found is not None
    return found


async def votes(person: Person, poll_id: int, choice: str = "1") -> None:
    """Put a vote in, as the room of ballots does."""
    async with person.town.app.database.unit() as unit:
        await cast(
            unit,
            voter=person.resident_id,
            poll_id=poll_id,
            choice=choice,
            key=None,
            now=person.town.clock.now(),
        )


def opens(person: Person, do: str, poll_id: int = 0, page: int = 0) -> Any:
    return person.forges(f"poll:{do}:{poll_id}:0:{page}:")


async def the_last(town: Town) -> int:
    async with town.app.database.reading() as unit:
        return int(await unit.value(select(polls_table.c.id).order_by(polls_table.c.id.desc()).limit(1)))


async def council_member(town: Town, name: str) -> Person:
    person = await town.resident(name)
    await town._give(person, Role.COUNCIL, None)
    return person


# -- asking ------------------------------------------------------------------------------------------------------------


@crosswise
async def test_the_usual_question_takes_a_few_taps(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await mayor.says("/poll")
    mayor.sees("What do you want to ask?")
    await mayor.says("Shall we build a <well>?")
    await mayor.taps("Leave it out")
    await mayor.says("yes or no")
    await mayor.taps("The whole town")
    mayor.sees("Shall I put this to the vote?")
    mayor.sees("May vote: all residents, 2 people.")
    mayor.sees("It passes with more yes than no.")
    mayor.sees("It counts however many vote.")
    mayor.sees("Open until Friday 27 November, 09:30.")
    await mayor.taps("When it closes")
    await mayor.says("3 min")
    await mayor.taps("Yes, ask it")
    mayor.sees("Please name a moment after Tuesday 24 November, 09:35.")
    await mayor.says("When it closes")
    await mayor.says("2 days")
    mayor.sees("Open until Thursday 26 November, 09:30.")
    await mayor.taps("When it closes")
    await mayor.taps("3 days")
    sure = await mayor.taps("Yes, ask it")
    mayor.sees("It is open: I tell 2 people.")
    mayor.sees("0 of 2 have voted.")
    await mayor.forges("w:poll:preview:ask", on=sure)  # tapped twice
    mayor.sees("This was finished already")
    await town.settles()
    await anna.looks()
    anna.sees("You are asked:")
    anna.sees("Shall we build a <well>?")
    assert anna.last.labels == ["Yes", "No", "More about it", "My week"]
    await anna.taps("More about it")
    anna.sees("Your vote is not in yet.")
    await anna.taps("Yes")  # right under the notice
    async with town.app.database.reading() as unit:
        assert await ballots.grouped(unit, await the_last(town)) == [("1", 1)]
    await anna.says("/polls")
    anna.sees("1. Shall we build a <well>?\nopen until Friday 27 November, 09:30; your vote is in")
    await anna.says("1")
    anna.sees("1 of 2 has voted.")
    anna.sees("So far: Yes 1, No 0")
    anna.sees("Your vote: Yes")
    assert "Change my vote" in anna.last.labels
    assert "Close it now" not in anna.last.labels


@once
async def test_all_that_can_be_changed(town: Town) -> None:
    mayor, _anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    await mayor.says("/poll")
    await mayor.says("x" * 201)
    mayor.sees("That is a little long")
    await mayor.says("Where does the money go?")
    await mayor.says("We have a little left.\nLet us share it well.")
    await mayor.taps("Share out points")
    await mayor.says("Bakery\nMill")
    mayor.sees("1. Bakery\n2. Mill")
    await mayor.says("bakery")
    mayor.sees("different options")
    await mayor.says("School")
    await mayor.taps("Done")
    await mayor.says("1")
    mayor.sees("from 2 to ")
    await mayor.says("12")
    await mayor.says("/week")  # something in between costs nothing
    await mayor.says("/poll")
    await mayor.taps("Go on")
    await mayor.taps("The whole town")
    mayor.sees("Everybody shares out 12 points over these.")
    assert "What it takes" not in mayor.last.labels
    await mayor.taps("Open or secret")
    mayor.sees("nobody can find out who voted what")
    await mayor.taps("Back")
    await mayor.taps("Open or secret")
    await mayor.taps("Secret")
    mayor.sees("Secret: the town keeps who has voted")
    await mayor.taps("How many must vote")
    await mayor.says("a few")
    mayor.sees("I could not read “a few” as a quorum.")
    await mayor.says("67 %")
    mayor.sees("at least 67% of them vote: 3 people")
    await mayor.taps("When it closes")
    await mayor.says("yesterday")
    mayor.sees("I could not read “yesterday”")
    await mayor.says("Sat 18:00")
    mayor.sees("Open until Saturday 28 November, 18:00.")
    await mayor.taps("More")
    await mayor.taps("More")
    await mayor.taps("When it opens")
    await mayor.says("tomorrow")
    mayor.sees("Opens: Wednesday 25 November, 08:00")
    await mayor.taps("Earlier")
    await mayor.taps("Another kind")
    await mayor.taps("Several of them")
    mayor.sees("Everybody chooses as many of these as they like.")
    await mayor.taps("How many at most")
    await mayor.taps("2")
    mayor.sees("Everybody chooses 2 of these at most.")
    await mayor.taps("More")
    await mayor.taps("In other languages")
    mayor.sees("How does the question read in Español?")
    await mayor.says("¿Adónde va el dinero?")
    await mayor.says("Nos queda un poco.")
    await mayor.says("Panadería\nMolino")
    mayor.sees("I need from 3 to 3 different options")
    await mayor.says("Panadería\nMolino\nEscuela")
    mayor.sees("in Afrikaans?")
    await mayor.taps("That is enough")
    mayor.sees("Also in: Español")
    await mayor.taps("Yes, ask it")
    mayor.sees("It is set down: it opens on Wednesday 25 November, 08:00.")
    made = await row(town, await the_last(town))
    assert (made.kind, made.most, made.points, made.secret, made.hidden) == ("approval", 2, 0, True, True)
    assert (made.quorum, made.quorum_people, made.proxies) == (67, False, False)
    await ben.says("/polls")
    ben.sees("Coming")
    await ben.taps("1. Where does")
    ben.sees("They are written down when it opens.")
    assert "Vote" not in ben.last.labels
    await town.moves(days=1)
    await ben.speaks("es")
    await opens(ben, "page", made.id)
    ben.sees("¿Adónde va el dinero?")
    ben.sees("1. Panadería")
    await ben.speaks("zu")
    await opens(ben, "page", made.id)
    ben.sees("Where does the money go?")
    ben.sees("English")  # what it was asked in


@once
async def test_only_those_who_may_ask_are_asked_what(town: Town) -> None:
    await town.mayor()
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await council_member(town, "Thandi")
    anna = await town.resident("Anna")
    await anna.says("/poll")
    anna.sees("Questions are put to the vote by the mayor")
    await anna.taps("All polls")
    assert "Ask a question" not in anna.last.labels
    for forged in ("poll:new:0:0:0:", "w:poll:preview:ask", "w:poll:audience:town"):
        await anna.forges(forged)
    for person, own, other in ((pieter, "project:1", "town"), (thandi, "role:council", "project:1")):
        await person.says("polls")
        await person.taps("Ask a question")
        await person.says("Shall we bake at night?")
        await person.taps("Leave it out")
        await person.taps("Yes or no")
        await person.forges(f"w:poll:audience:{other}")
        person.sees("That is for the mayor")
        await person.forges(f"w:poll:audience:{own}")
        person.sees("Shall I put this to the vote?")
    thandi.sees("May vote: the council, 1 person.")
    await thandi.taps("More")
    await thandi.taps("Only with benefits?")
    thandi.sees("May everybody vote (1), or only those who have the benefits this week (0)?")
    await thandi.taps("Only with benefits")
    thandi.sees("May vote: the council, of them those who have the benefits, 0 people.")
    await thandi.taps("Yes, ask it")
    thandi.sees("There is nobody")
    await thandi.taps("Only with benefits?")
    await thandi.taps("All of them")
    await thandi.taps("Yes, ask it")
    thandi.sees("It is open: I tell 1 person.")
    await opens(anna, "page", await the_last(town))
    anna.sees("May vote: the council, 1 person.")
    anna.sees("This one asks others")
    assert not {"Vote", "Proxies", "Call it off", "Close it now"} & set(anna.last.labels)
    async with town.app.database.unit() as unit:  # who is of the council no more runs none of its polls
        given: Any = {"role": Role.COUNCIL, "project_id": None, "by": pieter.resident_id, "now": town.clock.now()}
        await roles.end(unit, resident_id=thandi.resident_id, **given)
    await opens(thandi, "closed", await the_last(town))
    thandi.sees("That is for the mayor")
    assert (await row(town, await the_last(town))).closed_at is None


# -- the list, the page, and running it --------------------------------------------------------------------------------


@once
async def test_what_waits_comes_first(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    voted = await town.poll("Have I voted?", hours=10, by=mayor)
    await votes(anna, voted)
    await town.poll("The council alone?", audience="role:mayor", hours=5, by=mayor)
    waits = await town.poll("Does it wait?", ["Anna", "Ben"], hours=30, by=mayor, hidden=True)
    await town.poll("By hand?", hours=None, by=mayor)
    await town.poll("Tomorrow?", hours=48, by=mayor, opens_at=town.clock.now() + timedelta(hours=24))
    await town.poll("The sixth?", hours=72, by=mayor)
    await anna.says("votes")
    heads = [line for line in anna.last.text.splitlines() if line[:2] in {f"{n}." for n in range(1, 7)}]
    assert heads == ["1. By hand?", "2. Does it wait?", "3. The sixth?", "4. Have I voted?", "5. The council alone?"]
    await anna.taps("More")
    anna.sees("6. Tomorrow?")
    await opens(anna, "page", waits)
    anna.sees("0 of 2 have voted.")
    anna.sees("Until then no count is shown")
    anna.has_not_seen("The numbers are so far.")
    await votes(mayor, waits, "2")
    await opens(anna, "page", waits)
    anna.sees("1 of 2 has voted.")
    assert "2. Ben\n" in anna.last.text + "\n"
    await anna.forges("poll:open:0:0:99:")
    anna.sees("Tomorrow?")
    await opens(anna, "page", 999)
    anna.sees("I find no such poll.")
    await opens(anna, "over")
    anna.sees("None is closed yet.")


@crosswise
async def test_a_link_leads_to_the_poll(town: Town) -> None:
    await town.mayor()
    poll_id = await town.poll("Shall we build a well?")
    dora = await town.stranger("Dora")
    await dora.says(f"/start vote_{poll_id}")
    anna = await town.resident("Anna")
    await anna.says(f"/start vote_{poll_id}")
    anna.sees("Shall we build a well?")
    await anna.taps("A link to it")
    anna.sees(f"vote_{poll_id}")
    for spoilt in ("vote_", "vote_x", "vote_99999999999"):
        await anna.says(f"/start {spoilt}")
        anna.sees("I find no such poll.")
    await dora.taps("English")
    await dora.says("Dora Dlamini")
    await dora.says("Mill Lane 9")
    for _step in range(3):
        await dora.taps("None" if any(one.startswith("None") for one in dora.last.labels) else "Done")
    await dora.taps("Yes")
    await dora.taps("I agree")
    await dora.taps("See the poll")
    dora.sees("This one asks others")  # who may vote was written down before


@once
async def test_run_by_who_asked(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    first = await town.poll("First?", by=mayor, hours=48)
    second = await town.poll("Second?", by=mayor, hours=48, secret=True)
    await votes(anna, first)
    for do in ("remind", "close", "closed", "later", "off"):
        await opens(anna, do, first)
        anna.sees("That is for the mayor")
    await opens(mayor, "page", first)
    await mayor.taps("Remind who has not")
    mayor.sees("I remind 1 person.")
    assert "Remind who has not" not in mayor.last.labels
    await opens(mayor, "remind", first)
    mayor.sees("Once is enough.")
    await town.settles()
    await mayor.looks()
    mayor.has_seen("Your vote is still awaited:", times=1)
    await anna.looks()
    anna.has_not_seen("Your vote is still awaited:")
    await opens(mayor, "page", first)
    await mayor.taps("Close it later")
    await mayor.says("today 12:00")
    mayor.sees("That is not late enough. Please name a moment after Thursday 26 November, 09:30.")
    await mayor.says("Thu 18:00")
    mayor.sees("“First?” is open until Thursday 26 November, 18:00 now.")
    await opens(mayor, "later", first)
    await mayor.taps("1 day longer")
    mayor.sees("Friday 27 November, 18:00")
    await mayor.taps("To the poll")
    await mayor.taps("Close it now")
    mayor.sees("1 of 2 has voted.")
    sure = mayor.last
    await mayor.taps("Yes, close it now")
    mayor.sees("is closed and counted")
    await mayor.taps("Yes, close it now", on=sure)
    mayor.sees("“First?” is closed")
    assert json.loads((await row(town, first)).tally)["totals"] == [1, 0]
    await votes(anna, second)
    await opens(mayor, "off", second)
    mayor.sees("Why is “Second?” called off?")
    await mayor.says("The river <rose>")
    mayor.sees("What was voted so far is not counted")
    await mayor.taps("Yes, call it off")
    await town.settles()
    await anna.looks()
    anna.has_seen("“Second?” was called off: nothing is counted.")
    anna.has_seen("Why: The river <rose>")
    async with town.app.database.reading() as unit:
        boxes = await unit.rows(select(polls.boxes.c.number).where(polls.boxes.c.poll_id == second))
    assert boxes == []
    await mayor.looks()
    await opens(mayor, "page", second)
    mayor.sees("It was called off on")
    await opens(mayor, "off", second)
    mayor.sees("“Second?” is closed")
    of_a_meeting = await town.poll("Third?", by=mayor, subject="nothing:7")
    await opens(mayor, "off", of_a_meeting)
    mayor.sees("belongs to a meeting")
    last = await town.poll("Fourth?", by=mayor, hours=1)
    town.clock.move_to(town.clock.now() + timedelta(hours=1))  # nobody has ticked yet
    await opens(mayor, "page", last)
    assert "Call it off" not in mayor.last.labels
    await opens(mayor, "off", last)
    mayor.sees("“Fourth?” is closed")
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@once
async def test_a_number_typed_at_the_notice_does_not_vote(town: Town) -> None:
    anna = await town.resident("Anna")
    await town.poll("Where?", ["The long option number one", "The long option number two"])
    await town.settles()
    await anna.looks()
    labels = anna.last.labels
    assert len({label[:20] for label in labels}) == len(labels)
    for label, data in anna.last.buttons[:2]:
        assert data.startswith(f"{ANEW}vote:cast:"), label
        assert by_number(data) == data.replace(":cast:", ":take:")
    await town.poll("Secret?", ["A", "B"], secret=True)
    await town.poll("Too many?", list("ABCDEF"))
    await town.settles()
    await anna.looks()
    for shown in anna.shown[-2:]:
        assert [label for label, _data in shown.buttons] == ["Vote", "More about it", "My week"]


# -- in time -----------------------------------------------------------------------------------------------------------


async def told(town: Town, notice: str) -> list[int]:
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(outbox.c.resident_id).where(outbox.c.notice == notice).order_by(outbox.c.id))
    return [one.resident_id for one in rows]


@crosswise
async def test_opened_reminded_and_closed_by_the_clock(town: Town) -> None:
    anna, ben = await town.residents(2)
    start = town.clock.now()
    poll_id = await town.poll("In time?", by=anna, hours=72, opens_at=start + timedelta(hours=12))
    short = await town.poll("Short?", by=anna, hours=23)
    carol = await town.resident("Carol")  # not asked by what is open already, but by what opens later
    await town.moves(hours=23.5)
    assert (await row(town, short)).closed_at is not None
    assert (await row(town, poll_id)).electorate == 3
    assert await told(town, "poll.reminder") == []
    await votes(anna, poll_id)
    await town.moves(hours=25)  # a day before the close
    assert sorted(await told(town, "poll.reminder")) == [ben.resident_id, carol.resident_id]
    await ben.looks()
    ben.has_seen("Your vote is still awaited:", times=1)
    closes_at = (await row(town, poll_id)).closes_at
    assert closes_at is not None
    town.clock.move_to(closes_at)  # nobody has ticked yet
    with pytest.raises(PollOver):
        await votes(ben, poll_id)
    await ben.says("/polls")
    ben.sees("Closed this minute")
    await town.settles()
    closed = await row(town, poll_id)
    assert closed.closed_at is not None
    assert closed.closed_at - closes_at < timedelta(seconds=1)
    assert json.loads(closed.tally)["ballots"] == 1
    await ben.says("/polls")
    await ben.taps("Past polls")
    await ben.taps("1. In time?")
    ben.sees("It was closed on Friday 27 November, 09:30.")
    ben.sees("You did not vote.")
    assert "What came of it" in ben.last.labels


@once
async def test_what_fails_with_one_poll_undoes_nothing_of_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await town.residents(2)
    bad, good = await town.poll("Bad?", hours=1), await town.poll("Good?", hours=1)
    counted = closing.count

    async def fails(unit: Any, poll: PollRow) -> Any:
        if poll.id == bad:
            await polls.change(unit, bad, digest="half done")
            raise RuntimeError("a mistake")
        return await counted(unit, poll)

    monkeypatch.setattr(closing, "count", fails)
    town.clock.move_to(town.clock.now() + timedelta(hours=1))
    await town.settles()
    assert ((await row(town, bad)).closed_at, (await row(town, bad)).digest) == (None, "")
    assert (await row(town, good)).closed_at is not None
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR] != []
    monkeypatch.undo()
    caplog.clear()
    await town.settles()
    assert (await row(town, bad)).closed_at is not None


@once
async def test_quiet_hours_and_lost_time(town: Town) -> None:
    """A reminder due at night comes in the morning; what nobody opened in time is open for as long as it was to be."""
    [anna] = await town.residents(1)
    at_night = datetime(2026, 11, 26, 21, tzinfo=UTC)  # 23:00 in the town
    night = await town.poll("Late?", by=anna, hours=None)
    async with town.app.database.unit() as unit:
        await polls.change(unit, night, closes_at=at_night)
    later = await town.poll("Lost?", by=anna, hours=3, opens_at=town.clock.now() + timedelta(hours=1))
    town.clock.move_to(datetime(2026, 11, 25, 22, tzinfo=UTC))  # nobody ran the town until then
    await town.settles()
    lost = await row(town, later)
    assert lost.opened_at is not None
    assert lost.closes_at is not None
    assert timedelta() <= lost.closes_at - lost.opened_at - timedelta(hours=2) < timedelta(seconds=1)
    assert await told(town, "poll.reminder") == []
    await votes(anna, later)
    await town.moves(hours=7)  # 07:00
    assert await told(town, "poll.reminder") == [anna.resident_id]
    async with town.app.database.unit() as unit:
        notice = await unit.first(
            select(outbox.c.priority, outbox.c.state).where(outbox.c.subject == polls.subject(later))
        )
    assert notice is not None
    assert tuple(notice) == (0, "sent")  # it could not wait for the morning


@once
async def test_more_time_is_what_the_unsent_notices_say(town: Town) -> None:
    mayor = await town.mayor()
    await town.moves(hours=12.5)  # 22:00: what is said now waits for the morning
    poll_id = await town.poll("Soon?", by=mayor, hours=30)
    now, who = town.clock.now(), await town.who(mayor)
    async with town.app.database.unit() as unit:
        until = (await row(town, poll_id)).closes_at
        assert until is not None
        later = until + timedelta(hours=1)
        await actions.close_later(unit, who=who, poll_id=poll_id, closes_at=later, now=now)
        with pytest.raises(MustBeLater):
            await actions.close_later(unit, who=who, poll_id=poll_id, closes_at=later, now=now)
        assert await closing.close(unit, poll_id, town=who.town, now=until, only_due=True) is None
        sent = await unit.first(select(outbox.c.fields, outbox.c.expires_at).where(outbox.c.notice == "poll.opened"))
        assert sent is not None
        assert (json.loads(sent.fields)["closes_at"], sent.expires_at) == (later.isoformat(), later)
        await unit.run(update(polls_table).where(polls_table.c.id == poll_id).values(closes_at=None))
    await opens(mayor, "later", poll_id)
    mayor.sees("That is not on the list any more.")
