"""Orders, receipts, refunds, sales at the desk, and the treasurer's books."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from bot.channels.web.looks import chips
from handlers.goods import claiming, handing
from handlers.kit.paper import drawn
from handlers.orders import actions, papers, paying
from handlers.orders.sheet import csv_of
from handlers.roles import town_actions
from storage.queries import batches, claim_changes, items, roles, takings
from storage.queries.claims import claims
from storage.sql import select
from storage.tables import Role
from tests.papers import text_of
from tests.people import Person, Town
from tests.variants import crosswise, once
from town.facts import MoneyInUse, NotAllowed

RAND = pytest.mark.town(currency="ZAR")


async def treasurer(town: Town) -> Person:
    person = await town.resident("Zanele Dube")
    async with town.app.database.unit() as unit:
        now = town.clock.now()
        await roles.give(unit, resident_id=person.resident_id, role=Role.TREASURER, project_id=None, by=None, now=now)
    return person


async def tomatoes(town: Town, amount: float = 10, **of_item: Any) -> int:
    return await town.batch("Tomatoes", amount, project="Farm", unit="kg", **({"price": 1250} | of_item))


async def orders(town: Town, person: Person, batch: int, amount: int) -> int:
    """Order; the claim."""
    async with town.app.database.unit() as unit:
        who = await town.who(person)
        got = await claiming.ask(unit, who=who, batch_id=batch, amount=amount, order=True, now=town.clock.now())
    return got.claim_id


async def pays(town: Town, desk: Person, claim_id: int) -> int:
    """Hand the order over and have it paid; the receipt's number."""
    async with town.app.database.unit() as unit:
        who, now = await town.who(desk), town.clock.now()
        claim = await claim_changes.get(unit, claim_id)
        assert claim is not None
        handed = await handing.hand_over(
            unit, who=who, claim_id=claim_id, code=claim.code or "", amount=None, to_id=claim.resident_id, now=now
        )
        number = await paying.paid(unit, who=who, handed=handed, town=who.town, now=now)
    await town.settles()
    assert number is not None
    return number


async def file(town: Town) -> list[dict[str, str]]:
    """The books as the file has them."""
    settings = await town.settings()
    async with town.app.database.reading() as unit:
        text = csv_of(await actions.lines(unit, who=None), settings.tz)
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def code_of(town: Town, person: Person) -> str:
    """The code of what is kept for somebody."""
    async with town.app.database.reading() as unit:
        code: str = await unit.value(select(claims.c.code).where(claims.c.resident_id == person.resident_id))
    return code


def documents(person: Person) -> list[str]:
    return [one.document for one in person.shown if one.document]


@RAND
@crosswise
async def test_an_order_is_paid_and_the_treasurer_sees_it(town: Town) -> None:
    batch = await tomatoes(town)
    [anna] = await town.neighbours(1, short=1)
    farm, zanele = await town.coordinator("Farm"), await treasurer(town)
    await anna.says("orders")
    anna.sees("You have ordered nothing so far")
    await anna.forges(f"goods:order:{batch}:1500:0")
    anna.sees("Please bring R18.75: you pay when you collect it")
    await anna.says("/orders")
    anna.sees("Tomatoes: 1.5 kg for R18.75, Tuesday 24 November, 16:00–18:00")
    anna.sees("can give it back until then")
    await town.moves(hours=7)
    await farm.says("/pickup")
    await farm.says(await code_of(town, anna))
    farm.sees("To pay: R18.75")
    await farm.taps(anna.name)
    farm.sees("Paid: R18.75. Receipt 1.")
    await town.settles()
    await anna.looks()
    anna.has_seen("You paid R18.75 for 1.5 kg: Tomatoes, from Farm")
    await anna.taps("Receipt 1")
    assert documents(anna) == ["receipt-1.pdf"]
    anna.sees("Receipt 1, Tue 24 Nov: Tomatoes, 1.5 kg, R18.75")
    await anna.taps("My orders")
    await anna.says("1")
    assert documents(anna) == ["receipt-1.pdf"] * 2, "given again"
    async with town.app.database.reading() as unit:
        paper = papers.from_json(await takings.document(unit, 1))
    said = " ".join(text_of(await drawn(papers.page_of(paper))))
    for text in ("Receipt 1", "Riverbend · Farm", "24 Nov 2026, 16:30", "Tomatoes", "1.5 kg", "R12.50", "R18.75"):
        assert text in said, said
    assert "Paid in cash at the desk: R18.75" in said
    assert anna.name not in said
    await zanele.says("takings")
    zanele.sees("In all: R18.75 (paid R18.75, given back R0.00, put right R0.00)")
    zanele.sees("Tuesday 24 November, Farm: R18.75")
    zanele.sees("The books balance: R18.75 in cash since the first day")
    await zanele.taps("Tue 24 Nov Farm")
    zanele.sees(f"Receipt 1: {anna.name}, Tomatoes, 1.5 kg: R18.75")
    await zanele.taps("Back")
    await zanele.taps("The month as a file")
    assert documents(zanele) == ["takings-2026-11.csv"]
    zanele.has_seen("In all: R18.75")
    [line] = await file(town)
    wanted = {"number": "1", "kind": "sale", "date": "2026-11-24", "project": "Farm", "quantity": "1.500"}
    wanted |= {"debit": "cash", "credit": "sales", "amount": "18.75", "cash": "18.75", "currency": "ZAR"}
    assert {name: line[name] for name in wanted} == wanted
    assert anna.name not in line.values()


@RAND
@crosswise
async def test_money_is_given_back_once(town: Town) -> None:
    batch = await tomatoes(town)
    [anna] = await town.neighbours(1, short=1)
    farm = await town.coordinator("Farm")
    await pays(town, farm, await orders(town, anna, batch, 1500))
    await farm.says("/week")
    await farm.forges(f"order:paid:{batch}:0:0:")
    farm.sees(f"{anna.name}: 1.5 kg, R18.75")
    await farm.taps(anna.name)
    farm.sees(f"Why do you give R18.75 back to {anna.name}?")
    await farm.says("They were <b>rotten</b>, = sadly")
    farm.sees("Give back R18.75 in cash? Reason: They were <b>rotten</b>, = sadly")
    asked = farm.last
    await farm.taps("Yes, pay it back")
    farm.sees(f"{anna.name} gets R18.75 back, and is being told")
    await farm.taps("Yes, pay it back", on=asked)
    farm.sees("This was finished already")
    await farm.forges("order:refund:1:0:0:")
    farm.sees("That was given back or put right already: number 2 says so.")
    await farm.forges(f"order:refundall:{batch}:0:0:")
    farm.sees("There is nothing to give back")
    await farm.forges(f"order:paid:{batch}:0:0:")
    farm.sees("R18.75 (given back, number 2)")
    await farm.taps(anna.name)
    farm.sees("It was taken back by number 2")
    await town.settles()
    await anna.looks()
    anna.sees("You get R18.75 back for 1.5 kg: Tomatoes. Pieter van Wyk has it for you at the desk.")
    await anna.taps("Refund 2")
    assert documents(anna) == ["refund-2.pdf"]
    await farm.says("/takings")
    farm.sees("In all: R0.00 (paid R18.75, given back R18.75, put right R0.00)")
    _sale, refund = await file(town)
    assert (refund["cash"], refund["takes_back"]) == ("-18.75", "1")
    assert refund["reason"] == "They were <b>rotten</b>, = sadly"


@RAND
@once
async def test_a_recalled_batch_is_paid_back_to_everybody(town: Town) -> None:
    batch = await tomatoes(town)
    people = await town.neighbours(7, short=7)
    farm = await town.coordinator("Farm")
    for person in people:
        await pays(town, farm, await orders(town, person, batch, 500))
    await farm.says("/week")
    await farm.forges(f"order:paid:{batch}:0:0:")
    assert len(farm.last.labels) <= 10
    await farm.taps("More")
    await farm.taps(people[6].name)
    await farm.taps("It was brought back")
    await farm.taps("Yes")
    await farm.taps("What was paid")
    await farm.taps("Give everything back")
    farm.sees("Why do you give back what 6 people paid for Tomatoes?")
    await farm.says("2")
    farm.sees("Give back R37.50 in cash? Reason: It was recalled")
    await farm.taps("Yes")
    farm.sees("6 people get R37.50 back in all")
    await town.settles()
    for person in people:
        await person.looks()
        person.sees("You get R6.25 back")
    assert [line["kind"] for line in await file(town)] == ["sale"] * 7 + ["refund"] * 7
    assert [line["number"] for line in await file(town)] == [str(number) for number in range(1, 15)]


@RAND
@crosswise
async def test_a_sale_to_somebody_the_town_does_not_know(town: Town) -> None:
    batch = await tomatoes(town, 3)
    farm = await town.coordinator("Farm")
    await farm.says("/week")
    await farm.forges(f"order:sell:{batch}:0:0:")
    farm.sees("Tomatoes, R12.50 for one kg: 3 kg can be sold. How much shall it be?")
    await farm.says("a lot")
    farm.sees("I could not read “a lot” as an amount")
    await farm.says("5 kg")
    farm.sees("Nobody's yet of “Tomatoes”: only 3 kg.")
    await farm.says("1.5")
    await farm.says("=Hotel <Rio>")
    farm.sees("Tomatoes: 1.5 kg for R18.75, in cash.")
    await farm.taps("It is paid")
    farm.sees("Sold: 1.5 kg for R18.75. 1.5 kg are left to sell.")
    assert documents(farm) == ["receipt-1.pdf"], "the guest's, right away"
    async with town.app.database.reading() as unit:
        paper = json.loads(await takings.document(unit, 1))
    assert "For =Hotel <Rio>" in paper["before"]
    [line] = await file(town)
    assert line["customer"] == "'=Hotel <Rio>"
    await farm.forges(f"order:sell:{batch}:0:0:")
    await farm.taps("1.5 kg")
    await farm.taps("No name")
    await farm.taps("It is paid")
    farm.sees("0 kg are left to sell")
    await farm.taps("Sell more")
    farm.sees("Nobody's yet of “Tomatoes”: only 0 kg.")


@RAND
@once
async def test_a_guest_pays_the_price_that_was_said(town: Town) -> None:
    batch = await tomatoes(town, 3)
    farm = await town.coordinator("Farm")
    await farm.says("/week")
    await farm.forges(f"order:sell:{batch}:0:0:")
    await farm.says("1.5")
    await farm.taps("No name")
    farm.sees("Tomatoes: 1.5 kg for R18.75, in cash.")
    async with town.app.database.unit() as unit:
        found = await batches.get(unit, batch)
        assert found is not None
        await items.change(unit, found.item_id, {"price": 2000})
    await farm.taps("It is paid")
    farm.sees("The price of “Tomatoes” has just been changed.")
    farm.sees("Tomatoes: 1.5 kg for R30.00, in cash.")
    assert await file(town) == []
    await farm.taps("It is paid")
    farm.sees("Sold: 1.5 kg for R30.00.")
    [line] = await file(town)
    assert line["cash"] == "30.00"


@RAND
@once
async def test_money_is_not_changed_under_prices_and_orders(town: Town) -> None:
    batch = await tomatoes(town)
    [anna] = await town.neighbours(1, short=1)
    mayor, farm = await town.mayor(), await town.coordinator("Farm")
    claim = await orders(town, anna, batch, 1500)
    await mayor.says("/week")
    await mayor.forges("town:setting:0:0:currency")
    await mayor.says("JPY")
    mayor.sees("Prices are in ZAR and are not converted.")
    async with town.app.database.unit() as unit:
        found = await batches.get(unit, batch)
        assert found is not None
        await items.change(unit, found.item_id, {"price": None})
        with pytest.raises(MoneyInUse) as refused:
            await town_actions.change_setting(unit, who=await town.who(mayor), key="currency", typed="JPY")
    assert (refused.value.items, refused.value.orders) == (0, 1)
    await pays(town, farm, claim)
    await mayor.says("ZAR")
    await mayor.forges("town:setting:0:0:currency")
    await mayor.says("JPY")
    assert (await town.settings()).currency == "JPY"
    await mayor.says("/takings")
    mayor.sees("In all: R18.75")
    assert [line["currency"] for line in await file(town)] == ["ZAR"]


@RAND
@once
async def test_those_in_line_come_before_a_sale(town: Town) -> None:
    batch = await tomatoes(town, 1, allowance=1000)
    anna, ben = await town.neighbours(2)
    farm = await town.coordinator("Farm")
    for person in (anna, ben):
        async with town.app.database.unit() as unit:
            who = await town.who(person)
            await claiming.ask(unit, who=who, batch_id=batch, amount=1000, wait=True, now=town.clock.now())
    await farm.says("/week")
    await farm.forges(f"order:sell:{batch}:0:0:")
    farm.sees("1 person is in line for “Tomatoes”. What is there is for them first.")
    unsold = await town.batch("Jam", 5, project="Farm", unit="jar")
    await farm.forges(f"order:sell:{unsold}:0:0:")
    farm.sees("“Jam” has no price, so it is not sold")
    drawn = await town.batch("Honey", 5, project="Farm", unit="jar", price=5000, sharing="draw", day=1)
    await farm.forges(f"order:sell:{drawn}:0:0:")
    farm.sees("is drawn by lot")


@RAND
@crosswise
async def test_a_mistake_is_put_right_by_the_treasurer(town: Town) -> None:
    batch = await tomatoes(town)
    [anna] = await town.neighbours(1, short=1)
    farm, zanele = await town.coordinator("Farm"), await treasurer(town)
    await pays(town, farm, await orders(town, anna, batch, 1500))
    await farm.says("/takings")
    await farm.taps("Tue 24 Nov Farm")
    await farm.taps("Receipt 1")
    assert "It was a mistake" not in farm.last.labels
    await farm.forges("order:correct:1:0:0:")
    farm.sees("Only the treasurer or the mayor can do that")
    await zanele.says("/takings")
    await zanele.taps("Tue 24 Nov Farm")
    await zanele.taps("Receipt 1")
    assert "Give the money back" not in zanele.last.labels
    await zanele.taps("It was a mistake")
    await zanele.says("It was not paid")
    zanele.sees("Shall Receipt 1 (R18.75) not count?")
    await zanele.taps("Yes, put it right")
    zanele.sees("Receipt 1 does not count any more")
    await zanele.taps("The day")
    zanele.sees("Correction 2")
    await zanele.taps("Receipt 1")
    zanele.sees("It was taken back by number 2")
    await zanele.says("/takings")
    zanele.sees("In all: R0.00 (paid R18.75, given back R0.00, put right -R18.75)")
    await town.settles()
    await anna.looks()
    anna.sees("Receipt 1 (Tomatoes, R18.75) was written by mistake and does not count.")
    await anna.taps("Correction 2")
    assert documents(anna) == ["correction-2.pdf"]


@RAND
@once
async def test_weeks_are_turned_and_forged_ones_refused(town: Town) -> None:
    batch = await tomatoes(town)
    [anna] = await town.neighbours(1, short=1)
    farm, mayor = await town.coordinator("Farm"), await town.mayor()
    await pays(town, farm, await orders(town, anna, batch, 1500))
    await town.moves(days=7)
    await mayor.says("/takings")
    mayor.sees("Nothing was taken in that week")
    mayor.sees("The books balance: R18.75 in cash")
    await mayor.taps("The week before")
    mayor.sees("In all: R18.75")
    await mayor.taps("The week after")
    mayor.sees("Nothing was taken in that week")
    assert "The week after" not in mayor.last.labels
    for key in ("x", "0001-01-01", "9999-12-31"):
        await mayor.forges(f"order:takings:0:0:0:{key}")
        mayor.sees("I could not read")
    await mayor.forges("order:takings:0:0:0:1970-01-05")
    assert "The week before" not in mayor.last.labels


@RAND
@once
async def test_nobody_sees_or_moves_what_is_not_theirs(town: Town) -> None:
    batch = await tomatoes(town)
    anna, ben = await town.neighbours(2, short=2)
    farm, bakery = await town.coordinator("Farm"), await town.coordinator("Bakery", "Grace Nkosi")
    await pays(town, farm, await orders(town, anna, batch, 1500))
    only = "Only a coordinator of this project can do that"
    for person in (ben, bakery, await treasurer(town)):
        await person.says("/week")
        for do in (f"paid:{batch}", f"refundall:{batch}", f"sell:{batch}", "refund:1"):
            await person.forges(f"order:{do}:0:0:")
            person.sees(only)
    for person in (ben, bakery):
        for do, seen in {
            "receipt:1:0:0:": "I find no such receipt",
            "receipt:7:0:0:": "I find no such receipt",
            "entry:1:0:0:": "The takings are for",
            "correct:1:0:0:": "Only the treasurer or the mayor",
            "day:1:0:0:2026-11-24": "The takings are for",
        }.items():
            await person.forges(f"order:{do}")
            person.sees(seen)
    for command in ("order:takings:0:0:0:", "order:file:0:0:0:"):
        await ben.forges(command)
        ben.sees("The takings are for the treasurer, the mayor and coordinators")
    await bakery.says("/takings")
    bakery.sees("Nothing was taken")
    assert "R18.75" not in bakery.last.text
    async with town.app.database.unit() as unit:
        who = await town.who(bakery)
        assert await actions.lines(unit, who=who) == []
        with pytest.raises(NotAllowed):
            await actions.lines(unit, who=await town.who(ben))
    assert len(await file(town)) == 1


@pytest.mark.town(currency="JPY")
@once
async def test_money_without_minor_units(town: Town) -> None:
    batch = await tomatoes(town, price=333)
    [anna] = await town.neighbours(1, short=1)
    farm = await town.coordinator("Farm")
    await pays(town, farm, await orders(town, anna, batch, 1500))
    await anna.looks()
    anna.has_seen("You paid JP¥500 for 1.5 kg")
    [line] = await file(town)
    assert (line["amount"], line["currency"]) == ("500", "JPY")


@RAND
@once
async def test_a_receipt_is_in_the_customers_language_of_that_day(town: Town) -> None:
    batch = await tomatoes(town, names='{"es": "Tomates", "en": "Tomatoes"}')
    [sofia] = await town.neighbours(1, short=1)
    farm = await town.coordinator("Farm")
    await sofia.speaks("es")
    await pays(town, farm, await orders(town, sofia, batch, 500))
    await sofia.looks()
    await sofia.speaks("en")
    async with town.app.database.reading() as unit:
        paper = papers.from_json(await takings.document(unit, 1))
    assert paper.language == "es"
    assert paper.row[:2] == ["Tomates", "0,5 kg"]
    assert (await drawn(papers.page_of(paper))).startswith(b"%PDF")
    await sofia.says("/orders")
    sofia.sees("Receipt 1")


@RAND
@once
async def test_the_mayor_appoints_a_treasurer(town: Town) -> None:
    mayor, tom = await town.mayor(), await town.resident("Tom Baker")
    await mayor.says("/town")
    await mayor.taps("Roles")
    await mayor.taps("Appoint somebody")
    await mayor.says("Tom")
    await mayor.taps("Tom Baker")
    await mayor.taps("Treasurer")
    mayor.sees("Make Tom Baker treasurer?")
    await mayor.taps("Yes, appoint")
    mayor.sees("Tom Baker is treasurer now")
    await town.settles()
    await tom.looks()
    tom.sees("gave you a role: treasurer")
    await tom.taps("Takings")
    tom.sees("Nothing was taken in that week")
    await tom.says("/help")
    tom.sees("/takings")
    await mayor.taps("Roles")
    await mayor.taps("Tom Baker")
    await mayor.taps("Take the role back")
    await mayor.taps("Yes, take it back")
    await tom.forges("order:takings:0:0:0:")
    tom.sees("The takings are for")


def test_the_books_are_in_the_menu_of_who_keeps_them() -> None:
    for roles_held, shown in (
        ({Role.TREASURER}, True),
        ({Role.MAYOR}, True),
        ({Role.COORDINATOR}, False),
        (set(), False),
    ):
        assert ("/takings" in [chip.command for chip in chips("en", roles_held)]) is shown, roles_held
    assert chips("en", {Role.TREASURER})[0].role == Role.TREASURER, "what one is here for comes first"
    assert "/desk" not in [chip.command for chip in chips("en", {Role.TREASURER})]


@once
async def test_many_orders_and_receipts_are_paged(town: Town) -> None:
    [anna] = await town.neighbours(1, short=1)
    farm = await town.coordinator("Farm")
    for number in range(7):
        batch = await town.batch(f"Tomatoes of kind {number}", 10, project="Farm", unit="kg", price=1250)
        claim = await orders(town, anna, batch, 500)
        if number < 5:
            await pays(town, farm, claim)
    await anna.says("my receipts")
    anna.sees("Tomatoes of kind 5")
    assert len(anna.last.labels) <= 10
    anna.sees("Receipt 5")
    await anna.taps("More")
    anna.sees("Receipt 2")
    await anna.says("2")
    assert documents(anna) == ["receipt-1.pdf"]
    await farm.says("/takings")
    await farm.taps("Tue 24 Nov Farm")
    farm.sees("Receipt 5")


@RAND
@once
async def test_a_coordinators_way_from_the_goods_to_what_was_paid(town: Town) -> None:
    batch = await tomatoes(town)
    [anna] = await town.neighbours(1, short=1)
    farm = await town.coordinator("Farm")
    await pays(town, farm, await orders(town, anna, batch, 500))
    await farm.says("/week")
    await farm.forges(f"stock:batch:{batch}:0:0:")
    await farm.taps("What was paid")
    farm.sees(f"{anna.name}: 0.5 kg, R6.25")
    await farm.taps("Sell to a guest")
    farm.sees("9.5 kg can be sold")
    await farm.taps("Leave it")
    await farm.forges(f"order:paid:{batch}:0:0:")
    await farm.taps("Back")
    farm.sees("Tomatoes")
    await farm.forges("order:paid:99:0:0:")
    farm.sees("Those goods are no longer there")
