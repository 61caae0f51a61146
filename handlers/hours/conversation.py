"""The hours room: coordinators settle the rosters of shifts that have ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.hours import actions, views
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.lengths import read_length
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import HoursTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard
from storage.unit import Unit


async def _ask_length(scene: Scene) -> Screen:
    return views.how_long(scene.draft["name"], scene.draft["most"])


async def _take_length(scene: Scene, text: str) -> int:
    return read_length(text)


async def _confirm_length(scene: Scene) -> Screen:
    draft = scene.draft
    return await _confirm(scene.who, scene.unit, scene.now, draft["shift"], draft["resident"], draft["minutes"], 0)


LENGTH = Wizard("hours", [Step("minutes", _ask_length, typed=_take_length)], _confirm_length)


def router() -> Router:
    room = Router(name="hours.rosters")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("hours:"), residents_only)
    room.message.register(on_rosters, Command("rosters", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(HoursTap, do))
    parent = Router(name="hours")
    parent.include_routers(LENGTH.router(), room)
    return parent


async def on_rosters(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.open_rosters(unit, who=who, now=now)
    return show(message, views.rosters(found, 0, who.zone))


async def on_list(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.open_rosters(unit, who=who, now=now)
    return show(tap, views.rosters(found, callback_data.page, who.zone))


async def on_open(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    sheet = await actions.open_sheet(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.sheet(sheet, who.me, who.zone))


async def on_all(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.confirm_all(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.settled(done, who.zone))


async def on_here(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.confirm_all(unit, who=who, shift_id=callback_data.shift, now=now, here=True)
    return show(tap, views.settled(done, who.zone))


async def on_people(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    sheet = await actions.open_sheet(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.people(sheet, callback_data.page, who.me, who.zone))


async def on_person(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    sheet = await actions.open_sheet(unit, who=who, shift_id=callback_data.shift, now=now)
    line = sheet.line(callback_data.resident)
    return show(tap, views.person(sheet, line, callback_data.page, who.me, who.zone))


async def on_came(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    return show(tap, await _confirm(who, unit, now, of.shift, of.resident, of.minutes, of.page))


async def on_missed(tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    return show(tap, await _confirm(who, unit, now, of.shift, of.resident, 0, of.page))


async def on_typed(
    tap: CallbackQuery, callback_data: HoursTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    line, shift = await actions.to_confirm(
        unit, who=who, shift_id=callback_data.shift, resident_id=callback_data.resident, now=now
    )
    draft = {"shift": shift.id, "resident": line.resident_id, "name": line.name, "most": shift.minutes}
    return await LENGTH.begin_at(tap, Scene(who, unit, now, seat), "minutes", draft)


async def on_later(tap: CallbackQuery) -> Reply:
    return show(tap, views.later())


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "open": on_open,
    "all": on_all,
    "here": on_here,
    "people": on_people,
    "person": on_person,
    "came": on_came,
    "missed": on_missed,
    "typed": on_typed,
    "later": on_later,
}


async def _confirm(
    who: Who, unit: Unit, now: datetime, shift_id: int, resident_id: int, minutes: int, page: int
) -> Screen:
    done = await actions.confirm_one(
        unit, who=who, shift_id=shift_id, resident_id=resident_id, minutes=minutes, now=now
    )
    sheet = await actions.open_sheet(unit, who=who, shift_id=shift_id, now=now)
    said = views.written(sheet.line(resident_id), done)
    return views.people(sheet, page, who.me, who.zone, said=said)
