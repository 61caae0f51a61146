"""The shifts room: finding a shift, taking a place on it, giving it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import SHIFT, Links
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.shift_words import Fitting
from handlers.kit.taps import ListTap, ShiftTap
from handlers.kit.who import Who
from handlers.shifts import actions, list_views, views
from handlers.shifts.fitting import AHEAD, LOOKED_AT, fitting
from storage.queries import shifts, waiting
from storage.unit import Unit
from town.facts import NotFound
from town.week import at_local

MOST_ID = 2**31 - 1


def router() -> Router:
    room = Router(name="shifts")
    room.callback_query.filter(Tapped("shift:", "list:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_shifts, Command("shifts", ignore_mention=True))
    room.message.register(on_link, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.startswith(SHIFT)))
    for by, handler in LISTS.items():
        room.callback_query.register(handler, Doing(ListTap, by))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(ShiftTap, do))
    return room


# -- lists -----------------------------------------------------------------------------------------------------------


async def on_shifts(event: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(event, await _first_screen(who, unit, now))


async def on_lists(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _first_screen(who, unit, now))


async def on_day(tap: CallbackQuery, callback_data: ListTap, who: Who, unit: Unit, now: datetime) -> Reply:
    day = _day(callback_data.key, now, who)
    if day is None:
        starts = await shifts.open_starts(unit, now, now + AHEAD)
        return show(tap, list_views.days(starts, callback_data.page, who.zone))
    begins, ends = (at_local(one, time(), who.zone) for one in (day, day + timedelta(days=1)))
    found = await shifts.between(unit, max(now, begins - timedelta(microseconds=1)), ends)
    return show(tap, list_views.day(day, found, callback_data.page, who.zone))


async def on_project(tap: CallbackQuery, callback_data: ListTap, who: Who, unit: Unit, now: datetime) -> Reply:
    key, page = callback_data.key, callback_data.page
    if not key:
        return show(tap, list_views.projects(await shifts.open_projects(unit, now, now + AHEAD), page))
    found = await shifts.of_project(unit, _id(key, "project"), now, now + AHEAD)
    return show(tap, list_views.project(key, found, page, who.zone))


async def on_suits(tap: CallbackQuery, callback_data: ListTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await fitting(unit, who=who, now=now, most=LOOKED_AT)
    return show(tap, list_views.suits(found, callback_data.page, who.zone))


async def on_mine(tap: CallbackQuery, callback_data: ListTap, who: Who, unit: Unit, now: datetime) -> Reply:
    held = await shifts.held_by(unit, who.me)
    in_line = await waiting.of_resident(unit, who.me, now)
    return show(tap, list_views.mine(held, in_line, callback_data.page, now, who.zone))


# -- one shift -------------------------------------------------------------------------------------------------------


async def on_link(message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime) -> Reply:
    shift_id = _id((command.args or "").removeprefix(SHIFT), "shift")
    return await _page(message, shift_id, who, unit, now)


async def on_open(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _page(tap, callback_data.shift, who, unit, now)


async def on_join(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    placed = await actions.join_shift(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.joined(placed, who.zone))


async def on_unwait(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit) -> Reply:
    shift = await actions.leave_line(unit, who=who, shift_id=callback_data.shift)
    return show(tap, views.left_line(shift, who.zone))


async def on_accept(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    placed = await actions.accept_place(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.joined(placed, who.zone))


async def on_decline(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    shift = await actions.decline_place(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.declined(shift, await _others(who, unit, now, shift.id), who.zone))


async def on_leave(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    shift = await actions.may_leave(unit, who=who, shift_id=callback_data.shift, now=now)
    if actions.short_notice(shift, now):
        return show(tap, views.really_leave(shift, who.zone))
    return await on_release(tap, callback_data, who, unit, now)


async def on_release(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    left = await actions.leave_shift(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.released(left, await _others(who, unit, now, left.shift.id), who.zone))


async def on_coming(tap: CallbackQuery, callback_data: ShiftTap, who: Who, unit: Unit, now: datetime) -> Reply:
    shift, first = await actions.coming(unit, who=who, shift_id=callback_data.shift, now=now)
    return show(tap, views.coming(shift, first, who.zone))


async def on_share(tap: CallbackQuery, callback_data: ShiftTap, unit: Unit, links: Links) -> Reply:
    if await shifts.get(unit, callback_data.shift) is None:
        raise NotFound(what="shift")
    return show(tap, views.share(callback_data.shift, links.shift(callback_data.shift)))


LISTS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "": on_lists,
    "day": on_day,
    "project": on_project,
    "suits": on_suits,
    "mine": on_mine,
}
TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "join": on_join,
    "unwait": on_unwait,
    "accept": on_accept,
    "decline": on_decline,
    "leave": on_leave,
    "release": on_release,
    "coming": on_coming,
    "cant": on_release,
    "share": on_share,
}


async def _first_screen(who: Who, unit: Unit, now: datetime) -> Screen:
    return list_views.lists(await fitting(unit, who=who, now=now, most=list_views.FIRST), who.zone)


async def _others(who: Who, unit: Unit, now: datetime, shift_id: int) -> list[Fitting]:
    """The shifts that suit best, but for one."""
    found = await fitting(unit, who=who, now=now, most=list_views.FIRST + 1)
    return [one for one in found if one.shift.id != shift_id][: list_views.FIRST]


async def _page(event: Event, shift_id: int, who: Who, unit: Unit, now: datetime) -> Reply:
    page = await actions.open_shift(unit, who=who, shift_id=shift_id, now=now)
    return show(event, views.shift_page(page, now, who.zone))


def _day(key: str, now: datetime, who: Who) -> date | None:
    """The day that a button names, if it is one that has shifts to look for."""
    try:
        day = date.fromisoformat(key)
    except ValueError:
        return None
    today = now.astimezone(who.zone).date()
    return day if today <= day <= today + AHEAD else None


def _id(text: str, what: str) -> int:
    """A number out of a link or a button. Raises NotFound."""
    if not (text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= MOST_ID):
        raise NotFound(what=what)
    return int(text)
