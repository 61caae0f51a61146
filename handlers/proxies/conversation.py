"""The room of proxies."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.poll_taps import ProxyTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.proxies import actions, giving, views
from storage.unit import Unit


def router() -> Router:
    room = Router(name="proxies.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("proxy:"), residents_only)
    room.message.register(on_command, Command("proxies", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(ProxyTap, do))
    parent = Router(name="proxies")
    parent.include_routers(giving.GIVING.router(), room)
    return parent


async def on_command(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, views.mine(await actions.mine(unit, who=who, now=now), 0, who.town))


async def on_mine(tap: CallbackQuery, callback_data: ProxyTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.mine(unit, who=who, now=now)
    return show(tap, views.mine(found, callback_data.page, who.town))


async def on_vote(tap: CallbackQuery, callback_data: ProxyTap, who: Who, unit: Unit) -> Reply:
    poll, givers = await actions.in_poll(unit, who=who, poll_id=callback_data.id)
    return show(tap, views.in_poll(poll, givers))


async def on_give(
    tap: CallbackQuery, callback_data: ProxyTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await giving.begin(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_one(tap: CallbackQuery, callback_data: ProxyTap, who: Who, unit: Unit) -> Reply:
    found = await actions.one(unit, who=who, proxy_id=callback_data.id)
    return show(tap, views.one(found, holder=found.holder_id == who.me, town=who.town))


async def on_ended(tap: CallbackQuery, callback_data: ProxyTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.ended(await actions.end(unit, who=who, proxy_id=callback_data.id, now=now)))


async def on_decline(tap: CallbackQuery, callback_data: ProxyTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.declined(await actions.decline(unit, who=who, proxy_id=callback_data.id, now=now)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "mine": on_mine,
    "vote": on_vote,
    "give": on_give,
    "one": on_one,
    "ended": on_ended,
    "decline": on_decline,
}
