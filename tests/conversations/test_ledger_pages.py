"""A resident's weeks entry by entry, and corrections of what was confirmed."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.hours.actions import confirm_one
from handlers.ledger.actions import correct
from handlers.reports.actions import confirm, send
from storage.queries import settling
from storage.sql import select
from storage.tables import HoursEntry, table_of
from tests.people import Person, Town
from tests.variants import once

MONDAY = "2026-11-23"
entries = table_of(HoursEntry)


async def test_a_week_entry_by_entry(town: Town) -> None:
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Bakery", "Thandi")
    anna = await town.resident("Anna")
    shift = await worked(town, anna, pieter, minutes=120)
    waiting = await town.shift("Kneading", day=0, at="14:00", minutes=60)
    await anna.joins(waiting)
    await reported(town, anna, pieter)
    await town.moves(hours=3)
    await anna.says("/week 0")
    anna.sees("Your week, Mon 23 Nov – Sun 29 Nov")
    anna.sees("Confirmed: 3 h")
    anna.sees("You take part: the 3 h of this week are complete.")
    anna.sees("1. Fetched <flour>\nBakery, Monday 23 November\n+1 h: confirmed by Pieter, Tue 24 Nov")
    anna.sees("2. Bread baking\nBakery, Tuesday 24 November, 10:00–12:00\n+2 h: confirmed by Pieter, Tue 24 Nov")
    anna.sees("These wait for their coordinator:\n• Kneading, Tuesday 24 November, 14:00–15:00")
    assert "The week before" not in anna.last.labels
    async with town.app.database.unit() as unit:
        of: dict[str, Any] = {"kind": "shift", "id": shift, "resident_id": anna.resident_id}
        who, now = await town.who(thandi), town.clock.now()
        await correct(unit, who=who, **of, minutes=30, reason="I mistook the length", now=now)
    await town.settles()
    await anna.looks()
    anna.sees("Thandi corrected your hours on Bread baking (Tuesday 24 November, 10:00): 30 min instead of 2 h.")
    anna.sees("The reason: “I mistook the length”.")
    await anna.taps("See that week")
    anna.sees("+2 h: confirmed by Pieter, Tue 24 Nov\n−2 h: taken back by Thandi, Tue 24 Nov: “I mistook the length”")
    anna.sees("+30 min: corrected by Thandi, Tue 24 Nov")
    anna.sees("You are newly here: nothing is asked of you in this week.")
    await anna.taps("That is not right")
    anna.sees("Thandi wrote down 30 min.")
    await anna.taps("All of it: 2 h")
    await anna.says("The whole time")
    await anna.taps("Ask somebody else")
    anna.sees("I asked Pieter to look at it.")
    await anna.forges(f"ledger:week:{MONDAY}:0:0")
    anna.sees("You said that it was 2 h: that waits for somebody else to decide.")
    assert "That is not right" not in anna.last.labels


async def test_a_correction_by_a_coordinator(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    shift = await worked(town, anna, pieter, minutes=120)
    await town.settles()
    await pieter.looks()
    await pieter.forges(f"hours:person:{shift}:{anna.resident_id}:0:0")
    pieter.sees("2 h confirmed")
    await pieter.taps("Correct it")
    pieter.sees("Anna: 2 h written down")
    await pieter.says("120 min")
    pieter.sees("2 h is what is written down already.")
    await pieter.says("5 h")
    pieter.sees("anything from 0 to 3 h")
    await pieter.says("45 min")
    pieter.sees("Why is it corrected? Anna reads what you write.")
    await pieter.says("left <early>")
    pieter.sees("Shall I write 45 min instead of 2 h?")
    await pieter.taps("Write it")
    pieter.sees("Corrected: Anna has 45 min now, instead of 2 h.")
    await pieter.taps("See the roster")
    pieter.sees("Anna: 45 min confirmed")
    await pieter.taps("1. ✓ Anna")
    await pieter.taps("Correct it")
    await pieter.taps("Not there at all")
    await pieter.taps("I mistook the person")
    await pieter.taps("Write it")
    await pieter.taps("See the roster")
    pieter.sees("Anna: did not come")
    await pieter.taps("1. ✗ Anna")
    await pieter.taps("Correct it")
    await pieter.taps("All of it: 2 h")
    await pieter.taps("They were there after all")
    await pieter.taps("Write it")
    assert await kinds(town, anna) == ["shift", *["reversal", "correction"] * 3]
    async with town.app.database.reading() as unit:
        line = (await settling.lines(unit, shift))[0]
    assert (line.state, line.minutes) == ("attended", 120)
    for person in (ben, anna):
        await person.looks()
        await person.forges(f"ledger:correct:{shift}:{anna.resident_id}:0")
        person.sees("Only coordinators can do that.")
    for forged, answer in (
        (f"ledger:correct:{shift}:{ben.resident_id}:0", "I can't find that person any more."),
        (f"ledger:correct:4711:{ben.resident_id}:0", "That shift is no longer there."),
        ("ledger:correct:x:1:0", "That shift is no longer there."),
        ("ledger:week:never:0:0", "I could not read “never” as a day"),
    ):
        await pieter.forges(forged)
        pieter.sees(answer)
    await town.settles()
    await anna.looks()
    anna.has_seen("2 h instead of 0 min", times=1)


@once
async def test_nobody_corrects_their_own(town: Town) -> None:
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Bakery", "Thandi")
    shift = await worked(town, pieter, thandi, minutes=60)
    await pieter.looks()
    await pieter.forges(f"hours:person:{shift}:{pieter.resident_id}:0:0")
    assert "Correct it" not in pieter.last.labels
    await pieter.forges(f"ledger:correct:{shift}:{pieter.resident_id}:0")
    pieter.sees("Nobody confirms their own hours")
    assert await kinds(town, pieter) == ["shift"]


@once
async def test_paging_through_weeks(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    await worked(town, anna, pieter, minutes=180)
    await town.moves(days=13, hours=20)  # a morning again
    await worked(town, anna, pieter, minutes=60)
    await anna.says("/week last")
    anna.sees("Your week, Mon 30 Nov – Sun 6 Dec")
    anna.sees("Nothing is written down in this week.")
    await anna.taps("The week before")
    anna.sees("Your week, Mon 23 Nov – Sun 29 Nov")
    anna.sees("+3 h: confirmed by Pieter")
    assert "The week before" not in anna.last.labels
    await anna.taps("The week after")
    await anna.taps("The week after")
    anna.sees("Your week, Mon 7 Dec – Sun 13 Dec")
    anna.sees("Missing: 2 h of 3 h.")
    assert "The week after" not in anna.last.labels
    for words, monday in (("2", "Mon 23 Nov"), ("24/11", "Mon 23 Nov"), ("9999", "Mon 23 Nov"), ("today", "Mon 7 Dec")):
        await anna.says(f"/week {words}")
        anna.sees(f"Your week, {monday}")
    await anna.forges("ledger:week:9999-12-31:0:99")
    anna.sees("Your week, Mon 7 Dec")
    await anna.says("/week sometime")
    anna.sees("I could not read “sometime” as a day")
    await anna.says("/week")
    anna.sees("My week")


@once
async def test_a_week_full_of_corrections_fits(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    shift = await worked(town, anna, pieter, minutes=60)
    for number in range(12):
        await reported(town, anna, pieter, what=f"{number} " + "much work " * 19)
    async with town.app.database.unit() as unit:
        for minutes in (10, 20, 30, 40, 50, 60):
            of: dict[str, Any] = {"kind": "shift", "id": shift, "resident_id": anna.resident_id}
            who, now = await town.who(pieter), town.clock.now()
            await correct(unit, who=who, **of, minutes=minutes, reason="so " * 60, now=now)
    await town.settles()  # she hears of it before she looks, not between two pages
    await anna.says("/week 0")
    seen = anna.last.text
    while "More" in anna.last.labels:
        await anna.taps("More")
        seen += anna.last.text
    for number in range(1, 14):
        assert f"\n{number}. " in seen
    anna.sees("+1 h: corrected by Pieter")


# -- helpers ---------------------------------------------------------------------------------------------------------


async def worked(town: Town, person: Person, by: Person, *, minutes: int) -> int:
    """A shift of today that somebody was on, confirmed; returns its id."""
    shift = await town.shift(day=0, at="10:00", minutes=max(minutes, 60))
    await person.joins(shift)
    await town.moves(hours=4)
    async with town.app.database.unit() as unit:
        who, now, resident = await town.who(by), town.clock.now(), person.resident_id
        await confirm_one(unit, who=who, shift_id=shift, resident_id=resident, minutes=minutes, now=now)
    return shift


async def reported(town: Town, person: Person, by: Person, *, what: str = "Fetched <flour>") -> None:
    """An hour of Monday outside a shift, confirmed."""
    async with town.app.database.unit() as unit:
        sent = await send(
            unit,
            who=await town.who(person),
            project_id=1,
            day=date.fromisoformat(MONDAY),
            minutes=60,
            what=what,
            witness_id=None,
            now=town.clock.now(),
        )
        await confirm(unit, who=await town.who(by), report_id=sent.report.id, now=town.clock.now())


async def kinds(town: Town, person: Person) -> list[str]:
    """The kinds of somebody's lines, in order."""
    async with town.app.database.reading() as unit:
        mine = select(entries.c.kind).where(entries.c.resident_id == person.resident_id)
        return [row.kind for row in await unit.rows(mine.order_by(entries.c.id))]
