"""*My week*: the screen everything leads back to."""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Tapped, residents_only
from handlers.kit.hearing_words import offer
from handlers.kit.links import POSTER
from handlers.kit.nav import HOME
from handlers.kit.reply import Reply, chat_of, send, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.week import views
from handlers.week.actions import my_week
from storage.queries import mutes
from storage.unit import Unit
from town.week import local


def router() -> Router:
    week = Router(name="week")
    week.callback_query.filter(Tapped(HOME))

    @week.callback_query(residents_only)
    async def on_home(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        seat.state = None
        return show(tap, views.card(await my_week(unit, who=who, now=now), who))

    @week.message(Command("week", ignore_mention=True), residents_only)
    async def on_week(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        seat.state = None
        return show(message, views.card(await my_week(unit, who=who, now=now), who))

    @week.message(CommandStart(ignore_mention=True, deep_link=False), residents_only)
    @week.message(CommandStart(ignore_mention=True, deep_link=True, magic=F.args.startswith(POSTER)), residents_only)
    async def on_start(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
        """Telegram sends this for whoever opens the chat: it is no wish to be told again what they have stopped."""
        seat.state = None
        card = send(chat_of(message), views.card(await my_week(unit, who=who, now=now), who))
        stopped_at = await mutes.stopped_at(unit, who.me)
        if stopped_at is None:
            return [card]
        return [card, send(chat_of(message), offer(local(stopped_at, who.zone).date()))]

    return week
