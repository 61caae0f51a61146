"""The cover room: somebody cannot come, others are asked to step in and answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.cover import actions, views
from handlers.cover.actions import Moved, TooSlow
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.shift_words import Fitting
from handlers.kit.taps import CoverTap
from handlers.kit.who import Who
from handlers.shifts.fitting import fitting
from storage.unit import Unit

OTHERS = 3
"""Other shifts that somebody is shown who is not needed on this one, or cannot come to it."""


def router() -> Router:
    room = Router(name="cover")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("cover:"), residents_only)
    room.message.register(on_cant, Command("cant", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(CoverTap, do))
    return room


async def on_cant(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, views.which(await actions.my_coming(unit, who=who, now=now), 0, who.zone))


async def on_mine(tap: CallbackQuery, callback_data: CoverTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.which(await actions.my_coming(unit, who=who, now=now), callback_data.page, who.zone))


async def on_which(tap: CallbackQuery, callback_data: CoverTap, who: Who, unit: Unit, now: datetime) -> Reply:
    coming = await actions.my_coming(unit, who=who, now=now)
    chosen = next((shift for shift in coming if shift.id == callback_data.id), None)
    if chosen is None:  # given back, cancelled or begun since
        return show(tap, views.which(coming, 0, who.zone))
    return show(tap, views.really(chosen, who.zone, alone=len(coming) == 1))


async def on_take(tap: CallbackQuery, callback_data: CoverTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.step_in(unit, who=who, call_id=callback_data.id, now=now)
    if isinstance(done, TooSlow):
        return show(tap, views.too_slow(done, await _others(who, unit, now, done.shift.id), who.zone))
    if isinstance(done, Moved):
        return show(tap, views.moved(done.shift, who.zone))
    return show(tap, views.stepped_in(done, who.zone))


async def on_no(tap: CallbackQuery, callback_data: CoverTap, who: Who, unit: Unit, now: datetime) -> Reply:
    shift = await actions.not_this_time(unit, who=who, call_id=callback_data.id, now=now)
    return show(tap, views.declined(shift, await _others(who, unit, now, shift.id), who.zone))


async def on_ask(tap: CallbackQuery, callback_data: CoverTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.ask_around(unit, who=who, shift_id=callback_data.id, now=now)
    return show(tap, views.around(done, who.zone))


async def on_short(tap: CallbackQuery, callback_data: CoverTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.short_of_people(unit, who=who, now=now)
    return show(tap, views.short(found, callback_data.page, who.zone))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "mine": on_mine,
    "which": on_which,
    "take": on_take,
    "no": on_no,
    "ask": on_ask,
    "short": on_short,
}


async def _others(who: Who, unit: Unit, now: datetime, shift_id: int) -> list[Fitting]:
    """The shifts that suit best, but for one."""
    found = await fitting(unit, who=who, now=now, most=OTHERS + 1)
    return [one for one in found if one.shift.id != shift_id][:OTHERS]
