"""Picking goods up: a code, whoever comes with it, and the desk that hands over."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from aiogram import Bot
from aiogram.methods import SendDocument

from bot.channels.web.limits import check_caption
from bot.intake.frozen import freeze, thaw
from handlers.checkin import pictures
from handlers.goods import claiming, giving
from handlers.goods.codes import shown
from handlers.kit import paper
from handlers.kit.files import Printed
from handlers.kit.links import PICK_UP, parted
from handlers.orders import actions as books
from handlers.pickup import actions, collecting, guesses, sheet
from storage.queries import batches, claim_changes, pickup, roles
from storage.queries.claims import ClaimRow
from storage.sql import select
from storage.tables import ClaimState, Receipt, Role, StockKind, table_of
from tests.papers import text_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import CannotTakeBack, NotAllowed, NotFound, OwnPurchase

receipts = table_of(Receipt)


async def claims(town: Town, person: Person, batch: int, amount: int = 2, *, order: bool = False) -> int:
    """Claim some whole ones, as the catalogue does; the claim's id."""
    async with town.app.database.unit() as unit:
        who, now = await town.who(person), town.clock.now()
        got = await claiming.ask(unit, who=who, batch_id=batch, amount=amount * 1000, now=now, order=order)
    return got.claim_id


async def claim_of(town: Town, claim: int) -> ClaimRow:
    async with town.app.database.reading() as unit:
        found = await claim_changes.get(unit, claim)
    assert found is not None
    return found


async def code_of(town: Town, claim: int) -> str:
    return (await claim_of(town, claim)).code or ""


async def stock_is_right(town: Town, batch: int) -> tuple[int, int]:
    """What is free and on the shelf of a batch: what its ledger says, and what claims say."""
    async with town.app.database.reading() as unit:
        kept = await batches.get(unit, batch)
        assert kept is not None
        assert await batches.sums(unit, batch) == (kept.free, kept.shelf)
        held = await claim_changes.of_batch(unit, batch, [ClaimState.HELD])
    assert kept.shelf - kept.free == sum(one.left for one in held)
    return kept.free, kept.shelf


# -- whoever collects --------------------------------------------------------------------------------------------------


@crosswise
async def test_a_code_as_a_picture_and_in_words(town: Town) -> None:
    anna, ben, carla = await town.neighbours(3)
    batch = await town.batch("Bread", 10)
    claim = await claims(town, anna, batch)
    code = await code_of(town, claim)
    await anna.forges(f"claim:code:{claim}:0:0")
    picture = anna.last
    check_caption(picture.html)
    for text in ("Bread: 2 loaves", "Tuesday 24 November, 16:00–18:00", "Bakery, Mill Lane 2", shown(code)):
        assert text in picture.text, picture.text
    assert await anna.line.picture() == pictures.png(town.app.links.start(f"{PICK_UP}{code}") or code)
    for other in (ben, carla):
        await other.forges(f"claim:code:{claim}:0:0")
        other.sees("I find no such goods of yours")
    await anna.says(f"/start {PICK_UP}{code}")
    assert shown(code) in anna.last.text
    await ben.says(f"/start {PICK_UP}{code.lower()}")
    ben.sees("please show it at the desk")
    ben.sees("Bakery, Mill Lane 2")
    assert "Anna" not in ben.last.text
    await ben.says(f"/start {PICK_UP}ABCDEFG")
    ben.sees("not in use any more")
    assert parted(f"{PICK_UP}{code}") == ("", None)


@crosswise
async def test_a_helper_is_asked_and_asked_no_more(town: Town) -> None:
    anna, ben, carla = await town.neighbours(3)
    claim = await claims(town, anna, await town.batch("Bread", 10))
    await anna.forges(f"claim:helper:{claim}:0:0")
    anna.sees("You may collect it yourself.")
    await anna.taps("Ask somebody")
    await anna.says("Nobody of that name")
    anna.sees("I find no resident")
    await anna.says(anna.name)
    anna.sees("I find no resident")
    await anna.says(ben.name.split()[0])
    await anna.taps(ben.name)
    anna.sees(f"I have told {ben.name}")
    anna.sees(f"You have asked {ben.name} to collect it.")
    await town.settles()
    await ben.looks()
    ben.sees(f"{anna.name} asks you to collect 2 loaves of Bread for them.")
    ben.sees("Tuesday 24 November, 16:00–18:00")
    await ben.taps("Show the code")
    ben.sees(shown(await code_of(town, claim)))
    ben.sees(f"It belongs to {anna.name}")
    await ben.forges(f"claim:nohelper:{claim}:0:0")
    assert (await claim_of(town, claim)).helper_id == ben.resident_id, "only whose it is decides"

    await anna.forges(f"claim:name:{claim}:0:0")
    await anna.says(carla.name)
    await anna.taps(carla.name)
    await town.settles()
    await ben.looks()
    ben.sees(f"You need not collect the Bread for {anna.name} any more.")
    await anna.taps(f"Not {carla.name}"[:12])
    anna.sees("You can ask somebody else")
    await anna.forges(f"claim:nohelper:{claim}:0:0")
    await town.settles()
    await carla.looks()
    carla.has_seen("You need not collect the Bread", times=1)
    await carla.forges(f"claim:code:{claim}:0:0")
    carla.sees("I find no such goods of yours")


@once
async def test_a_helper_need_not_come_for_nothing(town: Town) -> None:
    """What they were asked for is given back, or somebody else was there first."""
    anna, ben, carla = await town.neighbours(3)
    batch = await town.batch("Bread", 10)
    made = [await claims(town, person, batch) for person in (anna, ben)]
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        for person, claim in zip((anna, ben), made, strict=True):
            who = await town.who(person)
            await collecting.name_helper(unit, who=who, claim_id=claim, helper_id=carla.resident_id, now=now)
    await town.settles()
    await anna.forges(f"goods:gaveback:{batch}:0:0")
    await town.settles()
    await carla.looks()
    carla.sees(f"You need not collect the Bread for {anna.name} any more.")
    assert (await claim_of(town, made[0])).helper_id is None
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    await pieter.says(await code_of(town, made[1]))
    await pieter.taps(ben.name)
    await town.settles()
    await carla.looks()
    carla.sees(f"You need not collect the Bread for {ben.name} any more.")
    carla.has_seen("need not collect", times=2)


@once
async def test_a_home_collects_for_each_other(town: Town) -> None:
    anna, ben, carla = await town.neighbours(3, home=True)
    claim = await claims(town, anna, await town.batch("Bread", 10))
    await ben.forges(f"claim:code:{claim}:0:0")
    ben.sees(shown(await code_of(town, claim)))
    await ben.forges(f"claim:helper:{claim}:0:0")
    ben.sees("I find no such goods of yours")
    await anna.forges(f"claim:helper:{claim}:0:0")
    anna.sees("So may those who live with you")
    anna.sees(ben.name)
    anna.sees(carla.name)


# -- the desk ----------------------------------------------------------------------------------------------------------


async def desk_at(town: Town, hours: float = 6.75) -> Person:
    """A coordinator of the bakery, at a quarter past four unless said otherwise."""
    pieter = await town.coordinator("Bakery", "Pieter")
    await town.moves(hours=hours)
    return pieter


@crosswise
async def test_two_people_one_after_the_other(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 10)
    first, second = await claims(town, anna, batch), await claims(town, ben, batch, 1)
    pieter = await desk_at(town)
    await pieter.says("pick-up")
    pieter.sees("Bread · Tuesday 24 November, 16:00–18:00 · 2 still to be collected")
    code = await code_of(town, first)
    await pieter.says(shown(code).lower())
    for text in (anna.name, "Bread: 2 loaves", "Free: nothing to pay", f"Only {anna.name} may collect it."):
        pieter.sees(text)
    await pieter.taps(anna.name)
    pieter.sees(f"2 loaves of Bread handed over to {anna.name}.")
    pieter.sees("1 still to be collected")
    assert (await claim_of(town, first)).state == ClaimState.COLLECTED
    await town.settles()
    await anna.looks()
    anna.has_not_seen("You have collected")

    await pieter.says(code)
    pieter.sees("I know no such code")
    pieter.sees("Type the code that you are shown")
    await pieter.says(f"/start {PICK_UP}{await code_of(town, second)}")
    pieter.sees(ben.name)
    await pieter.says("1")  # the first choice
    pieter.sees(f"1 loaf of Bread handed over to {ben.name}.")
    assert await stock_is_right(town, batch) == (7000, 7000)
    await pieter.forges(f"claim:hand:{second}:{ben.resident_id}:0")
    pieter.sees("I know no such code")
    await pieter.taps("Leave it")
    assert await stock_is_right(town, batch) == (7000, 7000)


@once
async def test_the_home_and_the_helper_may_take_it(town: Town) -> None:
    anna, ben, carla = await town.neighbours(3, home=True)
    dora, emil = await town.neighbours(2)
    batch = await town.batch("Bread", 10)
    claim = await claims(town, anna, batch)
    async with town.app.database.unit() as unit:
        await collecting.name_helper(
            unit, who=await town.who(anna), claim_id=claim, helper_id=dora.resident_id, now=town.clock.now()
        )
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    await pieter.says(await code_of(town, claim))
    for person in (anna, ben, carla, dora):
        assert any(person.name.startswith(label.rstrip("…")) for label in pieter.last.labels), pieter.last.labels
    await pieter.forges(f"claim:hand:{claim}:{emil.resident_id}:0")
    pieter.sees("I can't find that person any more")
    assert (await claim_of(town, claim)).state == ClaimState.HELD
    await pieter.says(await code_of(town, claim))
    await pieter.taps(dora.name)
    await town.settles()
    await anna.looks()
    anna.sees(f"{dora.name} has collected 2 loaves of your Bread (Tuesday 24 November, 16:15).")
    await anna.taps("Not right?")
    anna.sees(f"2 loaves were handed over to {dora.name} by Pieter, Tuesday 24 November, 16:15.")
    for _tap in range(2):
        await anna.forges(f"claim:tell:{claim}:0:0")
    anna.sees("I have told Pieter.")
    await town.settles()
    await pieter.looks()
    pieter.has_seen(f"{anna.name} says that something is not right", times=1)
    await emil.forges(f"claim:tell:{claim}:0:0")
    emil.sees("I find no such goods of yours")


@crosswise
async def test_a_part_now_and_the_rest_later(town: Town) -> None:
    (anna,) = await town.neighbours(1)
    batch = await town.batch("Flour", 10, unit="kg")
    claim = await claims(town, anna, batch, 2)
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    code = await code_of(town, claim)
    await pieter.says(code)
    await pieter.taps("Only a part")
    await pieter.says("a bit")
    pieter.sees("I could not read “a bit” as an amount")
    await pieter.says("0.55")
    pieter.sees("It is shared out by 0.1 kg")
    await pieter.says("2.5")
    pieter.sees("Still to be handed over of “Flour”: 2 kg, not more")
    await pieter.says("500 g")
    pieter.sees("Now: 0.5 kg")
    await pieter.taps(anna.name)
    pieter.sees("0.5 kg of Flour handed over")
    pieter.sees("1.5 kg are still kept, under a new code")
    new = await code_of(town, claim)
    assert new not in ("", code)
    await town.settles()
    await anna.looks()
    anna.sees("You have collected 0.5 kg of Flour")
    anna.sees(shown(new))
    await pieter.says(code)
    pieter.sees("I know no such code")
    await pieter.says(new)
    pieter.sees("Flour: 1.5 kg left of 2 kg")
    await pieter.taps(anna.name)
    after = await claim_of(town, claim)
    assert (after.state, after.handed) == (ClaimState.COLLECTED, 2000)
    assert await stock_is_right(town, batch) == (8000, 8000)


@crosswise
@pytest.mark.town(currency="ZAR")
async def test_an_order_is_paid_and_handed_over_in_one_tap(town: Town) -> None:
    (anna,) = await town.neighbours(1, short=1)
    batch = await town.batch("Bread", 10, price=1250)
    claim = await claims(town, anna, batch, 3, order=True)
    await town.settles()  # that their benefits have ended is said before, not in the middle
    await anna.looks()
    await anna.forges(f"claim:code:{claim}:0:0")
    anna.sees("To pay at the desk: R37.50")
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    await pieter.says(await code_of(town, claim))
    pieter.sees("To pay: R37.50")
    await pieter.taps("Only a part")
    await pieter.taps("2 loaves")
    pieter.sees("To pay: R25.00")
    await pieter.taps(anna.name[:6])
    pieter.sees("2 loaves of Bread handed over")
    pieter.sees("Paid: R25.00. Receipt 1.")
    await pieter.taps("Receipt")
    assert any(message.document == "receipt-1.pdf" for message in pieter.shown)
    async with town.app.database.reading() as unit:
        assert len(await unit.rows(select(receipts.c.number))) == 1
        line = await pickup.last_line(unit, claim)
    assert line is not None
    for seen in ("Taken back: 3 loaves of Bread are kept for", "can't be taken back here any more"):
        await pieter.forges(f"claim:undo:{claim}:{line.id}:0")
        pieter.sees(seen)
    after = await claim_of(town, claim)
    assert (after.handed, after.left) == (0, 3000)
    assert await stock_is_right(town, batch) == (7000, 10000)
    await town.settles()
    await anna.looks()
    anna.has_seen("Receipt 1 (Bread, R25.00) was written by mistake and does not count.")
    await pieter.says(await code_of(town, claim))
    await pieter.taps(anna.name[:6])
    pieter.sees("Paid: R37.50. Receipt 3.")
    await pieter.says("/takings")
    pieter.sees("In all: R37.50 (paid R62.50, given back R0.00, put right -R25.00)")


@pytest.mark.town(currency="ZAR")
@once
async def test_what_was_paid_back_is_not_undone(town: Town) -> None:
    """Nor does anybody undo what they paid themselves."""
    (anna,) = await town.neighbours(1, short=1)
    batch = await town.batch("Bread", 10, price=1250)
    claim = await claims(town, anna, batch, 3, order=True)
    pieter, now = await desk_at(town), town.clock.now()
    async with town.app.database.unit() as unit:
        await roles.give(unit, resident_id=anna.resident_id, role=Role.COORDINATOR, project_id=None, by=None, now=now)
    at: dict[str, Any] = {"claim_id": claim, "now": now}
    code, desk = await code_of(town, claim), await town.who(pieter)
    async with town.app.database.unit() as unit:
        done = await actions.hand(unit, who=desk, code=code, amount=None, to_id=anna.resident_id, **at)
    with pytest.raises(OwnPurchase):
        async with town.app.database.unit() as unit:
            await actions.take_back(unit, who=await town.who(anna), line_id=done.line_id, **at)
    async with town.app.database.unit() as unit:
        await books.refund(unit, who=desk, entry_id=1, reason="It was brought back", now=now)
        with pytest.raises(CannotTakeBack):
            await actions.take_back(unit, who=desk, line_id=done.line_id, **at)
    assert (await claim_of(town, claim)).state == ClaimState.COLLECTED


@once
async def test_what_was_a_mistake_is_taken_back(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 10)
    claim, other = await claims(town, anna, batch), await claims(town, ben, batch)
    pieter, code = await desk_at(town), await code_of(town, claim)
    await pieter.says("/pickup")
    await pieter.says(code)
    await pieter.taps(anna.name)
    await pieter.taps("Undo")
    pieter.sees(f"2 loaves of Bread are kept for {anna.name} again")
    again = await claim_of(town, claim)
    assert (again.state, again.left, again.code != code) == (ClaimState.HELD, 2000, True)
    assert await stock_is_right(town, batch) == (6000, 10000)
    async with town.app.database.reading() as unit:
        line = await pickup.last_line(unit, claim)
    assert line is not None
    assert (line.kind, line.shelf) == (StockKind.CORRECTED, 2000)
    await town.settles()
    await anna.looks()
    anna.sees("by mistake")
    anna.sees(shown(again.code or ""))
    await pieter.forges(f"claim:undo:{claim}:{line.id}:0")
    pieter.sees("can't be taken back here any more")

    await pieter.says(await code_of(town, other))
    await pieter.taps(ben.name)
    undo = pieter.last
    await town.moves(hours=0.2)
    await pieter.looks()
    await pieter.taps("Undo", on=undo)
    pieter.sees("can't be taken back here any more")
    assert (await claim_of(town, other)).state == ClaimState.COLLECTED


@once
async def test_wrong_codes_are_counted(town: Town) -> None:
    """Guessing is stopped; a busy desk goes on, and finds people by name in any case."""
    anna, ben = await town.neighbours(2)
    claim = await claims(town, anna, await town.batch("Bread", 10))
    pieter, code = await desk_at(town), await code_of(town, claim)
    for _guess in range(5):
        await ben.says(f"/start {PICK_UP}ABCDEFG")
        ben.sees("not in use any more")
    await ben.says(f"/start {PICK_UP}{code}")
    ben.sees("Those were many codes in a short time.")
    await pieter.says("/pickup")
    for _mistake in range(guesses.MOST_WRONG):
        await pieter.says("ABCDEFG")
    pieter.sees("I know no such code")
    await pieter.says(code)
    pieter.sees("Those were many codes in a short time.")
    await pieter.says(anna.name)
    pieter.sees("Bread: 2 loaves")
    await pieter.taps(anna.name)
    pieter.sees("handed over")
    await town.moves(hours=1.1)
    await ben.says(f"/start {PICK_UP}{code}")
    ben.sees("not in use any more")


@once
async def test_what_cost_nothing_can_be_taken_back(town: Town) -> None:
    (anna,) = await town.neighbours(1, short=1)
    batch = await town.batch("Bread", 10, price=0)
    claim = await claims(town, anna, batch, order=True)
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    await pieter.says(await code_of(town, claim))
    await pieter.taps(anna.name)
    await pieter.taps("Undo")
    pieter.sees("are kept for")
    assert (await claim_of(town, claim)).handed == 0


@once
async def test_too_early(town: Town) -> None:
    (anna,) = await town.neighbours(1)
    claim = await claims(town, anna, await town.batch("Bread", 10))
    pieter = await desk_at(town, 5)  # 14:30
    await pieter.says("/pickup")
    await pieter.says(await code_of(town, claim))
    pieter.sees("The pick-up begins Tuesday 24 November, 16:00. From Tuesday 24 November, 15:00 on")
    await pieter.forges(f"claim:hand:{claim}:{anna.resident_id}:0")
    assert (await claim_of(town, claim)).state == ClaimState.HELD
    await town.moves(hours=0.6)
    await pieter.looks()
    await pieter.says(await code_of(town, claim))
    await pieter.taps(anna.name)
    pieter.sees("handed over")


@once
async def test_by_name_when_the_phone_is_dead(town: Town) -> None:
    people = await town.neighbours(9)
    batch = await town.batch("Bread", 20)
    made = [await claims(town, person, batch, 1) for person in people]
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    await pieter.says("Nobody Atall")
    pieter.sees("I find nobody called “Nobody Atall”")
    await pieter.says(people[2].name.split()[0].upper())
    pieter.sees(people[2].name)
    pieter.sees("Bread: 1 loaf")
    await pieter.forges(f"claim:desk:{batch}:0:0")
    pieter.sees("9 still to be collected")
    await pieter.taps("Who is to come")
    await pieter.taps("More")
    names = sorted(person.name for person in people)
    pieter.sees(names[-1])
    await pieter.taps(f"9. {names[-1]}"[:10])
    pieter.sees(names[-1])
    await pieter.taps(names[-1][:10])
    pieter.sees("handed over")
    pieter.sees("8 still to be collected")
    await pieter.says("a. ")  # several people have such a name
    pieter.sees("For whom is it?")
    await pieter.taps("2. ")
    assert len([one for one in made if (await claim_of(town, one)).state == ClaimState.HELD]) == 8
    await pieter.taps("Back to the desk")
    pieter.sees("Type the code")


@once
@pytest.mark.town(currency="ZAR")
async def test_the_list_for_the_desk(town: Town) -> None:
    anna, ben, carla = await town.neighbours(3, short=1)
    batch = await town.batch("Bread", 10, price=1250)
    for person in (anna, ben):
        await claims(town, person, batch)
    paid = await claims(town, carla, batch, 1, order=True)
    async with town.app.database.unit() as unit:
        await collecting.name_helper(
            unit, who=await town.who(anna), claim_id=paid - 2, helper_id=carla.resident_id, now=town.clock.now()
        )
    pieter = await desk_at(town)
    await pieter.says("/pickup")
    await pieter.taps("1. ")
    await pieter.taps("List to print")
    assert any(message.document == f"pick-up-2026-11-24-{batch}.pdf" for message in pieter.shown)
    pieter.sees("3 still to be collected")
    await pieter.forges(f"claim:csv:{batch}:0:0")
    assert any(message.document == f"pick-up-2026-11-24-{batch}.csv" for message in pieter.shown)
    await pieter.says(await code_of(town, paid))
    pieter.sees("To pay: R12.50")

    async with town.app.database.reading() as unit:
        of = await actions.on_paper(unit, who=await town.who(pieter), batch_id=batch, now=town.clock.now())
        codes = [one.claim.code or "" for one, _others in of.lines]
    who = await town.who(pieter)
    whole = " ".join(text_of(await paper.drawn(sheet.page_of(of, who))))
    for text in ("Pick-up: Bread", "Bakery, Mill Lane 2", "2 loaves", "1 loaf", "R12.50", "free", "☐", who.town.name):
        assert text in whole, whole
    for person in (anna, ben, carla):
        assert person.name in whole, whole
    assert "Mill Lane," not in whole.replace("Bakery, Mill Lane 2", ""), "nobody's street, where names tell them apart"
    assert whole.count(carla.name) == 2, "once for what is hers, once as the helper"
    table = list(csv.DictReader(sheet.csv_of(of, who).splitlines()))
    assert [row["amount"] for row in table] == ["2.000", "1.000", "2.000"], "by name"
    assert {row["name"]: row["to_pay"] for row in table}[carla.name] == "12.50"
    assert {row["name"]: row["may_collect"] for row in table}[anna.name] == carla.name
    for code in codes:
        assert code not in whole
        assert shown(code) not in whole


async def test_every_name_is_on_paper() -> None:
    """Letters of four alphabets, and what looks like a mark of the format; a long list goes on with its head."""
    names = ["Sofía Ñandú", "Žižka Łódź", "Ωμέγα", "Юрий", "Anna (Bread) \\ <b>"]
    rows = [[paper.BOX, f"{name} {number}"] for number in range(20) for name in names]
    page = paper.Page("Bread", ["Bakery", paper.Table(("", "Name"), rows, (1, 9))], foot="Riverbend")
    sent = SendDocument(chat_id=1, document=Printed(page, "bread.pdf"), caption="Bread")
    [again] = thaw(freeze([sent]))  # as it comes out of the inbox, for an update that is delivered twice
    assert isinstance(again, SendDocument)
    assert isinstance(again.document, Printed)
    assert again.document.filename == "bread.pdf"
    pdf = await again.document.content()
    assert [piece async for piece in again.document.read(Bot("1:x"))] == [pdf], "drawn once, however often it is sent"
    pieces = text_of(pdf)
    for _box, name in rows:
        assert name in pieces, name
    assert pieces.count("Name") == pdf.count(b"/Type /Page\n") > 1


@once
async def test_who_may_hand_over(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 10)
    claim = await claims(town, anna, batch)
    other = await town.coordinator("Clinic", "Zanele")
    mayor = await town.mayor()
    await town.moves(hours=6.75)
    code = await code_of(town, claim)
    await ben.says("/pickup")
    ben.sees("The pick-up desk is where coordinators hand goods over")
    forged = ("card", "part", "list", "print", "csv", "undo")
    for person in (ben, other):
        await person.looks()
        for do in (*forged, "hand", "desk", "found"):
            about = batch if do in ("list", "print", "csv", "desk", "found") else claim
            await person.forges(f"claim:{do}:{about}:{anna.resident_id}:0")
            assert anna.name not in person.last.text, (do, person.last.text)
            assert person.last.document is None
    await other.says("/pickup")
    other.sees("nothing to hand over")
    await other.says(code)
    other.sees("Only a coordinator of this project can do that.")
    await other.says(anna.name)
    other.sees("I find nobody called")
    async with town.app.database.unit() as unit:
        for person in (ben, other):
            who, now = await town.who(person), town.clock.now()
            with pytest.raises(NotAllowed):
                await actions.hand(
                    unit, who=who, claim_id=claim, code=code, amount=None, to_id=anna.resident_id, now=now
                )
            with pytest.raises(NotAllowed):
                await actions.take_back(unit, who=who, claim_id=claim, line_id=1, now=now)
            with pytest.raises(NotFound):
                await collecting.name_helper(unit, who=who, claim_id=claim, helper_id=ben.resident_id, now=now)
    assert (await claim_of(town, claim)).state == ClaimState.HELD
    await mayor.looks()
    await mayor.says("/pickup")
    await mayor.says(code)
    await mayor.taps(anna.name)
    mayor.sees("handed over")


@once
async def test_an_old_card_hands_nothing_over(town: Town) -> None:
    anna, ben = await town.neighbours(2)
    batch = await town.batch("Bread", 10)
    claim, other = await claims(town, anna, batch), await claims(town, ben, batch)
    pieter, second = await desk_at(town), await town.coordinator("Bakery", "Lindiwe")
    for person in (pieter, second):
        await person.says("/pickup")
        await person.says(await code_of(town, claim))
    card = pieter.last
    await second.taps("Only a part")
    await second.taps("1 loaf")
    await second.taps(anna.name)
    await pieter.taps(anna.name, on=card)
    pieter.sees("I know no such code")
    assert (await claim_of(town, claim)).handed == 1000
    await pieter.says(await code_of(town, other))
    await pieter.forges(f"claim:hand:{claim}:{anna.resident_id}:0")  # the old card's button: its card comes first
    pieter.sees("Bread: 1 loaf left of 2 loaves")
    assert (await claim_of(town, claim)).handed == 1000
    assert await stock_is_right(town, batch) == (6000, 9000)


# -- reminders ---------------------------------------------------------------------------------------------------------


async def reminded(person: Person, times: int) -> None:
    await person.looks()
    person.has_seen("Kept for you and not collected yet", times=times)


@crosswise
async def test_who_has_not_come_is_reminded_once(town: Town) -> None:
    anna, ben, carla, dora = await town.neighbours(4)
    batch = await town.batch("Bread", 10)
    first, second = await claims(town, anna, batch), await claims(town, ben, batch)
    await claims(town, dora, batch)
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        who = await town.who(anna)
        await collecting.name_helper(unit, who=who, claim_id=first, helper_id=carla.resident_id, now=now)
        await giving.give_back(unit, who=await town.who(dora), batch_id=batch, now=now)
    pieter = await desk_at(town, 7.4)  # 16:54
    await reminded(anna, 0)
    await pieter.says("/pickup")
    await pieter.says(await code_of(town, second))
    await pieter.taps(ben.name)
    await town.moves(hours=0.2)
    for person, times in ((anna, 1), (ben, 0), (dora, 0), (carla, 0)):
        await reminded(person, times)
    anna.sees("Kept for you and not collected yet: 2 loaves of Bread.")
    anna.sees("Until Tuesday 24 November, 18:00: Bakery, Mill Lane 2")
    carla.sees("You were asked to collect 2 loaves of Bread for somebody, and it is still there.")
    await town.settles()
    await town.moves(hours=0.5)
    await reminded(anna, 1)
    await anna.taps("Show the code")
    anna.sees(shown(await code_of(town, first)))


@once
@pytest.mark.town(goods_remind_minutes=0)
async def test_a_town_without_reminders(town: Town) -> None:
    (anna,) = await town.neighbours(1)
    await claims(town, anna, await town.batch("Bread", 10))
    await town.moves(hours=9)
    await reminded(anna, 0)


@once
async def test_nobody_is_woken_for_bread(town: Town) -> None:
    """The window is over before the quiet hours are: the reminder is dropped."""
    (anna,) = await town.neighbours(1)
    batch = await town.batch("Bread", 10, at="21:30", hours=1)
    await claims(town, anna, batch)
    await town.moves(hours=24)
    await reminded(anna, 0)
