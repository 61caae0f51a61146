"""The last room: help, leaving, and an answer to whatever no other room understood."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers import catalogue
from handlers.help import views
from handlers.kit.filters import Tapped, Words
from handlers.kit.nav import LEAVE
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.roles.actions import duties_here
from storage.unit import Unit


def router() -> Router:
    room = Router(name="help")

    @room.message(Command("help", ignore_mention=True))
    async def on_help(message: Message, who: Who, unit: Unit) -> Reply:
        duties = await duties_here(unit, who)
        has = {"coordinator": duties.any, "treasurer": duties.books, "mayor": duties.mayor}
        shown = {"", *(role for role, held in has.items() if held)}
        return show(message, views.help_screen([entry for entry in catalogue.commands() if entry.role in shown]))

    @room.message(Command("cancel", ignore_mention=True))
    async def on_cancel(message: Message, seat: Seat) -> Reply:
        kept, seat.state = seat.state is not None, None
        return show(message, views.left(kept))

    @room.callback_query(Tapped(LEAVE))
    async def on_leave(tap: CallbackQuery, seat: Seat) -> Reply:
        kept, seat.state = seat.state is not None, None
        return show(tap, views.left(kept))

    @room.message(Words())
    async def on_unknown(message: Message) -> Reply:
        return show(message, views.not_understood(message.text or ""))

    @room.message()
    async def on_something_else(message: Message) -> Reply:
        return show(message, views.only_words())

    @room.callback_query()
    async def on_old_button(tap: CallbackQuery) -> Reply:
        return show(tap, views.old_button())

    return room
