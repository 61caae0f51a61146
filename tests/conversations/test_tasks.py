"""Hands are called for on a shift, people answer, and the call stops by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from handlers.broadcasts import sending
from handlers.desk.actions import cancel_shift, change_shift
from storage.queries import broadcasts, residents
from storage.queries.broadcasts import BroadcastRow
from storage.queries.shifts import signups
from storage.sql import select
from storage.tables import Mute, SignupState
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import NobodyHears

CALL = "people are wanted:"
NEVER = pytest.mark.town(second_approver="never")


async def everybody_looks(*people: Person) -> None:
    for person in people:
        await person.looks()


async def held(town: Town, shift: int) -> list[int]:
    async with town.app.database.reading() as unit:
        found = select(signups.c.resident_id).where(signups.c.shift_id == shift, signups.c.state == SignupState.HELD)
        return sorted(row.resident_id for row in await unit.rows(found))


async def one(town: Town, broadcast_id: int = 1) -> BroadcastRow:
    async with town.app.database.reading() as unit:
        return await sending.found(unit, broadcast_id)


async def tally(town: Town, broadcast_id: int = 1) -> dict[str, int]:
    async with town.app.database.reading() as unit:
        return await broadcasts.tally(unit, broadcast_id)


async def calls(pieter: Person, shift: int, whom: str = "Everybody") -> None:
    """Three taps: the button, whom, and off it goes."""
    await pieter.forges(f"desk:shift:{shift}:0")
    await pieter.taps("Call for hands")
    await pieter.taps(whom)
    await pieter.taps("Send it")


@crosswise
@NEVER
async def test_three_taps_and_the_places_are_taken(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift("Greenhouse", places=2, day=1, at="08:00", minutes=180)
    anna, ben, cleo, dora = [await town.resident(name) for name in ("Anna", "Ben", "Cleo", "Dora")]
    await dora.joins(shift)
    await pieter.forges(f"desk:shift:{shift}:0")
    await pieter.taps("Call for hands")
    pieter.sees("1 place is free.")
    pieter.sees("Everybody in town: 4 people")  # and the town's memory
    await pieter.taps("Everybody")
    pieter.sees("This is what they get, each in their own language:")
    pieter.sees("1 person is wanted:\nGreenhouse\nBakery\nWednesday 25 November, 08:00–11:00 (3 h)\nMill Lane 2")
    pieter.sees("It gives you 3 h of the week's hours.")
    pieter.sees("4 people: The town's memory, Anna, Ben and 1 other")
    await pieter.taps("Send it")
    pieter.sees("It goes out to 4 people.")
    await town.settles()
    await everybody_looks(pieter, anna, ben, cleo, dora)
    cards = 1 if pieter.line.changes_in_place else 2  # as it begins, and how it ended
    pieter.has_seen("Call for hands: Greenhouse, Wednesday 25 November, 08:00–11:00", cards)
    dora.has_not_seen("wanted:")  # has a place already
    await anna.taps("Not this time")
    anna.sees("That is all right, thank you for saying so. I won't ask you again about “Greenhouse”.")
    await ben.says("I'll come")  # a label that is typed
    ben.sees("Thank you! You have a place:\n\nGreenhouse")
    ben.sees("All 2 places are taken.")
    assert (await one(town)).state in ("stopped", "sent")
    await cleo.taps("I'll come")
    cleo.sees("Thank you for offering! All places on “Greenhouse” are taken by now.")
    cleo.sees("You can wait for one")
    await cleo.taps("Wait for a place")
    cleo.sees("You are 1st on the waiting list")
    assert await held(town, shift) == sorted([ben.resident_id, dora.resident_id])
    assert await tally(town) == {"come": 2, "no": 1}
    # Twice, and too late.
    await ben.forges("task:come:1:0:")
    ben.sees("You already hold a place on “Greenhouse”. All is well.")
    await ben.forges("task:no:1:0:")
    ben.sees("You already hold a place")
    await town.moves(hours=0.01)
    await pieter.looks()
    if pieter.line.changes_in_place:
        pieter.sees("Sent 4 of 4 · reached 3 · coming 1 of 1")
        pieter.sees("All places are taken, so nobody else is called.")
    else:  # the last card told that all were called; who comes stands on the shift's page
        pieter.has_seen("It has gone out to everybody.", 1)
        await pieter.forges(f"desk:shift:{shift}:0")
        pieter.sees("2 of 2 places taken")


@once
@NEVER
async def test_whom_is_counted_and_the_command_lists_shifts(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.coordinator("Farm", "Fatima")
    await town.shift("Cakes", places=3, skills=("Baking",), day=2)
    await town.shift("Weeding", project="Farm", day=1)
    full = await town.shift("Full", places=1, day=1, at="15:00")
    other = await town.shift("Rolls", places=2, day=2)  # at the same time
    anna, ben = await town.resident("Anna", skills=("Baking",)), await town.resident("Ben", skills=("Baking",))
    cleo, dora = await town.resident("Cleo"), await town.resident("Dora", skills=("Baking",))
    await anna.joins(other)  # cannot be at both
    await dora.joins(full)
    async with town.app.database.unit() as unit:
        await unit.add(Mute(resident_id=dora.resident_id, topic="shifts", how="me", at=town.clock.now()))
    async with town.app.database.unit() as unit:
        for person in (anna, ben, dora):  # who have been here long enough to owe hours
            await residents.change(unit, person.resident_id, joined_at=town.clock.now() - timedelta(days=20))
    await pieter.says("/call")
    pieter.sees("For which shift do you want to call people?")
    assert "Weeding" not in pieter.last.text
    assert "Full" not in pieter.last.text
    await pieter.says("1")
    pieter.sees("Cakes")
    pieter.sees("Those it suits best, who still owe hours this week: 1 person")  # Ben: Dora has turned it off
    assert "The people of Bakery" not in pieter.last.text  # who are all away, or do not hear of it
    pieter.sees("Those who have a skill it asks for: 1 person")
    pieter.sees("Everybody in town: 4 people")  # Fatima, Ben, Cleo, the town's memory
    await pieter.says("what?")
    pieter.sees("Please choose one of these, or type its number.")
    await pieter.taps("Who has the skill")
    pieter.sees("1 person: Ben")
    pieter.sees("1 person has turned such messages off")
    pieter.sees("It asks for: Baking.")
    await pieter.taps("Back")
    await pieter.taps("Choose myself")
    pieter.sees("Who is it for?")
    await pieter.taps("Everyone")
    await pieter.taps("Go on")
    pieter.sees("4 people: ")
    await pieter.taps("Leave it")
    assert cleo.resident_id
    await pieter.forges(f"task:ask:{full}:0:")
    pieter.sees("All places on “Full” are taken now.")


@once
@NEVER
async def test_a_line_of_ones_own_stays_as_it_was_written(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift("Greenhouse", places=6)
    anna, maria = await town.resident("Anna"), await town.resident("Maria", language="es")
    await pieter.forges(f"task:ask:{shift}:0:")
    await pieter.taps("Everybody")
    await pieter.taps("Add a line of my own")
    await pieter.says("x" * 300)
    pieter.sees("That is a little long")
    await pieter.says("Bring <gloves>")
    pieter.sees("Pieter: “Bring <gloves>”")
    await pieter.taps("Change my line")
    await pieter.taps("Without a line")
    assert "gloves" not in pieter.last.text
    await pieter.taps("Add a line")
    await pieter.says("Bring <gloves>")
    await pieter.taps("Send it")
    await town.settles()
    await everybody_looks(anna, maria)
    anna.sees("Pieter: “Bring <gloves>”")
    assert "English" not in anna.last.text
    maria.sees("Pieter: “Bring <gloves>” (en English)")  # the line is in another language than hers
    await anna.says("1")
    anna.sees("You have a place:")


@crosswise
@NEVER
async def test_what_changes_stops_it_and_asks_anew(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift("Greenhouse", places=3, day=2)
    anna, ben, cleo = await town.residents(3)
    await calls(pieter, shift)
    await town.settles()
    await everybody_looks(anna, ben, cleo)
    await anna.taps("I'll come")
    who = await town.who(pieter)
    async with town.app.database.unit() as unit:
        await change_shift(unit, who=who, shift_id=shift, now=town.clock.now(), place="Town hall")
    assert (await one(town)).why == "gone"
    await ben.taps("I'll come")
    ben.sees("This shift has changed since I asked you. It is now:")
    ben.sees("Town hall")
    await ben.taps("I'll come")
    ben.sees("You have a place")
    await anna.forges("task:come:1:0:")
    anna.sees("You already hold a place")
    await cleo.taps("Not this time")
    cleo.sees("This shift has changed, though. It is now:")
    cleo.sees("Town hall")  # and no promise that she is not asked again
    assert "I can come after all" in cleo.last.labels
    await town.settles()
    await pieter.looks()
    pieter.has_seen("The shift Greenhouse has changed", 1)
    await pieter.taps("Call again")
    await pieter.taps("Everybody")
    pieter.sees("2 people: ")  # whoever said no to it before it changed may be asked anew
    await pieter.taps("Send it")
    async with town.app.database.unit() as unit:
        await cancel_shift(unit, who=who, shift_id=shift, now=town.clock.now())
    assert (await one(town, 2)).state == "stopped"
    await town.settles()
    await cleo.looks()
    await cleo.forges("task:come:2:0:")
    cleo.sees("“Greenhouse” was cancelled in the meantime")


@crosswise
@NEVER
async def test_two_say_yes_to_the_last_place(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift("Greenhouse", places=1)
    both = await town.residents(2)
    await calls(pieter, shift)
    await town.settles()
    await everybody_looks(*both)
    await asyncio.gather(*(person.taps("I'll come") for person in both))
    [winner] = await held(town, shift)
    for person in both:
        person.sees("You have a place:" if person.resident_id == winner else "are taken by now")
    assert await tally(town) == {"come": 2}


@once
@NEVER
async def test_forged_and_late_taps(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift("Greenhouse", places=3, day=0, at="12:00")
    anna, ben = await town.residents(2)
    fatima = await town.coordinator("Farm", "Fatima")
    await calls(pieter, shift)
    # A call that goes on is not made a second time, and nobody is asked again the same day.
    await pieter.forges(f"task:ask:{shift}:0:")
    pieter.sees("People are being asked for this shift already.")
    await town.settles()
    await pieter.forges(f"task:ask:{shift}:0:")
    pieter.sees("Everybody in town: 1 person")  # the town's memory, who has no account
    await pieter.taps("Leave it")
    late = await town.resident("Late")
    for forged in ("task:come:1:0:", "task:no:1:0:", "task:come:99:0:", "task:come:0:0:"):
        await late.forges(forged)
        late.sees("I find no such call for hands that went to you.")
    assert await held(town, shift) == []
    for stranger in (late, fatima):
        await stranger.forges(f"task:ask:{shift}:0:")
        stranger.sees("Only a coordinator of this project can do that.")
    await late.says("/call")
    late.sees("Only coordinators can do that.")
    await anna.looks()
    await anna.taps("Not this time")
    await anna.taps("I can come after all")
    anna.sees("You have a place:")
    await town.moves(hours=3)
    await ben.looks()
    await ben.taps("I'll come")
    ben.sees("“Greenhouse” has started by now")
    await pieter.forges(f"task:ask:{shift}:0:")
    pieter.sees("has already started")
    assert await held(town, shift) == [anna.resident_id]


@once
async def test_a_wide_call_waits_for_a_yes_and_is_not_needed_any_more(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    mayor = await town.mayor()
    shift = await town.shift("Greenhouse", places=1)
    anna = await town.resident("Anna")
    await pieter.forges(f"task:ask:{shift}:0:")
    await pieter.taps("Everybody")
    pieter.sees("So many people are asked only when 1 other person has said yes to it.")
    await pieter.taps("Send it")
    pieter.sees("I ask for somebody else's yes")
    await town.settles()
    await anna.looks()
    anna.has_not_seen("wanted:")
    await anna.forges("task:come:1:0:")
    anna.sees("I find no such call")
    await anna.joins(shift)
    assert (await one(town)).state == "cancelled"
    await town.settles()
    await pieter.looks()
    pieter.sees("All places on Greenhouse")
    pieter.sees("your call for hands is not needed any more")
    assert mayor.resident_id


@once
@NEVER
async def test_nobody_to_call(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift("Greenhouse", places=1)
    memory = (await town._somebody()).me
    async with town.app.database.unit() as unit:
        await unit.add(Mute(resident_id=memory, topic="shifts", how="me", at=town.clock.now()))
    await pieter.forges(f"task:ask:{shift}:0:")
    pieter.sees("Nobody whom I could ask is free then.")
    await pieter.forges("w:call:hands:all")
    pieter.sees("Nobody of these could come, or hears of shifts.")
    await pieter.forges("w:call:look:send")
    pieter.sees("All of these people have turned such messages off")
    await town.resident()
    with pytest.raises(NobodyHears):
        await town.broadcast(audience=f"shift:{shift}\n&can:{shift}", by=pieter)
