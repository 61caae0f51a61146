"""The room of calls for hands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.news_taps import TaskTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.shift_words import Fitting
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.shifts.fitting import fitting
from handlers.tasks import actions, asking, views
from handlers.tasks.actions import Late, Moved
from storage.unit import Unit

OTHERS = 3
"""Other shifts that somebody is shown who came too late for this one."""


def router() -> Router:
    room = Router(name="tasks.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("task:"), residents_only)
    room.message.register(on_command, Command("call", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(TaskTap, do))
    parent = Router(name="tasks")
    parent.include_routers(asking.CALLING.router(), room)
    return parent


async def on_command(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    return show(message, views.which(await actions.open_shifts(unit, who=who, now=now), 0, who.zone))


async def on_which(tap: CallbackQuery, callback_data: TaskTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.which(await actions.open_shifts(unit, who=who, now=now), callback_data.page, who.zone))


async def on_ask(tap: CallbackQuery, callback_data: TaskTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await asking.begin(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_come(tap: CallbackQuery, callback_data: TaskTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.come(unit, who=who, broadcast_id=callback_data.id, now=now)
    if isinstance(done, Late):
        return show(tap, views.late(done, await _others(who, unit, now, done.shift.id), who.zone))
    if isinstance(done, Moved):
        return show(tap, views.moved(done.shift, who.zone))
    return show(tap, views.joined(done, who.zone))


async def on_no(tap: CallbackQuery, callback_data: TaskTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.not_this_time(unit, who=who, broadcast_id=callback_data.id, now=now)
    return show(tap, views.declined(done, callback_data.id, now, who.zone))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "which": on_which,
    "ask": on_ask,
    "come": on_come,
    "no": on_no,
}


async def _others(who: Who, unit: Unit, now: datetime, shift_id: int) -> list[Fitting]:
    """The shifts that suit best, but for one."""
    found = await fitting(unit, who=who, now=now, most=OTHERS + 1)
    return [one for one in found if one.shift.id != shift_id][:OTHERS]
