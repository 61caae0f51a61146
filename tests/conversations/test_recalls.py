"""Recalls: everybody who has some of a batch hears of it at once, and it is seen who has."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from handlers.goods.claiming import ask
from handlers.goods.handing import hand_over
from handlers.orders.selling import sell
from handlers.pickup.actions import take_back
from handlers.recalls import actions
from handlers.recalls.sheet import of_recall
from handlers.stock import moving
from handlers.stock.correcting import correct
from storage.outbox import accounts, outbox
from storage.queries import batches, claims, pickup, recall_reach, residents
from storage.queries.claim_changes import get
from storage.queries.recalls import people
from storage.sql import select
from storage.tables import OutboxState
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import (
    BatchOver,
    BatchRecalled,
    Fact,
    NotAllowed,
    NothingLeft,
    NotRecalled,
    PickupCodeWrong,
    RecallTooOld,
)


async def claim(
    town: Town, person: Person, batch: int, loaves: int = 2, *, wait: bool = False, order: bool = False
) -> Any:
    async with town.app.database.unit() as unit:
        return await ask(
            unit,
            who=await town.who(person),
            batch_id=batch,
            amount=loaves * 1000,
            now=town.clock.now(),
            wait=wait,
            order=order,
        )


async def hand(town: Town, by: Person, got: Any, loaves: int, to: Person) -> None:
    async with town.app.database.unit() as unit:
        await hand_over(
            unit,
            who=await town.who(by),
            claim_id=got.claim_id,
            code=got.code,
            amount=loaves * 1000,
            to_id=to.resident_id,
            now=town.clock.now(),
        )


async def recall(town: Town, by: Person, batch: int, reason: str = "It may have gone bad") -> Any:
    async with town.app.database.unit() as unit:
        return await actions.recall(unit, who=await town.who(by), batch_id=batch, reason=reason, now=town.clock.now())


async def unreachable(town: Town, person: Person) -> None:
    async with town.app.database.unit() as unit:
        await unit.run(update(accounts).where(accounts.c.id == person.account_id).values(reachable=False))


async def check_stock(town: Town, batch: int) -> tuple[int, int]:
    """What is free and on the shelf is the sum of the ledger; what is held is the difference."""
    async with town.app.database.reading() as unit:
        found = await batches.get(unit, batch)
        held = await unit.rows(
            select(claims.claims.c.amount - claims.claims.c.handed).where(claims.claims.c.state == "held")
        )
        assert found is not None
        assert await batches.sums(unit, batch) == (found.free, found.shelf)
        assert found.shelf - found.free == sum(row[0] for row in held)
    return found.free, found.shelf


@crosswise
async def test_one_action_tells_everybody_and_shows_who_has_heard(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben, carol, dora, eva = await town.neighbours(5)
    batch = await town.batch("Bread", 6, day=0, at="09:00", hours=15, price=1250)
    of_anna, of_ben = await claim(town, anna, batch), await claim(town, ben, batch)
    await claim(town, carol, batch)
    await claim(town, dora, batch, wait=True)
    await hand(town, pieter, of_anna, 2, anna)
    await hand(town, pieter, of_ben, 1, eva)  # a helper
    await unreachable(town, ben)
    await town.moves(hours=12.5)  # 22:00: it is night
    await pieter.says("/recall")
    pieter.sees("6 loaves · Bakery · Tuesday 24 November")
    await pieter.taps("1.")
    pieter.sees("Why is “Bread” recalled?")
    await pieter.says("\u200b\u200b")
    pieter.sees("I need a few letters")
    await pieter.says("x" * 201)
    pieter.sees("200 characters at most")
    await pieter.says("Glass in the <flour>")
    pieter.sees("4 people have some of it, or have it kept")
    for person in (anna, ben, carol, dora, eva):
        await person.looks()
        person.has_not_seen("Glass in")
    await pieter.taps("Yes, recall it now")
    pieter.sees("Done: I am telling everybody now.")
    await town.settles()
    for person, what in (
        (anna, "You have collected 2 loaves of it."),
        (carol, "What was kept for you is not handed out"),
        (eva, "You took 1 loaf of it along for somebody else"),
    ):
        await person.looks()
        person.sees("⚠️ Please do not use this: Bread")
        person.sees("Why: Glass in the <flour>")
        person.sees(what)
    assert await check_stock(town, batch) == (0, 0)
    await anna.says("1")  # a bare number only opens it
    anna.sees("Please do not use this")
    await pieter.forges(f"recall:open:{batch}:0:0")
    pieter.sees("• could not be reached: 1\n• has it: 3")
    await anna.taps("I have read it")
    anna.sees("Thank you: Bakery knows that you have read this.")
    await anna.forges(f"recall:read:{batch}:0:0")
    anna.sees("Thank you")
    await pieter.taps("Who has heard of it")
    assert pieter.last.text.split("\n")[1:] == [
        f"1. {ben.name}, Mill Lane: could not be reached",
        *(f"{n}. {name}, Mill Lane: has it" for n, name in enumerate(sorted((carol.name, eva.name)), 2)),
        f"4. {anna.name}, Mill Lane: has read it",
    ]
    await pieter.taps("1.")
    pieter.sees("Collected: 1 loaf")
    pieter.sees("Please knock on their door")
    await pieter.taps("I have told them")
    pieter.sees("Pieter told them in person")
    await pieter.taps("Back")
    pieter.sees(f"{ben.name}, Mill Lane: has read it")
    await town.moves(hours=10)  # the line hears it in the morning
    await dora.looks()
    dora.has_seen("You need not wait for it any more", times=1)


@once
async def test_nothing_false_is_said_after_it(town: Town) -> None:
    """What was going to be said of the goods is withdrawn, and nothing is handed over or claimed any more."""
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben, carol = await town.neighbours(3)
    batch = await town.batch("Bread", 4, day=0, at="09:00", hours=10)
    got, waits = await claim(town, anna, batch, 3), await claim(town, ben, batch, 1)
    await recall(town, pieter, batch)
    async with town.app.database.reading() as unit:
        left = await unit.rows(select(outbox.c.notice).where(outbox.c.state == OutboxState.WAITING))
        assert {row.notice for row in left} == {"recall.urgent"}
        found = await get(unit, got.claim_id)
        assert found is not None
        assert (found.state, found.amount, found.code) == ("recalled", 0, None)
    with pytest.raises(BatchRecalled):
        await claim(town, carol, batch, 1)
    with pytest.raises(BatchRecalled):
        await hand(town, pieter, waits, 1, ben)
    await town.moves(days=2)
    for person in (anna, ben, carol):
        await person.looks()
        person.has_not_seen("not collected")
    anna.has_seen("Please do not use this", times=1)
    assert await check_stock(town, batch) == (0, 0)
    before = await messages(town)
    found_again = await recall(town, pieter, batch, "Another reason")  # twice: harmless
    assert found_again.recall.reason == "It may have gone bad"
    assert await messages(town) == before


async def put_up_again(town: Town, by: Person, batch: int, *, loaves: int) -> None:
    """What coordinators do when it was a mistake: they count what is there, and give it another time."""
    who, now = await town.who(by), town.clock.now()
    async with town.app.database.unit() as unit:
        quantity = 2000 + loaves * 1000  # two were collected
        await correct(unit, who=who, batch_id=batch, quantity=quantity, reason="They are good", now=now)
        span = (now + timedelta(hours=1), now + timedelta(hours=3))
        await moving.put_up_again(unit, who=who, batch_id=batch, span=span, now=now)


async def messages(town: Town) -> int:
    async with town.app.database.reading() as unit:
        return len(await unit.rows(select(outbox.c.id)))


@once
async def test_who_is_in_its_draw_hears_that_it_is_off_and_who_brought_some_back_has_none(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben = await town.neighbours(2)
    drawn = await town.batch("Cake", 4, day=1, at="16:00", sharing="draw")
    await claim(town, anna, drawn)
    await recall(town, pieter, drawn)
    await town.settles()
    await anna.looks()
    anna.sees("Bakery has recalled “Cake”, so nothing more of it is handed out.")
    batch = await town.batch("Bread", 4, day=0, at="09:00", hours=10)
    got, who, now = await claim(town, anna, batch), await town.who(pieter), town.clock.now()
    await hand(town, pieter, got, 2, ben)
    async with town.app.database.unit() as unit:
        line = await pickup.last_line(unit, got.claim_id)
        assert line is not None
        await take_back(unit, who=who, claim_id=got.claim_id, line_id=line.id, now=now)
    found = await recall(town, pieter, batch)
    assert found.reach.all == 1, "only whoever it is kept for"


@once
async def test_a_mistake_is_told_to_the_same_people_and_can_be_recalled_again(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 4, day=0, at="09:00", hours=10)
    await hand(town, pieter, await claim(town, anna, batch), 2, anna)
    await claim(town, ben, batch)
    await recall(town, pieter, batch)
    await town.settles()
    await unreachable(town, ben)
    await pieter.forges(f"recall:open:{batch}:0:0")
    pieter.sees("Why: It may have gone bad")
    await pieter.taps("It was a mistake")
    pieter.sees("I tell all 2 people")
    await pieter.taps("Yes, all clear")
    pieter.sees("The recall of “Bread” was a mistake")
    await pieter.forges(f"recall:cleared:{batch}:0:0")
    pieter.sees("“Bread” is not recalled.")
    await town.settles()
    await anna.looks()
    anna.sees("All clear: the recall of the “Bread”")
    anna.sees("What you have of it is good.")
    await anna.forges(f"recall:read:{batch}:0:0")
    anna.sees("All clear")
    with pytest.raises(BatchOver):
        await claim(town, ben, batch)
    await put_up_again(town, pieter, batch, loaves=4)
    assert (await claim(town, ben, batch)).state == "held", "what was recalled by mistake can be had again"
    await pieter.forges(f"recall:again:{batch}:0:0")
    pieter.sees("Why is “Bread” recalled?")
    await pieter.says("2")
    pieter.sees("Why: There may be glass or metal in it")
    await pieter.taps("Yes, recall it now")
    await town.settles()
    await anna.looks()
    anna.has_seen("Please do not use this", times=2)
    pieter.sees("2 people are told")
    await check_stock(town, batch)


@once
async def test_it_reaches_a_batch_of_last_year_but_none_older(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    batch = await town.batch("Jam", 4, unit="jar", day=0, at="09:00", hours=2)
    await hand(town, pieter, await claim(town, anna, batch), 2, anna)
    over_since = town.clock.now() + timedelta(hours=3)
    town.clock.instant = over_since + timedelta(days=364)
    found = await recall(town, pieter, batch)
    assert found.reach.all == 1
    async with town.app.database.unit() as unit:
        await actions.clear(unit, who=await town.who(pieter), batch_id=batch, now=town.clock.now())
    town.clock.instant += timedelta(days=3)
    with pytest.raises(RecallTooOld):
        await recall(town, pieter, batch)
    async with town.app.database.reading() as unit:
        assert await actions.recent(unit, who=await town.who(pieter), page=3, now=town.clock.now()) == ([], 0, 0)


@once
async def test_who_may_recall_and_what_others_forge(town: Town) -> None:
    pieter, farmer = await town.coordinator("Bakery", "Pieter"), await town.coordinator("Farm", "Fatima")
    mayor = await town.mayor()
    anna, *_ = await town.neighbours(1)
    batch = await town.batch("Bread", 4, day=0, at="09:00", hours=10)
    await claim(town, anna, batch)
    for person in (anna, farmer):
        for do in ("open", "again", "clear", "cleared", "people", "person", "told", "customers", "file"):
            await person.forges(f"recall:{do}:{batch}:0:{anna.resident_id}")
            person.sees("Only a coordinator of this project can do that.")
        with pytest.raises(NotAllowed):
            await recall(town, person, batch)
        await person.forges(f"recall:read:{batch}:0:0")
        person.sees("Those goods are no longer there.")
    await anna.says("/recall")
    anna.sees("coordinator")
    await farmer.says("recall")
    farmer.sees("There are no goods that could be recalled.")
    await pieter.forges("recall:open:4711:0:0")
    pieter.sees("Those goods are no longer there.")
    await pieter.forges(f"recall:people:{batch}:0:0")
    pieter.sees("“Bread” is not recalled.")
    await mayor.forges(f"recall:open:{batch}:0:0")
    mayor.sees("Why is “Bread” recalled?")
    await mayor.taps("4." if "4." in mayor.last.labels else "It may not be safe")
    await mayor.forges("w:recall:sure:something")
    mayor.sees("Recall “Bread”?")
    await mayor.taps("Yes, recall it now")
    mayor.sees("1 person is told")
    await mayor.forges("w:recall:sure:yes")  # the old button
    mayor.sees("This was finished already")
    await pieter.forges(f"recall:person:{batch}:0:{farmer.resident_id}")
    pieter.sees("I can't find that person any more.")
    await pieter.forges(f"recall:told:{batch}:0:{farmer.resident_id}")
    pieter.sees("I can't find that person any more.")


@once
async def test_pages_a_file_and_buyers_without_a_claim(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    everybody = await town.neighbours(7)
    batch = await town.batch("Bread", 40, day=0, at="09:00", hours=10, price=1250)
    for person in everybody:
        await claim(town, person, batch, 1)
    async with town.app.database.unit() as unit:
        await residents.change(unit, everybody[0].resident_id, name="=HYPERLINK(1)")
    await sale(town, pieter, batch, "Mrs Botha <b>")
    await sale(town, pieter, batch, "")
    async with town.app.delivery._filling:  # nothing is delivered yet
        await recall(town, pieter, batch)
        await pieter.forges(f"recall:open:{batch}:0:0")
        pieter.sees("7 people are told:\n• on the way: 7")
    pieter.sees("2 buyers without a claim cannot be written to")
    await pieter.taps("Sold without a claim")
    pieter.sees("• Mrs Botha <b>: 3 loaves, Tuesday 24 November\n• Somebody without a name: 3 loaves, Tuesday")
    await pieter.taps("Back")
    await town.settles()
    await pieter.looks()
    await pieter.taps("Who has heard of it")
    assert pieter.last.text.count("has it") == 5
    await pieter.taps("More")
    pieter.sees("7. ")
    assert pieter.last.text.count("has it") == 2
    await pieter.forges(f"recall:people:{batch}:99:0")
    pieter.sees("7. ")
    await pieter.forges(f"recall:file:{batch}:0:0")
    assert [one.document for one in pieter.shown if one.document] == [f"recall-{batch}.csv"]
    async with town.app.database.reading() as unit:
        found, told = await actions.everybody(unit, who=await town.who(pieter), batch_id=batch)
    name, text = of_recall(found, told)
    assert name == f"recall-{batch}.csv"
    assert text.splitlines()[0].startswith("state,name,street,collected")
    assert "reached,'=HYPERLINK(1),Mill Lane,0.0,0.0,loaf," in text
    assert text.splitlines()[-2].startswith("phone,Mrs Botha <b>,,3.0")
    assert text.splitlines()[-1].startswith("phone,,,3.0")


async def sale(town: Town, by: Person, batch: int, customer: str) -> None:
    async with town.app.database.unit() as unit:
        await sell(unit, who=await town.who(by), batch_id=batch, amount=3000, customer=customer, now=town.clock.now())


@crosswise
async def test_claims_in_the_same_moment_are_recalled_or_refused(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    everybody = await town.neighbours(8)
    for _round in range(3):
        batch = await town.batch("Bread", 5, day=0, at="09:00", hours=10)

        async def tries(person: Person, of: int = batch) -> bool:
            try:
                await claim(town, person, of, 1)
            except Fact as fact:
                assert isinstance(fact, BatchRecalled | NothingLeft)  # noqa: PT017 - either, and only at times
                return False
            return True

        *got, _recalled, more = await asyncio.gather(
            *(tries(person) for person in everybody[:4]),
            recall(town, pieter, batch),
            asyncio.gather(*(tries(person) for person in everybody[4:])),
        )
        async with town.app.database.reading() as unit:
            found = await recall_reach.latest(unit, batch)
            assert found is not None
            told = await unit.rows(select(people.c.resident_id).where(people.c.recall_id == found.id))
            states = await unit.rows(select(claims.claims.c.state).where(claims.claims.c.batch_id == batch))
        who_got = {person.resident_id for person, yes in zip(everybody, (*got, *more), strict=True) if yes}
        assert {row[0] for row in told} == who_got
        assert {row[0] for row in states} <= {"recalled"}
        assert await check_stock(town, batch) == (0, 0)


@once
async def test_a_hand_over_and_a_recall_at_once(town: Town) -> None:
    """Whichever is first: what was handed over is told so, and what was not is refused."""
    pieter = await town.coordinator("Bakery", "Pieter")
    anna, *_ = await town.neighbours(1)
    batch = await town.batch("Bread", 5, day=0, at="09:00", hours=10)
    got = await claim(town, anna, batch)
    results = await asyncio.gather(
        hand(town, pieter, got, 2, anna), recall(town, pieter, batch), return_exceptions=True
    )
    handed = results[0] is None
    assert handed or isinstance(results[0], BatchRecalled | PickupCodeWrong)
    async with town.app.database.reading() as unit:
        fields = await unit.value(select(outbox.c.fields).where(outbox.c.notice == "recall.urgent"))
    assert json.loads(fields)["handed"] == (2000 if handed else 0)
    assert await check_stock(town, batch) == (0, 0)


@once
async def test_a_recall_survives_a_restart_and_old_buttons(town: Town) -> None:
    pieter = await town.coordinator("Bakery", "Pieter")
    batch = await town.batch("Bread", 5, day=0, at="09:00", hours=10)
    await pieter.forges(f"recall:open:{batch}:0:0")
    await pieter.says("It smells")
    pieter.sees("Nobody has any of it yet.")
    await pieter.says("/start")
    await pieter.forges("w:recall:sure:yes")
    pieter.sees("Shall we go on where you were?")
    await pieter.taps("Go on")
    await pieter.says("yes, recall it now")
    pieter.sees("there was nobody to warn")
    assert await check_stock(town, batch) == (0, 0)
    async with town.app.database.unit() as unit:
        await actions.clear(unit, who=await town.who(pieter), batch_id=batch, now=town.clock.now())
    with pytest.raises(NotRecalled):
        async with town.app.database.unit() as unit:
            await actions.clear(unit, who=await town.who(pieter), batch_id=batch, now=town.clock.now())
