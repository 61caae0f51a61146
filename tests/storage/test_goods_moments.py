"""Goods at the very moment in which something else becomes of them, and as homes change in the middle of a week.

On PostgreSQL a statement that waited for a batch knows its row as it is then, and all the rest as it was before.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func

from handlers.draws import making
from handlers.draws.jobs import JOBS as DRAW_JOBS
from handlers.goods import actions, claiming, giving, handing
from handlers.goods.claiming import Got, ask
from handlers.goods.jobs import JOBS
from handlers.goods.putting_up import shared_by
from handlers.goods.settling import settle_window
from handlers.kit.who import Who
from handlers.power import actions as power
from handlers.recalls import actions as recalls
from handlers.stock import correcting, moving
from storage.lease import may_run
from storage.queries import batches, claim_changes, claims, homes, places, stock_lists
from storage.queries.allowances import others_in_line
from storage.queries.batches import BatchRow, Window
from storage.sql import select
from storage.tables import Claim, ClaimState, Sharing, table_of
from storage.unit import Unit
from tests.storage.moments import meanwhile
from tests.storage.test_contention import NOW, Ground, ground  # noqa: F401 - a fixture
from tests.storage.test_goods_contention import Shop, shop  # noqa: F401 - a fixture
from town.facts import BatchOver, BatchRecalled, Fact, NothingLeft, OverAllowance

rows_of = table_of(Claim)
END = NOW + timedelta(hours=4)
JUST_BEFORE = END - timedelta(milliseconds=1)
only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def _meanwhile(shop: Shop, act: Callable[[Unit], Awaitable[object]], other: Awaitable[Got | Fact]) -> Got | Fact:  # noqa: F811
    """What came of `other`, which waits for a transaction in which `act` is done."""
    return await meanwhile(shop.database(0), act, other)


async def _windows(shop: Shop, batch: int) -> list[Window]:  # noqa: F811
    async with shop.ground.database.reading() as unit:
        return (await batches.windows_of(unit, [batch]))[batch]


@only_postgres
async def test_a_claim_in_the_moment_in_which_its_time_ends_is_not_forgotten(shop: Shop) -> None:  # noqa: F811
    """It does not know that the window is settled; it lapses with the next one, and never stays for ever."""
    batch, [anna, ben] = await shop.bread(5), await shop.people(2)
    await shop.ask(0, ben, batch)
    first, late = await _windows(shop, batch)
    shop.ground.clock.instant = JUST_BEFORE
    got = await _meanwhile(shop, lambda unit: settle_window(unit, batch, first.id, now=END), shop.ask(1, anna, batch))
    assert isinstance(got, Got)
    async with shop.ground.database.unit() as unit:
        assert await settle_window(unit, batch, late.id, now=late.ends_at)
    assert await shop.holds(batch) == {"lapsed": 2}


@only_postgres
async def test_what_is_given_back_at_that_moment_is_there_for_whoever_asks(shop: Shop) -> None:  # noqa: F811
    """One waits for a loaf of the four that come back, so three are there; whoever asks knows of the line only."""
    batch, [anna, ben, carl] = await shop.bread(4), await shop.people(3)
    await shop.ask(0, anna, batch, 4000)
    await shop.ask(0, ben, batch, wait=True)
    back = _back(anna, batch)
    got = await _meanwhile(shop, back, shop.ask(1, carl, batch, 2000, wait=True))
    assert isinstance(got, Got)
    assert (got.state, got.amount, got.batch.free) == ("held", 2000, 1000)
    assert await shop.holds(batch) == {"given_back": 1, "held": 2}


@only_postgres
async def test_nobody_slips_in_before_who_joins_the_line_at_that_moment(shop: Shop) -> None:  # noqa: F811
    batch, [anna, ben, carl] = await shop.bread(2), await shop.people(3)
    await shop.ask(0, anna, batch)

    async def joins(unit: Unit) -> None:
        await ask(unit, who=ben, batch_id=batch, amount=2000, now=NOW, wait=True)

    assert isinstance(await _meanwhile(shop, joins, shop.ask(1, carl, batch)), NothingLeft)
    held = await shop.ground.rows(select(rows_of.c.resident_id).where(rows_of.c.state == "held"))
    assert {row.resident_id for row in held} == {anna.me, ben.me}


def _back(who: Who, batch: int) -> Callable[[Unit], Awaitable[object]]:
    return lambda unit: giving.give_back(unit, who=who, batch_id=batch, now=NOW)


async def test_who_can_have_no_more_keeps_nobody_from_what_is_free(shop: Shop) -> None:  # noqa: F811
    """Ben waits here, and has all that he can have this week elsewhere; the loaves are not to get old for that."""
    here, [anna, ben, carl, dan] = await shop.bread(3, allowance=3000), await shop.people(4)
    there = await shop.more_bread(9)
    await shop.ask(0, anna, here, 3000)
    await shop.ask(0, ben, here, 2000, wait=True)
    await shop.ask(0, ben, there, 3000)
    async with shop.database(0).unit() as unit:
        await _back(anna, here)(unit)
    got = await shop.ask(1, carl, here)
    assert isinstance(got, Got)
    assert (got.state, got.amount, got.batch.free) == ("held", 1000, 2000)
    again = await shop.ask(1, carl, here)  # also somebody who has some already
    assert isinstance(again, Got)
    assert (again.amount, again.batch.free) == (2000, 1000)
    async with shop.database(0).unit() as unit:
        await _back(ben, there)(unit)  # what frees his allowance does not take his turn, nor anybody else's
        assert await others_in_line(unit, here, step=1000, but=dan.me)
    assert isinstance(await shop.ask(2, dan, here), NothingLeft)


@pytest.mark.parametrize("line", [False, True], ids=["nobody in line", "somebody in line"])
@pytest.mark.parametrize("collected", [0, 1000], ids=["given back", "collected"])
async def test_who_had_some_before_has_some_again(shop: Shop, line: bool, collected: int) -> None:  # noqa: F811
    """Also where it is looked at twice, for Ben who waits and can have no more."""
    here, [anna, ben] = await shop.bread(3, allowance=3000), await shop.people(2)
    await shop.ask(0, anna, here, 3000)
    if line:
        await shop.ask(0, ben, here, 2000, wait=True)
        await shop.ask(0, ben, await shop.more_bread(3), 3000)
    async with shop.database(0).unit() as unit:
        await giving.give_back(unit, who=anna, batch_id=here, now=NOW, keep=collected)
        for one in await claim_changes.of_batch(unit, here, [ClaimState.HELD]):
            given: dict[str, Any] = {"claim_id": one.id, "code": one.code, "to_id": anna.me, "amount": None}
            await handing.hand_over(unit, who=shop.ground.mayor, now=NOW, **given)
    got = await shop.ask(0, anna, here)
    assert isinstance(got, Got)
    assert (got.state, got.amount, got.batch.free) == ("held", collected + 1000, 2000 - collected)
    assert (await shop.holds(here))["held"] == 1


# -- what was read before, and is not so any more ----------------------------------------------------------------------


@only_postgres
@pytest.mark.parametrize("ends", [recalls.recall, correcting.call_off], ids=["recalled", "called off"])
async def test_nobody_enters_the_draw_of_what_is_taken_away_at_that_moment(
    shop: Shop,  # noqa: F811
    ends: Callable[..., Awaitable[object]],
) -> None:
    """There will never be that draw, and nobody would be told."""
    await shop.bread(1)
    batch, [anna, ben] = await shop.more_bread(6, sharing="draw"), await shop.people(2)
    await shop.ask(0, anna, batch)

    async def takes_away(unit: Unit) -> None:
        await ends(unit, who=shop.ground.mayor, batch_id=batch, reason="Glass in it", now=NOW)

    assert isinstance(await _meanwhile(shop, takes_away, shop.ask(1, ben, batch)), BatchRecalled | BatchOver)
    assert await shop.holds(batch) == {"ended": 1}


@only_postgres
async def test_what_is_shared_by_lot_from_that_moment_on_is_entered(shop: Shop) -> None:  # noqa: F811
    """Whoever asks for it is in the draw: it is not as if nothing were left."""
    batch, [anna] = await shop.bread(3), await shop.people(1)

    async def by_lot(unit: Unit) -> None:
        await batches.lock(unit, batch)
        starts_at = NOW + timedelta(hours=2)
        await stock_lists.change_batch(unit, batch, **shared_by(Sharing.DRAW, starts_at, town=shop.town, now=NOW))

    got = await _meanwhile(shop, by_lot, shop.ask(1, anna, batch))
    assert isinstance(got, Got)
    assert (got.state, got.wanted, got.number) == ("entered", 1000, 1)


async def _in_all(shop: Shop, who: Who, batch: int, amount: int) -> Got | Fact | None:  # noqa: F811
    try:
        async with shop.database(1).unit() as unit:
            return await actions.change_to(unit, who=who, batch_id=batch, amount=amount, now=NOW)
    except Fact as fact:
        return fact


@only_postgres
@pytest.mark.parametrize(("asked", "has"), [(1000, 3000), (3000, 3000), (4000, 4000)])
async def test_what_comes_to_somebody_at_that_moment_is_part_of_what_they_ask_for(
    shop: Shop,  # noqa: F811
    asked: int,
    has: int,
) -> None:
    """Ben waits for three loaves and says how many it shall be in all, while three of Anna's four come to him."""
    batch, [anna, ben] = await shop.bread(4), await shop.people(2)
    await shop.ask(0, anna, batch, 4000)
    await shop.ask(0, ben, batch, 3000, wait=True)
    got = await meanwhile(shop.database(0), _back(anna, batch), _in_all(shop, ben, batch, asked))
    assert isinstance(got, Got)
    assert (got.state, got.amount) == ("held", has)
    assert await shop.holds(batch) == {"given_back": 1, "held": 1}


@only_postgres
async def test_who_gets_it_at_that_moment_does_not_hear_that_nothing_is_left(shop: Shop) -> None:  # noqa: F811
    """Ben waits for three loaves, and taps an older button for one just as they come to him."""
    batch, [anna, ben] = await shop.bread(3), await shop.people(2)
    await shop.ask(0, anna, batch, 3000)
    await shop.ask(0, ben, batch, 3000, wait=True)

    async def taps() -> Got | Fact:
        try:
            async with shop.database(1).unit() as unit:
                return await ask(unit, who=ben, batch_id=batch, amount=1000, now=NOW, in_all=True)
        except Fact as fact:
            return fact

    got = await meanwhile(shop.database(0), _back(anna, batch), taps())
    assert isinstance(got, Got)
    assert (got.state, got.amount) == ("held", 3000)


@only_postgres
async def test_who_has_lost_a_loaf_at_that_moment_need_not_give_it_back(shop: Shop) -> None:  # noqa: F811
    """There is one loaf fewer than was thought, and it is Anna's; she says just then that two are enough for her."""
    batch, [anna] = await shop.bread(3), await shop.people(1)
    await shop.ask(0, anna, batch, 3000)

    async def corrects(unit: Unit) -> None:
        await correcting.correct(unit, who=shop.ground.mayor, batch_id=batch, quantity=2000, reason="counted", now=NOW)

    assert await meanwhile(shop.database(0), corrects, _in_all(shop, anna, batch, 2000)) is None
    assert [row.amount for row in await shop.ground.rows(select(rows_of.c.amount))] == [2000]


@only_postgres
@pytest.mark.parametrize("sharing", ["first", "draw"])
async def test_whoever_asks_at_the_moment_of_a_move_hears_where_and_when_it_is(shop: Shop, sharing: str) -> None:  # noqa: F811
    """Those who have asked before are told of the move; somebody who has not yet then is not among them."""
    await shop.bread(1)
    batch, [anna] = await shop.more_bread(3, sharing=sharing), await shop.people(1)
    first, _late = await _windows(shop, batch)
    span = (NOW + timedelta(hours=1), NOW + timedelta(hours=3))
    desk: dict[str, Any] = {"who": replace(shop.ground.mayor, town=shop.town), "batch_id": batch, "now": NOW}

    async def moves(unit: Unit) -> None:
        await moving.move_place(unit, place="Town hall", **desk)
        await moving.move_time(unit, window_id=first.id, span=span, **desk)

    got = await _meanwhile(shop, moves, shop.ask(1, anna, batch))
    assert isinstance(got, Got)
    assert (got.batch.place, got.window.starts_at, got.window.ends_at) == ("Town hall", *span)


@only_postgres
async def test_a_draw_that_is_put_off_at_that_moment_is_not_made(shop: Shop) -> None:  # noqa: F811
    """Whoever hears of the new time has until then to enter it."""
    await shop.bread(1)
    batch, [anna, ben] = await shop.more_bread(6, sharing="draw"), await shop.people(2)
    await shop.ask(0, anna, batch)
    draw_at = (await _batch_of(shop, batch)).draw_at
    assert draw_at is not None
    [first, _late] = await _windows(shop, batch)

    async def puts_off(unit: Unit) -> None:
        await moving.move_time(
            unit,
            who=replace(shop.ground.mayor, town=shop.town),
            batch_id=batch,
            window_id=first.id,
            span=(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2)),
            now=draw_at - timedelta(milliseconds=1),
        )

    async def draws() -> int:
        async with shop.database(1).unit() as unit:
            return await DRAW_JOBS[0].run(unit, draw_at, shop.town)

    assert await meanwhile(shop.database(0), puts_off, draws()) == 0
    shop.ground.clock.instant = draw_at + timedelta(minutes=1)
    got = await shop.ask(1, ben, batch)
    assert isinstance(got, Got)
    assert got.state == "entered"


async def _batch_of(shop: Shop, batch: int) -> BatchRow:  # noqa: F811
    async with shop.ground.database.reading() as unit:
        found = await batches.get(unit, batch)
    assert found is not None
    return found


# -- homes -------------------------------------------------------------------------------------------------------------


async def _home(shop: Shop, code: str) -> int:  # noqa: F811
    async with shop.ground.database.unit() as unit:
        made = await homes.make(unit, street="Mill Lane", meter=code, code=code, now=NOW)
    assert made is not None
    return made


async def _moves(shop: Shop, who: Who, home: int | None, *, leaves: int = 0) -> None:  # noqa: F811
    async with shop.ground.database.unit() as unit:
        if leaves:
            assert await homes.move_out(unit, who.me, leaves)
        if home is not None:
            assert await homes.move_in(unit, who.me, home)


@only_sqlite
async def test_who_lives_in_no_home_is_a_home_of_one(shop: Shop) -> None:  # noqa: F811
    batch, [anna] = await shop.bread(20, home=4000), await shop.people(1)
    await shop.ask(0, anna, batch, 3000)
    assert isinstance(await shop.ask(0, anna, await shop.more_bread(20), 2000), OverAllowance)
    assert isinstance(await shop.ask(0, anna, batch, 2000), OverAllowance)
    assert isinstance(await shop.ask(0, anna, batch, 1000), Got)


@only_sqlite
async def test_moving_from_home_to_home_makes_no_allowance_anew(shop: Shop) -> None:  # noqa: F811
    batch, [anna, ben, carl] = await shop.bread(20, home=4000), await shop.people(3)
    first, second = await _home(shop, "HOME11"), await _home(shop, "HOME22")
    await _moves(shop, anna, first)
    await _moves(shop, ben, first)
    await _moves(shop, carl, second)
    await shop.ask(0, anna, batch, 3000)
    await _moves(shop, anna, second, leaves=first)
    assert isinstance(await shop.ask(0, anna, batch, 2000), OverAllowance)
    assert isinstance(await shop.ask(0, ben, batch, 2000), OverAllowance)  # it was eaten there
    assert isinstance(await shop.ask(0, ben, batch, 1000), Got)
    assert isinstance(await shop.ask(0, carl, batch, 4000), Got)
    assert isinstance(await shop.ask(0, anna, batch, 1000), OverAllowance)


@only_sqlite
async def test_who_waits_counts_towards_the_home_they_live_in_by_then(shop: Shop) -> None:  # noqa: F811
    batch, [anna, ben, carl] = await shop.bread(4, home=4000), await shop.people(3)
    home = await _home(shop, "HOME11")
    await _moves(shop, ben, home)
    await shop.ask(0, anna, batch, 4000)
    await shop.ask(0, ben, await shop.more_bread(3), 3000)
    await shop.ask(0, carl, batch, 2000, wait=True)
    await _moves(shop, carl, home)
    async with shop.database(0).unit() as unit:
        await _back(anna, batch)(unit)
        mine = await claims.to_claim(unit, batch, carl.me, before=NOW.date())
    assert mine is not None
    assert mine.mine is not None
    assert (mine.mine.state, mine.mine.amount, mine.mine.household_id) == ("held", 1000, home)


def _right_before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, then: Callable[[], Awaitable[None]]) -> None:
    """Have something happen, elsewhere and to its end, just before a function writes what was decided."""
    write = getattr(module, name)

    async def writes(*args: Any, **given: Any) -> Any:
        await then()
        return await write(*args, **given)

    monkeypatch.setattr(module, name, writes)


@only_postgres
@pytest.mark.parametrize("by_lot", [False, True], ids=["in line", "by lot"])
async def test_who_moves_in_as_their_turn_comes_takes_nothing_from_the_home(
    shop: Shop,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    by_lot: bool,
) -> None:
    """Carl's turn comes while he lives alone; the home that he moves into at that moment has had all it can have."""
    there, [anna, ben, carl] = await shop.bread(8, home=4000), await shop.people(3)
    home = await _home(shop, "HOME11")
    await _moves(shop, ben, home)
    await shop.ask(0, ben, there, 4000)
    here = await shop.more_bread(3, sharing="draw" if by_lot else "first")
    if not by_lot:
        await shop.ask(0, anna, here, 3000)
    await shop.ask(0, carl, here, 3000, wait=True)

    async def moves_in() -> None:
        await _moves(shop, carl, home)

    _right_before(monkeypatch, *((making, "_write") if by_lot else (claim_changes, "award")), moves_in)
    async with shop.database(1).unit() as unit:
        await (DRAW_JOBS[0].run(unit, NOW + timedelta(hours=1), shop.town) if by_lot else _back(anna, here)(unit))
    monkeypatch.undo()
    counted = select(func.sum(rows_of.c.amount)).where(rows_of.c.household_id == home)
    assert await shop.ground.rows(counted) == [(4000,)]
    mine = select(rows_of.c.state, rows_of.c.amount).where(rows_of.c.resident_id == carl.me)
    assert await shop.ground.rows(mine) == [("held", 3000)]


@only_postgres
@pytest.mark.parametrize("by_lot", [False, True], ids=["in line", "by lot"])
async def test_who_leaves_a_home_empty_as_their_turn_comes_has_their_turn_all_the_same(
    shop: Shop,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    by_lot: bool,
) -> None:
    """Their home is forgotten as its last one leaves it: what they get then counts towards themselves alone."""
    there, [anna, carl] = await shop.bread(1), await shop.people(2)
    home = await _home(shop, "HOME11")
    await _moves(shop, carl, home)
    here = await shop.more_bread(3, sharing="draw") if by_lot else there
    if not by_lot:
        await shop.ask(0, anna, here)
    await shop.ask(0, carl, here, wait=True)

    async def moves_out() -> None:
        await _moves(shop, carl, None, leaves=home)

    _right_before(monkeypatch, *((making, "_write") if by_lot else (claim_changes, "award")), moves_out)
    async with shop.database(1).unit() as unit:
        await (DRAW_JOBS[0].run(unit, NOW + timedelta(hours=1), shop.town) if by_lot else _back(anna, here)(unit))
    mine = select(rows_of.c.state, rows_of.c.amount, rows_of.c.household_id).where(rows_of.c.resident_id == carl.me)
    assert await shop.ground.rows(mine) == [("held", 1000, None)]


@only_postgres
async def test_who_is_taken_out_of_a_home_as_they_ask_has_what_they_ask_for(shop: Shop) -> None:  # noqa: F811
    """Nobody is left in it, and it is forgotten."""
    batch, [anna] = await shop.bread(3), await shop.people(1)
    home = await _home(shop, "HOME11")
    await _moves(shop, anna, home)

    async def asks() -> Got:
        async with shop.database(1).unit() as unit:
            await places.lock(unit, anna.me)  # as her update does when it is opened
            return await ask(unit, who=anna, batch_id=batch, amount=1000, now=NOW)

    async def takes_out(unit: Unit) -> None:
        await power.take_out(unit, who=shop.ground.mayor, home_id=home, resident_id=anna.me)

    assert (await meanwhile(shop.database(0), takes_out, asks())).state == "held"


@only_sqlite
async def test_a_window_that_is_over_is_said_even_where_there_is_enough(shop: Shop) -> None:  # noqa: F811
    batch, [anna] = await shop.bread(2), await shop.people(1)
    first, _late = await _windows(shop, batch)
    async with shop.ground.database.unit() as unit:
        await settle_window(unit, batch, first.id, now=END)
    shop.ground.clock.instant = END
    assert isinstance(await shop.ask(0, anna, batch), Got)
    with pytest.raises(Fact):
        async with shop.ground.database.unit() as unit:
            await claiming.ask(unit, who=anna, batch_id=batch, amount=1000, now=END, window_id=first.id)


# -- all of it at once -------------------------------------------------------------------------------------------------


class Bustle:
    """Many people and the ticker at several processes, with four batches, one of them by lot, and homes of several."""

    def __init__(self, shop: Shop, people: list[Who], batches_up: list[int], seed: int) -> None:  # noqa: F811
        self.shop, self.people, self.batches = shop, people, batches_up
        self.chance = random.Random(seed)
        self.own = {who.me: asyncio.Lock() for who in people}  # as an update holds its resident
        self.few = asyncio.Semaphore(14)

    async def act(self, number: int) -> None:
        async with self.few:
            now = NOW + timedelta(minutes=1.5 * number)
            who, what = self.chance.choice(self.people), self.chance.choices(list(ACTS), list(ACTS.values()))[0]
            async with self.own[who.me]:
                with suppress(Fact):
                    async with self.shop.database(number).unit() as unit:
                        await getattr(self, what)(unit, who, self.chance.choice(self.batches), now)

    async def ask(self, unit: Unit, who: Who, batch: int, now: datetime) -> None:
        amount, wait = self.chance.choice([1000, 2000, 3000]), self.chance.random() < 0.6
        await ask(unit, who=who, batch_id=batch, amount=amount, now=now, wait=wait)

    async def back(self, unit: Unit, who: Who, batch: int, now: datetime) -> None:
        await giving.give_back(unit, who=who, batch_id=batch, now=now, keep=self.chance.choice([0, 1000]))

    async def leave(self, unit: Unit, who: Who, batch: int, now: datetime) -> None:
        await giving.leave(unit, who=who, batch_id=batch, now=now)

    async def hand(self, unit: Unit, who: Who, batch: int, now: datetime) -> None:
        for one in (await claim_changes.of_batch(unit, batch, [ClaimState.HELD]))[:1]:
            given: dict[str, Any] = {"claim_id": one.id, "code": one.code or "", "to_id": one.resident_id}
            amount = self.chance.choice([None, 1000])
            await handing.hand_over(unit, who=self.shop.ground.mayor, amount=amount, now=now, **given)

    async def tick(self, unit: Unit, who: Who, batch: int, now: datetime) -> None:
        job = self.chance.choice([*JOBS, *DRAW_JOBS])
        if await may_run(unit, f"job:{job.name}"):
            await job.run(unit, now, self.shop.town)


ACTS = {"ask": 10, "back": 4, "leave": 1, "hand": 3, "tick": 4}


@only_postgres
async def test_whatever_happens_at_once_nobody_waits_in_a_circle(shop: Shop) -> None:  # noqa: F811
    """No transaction is torn off by a deadlock, nobody has too much, and the ledgers add up."""
    first = await shop.bread(12, allowance=3000, home=5000)
    up = [first, *[await shop.more_bread(8) for _ in range(2)], await shop.more_bread(6, sharing="draw")]
    people = await shop.people(24)
    for at in range(4):
        home = await _home(shop, f"HOME{at}X")
        for who in people[at * 4 : at * 4 + 4]:
            await _moves(shop, who, home)
    bustle = Bustle(shop, people, up, seed=7)
    await asyncio.gather(*map(bustle.act, range(260)))
    for batch in up:
        await shop.holds(batch)
    own, at_home = Counter[int](), Counter[int]()
    for row in await shop.ground.rows(select(rows_of.c.resident_id, rows_of.c.household_id, rows_of.c.amount)):
        own[row.resident_id] += row.amount
        at_home[row.household_id or -row.resident_id] += row.amount
    assert 0 < max(own.values()) <= 3000
    assert max(at_home.values()) <= 5000
