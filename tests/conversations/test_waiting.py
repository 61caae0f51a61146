"""The waiting list: a full shift is waited for, and a freed place is offered in order until somebody takes it."""

from __future__ import annotations

from storage.queries import roster
from tests.people import Person, Town
from tests.variants import crosswise, once


async def held(town: Town, shift: int, *people: Person) -> list[str]:
    """Who holds a place, by their names' first letters, as the desk sees it."""
    async with town.app.database.reading() as unit:
        states = {one.resident_id: one.state for one in await roster.on_roster(unit, shift)}
        found = await roster.get(unit, shift)
    assert found is not None
    assert found.taken == sum(state in ("held", "offered") for state in states.values()), "what is counted is so"
    assert found.taken <= found.places
    return [states.get(person.resident_id, "released") for person in people]


@crosswise
async def test_a_freed_place_is_offered_in_order_and_passes_on(town: Town) -> None:
    shift = await town.shift(places=1, day=3)
    anna, ben, cleo, dan = await town.residents(4)
    await anna.joins(shift)
    await ben.joins(shift)
    ben.sees("You are 1st on the waiting list")
    await cleo.joins(shift)
    cleo.sees("You are 2nd on the waiting list")
    await cleo.forges(f"shift:join:{shift}")
    cleo.sees("You are on the waiting list of “Bread baking” already")

    await anna.forges(f"shift:release:{shift}")
    await town.settles()
    await ben.looks()
    ben.sees("A place is free for you")
    await dan.joins(shift)
    dan.sees("You are 2nd on the waiting list")  # behind Cleo: nobody slips in before them
    assert await held(town, shift, anna, ben, cleo, dan) == ["released", "offered", "waiting", "waiting"]

    await town.moves(hours=2.1)  # Ben does not answer
    await ben.looks()
    ben.sees("was kept for you until now and has passed on")
    await cleo.looks()
    cleo.sees("A place is free for you")
    await cleo.taps("No, thank you")
    cleo.sees("goes to somebody else")
    await town.settles()
    await dan.looks()
    await dan.says("Yes, I take it")  # typed
    dan.sees("Thank you! You have a place")
    await ben.forges(f"shift:accept:{shift}")
    ben.sees("has passed on to somebody else")
    assert await held(town, shift, anna, ben, cleo, dan) == ["released", "released", "released", "held"]


@crosswise
async def test_an_offer_is_taken_once_whatever_is_tapped(town: Town) -> None:
    shift = await town.shift(places=1, day=3)
    anna, ben = await town.residents(2)
    await anna.joins(shift)
    await ben.joins(shift)
    await ben.forges(f"shift:accept:{shift}")
    ben.sees("has passed on")  # nothing was offered: a forged tap
    await anna.forges(f"shift:release:{shift}")
    await town.settles()
    await ben.looks()
    offer = ben.last
    await ben.taps("Yes, I take it", on=offer)
    await ben.taps("Yes, I take it", on=offer)
    ben.sees("You already hold a place")
    await ben.taps("No, thank you", on=offer)
    ben.sees("has passed on")
    assert await held(town, shift, anna, ben) == ["released", "held"]


@crosswise
async def test_the_list_ends_an_hour_before_and_everybody_hears_so(town: Town) -> None:
    shift = await town.shift(places=1, day=1, at="15:00")
    anna, ben, cleo = await town.residents(3)
    await anna.joins(shift)
    await ben.joins(shift)
    await town.moves(hours=28)  # 13:30 the next day
    await anna.forges(f"shift:release:{shift}")
    await town.settles()
    await ben.looks()
    ben.sees("14:00")  # not two hours: until an hour before the start
    await cleo.joins(shift)
    await town.moves(hours=0.6)
    await ben.looks()
    ben.has_seen("has passed on")
    await cleo.looks()
    cleo.sees("No place on Bread baking")
    await cleo.taps("Other shifts")
    cleo.sees("These would suit you best:")
    await ben.joins(shift)
    ben.sees("Thank you! You have a place")  # in the last hour it is for whoever comes first
    await cleo.joins(shift)
    cleo.sees("All places on “Bread baking” are taken now.")


@crosswise
async def test_at_night_the_time_to_answer_begins_in_the_morning(town: Town) -> None:
    shift = await town.shift(places=1, day=2, at="15:00")
    anna, ben = await town.residents(2)
    await anna.joins(shift)
    await ben.joins(shift)
    await town.moves(hours=13.5)  # 23:00
    await anna.forges(f"shift:release:{shift}")
    await town.moves(hours=7)  # 06:00
    await ben.looks()
    ben.has_not_seen("A place is free for you")
    await town.moves(hours=2)  # 08:00: woken by nobody, and in time
    await ben.looks()
    ben.sees("A place is free for you")
    ben.sees("09:00")


@crosswise
async def test_more_places_are_offered_to_those_who_wait(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift(places=1, day=3)
    anna, ben, cleo = await town.residents(3)
    for person in (anna, ben, cleo):
        await person.joins(shift)
    await pieter.says("/desk")
    await pieter.forges(f"desk:places:{shift}:0")
    await pieter.says("2")
    await town.settles()
    await ben.looks()
    ben.sees("A place is free for you")
    assert await held(town, shift, anna, ben, cleo) == ["held", "offered", "waiting"]
    await pieter.forges(f"desk:roster:{shift}:0")
    pieter.sees(f"? {ben.name} has a place offered")
    pieter.sees(f"… {cleo.name} is on the waiting list")


@crosswise
async def test_who_waits_hears_of_a_cancellation_and_can_leave_the_list(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift(places=1, day=3)
    anna, ben, cleo = await town.residents(3)
    for person in (anna, ben, cleo):
        await person.joins(shift)
    await ben.taps("Leave the waiting list")
    ben.sees("You are off the waiting list.")
    await ben.forges(f"shift:unwait:{shift}")
    ben.sees("You hold no place on “Bread baking”.")
    await cleo.forges("list:mine::0")
    cleo.sees("you are 1st on the waiting list")
    await pieter.says("/desk")
    await pieter.forges(f"desk:cancelled:{shift}:0")
    await town.settles()
    for person in (anna, cleo):
        await person.looks()
        person.sees("cancelled")
    await ben.looks()
    ben.has_not_seen("was cancelled")
    await town.moves(days=3)  # no offer and no end of a list that is no more
    await cleo.looks()
    cleo.has_not_seen("No place on")


@crosswise
async def test_who_waits_hears_of_another_time_and_no_offer_outlasts_the_list(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift(places=1, day=3, at="15:00")
    anna, ben, cleo = await town.residents(3)
    for person in (anna, ben, cleo):
        await person.joins(shift)
    await anna.forges(f"shift:release:{shift}")
    await town.settles()
    await ben.looks()
    ben.sees("I keep it for you until")
    await pieter.says("/desk")
    await pieter.forges(f"desk:when:{shift}:0")
    await pieter.says("today 12:00")  # it is half past nine: the line ends at eleven
    await pieter.taps("Change it")
    pieter.sees("2 people are being told.")
    await town.settles()
    await ben.looks()
    ben.sees("Bread baking, where a place is kept for you, has changed.")
    ben.sees("12:00–14:00")
    await cleo.looks()
    cleo.sees("Bread baking, which you wait for, has changed.")
    await town.moves(hours=1.6)  # 11:06
    await ben.looks()
    ben.sees("was kept for you until now and has passed on")
    await cleo.looks()
    cleo.sees("so the waiting list ends")
    assert await held(town, shift, anna, ben, cleo) == ["released"] * 3


@once
async def test_an_offer_of_another_time_can_be_taken_from_the_news_of_it(town: Town) -> None:
    pieter = await town.coordinator("Bakery")
    shift = await town.shift(places=1, day=3)
    anna, ben, cleo = await town.residents(3)
    for person in (anna, ben, cleo):
        await person.joins(shift)
    await anna.forges(f"shift:release:{shift}")
    await pieter.says("/desk")
    await pieter.forges(f"desk:place:{shift}:0")
    await pieter.says("The old mill")
    await pieter.taps("Change it")
    await town.settles()
    await cleo.looks()
    await cleo.taps("Leave the waiting list")
    cleo.sees("You are off the waiting list.")
    await ben.looks()
    ben.sees("Where: The old mill")
    await ben.taps("Yes, I take it")
    ben.sees("Thank you! You have a place")


@once
async def test_the_page_says_what_one_can_do_with_the_free_places(town: Town) -> None:
    only = await town.shift("Only bakers", places=2, kinds={"Baking": (2, 0)})
    mixed = await town.shift("For all", day=2, places=2, kinds={"Baking": (1, 0)})
    anna, ben = await town.residents(2)
    await anna.forges(f"shift:open:{only}")
    anna.sees("kept for people with a skill that you have not told me of")
    assert not {"Join", "Wait for a place"} & set(anna.last.labels)
    await anna.joins(mixed)
    await ben.forges(f"shift:open:{mixed}")
    assert "Wait for a place" in ben.last.labels
    assert "Join" not in ben.last.labels


@crosswise
async def test_the_coordinator_hears_of_learners_without_a_master(town: Town) -> None:
    pieter, master = await town.coordinator("Bakery"), await town.master("Baking", "Martha")
    shift = await town.shift(places=4, day=3, kinds={"Baking": (1, 2)})
    anna, ben, cleo, dan = await town.residents(4)
    await master.joins(shift)
    for person in (anna, ben, cleo, dan):  # one place is anybody's, two are learners'
        await person.joins(shift)
    await master.forges(f"shift:release:{shift}")
    await town.settles()
    await pieter.looks()
    pieter.has_seen("2 learners of Baking have no master beside them now.")
    await cleo.forges(f"shift:release:{shift}")  # a learner's place: of no use to Dan without a master
    await town.settles()
    await dan.looks()
    dan.has_not_seen("A place is free for you")
    await pieter.looks()
    pieter.has_seen("have no master beside them", times=1)
    await master.joins(shift)
    await town.settles()
    await dan.looks()
    dan.has_seen("A place is free for you")
