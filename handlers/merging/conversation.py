"""Two residents who are one person: what a coordinator sees of it, and making them two again."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.merging import actions, views
from handlers.merging.taps import MergeTap
from storage.unit import Unit


def router() -> Router:
    room = Router(name="merging")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("merge:"), residents_only)
    room.message.register(on_command, Command("merged", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(MergeTap, do))
    return room


async def on_command(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    return show(message, views.listed(await actions.listed(unit, who=who, now=now), 0, who.zone))


async def on_list(tap: CallbackQuery, callback_data: MergeTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.listed(await actions.listed(unit, who=who, now=now), callback_data.page, who.zone))


async def on_open(tap: CallbackQuery, callback_data: MergeTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await actions.page(unit, who=who, merge_id=callback_data.id)
    forbids = await actions.what_forbids(unit, one, who=who, now=now)
    return show(tap, views.page(one, forbids=forbids, who=who))


async def on_sure(tap: CallbackQuery, callback_data: MergeTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await actions.page(unit, who=who, merge_id=callback_data.id)
    await actions.check_undo(unit, one, who=who, now=now)
    return show(tap, views.sure(one))


async def on_undo(tap: CallbackQuery, callback_data: MergeTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.undo(unit, who=who, merge_id=callback_data.id, now=now)
    return show(tap, views.undone(done.merge, done.stayed))


TAPS = {"list": on_list, "open": on_open, "sure": on_sure, "undo": on_undo}
