"""The room of free electricity: a resident's home, and the desk's files for the utility."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.methods import SendDocument, TelegramMethod
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.kit.facts import sentence
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, send, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import PowerTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.power import actions, views
from handlers.power.actions import Document
from storage.unit import Unit
from town.electricity import read_meter
from town.facts import CodeWrong, HasHome, NoHome, NotFound, TooManyTries
from town.week import week_of

HOME = "@home"


async def _ask_meter(scene: Scene) -> Screen:
    return Screen(views.ask_meter())


async def _read_meter(scene: Scene, text: str) -> str:
    return read_meter(text)


async def _ask_code(scene: Scene) -> Screen:
    return Screen(views.ask_code())


async def _look_at_code(scene: Scene, text: str) -> Any:
    try:
        return await actions.home_of_code(scene.unit, seat=scene.seat, code=text, now=scene.now)
    except (CodeWrong, TooManyTries) as fact:  # answered here: raised, it would undo the counting
        return Stay(toast=sentence(fact, scene.who.zone))


async def _with_meter(scene: Scene) -> Screen:
    who, meter, home_id = scene.who, scene.draft["meter"], scene.draft.get(HOME)
    if home_id is None:
        mine = await actions.register(scene.unit, who=who, meter=meter, now=scene.now)
        return views.registered(mine, who.town.household_rule)
    found = await actions.change_meter(scene.unit, who=who, home_id=home_id, meter=meter)
    if any(one.resident_id == who.me for one in found.people):
        return views.meter_kept(found, who.town.household_rule)
    return views.one_home(found)


async def _with_code(scene: Scene) -> Screen:
    mine = await actions.join(scene.unit, who=scene.who, home_id=scene.draft["code"])
    return views.joined(mine, scene.who.town.household_rule)


METER = Wizard("meter", [Step("meter", _ask_meter, typed=_read_meter)], _with_meter)
CODE = Wizard("homecode", [Step("code", _ask_code, typed=_look_at_code)], _with_code)


def router() -> Router:
    room = Router(name="power.taps")
    room.callback_query.filter(Tapped("power:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_command, Command("home", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(PowerTap, do))
    parent = Router(name="power")
    parent.include_routers(METER.router(), CODE.router(), room)
    return parent


# -- a resident's home -------------------------------------------------------------------------------------------------


async def on_command(message: Message, who: Who, unit: Unit) -> Reply:
    return show(message, await _mine(who, unit))


async def on_home(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    return show(tap, await _mine(who, unit))


async def _mine(who: Who, unit: Unit) -> Screen:
    mine = await actions.my_home(unit, who=who)
    return views.no_home() if mine is None else views.my_home(mine, who.town.household_rule)


async def on_register(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    if await actions.my_home(unit, who=who) is not None:
        raise HasHome
    return await METER.begin_at(tap, Scene(who, unit, now, seat), "meter", {})


async def on_join(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    if await actions.my_home(unit, who=who) is not None:
        raise HasHome
    return await CODE.begin_at(tap, Scene(who, unit, now, seat), "code", {})


async def on_meter(
    tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await METER.begin_at(tap, Scene(who, unit, now, seat), "meter", {HOME: callback_data.id})


async def on_leave(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    mine = await actions.my_home(unit, who=who)
    if mine is None:
        raise NoHome
    return show(tap, views.sure_to_leave(mine))


async def on_left(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    await actions.leave(unit, who=who)
    return show(tap, views.no_home(), toast=views.left())


# -- the desk ----------------------------------------------------------------------------------------------------------


async def on_open(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _overview(who, unit, now))


async def on_file(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    """Make the running week's file, whatever week an old button was for."""
    week = week_of(now, who.zone)
    made = await actions.file_week(unit, who=who, town=who.town, week=week, now=now)
    return _handed(tap, [made], await _overview(who, unit, now))


async def on_adjust(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    made = await actions.adjust(unit, who=who, town=who.town, week=week_of(now, who.zone), now=now)
    return _handed(tap, made, await _overview(who, unit, now))


async def on_files(tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.files(await actions.filed(unit, who=who), callback_data.page, who.zone))


async def on_get(tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.document(unit, who=who, file_id=callback_data.id)
    return _handed(tap, [found], await _overview(who, unit, now))


async def on_homes(tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.homes(await actions.all_homes(unit, who=who), callback_data.page))


async def on_one(tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit) -> Reply:
    found = await actions.one_home(unit, who=who, home_id=callback_data.id)
    return show(tap, views.one_home(found, callback_data.page))


async def on_out(tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit) -> Reply:
    found = await actions.one_home(unit, who=who, home_id=callback_data.id)
    for one in found.people:
        if one.resident_id == callback_data.page:
            return show(tap, views.sure_to_take_out(found, one.resident_id, one.name))
    raise NotFound(what="resident")


async def on_take_out(tap: CallbackQuery, callback_data: PowerTap, who: Who, unit: Unit) -> Reply:
    left = await actions.take_out(unit, who=who, home_id=callback_data.id, resident_id=callback_data.page)
    if left is None:
        return show(tap, views.homes(await actions.all_homes(unit, who=who), 0), toast=views.taken_out())
    return show(tap, views.one_home(left), toast=views.taken_out())


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "home": on_home,
    "register": on_register,
    "join": on_join,
    "meter": on_meter,
    "leave": on_leave,
    "left": on_left,
    "open": on_open,
    "file": on_file,
    "adjust": on_adjust,
    "files": on_files,
    "get": on_get,
    "homes": on_homes,
    "one": on_one,
    "out": on_out,
    "takeout": on_take_out,
}


async def _overview(who: Who, unit: Unit, now: datetime) -> Screen:
    return views.overview(await actions.overview(unit, who=who, week=week_of(now, who.zone)), who.zone)


def _handed(event: Event, documents: Iterable[Document], screen: Screen) -> Reply:
    """Files, and below them the way on."""
    methods: list[TelegramMethod[Any]] = [
        SendDocument(
            chat_id=chat_of(event),
            document=BufferedInputFile(one.text.encode(), filename=one.name),
            caption=str(views.caption(one)),
            parse_mode="HTML",
        )
        for one in documents
    ]
    methods.append(send(chat_of(event), screen))
    if isinstance(event, CallbackQuery) and event.id != TYPED:
        methods.append(answer(event))
    return methods
