"""The swap room: passing a place on to somebody, for one of theirs or for nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.choosing import from_the_first, id_in, pages, turned
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import SwapTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.swaps import actions, choosing, views
from storage.queries import shifts
from storage.unit import Unit
from town.facts import NotFound
from town.text import clean

TYPED = "@typed"
"""Of a draft: the name that was looked for."""

MOST_NAME = 60

# -- a name that is written --------------------------------------------------------------------------------------------


async def _ask_person(scene: Scene) -> Screen:
    give = await actions.my_place(scene.unit, who=scene.who, shift_id=scene.draft["shift"], now=scene.now)
    typed = scene.draft.get(TYPED)
    if typed is None:
        return Screen(views.ask_name(give, scene.who.zone))
    people = await choosing.by_name(scene.unit, who=scene.who, text=typed)
    entries = [(name, str(one.id)) for name, one in zip(views.names(people), people, strict=True)]
    return Screen(views.found(give, typed, people, scene.who.zone), pages(scene, entries))


async def _search(scene: Scene, text: str) -> Any:
    scene.draft[TYPED] = clean(text, MOST_NAME)
    from_the_first(scene)
    return Stay()


async def _take_person(scene: Scene, value: str) -> Any:
    if (turn := turned(scene, value)) is not None:
        return turn
    return (await _deal(scene, id_in(value, "resident"))).taker.id


async def _sure(scene: Scene) -> Screen:
    return views.sure(await _deal(scene, scene.draft["person"]), scene.who.zone)


async def _deal(scene: Scene, other: int) -> actions.Deal:
    shift = scene.draft["shift"]
    return await actions.prepare(scene.unit, who=scene.who, shift_id=shift, take_id=None, other_id=other, now=scene.now)


PERSON = Wizard("swap", [Step("person", _ask_person, typed=_search, tapped=_take_person, free=False)], _sure)


def router() -> Router:
    room = Router(name="swaps.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("swap:"), residents_only)
    room.message.register(on_swaps, Command("swaps", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(SwapTap, do))
    parent = Router(name="swaps")
    parent.include_routers(PERSON.router(), room)
    return parent


# -- asking ------------------------------------------------------------------------------------------------------------


async def on_open(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    give = await actions.my_place(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.start(give, who.zone))


async def on_hand(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    give = await actions.my_place(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.hand_over(give, await choosing.helpers(unit, who=who, give=give, now=now), who.zone))


async def on_name(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await PERSON.begin_at(tap, Scene(who, unit, now, seat), "person", {"shift": callback_data.shift})


async def on_swap(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    give = await actions.my_place(unit, who=who, shift_id=callback_data.shift, now=now)
    there = await choosing.shifts_to_take(unit, who=who, give=give, now=now)
    return show(tap, views.other_shifts(give, there, callback_data.page, who.zone))


async def on_people(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    give = await actions.my_place(unit, who=who, shift_id=callback_data.shift, now=now)
    take = await shifts.get(unit, callback_data.other)
    if take is None or take.id == give.id:
        raise NotFound(what="shift")
    there = await choosing.people_on(unit, who=who, give=give, take=take)
    return show(tap, views.people(give, take, there, callback_data.page, who.zone))


async def on_sure(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    deal = await actions.prepare(unit, who=who, shift_id=of.shift, take_id=of.other or None, other_id=of.who, now=now)
    return show(tap, views.sure(deal, who.zone))


async def on_ask(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    swap = await actions.ask(unit, who=who, shift_id=of.shift, take_id=of.other or None, other_id=of.who, now=now)
    return show(tap, views.asked(swap, who.zone))


# -- requests ----------------------------------------------------------------------------------------------------------


async def on_swaps(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, views.requests(await actions.open_requests(unit, who=who, now=now), who.me, 0, who.zone))


async def on_mine(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.open_requests(unit, who=who, now=now)
    return show(tap, views.requests(found, who.me, callback_data.page, who.zone))


async def on_one(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit) -> Reply:
    swap = await actions.request(unit, who=who, swap_id=callback_data.other)
    return show(tap, views.request(swap, who.me, who.zone))


async def on_accept(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.accept(unit, who=who, swap_id=callback_data.other, now=now)
    return show(tap, views.accepted(done, who.zone))


async def on_decline(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.declined(await actions.decline(unit, who=who, swap_id=callback_data.other, now=now)))


async def on_withdraw(tap: CallbackQuery, callback_data: SwapTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.withdrawn(await actions.withdraw(unit, who=who, swap_id=callback_data.other, now=now)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "hand": on_hand,
    "name": on_name,
    "swap": on_swap,
    "people": on_people,
    "sure": on_sure,
    "ask": on_ask,
    "mine": on_mine,
    "one": on_one,
    "accept": on_accept,
    "decline": on_decline,
    "withdraw": on_withdraw,
}
