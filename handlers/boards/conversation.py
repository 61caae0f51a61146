"""The room where the mayor says where the weekly update is posted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.boards import actions, views
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.news_taps import BoardTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from storage.unit import Unit


def router() -> Router:
    room = Router(name="boards")
    room.callback_query.filter(Tapped("board:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_command, Command("boards", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(BoardTap, do))
    return room


async def on_command(message: Message, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    return show(message, views.listed(await actions.listed(unit, who=who), 0))


async def on_list(tap: CallbackQuery, callback_data: BoardTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.listed(await actions.listed(unit, who=who), callback_data.page))


async def on_one(tap: CallbackQuery, callback_data: BoardTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.one(await actions.one(unit, who=who, account_id=callback_data.id), who.zone))


async def on_switch(tap: CallbackQuery, callback_data: BoardTap, who: Who, unit: Unit, now: datetime) -> Reply:
    on = callback_data.do == "on"
    board = await actions.switch(unit, who=who, account_id=callback_data.id, on=on, now=now)
    return show(tap, views.one(board, who.zone), toast=views.switched(on=on))


async def on_sure(tap: CallbackQuery, callback_data: BoardTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.sure_to_drop(await actions.one(unit, who=who, account_id=callback_data.id)))


async def on_drop(tap: CallbackQuery, callback_data: BoardTap, who: Who, unit: Unit, now: datetime) -> Reply:
    board = await actions.drop(unit, who=who, account_id=callback_data.id, now=now)
    return show(tap, views.listed(await actions.listed(unit, who=who), 0), toast=views.dropped(board))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "one": on_one,
    "on": on_switch,
    "off": on_switch,
    "sure": on_sure,
    "drop": on_drop,
}
