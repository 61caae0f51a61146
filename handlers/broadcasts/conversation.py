"""The room of messages to many: writing one, approving one, and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from handlers import catalogue
from handlers.broadcasts import actions, new_message, views
from handlers.broadcasts.telling import message_of
from handlers.campaigns import actions as campaigns
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.news_taps import CastTap
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, say, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.roles.actions import duties_of
from storage.queries.broadcasts import NOTICES
from storage.tables import BroadcastKind
from storage.unit import Unit
from town.facts import NotFound


def router() -> Router:
    room = Router(name="broadcasts.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("cast:"), residents_only)
    room.message.register(on_broadcast, Command("broadcast", ignore_mention=True))
    room.message.register(on_broadcasts, Command("broadcasts", ignore_mention=True))
    room.message.register(on_emergency, Command("emergency", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(CastTap, do))
    parent = Router(name="broadcasts")
    parent.include_routers(new_message.MESSAGE.router(), new_message.URGENT.router(), room)
    return parent


# -- writing -----------------------------------------------------------------------------------------------------------


async def on_broadcast(
    message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await new_message.begin(message, Scene(who, unit, now, seat), command.args or "")


async def on_emergency(
    message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await new_message.begin_urgent(message, Scene(who, unit, now, seat), command.args or "")


async def on_new(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A new message, or one that is made of a campaign's step."""
    words = await campaigns.words_for(unit, who=who, key=callback_data.key) if callback_data.key else ""
    return await new_message.begin(tap, Scene(who, unit, now, seat), words)


async def on_urgent(
    tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await new_message.begin_urgent(tap, Scene(who, unit, now, seat))


async def on_look(tap: CallbackQuery, callback_data: CastTap) -> Reply:
    """A button of what is only shown."""
    if tap.id == TYPED:
        return show(tap, views.looking())
    return answer(tap, views.only_looking())


# -- looking -----------------------------------------------------------------------------------------------------------


async def on_broadcasts(message: Message, who: Who, unit: Unit) -> Reply:
    return await _list(message, 0, who, unit)


async def on_list(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit) -> Reply:
    return await _list(tap, callback_data.page, who, unit)


async def _list(event: Event, page: int, who: Who, unit: Unit) -> Reply:
    listed, duties = await actions.listed(unit, who=who), await duties_of(unit, who.me)
    screen = views.listing(listed, page, who.zone, may_write=duties.any, may_warn=duties.everywhere)
    return show(event, screen)


async def on_page(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _page(tap, callback_data.id, who, unit, now)


async def _page(event: Event, broadcast_id: int, who: Who, unit: Unit, now: datetime, *, toast: str = "") -> Reply:
    seen = await actions.page(unit, who=who, broadcast_id=broadcast_id, now=now)
    return show(event, views.page(seen, now, who.zone), toast=toast)


async def on_see(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    """The message as its readers get it, and its page below."""
    seen = await actions.page(unit, who=who, broadcast_id=callback_data.id, now=now)
    fields = await message_of(unit, seen.one)
    if fields is None:
        raise NotFound(what="topic")
    notice = catalogue.notices()[NOTICES[BroadcastKind(seen.one.kind)]]
    below = say(tap, views.page(seen, now, who.zone))
    first = views.as_read(chat_of(tap), notice.render(fields, who.town), fields.get("photo"))
    return [first, *(below if isinstance(below, list) else [below])]


async def on_history(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit) -> Reply:
    one, log = await actions.history(unit, who=who, broadcast_id=callback_data.id)
    return show(tap, views.history(one, log, who.zone))


# -- approving ---------------------------------------------------------------------------------------------------------


async def on_approve(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await actions.approve(unit, who=who, broadcast_id=callback_data.id, now=now)
    seen = await actions.page(unit, who=who, broadcast_id=one.id, now=now)
    return show(tap, views.page(seen, now, who.zone), toast=views.thanks(one, seen.yes))


async def on_decline(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    if callback_data.key != "sure":
        seen = await actions.page(unit, who=who, broadcast_id=callback_data.id, now=now)
        return show(tap, views.sure(seen.one, "decline") if seen.asked else views.page(seen, now, who.zone))
    await actions.decline(unit, who=who, broadcast_id=callback_data.id, now=now)
    return await _page(tap, callback_data.id, who, unit, now)


# -- running -----------------------------------------------------------------------------------------------------------

RUNS: dict[str, Callable[..., Awaitable[object]]] = {
    "cancel": actions.cancel,
    "now": actions.send_now,
    "stop": actions.stop,
    "pause": actions.pause,
    "resume": actions.resume,
}
ASKED_FIRST = frozenset({"cancel", "now", "stop"})


async def on_run(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    """Hold it, go on, stop it, call it off, send it now: what cannot be undone is asked again first."""
    do, broadcast_id = callback_data.do, callback_data.id
    if do in ASKED_FIRST and callback_data.key != "sure":
        return show(tap, views.sure(await actions.runnable(unit, who=who, broadcast_id=broadcast_id), do))
    await RUNS[do](unit, who=who, broadcast_id=broadcast_id, now=now)
    return await _page(tap, broadcast_id, who, unit, now)


# -- audiences that have a name ----------------------------------------------------------------------------------------


async def on_names(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.names(await actions.named(unit, who=who), callback_data.page))


async def on_name(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, seen, called, may = await actions.one_named(unit, who=who, saved_id=callback_data.id, now=now)
    return show(tap, views.name(one, seen, called, may=may))


async def on_forget(tap: CallbackQuery, callback_data: CastTap, who: Who, unit: Unit, now: datetime) -> Reply:
    if callback_data.key != "sure":
        one, *_rest = await actions.one_named(unit, who=who, saved_id=callback_data.id, now=now)
        return show(tap, views.sure_to_forget(one))
    one = await actions.forget(unit, who=who, saved_id=callback_data.id, now=now)
    return show(tap, views.names(await actions.named(unit, who=who), 0), toast=views.forgotten(one))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "new": on_new,
    "urgent": on_urgent,
    "look": on_look,
    "list": on_list,
    "page": on_page,
    "see": on_see,
    "history": on_history,
    "approve": on_approve,
    "decline": on_decline,
    **dict.fromkeys(RUNS, on_run),
    "names": on_names,
    "name": on_name,
    "forget": on_forget,
}
