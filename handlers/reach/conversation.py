"""Whom a broadcast reached, and what reached nobody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.news_taps import ReachTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.reach import actions, lost_views, sheet, views
from handlers.reach.lost_views import ALL, REASONS, SURE
from storage.queries.undelivered import Lost
from storage.unit import Unit


def router() -> Router:
    room = Router(name="reach")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("reach:"), residents_only)
    room.message.register(on_command, Command("undelivered", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(ReachTap, do))
    return room


# -- a broadcast -------------------------------------------------------------------------------------------------------


async def on_card(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await actions.report(unit, who=who, broadcast_id=callback_data.id, now=now)
    return show(tap, views.card(seen, who.zone))


async def on_list(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, group, page = callback_data.id, callback_data.key, callback_data.page
    seen, shown, page = await actions.people(unit, who=who, broadcast_id=one, group=group, page=page, now=now)
    return show(tap, views.people(seen, group, shown, page, who.zone))


async def on_file(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen, people = await actions.everybody(unit, who=who, broadcast_id=callback_data.id, now=now)
    name, text = sheet.of_broadcast(callback_data.id, people)
    return hand_out(tap, name, text, views.file_caption(seen), views.after_file(seen))


async def on_again(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen, many = await actions.again(unit, who=who, broadcast_id=callback_data.id, now=now)
    return show(tap, views.card(seen, who.zone), toast=views.sent_again(many))


# -- what reached nobody -----------------------------------------------------------------------------------------------


async def on_command(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    return show(message, lost_views.missing(await actions.missing(unit, who=who, page=0, now=now)))


async def on_undelivered(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    key, page = callback_data.key, callback_data.page
    if key == REASONS:
        return show(tap, lost_views.by_reason(await actions.missing(unit, who=who, page=0, now=now)))
    return show(tap, lost_views.missing(await actions.missing(unit, who=who, reason=key, page=page, now=now)))


async def on_person(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.of_person(unit, who=who, resident_id=callback_data.id, now=now)
    return show(tap, lost_views.person(found, callback_data.page, who.zone))


async def on_row(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await actions.lost(unit, who=who, row_id=callback_data.id, now=now)
    return show(tap, lost_views.row(one, now, who.zone))


async def on_retry(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    many = await actions.retry(unit, rows=await _meant(callback_data, who, unit, now), now=now)
    seen = await actions.missing(unit, who=who, page=0, now=now)
    return show(tap, lost_views.missing(seen), toast=lost_views.tried(many))


async def on_drop(tap: CallbackQuery, callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> Reply:
    meant = await _meant(callback_data, who, unit, now)
    if callback_data.key == ALL:
        return show(tap, lost_views.sure_to_drop(meant))
    many = await actions.let_go(unit, rows=meant)
    seen = await actions.missing(unit, who=who, page=0, now=now)
    return show(tap, lost_views.missing(seen), toast=lost_views.let_go(many))


async def _meant(callback_data: ReachTap, who: Who, unit: Unit, now: datetime) -> list[Lost]:
    """The notices that a tap is about: one, or all of one person."""
    if callback_data.key in (ALL, SURE):
        return await actions.of_person(unit, who=who, resident_id=callback_data.id, now=now)
    return [await actions.lost(unit, who=who, row_id=callback_data.id, now=now)]


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "card": on_card,
    "list": on_list,
    "file": on_file,
    "again": on_again,
    "undelivered": on_undelivered,
    "person": on_person,
    "row": on_row,
    "retry": on_retry,
    "drop": on_drop,
}
