"""Minutes: written in the chat, published, objected to, approved at the next meeting; and what is to be done."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from handlers.minutes import approving
from handlers.minutes.following import open_of
from handlers.polls.casting import cast
from handlers.polls.closing import close
from storage.queries import agenda_items, follow_ups, meetings, minutes
from storage.queries.meetings import guests
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.audience import Audience


async def _meeting(town: Town, *items: str, here: list[Person], title: str = "Spring meeting", **columns: Any) -> int:
    """A meeting that some were at, with an agenda; it ended a moment ago."""
    meeting_id = await town.meeting(title, day=0, at="08:00", minutes=60, **columns)
    async with town.app.database.unit() as unit:
        for item in items:
            await agenda_items.make(
                unit, meeting_id=meeting_id, kind="topic", title=item, by=here[0].resident_id, now=town.clock.now()
            )
        for person in here:
            await unit.run(
                update(guests)
                .where(guests.c.meeting_id == meeting_id, guests.c.resident_id == person.resident_id)
                .values(here_at=town.clock.now())
            )
    return meeting_id


async def _opened(town: Town, meeting_id: int) -> None:
    async with town.app.database.unit() as unit:
        await meetings.change(unit, meeting_id, opened_at=town.clock.now())


@crosswise
async def test_minutes_are_written_published_and_approved(town: Town) -> None:
    naledi = await town.mayor("Naledi")
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    spring = await _meeting(
        town, "A well", "The <bakery>", here=[naledi, anna, ben], by=naledi, secretary_id=anna.resident_id, quorum=50
    )
    async with town.app.database.reading() as unit:
        well, bakery = [one.item.id for one in await minutes.agenda(unit, spring)]
    await _vote_on(town, spring, well, [naledi, anna, ben])
    await ben.says("hello")
    await ben.forges(f"minutes:read:{spring}:0:0:")
    ben.sees("The minutes of “Spring meeting” are not published yet.")
    await ben.forges(f"minutes:write:{spring}:0:0:")
    ben.sees("for whoever asked or called")

    await anna.says("hello")
    await anna.forges(f"minutes:write:{spring}:0:0:")
    await anna.taps("General text")
    anna.sees("Nothing is written here yet.")
    await anna.taps("Write")
    await anna.says("We began late.")
    await anna.says("7")  # no choice has this number: it is part of the note
    await anna.says("Then the rain came.")
    anna.sees("36 characters so far")
    await anna.taps("Done")
    anna.sees("We began late.\n7\nThen the rain came.")
    await anna.taps("Next: A well")
    anna.sees("Passed: 2 of 3 for. Yes: 2 · No: 1")
    await anna.taps("Write")
    for part in ("word " * 700, "more " * 700):  # two messages of 3,500 characters
        await anna.says(part)
    await anna.says("too much " * 200)
    anna.sees("That is a little long: 8,000 characters at most")
    await anna.taps("Done")
    await anna.taps("More")
    await anna.taps("Next: The <bakery>")
    await anna.taps("A decision")
    await anna.says("It opens on Mondays.")
    await anna.taps("Adopted")
    anna.sees("It stands in the register of decisions")
    await anna.taps("On with the minutes")
    anna.sees("Adopted: It opens on Mondays.")
    await anna.taps("All points")
    await anna.taps("Read the minutes")
    anna.sees("3 of 4 who were invited were there. The quorum of 2 was reached.")
    anna.sees("Called by Naledi.\nMinutes: Anna.")
    anna.sees("A draft: only those who run the meeting see it.")
    await anna.taps("Publish")
    await anna.taps("Publish them")
    anna.sees("4 people are being told.")
    await anna.forges(f"minutes:published:{spring}:0:0:")
    anna.sees("are published already")

    await town.settles()
    await cleo.looks()
    cleo.sees("The minutes of “Spring meeting” (24 November 2026) are published.")
    await cleo.forges(f"minutes:object:{spring}:0:0:")
    cleo.sees("That is for those who were there at “Spring meeting”.")
    await cleo.taps("Read the minutes")
    assert max(len(one.text) for one in cleo.shown) < 4096
    while "More" in cleo.last.labels:
        await cleo.taps("More")
    cleo.sees("2. The <bakery>\nAdopted: It opens on Mondays.")

    await ben.looks()
    await ben.taps("Read the minutes")
    await ben.taps("That is not right")
    await ben.says("On <Tuesdays>, we said.")
    ben.sees("The secretary gets it")
    await town.settles()
    await anna.looks()
    anna.sees("Ben was at “Spring meeting” and says that the minutes are not right:\n“On <Tuesdays>, we said.”")
    await anna.taps("Write")
    await anna.taps("2. The <bakery>")
    await anna.taps("Write")
    await anna.says("Open on Tuesdays.")
    await anna.taps("Done")
    anna.sees("Open on Tuesdays.\n(changed on ")

    await _approve(town, naledi, anna, spring, bakery)


async def _vote_on(town: Town, meeting_id: int, item_id: int, people: list[Person]) -> None:
    """A vote on an item: all but the last are for it."""
    poll_id = await town.poll("A well", meeting_id=meeting_id, subject=f"motion:{item_id}", hours=None)
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        await agenda_items.change(unit, item_id, poll_id=poll_id)
        for person in people:
            choice = "2" if person is people[-1] else "1"
            await cast(unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=None, now=now)
    async with town.app.database.unit() as unit:
        await close(unit, poll_id, town=await town.settings(), now=now)


async def _approve(town: Town, naledi: Person, anna: Person, spring: int, item_id: int) -> None:
    """The next meeting has them on top of its agenda and approves them; after that they stay as they are."""
    await town.moves(days=1)
    autumn = await town.meeting("Autumn meeting", by=naledi, day=5)
    await town.meeting("Winter meeting", by=naledi, day=9)
    await town.settles()
    await town.settles()
    async with town.app.database.reading() as unit:
        [top] = [one.item for one in await minutes.agenda(unit, autumn)]
        assert (top.kind, top.title, top.minutes_of) == ("minutes", "Minutes of “Spring meeting”", spring)
    await naledi.looks()
    await naledi.says("hello")
    await naledi.forges(f"minutes:approval:{top.id}:0:0:")
    await naledi.taps("Nobody objects")
    naledi.sees("“Autumn meeting” has not begun yet.")
    await _opened(town, autumn)
    await anna.looks()
    await anna.says("hello")
    await anna.forges(f"minutes:approved:{top.id}:0:0:")
    anna.sees("for whoever asked or called")
    await naledi.forges(f"motion:page:{top.id}:0:0")
    await naledi.taps("Approve")
    naledi.sees("does anybody object?")
    await naledi.taps("Nobody objects")
    naledi.sees("The minutes of “Spring meeting” are approved")
    await naledi.forges(f"minutes:approved:{top.id}:0:0:")
    naledi.sees("are approved, so they stay as they are")
    await anna.forges(f"minutes:note:{item_id}:0:0:")
    anna.sees("are approved, so they stay as they are")
    await anna.forges(f"minutes:correct:{spring}:0:0:")
    await anna.says("It was Wednesday.")
    anna.sees("The correction stands below the minutes")
    await anna.taps("Read the minutes")
    while "More" in anna.last.labels:
        await anna.taps("More")
    anna.sees("(Anna)\nIt was Wednesday.")
    await town.settles()
    await town.settles()
    async with town.app.database.reading() as unit:
        assert await minutes.to_propose(unit, town.clock.now()) == []
    await naledi.looks()
    assert naledi.has_seen("The minutes of “Spring meeting” are approved: from now on they stay as they are.", times=2)


@once
async def test_minutes_are_approved_by_a_vote_or_go_to_the_next_meeting(town: Town) -> None:
    naledi = await town.mayor("Naledi")
    first = await _meeting(town, here=[naledi], by=naledi)
    second = await town.meeting("Second", by=naledi, day=3)
    other = await town.meeting("Council", by=naledi, day=1, audience="role:mayor")
    await naledi.says("hello")
    await naledi.forges(f"minutes:published:{second}:0:0:")
    naledi.sees("“Second” has not begun yet.")
    await naledi.forges(f"minutes:published:{first}:0:0:")
    await town.settles()
    assert await _minutes_on(town, second) == [first]
    assert await _minutes_on(town, other) == []
    await naledi.looks()
    await naledi.says("hello")
    await naledi.forges(f"minutes:propose:{first}:0:0:")
    await naledi.taps("Fri 27 Nov")
    naledi.sees("It is on top of the agenda of “Second”.")  # where it was already
    assert await _minutes_on(town, second) == [first]
    async with town.app.database.reading() as unit:
        [item] = [one.item for one in await minutes.agenda(unit, second)]
    await town.moves(days=3.2)
    for choice, approved in (("2", False), ("1", True)):
        poll_id = await town.poll("Approve?", meeting_id=second, subject=f"minutes:{item.id}", hours=None)
        async with town.app.database.unit() as unit:
            now = town.clock.now()
            await cast(unit, voter=naledi.resident_id, poll_id=poll_id, choice=choice, key=None, now=now)
        async with town.app.database.unit() as unit:
            await close(unit, poll_id, town=await town.settings(), now=now)
            meeting = await meetings.get(unit, first)
            assert meeting is not None
            assert (meeting.approved_at is not None) == approved
        if not approved:
            await naledi.forges(f"minutes:approval:{item.id}:0:0:")
            naledi.sees("was put to the vote and decided")
            third = await _at_a_meeting_that_is_called_off(town, naledi, first)
            async with town.app.database.unit() as unit:
                await approving.propose(unit, meeting_id=third, now=town.clock.now())
            assert await _minutes_on(town, third) == [first]
    await naledi.forges(f"minutes:pdf:{first}:0:0:")
    naledi.sees("Anything else?")
    naledi.has_seen("Minutes: Spring meeting\nApproved on 27 November 2026.")
    assert await _minutes_on(town, third) == []  # taken off again: they are approved


async def _at_a_meeting_that_is_called_off(town: Town, naledi: Person, minutes_of: int) -> int:
    """Nothing can be approved there; the meeting after it."""
    third = await town.meeting("Third", by=naledi, day=3)
    async with town.app.database.unit() as unit:
        await approving.propose(unit, meeting_id=third, now=town.clock.now())
        [item] = [one.item for one in await minutes.agenda(unit, third)]
        await meetings.change(unit, third, opened_at=town.clock.now(), cancelled_at=town.clock.now())
    assert item.minutes_of == minutes_of
    await naledi.forges(f"minutes:approved:{item.id}:0:0:")
    naledi.sees("was called off")
    return await town.meeting("Fourth", by=naledi, day=4)


async def _minutes_on(town: Town, meeting_id: int) -> list[int | None]:
    async with town.app.database.reading() as unit:
        return [one.item.minutes_of for one in await minutes.agenda(unit, meeting_id)]


@once
async def test_what_is_to_be_done_has_an_owner_a_date_and_an_end(town: Town) -> None:
    naledi = await town.mayor("Naledi")
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    spring = await _meeting(town, "A well", here=[naledi], by=naledi, secretary_id=anna.resident_id)
    await anna.says("hello")
    await anna.forges(f"minutes:of:{spring}:0:0:")
    anna.sees("Nothing is to be done after “Spring meeting”.")
    await anna.taps("To be done by")
    await anna.says("Ask three firms <soon>")
    await anna.says("ben")
    await anna.taps("Ben")
    await anna.says("20/11/2026")
    anna.sees("has passed already")
    await anna.says("Friday")
    anna.sees("Written down: Ask three firms <soon> – Ben, open until Friday 27 November\n\nBen hears of it.")
    await town.settles()
    await ben.looks()
    ben.sees("Anna counts on you for this, after “Spring meeting”: Ask three firms <soon>")
    await town.moves(days=1)
    await ben.looks()
    ben.has_not_seen("You took this on")
    await town.moves(days=1)
    await ben.looks()
    ben.has_seen("You took this on after “Spring meeting”: Ask three firms <soon>\n\nPlease do it until", times=1)
    await town.moves(days=2)
    await ben.looks()
    ben.has_seen("It was to be done until Friday 27 November. Is it?", times=1)
    await ben.says("/followups")
    ben.sees("What you took on")
    await ben.taps("1.")
    await ben.taps("I can’t do it")
    await ben.says("No time.")
    ben.sees("The secretary knows")
    await ben.forges("minutes:done:1:0:0:")
    ben.sees("for whoever asked or called")
    await town.settles()
    await anna.looks()
    anna.sees("Ben cannot do this after “Spring meeting”: Ask three firms <soon>\nThe reason: “No time.”.")
    await anna.taps("Look at it")
    await anna.taps("Give it to somebody")
    await anna.says("Naledi")
    await anna.taps("Naledi")
    await town.settles()
    await anna.forges("minutes:give:1:0:0:")
    await anna.taps("I do it myself")
    anna.sees("Changed: Ask three firms <soon> – Anna, open until Friday 27 November")
    await town.settles()
    await naledi.looks()
    naledi.sees("Anna has taken this off your list, after “Spring meeting”: Ask three firms <soon>")
    assert ben.has_not_seen("off your list"), "he gave it back himself"
    async with town.app.database.unit() as unit:
        assert await open_of(unit, Audience("town")) == []  # it is in nobody's minutes yet
        await meetings.change(unit, spring, published_at=town.clock.now())
        assert [one.text for one in await open_of(unit, Audience("town"))] == ["Ask three firms <soon>"]
        assert await open_of(unit, Audience("project", 1)) == []
    await anna.forges(f"motion:list:{await town.meeting(day=4)}:0:0")
    anna.sees("Still to be done from earlier meetings\n• Ask three firms <soon> – Anna, open until Friday 27 November")
    await anna.forges("minutes:todo:1:0:0:")
    await anna.taps("It is done")
    await anna.says("The Smiths are cheapest.")
    anna.sees("“Ask three firms <soon>” is done")
    await anna.taps("Look at it")
    anna.sees("done on 28 November 2026 by Anna: “The Smiths are cheapest.”")
    await anna.forges("minutes:dropped:1:0:0:")
    anna.sees("is settled already")
    async with town.app.database.reading() as unit:
        assert await open_of(unit, "town") == []


@once
async def test_a_follow_up_becomes_a_shift(town: Town) -> None:
    naledi = await town.mayor("Naledi")
    await town.project("Bakery")
    anna = await town.resident("Anna")
    spring = await _meeting(town, here=[naledi], by=naledi)
    await naledi.says("hello")
    await naledi.forges(f"minutes:follow:{spring}:0:0:")
    for answer in ("Dig a pond", "I do it myself", "No date"):
        await naledi.says(answer)
    naledi.sees("Written down: Dig a pond – Naledi, open")
    naledi.has_not_seen("hears of it")  # she said so herself
    async with town.app.database.reading() as unit:
        [pond] = await follow_ups.of_meeting(unit, spring)
    await naledi.forges(f"minutes:shift:{pond.id}:0:0:")
    for answer in ("Wednesday 9:00", "3 h", "Town hall", "6", "None is needed", "Publish"):
        await naledi.says(answer)
    naledi.sees("The shift is up: Dig a pond – shift on Wednesday 25 November, 09:00: 0 of 6 places taken")
    await town.moves(days=1.5)
    await naledi.looks()
    await naledi.says("hello")
    await naledi.forges(f"minutes:todo:{pond.id}:0:0:")
    naledi.sees("Dig a pond\n\nAfter: Spring meeting\nNaledi, open")  # nobody came to the shift
    assert "Make it a shift" in naledi.last.labels
    await naledi.forges(f"minutes:dropped:{pond.id}:0:0:")

    await naledi.forges(f"minutes:follow:{spring}:0:0:")
    for answer in ("Dig the well", "Nobody yet", "No date"):
        await naledi.says(answer)
    naledi.sees("Written down: Dig the well – nobody’s yet, open")
    await naledi.taps("Make it a shift")
    for answer in ("Thursday 9:00", "3 h", "Town hall", "6", "None is needed"):
        await naledi.says(answer)
    naledi.sees("Dig the well")
    await naledi.taps("Publish")
    naledi.sees("The shift is up: Dig the well – shift on Thursday 26 November, 09:00: 0 of 6 places taken")
    async with town.app.database.reading() as unit:
        [_pond, one] = await follow_ups.of_meeting(unit, spring)
        assert one.shift_id is not None
    await anna.joins(one.shift_id)
    await naledi.forges(f"minutes:of:{spring}:0:0:")
    naledi.sees("2. Dig the well – shift on Thursday 26 November, 09:00: 1 of 6 places taken")
    await naledi.forges(f"minutes:shift:{one.id}:0:0:")
    naledi.sees("is settled already")
    await town.moves(days=4)
    async with town.app.database.reading() as unit:
        [_pond, one] = await follow_ups.of_meeting(unit, spring)
        assert one.state == "done"
    await naledi.looks()
    await naledi.says("hello")
    await naledi.forges(f"minutes:of:{spring}:0:0:")
    naledi.sees("2. Dig the well – done at the shift on Thursday 26 November, 09:00")
