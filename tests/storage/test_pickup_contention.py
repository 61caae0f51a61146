"""Two desks and one code, an expiry and a hand-over: goods leave the shelf once, on both databases.

On PostgreSQL each desk is a process of its own (see `tests.storage.test_contention`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from sqlalchemy import func

from bot.ticker import Ticker
from handlers.goods import claiming
from handlers.goods.putting_up import put_up
from handlers.goods.settling import settle_window
from handlers.kit.who import Who
from handlers.orders import actions as orders
from handlers.pickup import actions
from storage.queries import batches, claim_changes, items, pickup, residents
from storage.queries.batches import stock
from storage.queries.claims import ClaimRow, claims
from storage.sql import select
from storage.tables import ClaimState, MoneyEntry, ResidentState, Sharing, StockKind, table_of
from tests.storage.test_contention import CHANNEL, NOW, Ground, ground, notices  # noqa: F401 - the fixture
from town.facts import CannotTakeBack, PickupCodeWrong, TakenBack

entries = table_of(MoneyEntry)
LONG_AGO = timedelta(days=10)


class Loaf(NamedTuple):
    """A claim that is to be handed over, and where."""

    batch: int
    claim: int
    resident: int
    code: str
    window: int


async def _batch(ground: Ground, *, price: int | None = None) -> int:  # noqa: F811
    """Bread that is handed over now, for two hours."""
    project, mayor = await ground.project(), ground.mayor
    async with ground.database.unit() as unit:
        columns = {"names": "{}", "step": 1000, "sharing": Sharing.FIRST.value, "price": price}
        item = await items.make(unit, {"name": "Bread", "unit": "loaf", **columns}, by=mayor.me, now=NOW)
        kept = None if item is None else await items.get(unit, item)
        assert kept is not None
        made = await put_up(
            unit,
            by=mayor.me,
            item=kept,
            project_id=project,
            quantity=100_000,
            windows=[(NOW, NOW + timedelta(hours=2))],
            place="",
            town=mayor.town,
            now=NOW,
        )
    assert made is not None
    return made


async def _claim(ground: Ground, batch: int, *, loaves: int = 1) -> Loaf:  # noqa: F811
    """Somebody's claim of some loaves."""
    async with ground.database.unit() as unit:
        resident = await _resident(unit)
        who = Who(0, CHANNEL, "", "en", resident, "Anna", ResidentState.RESIDENT, ground.mayor.town)
        got = await claiming.ask(unit, who=who, batch_id=batch, amount=loaves * 1000, now=NOW)
    return Loaf(batch, got.claim_id, resident, got.code, got.window.id)


async def _resident(unit: Any) -> int:
    return await residents.make(
        unit,
        name="Anna",
        street="Mill Lane",
        state=ResidentState.RESIDENT,
        free_times=0,
        reminder_early=1440,
        reminder_late=120,
        joined_at=NOW - LONG_AGO,
        consent_at=NOW,
        consent_version=1,
    )


async def _hand(ground: Ground, desk: int, loaf: Loaf, amount: int | None = None) -> int:  # noqa: F811
    """Hand it over at a desk: how much left the shelf, 0 when another desk was quicker, or it had passed on."""
    try:
        async with ground.any_process(desk).database.unit() as unit:
            done = await actions.hand(
                unit,
                who=ground.mayor,
                claim_id=loaf.claim,
                code=loaf.code,
                amount=amount,
                to_id=loaf.resident,
                now=ground.clock.now(),
            )
    except PickupCodeWrong:
        return 0
    return done.handed.amount


async def _claim_of(ground: Ground, loaf: Loaf) -> ClaimRow:  # noqa: F811
    """The claim as it is; the stock is what its ledger and the claims say."""
    async with ground.database.reading() as unit:
        found, batch = await claim_changes.get(unit, loaf.claim), await batches.get(unit, loaf.batch)
        assert found is not None
        assert batch is not None
        assert await batches.sums(unit, loaf.batch) == (batch.free, batch.shelf)
        held = await claim_changes.of_batch(unit, loaf.batch, [ClaimState.HELD])
    assert batch.shelf - batch.free == sum(one.left for one in held)
    return found


async def _handed(ground: Ground, loaf: Loaf) -> int:  # noqa: F811
    """How often the ledger says that it was handed over."""
    counted = select(func.count()).where(stock.c.claim_id == loaf.claim, stock.c.kind == StockKind.HANDED_OVER)
    return int((await ground.rows(counted))[0][0])


async def test_many_desks_hand_over_one_code(ground: Ground) -> None:  # noqa: F811
    loaf = await _claim(ground, await _batch(ground), loaves=2)
    handed = await asyncio.gather(*(_hand(ground, desk, loaf) for desk in range(20)))
    assert sorted(handed) == [0] * 19 + [2000]
    after = await _claim_of(ground, loaf)
    assert (after.state, after.handed, after.code) == (ClaimState.COLLECTED, 2000, None)
    assert await _handed(ground, loaf) == 1


async def test_many_desks_hand_over_a_part(ground: Ground) -> None:  # noqa: F811
    """A code works once, also when there would be enough left for both."""
    loaf = await _claim(ground, await _batch(ground), loaves=10)
    handed = await asyncio.gather(*(_hand(ground, desk, loaf, 1000) for desk in range(10)))
    assert sorted(handed) == [0] * 9 + [1000]
    after = await _claim_of(ground, loaf)
    assert (after.state, after.handed) == (ClaimState.HELD, 1000)
    assert after.code not in (None, loaf.code)
    assert await _hand(ground, 1, loaf._replace(code=after.code or ""), 9000) == 9000


async def test_two_desks_with_the_card_of_one_claim(ground: Ground) -> None:  # noqa: F811
    """As it is in the chat: both have the card open, and tap."""
    batch = await _batch(ground)
    loaf = await _claim(ground, batch)
    ((project,),) = await ground.rows(select(batches.batches.c.project_id))
    desks = [await ground.coordinator(project) for _desk in range(4)]
    for number, address in enumerate(desks):
        await ground.any_process(number).say(address, "/pickup")
        await ground.any_process(number).say(address, loaf.code)
    tap = f"claim:hand:{loaf.claim}:{loaf.resident}:0"
    await asyncio.gather(*(ground.any_process(n).tap(address, tap) for n, address in enumerate(desks)))
    said = [ground.heard()[address][-1] for address in desks]
    assert sum("handed over to Anna" in text for text in said) == 1
    assert sum("I know no such code" in text for text in said) == 3
    assert (await _claim_of(ground, loaf)).handed == 1000
    assert await _handed(ground, loaf) == 1


@pytest.mark.parametrize("before", [0, 6])
async def test_an_expiry_races_the_hand_over(ground: Ground, before: int) -> None:  # noqa: F811
    """Each is handed over or passes on, never both, whichever is the quicker for it."""
    batch = await _batch(ground)
    loaves = [await _claim(ground, batch) for _ in range(12)]
    ground.clock.instant = NOW + timedelta(hours=2, seconds=1)

    async def expire(process: int) -> bool:
        async with ground.any_process(process).database.unit() as unit:
            return await settle_window(unit, batch, loaves[0].window, now=ground.clock.now())

    tries: list[Awaitable[int]] = [_hand(ground, number, loaf) for number, loaf in enumerate(loaves)]
    tries[before:before] = [expire(1), expire(2)]
    results = list(await asyncio.gather(*tries))
    assert sorted(results[before : before + 2]) == [False, True]
    del results[before : before + 2]
    for loaf, handed in zip(loaves, results, strict=True):
        after = await _claim_of(ground, loaf)
        assert (after.state, after.handed) == ((ClaimState.COLLECTED, 1000) if handed else (ClaimState.LAPSED, 0))
        assert await _handed(ground, loaf) == (1 if handed else 0)
    lapsed = select(func.count()).where(notices.c.notice == "goods.lapsed")
    assert (await ground.rows(lapsed))[0][0] == results.count(0)


async def test_an_order_is_paid_once(ground: Ground) -> None:  # noqa: F811
    loaf = await _claim(ground, await _batch(ground, price=1250), loaves=2)
    async with ground.database.unit() as unit:
        await unit.run(claims.update().values(price=1250))
    handed = await asyncio.gather(*(_hand(ground, desk, loaf) for desk in range(8)))
    assert sorted(handed) == [0] * 7 + [2000]
    assert await ground.rows(select(entries.c.amount, entries.c.claim_id)) == [(2500, loaf.claim)]


async def test_one_handing_over_is_taken_back_once(ground: Ground) -> None:  # noqa: F811
    loaf = await _claim(ground, await _batch(ground))
    assert await _hand(ground, 0, loaf) == 1000
    async with ground.database.reading() as unit:
        line = await pickup.last_line(unit, loaf.claim)
    assert line is not None

    async def undo(desk: int) -> bool:
        try:
            async with ground.any_process(desk).database.unit() as unit:
                await actions.take_back(
                    unit, who=ground.mayor, claim_id=loaf.claim, line_id=line.id, now=ground.clock.now()
                )
        except CannotTakeBack:
            return False
        return True

    assert sorted(await asyncio.gather(*(undo(desk) for desk in range(8)))) == [False] * 7 + [True]
    after = await _claim_of(ground, loaf)
    assert (after.state, after.handed) == (ClaimState.HELD, 0)


async def test_a_payment_is_undone_or_given_back_never_both(ground: Ground) -> None:  # noqa: F811
    batch = await _batch(ground, price=1250)
    loaf = await _claim(ground, batch, loaves=2)
    async with ground.database.unit() as unit:
        await unit.run(claims.update().values(price=1250))
    assert await _hand(ground, 0, loaf) == 2000
    async with ground.database.reading() as unit:
        line = await pickup.last_line(unit, loaf.claim)
    assert line is not None
    who, now, line_id = ground.mayor, ground.clock.now(), line.id

    async def undo(desk: int) -> bool:
        try:
            async with ground.any_process(desk).database.unit() as unit:
                await actions.take_back(unit, who=who, claim_id=loaf.claim, line_id=line_id, now=now)
        except (CannotTakeBack, TakenBack):
            return False
        return True

    async def refund(desk: int) -> bool:
        try:
            async with ground.any_process(desk).database.unit() as unit:
                await orders.refund(unit, who=who, entry_id=1, reason="It was brought back", now=now)
        except TakenBack:
            return False
        return True

    done = await asyncio.gather(undo(0), refund(1), undo(2), refund(3), undo(4), refund(5))
    assert sum(done) == 1
    after, undone = await _claim_of(ground, loaf), any(done[::2])
    assert (after.state, after.handed) == ((ClaimState.HELD, 0) if undone else (ClaimState.COLLECTED, 2000))
    kinds = [row.kind for row in await ground.rows(select(entries.c.kind).order_by(entries.c.id))]
    assert kinds == ["sale", "correction" if undone else "refund"]


async def test_many_processes_remind_once(ground: Ground) -> None:  # noqa: F811
    batch = await _batch(ground)
    loaves = [await _claim(ground, batch) for _ in range(3)]
    await _hand(ground, 0, loaves[0])
    for minutes in (59, 61, 80):  # before the hour, after it, and again
        ground.clock.instant = NOW + timedelta(minutes=minutes)
        await asyncio.gather(*(Ticker(process.database, ground.clock).tick() for process in ground.processes))
    told = select(notices.c.resident_id).where(notices.c.notice == "pickup.reminder")
    assert sorted(row.resident_id for row in await ground.rows(told)) == [loaf.resident for loaf in loaves[1:]]
