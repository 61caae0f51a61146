"""The room of recalls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import RecallTap
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.recalls import actions, sheet, views
from handlers.recalls.asking import BATCH, RECALLING
from storage.unit import Unit
from town.facts import NotRecalled


def router() -> Router:
    room = Router(name="recalls.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("recall:"), residents_only)
    room.message.register(on_command, Command("recall", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(RecallTap, do))
    parent = Router(name="recalls")
    parent.include_routers(RECALLING.router(), room)
    return parent


# -- recalling ---------------------------------------------------------------------------------------------------------


async def on_command(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, await _list(who, unit, 0, now))


async def on_list(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _list(who, unit, callback_data.page, now))


async def _list(who: Who, unit: Unit, page: int, now: datetime) -> Screen:
    return views.recent(*await actions.recent(unit, who=who, page=page, now=now))


async def on_open(
    tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    """How far a recall has come; where there was none yet, the questions of one."""
    try:
        found = await actions.page(unit, who=who, batch_id=callback_data.id)
    except NotRecalled:
        return await _begin(tap, Scene(who, unit, now, seat), callback_data.id)
    return show(tap, views.page(found, who.zone))


async def on_again(
    tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await _begin(tap, Scene(who, unit, now, seat), callback_data.id)


async def _begin(event: Event, scene: Scene, batch_id: int) -> Reply:
    await actions.to_recall(scene.unit, who=scene.who, batch_id=batch_id, now=scene.now)
    return await RECALLING.begin(event, scene, {BATCH: batch_id}, afresh=True)


async def on_clear(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit) -> Reply:
    found = await actions.page(unit, who=who, batch_id=callback_data.id)
    return show(tap, views.sure_to_clear(found) if found.stands else views.page(found, who.zone))


async def on_cleared(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.page(await actions.clear(unit, who=who, batch_id=callback_data.id, now=now), who.zone))


# -- how far it has come -----------------------------------------------------------------------------------------------


async def on_people(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit) -> Reply:
    found = await actions.people(unit, who=who, batch_id=callback_data.id, page_number=callback_data.page)
    return show(tap, views.people(*found))


async def on_person(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit) -> Reply:
    found = await actions.person(unit, who=who, batch_id=callback_data.id, resident_id=callback_data.who)
    return show(tap, views.person(found, callback_data.page, who.zone))


async def on_told(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit, now: datetime) -> Reply:
    batch, resident = callback_data.id, callback_data.who
    found = await actions.told_in_person(unit, who=who, batch_id=batch, resident_id=resident, now=now)
    return show(tap, views.person(found, callback_data.page, who.zone), toast=views.noted())


async def on_customers(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit) -> Reply:
    found = await actions.page(unit, who=who, batch_id=callback_data.id)
    return show(tap, views.customers(found, callback_data.page, who.zone))


async def on_file(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit) -> Reply:
    found, told = await actions.everybody(unit, who=who, batch_id=callback_data.id)
    name, text = sheet.of_recall(found, told)
    return hand_out(tap, name, text, views.caption(found), views.page(found, who.zone))


# -- for whom it concerns ----------------------------------------------------------------------------------------------


async def on_one(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.mine(await actions.mine(unit, who=who, batch_id=callback_data.id)))


async def on_read(tap: CallbackQuery, callback_data: RecallTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.mine(await actions.read(unit, who=who, batch_id=callback_data.id, now=now)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "open": on_open,
    "again": on_again,
    "clear": on_clear,
    "cleared": on_cleared,
    "people": on_people,
    "person": on_person,
    "told": on_told,
    "customers": on_customers,
    "file": on_file,
    "one": on_one,
    "read": on_read,
}
