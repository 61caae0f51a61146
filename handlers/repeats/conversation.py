"""The room of batches that come again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.desk.actions import my_projects, project_of
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import RepeatTap
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.repeats import actions, asking, ending, views
from storage.unit import Unit
from town.facts import NoBatchThen


def router() -> Router:
    room = Router(name="repeats.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("repeat:"), residents_only)
    room.message.register(on_command, Command("repeats", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(RepeatTap, do))
    room.callback_query.register(on_change, Doing(RepeatTap, *asking.CHANGES))
    parent = Router(name="repeats")
    parent.include_routers(asking.NEW.router(), asking.CHANGE.router(), room)
    return parent


async def on_command(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, await _mine(who, unit, now, 0))


async def on_mine(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _mine(who, unit, now, callback_data.page))


async def _mine(who: Who, unit: Unit, now: datetime, page: int) -> Screen:
    found = await actions.mine(unit, who=who, now=now)
    return views.mine(found, await my_projects(unit, who=who), page)


async def on_which(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.which_project(await my_projects(unit, who=who), callback_data.page))


async def on_project(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.of_project(unit, who=who, project_id=callback_data.id, now=now)
    return show(tap, views.of_project(await project_of(unit, callback_data.id), found, callback_data.page))


async def on_new(
    tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await asking.begin(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_open(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.page(unit, who=who, series_id=callback_data.id, now=now)
    return show(tap, views.series(found, callback_data.page, who.zone))


async def on_changes(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.changes(await actions.page(unit, who=who, series_id=callback_data.id, now=now)))


async def on_change(
    tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await asking.begin_change(tap, Scene(who, unit, now, seat), callback_data.id, callback_data.do)


# -- days left out -----------------------------------------------------------------------------------------------------


async def on_days(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.page(unit, who=who, series_id=callback_data.id, now=now)
    return show(tap, views.days(found, callback_data.page))


def _day(key: str) -> date:
    try:
        return date.fromisoformat(key)
    except ValueError:
        raise NoBatchThen(given=key) from None


async def on_leave(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found, day = await actions.page(unit, who=who, series_id=callback_data.id, now=now), _day(callback_data.key)
    if day not in found.days:
        raise NoBatchThen(given=callback_data.key)
    return show(tap, views.sure_to_leave_out(found, day, callback_data.page, who.zone))


async def on_left(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    series_id, day = callback_data.id, _day(callback_data.key)
    done = await ending.leave_out(unit, who=who, series_id=series_id, day=day, now=now)
    if done.stayed:
        return show(tap, views.asked_for(done.stayed[0], done.series, callback_data.page))
    found = await actions.page(unit, who=who, series_id=series_id, now=now)
    return show(tap, views.days(found, callback_data.page), toast=views.left_out(done.series, day))


async def on_again(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    series_id, day = callback_data.id, _day(callback_data.key)
    one = await ending.bring_back(unit, who=who, series_id=series_id, day=day, now=now)
    found = await actions.page(unit, who=who, series_id=series_id, now=now)
    return show(tap, views.days(found, callback_data.page), toast=views.brought_back(one, day))


# -- the end -----------------------------------------------------------------------------------------------------------


async def on_end(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await actions.going_on(unit, who, callback_data.id)
    found = await actions.page(unit, who=who, series_id=callback_data.id, now=now)
    return show(tap, views.sure_to_end(found, who.zone))


async def on_ended(tap: CallbackQuery, callback_data: RepeatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.ended(await ending.end(unit, who=who, series_id=callback_data.id, now=now), who.zone))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "mine": on_mine,
    "which": on_which,
    "project": on_project,
    "new": on_new,
    "open": on_open,
    "changes": on_changes,
    "days": on_days,
    "leave": on_leave,
    "left": on_left,
    "again": on_again,
    "end": on_end,
    "ended": on_ended,
}
