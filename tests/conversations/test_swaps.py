"""Swapping shifts and handing one over: nothing changes before both have said yes, and then everything at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from handlers.desk.actions import cancel_shift, change_shift
from storage.queries import residents
from storage.sql import insert, select
from storage.tables import Shift, ShiftSkill, Signup, SignupState, Swap, Topic, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.week import at_local, local

signups, shifts, swaps = (table_of(model) for model in (Signup, Shift, Swap))


async def rows(town: Town, statement: Any) -> list[Any]:
    async with town.app.database.reading() as unit:
        return list(await unit.rows(statement))


async def holders(town: Town, shift: int) -> set[int]:
    """Who holds a place, by the sign-ups; checked against the shift's own count."""
    found = await rows(
        town,
        select(signups.c.resident_id).where(signups.c.shift_id == shift, signups.c.state == SignupState.HELD),
    )
    taken = (await rows(town, select(shifts.c.taken).where(shifts.c.id == shift)))[0][0]
    assert taken == len(found)
    return {row[0] for row in found}


async def states(town: Town) -> list[str]:
    return [row[0] for row in await rows(town, select(swaps.c.state).order_by(swaps.c.id))]


async def last_swap(town: Town) -> int:
    return int((await rows(town, select(swaps.c.id).order_by(swaps.c.id.desc())))[0][0])


async def asks(town: Town, person: Person, shift: int, other: Person, take: int = 0) -> int:
    """Ask for a swap, or to take a place over; the request's id."""
    await person.looks()
    await person.forges(f"swap:ask:{shift}:{take}:0:{other.resident_id}")
    person.sees(f"I have asked {other.name}")
    await town.settles()
    await other.looks()
    return await last_swap(town)


@once
async def test_handing_a_shift_over(town: Town) -> None:
    coordinator = await town.coordinator()
    anna, ben, carl = await town.resident("Anna"), await town.resident("Ben Botha"), await town.resident("Carl")
    bread = await town.shift()
    await carl.joins(await town.shift("Weeding", project="Farm"))
    await anna.joins(bread)
    await anna.says(f"/start shift_{bread}")
    await anna.forges(f"swap:open:{bread}:0:0:0")
    await anna.taps("Hand it over")
    assert "Ben Botha" in anna.last.labels
    assert "Carl" not in anna.last.labels  # is on another shift then
    await anna.taps("Ben Botha")
    anna.sees("Shall I ask Ben Botha?")
    anna.sees("Wednesday 25 November, 09:00")
    assert await states(town) == []
    await anna.taps("Yes, ask them")
    anna.sees("I have asked Ben Botha")
    await town.settles()
    await ben.looks()
    ben.sees("Anna cannot come and asks whether you would take over this shift")
    ben.sees("You have until Wednesday 25 November, 09:00")
    assert await holders(town, bread) == {anna.resident_id}
    notice = ben.last
    await ben.taps("The shift offered", on=notice)
    ben.sees("Bread baking")
    await ben.taps("Accept", on=notice)
    ben.sees("from now on “Bread baking” is yours")
    ben.sees("I told Pieter van Wyk as well")
    assert await holders(town, bread) == {ben.resident_id}
    await ben.forges(f"swap:accept:0:{await last_swap(town)}:0:0")
    ben.sees("was accepted, and the places have changed hands")
    await town.settles()
    await anna.looks()
    anna.sees("Ben Botha has accepted: your place on “Bread baking” is theirs now")
    await coordinator.looks()
    coordinator.sees("Ben Botha comes in place of Anna")
    await town.moves(hours=23)
    await anna.looks()
    anna.has_not_seen("A reminder of your shift")
    await ben.looks()
    ben.has_seen("A reminder of your shift")


@crosswise
async def test_swapping_two_shifts(town: Town) -> None:
    anna, ben, eve = await town.resident("Anna"), await town.resident("Ben"), await town.resident("Eve")
    bread, weeds = await town.shift("Bread"), await town.shift("Weeding", project="Farm", day=2)
    cake, full = await town.shift("Cake", day=3), await town.shift("Cleaning", day=4)
    for person, shift in ((anna, bread), (ben, weeds), (ben, cake), (eve, cake), (anna, full)):
        await person.joins(shift)
    await anna.forges(f"swap:open:{bread}:0:0:0")
    await anna.taps("Swap with somebody")
    labels = [label for label in anna.last.labels if label[:1].isdigit()]
    assert ["Cake" in labels[0], "Weeding" in labels[1], len(labels)] == [True, True, 2]  # her project's first
    await anna.taps("2. ")
    assert anna.last.labels == ["Ben", "Back", "My week"]
    await anna.says("ben")
    anna.sees("You take:")
    await anna.says("1")
    anna.sees("I have asked Ben")
    await town.settles()
    await ben.looks()
    ben.sees("Anna asks you to swap shifts. You would take:")
    ben.sees("And you would give:")
    assert ben.last.labels[:4] == ["Accept", "No, thank you", "The shift offered", "My shift"]
    await ben.says("accept")
    ben.sees("and Anna has your place on “Weeding”")
    assert await holders(town, bread) == {ben.resident_id}
    assert await holders(town, weeds) == {anna.resident_id}
    await town.settles()
    await anna.looks()
    anna.sees("From now on you hold a place on:")
    anna.sees("Weeding")


@once
async def test_no_and_taken_back_and_run_out(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    bread, cake = await town.shift("Bread", day=5), await town.shift("Cake", day=1)
    for shift in (bread, cake):
        await anna.joins(shift)
    declined = await asks(town, anna, bread, ben)
    await anna.forges(f"swap:ask:{bread}:0:0:{ben.resident_id}")
    anna.sees("You have asked Ben about this shift already")
    await ben.taps("No, thank you")
    ben.sees("nothing changes for you, and I told Anna")
    await ben.forges(f"swap:accept:0:{declined}:0:0")
    ben.sees("That request was declined")
    await town.settles()
    await anna.looks()
    anna.sees("Ben cannot take “Bread”")
    await anna.taps("Ask somebody else")
    anna.sees("You can swap this shift")
    withdrawn = await asks(town, anna, bread, ben)
    notice = ben.last
    await anna.says("my requests")
    anna.sees("You asked Ben.")
    await anna.taps("1. ")
    await anna.taps("Take the request back")
    anna.sees("“Bread” is yours as before")
    await ben.taps("Accept", on=notice)
    ben.sees("That request was taken back")
    await town.settles()
    await ben.looks()
    ben.has_seen("Anna has taken back the request about “Bread”", times=1)
    await anna.forges(f"swap:withdraw:0:{withdrawn}:0:0")
    anna.sees("That request was taken back")
    await asks(town, anna, bread, ben)
    await asks(town, anna, cake, ben)
    await ben.says("/swaps")
    ben.sees("Anna asks you.")
    await town.moves(hours=23.9)  # the shift of tomorrow has begun by then; the other request ran out too
    await town.moves(hours=0.2)
    await anna.looks()
    anna.has_seen("Ben has not answered in time", times=2)
    assert await states(town) == ["declined", "withdrawn", "expired", "expired"]
    assert await holders(town, bread) == {anna.resident_id}
    await ben.forges(f"swap:accept:0:{await last_swap(town)}:0:0")
    ben.sees("The time for that request is over")


@once
async def test_a_rule_in_the_way_is_named_and_both_hear_of_it(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    bread, late = await town.shift("Bread", day=3, at="08:00"), await town.shift("Late", day=2, at="20:00")
    weeds, clash = await town.shift("Weeding", day=5), await town.shift("Clash", day=3, at="09:00")
    await anna.joins(bread)
    await ben.joins(weeds)
    await asks(town, anna, bread, ben, weeds)
    notice = ben.last
    await ben.joins(late)
    await ben.taps("Accept", on=notice)
    ben.has_seen("the town asks for 11 h of rest, and “Late” is too near")
    ben.has_seen("Everybody keeps the places they had")
    await town.settles()
    await anna.looks()
    anna.sees("Ben said yes, but it could not be done")
    anna.sees("the rest of Ben between two days' work would be too short")
    anna.sees("You keep your place on “Bread”")
    assert await states(town) == ["failed"]
    await ben.forges(f"swap:accept:0:{await last_swap(town)}:0:0")
    ben.sees("could not be carried out")
    await ben.forges(f"shift:release:{late}")
    await asks(town, anna, bread, ben, weeds)
    notice = ben.last
    other = await town.shift("Other", day=5, at="10:00")
    await anna.joins(other)
    await ben.taps("Accept", on=notice)
    ben.sees("Anna holds a place on another shift at the time of “Weeding”")
    await anna.forges(f"shift:release:{other}")
    await ben.joins(clash)
    await anna.forges(f"swap:sure:{bread}:{weeds}:0:{ben.resident_id}")
    anna.sees("Ben holds a place on another shift at the time of “Bread”")
    await anna.forges(f"swap:ask:{bread}:{weeds}:0:{ben.resident_id}")
    anna.sees("Ben holds a place on another shift at the time of “Bread”")
    assert await holders(town, bread) == {anna.resident_id}
    assert await states(town) == ["failed", "failed"]


@crosswise
async def test_what_it_is_about_may_be_gone(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    who = await town.who(await town.coordinator())
    town.app.ticker._scheduler.pause()  # jobs run when the test says so: what is gone is found by whoever taps first
    ids = [await town.shift(f"Shift {number}", day=number + 2) for number in range(3)]
    for shift in ids:
        await anna.joins(shift)
    requests = [await asks(town, anna, shift, ben) for shift in ids]
    async with town.app.database.unit() as unit:
        await cancel_shift(unit, who=who, shift_id=ids[0], now=town.clock.now())
        there = local(town.clock.now(), who.zone).date() + timedelta(days=3)
        starts = at_local(there, (town.clock.now() + timedelta(hours=5)).time(), who.zone)
        await change_shift(unit, who=who, shift_id=ids[1], now=town.clock.now(), starts_at=starts)
    await anna.forges(f"shift:release:{ids[2]}")
    await ben.forges(f"swap:accept:0:{requests[1]}:0:0")
    ben.has_seen("The time of “Shift 1”, or of the shift for it, has been changed")
    await ben.forges(f"swap:accept:0:{requests[0]}:0:0")
    ben.has_seen("“Shift 0” was cancelled")
    await town.settles()
    for person in (anna, ben):
        await person.looks()
    anna.has_seen("The time of “Shift 1”, or of the shift for it, has been changed")
    anna.has_seen("“Shift 0” was cancelled")
    ben.has_seen("Anna holds no place on “Shift 2” any more")
    anna.has_not_seen("You hold no place on “Shift 2”")
    assert await states(town) == ["failed"] * 3
    await ben.forges(f"swap:accept:0:{requests[2]}:0:0")
    ben.sees("could not be carried out")
    assert await holders(town, ids[1]) == {anna.resident_id}


@once
async def test_a_name_is_written_and_same_names_are_told_apart(town: Town) -> None:
    anna = await town.resident("Anna")
    people = [await town.resident("Ben Botha") for _ in range(2)] + [await town.resident("Benita")]
    async with town.app.database.unit() as unit:
        await residents.change(unit, people[1].resident_id, street="River Road")
    bread = await town.shift()
    await anna.joins(bread)
    await anna.forges(f"swap:hand:{bread}:0:0:0")
    assert {"Ben Botha, Mill Lane", "Ben Botha, River…"} <= set(anna.last.labels)
    await anna.forges(f"swap:name:{bread}:0:0:0")
    anna.sees("Write the name, or a part of it")
    await anna.says("Zebedee")
    anna.sees("I know nobody called “Zebedee” here")
    await anna.says("anna")
    anna.sees("I know nobody called “anna” here")
    await anna.says("ben")
    anna.sees("3 people fit “ben”")
    assert anna.last.labels[:3] == ["Ben Botha, Mill Lane", "Ben Botha, River…", "Benita"]
    await anna.forges("w:swap:person:99999999999999")
    anna.sees("I can't find that person any more")
    await people[1].joins(bread)
    await anna.says("2")
    anna.sees("Ben Botha holds a place on “Bread baking” already")
    await anna.says("1")
    anna.sees("Shall I ask Ben Botha?")
    await anna.taps("Yes, ask them")
    await town.settles()
    await people[0].looks()
    people[0].sees("Anna cannot come")
    await people[1].looks()
    people[1].has_not_seen("Anna cannot come")


@once
async def test_forged_and_too_many(town: Town) -> None:
    anna, ben, eve = await town.resident("Anna"), await town.resident("Ben"), await town.resident("Eve")
    ids = [await town.shift(f"Shift {number}", day=number + 2) for number in range(6)]
    for shift in ids:
        await anna.joins(shift)
    requests = [await asks(town, anna, shift, ben) for shift in ids[:5]]
    await anna.forges(f"swap:ask:{ids[5]}:0:0:{ben.resident_id}")
    anna.sees("You have 5 open requests already")
    await anna.forges(f"swap:ask:{ids[5]}:0:0:{anna.resident_id}")
    anna.sees("I can't find that person any more")
    await eve.looks()
    for do in ("one", "accept", "decline", "withdraw"):
        await eve.forges(f"swap:{do}:0:{requests[0]}:0:0")
        eve.sees("I find no such request of yours")
    await anna.forges(f"swap:accept:0:{requests[0]}:0:0")
    anna.sees("I find no such request of yours")
    await ben.forges(f"swap:withdraw:0:{requests[0]}:0:0")
    ben.sees("I find no such request of yours")
    for do in ("open", "hand", "name", "swap"):
        await eve.forges(f"swap:{do}:{ids[0]}:0:0:0")
        eve.sees("You hold no place on “Shift 0”")
    await eve.forges(f"swap:ask:{ids[0]}:0:0:{ben.resident_id}")
    eve.sees("You hold no place on “Shift 0”")
    await anna.forges(f"swap:people:{ids[0]}:999:0:0")
    anna.sees("That shift is no longer there")
    assert await states(town) == ["asked"] * 5
    await anna.forges(f"swap:withdraw:0:{requests[4]}:0:0")
    second = await asks(town, anna, ids[0], eve)
    await ben.forges(f"swap:accept:0:{requests[0]}:0:0")
    ben.has_seen("from now on “Shift 0” is yours")
    await town.settles()
    await eve.looks()
    eve.sees("Somebody else takes over “Shift 0”")
    await eve.forges(f"swap:accept:0:{second}:0:0")
    eve.sees("That request was taken back")
    assert await holders(town, ids[0]) == {ben.resident_id}


@once
async def test_what_was_never_heard_of_is_never_taken_back(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    shift = await town.shift(day=4)
    await anna.joins(shift)
    await town.moves(hours=13)  # 22:30: nobody is woken for this
    await anna.forges(f"swap:ask:{shift}:0:0:{ben.resident_id}")
    anna.sees("who has until Thursday 26 November, 07:00")  # a day from when it can be heard of
    await town.settles()
    await anna.forges(f"swap:withdraw:0:{await last_swap(town)}:0:0")
    await town.moves(hours=12)
    await ben.looks()
    ben.has_not_seen("Anna")


@once
async def test_who_is_offered_a_place_and_gets_another_leaves_the_first(town: Town) -> None:
    anna, ben, eve = await town.resident("Anna"), await town.resident("Ben"), await town.resident("Eve")
    shift = await town.shift(places=2, day=3)
    for person in (anna, eve, ben):
        await person.joins(shift)
    await ben.forges(f"shift:wait:{shift}")
    swap = await asks(town, anna, shift, ben)
    await eve.forges(f"shift:release:{shift}")
    assert (await rows(town, select(signups.c.state).where(signups.c.resident_id == ben.resident_id))) == [("offered",)]
    await ben.forges(f"swap:accept:0:{swap}:0:0")
    ben.has_seen("from now on “Bread baking” is yours")
    assert await holders(town, shift) == {ben.resident_id}


@once
async def test_a_place_for_a_skill_passes_on_with_the_skill_only(town: Town) -> None:
    anna, ben = await town.resident("Anna", skills=["Baking"]), await town.resident("Ben")
    eve = await town.resident("Eve", skills=["Baking"])
    bread = await town.shift("Bread", places=3)
    await _only_for_bakers(town, bread)
    await anna.joins(bread)
    await anna.forges(f"swap:hand:{bread}:0:0:0")
    assert ("Ben" in anna.last.labels, "Eve" in anna.last.labels) == (False, True)
    await anna.forges(f"swap:ask:{bread}:0:0:{ben.resident_id}")
    anna.sees("asks for a skill that Ben does not have yet")
    await asks(town, anna, bread, eve)
    await eve.taps("Accept")
    assert await holders(town, bread) == {eve.resident_id}


async def _only_for_bakers(town: Town, shift: int) -> None:
    """All three places of a shift are for bakers."""
    topics, needs = table_of(Topic), table_of(ShiftSkill)
    async with town.app.database.unit() as unit:
        baking = await unit.value(select(topics.c.id).where(topics.c.name == "Baking"))
        row = {"shift_id": shift, "topic_id": baking, "places": 3, "taken": 0, "learners": 0, "learning": 0}
        await unit.execute(insert(needs), row)
        await unit.run(update(shifts).where(shifts.c.id == shift).values(reserved=3))
