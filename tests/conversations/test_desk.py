"""The coordinator's desk: projects, and shifts that are put up, changed and cancelled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select, select

from handlers.desk import shift_views, views
from handlers.desk.actions import change_shift, rename_project
from handlers.roles.actions import take_back
from storage.queries.projects import ProjectRow, listed
from storage.queries.roster import OnRoster
from storage.queries.shifts import ShiftRow
from storage.tables import Outbox, Role, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once


async def through_the_wizard(pieter: Person) -> None:
    """Answer all questions about a new shift up to its preview, begun at the desk."""
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.says("Bake <bread> & buns")
    await pieter.says("Thu 9")
    await pieter.taps("3 h")
    await pieter.taps("Mill")
    await pieter.says("6")
    await pieter.taps("Baking")
    for answer in ("Done", "Only a wish", "None"):
        await pieter.taps(answer)


@crosswise
async def test_a_shift_is_put_up(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await through_the_wizard(pieter)
    pieter.sees("Shall I put this up?")
    pieter.sees("Thursday 26 November, 09:00–12:00")
    pieter.sees("Bake <bread> & buns")
    pieter.sees("Skills needed: Baking")
    await pieter.taps("Publish")
    pieter.sees("Bake <bread> & buns is up")
    await pieter.taps("The shift")
    pieter.sees("0 of 6 places taken")


@crosswise
async def test_day_and_time_can_be_chosen_one_after_the_other(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.says("Sweep the yard")
    await pieter.taps("Tomorrow")
    pieter.sees("Wednesday 25 November: when does it start?")
    await pieter.taps("Back")
    pieter.sees("Which day?")
    await pieter.says("24/11")
    await pieter.says("8")
    pieter.sees("has passed already")
    await pieter.says("14:30")
    pieter.sees("How long is it?")
    await pieter.says("13 h")
    pieter.sees("could not read “13 h” as a length")
    await pieter.says("90 min")
    await pieter.says("By the gate")
    await pieter.says("none")
    pieter.sees("not a number of places")
    await pieter.says("4")
    await pieter.taps("None is needed")
    pieter.sees("Tuesday 24 November, 14:30–16:00")


@once
async def test_each_line_of_the_preview_can_be_changed(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await through_the_wizard(pieter)
    await pieter.taps("Change the title")
    await pieter.says("Bake cake")
    pieter.sees("Title: Bake cake")
    await pieter.taps("How many")
    await pieter.taps("Back")
    pieter.sees("Places: 6")
    await pieter.taps("Which skills")
    await pieter.taps("Baking")
    await pieter.taps("None is needed")
    pieter.sees("Skills needed: none")


@once
async def test_the_time_can_be_changed_in_the_preview(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await through_the_wizard(pieter)
    await pieter.taps("Another time")
    await pieter.taps("Tomorrow")
    await pieter.taps("More")
    await pieter.taps("13:00")
    pieter.sees("Wednesday 25 November, 13:00–16:00")
    await pieter.taps("Another time")
    await pieter.says("Fri 8:30")
    pieter.sees("Friday 27 November, 08:30–11:30")


@once
async def test_a_wizard_that_was_left_goes_on(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.says("Bake bread")
    await pieter.taps("Leave it")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.taps("Go on")
    pieter.sees("Which day?")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.taps("Start afresh")
    pieter.sees("What is to be done?")


@crosswise
async def test_everybody_on_a_shift_is_told_of_a_change(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=2)
    thandi, sipho, anna = await town.residents(3)
    await thandi.joins(shift)
    await sipho.joins(shift)
    await pieter.forges(f"desk:shift:{shift}:0", on=await pieter.says("/desk"))
    await pieter.taps("Change something")
    await pieter.taps("Day and time")
    await pieter.says("Fri 10")
    pieter.sees("I tell all 2 people")
    await pieter.taps("Change it")
    pieter.sees("2 people are being told")
    await town.settles()
    for person in (thandi, sipho):
        await person.looks()
        person.sees("Friday 27 November, 10:00–12:00 (it was Thursday 26 November, 09:00–11:00)")
        await person.taps("See the shift")
        person.sees("Friday 27 November, 10:00–12:00")
    await anna.looks()
    anna.has_not_seen("has changed")


@once
async def test_a_moved_shift_reminds_anew(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=2)
    thandi = await town.resident()
    await thandi.joins(shift)
    await town.moves(hours=26)
    await pieter.forges(f"desk:when:{shift}:0", on=await pieter.says("/desk"))
    await pieter.says("Sat 9")
    await pieter.taps("Change it")
    await town.moves(days=3)
    await thandi.looks()
    thandi.has_seen("Saturday 28 November")
    async with town.app.database.reading() as unit:
        rows = await unit.rows(_reminders())
    starts = [row.dedupe_key.rpartition(":")[2] for row in rows if row.state == "sent"]
    assert len(starts) == 3  # a day before the first start; a day and two hours before the second
    assert len(set(starts)) == 2


@crosswise
async def test_a_cancelled_shift_tells_and_counts_no_more(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=2)
    thandi = await town.resident()
    await thandi.joins(shift)
    await pieter.forges(f"desk:cancel:{shift}:0", on=await pieter.says("/desk"))
    pieter.sees("I tell the 1 person who is on it")
    question = pieter.last
    await pieter.taps("Yes, cancel it")
    pieter.sees("“Bread” is cancelled")
    await town.settles()
    await thandi.looks()
    thandi.sees("“Bread” (Bakery) is cancelled.")
    await pieter.forges(f"desk:cancelled:{shift}:0", on=question)
    pieter.sees("was cancelled")
    other = await town.shift("Rolls", day=2)
    await thandi.joins(other)
    thandi.sees("Rolls")
    assert "I did not add" not in thandi.last.text
    await town.moves(days=3)
    await thandi.looks()
    thandi.has_seen("is cancelled", times=1)


@once
async def test_there_cannot_be_fewer_places_than_are_taken(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", places=5)
    await pieter.forges(f"desk:places:{shift}:0", on=await pieter.says("/desk"))
    await pieter.says("5")
    pieter.sees("Bread (Bakery) stays as it was:")
    for person in await town.residents(3):
        await person.joins(shift)
    await pieter.forges(f"desk:places:{shift}:0", on=await pieter.says("/desk"))
    await pieter.says("2")
    pieter.sees("3 places are taken already")
    await pieter.says("3")
    pieter.sees("3 of 3 places taken")
    pieter.sees("Nobody had to be told")


@once
async def test_a_started_shift_stays_as_it_is(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=0, at="10:00")
    await pieter.forges(f"desk:title:{shift}:0", on=await pieter.says("/desk"))
    await town.moves(hours=1)
    await pieter.says("Buns")
    pieter.sees("has already started")
    await pieter.forges(f"desk:cancelled:{shift}:0")
    pieter.sees("has already started")


@crosswise
async def test_the_roster(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread")
    for person in await town.residents(2):
        await person.joins(shift)
    await person.forges(f"shift:coming:{shift}")
    await pieter.forges(f"desk:roster:{shift}:0", on=await pieter.says("/desk"))
    pieter.sees("2 people")
    pieter.sees(f"✓ {person.name} is coming")


@crosswise
async def test_hours_wait_at_the_desk(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=0, at="10:00")
    thandi = await town.resident()
    await thandi.joins(shift)
    await town.moves(hours=4)
    await pieter.says("/desk")
    pieter.sees("The hours of 1 shift wait for you.")
    await pieter.taps("Bakery")
    await pieter.taps("Confirm hours")
    pieter.sees("Bakery: hours to confirm")
    await pieter.taps("Tue 24 Nov")
    pieter.sees("1 person still waits")


@once
async def test_another_project_is_out_of_reach(town: Town) -> None:
    await town.coordinator("Bakery")
    farm = await town.coordinator("Farm", name="Lerato Dlamini")
    shift = await town.shift("Bread", project="Bakery")
    bakery = await town.project("Bakery")
    desk = await farm.says("/desk")
    farm.sees("Your desk")
    assert not any(label.startswith("Bakery") for label in desk.labels)
    for data in (
        f"desk:shift:{shift}:0",
        f"desk:roster:{shift}:0",
        f"desk:cancelled:{shift}:0",
        f"desk:title:{shift}:0",
        f"desk:new:{bakery}:0",
        f"desk:rename:{bakery}:0",
        f"desk:project:{bakery}:0",
        "desk:newproject:0:0",
    ):
        await farm.forges(data, on=desk)
        farm.sees("can do that")
    await farm.taps("New shift")
    await farm.says("A forged one")
    farm.sees("Which day?")


@crosswise
async def test_a_resident_has_no_desk(town: Town) -> None:
    thandi = await town.resident()
    await thandi.says("/desk")
    thandi.sees("Only coordinators can do that.")


@once
async def test_a_role_that_ends_in_the_middle_of_a_wizard(town: Town) -> None:
    mayor = await town.mayor()
    pieter = await town.coordinator("Bakery")
    await through_the_wizard(pieter)
    who = await town.who(mayor)
    async with town.app.database.unit() as unit:
        await take_back(
            unit,
            who=who,
            resident_id=pieter.resident_id,
            role=Role.COORDINATOR,
            project_id=await town.project("Bakery"),
            now=town.clock.now(),
        )
    await pieter.taps("Publish")
    pieter.sees("Only a coordinator")


@crosswise
async def test_a_project_is_begun_and_changed(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/desk")
    await mayor.taps("New project")
    await mayor.says("Workshop")
    await mayor.says("Station Road 4")
    await mayor.taps("Energy")
    mayor.sees("Workshop is a project of the town now")
    await mayor.taps("The project")
    mayor.sees("For people who like: Energy")
    await mayor.taps("More of the project")
    await mayor.taps("Name")
    await mayor.says("<i>Smithy</i>")
    mayor.sees("<i>Smithy</i>, Station Road 4")
    await mayor.taps("Interest")
    await mayor.taps("None of these")
    assert "For people who like" not in mayor.last.text
    await mayor.says("/desk")
    await mayor.taps("More at the desk")
    await mayor.taps("New project")
    await mayor.says("<i>Smithy</i>")
    await mayor.says("Elsewhere")
    await mayor.taps("None of these")
    mayor.sees("There is a project called “<i>Smithy</i>” already.")


@once
@pytest.mark.parametrize("name", ["Back", "My week", "New shift", "The town's own long name of a project"])
async def test_a_project_may_be_called_like_a_button(town: Town, name: str) -> None:
    mayor = await town.mayor()
    await mayor.says("/desk")
    await mayor.taps("New project")
    await mayor.says(f"{name}.")
    await mayor.says("Station Road 4")
    await mayor.taps("None of these")
    async with town.app.database.unit() as unit:
        await rename_project(unit, who=await town.who(mayor), project_id=(await listed(unit))[0].id, name=name[:40])
    await mayor.says("/desk")
    mayor.sees("Your desk")
    assert len(mayor.last.labels) == 4


@once
async def test_two_changes_one_after_the_other_tell_each_time(town: Town) -> None:
    """What somebody hears is true in its order: from A to B, then from B to C."""
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread")
    thandi = await town.resident()
    await thandi.joins(shift)
    who = await town.who(pieter)
    for later, place in enumerate(("Hall", "Yard")):
        async with town.app.database.unit() as unit:
            now = town.clock.now() + timedelta(seconds=later)
            assert (await change_shift(unit, who=who, shift_id=shift, place=place, now=now)).told == 1
        await town.settles()
    await town.moves(hours=1)
    await thandi.looks()
    thandi.has_seen("Where: Hall (it was Mill Lane 2)", times=1)
    thandi.has_seen("Where: Yard (it was Hall)", times=1)


async def changes(pieter: Person, shift: int, what: str, answer: str) -> None:
    """Change one thing of a shift at the desk, up to whether those on it shall be told."""
    await pieter.forges(f"desk:{what}:{shift}:0", on=await pieter.says("/desk"))
    await pieter.says(answer)


@once
async def test_the_changes_of_a_night_arrive_as_one(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=3)
    thandi, sipho, anna = await town.residents(3)
    await thandi.joins(shift)
    await sipho.joins(shift)
    await town.moves(hours=14)  # 23:30: nobody is written to before 7
    await changes(pieter, shift, "when", "Fri 10")
    await pieter.taps("Change it")
    pieter.sees("2 people are being told")
    await sipho.forges(f"shift:release:{shift}")
    await anna.joins(shift)
    await changes(pieter, shift, "place", "Yard")
    await pieter.taps("Change it")
    pieter.sees("2 people are being told")
    await changes(pieter, shift, "when", "Sat 11")
    await pieter.taps("Change it")
    await town.moves(hours=9)
    for person in (thandi, sipho, anna):
        await person.looks()
    sipho.has_not_seen("has changed")
    thandi.has_seen("has changed", times=1)
    thandi.has_seen("Saturday 28 November, 11:00–13:00 (it was Friday 27 November, 09:00–11:00)")
    thandi.has_seen("Where: Yard (it was Mill Lane 2)")
    anna.has_seen("has changed", times=1)
    anna.has_seen("Saturday 28 November, 11:00–13:00 (it was Friday 27 November, 10:00–12:00)")


@once
async def test_what_is_changed_and_changed_back_at_night_is_no_news(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=3)
    thandi = await town.resident()
    await thandi.joins(shift)
    await town.moves(hours=14)
    for place in ("Yard", "Mill Lane 2"):
        await changes(pieter, shift, "place", place)
        await pieter.taps("Change it")
    pieter.sees("Nobody had to be told.")
    await town.moves(hours=9)
    await thandi.looks()
    thandi.has_not_seen("has changed")


@once
async def test_a_cancelled_shift_is_not_said_to_have_changed(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=3)
    thandi = await town.resident()
    await thandi.joins(shift)
    await town.moves(hours=14)
    await changes(pieter, shift, "place", "Yard")
    await pieter.taps("Change it")
    await pieter.forges(f"desk:cancelled:{shift}:0")
    await town.moves(hours=9)
    await thandi.looks()
    thandi.has_not_seen("has changed")
    thandi.has_seen("is cancelled", times=1)


@once
async def test_who_is_on_another_shift_at_the_new_time_hears_of_it(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=2)
    other = await town.shift("Weeding", project="Farm", day=3)
    thandi, sipho = await town.residents(2)
    await thandi.joins(shift)
    await thandi.joins(other)
    await sipho.joins(shift)
    await changes(pieter, shift, "when", "Fri 10")
    pieter.sees("1 person on it has another shift at that time.")
    await pieter.taps("Change it")
    pieter.sees("2 people are being told")
    pieter.sees("1 person on it has another shift at that time.")
    await town.settles()
    await sipho.looks()
    sipho.has_seen("Your place is still yours.")
    sipho.has_not_seen("Weeding")
    await thandi.looks()
    thandi.sees("Friday 27 November, 10:00–12:00 (it was Thursday 26 November, 09:00–11:00)")
    thandi.sees("at the same time as your shift “Weeding” now: Friday 27 November, 09:00–11:00")
    await thandi.taps("Your other shift")
    thandi.sees("Weeding")
    thandi.has_seen("has changed", times=1)


@once
@pytest.mark.parametrize(
    ("what", "answer"), [("title", "Bread"), ("place", "1"), ("when", "Thu 9"), ("length", "2 h"), ("places", "10")]
)
async def test_a_change_to_the_same_is_none(town: Town, what: str, answer: str) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift("Bread", day=2)
    thandi = await town.resident()
    await thandi.joins(shift)
    await changes(pieter, shift, what, answer)
    pieter.sees("Bread (Bakery) stays as it was:")
    pieter.sees("Nobody had to be told.")
    await town.settles()
    await thandi.looks()
    thandi.has_not_seen("has changed")


@crosswise
async def test_a_place_is_chosen_by_its_number_or_written(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await pieter.says("/desk")
    for words in ("New shift", "Bake bread", "Thu 9", "3 h", "1"):
        await pieter.says(words)
    pieter.sees("How many people are needed?")
    for words in ("6", "None is needed"):
        await pieter.says(words)
    pieter.sees("Where: Mill Lane 2")
    await pieter.taps("Another place")
    await pieter.says("help")  # a word of a command, and yet a place
    pieter.sees("Where: help")


@once
async def test_forged_answers_of_the_wizard_are_refused_politely(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    await pieter.says("/desk")
    await pieter.taps("New shift")
    await pieter.says("Bread")
    for value in ("9999-12-31", "yesterday", "p99999", "0001-01-01"):
        await pieter.forges(f"w:newshift:day:{value}")
        assert "went wrong" not in pieter.toast + pieter.last.text
    await pieter.says("31/12/9999")
    pieter.sees("could not read")
    await pieter.says("tomorrow")
    await pieter.forges("w:newshift:start:99:99")
    pieter.sees("could not read")
    await pieter.forges("w:newshift:preview:publish")
    pieter.sees("when does it start?")


ZONE = ZoneInfo("Africa/Johannesburg")
NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def _many_shifts() -> list[ShiftRow]:
    week = date(2026, 11, 23)
    ends = NOW + timedelta(hours=1)
    row = ShiftRow(1, 1, "Bakery", None, "Bread", "Hall", NOW, ends, week, 5, 2, 1, None, None)
    return [row._replace(id=shift_id) for shift_id in range(1, 40)]


def test_long_lists_stay_within_what_every_channel_shows() -> None:
    """All entries alike, on a page in the middle: a screen that is too big would raise."""
    one = ProjectRow(1, "A project with a name that is as long as it may", "Hall", None, None)
    people = [OnRoster(number, "N" * 60, "held", None) for number in range(200)]
    for screen in (
        views.desk([one] * 30, 2, everywhere=True, rosters=3, applicants=4, undelivered=5),
        views.desk([one] * 30, 2, everywhere=False, rosters=3, applicants=0, undelivered=5),
        views.project(one, _many_shifts(), 3, awaiting=2, zone=ZONE),
        views.past(one, _many_shifts(), 3, ZONE),
        shift_views.roster(_many_shifts()[0], people, 2, ZONE),
        shift_views.shift(_many_shifts()[0], [], now=NOW - timedelta(hours=1), zone=ZONE),
    ):
        assert 1 <= len(screen.choices) <= 10


def _reminders() -> Select[Any]:
    mail = table_of(Outbox)
    return select(mail.c.dedupe_key, mail.c.state).where(mail.c.dedupe_key.like("reminder:%"))
