"""Work outside a shift: reported by one, confirmed or not by another, and never by oneself."""

from __future__ import annotations

import asyncio
from datetime import date

from sqlalchemy import update

from handlers.kit.who import Who
from handlers.reports.actions import confirm, reject, send
from storage.queries import hours, reports, residents
from storage.queries.in_charge import grants
from storage.sql import select
from storage.tables import HoursEntry, table_of
from tests.people import Person, Town
from tests.variants import once
from town.facts import Fact, ReportDecided

MONDAY = date(2026, 11, 23)


async def test_reported_and_confirmed_by_who_saw_it(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, first, second = [await town.resident(name) for name in ("Anna", "Ben Smith", "Ben Smith")]
    await town.project("Bakery")
    async with town.app.database.unit() as unit:
        await residents.change(unit, second.resident_id, street="Long Street 5")
    await anna.says("/report")
    anna.sees("Which day was it?")  # there is one project
    await anna.says("tomorrow")
    anna.sees("I can write down days from Monday 23 November to Tuesday 24 November.")
    await anna.says("no day at all")
    anna.sees("I could not read “no day at all” as a day")
    await anna.says("yesterday")
    anna.sees("How long was it?")
    await anna.says("10 min")
    anna.sees("I could not read “10 min” as a length the town allows.")
    await anna.says("1 h 30")
    await anna.says("Fetched <flour> from the mill")
    anna.sees("Who saw it?")
    await anna.says("anna")
    anna.sees("I find no resident called “anna”.")
    await anna.forges(f"w:report:witness:{anna.resident_id}")
    anna.sees("Nobody is their own witness.")
    await anna.says("ben")
    anna.sees("Ben Smith, Mill Lane\nBen Smith, Long Street 5")
    await anna.taps("Long Street 5")
    anna.sees("Shall I send this?")
    anna.sees("Day: Monday 23 November")
    await anna.taps("Send it")
    anna.sees("I asked Ben Smith and Pieter whether it was so.")
    await town.settles()
    await pieter.looks()
    pieter.sees("Anna reports 1 h 30 min of work for Bakery on Monday 23 November:\n“Fetched <flour> from the mill”")
    pieter.sees("Ben Smith saw it, says Anna.")
    await second.looks()
    second.sees("Anna says that you saw it.")
    assert await minutes(town, anna) == 0
    for person in (first, anna):
        await person.looks()
        await person.forges("report:yes:1:0")
        assert await minutes(town, anna) == 0
    anna.sees("Nobody confirms their own hours")
    first.sees("Only a coordinator of this project can do that.")
    await second.looks()
    await second.says("1")  # at a notice a bare number writes no hours
    second.sees("It waits for somebody to confirm it.")
    await second.taps("Confirm 1 h 30 min")
    second.sees("Done: 1 h 30 min is written down for Anna")
    await second.forges("report:yes:1:0")
    second.sees("You confirmed this before. Its hours are written down once.")
    await pieter.taps("Confirm")
    pieter.sees("Ben Smith confirmed this before.")
    await pieter.taps("It was not so")
    pieter.sees("Ben Smith confirmed this before.")
    await town.settles()
    await anna.looks()
    anna.sees("Ben Smith confirmed your work: “Fetched <flour> from the mill”, Monday 23 November, 1 h 30 min.")
    assert await minutes(town, anna) == 90


async def test_rejected_with_a_reason(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna = await town.resident("Anna")
    await town.project("Farm")
    await report(anna, "Swept the yard", project="Bakery", length="2 h")
    anna.sees("I asked Pieter whether it was so.")
    await town.settles()
    await pieter.looks()
    await pieter.forges("report:list:0:0")
    pieter.sees("1. Anna, Bakery, Tue 24 Nov, 2 h")
    await pieter.taps("1. Tue 24 Nov Anna")
    pieter.sees("Nobody saw it, says Anna.")
    await pieter.taps("It was not so")
    pieter.sees("Why was “Swept the yard” not so?")
    await pieter.says("2")
    pieter.sees("Done: nothing is written down, and Anna is being told why.")
    await town.settles()
    await anna.looks()
    anna.sees("Pieter did not confirm “Swept the yard” (Tuesday 24 November, 2 h).")
    anna.sees("The reason: “It is more time than it took”.")
    anna.sees("If that is not right, say so until Tuesday 8 December")
    await anna.taps("My reports")
    anna.sees("1. Tue 24 Nov, 2 h, Swept the yard: not confirmed")
    await anna.taps("1.")
    anna.sees("Pieter did not confirm it")
    assert "That is not right" in anna.last.labels
    await pieter.forges("report:list:0:0")
    pieter.sees("No report of hours waits for you.")
    assert await minutes(town, anna) == 0


@once
async def test_withdrawn_while_it_waits_and_said_so(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await report(anna, "Swept the yard")
    await town.settles()
    await pieter.looks()
    await anna.forges("report:mine:0:0")
    await anna.taps("1.")
    await ben.forges("report:withdraw:1:0")
    ben.sees("Only a coordinator of this project can do that.")
    await ben.forges("report:open:1:0")
    ben.sees("Only a coordinator of this project can do that.")
    await anna.taps("Withdraw it")
    anna.sees("Withdrawn: “Swept the yard”.")
    await anna.forges("report:withdraw:1:0")
    anna.sees("Anna has withdrawn this report.")
    await pieter.taps("Confirm")
    pieter.sees("Anna has withdrawn this report. Nothing is left to do.")
    await anna.forges("report:open:4711:0")
    anna.sees("I find no such report.")
    assert await minutes(town, anna) == 0
    await town.moves(days=10)
    await pieter.looks()
    pieter.has_not_seen("still waits for an answer")


@once
async def test_what_else_is_known_of_the_day_is_shown_to_both(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna = await town.resident("Anna")
    await anna.joins(await town.shift("Kneading", day=0, at="10:00", minutes=60))
    await town.moves(hours=3)
    await report(anna, "Swept the yard")
    await anna.says("/report")
    for words in ("today", "1 h", "Cleaned the oven", "Nobody saw it"):
        await anna.says(words)
    anna.sees("Please look twice: of that day I also know")
    anna.sees("the shift “Kneading”: Tuesday 24 November, 10:00–11:00")
    anna.sees("the report “Swept the yard”: 1 h")
    await anna.taps("Another length")
    await anna.taps("30 min")
    anna.sees("Length: 30 min")
    await anna.taps("Send it")
    await town.settles()
    await pieter.looks()
    pieter.sees("the report “Swept the yard”: 1 h")
    pieter.sees("Cleaned the oven")


@once
async def test_after_three_days_reminded_after_seven_the_mayor_knows(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    anna = await town.resident("Anna")
    await report(anna, "Swept the yard")
    await town.moves(days=2.9)
    await pieter.looks()
    pieter.has_not_seen("still waits for an answer")
    await town.moves(days=0.6)  # the reminder keeps out of the night
    await pieter.looks()
    pieter.has_seen("Anna still waits for an answer. Was it so?", times=1)
    await mayor.looks()
    mayor.has_not_seen("Swept the yard")
    await town.moves(days=7.5)  # until the morning
    await mayor.looks()
    mayor.has_seen("Nobody has answered this. I asked Pieter.", times=1)
    await pieter.looks()
    pieter.has_seen("still waits for an answer", times=1)
    await mayor.taps("Confirm")
    await town.settles()
    await anna.looks()
    anna.sees("Naledi confirmed your work")
    assert await minutes(town, anna) == 60


@once
async def test_a_report_of_who_answers_for_it_goes_to_somebody_else(town: Town) -> None:
    mayor, pieter = await town.mayor("Naledi"), await town.coordinator("Bakery", "Pieter")
    await report(pieter, "Mended the oven")
    pieter.sees("I asked")
    await pieter.forges("report:list:0:0")
    pieter.sees("No report of hours waits for you.")
    await pieter.forges("report:no:1:0")
    pieter.sees("Nobody confirms their own hours")
    await town.settles()
    await mayor.looks()
    mayor.sees("Pieter reports 1 h of work for Bakery")


@once
async def test_a_report_that_nobody_may_confirm_waits_for_somebody(town: Town) -> None:
    anna = await town.coordinator("Bakery", "Anna")
    async with town.app.database.unit() as unit:
        await unit.run(update(grants).where(grants.c.resident_id != anna.resident_id).values(ended_at=town.clock.now()))
    await report(anna, "Mended the oven")
    anna.sees("There is nobody yet who may confirm it")
    await town.moves(days=10)
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.settles()
    await pieter.looks()
    pieter.sees("Anna still waits for an answer. Was it so?")


@once
async def test_two_who_answer_at_once_decide_it_once(town: Town) -> None:
    people = [await town.coordinator("Bakery", name) for name in ("Pieter", "Thandi")]
    anna = await town.resident("Anna")
    for what in ("Swept the yard", "Cleaned the oven", "Fetched flour"):
        await report(anna, what)
    one, other = [await town.who(person) for person in people]

    async def answer(who: Who, report_id: int, *, yes: bool) -> Fact | None:
        try:
            async with town.app.database.unit() as unit:
                if yes:
                    await confirm(unit, who=who, report_id=report_id, now=town.clock.now())
                else:
                    await reject(unit, who=who, report_id=report_id, reason="no", now=town.clock.now())
        except Fact as fact:
            return fact
        return None

    for number in (1, 2, 3):
        answers = await asyncio.gather(*(answer(who, number, yes=yes) for who in (one, other) for yes in (True, False)))
        assert [type(found) for found in answers if found is not None] == [ReportDecided] * 3
    async with town.app.database.reading() as unit:
        decided = [await reports.get(unit, number) for number in (1, 2, 3)]
        lines = await unit.rows(select(table_of(HoursEntry).c.report_id))
    confirmed = [found.id for found in decided if found is not None and found.state == "confirmed"]
    assert sorted(line.report_id for line in lines) == confirmed
    assert await minutes(town, anna) == 60 * len(confirmed)


# -- helpers ---------------------------------------------------------------------------------------------------------


async def report(person: Person, what: str, *, project: str = "", length: str = "1 h") -> None:
    """Report work of today that nobody saw."""
    await person.says("/report")
    if project:
        await person.taps(project)
    for words in ("today", length, what):
        await person.says(words)
    await person.taps("Nobody saw it")
    await person.taps("Send it")


async def minutes(town: Town, person: Person) -> int:
    """Confirmed minutes in the week of the tests."""
    async with town.app.database.reading() as unit:
        return (await hours.by_week(unit, person.resident_id)).get(MONDAY, 0)


@once
async def test_what_was_confirmed_can_be_corrected(town: Town) -> None:
    pieter, anna, ben = (
        await town.coordinator("Bakery", "Pieter"),
        await town.resident("Anna"),
        await town.resident("Ben"),
    )
    async with town.app.database.unit() as unit:
        sent = await send(
            unit,
            who=await town.who(anna),
            project_id=await town.project("Bakery"),
            day=MONDAY,
            minutes=90,
            what="Fetched flour",
            witness_id=ben.resident_id,
            now=town.clock.now(),
        )
    report = sent.report.id
    await town.settles()
    await ben.looks()
    await ben.taps("Confirm 1 h 30 min")
    await pieter.looks()
    for person in (anna, ben):
        await person.forges(f"report:open:{report}:0")
        assert "Correct it" not in person.last.labels
        await person.forges(f"ledger:correct:report-{report}:{anna.resident_id}:0")
        person.sees("coordinator")
    await pieter.forges(f"report:open:{report}:0")
    await pieter.taps("Correct it")
    pieter.sees("Anna: 1 h 30 min written down")
    await pieter.says("30 min")
    await pieter.says("The mill is not that far")
    await pieter.taps("Write it")
    pieter.sees("Anna has 30 min now, instead of 1 h 30 min.")
    assert await minutes(town, anna) == 30
    await town.settles()
    await anna.looks()
    anna.sees("Pieter corrected your hours on Fetched flour")
    await anna.taps("That is not right")
    anna.sees("Pieter wrote down 30 min.")
