"""The goods desk: items, batches in one line or by taps, and putting right what became of them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from handlers.goods import claiming
from handlers.goods.giving import give_back
from handlers.goods.handing import hand_over
from handlers.stock import actions, correcting, moving
from storage.queries import batches, claim_changes, stock_lists
from storage.tables import ClaimState
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import NotAllowed

ALL_STATES = tuple(ClaimState)


async def at_desk(town: Town, project: str = "Bakery", name: str = "Pieter van Wyk") -> Person:
    """A coordinator at the goods desk."""
    pieter = await town.coordinator(project, name)
    await pieter.says("/stock")
    pieter.sees("The goods desk")
    return pieter


async def newest(town: Town) -> Any:
    """The newest batch with its windows."""
    async with town.app.database.reading() as unit:
        [listed], _total = await stock_lists.current(unit, None, town.clock.now(), skip=0, most=1)
        windows = (await batches.windows_of(unit, [listed.batch.id]))[listed.batch.id]
    return listed.batch, windows


async def claim(town: Town, person: Person, batch: int, amount: int = 1000, **given: Any) -> claiming.Got:
    who = await town.who(person)
    async with town.app.database.unit() as unit:
        return await claiming.ask(unit, who=who, batch_id=batch, amount=amount, now=town.clock.now(), **given)


async def stands(town: Town, batch: int) -> tuple[int, int, int]:
    """What is free of a batch, on the shelf, and held: and the ledger says the same."""
    async with town.app.database.reading() as unit:
        one = await batches.get(unit, batch)
        assert one is not None
        assert await batches.sums(unit, batch) == (one.free, one.shelf)
        held = sum(claim.left for claim in await claim_changes.of_batch(unit, batch, ALL_STATES))
        assert one.shelf - one.free == held
    return one.free, one.shelf, held


# -- one line ----------------------------------------------------------------------------------------------------------


@crosswise
async def test_a_batch_in_one_line(town: Town) -> None:
    await town.item("Bread", allowance=2000)
    pieter = await at_desk(town)
    await pieter.says("60 loaves, today 16–18, bakery")
    pieter.sees("Shall I put this up?")
    pieter.sees("60 loaves of Bread, today 16:00–18:00, Bakery, Mill Lane 2")
    pieter.sees("first come; at most 2 loaves a week each")
    card = pieter.last
    await pieter.taps("Put it up")
    pieter.sees("It is up.")
    await pieter.taps("Put it up", on=card)
    pieter.sees("finished already")
    batch, windows = await newest(town)
    assert (batch.quantity, batch.free, batch.place) == (60_000, 60_000, "Mill Lane 2")
    assert [(one.starts_at.hour, one.late) for one in windows] == [(14, False), (16, True)]
    await pieter.says("/stock")
    pieter.sees("60 loaves of Bread, today 16:00–18:00 · 60 loaves free")
    await town.moves(hours=7)
    await pieter.says("/stock")
    pieter.sees("60 loaves free · being handed over until 18:00")


@once
@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "12.5 kg tomatoes tomorrow 9:00-11:30 and sat 10-12, Mill Lane 9"),
        ("es", "12,5 kg de tomates, mañana de 9 a 11:30 y el sábado 10-12, Mill Lane 9"),
        ("af", "12,5 kg tamaties, môre 9:00-11:30 en Saterdag 10 tot 12, Mill Lane 9"),
        ("zu", "otamatisi amakhilogremu angu-12,5 kusasa 9:00-11:30, ngoMgqibelo 10 kuya ku-12, Mill Lane 9"),
    ],
)
async def test_in_every_language(town: Town, language: str, line: str) -> None:
    names = '{"es": "Tomate", "af": "Tamatie", "zu": "Utamatisi"}'
    await town.item("Tomatoes", unit="kg", names=names)
    pieter = await at_desk(town)
    await pieter.speaks(language)
    await pieter.says("/stock")
    await pieter.says(line)
    await pieter.forges("w:newbatch:card:putup")
    batch, windows = await newest(town)
    assert (batch.quantity, batch.place, batch.item) == (12_500, "Mill Lane 9", "Tomatoes")
    assert [(one.starts_at.day, one.starts_at.hour, one.ends_at.minute) for one in windows if not one.late] == [
        (25, 7, 30),
        (28, 8, 0),
    ]


@once
async def test_what_is_missing_is_asked_for(town: Town) -> None:
    await town.item("Bread")
    await town.item("Brown eggs", unit="piece")
    await town.item("White eggs", unit="piece")
    await town.project("Clinic")
    naledi = await town.mayor()
    await town.project("Bakery")
    await naledi.says("/stock")
    await naledi.says("good morning")
    naledi.sees("I could not read a batch in that.")
    await naledi.says("20 scones tomorrow 10-12")
    naledi.sees("I know no item called “scones”")
    await naledi.taps("Leave it")
    await naledi.says("/stock")
    await naledi.says("30 eggs")
    naledi.sees("Which of these is it?")
    assert naledi.last.labels[:3] == ["Brown eggs", "White eggs", "New item"]
    await naledi.taps("White eggs")
    naledi.sees("Which project is it from?")
    await naledi.taps("Clinic")
    naledi.sees("Which day can it be collected?")
    await naledi.says("yesterday")
    naledi.sees("could not read")
    await naledi.says("today 7-8 am")
    naledi.sees("has passed already")
    await naledi.says("tomorrow")
    naledi.sees("from when until when?")
    await naledi.says("whenever")
    naledi.sees("could not read")
    await naledi.says("4-6 pm")
    naledi.sees("Where is it collected?")
    await naledi.taps("Mill Lane 2")
    naledi.sees("30 pieces of White eggs, tomorrow 16:00–18:00, Clinic, Mill Lane 2")


@once
async def test_by_taps_alone_and_changed_from_the_card(town: Town) -> None:
    await town.item("Bread")
    await town.item("Milk", unit="litre")
    pieter = await at_desk(town)
    await pieter.taps("New batch")
    await pieter.taps("Leave it")
    await pieter.says("new batch")
    await pieter.taps("New batch")
    await pieter.taps("Bread")
    await pieter.taps("Leave it")
    await pieter.says("/stock")
    await pieter.taps("New batch")
    await pieter.taps("Go on")
    await pieter.says("2.5")
    pieter.sees("shared out by 1 loaf")
    await pieter.taps("20 loaves")
    await pieter.taps("Today")
    await pieter.taps("16:00–18:00")
    await pieter.taps("Mill Lane 2")
    pieter.sees("20 loaves of Bread, today 16:00–18:00, Bakery, Mill Lane 2")
    for what, answer in (
        ("Another place", "Town hall"),
        ("Best before", "24/11"),
        ("How much", "30"),
        ("One more time", "tomorrow 10-12"),
    ):
        await pieter.taps("Change…")
        await pieter.taps(what)
        await pieter.says(answer)
    pieter.sees("30 loaves of Bread, today 16:00–18:00, tomorrow 10:00–12:00, Bakery, Town hall")
    await pieter.taps("Put it up")
    pieter.sees("past its best before")
    await pieter.taps("Change…")
    await pieter.taps("Best before")
    await pieter.taps("No such day")
    await pieter.taps("Change…")
    await pieter.taps("How it is shared")
    await pieter.taps("Drawn by lot")
    await pieter.taps("Change…")
    await pieter.taps("Another item")
    await pieter.taps("Milk")
    await pieter.says("12,5 l")
    await pieter.taps("Change…")
    await pieter.taps("Back")
    pieter.sees("12.5 l of Milk, today 16:00–18:00, tomorrow 10:00–12:00, Bakery, Town hall")
    pieter.sees("drawn by lot")
    await pieter.taps("Put it up")
    pieter.sees("0 people are in the draw.")
    batch, _windows = await newest(town)
    assert (batch.quantity, batch.sharing, batch.best_before) == (12_500, "draw", None)


@once
async def test_the_card_says_all_that_a_line_meant(town: Town) -> None:
    """A part of a project's name, the last good day, what is no time, and what has no room in one batch."""
    await town.item("Bread")
    await town.item("Milk", unit="litre")
    await town.project("Clinic")
    await town.project("Mill Lane Bakery")
    naledi = await town.mayor()
    await naledi.says("/stock")
    await naledi.says("60 bread and 20 milk tonight 6-8, bakery, bb 26/11")
    naledi.sees("60 loaves of Bread, today 18:00–20:00, Mill Lane Bakery, Mill Lane 2")
    naledi.sees("Best before 26 November 2026")
    naledi.sees("One batch at a time: “20 milk” is not part of this one.")
    await naledi.taps("Leave it")
    await naledi.says("/stock")
    await naledi.says("60 loaves today 18-16, bakery")
    naledi.sees("from when until when?")
    await naledi.says("at 5")
    assert naledi.last.labels[:2] == ["17:00–18:00", "17:00–19:00"]
    await naledi.taps("17:00–19:00")
    naledi.sees("60 loaves of Bread, today 17:00–19:00, Mill Lane Bakery, Mill Lane 2")
    await naledi.taps("Change…")
    await naledi.taps("How much")
    await naledi.says("1,200")
    naledi.sees("1,200 loaves of Bread")
    await naledi.says("/stock 60 loaves today 6-8 am, bakery")
    naledi.sees("has passed already")
    await naledi.says("60 loaves yesterday 16-18, bakery")
    naledi.sees("Which day can it be collected?")


@once
async def test_a_line_is_only_read_at_the_desk(town: Town) -> None:
    await town.item("Bread")
    pieter = await at_desk(town)
    await pieter.taps("My week")
    await pieter.says("60 loaves, today 16–18, bakery")
    pieter.sees("I did not understand that")
    await pieter.says("/stock 60 loaves, today 16–18, bakery")
    pieter.sees("60 loaves of Bread, today 16:00–18:00, Bakery")


# -- items -------------------------------------------------------------------------------------------------------------


@crosswise
async def test_a_new_item_and_its_changes(town: Town) -> None:
    pieter = await at_desk(town)
    await pieter.taps("Items")
    pieter.sees("There is no item yet")
    await pieter.taps("New item")
    await pieter.says("Tomatoes")
    await pieter.taps("More")
    await pieter.taps("kg")
    await pieter.says("250 g")
    await pieter.says("2,2 kg")
    pieter.sees("shared out by 0.25 kg")
    await pieter.taps("2 kg")
    await pieter.taps("No limit")
    await pieter.says("cheap")
    pieter.sees("could not read “cheap” as a price")
    await pieter.says("12,5")
    await pieter.taps("First come")
    for text in ("It is on the list now", "Given out by: 0.25 kg", "at most 2 kg a week each", "12.50 for one kg"):
        pieter.sees(text)
    await pieter.taps("Names")
    await pieter.taps("Español")
    await pieter.says("Tomates")
    pieter.sees("Español: Tomates")
    await pieter.taps("Afrikaans")
    await pieter.taps("No name of its own")
    await pieter.taps("Back")
    for what, answer, seen in (
        ("The name", "Red tomatoes", "Red tomatoes"),
        ("Allowance for a home", "5", "at most 5 kg a week for each home"),
        ("The price", "9.99", "9.99 for one kg"),
        ("The smallest amount", "500 g", "Given out by: 0.5 kg"),
    ):
        await pieter.taps("Change it")
        await pieter.taps(what)
        await pieter.says(answer)
        pieter.sees(seen)
    await pieter.taps("Make it no more")
    await pieter.taps("Yes, no more")
    pieter.sees("It is not made any more.")
    await pieter.taps("Bring it back")
    pieter.sees("It is on the list again")


@once
async def test_an_item_is_made_on_the_way_to_its_batch(town: Town) -> None:
    await town.item("Bread")
    pieter = await at_desk(town)
    await pieter.says("20 scones tomorrow 10-12")
    await pieter.taps("New item")
    await pieter.says("Scones")
    for tap in ("pieces", "2 pieces", "No limit", "It is not sold", "First come", "New batch", "Go on", "Scones"):
        await pieter.taps(tap)
    pieter.sees("Where is it collected?")
    await pieter.taps("Mill Lane 2")
    pieter.sees("20 pieces of Scones, tomorrow 10:00–12:00, Bakery, Mill Lane 2")


@once
async def test_who_changes_an_item(town: Town) -> None:
    item = await town.item("Bread")
    pieter, naledi, anna = await at_desk(town), await town.mayor(), await town.resident("Anna")
    await pieter.taps("Items")
    await pieter.taps("Bread")
    pieter.sees("Whoever made it can change it")
    await pieter.forges(f"stock:edit_price:{item}:0:0:")
    pieter.sees("Only whoever made this item")
    for data in (f"stock:retire:{item}:1:0:", f"stock:call:{item}:0:0:es", f"stock:names:{item}:0:0:"):
        await pieter.forges(data)
        pieter.sees("Only whoever made this item")
    await anna.says("/week")
    for data in ("stock:items:0:0:0:", f"stock:item:{item}:0:0:", "stock:newitem:0:0:0:", "stock:home:0:0:0:"):
        await anna.forges(data)
        anna.sees("Only coordinators can do that")
    await naledi.says("/stock")
    await naledi.taps("Items")
    await naledi.taps("Bread")
    await naledi.taps("Change it")
    await naledi.taps("The name")
    await naledi.says("Rye bread")
    naledi.sees("Rye bread")
    await pieter.says("/stock")
    await pieter.taps("Items")
    await pieter.taps("New item")
    await pieter.says("rye bread")
    pieter.sees("There is an item called “rye bread” already")


@once
async def test_lists_have_pages(town: Town) -> None:
    for number in range(7):
        await town.item(f"Item {number}")
    for day in range(4):
        await town.batch("Item 0", 10, day=day + 1)
    pieter = await at_desk(town)
    assert sum("Item 0" in label for label in pieter.last.labels) == 3
    await pieter.taps("More")
    assert sum("Item 0" in label for label in pieter.last.labels) == 1
    await pieter.taps("Items")
    pieter.sees("Items")
    await pieter.taps("More")
    assert "Item 6" in pieter.last.labels
    await pieter.taps("Back")
    await pieter.taps("Past batches")
    pieter.sees("There are none yet.")


# -- putting right -----------------------------------------------------------------------------------------------------


@crosswise
async def test_fewer_than_claimed(town: Town) -> None:
    """What is short is taken back from those who claimed last; they stand first in line for what comes free."""
    batch = await town.batch("Bread", 6)
    pieter = await town.coordinator()
    people = await town.neighbours(4)
    for person in people[:3]:
        await claim(town, person, batch, 2000)
    waiting = await claim(town, people[3], batch, 1000, wait=True)
    assert waiting.position == 1
    await pieter.says("/stock")
    await pieter.taps("Bread, 16:00")
    await pieter.taps("Change it")
    await pieter.taps("Correct the amount")
    await pieter.says("3")
    pieter.sees("What is the reason?")
    await pieter.taps("Less was made than planned")
    pieter.sees("3 loaves that people have claimed would be missing")
    assert await stands(town, batch) == (0, 6000, 6000)
    await pieter.taps("Yes, do it")
    pieter.sees("I have told 2 people")
    assert await stands(town, batch) == (0, 3000, 3000)
    await town.settles()
    for person in people:
        await person.looks()
    people[0].has_not_seen("less of Bread")
    people[1].has_seen("I had to take back 1 loaf of yours. Still kept for you: 1 loaf")
    people[2].has_seen("not enough for your 2 loaves")
    people[2].has_seen("You are at the head of the line")
    async with town.app.database.reading() as unit:
        line = await stock_lists.claimed(unit, batch, [ClaimState.WAITING])
        places = {one.claim.resident_id: await claim_changes.position(unit, one.claim.id) for one in line}
    assert places == {people[2].resident_id: 1, people[3].resident_id: 2}
    await pieter.taps("Change it")
    await pieter.taps("Correct the amount")
    await pieter.says("6")
    await pieter.says("We found some more")
    pieter.sees("2 who waited got some.")
    assert await stands(town, batch) == (0, 6000, 6000)
    await town.settles()
    await people[2].looks()
    people[2].has_seen("this is yours now: 2 loaves of Bread")


@once
async def test_whoever_claims_meanwhile_is_asked_about_too(town: Town) -> None:
    """It is said how much would be taken from people as things are when it is done, not when it was begun."""
    batch = await town.batch("Bread", 6)
    pieter, (anna, ben) = await town.coordinator(), await town.neighbours(2)
    await pieter.says("/stock")
    for tap in ("Bread, 16:00", "Change it", "Some has spoiled"):
        await pieter.taps(tap)
    await pieter.says("4")
    await claim(town, anna, batch, 4000)
    await pieter.taps("It went off")
    pieter.sees("2 loaves that people have claimed would be missing")
    await claim(town, ben, batch, 2000)
    await pieter.taps("Yes, do it")
    pieter.sees("4 loaves that people have claimed would be missing")
    assert await stands(town, batch) == (0, 6000, 6000)
    await pieter.taps("Yes, do it")
    pieter.sees("I have told 2 people")
    assert await stands(town, batch) == (0, 2000, 2000)


@once
async def test_who_pays_loses_last_and_what_is_gone_stays_gone(town: Town) -> None:
    batch = await town.batch("Bread", 4, price=1250)
    pieter = await town.coordinator()
    anna, ben, paula = await town.neighbours(3, short=1)
    who = await town.who(pieter)
    first = await claim(town, anna, batch, 1000)
    await claim(town, ben, batch, 1000)
    await claim(town, paula, batch, 2000, order=True)
    async with town.app.database.unit() as unit:
        await hand_over(
            unit, who=who, claim_id=first.claim_id, code=first.code, amount=None, to_id=None, now=town.clock.now()
        )
    await pieter.says("/stock")
    await pieter.taps("Bread, 16:00")
    await pieter.taps("Change it")
    await pieter.taps("Correct the amount")
    await pieter.says("0")
    pieter.sees("only this is still there: 3 loaves")
    await pieter.says("3")
    await pieter.taps("It was counted wrong")
    await pieter.taps("Yes, do it")
    assert await stands(town, batch) == (0, 2000, 2000)
    async with town.app.database.reading() as unit:
        states = {one.name: (one.claim.state, one.claim.left) for one in await stock_lists.claimed(unit, batch)}
    assert states[anna.name] == (ClaimState.COLLECTED, 0)
    assert states[ben.name] == (ClaimState.WAITING, 0)
    assert states[paula.name] == (ClaimState.HELD, 2000)
    await pieter.taps("Change it")
    await pieter.taps("Some has spoiled")
    await pieter.says("3")
    pieter.sees("only this is still there: 2 loaves")
    await pieter.taps("All: 2 loaves")
    await pieter.taps("It went off")
    await pieter.taps("Yes, do it")
    assert await stands(town, batch) == (0, 0, 0)
    await pieter.taps("Change it")
    await pieter.forges(f"stock:spoil:{batch}:0:0:")
    pieter.sees("only this is still there: 0 loaves")


@once
async def test_another_place_and_time(town: Town) -> None:
    batch = await town.batch("Bread", 4)
    pieter = await town.coordinator()
    anna, ben = await town.neighbours(2)
    await claim(town, anna, batch)
    await pieter.says("/stock")
    await pieter.taps("Bread, 16:00")
    await pieter.taps("Change it")
    await pieter.taps("Another place")
    await pieter.says("Town hall")
    pieter.sees("I have told 1 person")
    await pieter.taps("Change it")
    await pieter.taps("Another time")
    await pieter.taps("Tue 24 Nov")
    await pieter.says("today 17-19")
    pieter.sees("Pick-up: today 17:00–19:00")
    pieter.sees("until 20:00")
    await pieter.taps("Change it")
    await pieter.taps("One more time")
    await pieter.says("tomorrow 9-10")
    pieter.sees("Pick-up: tomorrow 9:00–10:00".replace(" 9:", " 09:"))
    await town.settles()
    await anna.looks()
    anna.has_seen("Where: Town hall (not Mill Lane 2)")
    anna.has_seen("17:00–19:00")
    await ben.looks()
    ben.has_not_seen("Town hall")
    _batch, windows = await newest(town)
    assert [one.late for one in windows] == [False, False, True]
    assert _batch.ends_at == windows[-1].ends_at


@crosswise
async def test_called_off(town: Town) -> None:
    batch, drawn = await town.batch("Bread", 1), await town.batch("Milk", 5, unit="litre", sharing="draw", day=1)
    pieter = await town.coordinator()
    anna, ben, carla = await town.neighbours(3)
    await claim(town, anna, batch)
    await claim(town, ben, batch, wait=True)
    await claim(town, carla, drawn)
    await pieter.says("/stock")
    for label, people in (("Bread, 16:00", 2), ("Milk, Wed 25 Nov", 1)):
        await pieter.taps(label)
        await pieter.taps("Change it")
        await pieter.taps("Call it off")
        await pieter.taps("It could not be made")
        pieter.sees("I tell 2 people" if people == 2 else "I tell 1 person")
        await pieter.taps("Yes, do it")
        pieter.sees("It is over.")
        await pieter.says("/stock")
    pieter.sees("Nothing is up at the moment.")
    assert await stands(town, batch) == (0, 0, 0)
    await pieter.forges(f"stock:off:{batch}:0:0:")
    pieter.sees("is over")
    await town.settles()
    for person in (anna, ben, carla):
        await person.looks()
        person.has_seen("called off", times=1)
    await town.moves(hours=30)
    await pieter.looks()
    pieter.has_not_seen("What becomes of it?")


@once
async def test_put_up_again_after_being_called_off(town: Town) -> None:
    """Only the new time counts then; and a batch that hundreds asked for is called off in a few statements."""
    batch = await town.batch("Bread", 3)
    pieter = await town.coordinator()
    anna, ben = await town.neighbours(2)
    await claim(town, anna, batch, 3000)
    await claim(town, ben, batch, wait=True)
    await pieter.says("/stock")
    for tap in ("Bread, 16:00", "Change it", "Call it off", "It could not be made", "Yes, do it", "Correct the amount"):
        await pieter.taps(tap)
    await pieter.says("5")
    for tap in ("It was counted wrong", "What was left", "Another pick-up time"):
        await pieter.taps(tap)
    await pieter.says("tomorrow 8-9")
    pieter.sees("What was left is up again.")
    got = await claim(town, ben, batch, 2000)
    assert (got.window.starts_at.day, got.window.starts_at.hour) == (25, 6)
    assert await stands(town, batch) == (0, 2000, 2000)


@once
async def test_whose_allowance_is_raised_has_what_they_waited_for(town: Town) -> None:
    """As long as it was used up, what came free stayed with the batch."""
    batch, other = await town.batch("Bread", 1, allowance=1000), await town.batch("Bread", 2, day=1)
    naledi, (anna, ben) = await town.mayor(), await town.neighbours(2)
    await claim(town, ben, batch)
    await claim(town, anna, batch, wait=True)
    await claim(town, anna, other)
    async with town.app.database.unit() as unit:
        await give_back(unit, who=await town.who(ben), batch_id=batch, now=town.clock.now())
    assert await stands(town, batch) == (1000, 1000, 0)
    await naledi.says("/stock")
    for tap in ("Items", "Bread", "Change it", "Allowance for one", "2 loaves"):
        await naledi.taps(tap)
    naledi.sees("at most 2 loaves a week each")
    assert await stands(town, batch) == (0, 1000, 1000)
    await town.settles()
    await anna.looks()
    anna.has_seen("this is yours now: 1 loaf of Bread")


@crosswise
async def test_what_is_left_is_asked_about_once(town: Town) -> None:
    batch = await town.batch("Bread", 12)
    pieter, other = await town.coordinator(), await town.coordinator("Clinic", "Other One")
    await town.moves(hours=11)
    await pieter.looks()
    pieter.sees("Left over from Bakery: 12 loaves of Bread")
    asked = pieter.last
    await other.looks()
    other.has_not_seen("Left over from")
    await town.moves(hours=2)
    await pieter.looks()
    pieter.has_seen("Left over from", times=1)
    await pieter.taps("Another pick-up time", on=asked)
    await pieter.says("tomorrow 8-9")
    pieter.sees("What was left is up again")
    await pieter.taps("Another pick-up time", on=asked)
    await pieter.says("tomorrow 10-11")
    pieter.sees("There is one more time to collect it.")
    pieter.sees("tomorrow 08:00–09:00")
    pieter.sees("tomorrow 10:00–11:00")
    await pieter.taps("It went another way", on=asked)
    pieter.has_seen("It is up again: somebody was faster.")
    [anna] = await town.neighbours(1)
    await claim(town, anna, batch, 2000)
    assert await stands(town, batch) == (10_000, 12_000, 2000)
    await town.moves(hours=16)
    await pieter.looks()
    pieter.sees("Left over from Bakery: 12 loaves of Bread")
    await pieter.taps("It has spoiled")
    await pieter.taps("5 loaves")
    await pieter.taps("It went off")
    await pieter.taps("What was left")
    pieter.sees("Left over: 7 loaves of Bread. What becomes of it?")
    await pieter.taps("It went another way")
    await pieter.taps("The school kitchen had it")
    assert await stands(town, batch) == (0, 0, 0)
    await pieter.forges(f"stock:left:{batch}:0:0:")
    pieter.sees("Nothing is left of “Bread”.")


# -- lists and files ---------------------------------------------------------------------------------------------------


@once
async def test_who_claimed_the_ledger_and_their_files(town: Town) -> None:
    batch = await town.batch("Bread", 20)
    pieter = await town.coordinator()
    people = await town.neighbours(14)
    for person in people:
        await claim(town, person, batch)
    who = await town.who(pieter)
    async with town.app.database.unit() as unit:
        await correcting.spoil(unit, who=who, batch_id=batch, amount=2000, reason="=1+1", now=town.clock.now())
        claims = await actions.claims_file(unit, who=who, batch_id=batch)
        ledger = await actions.ledger_file(unit, who=who, batch_id=batch)
    await pieter.says("/stock")
    await pieter.taps("Bread, 16:00")
    await pieter.taps("Who claimed it")
    pieter.sees("1 loaf")
    await pieter.taps("More")
    await pieter.taps("Earlier")
    await pieter.taps("As a file")
    assert any(message.document == f"bread-{batch}-claims.csv" for message in pieter.shown)
    await pieter.taps("Back")
    await pieter.taps("The ledger")
    pieter.sees("+20 loaves made")
    await pieter.taps("More")
    pieter.sees("−2 loaves spoiled")
    pieter.sees("“=1+1”")
    await pieter.taps("As a file")
    header, *rows = csv.reader(io.StringIO(claims.text))
    assert tuple(header) == actions.CLAIMS_HEADER
    assert sorted(row[2] for row in rows) == sorted(person.name for person in people)
    assert rows[0][3:8] == ["held", "1", "0", "0", ""]
    assert rows[0][9] == "2026-11-24T16:00+02:00/2026-11-24T18:00+02:00"
    header, *rows = csv.reader(io.StringIO(ledger.text))
    assert tuple(header) == actions.LEDGER_HEADER
    assert rows[0][2:5] == ["made", "20", "20"]
    assert rows[1][2:6] == ["claimed", "-1", "0", people[0].name]
    assert rows[-1][2:5] == ["spoiled", "-2", "-2"]
    assert rows[-1][7:] == ["Pieter van Wyk", "'=1+1"]
    assert sum(float(row[3]) for row in rows) == 4


# -- authority ---------------------------------------------------------------------------------------------------------


@once
async def test_forged_taps_of_others_do_nothing(town: Town) -> None:
    batch = await town.batch("Bread", 10)
    await town.coordinator()
    other, anna = await town.coordinator("Clinic", "Other One"), await town.resident("Anna")
    dos = "batch change times left claims ledger claimsfile ledgerfile correct spoil away off place time addtime again"
    for person in (other, anna):
        await person.says("/week")
        for do in dos.split():
            await person.forges(f"stock:{do}:{batch}:1:0:")
            person.sees("Only a coordinator of this project can do that.")
        await person.forges(f"stock:batch:{batch + 99}:0:0:")
        person.sees("Those goods are no longer there.")
    await other.forges(f"stock:home:{await town.project('Bakery')}:0:0:")
    other.sees("Only a coordinator of this project can do that.")
    who, now = await town.who(other), town.clock.now()
    span = (now, now.replace(year=2027))
    calls = (
        lambda unit: correcting.correct(unit, who=who, batch_id=batch, quantity=1000, reason="x", now=now),
        lambda unit: correcting.spoil(unit, who=who, batch_id=batch, amount=1000, reason="x", now=now),
        lambda unit: correcting.give_away(unit, who=who, batch_id=batch, reason="x", now=now),
        lambda unit: correcting.call_off(unit, who=who, batch_id=batch, reason="x", now=now),
        lambda unit: moving.move_place(unit, who=who, batch_id=batch, place="x", now=now),
        lambda unit: moving.move_time(unit, who=who, batch_id=batch, window_id=1, span=span, now=now),
        lambda unit: moving.add_window(unit, who=who, batch_id=batch, span=span, now=now),
        lambda unit: moving.put_up_again(unit, who=who, batch_id=batch, span=span, now=now),
    )
    for call in calls:
        with pytest.raises(NotAllowed):
            async with town.app.database.unit() as unit:
                await call(unit)
    assert await stands(town, batch) == (10_000, 10_000, 0)
