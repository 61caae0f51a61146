"""The needs survey as homes answer it, and production against need as coordinators see it."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from bot.channels.web.limits import check_caption
from handlers.needs import chart, production_views
from handlers.needs.production import Overview, Production
from handlers.stock.correcting import call_off, correct, spoil
from locales import LANGUAGES, speaking
from storage.queries import homes, needs
from storage.queries.items import ItemRow
from storage.queries.needs import Whole
from storage.tables import Batch, Item, table_of
from tests.people import OPENING, Person, Town
from tests.variants import crosswise, once
from town.needs import Answers

MONDAY = date(2026, 11, 23)


async def kept(town: Town, person: Person) -> tuple[int, dict[int, int]] | None:
    """Somebody's own answer as the tables have it: people, and amounts by item."""
    async with town.app.database.reading() as unit:
        found = await needs.of_resident(unit, person.resident_id)
        return None if found is None else (found.people, await needs.lines_of(unit, person.resident_id))


async def said(town: Town, person: Person, people: int, **amounts: int) -> None:
    """An answer that was given before the test begins; amounts by item in thousandths."""
    by_id = {await town.item(name): amount for name, amount in amounts.items()}
    async with town.app.database.unit() as unit:
        home = await homes.of_resident(unit, person.resident_id)
        await needs.keep(
            unit,
            person.resident_id,
            home_id=None if home is None else home.id,
            people=people,
            amounts=by_id,
            now=town.clock.now(),
        )


async def made_on(town: Town, batch: int, day: date) -> None:
    """Have a batch be one of an earlier day, which is over."""
    table = table_of(Batch)
    async with town.app.database.unit() as unit:
        ended = town.clock.now() - (MONDAY - day)
        await unit.execute(update(table).where(table.c.id == batch).values(made_on=day, ends_at=ended))


# -- the survey --------------------------------------------------------------------------------------------------------


@crosswise
async def test_a_home_says_what_it_needs(town: Town) -> None:
    bread, flour, milk = await town.item("Bread"), await town.item("Flour", unit="kg"), await town.item("Milk")
    anna = await town.resident("Anna")
    await anna.says("what we need")
    anna.sees("How many people live in your home?")
    anna.sees("Coordinators see only the sums of all homes, and those from 3 homes on.")
    await anna.says("lots")
    anna.sees("I could not read “lots” as a number of people. Please write a whole number from 1 to 50.")
    await anna.taps("4")
    anna.sees("1. Bread: –\n2. Flour: –\n3. Milk: –")
    anna.sees("0 of 3 have an answer.")
    await anna.says("1")  # the first of the list
    anna.sees("Bread: how much does your home need in a week?")
    await anna.taps("3 loaves")
    anna.sees("Bread: 3 loaves")
    anna.sees("Flour: how much does your home need in a week?")
    await anna.says("heaps")
    anna.sees("I could not read “heaps” as an amount.")
    await anna.says("5000 kg")
    anna.sees("That is more than 1,000 kg a week")
    await anna.says("500 g")
    anna.sees("Milk: how much")
    await anna.taps("Done")
    anna.sees("You said nothing of 1 thing: Milk. Does your home need none of it?")
    await anna.taps("We need none")
    anna.sees("Thank you!")
    anna.sees("4 people live in your home.")
    anna.sees("Bread: 3 loaves a week\nFlour: 0.5 kg a week")
    anna.sees("None of: Milk")
    assert await kept(town, anna) == (4, {bread: 3000, flour: 500, milk: 0})

    await anna.says("/needs")
    anna.sees("You said this on Tuesday 24 November.")
    await anna.taps("Change it")
    anna.sees("1. Bread: 3 loaves")
    await anna.taps("4 people at home")
    anna.sees("So far: 4")
    await anna.says("12")
    await anna.taps("12 people at home")
    await anna.taps("Back")
    await anna.taps("Done")
    assert await kept(town, anna) == (12, {bread: 3000, flour: 500, milk: 0})
    await anna.taps("Withdraw my answer")
    await anna.taps("Yes, forget it")
    anna.sees("What you said is forgotten.")
    await anna.forges("need:withdrawn:0:0")
    anna.sees("What you said is forgotten.")
    assert await kept(town, anna) is None


@once
async def test_several_in_one_message_and_spanish_decimals(town: Town) -> None:
    names = '{"es": "Harina de maíz"}'
    bread, flour = (
        await town.item("Bread", names='{"es": "Pan"}'),
        await town.item("Maize meal", unit="kg", names=names),
    )
    milk, eggs = await town.item("Milk", unit="litre"), await town.item("Eggs", unit="box")
    sofia = await town.resident("Sofía", language="es")
    await sofia.says("/needs")
    await sofia.says("3")
    await sofia.says("pan 3, harina de maiz 1,5 kg, 2,5 l milk")
    sofia.sees("Pan: 3")
    sofia.sees("1,5 kg")
    await sofia.says("pan 1,5")  # there are no halves of a loaf
    await sofia.says("caviar 2")
    sofia.sees("caviar")
    await sofia.says("harina")  # how much of it is asked
    sofia.sees("Harina de maíz")
    await sofia.says("1,75")  # it is shared out by tenths
    await sofia.says("0,7")
    sofia.sees("Milk: 2,5 l")
    await sofia.says("4 pan\neggs 1")
    await sofia.forges("w:needs:items:done")
    assert await kept(town, sofia) == (3, {bread: 4000, flour: 700, milk: 2500, eggs: 1000})


@once
async def test_a_long_list_is_paged_and_may_be_left_open(town: Town) -> None:
    for number in range(12):
        await town.item(f"Item {number:02}")
    anna = await town.resident("Anna")
    await anna.says("/needs")
    await anna.taps("2")
    for _turn in range(2):
        await anna.taps("More")
    anna.sees("11. Item 10: –")
    await anna.taps("Earlier")
    anna.sees("6. Item 05: –")
    await anna.taps("Item 05")
    anna.sees("Item 05")
    await anna.taps("Skip it")
    anna.sees("Item 06: how much")
    await anna.taps("None of it")
    await anna.taps("Back")
    anna.sees("7. Item 06: none")
    for data in (
        "w:needs:items:i99999",
        "w:needs:items:px",
        "w:needs:items:i",
        "w:needs:items:p99",
        "w:needs:rest:none",
    ):
        await anna.forges(data)
        anna.sees("What does your home need in a week?")
    await anna.taps("Done")
    anna.sees("You said nothing of 11 things: Item 00,")
    await anna.says("never mind")
    anna.sees("Please choose one of these")
    await anna.taps("Leave it open")
    anna.sees("Not said yet: Item 00")
    found = await kept(town, anna)
    assert found is not None
    assert found[0] == 2
    assert list(found[1].values()) == [0]


@once
async def test_resumed_after_a_restart(town: Town) -> None:
    bread, milk = await town.item("Bread"), await town.item("Milk")
    anna = await town.resident("Anna")
    await anna.says("/needs")
    await anna.taps("4")
    await anna.says("bread 2")
    await anna.taps("Milk")
    await town.restarts()
    await anna.says("/week")
    await anna.says("/needs")
    anna.sees("You began this before, and I kept what you wrote.")
    await anna.taps("Go on")
    anna.sees("Milk: how much")
    await anna.says("0")
    anna.sees("2. Milk: none")
    await anna.taps("Done")
    anna.sees("Thank you!")
    assert await kept(town, anna) == (4, {bread: 2000, milk: 0})
    await anna.forges("w:needs:items:done")  # an old button
    anna.sees("This was finished already")

    await anna.says("/needs")
    await anna.taps("Change it")
    await anna.says("milk 3")
    await anna.says("/needs")  # what counts is still the first
    anna.sees("None of: Milk")
    await anna.taps("Change it")
    await anna.taps("Start afresh")
    anna.sees("2. Milk: none")


@crosswise
async def test_one_answer_for_a_home(town: Town) -> None:
    """The newest counts; whoever moves out keeps what they said, and it goes on counting for the home it was about."""
    bread = await town.item("Bread")
    anna, ben, cleo = await town.neighbours(3, home=True)
    await said(town, anna, 3, Bread=2000)
    await ben.says("/needs")
    ben.sees(f"{anna.name} said this for your home on Tuesday 24 November.")
    assert "Withdraw my answer" not in ben.last.labels
    await ben.forges("need:withdraw:0:0")
    ben.sees("You can say anew")
    await ben.forges("need:withdrawn:0:0")
    ben.sees(f"{anna.name} said this")
    assert await kept(town, anna) == (3, {bread: 2000})
    await ben.taps("Change it")
    await ben.says("bread 5")
    await ben.taps("Done")
    await anna.says("/needs")
    anna.sees(f"{ben.name} said this for your home")
    anna.sees("Bread: 5 loaves a week")
    async with town.app.database.reading() as unit:
        assert await needs.sums(unit) == {bread: Answers(homes=1, needing=1, people=3, amount=5000)}

    await ben.forges("power:left::0:0")  # moves out
    await ben.says("/needs")
    ben.sees("for the home where you lived then")
    await cleo.says("/needs")
    cleo.sees(f"{ben.name} said this for your home")
    await ben.taps("Withdraw my answer")
    await ben.taps("Yes, forget it")
    await cleo.says("/needs")
    cleo.sees(f"{anna.name} said this for your home")
    cleo.sees("Bread: 2 loaves a week")
    for person in (cleo, anna):  # the last one out
        await person.forges("power:left::0:0")
    assert await kept(town, anna) == (3, {bread: 2000})
    await anna.says("/needs")
    anna.sees("You said this on")


@once
async def test_nothing_on_the_list(town: Town) -> None:
    mayor = await town.mayor()
    await mayor.says("/needs")
    mayor.sees("The projects have nothing on their list yet.")
    assert "Free goods" in mayor.last.labels
    await mayor.forges("need:change:0:0")
    mayor.sees("The projects have nothing on their list yet.")
    await mayor.says("/production")
    mayor.sees("There is no item yet.")
    mayor.sees("0 homes have answered so far.")
    await mayor.forges("need:file:0:0")
    mayor.sees("Here is the file.")
    await mayor.says("/me")
    await mayor.taps("More about me")
    await mayor.taps("What my home needs")
    mayor.sees("The projects have nothing on their list yet.")


# -- production --------------------------------------------------------------------------------------------------------


@crosswise
async def test_made_and_needed(town: Town) -> None:
    people = await town.residents(4)
    pieter = await town.coordinator("Bakery", "Pieter")
    for person, amount in zip(people[:2], (2000, 3000), strict=True):
        await said(town, person, 3, Bread=amount)
    await pieter.says("/production")
    pieter.sees("2 homes have answered so far.")
    pieter.sees("1. Bread\n0 loaves made; the need is not known yet")
    await pieter.taps("Bread")
    pieter.sees("2 homes have said how much of it they need. From 3 on I show the sum")
    assert "5 loaves" not in pieter.last.text
    await said(town, people[2], 4, Bread=5000)
    for amount, day in ((40, MONDAY - timedelta(days=1)), (20, MONDAY - timedelta(days=28)), (99, MONDAY)):
        await made_on(town, await town.batch("Bread", amount), day)
    await made_on(town, await town.batch("Bread", 8), MONDAY - timedelta(days=29))

    await pieter.says("made and needed")
    pieter.sees("3 homes with 10 of about 20 people have answered.")  # three of its six residents live in them
    pieter.sees("15 of 20 loaves, 75%")
    pieter.sees("A full bar is the goal: 300% of what is needed.")
    await pieter.taps("Bread")
    pieter.sees("Needed in a week: 20 loaves in the whole town, reckoned from 3 homes with 10 of about 20 people")
    pieter.sees("Made in a week: 15 loaves, as the mean of the last 4 weeks that are over.")
    pieter.sees("That is 75% of what is needed; the goal is 300%.")
    pieter.sees("19 Oct: 8 loaves\n26 Oct: 20 loaves\n2 Nov: 0 loaves\n9 Nov: 0 loaves\n16 Nov: 40 loaves")
    await pieter.taps("As a picture")
    assert (await pieter.line.picture()).startswith(b"\x89PNG\r\n\x1a\n")
    check_caption(pieter.last.html)
    pieter.sees("16 Nov: 40 loaves")
    await pieter.taps("As a card")
    pieter.sees("Made in a week: 15 loaves")
    await pieter.taps("Back")
    await pieter.taps("As a file")
    pieter.sees("Here is the file.")
    assert pieter.shown[-2].document == "production-2026-W48.csv"


@once
async def test_the_file_and_what_counts_as_made(town: Town) -> None:
    """A quantity that was put right counts as it is now; not what was called off or is recalled; what spoiled does."""
    mayor, people = await town.mayor(), await town.residents(5)
    for person in people:
        await said(town, person, 2, Bread=3000, Milk=0)
    await said(town, people[0], 2, Bread=3000, Caviar=1000)
    who, now = await town.who(mayor), town.clock.now()
    right, off, recalled, spoiled = [await town.batch("Bread", 60) for _ in range(4)]
    async with town.app.database.unit() as unit:
        await correct(unit, who=who, batch_id=right, quantity=40_000, reason="Counted wrong", now=now)
        await call_off(unit, who=who, batch_id=off, reason="The oven broke", now=now)
        await spoil(unit, who=who, batch_id=spoiled, amount=5000, reason="Mould", now=now)
        table = table_of(Batch)
        await unit.execute(update(table).where(table.c.id == recalled).values(recalled_at=now))
    for batch in (right, off, recalled, spoiled):
        await made_on(town, batch, MONDAY - timedelta(days=3))
    await mayor.says("/production")
    mayor.sees("2. Caviar\n0 loaves made; the need is not known yet")
    mayor.sees("3. Milk\n0 loaves made; nobody who answered needs it")
    await mayor.taps("Bread")
    mayor.sees("16 Nov: 100 loaves")
    mayor.sees("Made in a week: 100 loaves, in the last week that is over.")  # the first one in which any was made
    mayor.sees("5 loaves of it spoiled later.")
    await mayor.forges(f"need:item:{await town.item('Milk')}:0")
    mayor.sees("Of 4 homes that answered, none needs it.")
    async with town.app.database.unit() as unit:
        await unit.execute(update(table_of(Item)).values(made_at=now - timedelta(weeks=9)))
    await mayor.forges("need:file:0:0")
    rows = await file_of(mayor)
    bread, caviar = rows["Bread"], rows["Caviar"]
    assert (bread["homes"], bread["people"], bread["of_people"]) == ("5", "10", "14")
    assert (bread["need_of_homes"], bread["need_of_town"], bread["made_a_week"]) == ("15.000", "21.000", "25.000")
    assert (bread["percent"], bread["goal_percent"], bread["made_2026-W47"]) == ("119", "300", "100.000")
    assert (caviar["homes"], caviar["people"], caviar["need_of_homes"], caviar["need_of_town"]) == ("1", "", "", "")


async def file_of(person: Person) -> dict[str, dict[str, str]]:
    """The newest file, by item."""
    text = (await person.line.document()).decode("utf-8-sig")
    return {row["item"]: row for row in csv.DictReader(io.StringIO(text))}


@once
async def test_only_coordinators_look(town: Town) -> None:
    anna, item = await town.resident("Anna"), await town.item("Bread")
    await anna.says("/production")
    anna.sees("Only coordinators can do that.")
    for data in ("list:0:0", f"item:{item}:0", f"chart:{item}:0", "file:0:0"):
        await anna.forges(f"need:{data}")
        anna.sees("Only coordinators can do that.")
    pieter = await town.coordinator("Bakery", "Pieter")
    for do in ("item", "chart"):
        await pieter.forges(f"need:{do}:99999:0")
        pieter.sees("That item is not on the list any more.")
    await pieter.forges("need:list:0:99")
    pieter.sees("1. Bread")
    await pieter.forges("labour:open::0")
    await pieter.taps("Made and needed")
    pieter.sees("1. Bread")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_picture_in_every_language(language: str) -> None:
    item = ItemRow(1, "B" * 60, "{}", "litre", 100, None, None, None, "first", None, 1, OPENING, None)
    weeks = {MONDAY - timedelta(weeks=back): 1_234_567_800 + back for back in range(8, 0, -1)}
    one = Production(item, Answers(5000, 4000, 20_000, 10**12), 10**12, weeks, 123_400, MONDAY)
    of = Overview((one,), Whole(5000, 20_000, 10_000, 10_500), 21_000, 300, MONDAY)
    with speaking(language):
        check_caption(str(production_views.picture(one, of, 0).html))
        words = production_views.chart_words(one)
        drawn = await chart.png(words, list(weeks.values()), need=one.need, goal=production_views.goal_of(one, of))
        empty = await chart.png(words, [0] * 8, need=None, goal=None)
    for picture in (drawn, empty):
        width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
        assert 700 < width < 900
        assert width <= height < 2 * width
