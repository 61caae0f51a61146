"""Finding a shift, taking a place, giving it back."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from handlers.kit.who import Who
from handlers.shifts.actions import join_shift
from storage.queries import residents, roster, shifts, waiting
from storage.sql import select
from storage.tables import Account, ResidentState, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import AlreadyHeld, Fact, ShiftClash

accounts = table_of(Account)


@crosswise
async def test_a_resident_finds_a_shift_by_day_and_joins(town: Town) -> None:
    await town.shift("Bread baking", places=3)
    anna = await town.resident("Anna")
    await anna.says("/shifts")
    await anna.taps("By day")
    anna.sees("Which day suits you?")
    await anna.taps("Wed 25 Nov (1)")
    anna.sees("1. Bread baking · Bakery")
    anna.sees("09:00–11:00 · 3 places free")
    await anna.taps("1. 09:00 Bread")
    anna.sees("3 of 3 places are free.")
    await anna.taps("Join")
    anna.sees("Thank you! You have a place:")
    anna.sees("2 of 3 places are free.")
    anna.sees("Wednesday 25 November, 09:00–11:00 (2 h)")
    await anna.taps("Other shifts")
    await anna.taps("My shifts")
    anna.sees("1. Bread baking")


@crosswise
async def test_the_third_of_two_waits(town: Town) -> None:
    shift = await town.shift(places=2)
    people = await town.residents(3)
    for person in people:
        await person.joins(shift)
    people[1].sees("Thank you! You have a place:")
    people[2].sees("You are 1st on the waiting list")
    await people[2].says(f"/start shift_{shift}")
    people[2].sees("All 2 places are taken.")
    assert "Join" not in people[2].last.labels
    assert await taken(town, shift) == 2


@once
async def test_shifts_by_project(town: Town) -> None:
    await town.shift("Bread baking")
    await town.shift("Weeding", project="Farm", day=2)
    await town.shift("Picking", project="Farm", day=3, places=1)
    anna, ben = await town.residents(2)
    await ben.joins(3)
    await anna.says("/shifts")
    await anna.taps("By project")
    assert anna.last.labels[:2] == ["1. Bakery (1)", "2. Farm (1)"], "full shifts are not counted"
    await anna.taps("2. Farm")
    anna.sees("1. Weeding · Farm\nThursday 26 November, 09:00–11:00 · 10 places free")
    anna.sees("2. Picking · Farm\nFriday 27 November, 09:00–11:00 · full")
    await anna.taps("2. Fri 27 Nov 09:00 Picking")
    anna.sees("Its one place is taken.")


@once
async def test_a_long_list_is_paged_and_numbers_can_be_typed(town: Town) -> None:
    for hour in range(8, 16):
        await town.shift(f"Hour {hour}", at=f"{hour:02}:00", minutes=60)
    anna = await town.resident()
    await anna.says("/shifts")
    await anna.taps("By day")
    await anna.taps("Wed 25 Nov (8)")
    anna.sees("6. Hour 13")
    await anna.taps("More")
    anna.sees("1. Hour 14")
    await anna.says("2")
    anna.sees("Hour 15")
    anna.sees("15:00–16:00 (1 h)")


@once
async def test_what_suits_says_why_and_leaves_out_what_clashes(town: Town) -> None:
    baking = await town.shift("Bread baking", skills=["Baking"], minutes=180)
    await town.shift("Wiring", project="Workshop", day=2, skills=["Electrical work"])
    await town.shift("At the same time", project="Farm")
    await town.shift("At night", project="Farm", day=3, at="23:00", minutes=30)
    await likes(town, "Bakery", "Bread and food")
    anna = await town.resident(skills=["Baking"], interests=["Bread and food"])
    await town.moves(days=14)  # newcomers owe nothing in their first two weeks
    again = await town.shift("Bread baking", skills=["Baking"], minutes=180)
    await anna.says("/shifts")
    anna.sees("1. Bread baking · Bakery")
    anna.sees("Bread and food · Baking · you are free then")
    anna.sees("3 h of what is missing")
    await anna.joins(again)
    beside = await town.shift("Beside it", project="Farm", at="10:00")
    await town.shift("Wiring", project="Workshop", day=2, skills=["Electrical work"])
    await anna.says("/shifts")
    assert not any("Beside it" in label or "Wiring" in label for label in anna.last.labels), (baking, beside)


@once
async def test_a_skill_one_lacks_is_said_and_does_not_shut_out(town: Town) -> None:
    shift = await town.shift("Wiring", skills=["Electrical work", "Carpentry"])
    anna = await town.resident(skills=["Carpentry"])
    await anna.says(f"/start shift_{shift}")
    anna.sees("It asks for: Carpentry and Electrical work.")
    anna.sees("You have not told me that you know Electrical work")
    await anna.taps("Join")
    anna.sees("Thank you! You have a place:")


@once
async def test_two_shifts_at_once_are_refused_and_one_after_the_other_is_not(town: Town) -> None:
    first = await town.shift("Bread baking", at="09:00", minutes=120)
    second = await town.shift("Weeding", project="Farm", at="10:00", minutes=120)
    third = await town.shift("Picking", project="Farm", at="11:00", minutes=120)
    anna = await town.resident()
    await anna.joins(first)
    await anna.joins(second)
    anna.sees("You hold a place on “Bread baking” at that time (09:00–11:00), so I did not add “Weeding”.")
    assert await taken(town, second) == 0
    await anna.joins(third)
    anna.sees("Thank you! You have a place:")


@once
async def test_a_double_tap_takes_one_place(town: Town) -> None:
    shift = await town.shift()
    anna = await town.resident()
    await anna.joins(shift)
    await anna.forges(f"shift:join:{shift}")
    anna.sees("You already hold a place on “Bread baking”. All is well.")
    assert await taken(town, shift) == 1


@once
async def test_a_place_given_back_is_free_at_once_and_can_be_taken_again(town: Town) -> None:
    shift = await town.shift(day=3, places=1)
    anna, ben = await town.residents(2)
    await anna.joins(shift)
    await anna.taps("Can't come")
    anna.sees("Your place on “Bread baking” is free again")
    await anna.forges(f"shift:leave:{shift}")
    anna.sees("You hold no place on “Bread baking”.")
    await ben.joins(shift)
    ben.sees("Thank you!")
    await anna.joins(shift)
    anna.sees("You are 1st on the waiting list")
    await ben.forges(f"shift:release:{shift}")
    ben.sees("is offered to the next on the waiting list")
    await anna.forges(f"shift:accept:{shift}")
    await anna.looks()
    anna.has_seen("Thank you! You have a place")
    assert await taken(town, shift) == 1


@once
async def test_a_place_given_back_at_night_wakes_nobody_without_need(town: Town) -> None:
    pieter, anna = await town.coordinator("Bakery", "Pieter"), await town.resident("Anna")
    evening, early = await town.shift("Evening", day=1, at="20:00"), await town.shift("Early", day=1, at="07:30")
    await anna.joins(evening)
    await anna.joins(early)
    await town.moves(hours=14.6)  # six past midnight
    await anna.forges(f"shift:release:{evening}")
    await anna.forges(f"shift:release:{early}")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("gave back a place on Early", times=1)
    pieter.has_not_seen("gave back a place on Evening")
    await town.moves(hours=8)
    await pieter.looks()
    pieter.has_seen("gave back a place on Evening", times=1)


@once
async def test_where_the_coordinator_cannot_be_reached_the_mayor_is_told(town: Town) -> None:
    pieter, mayor = await town.coordinator("Bakery", "Pieter"), await town.mayor("Naledi")
    anna, shift = await town.resident("Anna"), await town.shift(day=1, at="08:00")
    await anna.joins(shift)
    await reachable(town, pieter, yes=False)
    await anna.forges(f"shift:release:{shift}")
    anna.sees("The coordinator is being told.")
    await town.settles()
    await mayor.looks()
    mayor.has_seen("Anna can't come after all")
    await reachable(town, mayor, yes=False)
    await anna.joins(shift)
    await anna.forges(f"shift:release:{shift}")
    anna.sees("is free again")
    assert "being told" not in anna.last.text, "nobody can be told"
    await town.settles()
    await pieter.says("/me")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("Anna can't come after all", times=1)


async def reachable(town: Town, person: Person, *, yes: bool) -> None:
    async with town.app.database.unit() as unit:
        await unit.run(update(accounts).where(accounts.c.id == person.account_id).values(reachable=yes))


@once
async def test_short_notice_asks_once_more_and_the_coordinator_hears_of_it(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    shift = await town.shift(day=1, at="08:00", places=4)  # in 22 hours
    anna = await town.resident("Anna")
    await anna.joins(shift)
    await anna.taps("Can't come")
    anna.sees("the others count on you")
    await anna.taps("No, I keep it")
    anna.sees("You hold a place.")
    await anna.taps("Can't come")
    await anna.taps("Yes, give it back")
    anna.sees("The coordinator is being told.")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("Anna can't come after all and gave back a place on Bread baking")
    pieter.has_seen("4 places are free now.")


@once
async def test_after_the_start_it_is_too_late(town: Town) -> None:
    shift = await town.shift(day=0, at="10:00")
    anna, ben = await town.residents(2)
    await anna.joins(shift)
    await town.moves(hours=0.5)
    await ben.forges(f"shift:join:{shift}", on=ben.last)
    ben.sees("“Bread baking” has already started.")
    await anna.forges(f"shift:release:{shift}")
    anna.sees("It is too late for that now.")
    assert await taken(town, shift) == 1
    await anna.says(f"/start shift_{shift}")
    anna.sees("You hold a place.")
    assert "Can't come" not in anna.last.labels


@once
async def test_a_shift_is_passed_on(town: Town) -> None:
    shift = await town.shift()
    anna, ben = await town.residents(2)
    await anna.says(f"/start shift_{shift}")
    await anna.taps("Tell a neighbour")
    anna.sees(town.app.links.shift(shift) or f"/start shift_{shift}")
    await ben.says(f"/start shift_{shift}")
    ben.sees("Bread baking")
    await ben.taps("Join")
    ben.sees("Thank you!")


@once
@pytest.mark.parametrize("payload", ["shift_", "shift_0", "shift_999", "shift_-1", "shift_²", f"shift_{10**30}"])
async def test_links_to_nowhere(town: Town, payload: str) -> None:
    anna = await town.resident()
    await anna.says(f"/start {payload}")
    anna.sees("That shift is no longer there.")


@once
@pytest.mark.parametrize(
    "data",
    [
        "shift:join:999",
        f"shift:join:{10**30}",
        "shift:join:-1",
        "shift:explode:1",
        "list:day:9999-12-31:0",
        "list:day:0001-01-01:999999",
        "list:project:abc:0",
        f"list:project:{10**30}:0",
        "list:nothing::0",
        f"list:mine::{10**30}",
    ],
)
async def test_forged_buttons_are_answered_and_do_nothing(town: Town, data: str) -> None:
    shift = await town.shift()
    anna = await town.resident()
    before = await anna.says("/shifts")
    await anna.forges(data)
    assert anna.toast or anna.last != before, "there is always an answer"
    assert "Something went wrong" not in anna.toast + anna.last.text
    assert await taken(town, shift) == 0


@once
async def test_twenty_at_once_for_five_places(town: Town) -> None:
    shift = await town.shift(places=5)
    everybody = [await somebody(town, f"Person {number}") for number in range(20)]
    results = await asyncio.gather(*(try_to_join(town, person, shift) for person in everybody))
    assert results == [None] * 20
    assert await taken(town, shift) == 5
    async with town.app.database.reading() as unit:
        states = Counter(one.state for one in await roster.on_roster(unit, shift))
        assert states == {"held": 5, "waiting": 15}
        positions = sorted([await waiting.position(unit, shift, who.me) for who in everybody])
    assert positions == [0] * 5 + list(range(1, 16))


@once
async def test_one_person_with_two_accounts_cannot_be_in_two_places(town: Town) -> None:
    one, other = await town.shift("Bread baking"), await town.shift("Weeding", project="Farm")
    anna = await somebody(town, "Anna")
    results = await asyncio.gather(
        try_to_join(town, anna, one), try_to_join(town, anna, other), try_to_join(town, anna, one)
    )
    assert sum(result is None for result in results) == 1
    assert {type(result) for result in results if result is not None} <= {ShiftClash, AlreadyHeld}
    async with town.app.database.reading() as unit:
        assert len(await shifts.held_by(unit, anna.me)) == 1
    assert await taken(town, one) + await taken(town, other) == 1


@once
async def test_next_shift_and_open_shifts_for_my_week(town: Town) -> None:
    first, full = await town.shift(), await town.shift("Weeding", project="Farm", day=2, places=1)
    anna = await town.resident()
    await anna.joins(full)
    now = town.clock.now()
    async with town.app.database.reading() as unit:
        coming = await shifts.next_of_resident(unit, anna.resident_id, now)
        assert coming is not None
        assert coming.id == full
        found = await shifts.open_between(unit, now, now + timedelta(days=7), now, 10)
        assert [shift.id for shift in found] == [first]
        assert await shifts.next_of_resident(unit, anna.resident_id, now + timedelta(days=7)) is None


# -- helpers ---------------------------------------------------------------------------------------------------------


async def taken(town: Town, shift_id: int) -> int:
    """Places taken, once it is certain that they are as many as the sign-ups held."""
    async with town.app.database.reading() as unit:
        shift = await shifts.get(unit, shift_id)
        assert shift is not None
        held = await unit.value(
            select(func.count()).where(shifts.signups.c.shift_id == shift_id, shifts.signups.c.state == "held")
        )
        assert held == shift.taken
        return shift.taken


async def likes(town: Town, project: str, interest: str) -> None:
    """Have a project answer to an interest."""
    project_id = await town.project(project)
    async with town.app.database.unit() as unit:
        topic = (await town._topics(unit, "interest", [interest]))[0]
        await unit.run(update(shifts.projects).where(shifts.projects.c.id == project_id).values(interest_id=topic))


async def somebody(town: Town, name: str) -> Who:
    """A resident who acts without a chat."""
    now = town.clock.now()
    async with town.app.database.unit() as unit:
        made = await residents.make(
            unit,
            name=name,
            street="",
            state=ResidentState.RESIDENT,
            free_times=0,
            reminder_early=None,
            reminder_late=None,
            joined_at=now,
            consent_at=now,
            consent_version=1,
        )
    return Who(0, town.channel, "", "en", made, name, ResidentState.RESIDENT, await town.settings())


async def try_to_join(town: Town, who: Who, shift_id: int) -> Fact | None:
    """What stood in the way, None when a place was taken."""
    try:
        async with town.app.database.unit() as unit:
            await join_shift(unit, who=who, shift_id=shift_id, now=town.clock.now())
    except Fact as fact:
        return fact
    return None
