"""Homes and their meters, and the utility's files."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

from handlers.hours.actions import confirm_one
from storage.queries import meters, residents
from storage.queries import town as town_queries
from tests.people import Person, Town
from tests.variants import once


async def at_home(person: Person, meter: str) -> str:
    """Register a home; its code."""
    await person.says("/home")
    await person.taps("Register our home")
    await person.says(meter)
    person.sees("the town knows your home now")
    return person.last.text.split("with this code: ")[1].split()[0]


async def files(town: Town) -> list[list[list[str]]]:
    """All files that were made, the oldest first, as rows."""
    async with town.app.database.reading() as unit:
        found: list[Any] = []
        for one in reversed(await meters.filed(unit)):
            kept = await meters.content(unit, one.id)
            assert kept is not None
            found.append(list(csv.reader(io.StringIO(kept[1]))))
    return found


async def test_a_home_and_its_meter(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    code = await at_home(anna, "za 12-345")
    anna.sees("ZA12-345")
    await ben.says("my home")
    await ben.taps("Register our home")
    await ben.says("no idea")
    ben.sees("does not look like the number of a meter")
    await ben.says("ZA12-345")
    ben.sees("registered by another home already")
    await ben.says("/home")
    await ben.taps("I have a code")
    await ben.says("WRONG1")
    ben.sees("That code is not right")
    await ben.says(code.lower())
    ben.sees("Welcome home!")
    ben.sees("• Anna")
    await ben.forges("power:register:::")
    await ben.taps("Change the meter")
    await ben.says("ZA99-1")
    ben.sees("the meter is changed")
    await ben.taps("I have moved out")
    await ben.taps("Yes, I moved out")
    ben.sees("The electricity of your home can be free")
    await ben.forges("power:left::0:0")
    ben.sees("You belong to no home at the moment")
    await ben.forges("power:meter::1:0")
    await ben.says("ZA77-1")
    ben.sees("Only the mayor or a coordinator of the whole town")


@once
async def test_wrong_codes_are_counted(town: Town) -> None:
    anna, ben = await town.resident("Anna"), await town.resident("Ben")
    code = await at_home(anna, "ZA12-345")
    await ben.says("/home")
    await ben.taps("I have a code")
    for number in range(5):
        await ben.says(f"WRONG{number}")
    await ben.says(code)
    ben.sees("Please wait an hour")


async def test_the_utility_is_told_once_and_then_of_what_changed(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    await at_home(anna, "AA1")
    await at_home(ben, "BB2")
    shift = await town.shift(day=14, minutes=180)
    await anna.joins(shift)
    await ben.joins(shift)
    await mayor.says("/desk")
    await mayor.forges("power:file::0:0")
    mayor.sees("That week's file can be made when the week before is closed")
    await town.moves(days=20)  # three weeks on: the third one was worked in, and is not confirmed yet
    await mayor.says("/desk")
    await mayor.taps("More at the desk")
    await mayor.taps("Electricity")
    mayor.sees("2 homes with a meter are registered.")
    await mayor.taps("Make this week's file")
    mayor.has_seen("For the utility")
    mayor.sees("The utility was told of this week")
    await mayor.forges("power:file::0:0")
    mayor.sees("The utility was told of that week already")
    await mayor.forges("power:adjust::0:0")
    mayor.sees("Nothing has changed")
    first = (await files(town))[0]
    assert first[0] == ["week", "meter", "entitled", "reason"]
    assert [row[1:] for row in first[1:]] == [["AA1", "no", "none"], ["BB2", "no", "none"]]
    async with town.app.database.unit() as unit:
        who = await town.who(mayor)
        await confirm_one(
            unit, who=who, shift_id=shift, resident_id=anna.resident_id, minutes=180, now=town.clock.now()
        )
    await town.settles()
    await mayor.says("/desk")
    await mayor.forges("power:open::0:0")
    mayor.sees("1 meter is otherwise now")
    await mayor.taps("Make the adjustments")
    made = await files(town)
    assert made[0] == first, "what was told is never written anew"
    assert made[1][1:] == [[first[1][0], "AA1", "yes", "all"]]
    await mayor.taps("Files made so far")
    mayor.sees("adjustments 1")
    await anna.says("/desk")
    await anna.forges("power:get::1:0")
    anna.sees("Only the mayor or a coordinator of the whole town")


@once
async def test_the_desk_puts_a_home_right(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    code = await at_home(anna, "AA1")
    await ben.says("/home")
    await ben.taps("I have a code")
    await ben.says(code)
    await mayor.says("/desk")
    await mayor.forges("power:homes::0:0")
    mayor.sees("Mill Lane: AA1, 2 people")
    await mayor.taps("AA1")
    await mayor.taps("Ben")
    await mayor.taps("Yes, take them out")
    mayor.sees("they belong to it no more")
    await mayor.taps("Anna")
    await mayor.taps("Yes, take them out")
    mayor.sees("No home is registered yet")
    await at_home(ben, "AA1")  # the meter is free again


@once
async def test_who_moves_in_the_week_is_not_behind_the_old_meter_any_more(town: Town) -> None:
    mayor, anna = await town.mayor(), await town.resident("Anna")
    await at_home(anna, "AA1")
    await mayor.says("/desk")
    await town.moves(days=7)  # Anna is newly here, so that her home is entitled
    await mayor.forges("power:file::0:0")
    await anna.says("/home")
    await anna.taps("I have moved out")
    await anna.taps("Yes, I moved out")
    await at_home(anna, "CC3")
    await mayor.forges("power:adjust::0:0")
    assert [row[1:3] for row in (await files(town))[1][1:]] == [["AA1", "no"], ["CC3", "yes"]]
    async with town.app.database.reading() as unit:
        kept = await residents.everything(unit, anna.resident_id)
    assert kept["home"]["meter"] == "CC3"
    assert [one["meter"] for one in kept["meter_members"]] == ["CC3"]
    await mayor.forges("power:adjust::0:0")
    mayor.sees("Nothing has changed")
    await town.moves(days=7)
    await mayor.forges("power:adjust::0:0")
    mayor.sees("Nothing has changed")


@once
async def test_a_rule_that_changes_corrects_no_week_that_is_over(town: Town) -> None:
    mayor, anna, ben = await town.mayor(), await town.resident("Anna"), await town.resident("Ben")
    code = await at_home(anna, "AA1")
    await ben.says("/home")
    await ben.taps("I have a code")
    await ben.says(code)
    shift = await town.shift(day=14, minutes=180)
    await anna.joins(shift)
    await town.moves(days=20)
    async with town.app.database.unit() as unit:
        await confirm_one(
            unit,
            who=await town.who(mayor),
            shift_id=shift,
            resident_id=anna.resident_id,
            minutes=180,
            now=town.clock.now(),
        )
    await town.settles()
    await mayor.says("/desk")
    await mayor.forges("power:file::0:0")
    assert (await files(town))[0][1][1:] == ["AA1", "no", "some"]
    await town.moves(days=7)
    async with town.app.database.unit() as unit:
        settings = await town_queries.settings(unit)
        await town_queries.keep(unit, replace(settings, household_rule="any", required_minutes=60))
    await mayor.forges("power:open::0:0")
    mayor.has_not_seen("otherwise now")
    await mayor.forges("power:adjust::0:0")
    mayor.sees("Nothing has changed")
