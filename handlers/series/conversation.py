"""The series room: a coordinator's series, and the residents who come every time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.desk.actions import project_of
from handlers.desk.shift_steps import FROM
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.taps import SeriesTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.roles.actions import must_coordinate
from handlers.series import (
    actions,
    change_series,
    ending,
    leave_out,
    leaving_out,
    new_series,
    standing,
    standing_views,
    views,
)
from storage.unit import Unit
from town.facts import NotItsDay


def router() -> Router:
    room = Router(name="series.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("series:"), residents_only)
    room.message.register(on_regular, Command("regular", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(SeriesTap, do))
    room.callback_query.register(on_change, Doing(SeriesTap, *change_series.CHANGES))
    parent = Router(name="series")
    wizards = (new_series.WIZARD, change_series.WIZARD, leave_out.WIZARD)
    parent.include_routers(*(wizard.router() for wizard in wizards), room)
    return parent


# -- at the desk -------------------------------------------------------------------------------------------------------


async def on_project(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.of_project(unit, who=who, project_id=callback_data.id, now=now)
    return show(tap, views.of_project(await project_of(unit, callback_data.id), found, callback_data.page))


async def on_new(
    tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await must_coordinate(unit, who, callback_data.id)
    await project_of(unit, callback_data.id)
    return await new_series.WIZARD.begin(tap, Scene(who, unit, now, seat), {FROM: callback_data.id})


async def on_open(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.page(unit, who=who, series_id=callback_data.id, now=now)
    return show(tap, views.series(found, callback_data.page, who.zone))


async def on_changes(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.changes(await actions.page(unit, who=who, series_id=callback_data.id, now=now)))


async def on_change(
    tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await change_series.begin(tap, Scene(who, unit, now, seat), callback_data.id, callback_data.do)


async def on_out(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.page(unit, who=who, series_id=callback_data.id, now=now)
    return show(tap, views.days_left_out(found.series, found.left_out, callback_data.page))


async def on_without(
    tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await leave_out.begin(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_again(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    try:
        day = date.fromisoformat(callback_data.key)
    except ValueError:
        raise NotItsDay(given=callback_data.key) from None
    one = await leaving_out.bring_back(unit, who=who, series_id=callback_data.id, day=day, now=now)
    return show(tap, views.brought_back(one, day))


async def on_end(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.sure_to_end(await actions.page(unit, who=who, series_id=callback_data.id, now=now)))


async def on_ended(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.ended(await ending.end(unit, who=who, series_id=callback_data.id, now=now)))


# -- every time --------------------------------------------------------------------------------------------------------


async def on_regular(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, standing_views.mine(await standing.of_resident(unit, who=who, now=now), 0, who.zone))


async def on_mine(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await standing.of_resident(unit, who=who, now=now)
    return show(tap, standing_views.mine(found, callback_data.page, who.zone))


async def on_every(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await standing.look(unit, who=who, series_id=callback_data.id, now=now)
    if not found.standing:
        return show(tap, standing_views.ask(found, who.zone))
    return show(tap, standing_views.weeks(found, callback_data.page, who.zone))


async def on_hold(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await standing.begin(unit, who=who, series_id=callback_data.id, now=now)
    return show(tap, standing_views.begun(found, who.zone))


async def on_skip(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, shift, soon = await standing.to_skip(unit, who=who, shift_id=callback_data.id, now=now)
    if soon:
        return show(tap, standing_views.really_skip(one, shift, who.zone))
    return await on_skipped(tap, callback_data, who, unit, now)


async def on_skipped(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await standing.skip(unit, who=who, shift_id=callback_data.id, now=now)
    return show(tap, standing_views.skipped(found, who.zone))


async def on_stop(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(
        tap, standing_views.sure_to_stop(await standing.look(unit, who=who, series_id=callback_data.id, now=now))
    )


async def on_keep(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, given = await standing.stop(unit, who=who, series_id=callback_data.id, give_back=False, now=now)
    return show(tap, standing_views.stopped(one, given))


async def on_leave(tap: CallbackQuery, callback_data: SeriesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, given = await standing.stop(unit, who=who, series_id=callback_data.id, give_back=True, now=now)
    return show(tap, standing_views.stopped(one, given))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "project": on_project,
    "new": on_new,
    "open": on_open,
    "changes": on_changes,
    "out": on_out,
    "without": on_without,
    "again": on_again,
    "end": on_end,
    "ended": on_ended,
    "mine": on_mine,
    "every": on_every,
    "hold": on_hold,
    "skip": on_skip,
    "skipped": on_skipped,
    "stop": on_stop,
    "keep": on_keep,
    "leave": on_leave,
}
