"""Residents without a phone, and who speaks for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.helping import actions, asking, views
from handlers.helping.taps import AidTap
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, say, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from storage.unit import Unit


def router() -> Router:
    room = Router(name="helping.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("aid:"), residents_only)
    room.message.register(on_command, Command("helping", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(AidTap, do))
    parent = Router(name="helping")
    parent.include_routers(asking.REGISTER.router(), asking.TAKE.router(), asking.PASS.router(), room)
    return parent


async def on_command(message: Message, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    people, duties = await actions.listed(unit, who=who)
    return show(message, views.people(people, 0, who.me, mayor=duties.mayor))


async def on_list(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    people, duties = await actions.listed(unit, who=who)
    return show(tap, views.people(people, callback_data.page, who.me, mayor=duties.mayor))


async def on_new(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    await actions.may_register(unit, who=who)
    return await asking.REGISTER.begin(tap, Scene(who, unit, now, seat))


async def on_person(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    return show(tap, views.person(await actions.page(unit, who=who, resident_id=callback_data.id), who.zone))


async def on_done(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, deeds = await actions.done_for(unit, who=who, resident_id=callback_data.id, now=now)
    return show(tap, views.done_for(one, deeds, callback_data.page, who.zone))


async def on_deeds(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.all_done(await actions.all_done(unit, who=who, now=now), callback_data.page, who.zone))


async def on_take(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    name, before = await actions.to_take(unit, who=who, resident_id=callback_data.id)
    known = {"@id": callback_data.id, "@name": name, "@before": before.steward if before is not None else None}
    return await asking.TAKE.begin(tap, Scene(who, unit, now, seat), known, afresh=True)


async def on_pass(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    one, people = await actions.others(unit, who=who, resident_id=callback_data.id)
    if not people:
        return show(tap, views.nobody_else(one))
    return await asking.PASS.begin(tap, Scene(who, unit, now, seat), {"@id": one.resident_id}, afresh=True)


async def on_has(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit) -> Reply:
    seen = await actions.page(unit, who=who, resident_id=callback_data.id)
    return show(tap, views.has_phone(seen.one))


async def on_code(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, code = await actions.code(unit, who=who, resident_id=callback_data.id, now=now)
    return say(tap, views.code(one, code))


async def on_end(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.sure_to_end((await actions.page(unit, who=who, resident_id=callback_data.id)).one))


async def on_ended(tap: CallbackQuery, callback_data: AidTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.ended(await actions.end(unit, who=who, resident_id=callback_data.id, now=now)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "new": on_new,
    "person": on_person,
    "done": on_done,
    "deeds": on_deeds,
    "take": on_take,
    "pass": on_pass,
    "has": on_has,
    "code": on_code,
    "end": on_end,
    "ended": on_ended,
}
