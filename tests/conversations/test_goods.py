"""Free goods as residents find them: looking, claiming, waiting, giving back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from storage.queries import batches
from storage.sql import insert, select
from storage.tables import Batch, Claim, Item, Picture, Resident, table_of
from tests.people import Person, Town
from tests.variants import crosswise, once


async def claim_of(town: Town, person: Person, batch: int) -> Any:
    """Somebody's claim on a batch as the tables have it."""
    of = table_of(Claim)
    async with town.app.database.reading() as unit:
        return await unit.first(select(of).where(of.c.batch_id == batch, of.c.resident_id == person.resident_id))


async def free(town: Town, batch: int) -> int:
    """What is free of a batch; the stock is the sum of its ledger."""
    async with town.app.database.reading() as unit:
        found = await batches.get(unit, batch)
        assert found is not None
        assert (found.free, found.shelf) == await batches.sums(unit, batch)
        return found.free


async def change(town: Town, model: Any, row: int, **values: Any) -> None:
    table = table_of(model)
    async with town.app.database.unit() as unit:
        await unit.execute(update(table).where(table.c.id == row).values(**values))


def a_png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (320, 240), "brown").save(out, "PNG")
    return out.getvalue()


async def a_picture(town: Town) -> int:
    pictures = table_of(Picture)
    made = {"digest": "0" * 64, "media_type": "image/png", "content": a_png(), "made_at": town.clock.now()}
    async with town.app.database.unit() as unit:
        return int(await unit.value(insert(pictures).values(made).returning(pictures.c.id)))


async def another_window(town: Town, batch: int) -> None:
    """A second pick-up time, in 24 hours."""
    later = town.clock.now() + timedelta(days=1)
    async with town.app.database.unit() as unit:
        await batches.add_window(unit, batch, later, later + timedelta(hours=1), late=False)
    await change(town, Batch, batch, ends_at=later + timedelta(hours=1))


async def opens(person: Person, batch: int) -> None:
    await person.says("/goods")
    await person.forges(f"goods:one:{batch}:0:0")


async def claims_of(person: Person, batch: int, amount: int) -> None:
    await person.says("/goods")
    await person.forges(f"goods:got:{batch}:{amount}:0")
    person.sees("yours!")


@crosswise
async def test_bread_from_the_list_to_a_code_and_back(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 10, allowance=3000)
    await anna.says("free goods")
    anna.sees("1. Bread · 10 loaves left · Tuesday 24 November, 16:00–18:00 · Mill Lane 2")
    await anna.taps("1. Bread")
    anna.sees("10 of 10 loaves left.")
    anna.sees("You can have 3 loaves a week. Left for you: 3 loaves.")
    anna.sees("Free for you.")
    await anna.says("2 loaves")
    anna.sees("2 loaves of Bread: yours!")
    anna.sees("Collect it: Tuesday 24 November, 16:00–18:00\nWhere: Mill Lane 2")
    claim = await claim_of(town, anna, batch)
    anna.sees(f"Code: {claim.code[:3]}-{claim.code[3:]}")
    await anna.taps("About these goods")
    anna.sees("✓ Yours: 2 loaves")
    await anna.taps("More or less")
    anna.sees("it is 2 loaves now")
    assert anna.last.labels[:3] == ["1 loaf", "3 loaves", "Another amount"]
    await anna.taps("3 loaves")
    anna.sees("3 loaves of Bread: yours!")
    assert await free(town, batch) == 7000
    await anna.forges(f"goods:changed:{batch}:1000:0")
    anna.sees("✓ Yours: 1 loaf")
    assert (await claim_of(town, anna, batch)).code == claim.code
    await anna.taps("Give it back")
    anna.sees("Given back, thank you.")
    assert await free(town, batch) == 10000
    await ben.says("/goods")
    ben.sees("10 loaves left")


@once
async def test_an_old_button_never_claims_twice(town: Town) -> None:
    [anna] = await town.neighbours(1)
    batch = await town.batch("Bread", 10, allowance=9000)
    await opens(anna, batch)
    page = anna.last
    await anna.taps("2 loaves", on=page)
    await anna.taps("2 loaves", on=page)
    anna.sees("2 loaves of Bread: yours!")
    await anna.forges(f"goods:changed:{batch}:5000:0")
    await anna.taps("2 loaves", on=page)  # what is theirs is more than that
    anna.sees("5 loaves of Bread: yours!")
    assert (await claim_of(town, anna, batch)).amount == 5000
    await anna.forges(f"goods:changed:{batch}:5000:0")
    anna.sees("5 loaves of Bread: yours!")
    assert await free(town, batch) == 5000
    await anna.forges(f"goods:gaveback:{batch}:0:0")
    await anna.forges(f"goods:gaveback:{batch}:0:0")
    anna.sees("Nothing of “Bread” is kept for you.")
    assert await free(town, batch) == 10000


@pytest.mark.parametrize("channel", ["web"], indirect=True)
async def test_two_taps_at_the_same_moment_are_one_claim(town: Town) -> None:
    [anna] = await town.neighbours(1)
    batch = await town.batch("Bread", 10)
    await opens(anna, batch)
    shown, data = anna.button("2 loaves")
    await asyncio.gather(*(anna.line.tap(shown.id, data) for _ in range(4)))
    assert (await claim_of(town, anna, batch)).amount == 2000
    assert await free(town, batch) == 8000


@once
async def test_allowances_of_one_and_of_a_home(town: Town) -> None:
    anna, ben, carl = await town.neighbours(3, home=True)
    batch = await town.batch("Bread", 20, allowance=2000, home_allowance=3000)
    await opens(anna, batch)
    anna.sees("Your home can have 3 loaves a week. Left for it: 3 loaves.")
    await anna.forges(f"goods:got:{batch}:5000:0")
    anna.sees("Everybody can have 2 loaves of Bread a week. Still left for you: 2 loaves.")
    await anna.taps("2 loaves then")
    anna.sees("2 loaves of Bread: yours!")
    await opens(ben, batch)
    ben.sees("You can have 2 loaves a week. Left for you: 2 loaves.")
    ben.sees("Your home can have 3 loaves a week. Left for it: 1 loaf.")
    assert "2 loaves" not in ben.last.labels
    await ben.taps("1 loaf")
    ben.sees("1 loaf of Bread: yours!")
    other = await town.batch("Bread", 20, at="17:00")  # of the same week
    await opens(carl, other)
    carl.sees("Left for it: 0 loaves.")
    await carl.forges(f"goods:got:{other}:1000:0")
    carl.sees("Your home has its 3 loaves of Bread for the week of this pick-up.")
    assert await free(town, other) == 20000


@crosswise
async def test_half_a_kilogram_typed_with_a_comma(town: Town) -> None:
    [anna] = await town.neighbours(1)
    batch = await town.batch("Tomatoes", 8, unit="kg", allowance=2000)
    await anna.speaks("es")
    await opens(anna, batch)
    await anna.forges(f"goods:get:{batch}:0:0")
    await anna.says("mucho")
    assert "mucho" in anna.last.text
    await anna.says("0,55")
    assert "0,1 kg" in anna.last.text
    await anna.says("0,5")
    claim = await claim_of(town, anna, batch)
    assert (claim.state, claim.amount) == ("held", 500)
    anna.sees("0,5 kg")
    await anna.forges(f"goods:get:{batch}:0:0")
    await anna.says("1 1/2 kg")  # in all
    assert (await claim_of(town, anna, batch)).amount == 1500
    await anna.forges(f"goods:get:{batch}:0:0")
    await anna.says("3")
    await anna.speaks("en")
    await opens(anna, batch)
    anna.sees("✓ Yours: 1.5 kg")
    assert await free(town, batch) == 6500


@once
async def test_a_typed_amount_is_never_a_choice_and_can_be_left(town: Town) -> None:
    [anna] = await town.neighbours(1)
    batch = await town.batch("Bread", 10)
    await opens(anna, batch)
    await anna.taps("Another amount")
    anna.sees("How much of Bread would you like?")
    anna.sees("You can have up to 10 loaves now.")
    await anna.says("1.5")
    anna.sees("It is shared out by 1 loaf: please write a multiple of that.")
    await anna.taps("Leave it")
    assert await claim_of(town, anna, batch) is None
    await anna.says("/goods")
    await anna.says("1")  # the first choice of the list
    anna.sees("How much would you like?")
    await anna.forges(f"goods:get:{batch}:0:0")
    await anna.says("4")
    anna.sees("4 loaves of Bread: yours!")


@crosswise
async def test_who_waits_hears_and_can_pass_it_on(town: Town) -> None:
    anna, ben, carl = await town.neighbours(3)
    batch = await town.batch("Bread", 2)
    await claims_of(anna, batch, 2000)
    await opens(ben, batch)
    ben.sees("All of it (2 loaves) is promised to somebody.")
    ben.sees("For how much shall I put you in line?")
    page = ben.last
    await ben.taps("2 loaves")
    ben.sees("You wait for 2 loaves of Bread: you are 1st in line.")
    await ben.taps("2 loaves", on=page)
    ben.sees("you are 1st in line.")
    await carl.says("/goods")
    await carl.forges(f"goods:got:{batch}:1000:0")
    carl.sees("All of “Bread” is promised to somebody now.")
    await carl.taps("Wait in line")
    carl.sees("you are 2nd in line.")
    await carl.says("/goods")
    await carl.taps("What is mine")
    carl.sees("1. Bread: waiting for 1 loaf, 2nd in line")
    await anna.forges(f"goods:changed:{batch}:1000:0")
    await town.settles()
    await ben.looks()
    ben.sees("Good news, this is yours now: 1 loaf of Bread")
    ben.sees("You asked for 2 loaves; that was all there was.")
    held = await claim_of(town, ben, batch)
    ben.sees(f"Code: {held.code[:3]}-{held.code[3:]}")
    await ben.says("1")  # typed at a notice, it gives nothing away
    ben.sees("✓ Yours: 1 loaf")
    await ben.taps("Give it back", on=next(one for one in ben.shown if "Good news" in one.text))
    ben.sees("Given back, thank you.")
    await town.settles()
    await carl.looks()
    carl.sees("Good news, this is yours now: 1 loaf of Bread")
    assert await free(town, batch) == 0


@once
async def test_in_quiet_hours_one_hears_of_what_can_be_collected_at_once(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    tonight, tomorrow = await town.batch("Bread", 1, at="22:00"), await town.batch("Milk", 1, unit="litre", day=1)
    for batch in (tonight, tomorrow):
        await claims_of(anna, batch, 1000)
        await ben.forges(f"goods:wait:{batch}:1000:0")
    await town.moves(hours=12.75)
    for batch in (tonight, tomorrow):
        await anna.forges(f"goods:gaveback:{batch}:0:0")
    await town.settles()
    await ben.looks()
    ben.has_seen("Good news, this is yours now: 1 loaf of Bread")
    ben.has_not_seen("Good news, this is yours now: 1 l of Milk")
    await town.moves(hours=10)
    await ben.looks()
    ben.has_seen("Good news, this is yours now: 1 l of Milk")


@once
async def test_leaving_the_line_and_waiting_for_another_amount(town: Town) -> None:
    anna, ben, carl = await town.neighbours(3)
    batch = await town.batch("Bread", 4)
    await claims_of(anna, batch, 4000)
    for person in (ben, carl):
        await opens(person, batch)
        await person.taps("1 loaf")
    await opens(ben, batch)
    ben.sees("✓ You wait for 1 loaf: you are 1st in line.")
    await ben.taps("More or less")
    await ben.taps("3 loaves")
    ben.sees("You wait for 3 loaves of Bread: you are 1st in line.")
    await ben.taps("Leave the line")
    ben.sees("Done: you wait no more.")
    await ben.forges(f"goods:unwait:{batch}:0:0")
    ben.sees("Nothing of “Bread” is kept for you.")
    await opens(carl, batch)
    carl.sees("you are 1st in line.")


@once
async def test_there_is_some_left_but_not_as_much(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 5)
    await claims_of(anna, batch, 3000)
    await ben.says("/goods")
    await ben.forges(f"goods:got:{batch}:4000:0")
    ben.sees("Still left of “Bread”: 2 loaves. So I could not keep as much for you.")
    await ben.taps("2 loaves then")
    ben.sees("2 loaves of Bread: yours!")
    await anna.forges(f"goods:changed:{batch}:5000:0")
    anna.sees("All of “Bread” is promised to somebody now.")
    assert "Wait in line" not in anna.last.labels  # one holds, or waits
    await anna.taps("About these goods")
    anna.sees("✓ Yours: 3 loaves")


@crosswise
async def test_who_has_no_benefits_orders_at_the_price(town: Town) -> None:
    anna, ben = await town.neighbours(2, short=1)
    batch = await town.batch("Bread", 10, price=1250)
    await opens(anna, batch)
    anna.sees("Free for you; without the benefits,")
    await opens(ben, batch)
    ben.sees("For you: US$12.50 for one loaf, paid when you collect it.")
    await ben.taps("2 loaves, US$25.00")
    ben.sees("“Bread” is free for those who have the benefits. At the moment it would cost you US$12.50 for one loaf.")
    ben.sees("With 3 h more of confirmed hours it is free for you again, at once.")
    refusal = ben.last
    assert await claim_of(town, ben, batch) is None
    await ben.taps("Why do I pay?")
    await ben.taps("Order for US$25.00", on=refusal)
    ben.sees("2 loaves of Bread: ordered!")
    ben.sees("Please bring US$25.00: you pay when you collect it.")
    await ben.taps("Order for US$25.00", on=refusal)
    claim = await claim_of(town, ben, batch)
    assert (claim.amount, claim.price) == (2000, 1250)
    await ben.forges(f"goods:changed:{batch}:3000:0")
    ben.sees("Please bring US$37.50")
    await ben.says("/goods")
    await ben.taps("What is mine")
    ben.sees("to pay: US$37.50")


@once
async def test_what_is_not_sold_is_refused_with_a_way_to_the_benefits(town: Town) -> None:
    [ben] = await town.neighbours(1, short=1)
    batch = await town.batch("Honey", 10, unit="jar")
    await town.shift("Weeding", day=0, at="14:00")
    await opens(ben, batch)
    ben.sees("It is for those who have the benefits this week.")
    assert not any("jar" in label for label in ben.last.labels)
    await ben.forges(f"goods:got:{batch}:1000:0")
    ben.sees("“Honey” is for those who have the benefits this week, and it is not sold.")
    ben.sees("Still missing this week: 3 h.")
    ben.sees("1. Weeding")
    await ben.taps("Why is that?")
    assert await claim_of(town, ben, batch) is None


@once
async def test_what_was_ordered_and_is_not_sold_any_more_stays_ordered(town: Town) -> None:
    [ben] = await town.neighbours(1, short=1)
    batch = await town.batch("Honey", 10, unit="jar", price=1000)
    await another_window(town, batch)
    await change(town, Item, await town.item("Honey"), picture_id=await a_picture(town))
    await ben.forges(f"goods:order:{batch}:1000:0")
    await change(town, Item, await town.item("Honey"), price=None)
    await opens(ben, batch)
    ben.sees("✓ Yours: 1 jar")
    assert len(ben.last.labels) == 8
    await ben.taps("Another time")
    await ben.says("1")
    ben.sees("Please bring US$10.00: you pay when you collect it.")
    await ben.forges(f"goods:changed:{batch}:2000:0")
    ben.sees("“Honey” is for those who have the benefits this week, and it is not sold.")


@once
async def test_a_newcomer_has_it_from_monday_on(town: Town) -> None:
    anna = await town.resident()
    honey, bread = await town.batch("Honey", 10, unit="jar"), await town.batch("Bread", 10, price=1000)
    await anna.says("/goods")
    await anna.forges(f"goods:got:{honey}:1000:0")
    anna.sees("“Honey” is free for you from Monday 30 November on")
    await anna.forges(f"goods:got:{bread}:1000:0")
    anna.sees("From Monday 30 November on it is free for you, too.")
    await anna.taps("Order for US$10.00")
    anna.sees("1 loaf of Bread: ordered!")
    await town.moves(days=6)
    later = await town.batch("Honey", 10)
    await claims_of(anna, later, 1000)


@once
async def test_who_pays_waits_in_line_too(town: Town) -> None:
    anna, ben = await town.neighbours(2, short=1)
    batch = await town.batch("Bread", 2, price=1000)
    await claims_of(anna, batch, 2000)
    await opens(ben, batch)
    await ben.taps("1 loaf")
    ben.sees("it would cost you US$10.00")
    await ben.taps("Order for US$10.00")
    ben.sees("All of “Bread” is promised to somebody now.")
    await ben.taps("Wait in line")
    ben.sees("you are 1st in line.")
    await anna.forges(f"goods:gaveback:{batch}:0:0")
    await town.settles()
    await ben.looks()
    ben.has_seen("Please bring US$10.00: you pay when you collect it.")


@once
async def test_what_is_not_collected_passes_on_and_ends(town: Town) -> None:
    anna, ben, carl = await town.neighbours(3)
    batch = await town.batch("Bread", 1)
    await claims_of(anna, batch, 1000)
    for person in (ben, carl):
        await opens(person, batch)
        await person.taps("1 loaf")
    await town.moves(hours=9)
    await anna.looks()
    anna.sees("What was kept for you, 1 loaf of Bread, was not collected in time")
    await anna.taps("About these goods")
    anna.sees("What was kept for you was not collected in time, so it has passed on.")
    anna.sees("What was not collected is there until 19:00.")
    await ben.looks()
    ben.has_seen("Good news, this is yours now: 1 loaf of Bread")
    await ben.forges(f"goods:gaveback:{batch}:0:0")
    await town.moves(hours=2)
    await carl.looks()
    carl.sees("What was kept for you, 1 loaf of Bread, was not collected in time")
    for data in ("got", "changed", "wait", "order"):
        await anna.forges(f"goods:{data}:{batch}:1000:0")
        anna.sees("“Bread” is over: there is nothing of it any more.")
    await anna.forges(f"goods:get:{batch}:0:0")
    anna.sees("This is over")
    await anna.says("/goods")
    anna.sees("There is nothing at the moment.")
    assert await free(town, batch) == 1000


@once
async def test_waiting_in_vain(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 1)
    await claims_of(anna, batch, 1000)
    claim = await claim_of(town, anna, batch)
    await opens(ben, batch)
    await ben.taps("1 loaf")
    await change(town, Claim, claim.id, state="collected", handed=1000, code=None)
    await town.moves(hours=11)
    await ben.looks()
    ben.sees("It was not enough for everybody this time: of Bread nothing came free before it was over.")
    await anna.looks()
    anna.has_not_seen("not collected in time")


@once
async def test_giving_back_late_asks_once(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 3, at="11:00")
    await claims_of(anna, batch, 3000)
    await opens(anna, batch)
    await anna.taps("Give it back")
    anna.sees("Shall I give back your 3 loaves?")
    await anna.taps("No, I keep it")
    anna.sees("✓ Yours: 3 loaves")
    await anna.taps("Give it back")
    await anna.taps("Yes, give it back")
    anna.sees("Given back, thank you.")
    await ben.forges(f"goods:back:{batch}:0:0")
    ben.sees("Nothing of “Bread” is kept for you.")


@once
async def test_another_pick_up_time(town: Town) -> None:
    [anna] = await town.neighbours(1)
    batch = await town.batch("Bread", 3)
    await another_window(town, batch)
    await claims_of(anna, batch, 3000)
    await opens(anna, batch)
    anna.sees("When: Tuesday 24 November, 16:00–18:00\nWhen: Wednesday 25 November, 09:30–10:30")
    await anna.taps("Another time")
    anna.sees("when would you rather collect it?")
    await anna.says("1")
    anna.sees("Done: you collect it at that time.")
    anna.sees("Collect it: Wednesday 25 November, 09:30–10:30")
    await anna.forges(f"goods:when:{batch}:999:0")
    anna.sees("That pick-up time of “Bread” is over.")


@crosswise
async def test_a_draw_is_entered_changed_and_left(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Honey", 6, unit="jar", sharing="draw", allowance=3000)
    await anna.says("/goods")
    anna.sees("6 jars to be shared out")
    await anna.taps("1. Honey")
    anna.sees("It is shared out in a published draw, Tuesday 24 November, 14:00.")
    anna.sees("For how much do you enter the draw?")
    assert anna.last.labels[:4] == ["1 jar", "2 jars", "3 jars", "Another amount"]
    page = anna.last
    await anna.taps("2 jars")
    anna.sees("You are in the draw for 2 jars of Honey.")
    anna.sees("Your number: 1")
    await anna.taps("2 jars", on=page)
    anna.sees("Your number: 1")
    await ben.forges(f"goods:got:{batch}:1000:0")
    ben.sees("Your number: 2")
    await opens(anna, batch)
    anna.sees("2 have entered so far")
    await anna.taps("More or less")
    await anna.taps("3 jars")
    anna.sees("You are in the draw for 3 jars of Honey.")
    await anna.says("/goods")
    anna.sees("you are in the draw")
    await anna.taps("What is mine")
    anna.sees("1. Honey: in the draw for 3 jars, with number 1")
    await anna.taps("1. Honey")
    await anna.taps("Leave the draw")
    anna.sees("Done: you are in the draw no more.")
    assert await free(town, batch) == 6000


@crosswise
async def test_a_home_collects_for_each_other_and_nobody_touches_anothers(town: Town) -> None:
    anna, ben, carl = await town.neighbours(3, short=0, home=True)
    dora = (await town.neighbours(1))[0]
    batch = await town.batch("Bread", 10)
    await claims_of(anna, batch, 2000)
    claim = await claim_of(town, anna, batch)
    code = f"{claim.code[:3]}-{claim.code[3:]}"
    await ben.says("/goods")
    await ben.taps("What is mine")
    ben.sees(f"For {anna.name}, you may collect it: Bread: 2 loaves")
    ben.sees(code)
    assert ben.button("1. ")[1] == f"claim:code:{claim.id}:0:0"
    await dora.says("/goods")
    await dora.taps("What is mine")
    dora.sees("Nothing is kept for you at the moment")
    await change(town, Claim, claim.id, helper_id=dora.resident_id)
    await dora.says("/goods")
    await dora.taps("What is mine")
    dora.sees(code)
    await change(town, Resident, carl.resident_id, household_id=None)  # who has moved out
    await carl.says("/goods")
    await carl.taps("What is mine")
    carl.sees("Nothing is kept for you at the moment")
    for person in (ben, dora):
        for do in ("gaveback", "back", "unwait", "when"):
            await person.forges(f"goods:{do}:{batch}:{claim.window_id if do == 'when' else 0}:0")
            person.sees("Nothing of “Bread” is kept for you.")
    assert (await claim_of(town, anna, batch)).amount == 2000
    for forged in ("got:{0}:0:0", "got:{0}:999:0", "changed:{0}:0:0", "got:999:1000:0", "one:999:0:0", "pic:{0}:0:0"):
        await anna.forges(f"goods:{forged.format(batch)}")
    assert await free(town, batch) == 8000


@once
async def test_a_recalled_batch(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Cheese", 5, unit="piece")
    await claims_of(anna, batch, 1000)
    await ben.says("/goods")
    await ben.taps("1. Cheese")
    page = ben.last
    await change(town, Batch, batch, recalled_at=town.clock.now(), recall_reason="a bad smell")
    await ben.taps("2 pieces", on=page)
    ben.sees("“Cheese” was recalled: a bad smell. Please do not use it.")
    assert not any("piece" in label for label in ben.last.labels)
    await anna.forges(f"goods:one:{batch}:0:0")
    anna.sees("This was recalled: a bad smell.")
    await anna.says("/goods")
    anna.sees("There is nothing at the moment.")


@crosswise
async def test_lists_page_and_what_is_coming(town: Town) -> None:
    [anna] = await town.neighbours(1)
    await anna.says("/goods")
    anna.sees("There is nothing at the moment.")
    for number in range(1, 8):
        await town.batch(f"Jam number {number}", 5, unit="jar")
    await town.batch("Milk", 5, unit="litre", day=1)
    await anna.says("/week")
    await anna.taps("Free goods")
    anna.sees("5. Jam number 5")
    assert "Jam number 6" not in anna.last.text
    await anna.taps("More")
    anna.sees("7. Jam number 7")
    await anna.taps("Earlier")
    await anna.taps("Coming (1)")
    anna.sees("1. Milk · 5 l left · Wednesday 25 November, 16:00–18:00")
    await anna.taps("1. Milk")
    await anna.taps("0.5 l")
    anna.sees("0.5 l of Milk: yours!")
    await anna.forges("goods:open:0:0:99")
    anna.sees("7. Jam number 7")


@once
async def test_a_picture_of_it(town: Town) -> None:
    [anna] = await town.neighbours(1)
    batch = await town.batch("Bread", 5)
    await opens(anna, batch)
    assert "What it looks like" not in anna.last.labels
    await change(town, Item, await town.item("Bread"), picture_id=await a_picture(town), names='{"es": "Pan"}')
    await opens(anna, batch)
    await anna.taps("What it looks like")
    anna.sees("Bread · Bakery")
    await anna.taps("About these goods")
    anna.sees("5 of 5 loaves left.")
    await anna.speaks("es")
    await opens(anna, batch)
    anna.sees("Pan · Bakery")


@once
async def test_who_has_had_their_part_hears_of_that_first_and_keeps_nobody_from_it(town: Town) -> None:
    anna, ben, carl = await town.neighbours(3)
    here, there = [await town.batch("Bread", 3, allowance=3000, at=at) for at in ("16:00", "17:00")]
    await claims_of(anna, here, 3000)
    await opens(ben, here)
    await ben.taps("2 loaves")
    ben.sees("you are 1st in line.")
    await claims_of(ben, there, 3000)
    await opens(ben, here)
    ben.sees("What you can have of it that week is used up: it passes you by for now, and you keep your place.")
    await anna.forges(f"goods:got:{there}:1000:0")  # none is left, and she could have none
    anna.sees("You have your 3 loaves of Bread for the week of this pick-up. The week after, there is more for you.")
    await carl.says("/goods")
    await carl.forges(f"goods:got:{here}:4000:0")
    carl.sees("Everybody can have 3 loaves of Bread a week. Still left for you: 3 loaves.")
    await carl.taps("Wait for 3 loaves")
    carl.sees("you are 2nd in line.")
    await carl.forges(f"goods:unwait:{here}:0:0")
    await anna.forges(f"goods:gaveback:{here}:0:0")
    await opens(carl, here)
    carl.sees("3 of 3 loaves left. 1 waits in line.")
    await carl.taps("1 loaf")
    carl.sees("1 loaf of Bread: yours!")
    await ben.forges(f"goods:gaveback:{there}:0:0")
    await opens(carl, here)
    carl.sees("2 of 3 loaves left. 1 waits in line.")
    await carl.forges(f"goods:changed:{here}:2000:0")
    carl.sees("All of “Bread” is promised to somebody now.")  # he can have some again, and waited before
    await town.settles()
    await ben.looks()
    ben.has_seen("Good news, this is yours now: 2 loaves of Bread")


@once
async def test_what_was_ordered_stays_at_its_price(town: Town) -> None:
    [ben] = await town.neighbours(1, short=1)
    batch = await town.batch("Bread", 9, price=1000)
    await ben.says("/goods")
    await ben.forges(f"goods:order:{batch}:1000:0")
    ben.sees("Please bring US$10.00")
    await change(town, Item, 1, price=2000)
    await ben.forges(f"goods:changed:{batch}:3000:0")
    ben.sees("Please bring US$30.00: you pay when you collect it.")
    assert (await claim_of(town, ben, batch)).price == 1000
    await ben.forges(f"goods:gaveback:{batch}:0:0")
    await ben.forges(f"goods:order:{batch}:1000:0")
    ben.sees("Please bring US$20.00: you pay when you collect it.")
