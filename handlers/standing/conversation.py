"""The standing room: why somebody stands as they do, and exemptions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import StandingTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.standing import actions, views, why_views
from handlers.standing.asking import ASK, SHORTER
from handlers.standing.why import why
from storage.unit import Unit
from town.week import week_of


def router() -> Router:
    room = Router(name="standing.room")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("stand:"), residents_only)
    room.message.register(on_why_typed, Command("why", ignore_mention=True))
    room.message.register(on_exempt_typed, Command("exempt", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(StandingTap, do))
    parent = Router(name="standing")
    parent.include_routers(ASK.router(), SHORTER.router(), room)
    return parent


# -- why -------------------------------------------------------------------------------------------------------------


async def on_why_typed(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, why_views.why(await why(unit, who=who, key="", now=now), who))


async def on_why(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, why_views.why(await why(unit, who=who, key=callback_data.key, now=now), who))


# -- one's own exemptions --------------------------------------------------------------------------------------------


async def _mine(who: Who, unit: Unit, now: datetime) -> Screen:
    return views.mine(await actions.mine(unit, who=who, now=now), who.town.longest_exemption_weeks)


async def on_exempt_typed(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, await _mine(who, unit, now))


async def on_mine(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _mine(who, unit, now))


async def on_new(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await ASK.begin(tap, Scene(who, unit, now, seat))


async def on_end(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime) -> Reply:
    span = await actions.to_end(unit, who=who, exemption_id=callback_data.id, now=now)
    return show(tap, views.really_end(span, own=span.resident_id == who.me, monday=week_of(now, who.zone)))


async def on_ended(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime) -> Reply:
    span = await actions.end(unit, who=who, exemption_id=callback_data.id, now=now)
    return show(tap, views.ended(span, own=span.resident_id == who.me))


# -- at the desk -----------------------------------------------------------------------------------------------------


async def on_book(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.book(await actions.book(unit, who=who, now=now), callback_data.page, who.me))


async def on_open(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.request(await actions.to_decide(unit, who=who, exemption_id=callback_data.id)))


async def on_approve(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime) -> Reply:
    given = await actions.approve(unit, who=who, exemption_id=callback_data.id, last=None, now=now)
    return show(tap, views.approved(given))


async def on_shorter(
    tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    span = await actions.to_decide(unit, who=who, exemption_id=callback_data.id)
    draft = {"@id": span.id, "@most": span.weeks - 1, "first": span.from_week.isoformat()}
    return await SHORTER.begin_at(tap, Scene(who, unit, now, seat), "last", draft)


async def on_decline(tap: CallbackQuery, callback_data: StandingTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.declined(await actions.decline(unit, who=who, exemption_id=callback_data.id, now=now)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "why": on_why,
    "ask": on_mine,
    "new": on_new,
    "end": on_end,
    "ended": on_ended,
    "exempts": on_book,
    "open": on_open,
    "approve": on_approve,
    "shorter": on_shorter,
    "decline": on_decline,
}
