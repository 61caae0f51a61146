"""A whole evening in the town hall, by what people tap and write and nothing else; and what they are told around it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from handlers.meetings import steering
from handlers.meetings.calling import NewMeeting, call
from handlers.polls.casting import cast
from handlers.polls.closing import close
from storage.queries import decisions, guests, meetings, polls
from storage.sql import select
from storage.tables import Outbox, table_of
from tests.people import OPENING, Person, Town
from tests.variants import crosswise, once
from town.checkin import MEETING, payload
from town.facts import DateInPast

outbox = table_of(Outbox)


async def everybody_looks(town: Town, *people: Person) -> None:
    await town.settles()
    for person in people:
        await person.looks()


async def told(town: Town, person: Person, *subjects: str) -> list[str]:
    """The notices that somebody was sent of these, or will be."""
    mine = (
        select(outbox.c.notice)
        .where(outbox.c.resident_id == person.resident_id, outbox.c.subject.in_(subjects))
        .where(outbox.c.state.in_(["sent", "waiting"]), outbox.c.notice != "poll.opened")
    )
    async with town.app.database.reading() as unit:
        return [row.notice for row in await unit.rows(mine)]


@crosswise
async def test_an_evening_in_the_town_hall(town: Town) -> None:
    naledi = await town.mayor()
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    meeting = await town.meeting(by=naledi, day=0, at="18:00", quorum=50)
    await everybody_looks(town, naledi, anna, ben, cleo)
    await anna.taps("Yes")
    await anna.taps("2 of us")
    await ben.taps("Yes")
    await cleo.taps("No")
    # Anna brings a motion, two others second it, and the mayor need not wait for a third.
    await anna.forges(f"meet:page:{meeting}:0:0")
    await anna.taps("Agenda")
    await anna.taps("Propose something")
    for said in ("Motion", "A second well?", "The first runs dry."):
        await anna.says(said)
    for person in (ben, cleo):
        await person.says("/motions")
        await person.taps("1. A second well?")
        await person.taps("I second it")
    await naledi.says("/motions")
    await naledi.taps("1. A second well?")
    await naledi.taps("Put it on the agenda")
    await naledi.taps("Back")
    await naledi.taps("Add to the agenda")
    for said in ("motion", "Who keeps the key?", "nothing to add"):
        await naledi.says(said)
    await town.moves(hours=8.25)  # 17:45
    await everybody_looks(town, naledi, anna, ben, cleo)
    cleo.has_not_seen("A reminder of a meeting")
    anna.has_seen("A reminder of a meeting", times=1)
    anna.has_seen("You said that you come. If that has changed, tell me here.")
    naledi.has_seen("Do you come?")
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    await naledi.taps("Begin")
    await naledi.taps("Room code")
    code = re.search(r"The code: (\S{3}) (\S{3})", naledi.last.text)
    assert code is not None
    await anna.taps("The meeting")
    await anna.taps("I am here")
    await anna.says(f"{code[1]} {code[2]}")
    anna.sees("1 of 4 here, quorum 2: not yet")
    await ben.says(f"/start {payload(meeting, code[1] + code[2], MEETING)}")
    ben.sees("2 of 4 here, quorum 2: reached")
    # The motion is put to the vote: Anna taps below what she is told, Ben on the agenda. Cleo comes too late for it.
    await naledi.says("/motions")
    await naledi.taps("1. A second well?")
    await naledi.taps("Put it to the vote")
    put = naledi.last
    await naledi.taps("Start the vote")
    naledi.sees("2 in all")
    assert "Vote now" not in naledi.last.labels  # she never checked in
    await naledi.taps("Start the vote", on=put)  # twice
    await everybody_looks(town, naledi, anna, ben, cleo)
    anna.sees("You are asked:\n\nA second well?")
    for _tap in range(2):
        await anna.taps("Yes", on=next(one for one in anna.shown if "You are asked:" in one.text))
        anna.sees("Your vote on “A second well?”: Yes")
    await ben.says("/motions")
    await ben.taps("1. A second well?")
    await ben.taps("Vote now")
    await ben.says("no")
    ben.sees("Your vote on “A second well?”: No")
    await ben.says("/motions")
    await ben.taps("1. A second well?")
    ben.sees("Your vote is in.")
    await ben.taps("Change my vote")
    await ben.taps("Yes")
    await cleo.says(f"{code[1]}{code[2]}")
    cleo.sees("3 of 4 here")
    await cleo.taps("Agenda")
    await cleo.taps("1. A second well?")
    cleo.sees("You came after this vote had begun")
    await cleo.forges("vote:cast:1::1:0:0")
    cleo.sees("vote")
    await naledi.says("/motions")
    await naledi.taps("1. A second well?")
    naledi.sees("2 of 2 have voted")
    await naledi.taps("Close the vote now")
    naledi.sees("Passed: 2 for, 0 against")
    await everybody_looks(town, anna, ben, cleo)
    for person in (anna, ben):
        person.has_seen("Passed: 2 of 2 for, quorum 2 reached", times=1)
    cleo.has_not_seen("Passed: 2 of 2 for")
    # A secret one, which goes on when the meeting ends: it is counted then.
    await naledi.says("/motions")
    await naledi.taps("2. Who keeps")
    await naledi.taps("Put it to the vote")
    await naledi.taps("Make it secret")
    await naledi.taps("Other answers")
    await naledi.taps("One of several")
    await naledi.says("Anna\nBen")
    await naledi.taps("Start the vote")
    naledi.sees("3 in all")
    await everybody_looks(town, naledi, anna, ben, cleo)
    for person, choice in ((anna, "Ben"), (ben, "Anna"), (cleo, "Ben")):
        await person.taps("Vote")
        await person.taps(choice)
        person.sees(f"In the box now: {choice}")
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    await naledi.taps("End the meeting")
    await naledi.taps("Yes, end it")
    await everybody_looks(town, naledi, anna, ben, cleo)
    cleo.has_seen("Chosen: Ben, with 2 of 3", times=1)
    async with town.app.database.reading() as unit:
        entered = await decisions.of_meeting(unit, meeting)
    assert {(one.title, one.text, one.passed) for one in entered} == {
        ("A second well?", "The first runs dry.", True),
        ("Who keeps the key?", "Ben", True),
    }


@once
async def test_a_vote_that_nobody_takes_part_in_decides_nothing(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    meeting = await town.meeting(by=naledi, day=0, at="10:00")
    await naledi.forges(f"motion:propose:{meeting}:0:0")
    for said in ("motion", "Benches", "nothing to add"):
        await naledi.says(said)
    await naledi.forges(f"meet:tick:{meeting}:{anna.resident_id}:0")
    await town.moves(hours=0.6)  # its time has come, and nobody says so
    for _again in range(2):
        await naledi.forges("motion:vote:1:0:0")
        await naledi.taps("Another quorum")
        await naledi.says("5 people")
        naledi.sees("Fewer people are asked than must vote")
        await naledi.taps("Another quorum")
        await naledi.taps("No quorum")
        await naledi.taps("Start the vote")
        await naledi.taps("Close the vote now")
        naledi.sees("No decision: nobody voted")
        naledi.sees("It can be put to the vote again.")
    await everybody_looks(town, anna)
    anna.has_seen("No decision: nobody voted")
    async with town.app.database.reading() as unit:
        assert await decisions.of_meeting(unit, meeting) == []
    await town.moves(hours=3)  # who votes has begun: it goes on until somebody ends it
    await naledi.forges(f"meet:desk:{meeting}:0:0")
    await naledi.taps("End the meeting")
    await naledi.taps("Yes, end it")
    naledi.sees("It is over.")


@once
async def test_a_date_is_told_once(town: Town) -> None:
    """Of a date poll nobody gets the result beside the date, nor that it was called off beside what came instead."""
    naledi, anna = await town.mayor(), await town.resident("Anna")
    dates = (OPENING + timedelta(days=4), OPENING + timedelta(days=5))
    for found_by in ("vote", "hand", "off", "nobody"):
        async with town.app.database.unit() as unit:
            settings, now, who = await town.settings(), town.clock.now(), await town.who(naledi)
            new = NewMeeting(title="Ovens", audience="town", length=60, dates=dates)
            meeting = await call(unit, by=naledi.resident_id, new=new, town=settings, now=now)
            [poll] = await meetings.date_polls(unit, meeting)
        async with town.app.database.unit() as unit:
            if found_by == "vote":
                await cast(unit, voter=anna.resident_id, poll_id=poll, choice="1", key=None, now=now)
            if found_by in ("vote", "nobody"):
                await close(unit, poll, town=settings, now=now)
            if found_by == "hand":
                await steering.change(unit, who=who, meeting_id=meeting, starts_at=dates[1], now=now)
            if found_by == "off":
                await steering.call_off(unit, who=who, meeting_id=meeting, reason="Rain", now=now)
            one = await polls.get(unit, poll)
        assert one is not None
        assert (one.closed_at or one.cancelled_at) is not None
        notice = {"off": "meeting.off", "nobody": "poll.result"}.get(found_by, "meeting.dated")
        assert await told(town, anna, guests.subject(meeting), polls.subject(poll)) == [notice], found_by


@once
@pytest.mark.town(zone="Europe/Madrid")
async def test_reminders_of_a_meeting_that_moves_across_a_change_of_clocks(town: Town) -> None:
    """The clocks go forward on 28 March 2027: 24 hours before 18:00 of that day they show 17:00."""
    naledi = await town.mayor()
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await town.moves(days=121)  # Thursday 25 March
    meeting = await town.meeting(by=naledi, day=2, at="18:00")  # Saturday
    await everybody_looks(town, anna, ben)
    await ben.taps("No")
    await town.moves(days=1.5)  # Friday evening: the first reminder of the old time is out
    await naledi.forges(f"meet:set:{meeting}:3:0")
    await naledi.says("Sun 18:00")
    await naledi.taps("Yes, change it")
    await town.moves(days=3)
    await everybody_looks(town, naledi, anna, ben)
    ben.has_not_seen("A reminder of a meeting")
    anna.has_seen("A reminder of a meeting", times=3)
    anna.has_seen("When: Saturday 27 March, 18:00–20:00")
    of_mine = select(outbox.c.due_at).where(
        outbox.c.notice == "meeting.reminder", outbox.c.resident_id == anna.resident_id, outbox.c.state == "sent"
    )
    async with town.app.database.reading() as unit:
        rows = await unit.rows(of_mine.order_by(outbox.c.due_at))
    assert [row.due_at for row in rows] == [
        datetime(2027, 3, 26, 17, tzinfo=UTC),
        datetime(2027, 3, 27, 16, tzinfo=UTC),  # 24 hours before 18:00 of the summer, on a clock that shows 17:00
        datetime(2027, 3, 28, 14, tzinfo=UTC),
    ]


@once
async def test_a_date_that_has_passed_meanwhile_is_not_set(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    meeting = await town.meeting(by=naledi, day=3)
    await naledi.forges(f"meet:set:{meeting}:3:0")
    await naledi.says("Wed 9:00")
    sure = naledi.last
    await town.moves(days=1.5)
    await naledi.taps("Yes, change it", on=sure)
    naledi.sees("25/11 09:00")
    await everybody_looks(town, anna)
    anna.has_not_seen("has another time")
    async with town.app.database.unit() as unit:
        with pytest.raises(DateInPast):
            await steering.change(
                unit, who=await town.who(naledi), meeting_id=meeting, starts_at=OPENING, now=town.clock.now()
            )


@once
async def test_the_quiet_hours_are_broken_only_for_what_cannot_wait(town: Town) -> None:
    naledi, anna = await town.mayor(), await town.resident("Anna")
    await town.moves(hours=13)  # 22:30
    late, early = await town.meeting("Late", by=naledi, day=1), await town.meeting("Early", by=naledi, day=1, at="7:15")
    await everybody_looks(town, anna)
    anna.has_seen("Early")
    anna.has_not_seen("Late")
    for meeting in (late, early):
        async with town.app.database.unit() as unit:
            now, who = town.clock.now(), await town.who(naledi)
            await steering.call_off(unit, who=who, meeting_id=meeting, reason="Rain", now=now)
    await everybody_looks(town, anna)
    anna.has_seen("The meeting Early is called off.")
    anna.has_not_seen("Late")
