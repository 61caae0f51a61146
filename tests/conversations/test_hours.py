"""Settling hours: who came, for how long, and who may say so."""

from __future__ import annotations

import asyncio
from datetime import date

from sqlalchemy import update

from handlers.hours.actions import confirm_all, confirm_one
from handlers.kit.who import Who
from storage.queries import hours, settling, shifts
from storage.queries.in_charge import grants
from storage.tables import Role
from tests.people import Person, Town
from tests.variants import once
from town.facts import AlreadyConfirmed, Fact

MONDAY = date(2026, 11, 23)


async def test_all_came_in_one_tap(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=0, at="10:00", minutes=150)
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await anna.joins(shift)
    await ben.joins(shift)
    await town.moves(hours=3)  # until 12:30
    await pieter.looks()
    pieter.sees("Bread baking is over (Tuesday 24 November, 10:00–12:30).")
    pieter.sees("2 people held a place. Did they all come?")
    await pieter.taps("All came")
    pieter.sees("Done: 2 h 30 min is written down for 2 people each, and they are being told.")
    await town.settles()
    for person in (anna, ben):
        await person.looks()
        person.sees("Your hours on Bread baking are confirmed: 2 h 30 min. Thank you!")
        assert await minutes(town, person) == 150
    await pieter.forges(f"hours:all:{shift}:0:0:0")
    pieter.sees("The hours of “Bread baking” are confirmed already.")
    assert await minutes(town, anna) == 150
    await town.moves(days=8)
    await pieter.looks()
    pieter.has_not_seen("still wait")


async def test_one_by_one(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=0, at="10:00", minutes=120)
    everybody = {name: await town.resident(name) for name in ("Anna", "Ben", "Cleo", "Dora")}
    for person in everybody.values():
        await person.joins(shift)
    await town.moves(hours=3)
    await pieter.looks()
    await pieter.taps("One by one")
    pieter.sees("4 people still wait.")
    await pieter.taps("1. • Anna")
    await pieter.taps("All of it: 2 h")
    pieter.sees("Anna: 2 h confirmed")
    await pieter.taps("2. • Ben")
    await pieter.taps("Half of it: 1 h")
    await pieter.taps("3. • Cleo")
    await pieter.taps("Another length")
    await pieter.says("quite long")
    pieter.sees("I could not read “quite long” as a length")
    await pieter.says("5 h")
    pieter.sees("anything from 0 to 3 h")
    await pieter.says("1 h 45")
    pieter.sees("Cleo: 1 h 45 min confirmed")
    await pieter.taps("4. • Dora")
    await pieter.taps("Did not come")
    pieter.sees("Dora: did not come")
    pieter.sees("All of it is settled.")
    assert [await minutes(town, person) for person in everybody.values()] == [120, 60, 105, 0]
    await town.settles()
    await everybody["Dora"].looks()
    everybody["Dora"].sees("If you were there, please talk to Pieter.")
    await everybody["Cleo"].looks()
    everybody["Cleo"].sees("confirmed: 1 h 45 min")
    await pieter.taps("1. ✓ Anna")
    pieter.sees("2 h confirmed")
    assert not any(label.startswith("Half") for label in pieter.last.labels)
    async with town.app.database.reading() as unit:
        closed = await shifts.get(unit, shift)
        assert closed is not None
        assert closed.closed_at is not None


@once
async def test_nobody_confirms_their_own(town: Town) -> None:
    pieter, thandi = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Bakery", "Thandi")
    shift = await town.shift(day=0, at="10:00")
    anna = await town.resident("Anna")
    await anna.joins(shift)
    await pieter.joins(shift)
    await town.moves(hours=3)
    await pieter.looks()
    await pieter.taps("All came")
    pieter.sees("is written down for one person")
    pieter.sees("Your own line stays open, since nobody confirms their own hours. I asked Thandi to do it.")
    assert await minutes(town, pieter) == 0
    await pieter.forges(f"hours:came:{shift}:{pieter.resident_id}:120:0")
    pieter.sees("Nobody confirms their own hours")
    await pieter.forges(f"hours:missed:{shift}:{pieter.resident_id}:0:0")
    pieter.sees("Nobody confirms their own hours")
    await pieter.forges(f"hours:all:{shift}:0:0:0")
    pieter.sees("Nobody confirms their own hours")
    await town.settles()
    await thandi.looks()
    thandi.sees("Pieter confirmed the hours of Bread baking")
    await thandi.taps("Yes: 2 h")
    thandi.sees("All of it is settled.")
    assert await minutes(town, pieter) == 120
    await town.settles()
    await pieter.looks()
    pieter.sees("Your hours on Bread baking are confirmed: 2 h.")


@once
async def test_who_alone_was_there_is_not_asked_about_themself(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    shift = await town.shift(day=0, at="10:00")
    await pieter.joins(shift)
    await only_these_lead(town, pieter, mayor)
    await town.moves(hours=3)
    await pieter.looks()
    pieter.has_not_seen("is over")
    await mayor.looks()
    mayor.sees("One person held a place. Did they come?")
    await mayor.taps("One by one")
    await mayor.taps("1. • Pieter")
    await mayor.taps("All of it")
    assert await minutes(town, pieter) == 120


@once
async def test_where_nobody_else_may_the_line_stays_open(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=0, at="10:00")
    anna = await town.resident("Anna")
    await anna.joins(shift)
    await pieter.joins(shift)
    await only_these_lead(town, pieter)
    await town.moves(hours=3)
    await pieter.looks()
    await pieter.taps("All came")
    pieter.sees("nobody else may do it yet")


@once
async def test_only_those_who_answer_for_the_project(town: Town) -> None:
    await town.coordinator("Bakery", "Pieter")
    farmer = await town.coordinator("Farm", "Willem")
    shift = await town.shift(day=0, at="10:00")
    anna = await town.resident("Anna")
    await anna.joins(shift)
    await town.moves(hours=3)
    for person in (anna, farmer):
        for tap in ("all", "open", "people", "typed", "came", "missed"):
            await person.looks()
            await person.forges(f"hours:{tap}:{shift}:{anna.resident_id}:120:0")
            person.sees("Only a coordinator of this project can do that.")
    await anna.says("/rosters")
    anna.sees("Only coordinators can do that.")
    await farmer.says("/rosters")
    farmer.sees("All hours are confirmed.")
    assert await minutes(town, anna) == 0


@once
async def test_not_before_the_end_and_not_for_strangers_to_the_shift(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=0, at="10:00")
    anna, ben = await town.residents(2)
    await anna.joins(shift)
    await town.moves(hours=1)
    await pieter.says("/rosters")
    await pieter.forges(f"hours:all:{shift}:0:0:0")
    pieter.sees("“Bread baking” runs until 12:00. Its hours can be confirmed after that.")
    await town.moves(hours=2)
    await pieter.forges(f"hours:came:{shift}:{ben.resident_id}:120:0")
    pieter.sees("I can't find that person any more.")
    await pieter.forges(f"hours:came:{shift}:{anna.resident_id}:999:0")
    pieter.sees("anything from 0 to 3 h")
    await pieter.forges("hours:all:4711:0:0:0")
    pieter.sees("That shift is no longer there.")
    assert [await minutes(town, person) for person in (anna, ben)] == [0, 0]


@once
async def test_open_rosters_are_found_again(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna = await town.resident("Anna")
    for at in ("10:00", "13:00"):
        await anna.joins(await town.shift(f"At {at}", day=0, at=at, minutes=60))
    await town.moves(hours=6)
    await pieter.looks()
    await pieter.taps("Later")
    pieter.sees("You find all open rosters with /rosters")
    await pieter.says("/rosters")
    assert pieter.last.labels[:2] == ["1. Tue 24 Nov At 10:00 (1)", "2. Tue 24 Nov At 13:00 (1)"]
    await pieter.taps("2.")
    pieter.sees("1 person still waits.")
    await pieter.taps("One by one")
    await pieter.taps("1. • Anna")
    await pieter.taps("All of it")
    await pieter.says("/rosters")
    assert pieter.last.labels[0] == "1. Tue 24 Nov At 10:00 (1)"


@once
async def test_nobody_there_nothing_asked(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=0, at="10:00")
    await town.moves(days=8)
    await pieter.looks()
    pieter.has_not_seen("Bread baking")
    async with town.app.database.reading() as unit:
        closed = await shifts.get(unit, shift)
        assert closed is not None
        assert closed.closed_at is not None
        assert await settling.next_end(unit, town.clock.now()) is None


@once
async def test_after_three_days_reminded_after_seven_the_mayor_knows(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    shift = await town.shift(day=0, at="10:00")
    anna = await town.resident("Anna")
    await anna.joins(shift)
    await town.moves(days=2.5)
    await pieter.looks()
    pieter.has_seen("One person held a place", times=1)
    pieter.has_not_seen("still waits")
    await town.moves(days=1)
    await pieter.looks()
    pieter.has_seen("One person still waits for their hours on Bread baking", times=1)
    await mayor.looks()
    mayor.has_not_seen("Bread baking")
    await town.moves(days=9)
    await mayor.looks()
    mayor.has_seen("One person waits for their hours on Bread baking (Bakery, Tuesday 24 November", times=1)
    mayor.has_seen("I asked Pieter.", times=1)
    await pieter.looks()
    pieter.has_seen("still waits", times=1)
    await mayor.taps("One by one")
    await mayor.taps("1. • Anna")
    await mayor.taps("All of it")
    assert await minutes(town, anna) == 120


@once
async def test_two_coordinators_at_once_write_each_line_once(town: Town) -> None:
    coordinators = [await town.coordinator("Bakery", name) for name in ("Pieter", "Thandi")]
    shift = await town.shift(day=0, at="10:00")
    anna, ben = await town.residents(2)
    await anna.joins(shift)
    await ben.joins(shift)
    await town.moves(hours=3)

    async def confirm(who: Who, *, everybody: bool) -> Fact | None:
        now = town.clock.now()
        try:
            async with town.app.database.unit() as unit:
                if everybody:
                    await confirm_all(unit, who=who, shift_id=shift, now=now)
                else:
                    await confirm_one(unit, who=who, shift_id=shift, resident_id=anna.resident_id, minutes=0, now=now)
        except Fact as fact:
            return fact
        return None

    one, other = [await town.who(person) for person in coordinators]
    results = await asyncio.gather(
        *(confirm(who, everybody=everybody) for who in (one, other) for everybody in (True, False))
    )
    assert {type(result) for result in results if result is not None} <= {AlreadyConfirmed}
    assert await minutes(town, ben) == 120
    async with town.app.database.reading() as unit:
        line = next(line for line in await settling.lines(unit, shift) if line.resident_id == anna.resident_id)
    assert (line.state, line.minutes) in [("attended", 120), ("missed", None)]
    assert await minutes(town, anna) == (line.minutes or 0)


# -- helpers ---------------------------------------------------------------------------------------------------------


async def minutes(town: Town, person: Person) -> int:
    """Confirmed minutes in the week of the tests."""
    async with town.app.database.reading() as unit:
        return (await hours.by_week(unit, person.resident_id)).get(MONDAY, 0)


async def only_these_lead(town: Town, *people: Person) -> None:
    """End every other role."""
    async with town.app.database.unit() as unit:
        await unit.run(
            update(grants)
            .where(grants.c.resident_id.not_in([person.resident_id for person in people]))
            .where(grants.c.role.in_([Role.MAYOR, Role.COORDINATOR]))
            .values(ended_at=town.clock.now())
        )
