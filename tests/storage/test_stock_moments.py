"""The goods desk at the very moment in which somebody else changes the same: items, pick-ups, helpers, questions."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from handlers.kit.who import Who
from handlers.pickup import actions as pickup
from handlers.pickup import collecting
from handlers.pickup.jobs import remind
from handlers.repeats import jobs as repeats
from handlers.stock import correcting, item_actions, moving
from storage.queries import batches
from storage.sql import select
from storage.tables import Claim, Item, Outbox, PickupWindow, Picture, table_of
from storage.unit import Unit
from tests.storage.moments import meanwhile, while_it_waits
from tests.storage.test_contention import NOW, ground, only_postgres  # noqa: F401 - a fixture
from tests.storage.test_goods_contention import Shop, shop  # noqa: F401 - a fixture
from tests.storage.test_repeats_contention import a_series
from town.facts import AmountStep, Fact, NotFound

claims, items, notices = table_of(Claim), table_of(Item), table_of(Outbox)
pictures, windows = table_of(Picture), table_of(PickupWindow)
ENDING = NOW + timedelta(hours=3)
"""An hour before the pick-up of the shop's bread ends."""

LATER = (NOW + timedelta(hours=5), NOW + timedelta(hours=6))
Act = Callable[[Unit], Awaitable[object]]


async def _does(shop: Shop, number: int, act: Act) -> object:  # noqa: F811
    """An action in a process and a transaction of its own; what stood in its way, if anything did."""
    try:
        async with shop.database(number).unit() as unit:
            return await act(unit)
    except Fact as fact:
        return fact


async def _at_once(shop: Shop, first: Act, second: Act) -> object:  # noqa: F811
    """What came of the second, which waits for the first."""
    return await meanwhile(shop.database(0), first, _does(shop, 1, second))


# -- an item and two who change it -------------------------------------------------------------------------------------


@only_postgres
async def test_two_who_name_an_item_in_two_languages_have_both_names_kept(shop: Shop) -> None:  # noqa: F811
    await shop.bread(1)

    def names(language: str, name: str) -> Act:
        return lambda unit: item_actions.rename(unit, who=shop.ground.mayor, item_id=1, language=language, name=name)

    await _at_once(shop, names("es", "Pan"), names("af", "Brood"))
    [(kept,)] = await shop.ground.rows(select(items.c.names))
    assert json.loads(kept) == {"es": "Pan", "af": "Brood"}


@only_postgres
async def test_an_allowance_is_of_whole_steps_also_of_those_that_have_just_changed(shop: Shop) -> None:  # noqa: F811
    await shop.bread(1, allowance=4000)

    def changes(**columns: int) -> Act:
        return lambda unit: item_actions.change(unit, who=shop.ground.mayor, item_id=1, now=NOW, **columns)

    assert isinstance(await _at_once(shop, changes(step=2000), changes(allowance=3000)), AmountStep)


@only_postgres
async def test_of_two_pictures_given_to_an_item_at_once_one_is_kept(shop: Shop) -> None:  # noqa: F811
    """What nothing is shown with any more is forgotten, whoever was quicker."""
    await shop.bread(1)

    def shows(content: bytes) -> Act:
        async def act(unit: Unit) -> None:
            desk: dict[str, Any] = {"who": shop.ground.mayor, "item_id": 1}
            kept = await item_actions.keep_picture(unit, content=content, now=NOW, **desk)
            await item_actions.set_picture(unit, picture_id=kept, **desk)

        return act

    await _does(shop, 0, shows(b"first"))
    await _at_once(shop, shows(b"second"), shows(b"third"))
    assert await shop.ground.rows(select(pictures.c.content)) == [(b"third",)]


# -- a pick-up that moves ----------------------------------------------------------------------------------------------


def _moves(shop: Shop, batch: int, window: int) -> Act:  # noqa: F811
    return lambda unit: moving.move_time(
        unit,
        who=replace(shop.ground.mayor, town=shop.town),
        batch_id=batch,
        window_id=window,
        span=LATER,
        now=ENDING,
    )


async def _first_window(shop: Shop, batch: int) -> int:  # noqa: F811
    async with shop.ground.database.reading() as unit:
        return (await batches.windows_of(unit, [batch]))[batch][0].id


async def _reminders(shop: Shop) -> list[str]:  # noqa: F811
    """The ends of pick-ups that somebody was reminded of."""
    found = select(notices.c.fields).where(notices.c.notice == "pickup.reminder").order_by(notices.c.id)
    return [json.loads(row.fields)["ends_at"] for row in await shop.ground.rows(found)]


@only_postgres
async def test_nobody_is_reminded_of_a_time_that_has_just_changed(shop: Shop) -> None:  # noqa: F811
    batch, [anna] = await shop.bread(3), await shop.people(1)
    await shop.ask(0, anna, batch)
    window = await _first_window(shop, batch)
    reminded = await _at_once(shop, _moves(shop, batch, window), lambda unit: remind(unit, ENDING, shop.town))
    assert (reminded, await _reminders(shop)) == (0, [])
    assert await _does(shop, 0, lambda unit: remind(unit, LATER[0], shop.town)) == 1
    assert await _reminders(shop) == [LATER[1].isoformat()]


async def test_who_was_reminded_of_a_time_is_reminded_of_the_one_after_it(shop: Shop) -> None:  # noqa: F811
    batch, [anna] = await shop.bread(3), await shop.people(1)
    await shop.ask(0, anna, batch)
    assert await _does(shop, 0, lambda unit: remind(unit, ENDING, shop.town)) == 1
    await _does(shop, 0, _moves(shop, batch, await _first_window(shop, batch)))
    assert await _does(shop, 0, lambda unit: remind(unit, LATER[0], shop.town)) == 1
    assert await _reminders(shop) == [(NOW + timedelta(hours=4)).isoformat(), LATER[1].isoformat()]


# -- a helper ----------------------------------------------------------------------------------------------------------


async def _hands(shop: Shop, to: Who, then: Callable[[int], Act]) -> object:  # noqa: F811
    """Hand the only claim there is over to somebody, which waits for its batch while something else is done with it."""
    [(claim_id, batch_id, code)] = await shop.ground.rows(select(claims.c.id, claims.c.batch_id, claims.c.code))
    given: dict[str, Any] = {"claim_id": claim_id, "code": code, "amount": None, "to_id": to.me, "now": ENDING}
    return await while_it_waits(
        shop.database(0),
        lambda unit: batches.lock(unit, batch_id),
        _does(shop, 1, lambda unit: pickup.hand(unit, who=shop.ground.mayor, **given)),
        _does(shop, 2, then(claim_id)),
    )


async def _asked(shop: Shop) -> dict[int, str]:  # noqa: F811
    """What became of the word to each helper that they are asked to collect."""
    found = select(notices.c.resident_id, notices.c.state).where(notices.c.notice == "pickup.helper")
    return {row.resident_id: row.state for row in await shop.ground.rows(found)}


def _names(anna: Who, helper: Who) -> Callable[[int], Act]:
    return lambda claim_id: (
        lambda unit: collecting.name_helper(unit, who=anna, claim_id=claim_id, helper_id=helper.me, now=ENDING)
    )


@only_postgres
async def test_a_helper_who_is_asked_as_the_goods_are_handed_over_need_not_come(shop: Shop) -> None:  # noqa: F811
    batch, [anna, carl] = await shop.bread(3), await shop.people(2)
    await shop.ask(0, anna, batch)
    assert not isinstance(await _hands(shop, anna, _names(anna, carl)), Fact)
    assert await _asked(shop) == {carl.me: "dropped"}


@only_postgres
async def test_a_helper_who_is_asked_no_more_at_that_moment_gets_nothing(shop: Shop) -> None:  # noqa: F811
    """Anna asks Dan instead of Carl, who stands at the desk already."""
    batch, [anna, carl, dan] = await shop.bread(3), await shop.people(3)
    await shop.ask(0, anna, batch)
    [(claim_id,)] = await shop.ground.rows(select(claims.c.id))
    await _does(shop, 0, _names(anna, carl)(claim_id))
    assert isinstance(await _hands(shop, carl, _names(anna, dan)), NotFound)
    assert await shop.holds(batch) == {"held": 1}
    assert await _asked(shop) == {carl.me: "dropped", dan.me: "waiting"}


# -- whether there is as much ------------------------------------------------------------------------------------------


@only_postgres
async def test_it_is_asked_about_as_much_as_there_is_since_a_moment(shop: Shop) -> None:  # noqa: F811
    """The desk says that there are eight of the ten planned, just as it is asked whether there are ten."""
    desk = replace(shop.ground.mayor, town=shop.town)
    async with shop.ground.database.unit() as unit:
        await a_series(shop.ground, unit, await shop.ground.project(), "Bread", 540)
    [(batch, by)] = await shop.ground.rows(
        select(windows.c.batch_id, windows.c.starts_at).where(~windows.c.late).order_by(windows.c.starts_at).limit(1)
    )
    now = by - timedelta(minutes=shop.town.goods_check_minutes)

    async def corrects(unit: Unit) -> None:
        await correcting.correct(unit, who=desk, batch_id=batch, quantity=8000, reason="counted", now=now)

    assert await _at_once(shop, corrects, lambda unit: repeats.check(unit, now, shop.town)) == 1
    [(fields,)] = await shop.ground.rows(select(notices.c.fields).where(notices.c.notice == "repeat.check"))
    assert json.loads(fields)["quantity"] == 8000
