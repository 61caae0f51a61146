"""Skills: places that are kept for them, learning beside a master, records, and who signs off."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func

from storage.queries import learning, topics
from storage.sql import insert, select
from storage.tables import HoursEntry, Level, Outbox, ResidentTopic, Shift, ShiftSkill, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once


async def skill_id(town: Town, name: str = "Baking") -> int:
    async with town.app.database.reading() as unit:
        return next(one.id for one in await topics.listed(unit, topics.SKILL) if one.name == name)


async def level(town: Town, person: Person, skill: str = "Baking") -> str | None:
    wanted = await skill_id(town, skill)
    async with town.app.database.reading() as unit:
        return await learning.level(unit, person.resident_id, wanted)


async def counted(town: Town, shift: int) -> tuple[Any, ...]:
    """places, taken, reserved, special of a shift, and (skill, places, taken, learners, learning) of each skill."""
    shifts, needs = table_of(Shift), table_of(ShiftSkill)
    async with town.app.database.reading() as unit:
        row = await unit.first(
            select(shifts.c.places, shifts.c.taken, shifts.c.reserved, shifts.c.special).where(shifts.c.id == shift)
        )
        kinds = await unit.rows(
            select(needs.c.places, needs.c.taken, needs.c.learners, needs.c.learning)
            .where(needs.c.shift_id == shift)
            .order_by(needs.c.topic_id)
        )
    assert row is not None
    return tuple(row), [tuple(kind) for kind in kinds]


async def told(town: Town, notice: str) -> int:
    outbox = table_of(Outbox)
    async with town.app.database.reading() as unit:
        return int(await unit.value(select(func.count()).select_from(outbox).where(outbox.c.notice == notice)))


async def up_to_the_skills(pieter: Person, places: str = "6") -> None:
    await pieter.says("/desk")
    await pieter.taps("New shift")
    for words in ("Bake bread", "Thu 9", "3 h", "Mill Lane 2", places):
        await pieter.says(words)


# -- places for skills -------------------------------------------------------------------------------------------------


@crosswise
async def test_places_are_kept_for_skills_when_a_shift_is_put_up(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery"), await town.resident("Anna")
    await up_to_the_skills(pieter)
    await pieter.taps("Baking")
    await pieter.taps("Cooking")
    await pieter.taps("Done")
    pieter.sees("Baking: how many of the 6 places are only for people who know it?")
    late = pieter.last
    await pieter.says("many")
    pieter.sees("not a number of places")
    await pieter.says("7")
    pieter.sees("Together that would keep 7 places for skills, and the shift has 6.")
    await pieter.says("3")
    pieter.sees("Baking: and how many places are for people who learn it?")
    pieter.sees("3 places are left to keep.")
    await pieter.forges(late.buttons[1][1])  # the button of a question that is answered
    pieter.sees("Baking: and how many places are for people who learn it?")
    await pieter.taps("1")
    pieter.sees("Cooking: how many of the 6 places")
    await pieter.taps("Only a wish")
    await pieter.taps("None")
    pieter.sees("Skills needed: Baking (3 places, 1 for a learner) and Cooking")
    await pieter.taps("How many people")
    await pieter.says("3")
    pieter.sees("Together that would keep 4 places")
    await pieter.says("5")
    await pieter.taps("Publish")
    await pieter.taps("The shift")
    pieter.sees(
        "Baking: 3 of 3 places free · 1 of 1 learner's place free · learners can join once a master has a place"
    )
    assert await counted(town, 1) == ((5, 0, 4, 0), [(3, 0, 1, 0), (0, 0, 0, 0)])
    await anna.joins(1)
    assert await counted(town, 1) == ((5, 1, 4, 0), [(3, 0, 1, 0), (0, 0, 0, 0)])


@once
async def test_all_places_for_one_skill_and_a_way_back(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await up_to_the_skills(pieter, "4")
    await pieter.taps("Baking")
    await pieter.taps("Done")
    assert pieter.last.labels[0] == "All 4"
    await pieter.taps("1")
    await pieter.taps("Back")
    pieter.sees("Which skills does it need?")
    await pieter.taps("Done")
    await pieter.taps("All 4")
    pieter.sees("Skills needed: Baking (4 places)")  # none is left for learners, so that is not asked
    await pieter.taps("Which skills")
    await pieter.taps("Cooking")
    await pieter.taps("Done")
    pieter.sees("Now: 4")
    for count in ("1", "1", "0", "2"):
        await pieter.says(count)
    pieter.sees("Baking (1 place, 1 for a learner) and Cooking (2 for learners)")


@once
async def test_the_kinds_of_a_shift_change_only_as_far_as_it_is_taken(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift(places=4, day=2, kinds={"Baking": (2, 0)})
    baker, anna, ben = await town.resident(skills=["Baking"]), await town.resident(), await town.resident()
    for person in (baker, anna, ben):
        await person.joins(shift)
    assert await counted(town, shift) == ((4, 3, 2, 1), [(2, 1, 0, 0)])
    await pieter.says("/desk")
    await pieter.forges(f"desk:skills:{shift}:0")
    await pieter.taps("Done")
    pieter.sees("Now: 2")
    await pieter.says("0")
    pieter.sees("1 place is taken already, so there cannot be fewer.")
    await pieter.says("3")
    await pieter.says("0")
    pieter.sees("2 places that anybody may take are taken already, so at most 2 can be kept for skills.")
    await pieter.forges(f"desk:places:{shift}:0")
    await pieter.says("3")
    pieter.sees("2 of its places are kept for skills and others are taken, so it needs 4 or more.")
    await pieter.says("5")
    await pieter.forges(f"desk:skills:{shift}:0")
    await pieter.taps("Done")
    await pieter.says("1")
    await pieter.says("1")
    pieter.sees("is changed")
    assert await counted(town, shift) == ((5, 3, 2, 1), [(1, 1, 1, 0)])
    await pieter.forges(f"desk:skills:{shift}:0")
    await pieter.taps("Baking")
    await pieter.taps("None is needed")
    pieter.sees("1 place is taken already")
    assert await counted(town, shift) == ((5, 3, 2, 1), [(1, 1, 1, 0)])


@crosswise
async def test_each_kind_of_place_is_counted_and_a_learner_only_beside_a_master(town: Town) -> None:
    shift = await town.shift(places=4, kinds={"Baking": (2, 1)})
    anna, ben, cleo = await town.resident("Anna"), await town.resident("Ben"), await town.resident("Cleo")
    master, baker = await town.master("Baking", "Martha"), await town.resident("Bram", skills=["Baking"])
    await anna.joins(shift)
    await ben.joins(shift)
    ben.sees("The places still free are kept for a skill, or for learners beside a master. You are 1st on the waiting")
    await master.joins(shift)
    assert await counted(town, shift) == ((4, 3, 3, 2), [(2, 1, 1, 1)])  # the learner's place is offered to Ben
    await town.settles()
    await ben.looks()
    await ben.taps("No, thank you")
    assert await counted(town, shift) == ((4, 2, 3, 1), [(2, 1, 1, 0)])
    await ben.says("/skills")
    ben.sees("You could learn beside a master:")
    await ben.taps("1.")
    await ben.taps("Join")
    ben.sees("It is a learner's place: a master works beside you.")
    assert await counted(town, shift) == ((4, 3, 3, 2), [(2, 1, 1, 1)])
    await ben.says("/skills")
    assert "You could learn" not in ben.last.text  # they are on it
    await cleo.joins(shift)
    assert (await counted(town, shift))[0] == (4, 3, 3, 2)  # the place left is for who can bake
    await baker.joins(shift)
    assert await counted(town, shift) == ((4, 4, 3, 3), [(2, 2, 1, 1)])


# -- the learning record -----------------------------------------------------------------------------------------------


@crosswise
async def test_attended_shifts_on_a_learners_place_add_to_the_record(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery"), await town.resident("Anna")
    master = await town.master("Baking", "Martha")
    shift = await town.shift(day=0, at="10:00", minutes=120, places=2, kinds={"Baking": (1, 1)})
    await master.joins(shift)
    await anna.joins(shift)
    await anna.says("my skills")
    anna.sees("You have not told me of any skill yet.")
    await town.moves(hours=3)
    await pieter.forges(f"hours:all:{shift}:0:0:0")
    await anna.says("/skills")
    anna.has_seen("Baking: you are learning it · 2 h learned")
    await master.says("/skills")
    master.sees("Baking: you are a master; The town's memory appointed you on")
    assert "learned" not in master.last.text
    await master.taps("Sign skills off")
    master.sees("Anna: is learning it · 2 h learned")
    await master.taps("Anna")
    sign = master.button("Sign it off")[1]
    await master.taps("Sign it off")
    master.sees("Baking is signed off for Anna, who is being told.")
    await master.forges(sign)  # a second tap
    master.sees("That was so already.")
    await town.settles()
    await anna.looks()
    anna.has_seen("Well done! Martha, a master of Baking, has signed it off for you", times=1)
    await anna.taps("My skills and learning")
    anna.sees("Baking: signed off by Martha on 24 November 2026")
    await anna.says("/me")
    anna.sees("Skills: Baking (signed off)")
    await reverse(town, anna)
    await anna.says("/skills")
    assert "learned" not in anna.last.text
    await master.taps("Take it back")
    master.sees("not signed off for Anna any more")
    await town.settles()
    await anna.looks()
    anna.sees("Martha has taken back that Baking is signed off for you.")
    assert await level(town, anna) == Level.TOLD


async def reverse(town: Town, person: Person) -> None:
    """A correction takes the one line of somebody's hours back."""
    entries = table_of(HoursEntry)
    async with town.app.database.unit() as unit:
        line = await unit.first(select(entries).where(entries.c.resident_id == person.resident_id))
        assert line is not None
        await unit.run(
            insert(entries),
            key=f"reversal:{line.id}",
            resident_id=line.resident_id,
            week=line.week,
            minutes=-line.minutes,
            kind="reversal",
            reverses_id=line.id,
            reason="it was another day",
            confirmed_by=line.confirmed_by,
            confirmed_at=town.clock.now(),
        )


# -- masters -----------------------------------------------------------------------------------------------------------


@crosswise
async def test_the_desk_appoints_masters_by_name(town: Town) -> None:
    mayor, thandi = await town.mayor(), await town.resident("Thandi Nkosi", skills=["Baking"])
    await mayor.says("/desk")
    await mayor.taps("More at the desk")
    await mayor.taps("Skills and masters")
    mayor.sees("Baking: no master yet")
    await mayor.taps("Baking")
    mayor.sees("Thandi Nkosi: says that they know it")
    await mayor.taps("Find by name")
    await mayor.says("nobody")
    mayor.sees("I find nobody called “nobody” here.")
    await mayor.says("thandi")
    await mayor.taps("Thandi Nkosi")
    await mayor.taps("Make them a master")
    mayor.sees("Thandi Nkosi is a master of Baking now, and is being told.")
    await town.settles()
    await thandi.looks()
    thandi.sees("Naledi Mokoena has made you a master of Baking.")
    await thandi.says("/me")
    thandi.sees("Skills: Baking (master)")
    await mayor.taps("No longer a master")
    await town.settles()
    await thandi.looks()
    thandi.sees("has ended your office as a master of Baking. It stays signed off for you.")
    assert await level(town, thandi) == Level.SIGNED_OFF
    await mayor.forges(f"skill:find:{await skill_id(town)}:0:0")
    await mayor.says("Naledi")
    await mayor.taps("Naledi")
    assert not [label for label in mayor.last.labels if "master" in label]  # nobody appoints themself


@once
async def test_forged_taps_change_no_skill(town: Town) -> None:
    mayor, pieter = await town.mayor(), await town.coordinator("Bakery")
    master, anna = await town.master("Baking", "Martha"), await town.resident("Anna", skills=["Baking"])
    stranger = await town.resident("Ben")
    baking, welding = await skill_id(town), await skill_id(town, "Welding")
    before = await rows(town)
    for person, data, answer in (
        (anna, f"skill:sign:{baking}:{anna.resident_id}:0", "Only a master of this skill"),
        (pieter, f"skill:sign:{baking}:{anna.resident_id}:0", "Only a master of this skill"),
        (mayor, f"skill:sign:{baking}:{anna.resident_id}:0", "Only a master of this skill"),
        (master, f"skill:sign:{welding}:{anna.resident_id}:0", "Only a master of this skill"),
        (master, f"skill:sign:{baking}:{master.resident_id}:0", "Nobody judges their own skill"),
        (master, f"skill:sign:{baking}:{stranger.resident_id}:0", "I can't find that person"),
        (master, f"skill:sign:{baking}:99:0", "I can't find that person"),
        (master, f"skill:person:{baking}:{stranger.resident_id}:0", "I can't find that person"),
        (master, "skill:sign:99:1:0", "Only a master of this skill"),
        (master, f"skill:appoint:{baking}:{anna.resident_id}:0", "Only the mayor or a coordinator of the whole town"),
        (master, f"skill:end:{baking}:{master.resident_id}:0", "Only the mayor or a coordinator of the whole town"),
        (master, f"skill:unsign:{baking}:{master.resident_id}:0", "Nobody judges their own skill"),
        (pieter, f"skill:appoint:{baking}:{anna.resident_id}:0", "Only the mayor or a coordinator of the whole town"),
        (pieter, "skill:desk:0:0:0", "Only the mayor or a coordinator of the whole town"),
        (pieter, f"skill:skill:{baking}:0:0", "Only a master of this skill"),
        (anna, f"skill:find:{baking}:0:0", "Only a master of this skill"),
        (mayor, f"skill:appoint:{baking}:{mayor.resident_id}:0", "Nobody judges their own skill"),
        (mayor, f"skill:appoint:99:{anna.resident_id}:0", "That is not on the list"),
        (anna, "skill:signoff:0:0:0", "You are no master of a skill."),
    ):
        await person.forges(data)
        assert person.sees(answer), data
        assert await rows(town) == before, data
    assert await told(town, "skill.signed_off") == 0


async def rows(town: Town) -> list[str]:
    async with town.app.database.reading() as unit:
        return sorted(map(repr, await unit.rows(select(table_of(ResidentTopic)))))


@once
async def test_changing_ones_answers_keeps_a_level_and_forges_none(town: Town) -> None:
    master, anna = await town.master("Baking", "Martha"), await town.resident("Anna", skills=["Baking", "Cooking"])
    await master.forges(f"skill:sign:{await skill_id(town)}:{anna.resident_id}:0")
    await anna.says("/me")
    await anna.taps("Skills")
    await anna.taps("Cooking")
    await anna.taps("Done")
    assert await level(town, anna) == Level.SIGNED_OFF
    await anna.says("/me")
    await anna.taps("Skills")
    await anna.taps("Baking")
    anna.sees("A master signed off Baking. Taken off your list, that is lost and has to be done anew.")
    await anna.taps("Baking")
    assert "signed off" not in anna.last.text
    await anna.taps("Done")
    assert await level(town, anna) == Level.SIGNED_OFF
    await anna.says("/me")
    await anna.taps("Skills")
    await anna.taps("Baking")
    await anna.forges("w:me:skills:done")
    assert await level(town, anna) is None
    await anna.says("/me")
    await anna.taps("Skills")
    await anna.taps("Baking")
    await anna.taps("Done")
    assert await level(town, anna) == Level.TOLD
    anna.sees("Skills: Baking")
    assert "signed off" not in anna.last.text


@once
@pytest.mark.town(skill_proof="signed_off")
async def test_where_a_master_has_to_have_signed_off(town: Town) -> None:
    shift = await town.shift(places=3, kinds={"Baking": (2, 1)})
    master, anna = await town.master("Baking", "Martha"), await town.resident("Anna", skills=["Baking"])
    ben = await town.resident("Ben", skills=["Baking"])
    await master.joins(shift)
    await anna.joins(shift)  # she says that she can bake, which this town does not count
    assert await counted(town, shift) == ((3, 2, 3, 2), [(2, 1, 1, 1)])
    await ben.joins(shift)
    assert (await counted(town, shift))[0] == (3, 2, 3, 2)
    await master.forges(f"skill:sign:{await skill_id(town)}:{ben.resident_id}:0")
    await ben.joins(shift)
    assert await counted(town, shift) == ((3, 3, 3, 3), [(2, 2, 1, 1)])
