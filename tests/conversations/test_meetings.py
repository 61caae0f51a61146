"""Meetings: called, dated, answered, reminded of, and who is there."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession

from handlers.agenda import actions as agenda
from handlers.agenda.feed import feed
from handlers.meetings import steering
from handlers.meetings.calling import NewMeeting
from handlers.meetings.calling import call as call_meeting
from handlers.meetings.present import presence, quorum_reached
from handlers.polls.casting import cast
from handlers.polls.closing import close
from storage.queries import guests, meetings, polls
from storage.queries.meetings import MeetingRow
from tests.lines import Shown
from tests.people import OPENING, Person, Town
from tests.variants import crosswise, once
from town.checkin import MEETING, code_at, minute_of, payload, shown
from town.facts import MeetingBegun


async def row(town: Town, meeting_id: int) -> MeetingRow:
    async with town.app.database.reading() as unit:
        found = await meetings.get(unit, meeting_id)
    assert found is not None
    return found


async def the_only_one(town: Town) -> MeetingRow:
    async with town.app.database.reading() as unit:
        [found] = await meetings.coming(unit, 0)
    return found.meeting


@crosswise
async def test_a_mayor_calls_a_meeting_and_people_answer(town: Town) -> None:
    naledi, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    await naledi.says("/meeting")
    naledi.sees("What is the meeting called?")
    await naledi.says("Spring meeting")
    await naledi.says("The well, and the new oven.")
    naledi.sees("When is it?")
    await naledi.says("some day")
    naledi.sees("I could not read “some day”")
    await naledi.says("Thu 18:00")
    await naledi.taps("2 h")
    await naledi.taps("Online only")
    naledi.sees("Write the link")
    await naledi.says("http://meet.example/well")
    naledi.sees("one that begins with https://")
    await naledi.says("https://meet.example/well")
    await naledi.taps("Everybody in town")
    naledi.sees("Everybody: 3 people")
    await naledi.taps("Everybody")
    await naledi.says("lots")
    naledi.sees("I could not read “lots” as a quorum")
    await naledi.says("2 people")
    await naledi.says("Anna")
    await naledi.taps("Anna")
    naledi.sees("When: Thursday 26 November, 18:00–20:00")
    naledi.sees("Invited: Everybody in town (3 people)")
    naledi.sees("Minutes: Anna")
    await naledi.taps("Place and link")
    await naledi.says("Town hall")
    await naledi.says("https://meet.example/well")
    naledi.sees("Where: Town hall")
    await naledi.taps("Yes, invite them")
    naledi.sees("3 people are invited.")

    await town.settles()
    await anna.looks()
    anna.sees("You are invited to a meeting.")
    anna.sees("When: Thursday 26 November, 18:00–20:00\nWhere: Town hall\nOnline: https://meet.example/well")
    invitation = anna.last
    await anna.says("yes")
    anna.sees("You come.")
    await anna.taps("2 of us")
    anna.sees("You come, 2 people in all.")
    await anna.taps("Another number")
    await anna.says("21")
    anna.sees("from 1 to 20")
    await anna.says("4")
    anna.sees("You come, 4 people in all.")
    for many in (0, 21):
        await anna.forges(f"meet:people:1:{many}:0")
        anna.sees("from 1 to 20")
    await ben.looks()
    await ben.taps("Maybe")
    await ben.taps("The meeting")
    ben.sees("4 people come, 1 maybe")
    ben.sees("Everybody in town: 3 people invited")
    for _tap in range(2):
        await ben.taps("No")
        ben.sees("You do not come.")
    await anna.taps("Maybe", on=invitation)  # an old button answers anew
    anna.has_seen("You may come, 4 people in all.")
    async with town.app.database.reading() as unit:
        assert await guests.numbers(unit, 1) == (0, 4, 1, 0)


@once
async def test_a_date_is_found_by_a_vote(town: Town) -> None:
    naledi = await town.mayor()
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    await naledi.says("call a meeting")
    await naledi.says("Spring meeting")
    await naledi.taps("Nothing to add")
    await naledi.says("Thu 18:00\nThu 18:00")
    naledi.sees("from 2 to 8 different dates")
    await naledi.says("Fri 17:00\nThu 18:00; 1/12 18:00")
    await naledi.says("90 min")
    await naledi.says("Town hall")
    await naledi.taps("No link")
    await naledi.taps("Everybody in town")
    await naledi.taps("Everybody")
    await naledi.taps("No quorum")
    await naledi.taps("I do")
    naledi.sees("These dates are voted on, for 1 h 30 min each:\n– Thursday 26 November, 18:00\n– Friday 27 November")
    await naledi.taps("Yes, ask for a date")
    naledi.sees("I ask 4 people for a date")
    await naledi.taps("The meeting")
    naledi.sees("The date is being looked for")

    meeting = await the_only_one(town)
    async with town.app.database.reading() as unit:
        [poll_id] = await meetings.date_polls(unit, meeting.id)
        poll = await polls.get(unit, poll_id)
    assert poll is not None
    assert poll.closes_at is not None
    assert (poll.kind, poll.meeting_id, poll.electorate, poll.proxies) == ("approval", meeting.id, 4, False)
    assert [datetime.fromisoformat(one.at).isoformat() for one in poll.choices] == [
        "2026-11-26T16:00:00+00:00",
        "2026-11-27T15:00:00+00:00",
        "2026-12-01T16:00:00+00:00",
    ]
    assert poll.choices[0].called("es") == "jueves 26 de noviembre, 18:00"
    assert poll.closes_at < datetime.fromisoformat(poll.choices[0].at) - timedelta(hours=23)
    await anna.forges(f"meet:yes:{meeting.id}:0:0")
    anna.sees("“Spring meeting” has no date yet.")
    async with town.app.database.unit() as unit:
        for person, choice in ((anna, "2,3"), (ben, "3"), (cleo, "2")):  # the second and the third are equal
            await cast(unit, voter=person.resident_id, poll_id=poll_id, choice=choice, key=None, now=town.clock.now())
    await town.moves(days=3)
    for person in (anna, ben, cleo):
        await person.looks()
    anna.has_seen("There is a date for the meeting.")
    anna.has_seen("When: Friday 27 November, 17:00–18:30\nWhere: Town hall")
    anna.has_seen("I have noted that you come")
    cleo.has_seen("I have noted that you come")
    ben.has_seen("There is a date for the meeting.", times=1)
    ben.has_not_seen("I have noted that you come")
    found = await row(town, meeting.id)
    assert found.starts_at is not None
    async with town.app.database.reading() as unit:
        assert await guests.numbers(unit, meeting.id) == (2, 0, 0, 0)


@once
async def test_no_date_is_voted_for(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.resident("Anna")
    project = await town.project("Bakery")
    dates = (OPENING + timedelta(days=4), OPENING + timedelta(days=5))
    new = NewMeeting(title="Ovens", audience=f"project:{project}", length=60, dates=dates, project_id=project)
    async with town.app.database.unit() as unit:
        town_now = await town.settings()
        first = await call_meeting(unit, by=pieter.resident_id, new=new, town=town_now, now=town.clock.now())
        second = await call_meeting(unit, by=pieter.resident_id, new=new, town=town_now, now=town.clock.now())
        [poll_id] = await meetings.date_polls(unit, first)
        await close(unit, poll_id, town=town_now, now=town.clock.now())
    await town.settles()
    await pieter.looks()
    pieter.has_seen("There is no date for Ovens", times=1)
    await pieter.taps("Set a date")
    await pieter.says("Mon 9:00")
    pieter.sees("1 person who has not declined hears of it.")
    await pieter.taps("Yes, change it")
    pieter.sees("When: Monday 30 November, 09:00–10:00")

    await pieter.forges(f"meet:set:{second}:3:0", on=pieter.shown[0])  # by hand, while the vote goes on: that ends
    await pieter.says("Mon 11:00")
    await pieter.taps("Yes, change it")
    async with town.app.database.reading() as unit:
        assert await meetings.date_polls(unit, second) == []
    await town.settles()
    await pieter.looks()
    pieter.has_seen("There is a date for the meeting.", times=2)


@once
async def test_changes_reminders_and_calling_off(town: Town) -> None:
    naledi = await town.mayor()
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    meeting = await town.meeting(by=naledi, day=2, about="The well", link="https://meet.example/well")  # Thursday 18:00
    await town.settles()
    for person, answer in ((anna, "Yes"), (ben, "No")):
        await person.looks()
        await person.taps(answer)
    await town.moves(hours=31)  # Wednesday 16:30
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    await naledi.taps("Change it")
    await naledi.taps("Title")
    await naledi.says("Summer meeting")
    naledi.sees("Done. It is like this now:")
    await naledi.taps("Run the meeting")
    await naledi.taps("Change it")
    await naledi.taps("Day and time")
    await naledi.says("yesterday 9:00")
    await naledi.says("Sat 10:00")
    naledi.sees("3 people who have not declined hear of it.")
    await naledi.taps("Yes, change it")
    naledi.sees("3 people hear of it.")
    await naledi.forges(f"meet:set:{meeting}:5:0")
    await naledi.says("School")
    await naledi.taps("Yes, change it")
    await town.settles()
    for person in (anna, ben, cleo):
        await person.looks()
    anna.has_seen("A meeting has another time now:\n\nSummer meeting\nWhen: Saturday 28 November, 10:00–12:00")
    anna.has_seen("A meeting has another place now:")
    ben.has_not_seen("has another")
    await anna.taps("The meeting")
    anna.sees("You come.")

    await town.moves(days=1)  # Thursday evening: the old time is past
    for person in (anna, ben, cleo):
        await person.looks()
        person.has_not_seen("A reminder of a meeting")
    await town.moves(days=1)  # Friday 16:30
    await cleo.looks()
    cleo.has_seen("A reminder of a meeting:\n\nSummer meeting\nWhen: Saturday 28 November, 10:00–12:00\nWhere: School")
    cleo.has_seen("Online: https://meet.example/well")
    await cleo.taps("No")
    await town.moves(hours=16)  # Saturday 8:30
    for person, times in ((anna, 2), (ben, 0), (cleo, 0)):  # Cleo's, of yesterday, is her answer now
        await person.looks()
        person.has_open("A reminder of a meeting", times=times)

    await naledi.forges(f"meet:off:{meeting}:0:0")
    await naledi.says("The hall is under water")
    naledi.sees("4 people hear of it.")
    await naledi.taps("Yes, call it off")
    naledi.sees("“Summer meeting” is called off.")
    await town.settles()
    for person in (anna, ben, cleo):
        await person.looks()
        person.has_seen("The meeting Summer meeting is called off.\nIt was to be on Saturday 28 November, 10:00–12:00.")
        person.has_seen("Because: The hall is under water")
    await anna.forges(f"meet:maybe:{meeting}:0:0")
    anna.sees("“Summer meeting” was called off.")
    await naledi.forges(f"meet:set:{meeting}:5:0")
    naledi.sees("“Summer meeting” was called off.")


@once
async def test_who_has_not_heard_yet_hears_how_it_is_now(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    await town.moves(hours=12.5)  # 22:00: the quiet hours
    meeting = await town.meeting(by=naledi, day=2)
    await town.settles()  # the invitations wait for the morning
    who = await town.who(naledi)
    async with town.app.database.unit() as unit:
        _after, told = await steering.change(unit, who=who, meeting_id=meeting, place="School", now=town.clock.now())
    assert told == 2
    await town.moves(hours=10)
    await anna.looks()
    anna.has_seen("You are invited to a meeting.", times=1)
    anna.has_seen("Where: School")
    anna.has_not_seen("has another place")
    await town.moves(hours=14)  # the next night: of two changes they hear at once, as it is then
    async with town.app.database.unit() as unit:
        for change in ({"place": "Barn"}, {"length": 60}):
            await steering.change(unit, who=who, meeting_id=meeting, now=town.clock.now(), **change)
    await town.moves(hours=10)
    await anna.looks()
    anna.has_seen("A meeting has another time and another place now:", times=1)
    anna.has_seen("18:00–19:00\nWhere: Barn")
    anna.has_not_seen("has another place now")


@once
async def test_who_is_there_counts_for_the_quorum(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    pieter = await town.coordinator("Bakery", "Pieter")
    meeting = await town.meeting(by=naledi, day=0, at="10:00", quorum=75)
    council = await town.meeting("Council", by=naledi, day=0, at="10:00", audience="role:council")
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    naledi.sees("It can begin.")
    ben = await town.resident("Ben")  # moved in since
    await anna.forges(f"meet:yes:{meeting}:0:0")
    await naledi.taps("Room code")
    code = re.search(r"The code: (\S{3} \S{3})", naledi.last.text)
    assert code is not None
    naledi.sees("0 of 4 here, quorum 3: not yet")
    key = (await row(town, meeting)).checkin_key
    assert key is not None
    assert code[1] == shown(code_at(key, meeting, minute_of(town.clock.instant)))
    await anna.forges(f"meet:page:{meeting}:0:0")
    await anna.taps("I am here")
    await anna.says("BBBBBB")
    anna.sees("That is not the code of this minute")
    await anna.says(code[1])
    anna.sees("You are checked in at 09:30. Welcome!")
    anna.sees("1 of 4 here, quorum 3: not yet")
    await ben.says(f"/start {payload(meeting, code[1].replace(' ', ''), MEETING)}")
    ben.sees("2 of 4 here, quorum 3: not yet")
    await ben.says(code[1].lower())
    ben.sees("You are checked in since 09:30: all is well.")

    await naledi.taps("Who is here")
    naledi.sees("1. Anna: here since 09:30")
    await naledi.taps("Somebody else")
    await naledi.says("Pieter")
    await naledi.taps("Pieter")
    naledi.sees("Pieter is here.")
    naledi.sees("3 of 4 here, quorum 3: reached")
    await naledi.taps("1. ✓ Anna")
    naledi.sees("Anna is not here.")
    await naledi.taps("1. • Anna")
    async with town.app.database.reading() as unit:
        assert (await presence(unit, meeting)).here == 3
        assert await quorum_reached(unit, meeting)
    await anna.forges(f"meet:tick:{meeting}:{anna.resident_id}:0")
    anna.sees("That is for the mayor")
    await naledi.forges(f"meet:tick:{council}:{anna.resident_id}:0")
    naledi.sees("“Council” is for other people.")
    assert pieter.resident_id


@once
async def test_it_begins_and_ends(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    meeting, forgotten = await town.meeting(by=naledi, day=1), await town.meeting("Forgotten", by=naledi, day=1)
    await anna.forges(f"meet:begin:{meeting}:0:0")
    anna.sees("That is for the mayor")
    await naledi.forges(f"meet:begin:{meeting}:0:0")
    naledi.sees("checking in at “Spring meeting” begins at Wednesday 25 November, 17:30")
    await town.moves(hours=32.2)  # 17:42 the next day
    await anna.says("/meetings")
    await anna.taps("Wed 25 Nov Spring")
    anna.sees("Nobody has said yes yet")
    await anna.taps("Yes")
    await naledi.looks()
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    await naledi.taps("Begin")
    naledi.sees("It has begun at 17:42.")
    await anna.forges(f"meet:no:{meeting}:0:0")
    anna.sees("“Spring meeting” has begun already.")
    vote = await town.poll("A new oven?", by=naledi, hours=None, audience=f"meeting:{meeting}", meeting_id=meeting)
    await town.moves(hours=3)  # it goes on for longer than was planned
    async with town.app.database.unit() as unit:
        with pytest.raises(MeetingBegun):
            await steering.call_off(
                unit, who=await town.who(naledi), meeting_id=meeting, reason="x", now=town.clock.now()
            )
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    await naledi.taps("End the meeting")
    naledi.sees("Votes that wait for your word are counted then")
    await naledi.taps("Yes, end it")
    naledi.sees("It is over.")
    async with town.app.database.reading() as unit:
        poll = await polls.get(unit, vote)
    assert poll is not None
    assert poll.closed_at is not None
    await town.moves(hours=6)
    assert (await row(town, forgotten)).closed_at is not None
    assert (await row(town, forgotten)).opened_at is None
    await anna.says("/meetings")
    anna.sees("No meeting is coming up.")
    await anna.taps("Past meetings")
    anna.sees("2. Spring meeting")
    await anna.forges(f"meet:page:{meeting}:0:0")
    anna.sees("It is over.")
    await naledi.forges(f"meet:code:{meeting}:0:0")
    naledi.sees("“Spring meeting” is over.")


@once
async def test_who_may_call_whom(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    pieter = await town.coordinator("Bakery", "Pieter")
    await anna.says("/meeting")
    anna.sees("That is for the mayor")
    await anna.says("/meetings")
    assert "Call a meeting" not in anna.last.labels
    await pieter.says("/meetings")
    await pieter.taps("Call a meeting")
    for said in ("Ovens", "Hot", "Fri 9:00", "1 h", "Bakery"):
        await pieter.says(said)
    await pieter.taps("No link")
    assert "Bakery" in pieter.last.labels
    assert "Everybody in town" not in pieter.last.labels
    await pieter.forges("w:newmeeting:whom:town")
    assert await naledi.looks()
    async with town.app.database.reading() as unit:
        assert await meetings.coming(unit, 0) == []
    meeting = await town.meeting("Council", by=naledi, audience="role:council", link="https://meet.example/x")
    await anna.says(f"/start meet_{meeting}")
    anna.sees("This meeting is for others.")
    assert "meet.example" not in anna.last.text
    await anna.forges(f"meet:yes:{meeting}:0:0")
    anna.sees("“Council” is for other people.")
    await anna.says("/start meet_999")
    anna.sees("I find no such meeting.")


async def calendar_of(town: Town, person: Person) -> str:
    """What the calendar file shows that somebody has just been given."""
    document: Shown = next(one for one in reversed(person.shown) if one.document)
    assert document.document is not None
    assert document.document.endswith(".ics")
    return document.text


@crosswise
async def test_a_meeting_stands_in_the_calendar(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    meeting = await town.meeting(by=naledi, about="The well")
    await anna.forges(f"meet:page:{meeting}:0:0")
    await anna.taps("Yes")
    await anna.taps("Calendar file")
    assert "open the file to add it to your calendar" in await calendar_of(town, anna)
    who = await town.who(anna)
    async with town.app.database.unit() as unit:
        key = await agenda.switch_on(unit, who=who)
        await steering.change(
            unit, who=await town.who(naledi), meeting_id=meeting, place="School", now=town.clock.now()
        )
    content = await feed_of(town, key)
    assert b"SUMMARY:Spring meeting" in content
    assert b"LOCATION:School" in content
    assert b"STATUS:CONFIRMED" in content
    assert b"DTSTART:20261126T160000Z" in content
    async with town.app.database.unit() as unit:
        await steering.call_off(
            unit, who=await town.who(naledi), meeting_id=meeting, reason="Rain", now=town.clock.now()
        )
    again = await feed_of(town, key)
    assert b"STATUS:CANCELLED" in again
    [before, after] = [re.search(rb"UID:(\S+)", one) for one in (content, again)]
    assert before is not None
    assert after is not None
    assert before[1] == after[1]


async def feed_of(town: Town, key: str) -> bytes:
    async with town.app.database.reading() as unit:
        found = await feed(unit, key=key, town=await town.settings(), now=town.clock.now(), links=town.app.links)
    assert found is not None
    return found


@once
async def test_the_page_on_the_big_screen(wide_town: Town) -> None:
    town = wide_town
    naledi, _anna = await town.mayor(), await town.resident("Anna")
    meeting = await town.meeting(by=naledi, day=0, at="10:00", quorum=50)
    assert town.app.web is not None
    town.app.links.web_url = town.app.web.address
    await naledi.forges(f"meet:code:{meeting}:0:0")
    [address] = [data for label, data in naledi.last.buttons if label == "On a big screen"]
    assert f"/checkin/m{meeting}/" in address
    async with ClientSession() as http:
        async with http.get(f"{address}/now") as answer:
            seen = await answer.json()
            assert (seen["state"], seen["count"]) == ("open", "0 of 2 here, quorum 1: not yet")
            assert seen["qr"]
        async with http.get(address) as answer:
            assert "Spring meeting" in await answer.text()
        async with http.get(address.replace(f"/m{meeting}/", f"/{meeting}/")) as answer:
            assert answer.status == 404


@once
async def test_only_who_is_meant(town: Town) -> None:
    """A meeting of those with the benefits alone, and somebody who is none of them."""
    people = await town.neighbours(3, short=1)
    await town.settles()  # the week before is closed
    meeting = await town.meeting(benefits_only=True)
    assert (await row(town, meeting)).invited == 2
    async with town.app.database.reading() as unit:
        assert await guests.mine(unit, meeting, people[2].resident_id) is None
