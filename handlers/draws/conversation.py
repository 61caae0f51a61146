"""The room of draws."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.draws import actions, views
from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import DrawTap
from handlers.kit.reply import Reply, show
from handlers.kit.who import Who
from storage.unit import Unit


def router() -> Router:
    room = Router(name="draws")
    room.callback_query.filter(Tapped("draw:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_command, Command("draws", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(DrawTap, do))
    return room


async def on_command(message: Message, who: Who, unit: Unit) -> Reply:
    return show(message, views.listed(await actions.every(unit, who=who), 0, who.zone))


async def on_list(tap: CallbackQuery, callback_data: DrawTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.listed(await actions.every(unit, who=who), callback_data.page, who.zone))


async def on_about(tap: CallbackQuery, callback_data: DrawTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.about(await actions.one(unit, who=who, batch_id=callback_data.id), who.zone))


async def on_one(tap: CallbackQuery, callback_data: DrawTap, who: Who, unit: Unit) -> Reply:
    """What came of a draw; until it is made, how it works."""
    seen = await actions.one(unit, who=who, batch_id=callback_data.id)
    if seen.drawn is None:
        return show(tap, views.about(seen, who.zone))
    return show(tap, views.result(seen, seen.drawn, who.zone))


async def on_file(tap: CallbackQuery, callback_data: DrawTap, who: Who, unit: Unit) -> Reply:
    file = await actions.file_of(unit, who=who, batch_id=callback_data.id)
    return hand_out(tap, file.name, file.text, views.caption(file, who.zone), views.below(file))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "about": on_about,
    "one": on_one,
    "file": on_file,
}
