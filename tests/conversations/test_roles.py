"""Roles: the first mayor, appointments, joining by approval, and what the town decides for itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from handlers.roles import setting_views, views
from handlers.roles.actions import make_setup_code, take_back
from storage.queries import roles, shifts
from storage.queries.roles import Grant
from storage.queries.roles import Person as Applicant
from storage.queries.topics import Named
from storage.tables import Role
from tests.people import Person, Town
from tests.variants import once
from town.facts import Fact, LastMayor, NotAllowed
from town.settings import SPECS, TownSettings


async def setup_code(town: Town) -> str:
    async with town.app.database.unit() as unit:
        return await make_setup_code(unit, now=town.clock.now())


async def mayors(town: Town) -> list[int]:
    async with town.app.database.reading() as unit:
        return await roles.mayors(unit)


async def test_the_first_to_send_the_code_is_mayor(town: Town) -> None:
    code = await setup_code(town)
    naledi, sipho = await town.residents(2)
    await naledi.says(code.lower().replace("-", ""))
    naledi.sees("you are the mayor now")
    await naledi.taps("The town")
    naledi.sees("the town's affairs")
    await sipho.says(code)
    sipho.sees("used before")
    assert await mayors(town) == [naledi.resident_id]


async def test_a_code_can_be_sent_as_a_command(town: Town) -> None:
    naledi = await town.resident()
    await naledi.says("/setup")
    naledi.sees("Send me the setup code")
    await naledi.says(f"/setup {await setup_code(town)}")
    naledi.sees("you are the mayor now")


async def test_a_code_can_come_by_a_link(town: Town) -> None:
    naledi = await town.resident()
    await naledi.says(f"/start {await setup_code(town)}")
    naledi.sees("you are the mayor now")


@once
async def test_a_code_ends_with_the_next_one_and_after_a_day(town: Town) -> None:
    naledi = await town.resident()
    first, second = await setup_code(town), await setup_code(town)
    await naledi.says(first)
    naledi.sees("too old")
    await town.moves(hours=25)
    await naledi.says(second)
    naledi.sees("too old")
    assert await mayors(town) == []


@once
async def test_wrong_codes_are_looked_at_five_times_an_hour(town: Town) -> None:
    code = await setup_code(town)
    naledi = await town.resident()
    for _ in range(5):
        await naledi.says("KKKK-3333")
        naledi.sees("That code is not right")
    await naledi.says(code)
    naledi.sees("Please wait an hour")
    await town.moves(hours=1.1)
    await naledi.says(code)
    naledi.sees("you are the mayor now")


@once
async def test_words_are_no_codes(town: Town) -> None:
    naledi = await town.resident()
    for words in ("Margaret", "remember", "1234-5678", "12345678", "thanks a lot"):
        await naledi.says(words)
        assert "code" not in naledi.last.text


async def test_a_stranger_signs_up_first_and_is_mayor_at_the_end(town: Town) -> None:
    code = await setup_code(town)
    naledi = await town.stranger("Naledi")
    await naledi.says(code)
    naledi.sees("makes you the mayor as soon as these questions are answered")
    naledi.sees("which language")
    assert await mayors(town) == []
    await naledi.taps("English")
    await naledi.says("Naledi Mokoena")
    await naledi.says("Mill Lane")
    for _ in ("skills", "interests", "free times"):
        await naledi.taps("None of these")
    await naledi.taps("Yes")
    await naledi.taps("I agree")
    naledi.sees("mayor")
    assert len(await mayors(town)) == 1


@once
async def test_one_code_makes_one_mayor_however_many_send_it(town: Town) -> None:
    code = await setup_code(town)
    people = await town.residents(6)
    await asyncio.gather(*(person.says(code) for person in people))
    assert len(await mayors(town)) == 1


async def appoints(mayor: Person, name: str, role: str, project: str = "") -> None:
    await mayor.says("/town")
    await mayor.taps("Roles")
    await mayor.taps("Appoint somebody")
    await mayor.says(name)
    await mayor.taps(name)
    await mayor.taps(role)
    if project:
        await mayor.taps(project)
    await mayor.taps("Yes, appoint")


async def test_a_coordinator_is_appointed_and_told(town: Town) -> None:
    await town.project("Bakery")
    mayor, sofia = await town.mayor(), await town.resident("Sofía Núñez")
    await mayor.says("/town")
    await mayor.taps("Roles")
    await mayor.taps("Appoint somebody")
    await mayor.says("xyz")
    mayor.sees("no resident called “xyz”")
    await mayor.says("sofia nunez")
    await mayor.taps("Sofía")
    await mayor.taps("Coordinator of a project")
    await mayor.taps("Bakery")
    mayor.sees("Make Sofía Núñez coordinator of Bakery?")
    await mayor.taps("Back")
    mayor.sees("Which project")
    await mayor.taps("Bakery")
    await mayor.taps("Yes, appoint")
    mayor.sees("Sofía Núñez is coordinator of Bakery now")
    await town.settles()
    await sofia.looks()
    sofia.sees("gave you a role: coordinator of Bakery.")
    await sofia.taps("The desk")
    sofia.sees("Your desk")


async def test_a_role_is_taken_back_and_the_person_told(town: Town) -> None:
    await town.project("Bakery")
    mayor, sipho = await town.mayor(), await town.resident("Sipho Nkosi")
    await appoints(mayor, "Sipho Nkosi", "Town coordinator")
    await sipho.says("/desk")
    sipho.sees("Your desk")
    await appoints(mayor, "Sipho Nkosi", "Town coordinator")
    mayor.sees("They have that role already")
    await mayor.says("/town")
    await mayor.taps("Roles")
    mayor.sees("Sipho Nkosi: coordinator of the whole town")
    await mayor.taps("Sipho Nkosi")
    await mayor.taps("Take the role back")
    await mayor.taps("Yes, take it back")
    mayor.sees("Sipho Nkosi is no longer coordinator of the whole town")
    await town.settles()
    await sipho.looks()
    sipho.sees("ended your role: coordinator of the whole town")
    await sipho.says("/desk")
    sipho.sees("Only coordinators can do that.")


@once
async def test_the_last_mayor_stays(town: Town) -> None:
    naledi, sipho = await town.mayor(), await town.resident("Sipho Nkosi")
    await naledi.says("/town")
    await naledi.taps("Roles")
    await naledi.taps("Naledi")
    await naledi.taps("Take the role back")
    await naledi.taps("Yes, take it back")
    naledi.sees("appoint another one first")
    await appoints(naledi, "Sipho Nkosi", "Mayor")
    await naledi.says("/town")
    await naledi.taps("Roles")
    await naledi.taps("Naledi")
    await naledi.taps("Take the role back")
    naledi.sees("Give up your own role")
    await naledi.taps("Yes, take it back")
    await naledi.says("/town")
    naledi.sees("Only the mayor can do that")
    assert await mayors(town) == [sipho.resident_id]


@once
async def test_two_mayors_cannot_end_each_other_at_once(town: Town) -> None:
    naledi, sipho = await town.mayor(), await town.resident("Sipho Nkosi")
    await appoints(naledi, "Sipho Nkosi", "Mayor")

    async def ends(mine: Person, other: Person) -> None:
        async with town.app.database.unit() as unit:
            await take_back(
                unit,
                who=await town.who(mine),
                resident_id=other.resident_id,
                role=Role.MAYOR,
                project_id=None,
                now=town.clock.now(),
            )

    results = await asyncio.gather(ends(naledi, sipho), ends(sipho, naledi), return_exceptions=True)
    assert len(await mayors(town)) == 1
    assert [type(result) for result in results if isinstance(result, Fact)] in ([NotAllowed], [LastMayor])


@once
async def test_a_forged_tap_has_no_effect(town: Town) -> None:
    mayor, pieter, thandi = await town.mayor(), await town.coordinator("Bakery"), await town.resident()
    before = await mayors(town)
    async with town.app.database.reading() as unit:
        grants = {grant.resident_id: grant.id for grant in await roles.current(unit)}
    for person in (pieter, thandi):
        for data in (
            "town:home:0:0:",
            "town:roles:0:0:",
            f"town:ended:{grants[mayor.resident_id]}:0:",
            "town:appoint:0:0:",
            "town:setting:0:0:name",
            "town:settings:0:0:",
            "town:retire:1:0:skill",
            "town:addtopic:0:0:skill",
        ):
            await person.forges(data)
            person.sees("Only the mayor can do that")
        await person.forges(f"town:letin:{mayor.resident_id}:0:")
        person.sees("Only the mayor or a coordinator of the whole town")
    assert await mayors(town) == before


@pytest.mark.town(join_policy="approval")
async def test_an_applicant_is_let_in(town: Town) -> None:
    mayor = await town.mayor()
    applicant = await applies(town, "Zanele Khumalo")
    applicant.sees("lets people in")
    await town.settles()
    await mayor.looks()
    mayor.sees("Zanele Khumalo would like to join Riverbend")
    asked = mayor.last
    await mayor.taps("Let them in")
    mayor.sees("Zanele Khumalo is a resident now")
    await town.settles()
    await applicant.looks()
    applicant.sees("You are a resident of Riverbend now")
    await applicant.taps("My week")
    applicant.sees("My week")
    await mayor.taps("Not now", on=asked)
    mayor.sees("answered already")


@once
@pytest.mark.town(join_policy="approval")
async def test_an_applicant_is_turned_away_at_the_desk(town: Town) -> None:
    mayor, sipho = await town.mayor(), await town.resident("Sipho Nkosi")
    await appoints(mayor, "Sipho Nkosi", "Town coordinator")
    applicant = await applies(town, "Zanele Khumalo")
    await sipho.says("/desk")
    sipho.sees("1 person waits to join")
    await sipho.taps("Waiting to join")
    await sipho.taps("Zanele")
    await sipho.taps("Not now")
    sipho.sees("Zanele Khumalo is told")
    await town.settles()
    await applicant.looks()
    applicant.sees("can't let you in just now")


async def applies(town: Town, name: str) -> Person:
    person = await town.stranger(name)
    await person.taps("English")
    await person.says(name)
    await person.says("Mill Lane")
    for _ in ("skills", "interests", "free times"):
        await person.taps("None of these")
    await person.taps("Yes")
    await person.taps("I agree")
    return person


@once
async def test_another_zone_moves_shifts_into_their_weeks(town: Town) -> None:
    """Sunday 23:00 in the town is Monday in Auckland; what is in the ledger already stays where it is."""
    mayor = await town.mayor()
    pieter = await town.coordinator("Bakery")
    anna, ben = await town.residents(2)
    settled = await town.shift("Bread", day=5, at="20:00", minutes=60)
    half = await town.shift("Rolls", day=5, at="21:30", minutes=60)
    coming = await town.shift("Cake", day=12, at="23:00", minutes=60)
    cancelled = await town.shift("Tarts", day=12, at="23:00", minutes=60)
    for shift in (settled, half):
        await anna.joins(shift)
    await ben.joins(half)
    await pieter.forges(f"desk:cancelled:{cancelled}:0", on=await pieter.says("/desk"))
    await town.moves(days=6)
    await pieter.forges(f"hours:all:{settled}:0:0:0", on=await pieter.says("/rosters"))
    await pieter.forges(f"hours:came:{half}:{anna.resident_id}:60:0")
    unsettled = await town.shift("Pies", day=6, at="22:30", minutes=60)
    await mayor.says("/town")
    await mayor.taps("Settings")
    await mayor.taps("Time zone")
    await mayor.says("Pacific/Auckland")
    mayor.sees("Pacific/Auckland (it was Africa/Johannesburg)")
    async with town.app.database.reading() as unit:
        found = {shift: await shifts.get(unit, shift) for shift in (settled, half, coming, cancelled, unsettled)}
    weeks = {shift: one.week.isoformat() for shift, one in found.items() if one is not None}
    assert weeks == {
        settled: "2026-11-23",
        half: "2026-11-23",
        coming: "2026-12-07",
        cancelled: "2026-11-30",
        unsettled: "2026-12-07",
    }


async def test_the_mayor_changes_the_settings(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/town")
    await mayor.taps("Settings")
    mayor.sees("Name: Riverbend")
    await mayor.taps("Name")
    await mayor.says("River <b>Bend</b>")
    mayor.sees("Name: River <b>Bend</b> (it was Riverbend)")
    await mayor.taps("Settings")
    await mayor.taps("Hours a week")
    mayor.sees("Now: 3 h")
    await mayor.says("999 h")
    mayor.sees("from 0 min to 168 h")
    await mayor.says("2 h 30")
    mayor.sees("Hours a week: 2 h 30 min (it was 3 h)")
    await mayor.taps("Settings")
    await mayor.taps("Who may join")
    await mayor.taps("With the join code")
    mayor.sees("Who may join: With the join code (it was Anybody)")
    await mayor.taps("Settings")
    await mayor.taps("More")
    await mayor.taps("Quiet from")
    await mayor.says("10 pm")
    mayor.sees("Quiet from: 22:00 (it was 21:00)")
    kept = await town.settings()
    assert (kept.name, kept.required_minutes, kept.join_policy) == ("River <b>Bend</b>", 150, "code")
    assert f"{kept.quiet_from:%H:%M}" == "22:00"


@once
async def test_every_setting_can_be_opened(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/town")
    seen = set()
    await mayor.taps("Settings")
    for page in range(len(SPECS) // 6 + 1):
        await mayor.forges(f"town:settings:0:{page}:")
        for label, data in mayor.last.buttons:
            if data.startswith("town:setting:"):
                await mayor.forges(data)
                mayor.sees("Now: ")
                seen.add(label)
    assert len(seen) == len(SPECS)


@once
async def test_the_list_of_skills_is_the_towns_own(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/town")
    await mayor.taps("Skills")
    await mayor.taps("Add one")
    await mayor.says("Beekeeping <&>")
    mayor.sees("“Beekeeping <&>” is on the list.")
    await mayor.taps("The list")
    await mayor.taps("Baking")
    await mayor.taps("Take it off")
    assert "Baking" not in mayor.last.text
    await mayor.taps("Add one")
    await mayor.says("BAKING")
    await mayor.taps("The list")
    for _ in range(2):
        await mayor.taps("More")
    mayor.sees("Beekeeping <&>")


@once
async def test_a_code_that_is_half_a_minute_from_its_end_still_works(town: Town) -> None:
    code = await setup_code(town)
    naledi = await town.resident()
    town.clock.move_to(town.clock.now() + timedelta(hours=24, seconds=-30))
    await naledi.says(code)
    naledi.sees("you are the mayor now")


def test_long_lists_stay_within_what_every_channel_shows() -> None:
    """All entries alike, on a page in the middle: a screen that is too big would raise."""
    people = [Applicant(number, "The same long name of many people", "Mill Lane") for number in range(30)]
    grants = [Grant(number, number, "The same long name", "coordinator", None, None) for number in range(30)]
    known = [Named(number, "skill", "The same long name of many skills") for number in range(30)]
    for screen in (
        views.roles(grants, 2),
        views.waiting(people, 2, mayor=True),
        setting_views.topics("skill", known, 3),
        setting_views.settings(TownSettings(), 1),
    ):
        assert 1 <= len(screen.choices) <= 10
