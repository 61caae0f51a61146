"""Young residents: asked once, kept of them alone, and what it changes."""

from __future__ import annotations

from datetime import date

import pytest

from storage.queries import residents
from storage.sql import select
from storage.tables import Resident, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once


async def up_to_the_age(person: Person) -> None:
    for words in ("english", "Thandi", "Mill Lane", "none of these", "none of these", "none of these"):
        await person.says(words)


async def born(town: Town, name: str = "Thandi") -> date | None:
    table = table_of(Resident)
    async with town.app.database.reading() as unit:
        rows = await unit.rows(select(table.c.born).where(table.c.name == name))
    assert len(rows) == 1
    found: date | None = rows[0][0]
    return found


@crosswise
async def test_somebody_under_age_gives_their_birth_date(town: Town) -> None:
    """It is 24 November 2026."""
    person = await town.stranger("Thandi")
    await up_to_the_age(person)
    person.sees("Are you 18 or older?")
    await person.says("perhaps")
    person.sees("Are you 18 or older?")
    await person.taps("No")
    person.sees("When were you born?")
    for words, answer in (
        ("yesterday", "I could not read “yesterday” as a birth date."),
        ("3 May", "I could not read “3 May” as a birth date."),
        ("31/2/2012", "I could not read “31/2/2012” as a birth date."),
        ("3/5/2031", "as a birth date"),
        ("24/11/2008", "Whoever was born then is 18 or older"),
        ("2", "I could not read “2” as a birth date."),
    ):
        await person.says(words)
        person.sees(answer)
        person.sees("When were you born?")
    await person.says("25 November 2008")
    person.sees("Of people under age it keeps the birth date")
    await person.taps("I agree")
    person.sees("Welcome, Thandi!")
    assert await born(town) == date(2008, 11, 25)
    await person.says("/me")
    person.sees("Born on 25 November 2008: until you are 18, the limits for young people hold.")
    today, later = await town.shift("Night bread", day=0, at="19:00"), await town.shift("Late bread", day=2, at="19:00")
    await person.joins(today)
    person.sees("Young people work between 6:00 and 20:00")
    await person.joins(later)  # they are of age by then
    person.sees("Thank you! You have a place:")
    await town.moves(days=2)
    await person.says("/me")
    assert "Born on" not in person.last.text


@crosswise
async def test_of_grown_ups_no_birth_date_is_kept(town: Town) -> None:
    person = await town.stranger("Thandi")
    await up_to_the_age(person)
    await person.taps("No")
    await person.says("3/5/2012")
    await person.taps("Back")
    await person.taps("Back")
    person.sees("Are you 18 or older?")
    await person.taps("Yes")
    await person.taps("I agree")
    person.sees("Welcome, Thandi!")
    assert await born(town) is None


@once
@pytest.mark.town(adult_age=0)
async def test_a_town_without_such_limits_does_not_ask(town: Town) -> None:
    person = await town.stranger("Thandi")
    await up_to_the_age(person)
    person.sees("Do you agree?")
    await person.taps("I agree")
    await person.says("/me")
    await person.taps("Privacy")
    assert not [label for label in person.last.labels if "under" in label]


@once
async def test_the_birth_date_can_be_set_right_later(town: Town) -> None:
    anna = await town.resident("Anna")
    await anna.says("/me")
    await anna.taps("Privacy")
    await anna.taps("I am under 18")
    await anna.says("1 January 1990")
    anna.sees("of grown-ups the town keeps no birth date")
    await anna.says("2012-05-03")
    anna.sees("Born on 3 May 2012")
    assert await born(town, "Anna") == date(2012, 5, 3)
    async with town.app.database.reading() as unit:
        kept = await residents.everything(unit, anna.resident_id)
    assert kept["resident"]["born"] == date(2012, 5, 3)  # it is in what they can have sent to them
