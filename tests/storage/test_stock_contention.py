"""Putting batches right while people ask for them, on both databases: nobody waits for ever, and every sum is right."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handlers.goods import claiming, giving
from handlers.kit.who import Who
from handlers.stock import correcting, item_actions, moving
from tests.storage.test_contention import NOW, Ground, ground  # noqa: F401 - a fixture
from tests.storage.test_goods_contention import Shop
from town.facts import Fact

LATER = (NOW + timedelta(hours=5), NOW + timedelta(hours=6))


class Busy(Shop):
    """Two batches of bread, people who want some, and the desk that puts them right, all at once."""

    async def does(self, number: int, act: Any, **given: Any) -> Any:
        """An action in a process and a transaction of its own; what stood in its way, if anything did."""
        try:
            async with self.database(number).unit() as unit:
                return await act(unit, now=self.ground.clock.now(), **given)
        except Fact as fact:
            return fact

    def wants(self, number: int, who: Who, batch: int) -> Awaitable[Any]:
        if number % 4 == 3:
            return self.does(number, giving.give_back, who=who, batch_id=batch)
        return self.does(number, claiming.ask, who=who, batch_id=batch, amount=1000, wait=number % 2 == 0)


@pytest.mark.parametrize("round_", range(2))
async def test_a_batch_is_put_right_while_people_ask_for_it(ground: Ground, round_: int) -> None:  # noqa: F811
    shop = Busy(ground)
    one = await shop.bread(6, allowance=1000)
    two = await shop.more_bread(6)
    people, desk = await shop.people(12), {"who": replace(ground.mayor, town=shop.town)}
    await asyncio.gather(*(shop.wants(0, who, one) for who in people[:8]))
    tasks = [shop.wants(n + round_, who, batch) for n, who in enumerate(people) for batch in (one, two)]
    tasks += [
        shop.does(0, correcting.correct, **desk, batch_id=one, quantity=3000, reason="counted"),
        shop.does(1, correcting.correct, **desk, batch_id=two, quantity=8000, reason="counted"),
        shop.does(2, correcting.spoil, **desk, batch_id=one, amount=1000, reason="mould"),
        shop.does(3, item_actions.change, **desk, item_id=1, allowance=2000),
        shop.does(4, moving.add_window, **desk, batch_id=two, span=LATER),
        shop.does(5, moving.move_place, **desk, batch_id=one, place="Hall"),
    ]
    tasks = tasks[round_::2] + tasks[1 - round_ :: 2]
    for done in await asyncio.wait_for(asyncio.gather(*tasks), 30):
        assert not isinstance(done, BaseException) or isinstance(done, Fact)
    assert (await shop.holds(one)).total() > 0
    assert (await shop.holds(two)).total() > 0
    called_off, *_asked = await asyncio.gather(
        shop.does(0, correcting.call_off, **desk, batch_id=two, reason="no flour"),
        *(shop.wants(n, who, two) for n, who in enumerate(people)),
    )
    assert isinstance(called_off, int)
    assert not set(await shop.holds(two)) & {"held", "waiting", "entered"}
