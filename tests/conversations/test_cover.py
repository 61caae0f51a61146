"""Somebody cannot come, others are asked to step in, and coordinators hear of what is short of people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.ticker import Ticker
from handlers.cover import actions
from handlers.desk.actions import cancel_shift, change_shift
from storage.queries import cover, shifts
from storage.queries.cover import Call
from storage.queries.shifts import signups
from storage.sql import select
from tests.people import Person, Town
from tests.variants import crosswise, once

ASKED = "Could you step in?"


@crosswise
async def test_somebody_cannot_come_and_somebody_steps_in(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(places=1, day=1, at="14:00")
    await town.shift("Weeding", project="Farm", day=3, at="10:00")
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    await anna.joins(shift)
    await anna.says("I can't come")
    anna.sees("Wednesday 25 November, 14:00–16:00")
    anna.sees("You can't come to this one? Then I give your place back and tell the coordinator.")
    await anna.taps("Yes, give it back")
    anna.sees("Your place on “Bread baking” is free again, and I ask others whether they can step in.")
    await town.settles()
    await everybody_looks(pieter, anna, ben, cleo)
    pieter.has_seen("Anna can't come after all and gave back a place on Bread baking")
    pieter.has_seen("I am asking others whether they can step in.")
    anna.has_not_seen(ASKED)
    for person in (ben, cleo):
        person.sees(ASKED)
        person.sees("Why I ask you: you are free then")
        assert "Anna" not in person.last.text
    await ben.taps("I'll come")
    ben.sees("Thank you, that is kind of you! The place is yours:")
    await cleo.says("I'll come")  # a label that is typed
    cleo.sees("Somebody else was a little quicker, and “Bread baking” is covered.")
    cleo.sees("Perhaps another one suits you:")
    cleo.sees("Weeding")
    await cleo.taps("1. Fri 27 Nov")
    cleo.sees("10 of 10 places are free.")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("Ben steps in on Bread baking, Wednesday 25 November, 14:00–16:00.\nAll places are taken now.", 1)
    assert await held(town, shift) == [ben.resident_id]
    # Old buttons answer truthfully.
    await ben.forges("cover:take:1:0")
    ben.sees("You already hold a place on “Bread baking”. All is well.")
    await ben.forges("cover:no:1:0")
    ben.sees("You already hold a place")
    await cleo.forges("cover:take:1:0")
    cleo.sees("a little quicker")
    assert await held(town, shift) == [ben.resident_id]


@crosswise
@pytest.mark.town(cover_group=2)
async def test_a_few_at_a_time_until_nobody_is_left(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(places=1, day=1, at="14:00")
    anna = await town.resident("Anna")
    others = await town.residents(4)
    await anna.joins(shift)
    await anna.taps("Can't come")
    anna.sees("Your place on “Bread baking” is free again")
    people = {person.resident_id: person for person in (pieter, *others)}
    await town.settles()
    assert len(await asked(town, shift)) == 2
    await town.moves(hours=0.2)
    assert len(await asked(town, shift)) == 2
    await town.moves(hours=0.06)
    second = await asked(town, shift)
    assert len(second) == 4
    for resident in second:
        await people[resident].looks()
        await people[resident].taps("Not this time")
        people[resident].sees("I won't ask you again about “Bread baking”.")
    await town.settles()  # all of the last two said no: the next need not wait
    assert await asked(town, shift) == sorted(people)
    await town.moves(hours=0.3)
    await pieter.looks()
    pieter.has_seen("I asked 5 people to step in on Bread baking, Wednesday 25 November, 14:00–16:00", 1)
    pieter.has_seen("nobody has said yes so far. 1 place is free now.", 1)
    # Whoever thinks better of it may still come.
    late = others[0]
    await late.looks()
    await late.forges("cover:take:1:0", on=late.shown[0])
    late.has_seen("The place is yours:")
    await town.settles()
    await pieter.looks()
    pieter.has_seen(f"{late.name} steps in on Bread baking", 1)


@once
async def test_nobody_is_asked_at_night_but_when_it_cannot_wait(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    early = await town.shift("Milking", places=1, day=1, at="07:30", minutes=60)
    later = await town.shift("Baking", places=1, day=1, at="10:00")
    await anna.joins(early)
    await anna.joins(later)
    await town.moves(hours=13)  # 22:30
    await everybody_looks(anna, ben)
    await anna.forges(f"shift:release:{later}")
    anna.sees("I ask others whether they can step in")
    await town.settles()
    await ben.looks()
    ben.has_not_seen(ASKED)
    await anna.forges(f"shift:release:{early}")
    await town.settles()
    await ben.looks()
    ben.sees("Milking")
    ben.sees(ASKED)
    await town.moves(hours=8.4)  # 06:54
    await ben.looks()
    ben.has_seen(ASKED, 1)
    await town.moves(hours=0.2)
    await ben.looks()
    ben.has_seen(ASKED, 2)
    ben.sees("Baking")


@crosswise
async def test_far_ahead_the_call_waits_and_an_ordinary_join_ends_it(town: Town) -> None:
    shift = await town.shift(places=1, day=20, at="14:00")
    anna, ben, cleo = [await town.resident(name) for name in ("Anna", "Ben", "Cleo")]
    await anna.joins(shift)
    await anna.says("can't make it")
    await anna.taps("Yes")
    anna.sees("Your place on “Bread baking” is free again. Thank you for saying so.")
    await town.moves(days=6)
    await everybody_looks(ben, cleo)
    ben.has_not_seen(ASKED)
    await town.moves(hours=5)  # 14 days before
    await everybody_looks(ben, cleo)
    ben.has_seen(ASKED, 1)
    await ben.joins(shift)
    ben.sees("You have a place")
    await town.settles()
    assert await open_call(town, shift) is None
    await cleo.looks()
    await cleo.taps("I'll come")
    cleo.sees("a little quicker")
    await ben.forges(f"shift:release:{shift}")
    await town.settles()
    await everybody_looks(anna, ben, cleo)
    cleo.sees(ASKED)
    anna.has_not_seen(ASKED)
    await town.moves(days=14)
    assert await open_call(town, shift) is None


@once
async def test_which_shift_one_cannot_come_to(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/cant")
    anna.sees("You hold no place on a coming shift, so nobody waits for you.")
    shifts = [await town.shift(f"Work {day}", day=day) for day in range(1, 9)]
    for shift in shifts:
        await anna.joins(shift)
    await anna.says("Sick")
    anna.sees("Which shift can't you come to?")
    anna.sees("6. Work 6")
    assert len(anna.last.buttons) <= 10
    await anna.taps("More")
    anna.sees("2. Work 8")
    await anna.says("2")
    anna.sees("Work 8")
    anna.sees("You can't come to this one?")
    await anna.taps("No, I keep it")
    anna.sees("You hold a place.")
    await anna.forges(f"cover:which:{shifts[0]}:0")
    await anna.taps("Yes, give it back")
    anna.sees("Your place on “Work 1” is free again")
    await anna.forges(f"cover:which:{shifts[0]}:0")
    anna.sees("Which shift can't you come to?")
    assert "Work 1" not in anna.last.text
    for forged in ("cover:take:1:0", "cover:no:99999:0", "cover:take:0:0"):
        await anna.forges(forged)
        anna.sees("That is not on the list any more.")
    await anna.forges(f"cover:ask:{shifts[0]}:0")
    anna.sees("Only a coordinator of this project can do that.")
    await anna.forges("cover:short:0:0")
    anna.sees("Only coordinators can do that.")


@crosswise
async def test_what_is_short_of_people_tomorrow(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    ben, cleo = await town.resident("Ben"), await town.resident("Cleo")
    bread = await town.shift("Bread baking", places=2, day=1, at="14:00")
    cakes = await town.shift("Cakes", places=1, day=1, at="08:00")
    full = await town.shift("Rolls", places=1, day=1, at="11:00")
    await town.shift("Weeding", project="Farm", day=1)
    await town.shift("Pies", day=2)
    await ben.joins(full)
    await town.moves(hours=7.4)  # 16:54
    await pieter.looks()
    pieter.has_not_seen("short of people")
    await town.moves(hours=0.2)
    await pieter.looks()
    pieter.sees("These 2 shifts on Wednesday 25 November are short of people:")
    pieter.sees("1. Cakes · Bakery\nWednesday 25 November, 08:00–10:00 · 1 place free")
    pieter.sees("2. Bread baking · Bakery")
    assert "Rolls" not in pieter.last.text
    notice = pieter.last
    await pieter.taps("2. Ask around", on=notice)
    pieter.sees("I have asked")
    await town.settles()
    await everybody_looks(ben, cleo)
    ben.sees(ASKED)
    await ben.taps("I'll come")
    await pieter.taps("2. Ask around", on=notice)
    pieter.sees("I am asking already: 2 people so far, and more will follow.")
    await cleo.taps("I'll come")
    await pieter.taps("2. Ask around", on=notice)
    pieter.sees("All places on “Bread baking” are taken now.")
    assert await held(town, bread) == sorted([ben.resident_id, cleo.resident_id])
    await pieter.taps("1. At the desk", on=notice)
    pieter.sees("Cakes")
    await pieter.forges("cover:short:0:0")
    pieter.sees("These shifts are short of people until the end of tomorrow:")
    pieter.sees("1. Cakes")
    # Once, whoever starts anew and however often it is looked; who gives a place back later is reported at once.
    await Ticker(town.app.database, town.clock).tick()
    await ben.forges(f"shift:release:{full}")
    await town.moves(hours=2)
    await pieter.looks()
    pieter.has_seen("are short of people:\n\n1. Cakes", 1)
    pieter.has_seen("Ben can't come after all", 1)
    await pieter.forges(f"cover:ask:{cakes}:0")
    pieter.sees("I have asked")
    await town.moves(days=1)
    await pieter.looks()
    pieter.has_seen("This shift on Thursday 26 November is short of people:", 1)
    pieter.has_seen("1. Pies", 1)


@crosswise
async def test_a_shift_that_is_moved_takes_its_call_along(town: Town) -> None:
    shift = await town.shift(places=1, day=30, at="14:00")
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    pieter = await town.coordinator("Bakery", "Pieter")
    await anna.joins(shift)
    await anna.forges(f"shift:release:{shift}")
    await moved(town, pieter, shift, days=-27)  # from a month ahead to three days
    await town.settles()
    await ben.looks()
    ben.sees(ASKED)
    ben.sees("Friday 27 November, 14:00–16:00")
    # Who says yes to one time does not come at another.
    await moved(town, pieter, shift, days=1)
    await ben.taps("I'll come")
    ben.sees("The time of this shift has changed since I asked you. It is now:")
    ben.sees("Saturday 28 November, 14:00–16:00")
    assert await held(town, shift) == []
    await town.settles()
    await ben.looks()
    ben.sees(ASKED)  # anew
    await ben.forges("cover:take:1:0")
    await ben.taps("I'll come", on=ben.last)
    ben.sees("You have a place")
    assert await held(town, shift) == [ben.resident_id]
    await ben.forges(f"shift:release:{shift}")
    async with town.app.database.unit() as unit:
        await cancel_shift(unit, who=await town.who(pieter), shift_id=shift, now=town.clock.now())
    assert await open_call(town, shift) is None  # at once, not with the next tick


@once
@pytest.mark.town(cover_ahead_days=0)
async def test_where_nobody_is_asked_nobody_is_told_that_nobody_came(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(places=1, day=1, at="14:00")
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    await anna.joins(shift)
    await anna.forges(f"shift:release:{shift}")
    anna.sees("Your place on “Bread baking” is free again. Thank you for saying so.")
    await town.moves(days=1, hours=6)
    await everybody_looks(pieter, ben)
    ben.has_not_seen(ASKED)
    pieter.has_not_seen("I found nobody")
    later = await town.shift(places=1, day=1, at="14:00")
    await pieter.forges(f"cover:ask:{later}:0")  # a coordinator may still ask
    pieter.sees("I have asked")


@crosswise
async def test_a_coordinator_sees_their_own_behind_all_the_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_LISTED", 2)
    pieter = await town.coordinator("Bakery", "Pieter")
    for hour in ("10:00", "11:00", "12:00"):
        await town.shift("Weeding", project="Farm", at=hour)
    await town.shift("Cakes", at="14:00")
    await pieter.forges("cover:short:0:0")
    pieter.sees("1. Cakes")


# -- helpers -----------------------------------------------------------------------------------------------------------


async def everybody_looks(*people: Person) -> None:
    for person in people:
        await person.looks()


async def asked(town: Town, shift: int) -> list[int]:
    """Who was asked to step in, in any call for a shift."""
    async with town.app.database.reading() as unit:
        rows = await unit.rows(
            select(cover.asks.c.resident_id)
            .select_from(cover.asks.join(cover.calls, cover.calls.c.id == cover.asks.c.call_id))
            .where(cover.calls.c.shift_id == shift)
        )
    return sorted(row[0] for row in rows)


async def held(town: Town, shift: int) -> list[int]:
    """Who holds a place, by the sign-ups."""
    async with town.app.database.reading() as unit:
        rows = await unit.rows(
            select(signups.c.resident_id).where(signups.c.shift_id == shift, signups.c.state == "held")
        )
    return sorted(row[0] for row in rows)


async def moved(town: Town, by: Person, shift: int, *, days: int) -> None:
    """Its coordinator moves a shift."""
    async with town.app.database.unit() as unit:
        row = await shifts.get(unit, shift)
        assert row is not None
        starts_at = row.starts_at + timedelta(days=days)
        await change_shift(unit, who=await town.who(by), shift_id=shift, starts_at=starts_at, now=town.clock.now())


async def open_call(town: Town, shift: int) -> Call | None:
    async with town.app.database.reading() as unit:
        return await cover.open_of(unit, shift)
