"""The money ledger: every line balances, receipts have numbers without a gap, and nothing is given back twice."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from handlers.goods import claiming, handing
from handlers.goods.claiming import Got
from handlers.kit.who import Who
from handlers.orders import actions, paying, selling
from storage.engine import Database
from storage.queries import batches, claim_changes, takings
from storage.queries.takings import EntryRow
from storage.sql import select
from storage.tables import MoneyAccount, MoneyEntry, Receipt, table_of
from tests.people import Town
from tests.variants import crosswise
from town.facts import Fact, OwnPurchase, TakenBack
from town.money import due

accounts, entries, receipts = table_of(MoneyAccount), table_of(MoneyEntry), table_of(Receipt)


class Books:
    """A town that sells: what can be done, and what must hold after it."""

    def __init__(self, town: Town, batch: int, desk: Who, treasurer: Who, customers: list[Who]) -> None:
        self.town = town
        self.batch = batch
        self.desk = desk
        self.treasurer = treasurer
        self.customers = customers

    @classmethod
    async def open(cls, town: Town, count: int, *, price: int = 1250, amount: float = 50) -> Books:
        batch = await town.batch("Tomatoes", amount, unit="kg", price=price)
        people = await town.neighbours(count, short=count)
        desk, treasurer = await town.coordinator(), await town.mayor()
        return cls(
            town,
            batch,
            await town.who(desk),
            await town.who(treasurer),
            [await town.who(person) for person in people],
        )

    async def does(self, what: Callable[..., Awaitable[Any]], *, database: Database | None = None, **given: Any) -> Any:
        async with (database or self.town.app.database).unit() as unit:
            return await what(unit, now=self.town.clock.now(), **given)

    async def orders(self, who: Who, amount: int) -> Got:
        got: Got = await self.does(claiming.ask, who=who, batch_id=self.batch, amount=amount, order=True)
        return got

    async def pays(self, claim_id: int, amount: int | None = None, *, database: Database | None = None) -> int | None:
        """Hand over a part of an order, against its code of now, and have it paid: the receipt's number."""
        async with (database or self.town.app.database).unit() as unit:
            now = self.town.clock.now()
            claim = await claim_changes.get(unit, claim_id)
            assert claim is not None
            handed = await handing.hand_over(
                unit, who=self.desk, claim_id=claim_id, code=claim.code or "", amount=amount, to_id=None, now=now
            )
            return await paying.paid(unit, who=self.desk, handed=handed, town=self.desk.town, now=now)

    async def lines(self) -> list[EntryRow]:
        async with self.town.app.database.reading() as unit:
            return list(await actions.lines(unit, who=None))

    async def holds(self) -> list[EntryRow]:
        """What must hold of the books at any moment; their lines."""
        async with self.town.app.database.reading() as unit:
            rows = await unit.rows(select(entries).order_by(entries.c.id))
            numbers = [row.number for row in await unit.rows(select(receipts.c.number).order_by(receipts.c.number))]
            found = await takings.balances(unit, await takings.with_books(unit))
            lines = list(await actions.lines(unit, who=None))
            days = await takings.takings(unit, await takings.with_books(unit), *actions.EVER)
        sums: dict[int, int] = defaultdict(int)
        for row in rows:
            assert row.amount > 0
            sums[row.debit_id] += row.amount
            sums[row.credit_id] -= row.amount
        assert {one.account_id: one.balance for one in found} == dict(sums), "the balances are the lines' sums"
        assert sum(sums.values()) == 0
        assert sum(one.debits for one in found) == sum(one.credits for one in found)
        assert numbers == list(range(1, len(rows) + 1)), "receipts have numbers without a gap"
        assert sorted(line.number for line in lines) == numbers, "each line has its receipt"
        assert max(Counter(row.reverses_id for row in rows if row.reverses_id).values(), default=1) == 1
        cash = sum(one.balance for one in found if one.kind == "cash")
        assert cash == sum(line.cash for line in lines) == sum(day.net for day in days)
        assert cash >= 0, "no more is given back than came in"
        return lines


@crosswise
async def test_whatever_is_done_the_books_balance(town: Town) -> None:
    books = await Books.open(town, 6, price=1255)
    chance = random.Random(4)
    claims: list[int] = []
    for _step in range(60):
        with suppress(Fact):  # refused: nothing is written then, which is looked at below
            await _something(books, claims, chance)
        await books.holds()
    lines = await books.holds()
    assert {line.kind for line in lines} == {"sale", "refund", "correction"}
    for line in lines:
        rounded = 1 if line.claim_id is not None else 0  # a part of an order may make up for the others' rounding
        assert line.kind != "sale" or abs(line.amount - due(1255, line.quantity)) <= rounded
    async with town.app.database.reading() as unit:
        batch = await batches.get(unit, books.batch)
        assert batch is not None
        assert (batch.free, batch.shelf) == await batches.sums(unit, books.batch)


@crosswise
async def test_parts_of_an_order_come_to_what_it_costs(town: Town) -> None:
    books = await Books.open(town, 2, price=1255)
    first, second = [(await books.orders(who, 1000)).claim_id for who in books.customers]
    for claim_id, parts in ((first, [300] * 3 + [None]), (second, [100] * 10)):
        for amount in parts:
            await books.pays(claim_id, amount)
    paid: Counter[int | None] = Counter()
    for line in await books.holds():
        paid[line.claim_id] += line.amount
    assert paid == {first: 1255, second: 1255}


async def _something(books: Books, claims: list[int], chance: random.Random) -> None:
    lines = await books.lines()
    match chance.choice(("order", "pay", "pay", "sell", "refund", "correct", "all")):
        case "order":
            got = await books.orders(chance.choice(books.customers), chance.choice((100, 500, 1300)))
            claims.append(got.claim_id)
        case "pay" if claims:
            await books.pays(chance.choice(claims), chance.choice((100, 300, None)))
        case "sell":
            amount, name = chance.choice((100, 700)), chance.choice(("", "Hotel Rio"))
            await books.does(selling.sell, who=books.desk, batch_id=books.batch, amount=amount, customer=name)
        case "refund" if lines:
            await books.does(actions.refund, who=books.desk, entry_id=chance.choice(lines).id, reason="It was recalled")
        case "correct" if lines:
            entry = chance.choice(lines).id
            await books.does(actions.correct, who=books.treasurer, entry_id=entry, reason="It was not paid")
        case "all" if chance.random() < 0.2:
            await books.does(actions.refund_all, who=books.desk, batch_id=books.batch, reason="It was recalled")


@crosswise
async def test_receipts_have_no_gap_however_many_pay_at_once(town: Town) -> None:
    books = await Books.open(town, 12)
    claims = [(await books.orders(who, 500)).claim_id for who in books.customers]
    other = town.app.database if town.app.database.is_sqlite else Database(_url(town))
    tries = [books.pays(claim, database=one) for claim in claims for one in (town.app.database, other)]
    tries += [_gives_up(books, other) for _ in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    numbers = [one for one in results if isinstance(one, int)]
    assert sorted(numbers) == list(range(1, len(claims) + 1)), "each is paid once, whichever desk was first"
    assert all(isinstance(one, int | Fact | ZeroDivisionError) for one in results), results
    assert len(await books.holds()) == len(claims)
    if other is not town.app.database:
        await other.close()


async def _gives_up(books: Books, database: Database) -> None:
    """A sale whose transaction comes to nothing in its last moment."""
    async with database.unit() as unit:
        now = books.town.clock.now()
        await selling.sell(unit, who=books.desk, batch_id=books.batch, amount=100, customer="", now=now)
        raise ZeroDivisionError


def _url(town: Town) -> str:
    return town.app.database.engine.url.render_as_string(hide_password=False)


@crosswise
async def test_nothing_is_given_back_twice(town: Town) -> None:
    books = await Books.open(town, 1)
    await books.pays((await books.orders(books.customers[0], 1500)).claim_id)
    [sale] = await books.lines()
    why: dict[str, Any] = {"entry_id": sale.id, "reason": "It was brought back"}
    tries = [books.does(actions.refund, who=books.desk, **why) for _ in range(5)]
    tries += [books.does(actions.correct, who=books.treasurer, **why) for _ in range(5)]
    tries += [
        books.does(actions.refund_all, who=books.desk, batch_id=books.batch, reason="It was recalled") for _ in range(2)
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    done = [one for one in results if not isinstance(one, BaseException)]
    assert len(done) == 1, results
    assert all(isinstance(one, Fact) for one in results if isinstance(one, BaseException)), results
    lines = await books.holds()
    assert [line.first_number for line in lines] == [None, 1]
    assert sum(line.cash for line in lines) == 0
    with pytest.raises(TakenBack):
        await books.does(actions.refund, who=books.desk, **why)


@crosswise
async def test_a_refund_by_mistake_is_put_right_but_the_sale_not_given_back_again(town: Town) -> None:
    books = await Books.open(town, 1)
    await books.pays((await books.orders(books.customers[0], 1500)).claim_id)
    [sale] = await books.lines()
    back = await books.does(actions.refund, who=books.desk, entry_id=sale.id, reason="It was recalled")
    right = await books.does(actions.correct, who=books.treasurer, entry_id=back.entry_id, reason="It was not paid")
    assert (await books.holds())[-1].cash == 1875
    for entry_id in (sale.id, back.entry_id):
        with pytest.raises(TakenBack):
            await books.does(actions.correct, who=books.treasurer, entry_id=entry_id, reason="Again")
    with pytest.raises(Fact):
        await books.does(actions.correct, who=books.treasurer, entry_id=right.entry_id, reason="A correction of it")
    assert len(await books.holds()) == 3


@crosswise
async def test_nobody_gives_their_own_money_back(town: Town) -> None:
    books = await Books.open(town, 1)
    got = await books.orders(books.customers[0], 1500)
    await books.pays(got.claim_id)
    [sale] = await books.lines()
    async with town.app.database.unit() as unit:
        await unit.execute(
            text("INSERT INTO role_grants (resident_id, role, granted_at) VALUES (:who, 'mayor', CURRENT_TIMESTAMP)"),
            {"who": books.customers[0].me},
        )
    for what in (actions.refund, actions.correct):
        with pytest.raises(OwnPurchase):
            await books.does(what, who=books.customers[0], entry_id=sale.id, reason="I would like it")
    assert len(await books.holds()) == 1


@crosswise
async def test_the_database_itself_keeps_the_books(town: Town) -> None:
    books = await Books.open(town, 1)
    await books.pays((await books.orders(books.customers[0], 1500)).claim_id)
    for words in (
        "UPDATE money_entries SET amount = 1",
        "DELETE FROM money_entries",
        "DELETE FROM receipts",
        "UPDATE receipts SET document = '{}'",
        "UPDATE money_accounts SET kind = CASE kind WHEN 'cash' THEN 'sales' ELSE 'cash' END",
        "DELETE FROM money_accounts",
        "INSERT INTO receipts (number, entry_id, document, made_at) SELECT number, entry_id, '', made_at FROM receipts",
    ):
        with pytest.raises(DBAPIError):
            await _runs(town, words)
    [line] = await books.holds()
    async with town.app.database.reading() as unit:
        kept = json.loads(await takings.document(unit, line.number))
    assert kept["title"] == "Receipt 1"


@crosswise
async def test_what_costs_less_than_a_cent_has_no_line(town: Town) -> None:
    books = await Books.open(town, 1, price=3)
    claim = (await books.orders(books.customers[0], 500)).claim_id
    assert [await books.pays(claim, 100) for _part in range(5)].count(None) == 3, "0.5 kg at three a kilo cost two"
    assert sum(line.amount for line in await books.holds()) == 2


async def _runs(town: Town, words: str) -> None:
    async with town.app.database.unit() as unit:
        await unit.execute(text(words))


@crosswise
async def test_what_costs_nothing_has_no_receipt(town: Town) -> None:
    books = await Books.open(town, 1, price=0)
    assert await books.pays((await books.orders(books.customers[0], 1500)).claim_id) is None
    done = await books.does(selling.sell, who=books.desk, batch_id=books.batch, amount=500, customer="")
    assert (done.number, done.total) == (None, 0)
    assert await books.holds() == []
