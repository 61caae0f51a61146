"""Accounts of one resident: a code links another chat; which one the town writes to; letting one go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.expecting import expects_words
from handlers.kit.facts import sentence
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import Links
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.linking import actions, chats, desk_views, for_them, for_them_views, meeting, views
from handlers.linking.bringing import BringsCode
from handlers.linking.codes import PAYLOAD, Brought
from handlers.linking.finding import FINDING
from handlers.linking.taps import ChatTap
from handlers.linking.words import chat_labels
from handlers.merging.words import told
from handlers.roles.actions import duties_of
from handlers.signup.actions import check_join_code
from storage.queries.links import Chat
from storage.unit import Unit
from town.facts import CodeUsed, CodeWrong, TooManyTries


def router() -> Router:
    room = Router(name="linking.residents")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("chat:"), residents_only)
    room.message.register(on_link, Command("link", ignore_mention=True))
    room.message.register(on_chats, Command("chats", ignore_mention=True))
    _register(room, OWN | MEETING | DESK)
    anybody = Router(name="linking.anybody")
    anybody.message.register(on_code, BringsCode())
    anybody.callback_query.filter(Tapped("chat:"))
    _register(anybody, WITH_CODE)
    others = Router(name="linking.others")
    others.message.register(on_link_of_another, Command("link", ignore_mention=True))
    parent = Router(name="linking")
    parent.include_routers(for_them.router(), FINDING.router(), anybody, room, others)
    return parent


def _register(room: Router, taps: dict[str, Callable[..., Awaitable[Reply]]]) -> None:
    for do, handler in taps.items():
        room.callback_query.register(handler, Doing(ChatTap, do))


# -- where a code came -------------------------------------------------------------------------------------------------


async def on_code(message: Message, brought: Brought, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A code. A wrong one is counted, so it is answered here: a fact that is raised would undo the counting."""
    expected = seat.state
    try:
        looked = await actions.look(unit, who=who, seat=seat, code=brought.code, now=now)
    except (CodeWrong, CodeUsed, TooManyTries) as fact:
        if brought.alone and (expects_words(expected) or _lets_in(who, message.text or "")):
            raise SkipHandler from None  # an answer that only looks like a code
        return show(message, views.trouble(sentence(fact, who.zone), known=who.is_resident))
    return show(message, views.is_it_you(looked, zone=who.zone))


def _lets_in(who: Who, text: str) -> bool:
    """Whether this is what the town's notice board tells newcomers to send."""
    try:
        return who.has_to_sign_up and bool(check_join_code(who, text))
    except CodeWrong:
        return False


async def on_yes(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return show(tap, views.linked(await actions.link(unit, who=who, seat=seat, now=now)))


async def on_no(tap: CallbackQuery, who: Who, seat: Seat) -> Reply:
    actions.forget(seat)
    return show(tap, views.left_it(known=who.is_resident))


async def on_share(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return show(tap, views.shared(await meeting.share(unit, who=who, seat=seat, now=now)))


async def on_twice(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    question, seen = await meeting.preview(unit, who=who, seat=seat, now=now)
    return show(tap, for_them_views.would_ask(question, told(seen, who.zone)))


async def on_ask(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return show(tap, for_them_views.have_asked(await meeting.ask_to_merge(unit, who=who, seat=seat, now=now)))


# -- its answer in the other chat --------------------------------------------------------------------------------------


async def on_look(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, other = callback_data.id, callback_data.other
    name, seen = await meeting.other_half(unit, who=who, account_id=one, other_id=other, now=now)
    return show(tap, views.same(name, told(seen, who.zone), account_id=one, other_id=other))


async def on_one(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, other = callback_data.id, callback_data.other
    await meeting.answer(unit, who=who, account_id=one, other_id=other, same=True, now=now)
    return show(tap, views.made_one())


async def on_not_me(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, other = callback_data.id, callback_data.other
    await meeting.answer(unit, who=who, account_id=one, other_id=other, same=False, now=now)
    return show(tap, views.not_one())


# -- asking for a code -------------------------------------------------------------------------------------------------


async def on_link(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat, links: Links) -> Reply:
    seat.state = None
    return show(message, await _code(who, unit, now, links))


async def on_new_code(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, links: Links) -> Reply:
    return show(tap, await _code(who, unit, now, links))


async def _code(who: Who, unit: Unit, now: datetime, links: Links) -> Screen:
    new = await actions.ask_code(unit, who=who, now=now)
    payload = PAYLOAD + new.code.replace("-", "")
    ways = [way for way in links.ways(payload) if way.channel != who.channel]
    return views.code(new, ways, who.zone)


async def on_link_of_another(message: Message) -> Reply:
    return show(message, views.only_residents())


# -- one's chats -------------------------------------------------------------------------------------------------------


async def on_chats(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    return show(message, await _chats(who, unit, now))


async def on_open(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    return show(tap, await _chats(who, unit, now, callback_data.page))


async def _chats(who: Who, unit: Unit, now: datetime, page: int = 0) -> Screen:
    listed = await chats.mine(unit, who=who)
    coordinates = (await duties_of(unit, who.me)).everywhere
    ways = {"coordinates": coordinates, "elsewhere": bool(await chats.elsewhere(unit, who=who))}
    return views.chats(listed, page, here=who.account_id, **ways, now=now, zone=who.zone)


async def on_phones(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.phones(await chats.elsewhere(unit, who=who), callback_data.page))


async def on_off(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.taken_off(await chats.leave(unit, who=who, account_id=callback_data.id)))


async def on_chat(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await chats.one(unit, who=who, account_id=callback_data.id)
    listed = await chats.mine(unit, who=who)
    return show(
        tap,
        views.chat(one, _label(listed, one), here=who.account_id, alone=len(listed) == 1, now=now, zone=who.zone),
    )


def _label(listed: list[Chat], one: Chat) -> str:
    return dict(zip([chat.id for chat in listed], chat_labels(listed), strict=True))[one.id]


async def on_prefer(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    first = callback_data.id if callback_data.do == "prefer" else None
    listed = await chats.prefer(unit, who=who, account_id=first)
    label = next((_label(listed, chat) for chat in listed if chat.id == first), None)
    return show(tap, await _chats(who, unit, now), toast=views.goes_first(label))


async def on_go(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit) -> Reply:
    gone = await chats.check_may_go(unit, who=who, account_id=callback_data.id)
    label = _label(await chats.mine(unit, who=who), gone)
    return show(tap, views.sure_to_let_go(gone, label, here=who.account_id))


async def on_gone(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    gone = await chats.let_go(unit, who=who, account_id=callback_data.id, now=now)
    here = gone.id == who.account_id
    if here:
        seat.state, seat.data = None, {}
    return show(tap, views.let_go(gone.channel, here=here))


# -- a coordinator's help ----------------------------------------------------------------------------------------------


async def on_find(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await FINDING.begin(tap, Scene(who, unit, now, seat), afresh=True)


async def on_theirs(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await chats.theirs(unit, who=who, resident_id=callback_data.other)
    return show(tap, desk_views.theirs(seen, callback_data.page, now=now, zone=who.zone))


async def on_drop(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    person, one = callback_data.other, callback_data.id
    seen, chat = await chats.one_of_theirs(unit, who=who, resident_id=person, account_id=one)
    return show(tap, desk_views.sure_to_drop(seen, chat, now=now, zone=who.zone))


async def on_dropped(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    person, one = callback_data.other, callback_data.id
    seen = await chats.let_go_for(unit, who=who, resident_id=person, account_id=one, now=now)
    return show(tap, desk_views.theirs(seen, 0, now=now, zone=who.zone), toast=desk_views.dropped())


async def on_vouch(tap: CallbackQuery, callback_data: ChatTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen, new = await chats.vouch(unit, who=who, resident_id=callback_data.other, now=now)
    return show(tap, desk_views.code(seen, new, who.zone))


Taps = dict[str, Callable[..., Awaitable[Reply]]]

WITH_CODE: Taps = {"yes": on_yes, "no": on_no}
MEETING: Taps = {
    "share": on_share,
    "twice": on_twice,
    "ask": on_ask,
    "look": on_look,
    "one": on_one,
    "notme": on_not_me,
}
OWN: Taps = {
    "open": on_open,
    "code": on_new_code,
    "chat": on_chat,
    "prefer": on_prefer,
    "any": on_prefer,
    "go": on_go,
    "gone": on_gone,
    "phones": on_phones,
    "off": on_off,
}
DESK: Taps = {"find": on_find, "theirs": on_theirs, "drop": on_drop, "dropped": on_dropped, "vouch": on_vouch}
