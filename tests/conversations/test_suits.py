"""What is suggested to somebody: shifts with a free place that they may take, and none of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import update

from storage.queries import topics
from storage.queries import town as queries
from storage.tables import Resident, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once

residents = table_of(Resident)


async def suggested(person: Person) -> str:
    await person.says("/shifts")
    await person.forges("list:suits::0")
    return person.last.text


@crosswise
async def test_only_shifts_with_a_place_for_them_are_suggested(town: Town) -> None:
    anna = await town.resident("Anna")
    baker, cook = await town.resident("Bram", skills=["Baking"]), await town.resident("Cara", skills=["Cooking"])
    both = await town.shift("Baker's day", day=1, places=4, kinds={"Baking": (2, 0), "Cooking": (2, 0)})
    await town.shift("Open house", day=2, places=3, kinds={"Baking": (1, 0)})
    await town.shift("School of bread", day=3, places=1, kinds={"Baking": (0, 1)})
    for name in ("Bo", "Bea"):
        await (await town.resident(name, skills=["Baking"])).joins(both)

    for person, theirs in ((anna, ["Open house"]), (baker, ["Open house"]), (cook, ["Baker's day", "Open house"])):
        text = await suggested(person)
        for title in ("Baker's day", "Open house", "School of bread"):
            assert (title in text) == (title in theirs), f"{person.name}: {title}\n{text}"
    assert "Cooking · you are free then" in cook.last.text, "the skill of the place they would have is a reason"

    # A master comes to the school of bread: now there is a learner's place, for who does not know it.
    school = await town.shift("School with a master", day=4, places=2, kinds={"Baking": (1, 1)})
    await (await town.master("Baking")).joins(school)
    assert "School with a master" in await suggested(anna)
    assert "School with a master" not in await suggested(baker)


@once
async def test_a_skill_counts_as_the_town_wants_it_shown(town: Town) -> None:
    anna, ben = await town.resident("Anna", skills=["Baking"]), await town.resident("Ben", skills=["Baking"])
    master = await town.master("Baking")
    async with town.app.database.unit() as unit:
        skill = next(one.id for one in await topics.listed(unit, topics.SKILL) if one.name == "Baking")
    await master.forges(f"skill:sign:{skill}:{ben.resident_id}:0")
    await town.settles()
    await town.shift("Baker's day", day=1, places=2, kinds={"Baking": (2, 0)})
    assert "Baker's day" in await suggested(anna)
    async with town.app.database.unit() as unit:
        await queries.keep(unit, replace(await queries.settings(unit), skill_proof="signed_off"))
    assert "Baker's day" not in await suggested(anna)
    assert "Baker's day" in await suggested(ben)


@crosswise
async def test_what_a_limit_forbids_is_not_suggested(town: Town) -> None:
    anna, kim = await town.resident("Anna"), await town.resident("Kim")
    async with town.app.database.unit() as unit:
        await unit.run(update(residents).where(residents.c.id == kim.resident_id).values(born=date(2011, 1, 1)))
    late = await town.shift("Night watch", day=1, at="21:00", minutes=180)
    await town.shift("Early bread", day=2, at="06:00", minutes=60)
    assert "Night watch" not in await suggested(kim)
    assert "Early bread" in await suggested(anna)
    await anna.joins(late)
    assert "Early bread" not in await suggested(anna), "there is no rest between"
