"""Draws as residents meet them: how they work, what came of them, the file, and who comes next."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from handlers.goods import handing
from handlers.goods.claiming import Got, ask
from handlers.goods.codes import shown
from handlers.goods.giving import leave
from storage.queries import batches, claim_changes, claims, draws
from storage.queries import town as town_queries
from storage.queries.batches import BatchRow
from storage.queries.claims import ClaimRow
from storage.sql import select
from storage.tables import Claim, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.draw import hash_of
from town.draw_file import load, verify
from town.published import Document

claims_table = table_of(Claim)


async def enters(person: Person, batch: int, amount: float = 1, *, wait: bool = False) -> Got:
    """Enter a batch's draw, as the goods' page does."""
    town = person.town
    async with town.app.database.unit() as unit:
        return await ask(
            unit,
            who=await town.who(person),
            batch_id=batch,
            amount=round(amount * 1000),
            now=town.clock.now(),
            wait=wait,
        )


async def leaves(person: Person, batch: int) -> None:
    async with person.town.app.database.unit() as unit:
        await leave(unit, who=await person.town.who(person), batch_id=batch, now=person.town.clock.now())


async def published(town: Town, batch: int) -> Document:
    """The file of a draw, which is right."""
    async with town.app.database.reading() as unit:
        text = await draws.published(unit, batch)
    assert text is not None
    made = load(text)
    assert verify(made) == []
    return made


async def claim_of(person: Person, batch: int) -> ClaimRow:
    async with person.town.app.database.reading() as unit:
        found = await unit.first(
            select(*claims.COLUMNS_OF_CLAIM).where(
                claims_table.c.batch_id == batch, claims_table.c.resident_id == person.resident_id
            )
        )
    assert found is not None
    return ClaimRow(*found)


async def batch_row(town: Town, batch: int) -> BatchRow:
    async with town.app.database.reading() as unit:
        found = await batches.get(unit, batch)
        assert found is not None
        assert await batches.sums(unit, batch) == (found.free, found.shelf)
    return found


def opens(person: Person, do: str, batch: int = 0, page: int = 0) -> Any:
    return person.forges(f"draw:{do}:{batch}:{page}")


@crosswise
async def test_a_draw_from_the_first_entry_to_the_file(town: Town) -> None:
    batch = await town.batch("Honey", 3, unit="jar", sharing="draw", allowance=2000)
    people = await town.neighbours(4)
    kept = (await batch_row(town, batch)).seed_hash
    await people[0].says("/draws")
    assert people[0].sees("1. Honey, 3 jars: to be drawn on Tuesday 24 November, 14:00")
    await people[0].says("1")  # the number chooses
    assert people[0].sees("0 people have entered so far.")
    assert people[0].sees(kept)
    await people[0].taps("About these goods")
    await people[0].forges(f"goods:got:{batch}:1000:0")
    assert people[0].sees("You are in the draw for 1 jar of Honey.")
    await people[0].taps("How it is drawn")
    assert people[0].sees("1 person has entered so far.")
    for person in people[1:]:
        await enters(person, batch)
    await opens(people[2], "about", batch)
    assert people[2].sees("4 people have entered so far.")
    assert people[2].sees("Your number is 3: only you are told it.")
    assert people[2].sees("Each number's lot comes from a secret that was sealed before anybody entered.")
    await opens(people[2], "file", batch)
    assert people[2].sees("I find no such draw.")

    await town.moves(hours=5)
    made = await published(town, batch)
    assert made["seed_hash"] == kept == hash_of(made["seed"])
    assert [one["number"] for one in made["entries"]] == [1, 2, 3, 4]
    winners = [people[one["number"] - 1] for one in made["result"]["given"]]
    (loser,) = [person for person in people if person not in winners]
    for person in people:
        await person.looks()
    for person in winners:
        mine = await claim_of(person, batch)
        assert mine.code is not None
        assert person.has_seen("You won in the draw: 1 jar of Honey!", times=1)
        assert person.has_seen("Tuesday 24 November, 16:00–18:00, Mill Lane 2", times=1)
        assert person.has_seen(shown(mine.code), times=1)
        assert person.has_not_seen("got nothing")
    assert loser.has_seen("4 people had entered, and there was not enough for all", times=1)
    assert loser.has_seen("You are 1st in line", times=1)

    await loser.taps("About the draw")
    assert loser.sees("4 people had entered; 3 of them got something, 3 jars in all.")
    assert loser.sees("You are 1st in line for it")
    assert loser.sees(made["digest"])
    await loser.taps("The file, to check it")
    assert any(message.document == f"draw-{batch}-honey.json" for message in loser.shown)
    await loser.taps("What came of it")
    await loser.taps("How it is drawn")
    assert loser.sees("It was made on Tuesday 24 November, 14:00.")
    await loser.taps("About these goods")
    await loser.taps("How it was drawn")
    assert loser.sees("3 of them got something")
    await loser.taps("All draws")
    assert loser.sees("1. Honey, 3 jars: drawn on Tuesday 24 November, 14:00")
    await loser.taps("My week")

    await winners[0].taps("I can't come")
    await give_it_back(winners[0])
    await town.settles()
    await loser.looks()
    assert (await claim_of(loser, batch)).state == "held"
    assert loser.has_seen("Good news", times=1)


async def give_it_back(person: Person) -> None:
    """Say yes, wherever the goods' room asks."""
    data = [data for _label, data in person.last.buttons if data.startswith("goods:gaveback:")]
    if data:
        await person.forges(data[0])


@once
async def test_a_home_shares_and_an_allowance_holds(town: Town) -> None:
    first = await town.batch("Bread", 10, allowance=3000, home_allowance=4000)
    people = await town.neighbours(4, home=True)
    await enters(people[0], first, 2)
    batch = await town.batch("Bread", 10, sharing="draw")
    for person in people[:3]:
        await enters(person, batch, 1)
    await leaves(people[1], batch)
    # After the entry, but before the draw, one of them has more of it elsewhere: only one is left for the home.
    await enters(people[3], first, 1)
    await town.moves(hours=5)
    made = await published(town, batch)
    assert made["numbers"] == 3
    assert [(one["number"], one["own"], one["home"]) for one in made["entries"]] == [(1, 1000, 1), (3, 3000, 1)]
    assert made["homes"] == [{"home": 1, "left": 1000}]
    assert [one["amount"] for one in made["result"]["given"]] == [1000]
    assert made["result"]["full"] == made["result"]["line"]
    (other,) = [people[number - 1] for number in made["result"]["line"]]
    assert (await claim_of(other, batch)).lost == 0  # nothing was lost but what the home could not have anyway
    await other.looks()
    assert other.has_seen("your allowance is used up")
    assert (await claim_of(people[1], batch)).state == "ended"


@once
async def test_who_lost_comes_first_the_next_time(town: Town) -> None:
    people = await town.neighbours(4)
    lost: dict[int, int] = dict.fromkeys(range(4), 0)
    for turn in range(1, 5):
        batch = await town.batch("Honey", 1, unit="jar", sharing="draw")
        for person in people:
            await enters(person, batch)
        if turn == 2:  # whoever leaves the draw loses nothing by it
            leaver = max(lost, key=lambda one: lost[one])
            await leaves(people[leaver], batch)
        await town.moves(hours=7)
        made = await published(town, batch)
        entered = [one["number"] - 1 for one in made["entries"]]
        assert {one["number"] - 1: -one["before"] for one in made["entries"]} == {one: lost[one] for one in entered}
        (winner,) = [one["number"] - 1 for one in made["result"]["given"]]
        assert lost[winner] == max(lost[one] for one in entered)
        for one in entered:
            lost[one] = 0 if one == winner else lost[one] + 1
        for one, person in enumerate(people):
            assert (await claim_of(person, batch)).lost == lost[one]
        mine = await claim_of(people[winner], batch)
        await hand_over(town, mine.id, mine.code or "")
        await town.moves(hours=17)


@once
async def test_without_precedence_everybody_is_equal(town: Town) -> None:
    async with town.app.database.unit() as unit:
        await town_queries.keep(unit, replace(await town_queries.settings(unit), draw_precedence="none"))
    people = await town.neighbours(3)
    for _day in range(2):
        batch = await town.batch("Honey", 1, unit="jar", sharing="draw")
        for person in people:
            await enters(person, batch)
        await town.moves(days=1)
        made = await published(town, batch)
        assert made["precedence"] is False
        assert {one["before"] for one in made["entries"]} == {0}


@once
async def test_the_least_served_come_first(town: Town) -> None:
    people = await town.neighbours(4)
    for served in (people[0], people[2]):  # the first longest ago
        batch = await town.batch("Honey", 1, unit="jar")
        got = await enters(served, batch)
        await town.moves(hours=7)
        await hand_over(town, got.claim_id, got.code)
        await town.moves(hours=17)
    batch = await town.batch("Honey", 2, unit="jar", sharing="least")
    for person in people:
        await enters(person, batch)
    await town.moves(days=1)
    made = await published(town, batch)
    assert {one["number"]: one["before"] for one in made["entries"]} == {1: 1, 2: 0, 3: 2, 4: 0}
    assert {one["number"] for one in made["result"]["given"]} == {2, 4}
    assert made["result"]["line"] == [1, 3]
    await people[0].looks()
    assert people[0].has_seen("As long as you have had none, those who had some since come after you.")
    await opens(people[0], "about", batch)
    assert people[0].sees("Who has never had Honey comes first, then those who had it longest ago.")


async def hand_over(town: Town, claim_id: int, code: str) -> None:
    who, now = await town._somebody(), town.clock.now()
    async with town.app.database.unit() as unit:
        await handing.hand_over(unit, who=who, claim_id=claim_id, code=code, amount=None, to_id=None, now=now)


@once
async def test_a_draw_is_made_once(town: Town) -> None:
    batch = await town.batch("Honey", 2, unit="jar", sharing="draw")
    people = await town.neighbours(3)
    for person in people:
        await enters(person, batch)
    await town.moves(hours=5)
    made, row = await published(town, batch), await batch_row(town, batch)
    for _ in range(3):
        await town.settles()
    assert await published(town, batch) == made
    assert await batch_row(town, batch) == row
    for person in people:
        await person.looks()
        assert sum("draw" in message.text for message in person.shown) == 1


@once
async def test_a_draw_that_nobody_entered_leaves_it_to_whoever_comes(town: Town) -> None:
    batch = await town.batch("Honey", 2, unit="jar", sharing="draw")
    [person] = await town.neighbours(1)
    await town.moves(hours=5)
    assert (await published(town, batch))["entries"] == []
    await opens(person, "one", batch)
    assert person.sees("Nobody had entered: what there is goes to whoever asks first.")
    assert (await enters(person, batch)).state == "held"


@once
async def test_a_draw_that_was_not_made_in_time_keeps_nobody_waiting(town: Town) -> None:
    batch = await town.batch("Honey", 2, unit="jar", sharing="draw")
    [person] = await town.neighbours(1)
    await enters(person, batch)
    town.clock.move_to((await batch_row(town, batch)).ends_at)  # the town stood still
    await town.settles()
    await town.settles()
    await person.looks()
    assert person.has_seen("was not made in time", times=1)
    assert (await claim_of(person, batch)).state == "ended"
    await opens(person, "one", batch)
    assert person.sees("It was not made")
    async with town.app.database.reading() as unit:
        assert await draws.next_due(unit) is None


@once
async def test_the_line_goes_on_in_the_order_of_the_draw(town: Town) -> None:
    batch = await town.batch("Honey", 1, unit="jar", sharing="draw")
    people = await town.neighbours(4)
    for person in people:
        await enters(person, batch)
    await town.moves(hours=5)
    made = await published(town, batch)
    async with town.app.database.reading() as unit:
        for at, number in enumerate(made["result"]["line"], 1):
            claim = await claim_of(people[number - 1], batch)
            assert await claim_changes.position(unit, claim.id) == at
            assert claim.wanted == 1000
            assert claim.lost == 1
    late = await town.neighbours(1)
    got = await enters(late[0], batch, wait=True)
    assert got.position == 4


@crosswise
async def test_old_forged_and_wrong_taps(town: Town) -> None:
    first = await town.batch("Bread", 5)
    [person] = await town.neighbours(1)
    await person.says("/draws")
    assert person.sees("Nothing is drawn by lot at the moment.")
    for do in ("about", "one", "file"):
        for batch in (first, 0, 999):
            await opens(person, do, batch)
            assert person.sees("I find no such draw.")
    await opens(person, "list", 0, 99)
    assert person.sees("Nothing is drawn")


@once
async def test_many_draws_are_turned_page_by_page(town: Town) -> None:
    for number in range(7):
        await town.batch(f"Honey {number} of the long summer", 1, unit="jar", sharing="draw", day=1 + number)
    [person] = await town.neighbours(1)
    await person.says("lottery")
    assert person.sees("1. Honey 0")
    await person.taps("More")
    assert person.sees("7. Honey 6")
    await person.taps("7.")
    assert person.sees("The draw of Honey 6")


@once
async def test_the_file_is_for_anybody_and_names_nobody(town: Town) -> None:
    batch = await town.batch("Honey", 1, unit="jar", sharing="draw")
    people = await town.neighbours(2)
    await enters(people[0], batch)
    await town.moves(hours=5)
    text = json.dumps(await published(town, batch))
    assert people[0].name.split()[0] not in text
    await opens(people[1], "file", batch)
    assert any(message.document == f"draw-{batch}-honey.json" for message in people[1].shown)
    async with town.app.database.reading() as unit:
        found = await claims.to_claim(unit, batch, people[1].resident_id, before=town.clock.now().date(), lock=False)
    assert found is not None
    assert found.mine is None


@once
async def test_there_is_time_to_enter_however_near_the_pick_up_is(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    await town.batch("Honey", 1, unit="jar", sharing="draw", at="10:30")
    for person in (anna, ben):
        await person.says("/goods")
        person.sees("1 jar to be shared out")
        await person.taps("1. Honey")
        person.sees("It is shared out in a published draw, Tuesday 24 November, 10:00.")
        await person.taps("1 jar")
        person.sees("You are in the draw for 1 jar of Honey.")
    await town.moves(hours=0.6)
    await anna.looks()
    await anna.taps("About the draw")
    anna.sees("2 people had entered; 1 of them got something, 1 jar in all.")
