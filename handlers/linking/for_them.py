"""What a steward does here for somebody without a phone: a code for the one they have now, and who it is that sent it.

Everything else about chats is theirs alone. How they agreed is asked in the steward's own voice: it is the steward who
answers for it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, Filter, or_f
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.helping import actions as helping
from handlers.kit.filters import Doing, Tapped
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.linking import for_them_views, meeting
from handlers.linking.actions import NewCode
from handlers.linking.bringing import BringsCode
from handlers.linking.codes import LASTS
from handlers.linking.taps import ChatTap, ForThemTap
from handlers.merging.words import told
from storage.unit import Unit
from town.facts import NotForStewards


class ForAnother(Filter):
    """Passes who speaks for somebody without a phone."""

    async def __call__(self, event: TelegramObject, who: Who) -> bool:
        return who.steward_id is not None


def router() -> Router:
    theirs = Router(name="linking.helped")
    theirs.message.filter(ForAnother())
    theirs.callback_query.filter(Tapped("chat:"), ForAnother())
    theirs.message.register(on_link, Command("link", ignore_mention=True), NoCode())
    theirs.message.register(on_theirs_alone, or_f(Command("chats", ignore_mention=True), BringsCode()))
    theirs.callback_query.register(on_same, Doing(ChatTap, "look", "one"))
    theirs.callback_query.register(on_not_same, Doing(ChatTap, "notme"))
    theirs.callback_query.register(on_theirs_alone)
    own = Router(name="linking.steward")
    own.callback_query.filter(Tapped("forthem:"))
    own.callback_query.register(on_agreed, Doing(ForThemTap, *for_them_views.CONSENTS))
    parent = Router(name="linking.for_them")
    parent.include_routers(theirs, own)
    return parent


class NoCode(Filter):
    """Passes a message that brings no code."""

    async def __call__(self, message: Message) -> bool:
        return not await BringsCode()(message)


async def on_link(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    steward = replace(who, resident_id=who.steward_id, steward_id=None)
    one, code = await helping.code(unit, who=steward, resident_id=who.me, now=now)
    return show(message, for_them_views.code(one.name, NewCode(code, now + LASTS), who.zone))


async def on_theirs_alone(event: TelegramObject, who: Who) -> Reply:
    """Nobody looks at the chats of whom they help, or becomes somebody in their name. Raises NotForStewards."""
    raise NotForStewards(name=who.name)


async def on_same(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, other = callback_data.id, callback_data.other
    name, seen = await meeting.other_half(unit, who=who, account_id=one, other_id=other, now=now)
    return show(tap, for_them_views.have_they_agreed(who, name, told(seen, who.zone), account_id=one, other_id=other))


async def on_not_same(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, other = callback_data.id, callback_data.other
    await meeting.answer(unit, who=who, account_id=one, other_id=other, same=False, now=now)
    return show(tap, for_them_views.not_one())


async def on_agreed(tap: CallbackQuery, callback_data: ForThemTap, who: Who, unit: Unit, now: datetime) -> Reply:
    said = callback_data
    done = await meeting.answer_for(
        unit, who=who, helped_id=said.helped, account_id=said.id, other_id=said.other, consent=said.do, now=now
    )
    return show(tap, for_them_views.made_one(done))
