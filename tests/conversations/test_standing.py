"""Standing: the Thursday note, the week's close, "Why?", and exemptions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from handlers.hours.actions import confirm_one
from handlers.kit.taps import StandingTap
from storage.outbox import outbox
from storage.queries import standing as standings
from storage.queries.standing import standings as rows
from storage.sql import select
from storage.tables import OutboxState
from tests.people import Person, Town
from tests.variants import once

FIRST = date(2026, 11, 23)
"""The Monday of the week in which everybody signs up (it is Tuesday, 09:30)."""


def week(number: int) -> date:
    return FIRST + timedelta(days=7 * number)


async def works(town: Town, person: Person, minutes: int, *, day: int = 0) -> int:
    """A shift of theirs that is over by the end of the day; returns its id."""
    shift = await town.shift("Bread baking", day=day, at="12:00", minutes=minutes)
    await person.joins(shift)
    return shift


async def confirms(town: Town, by: Person, shift: int, person: Person, minutes: int) -> None:
    async with town.app.database.unit() as unit:
        who = await town.who(by)
        await confirm_one(
            unit, who=who, shift_id=shift, resident_id=person.resident_id, minutes=minutes, now=town.clock.now()
        )


async def told(town: Town, person: Person) -> list[str]:
    """The notices of this room that somebody got."""
    async with town.app.database.reading() as unit:
        found = await unit.rows(
            select(outbox.c.notice)
            .where(outbox.c.resident_id == person.resident_id, outbox.c.state == OutboxState.SENT)
            .order_by(outbox.c.id)
        )
    return [row.notice for row in found if row.notice.startswith(("standing.", "exempt."))]


async def test_a_week_that_was_short_and_the_way_back(town: Town) -> None:
    """Week 2 is the first in which hours are asked for."""
    pieter, anna, ben = await town.coordinator(), await town.resident("Anna"), await town.resident("Ben")
    await town.moves(days=14)
    ours = await works(town, ben, 180)
    await town.moves(hours=6)
    await confirms(town, pieter, ours, ben, 180)
    await town.shift("Weeding", project="Farm", day=3, minutes=180)
    await town.moves(days=2, hours=2)
    for person in (anna, ben):
        await person.looks()
    anna.sees("Still missing: 3 h. Without it, free electricity and goods end on Monday 14 December.")
    anna.sees("• Weeding, Friday 11 December, 09:00, 3 h")
    ben.has_not_seen("free electricity and goods end")
    await anna.taps("Why?")
    anna.sees("You are short of hours this week.")
    anna.sees("The rule: the town asks for 3 h a week.")
    anna.sees("• no confirmed hours yet")
    anna.sees("Missing: 3 h, until Sunday 13 December at midnight.")
    anna.sees("They are yours, because of last week.")
    anna.sees("1. Weeding, Friday 11 December, 09:00, 3 h")
    await anna.taps("1. ")
    anna.sees("Weeding")
    await town.moves(days=5)  # Tuesday, 16:30
    await anna.looks()
    anna.sees("Free electricity and goods have ended for now.")
    anna.sees("Last week came to 0 min of 3 h, so 3 h was missing, as I had written to you.")
    await ben.looks()
    ben.has_not_seen("have ended for now")
    await anna.says("why?")
    anna.sees("They are not yours since Monday 14 December: the week before it was short, and I had written to you.")
    anna.sees("With 3 h more they are yours again at once, and next week too.")
    await anna.taps("The week before")
    anna.sees("You were short of hours in this week.")
    anna.sees("Missing: 3 h.")
    anna.sees("They were yours, because of the week before.")
    theirs = await works(town, anna, 180, day=1)
    await town.moves(days=1)
    await confirms(town, pieter, theirs, anna, 180)
    await town.settles()
    await town.settles()
    await anna.looks()
    anna.sees("Free electricity and goods are yours again, from now on.")
    await anna.taps("Why?")
    anna.sees("• Bread baking: 3 h")
    anna.sees("They are yours again, because of this week's hours.")
    assert await told(town, anna) == ["standing.note", "standing.ended", "standing.back"]
    await anna.says("/week")
    anna.sees("You are taking part")


async def test_hours_confirmed_late_give_the_benefits_back(town: Town) -> None:
    pieter, anna = await town.coordinator(), await town.resident("Anna")
    await town.moves(days=14)
    shift = await works(town, anna, 180, day=4)
    await town.moves(days=3)
    await anna.looks()
    anna.sees("0 min of 3 h so far, and with the 3 h you hold places for it is complete.")
    await town.moves(days=4)
    await anna.looks()
    anna.has_seen("If work of last week still waits for that, you need to do nothing.", times=1)
    async with town.app.database.reading() as unit:
        before = await unit.first(select(rows).where(rows.c.week == week(2), rows.c.resident_id == anna.resident_id))
    assert before is not None
    assert (before.standing, before.missing, before.revised_at) == ("short", 180, None)
    await confirms(town, pieter, shift, anna, 180)
    await anna.says("/week")
    anna.has_seen("Still missing: 3 h. With it, free electricity and goods stay yours next week.")
    await town.settles()
    await anna.looks()
    anna.has_seen("Free electricity and goods are yours again")
    async with town.app.database.reading() as unit:
        after = await unit.first(select(rows).where(rows.c.week == week(2), rows.c.resident_id == anna.resident_id))
    assert after is not None
    assert (after.standing, after.minutes, after.missing) == ("participating", 180, 0)
    assert after.revised_at is not None
    assert await told(town, anna) == ["standing.note", "standing.ended", "standing.back"]


@once
async def test_without_a_warning_nothing_is_lost(town: Town) -> None:
    """Nobody ticked from Wednesday to the Monday after."""
    await town.resident("Anna")
    anna = await town.resident("Anna")
    await town.moves(days=15)
    town.clock.move_to(town.clock.now() + timedelta(days=5))
    await town.settles()
    await anna.looks()
    anna.sees("Last week came to 0 min of 3 h, so 3 h was missing. I had not warned you, so nothing is lost:")
    await anna.taps("Why?")
    anna.sees("They are yours: last week was short, but I had not warned you, and without that nothing is lost.")
    await anna.says("/week")
    anna.sees("With it, free electricity and goods stay yours next week.")
    await town.moves(days=7)
    assert await told(town, anna) == ["standing.spared", "standing.note", "standing.ended"]
    await town.settles()
    await town.settles()
    assert await told(town, anna) == ["standing.spared", "standing.note", "standing.ended"]


@once
async def test_closing_again_changes_nothing(town: Town) -> None:
    """Two processes, a restart, a tick twice: each week is closed once, and in order after a long standstill."""
    anna = await town.resident("Anna")
    town.clock.move_to(town.clock.now() + timedelta(days=40))
    await town.settles()
    now, settings = town.clock.now(), await town.settings()
    async with town.app.database.unit() as unit:
        assert await standings.close(unit, week(2), settings, now) is None
        closed = [
            row.week for row in await unit.rows(select(standings.closes.c.week).order_by(standings.closes.c.week))
        ]
        kept = [(row.week, row.standing) for row in await unit.rows(select(rows).order_by(rows.c.week))]
    assert closed == [week(number) for number in range(5)]
    assert kept == [(week(number), "welcome" if number < 2 else "short") for number in range(5)]
    assert await told(town, anna) == ["standing.spared"], "of the last week alone"


async def test_an_exemption_is_asked_for_and_approved(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await town.moves(days=14)
    await anna.says("/exempt")
    anna.sees("for 26 weeks at most")
    await anna.taps("Ask for one")
    anna.sees("Why is it?")
    await anna.says("boredom")
    anna.sees("Why is it?")
    await anna.taps("Illness")
    await anna.says("1 January 2040")
    anna.sees("An exemption is for 26 weeks at most")
    await anna.taps("From this week on")
    await anna.says("99 weeks")
    anna.sees("An exemption is for 26 weeks at most")
    await anna.says("3 weeks")
    anna.sees("You would be exempt from Monday 7 December to Sunday 27 December. The reason: illness.")
    await anna.taps("Send it")
    anna.sees("I have passed it on to those who decide")
    await anna.forges("w:exempt:sure:yes")
    anna.sees("This was finished already")
    await anna.forges(StandingTap(do="approve", id=1).pack())
    anna.sees("coordinator")
    await town.settles()
    await mayor.looks()
    mayor.sees("Anna asks to be exempt from Monday 7 December to Sunday 27 December. The reason: illness.")
    await mayor.taps("Decide")
    mayor.sees("3 weeks in all")
    await mayor.taps("Approve, but shorter")
    await mayor.says("5 weeks")
    mayor.sees("An exemption is for 3 weeks at most")
    await mayor.says("2")
    mayor.sees("Anna is exempt from Monday 7 December to Sunday 20 December")
    await mayor.forges(StandingTap(do="approve", id=1).pack())
    mayor.sees("That was decided before")
    await town.settles()
    await anna.looks()
    anna.sees("You are exempt from Monday 7 December to Sunday 20 December: Naledi Mokoena approved it.")
    await anna.says("/week")
    anna.sees("You are exempt this week: the benefits are yours.")
    await anna.says("/why")
    anna.sees("You are exempt from Monday 7 December to Sunday 20 December (illness): nothing is asked of you.")
    await town.moves(days=14)
    await anna.looks()
    anna.has_not_seen("missing")
    await anna.says("/week")
    anna.sees("Still missing: 3 h.")


@once
async def test_an_exemption_is_ended_early_by_either(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await _asks(anna, "4 weeks")
    await mayor.forges(StandingTap(do="approve", id=1).pack(), on=await mayor.says("/week"))
    await anna.says("exemptions")
    anna.sees("approved")
    await anna.taps("1. End it early")
    anna.sees("This week stays exempt; from Monday on hours are asked for as usual.")
    await anna.taps("Yes, end it")
    anna.sees("It ends now: the exemption is from Monday 23 November to Sunday 29 November.")
    await _asks(anna, "2", on="From next week on")
    await town.settles()
    await mayor.looks()
    await mayor.forges(StandingTap(do="exempts").pack())
    mayor.sees("1 request waits for an answer.")
    await mayor.taps("1. Anna")
    await mayor.taps("Decline")
    mayor.sees("You declined what Anna asked for")
    await town.settles()
    await anna.looks()
    anna.has_seen("could not approve that you are exempt from Monday 30 November to Sunday 13 December", times=1)
    await _asks(anna, "until 20 December", on="From next week on")
    await mayor.forges(StandingTap(do="approve", id=3).pack())
    await mayor.forges(StandingTap(do="end", id=3).pack())
    await mayor.taps("Yes, end it")
    mayor.sees("It was taken back. Anna hears of it.")
    await town.settles()
    await anna.looks()
    anna.has_seen("took back your exemption from Monday 30 November to Sunday 20 December", times=1)
    await anna.forges(StandingTap(do="ended", id=3).pack())
    anna.sees("That was decided before, or taken back")


@once
async def test_nobody_decides_on_their_own(town: Town) -> None:
    mayor = await town.mayor()
    await _asks(mayor, "2 weeks")
    mayor.sees("Nobody else may decide on it now")
    pieter = await town.coordinator()
    for do in ("open", "approve", "shorter", "decline"):
        await mayor.forges(StandingTap(do=do, id=1).pack())
        mayor.sees("Nobody decides on their own exemption")
        await pieter.forges(StandingTap(do=do, id=1).pack())
        pieter.sees("the whole town")
    await pieter.forges(StandingTap(do="end", id=1).pack())
    pieter.sees("the whole town")
    await mayor.forges(StandingTap(do="end", id=77).pack())
    mayor.sees("That was decided before, or taken back")


@once
async def test_a_late_exemption_mends_the_week_before(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await town.moves(days=21)  # Tuesday: last week was short
    await anna.looks()
    anna.sees("have ended for now")
    await _asks(anna, "1 week", on="From last week on")
    anna.sees("An exemption is for 26 weeks at most")  # it has to reach this week
    await anna.says("2 weeks")
    await anna.taps("Send it")
    await mayor.forges(StandingTap(do="approve", id=1).pack(), on=await mayor.says("/week"))
    await town.settles()
    await anna.looks()
    anna.has_seen("Free electricity and goods are yours again", times=1)
    await anna.forges(StandingTap(do="why", key=week(2).isoformat()).pack())
    anna.sees("You were exempt in this week.")


@once
@pytest.mark.parametrize("key", ["", "nonsense", "0001-01-01", "9999-12-31", "2026-11-20", "2026-13-45"])
async def test_any_week_can_be_asked_about(town: Town, key: str) -> None:
    anna = await town.resident("Anna")
    await anna.forges(StandingTap(do="why", key=key).pack())
    anna.sees("You are newly here this week.")
    anna.sees("They begin with your second week.")


async def _asks(person: Person, length: str, *, on: str = "From this week on") -> None:
    await person.says("/exempt")
    await person.taps("Ask for one")
    await person.taps("Illness")
    await person.taps(on)
    await person.says(length)
    if "Send it" in person.last.labels:
        await person.taps("Send it")
