"""The room of polls: what is put to the vote, asking a question, and running what one has asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import ASK, VOTE, Links, id_in
from handlers.kit.poll_taps import PollTap
from handlers.kit.reply import Event, Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.polls import actions, new_poll, running, running_views, views
from storage.unit import Unit
from town.facts import NotFound


def router() -> Router:
    room = Router(name="polls.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("poll:"), residents_only)
    room.message.register(on_polls, Command("polls", ignore_mention=True))
    room.message.register(on_poll, Command("poll", ignore_mention=True))
    room.message.register(on_poll, CommandStart(deep_link=True, ignore_mention=True, magic=F.args == ASK))
    room.message.register(on_link, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.startswith(VOTE)))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(PollTap, do))
    parent = Router(name="polls")
    wizards = (new_poll.WIZARD, running.LATER, running.OFF)
    parent.include_routers(*(wizard.router() for wizard in wizards), room)
    return parent


# -- looking -----------------------------------------------------------------------------------------------------------


async def on_polls(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, views.current(await actions.current(unit, who=who, now=now), 0, now, who.zone))


async def on_open(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime) -> Reply:
    lists = await actions.current(unit, who=who, now=now)
    return show(tap, views.current(lists, callback_data.page, now, who.zone))


async def on_over(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.over(await actions.past(unit, who=who), callback_data.page, now, who.zone))


async def on_link(message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime) -> Reply:
    poll_id = id_in((command.args or "").strip(), VOTE)
    if poll_id is None:
        raise NotFound(what="poll")
    return await _page(message, poll_id, who, unit, now)


async def on_page(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _page(tap, callback_data.id, who, unit, now)


async def _page(event: Event, poll_id: int, who: Who, unit: Unit, now: datetime, *, toast: str = "") -> Reply:
    seen = await actions.page(unit, who=who, poll_id=poll_id, now=now)
    return show(event, views.poll(seen, now, who.zone), toast=toast)


async def on_share(
    tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime, links: Links
) -> Reply:
    seen = await actions.page(unit, who=who, poll_id=callback_data.id, now=now)
    return show(tap, running_views.share(seen.poll.id, links.start(f"{VOTE}{seen.poll.id}")))


# -- asking ------------------------------------------------------------------------------------------------------------


async def on_poll(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await _ask(message, Scene(who, unit, now, seat))


async def on_new(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await _ask(tap, Scene(who, unit, now, seat))


async def _ask(event: Event, scene: Scene) -> Reply:
    if not await actions.may_ask(scene.unit, who=scene.who):
        return show(event, running_views.not_entitled())
    return await new_poll.WIZARD.begin(event, scene)


# -- running -----------------------------------------------------------------------------------------------------------


async def on_remind(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime) -> Reply:
    told = await actions.remind(unit, who=who, poll_id=callback_data.id, now=now)
    return await _page(tap, callback_data.id, who, unit, now, toast=running_views.reminded(told))


async def on_close(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await actions.may_close_now(unit, who=who, poll_id=callback_data.id, now=now)
    return show(tap, running_views.sure_to_close(await actions.page(unit, who=who, poll_id=callback_data.id, now=now)))


async def on_closed(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, running_views.closed(await actions.close_now(unit, who=who, poll_id=callback_data.id, now=now)))


async def on_later(
    tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await running.begin_later(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_off(tap: CallbackQuery, callback_data: PollTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await running.begin_off(tap, Scene(who, unit, now, seat), callback_data.id)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "over": on_over,
    "page": on_page,
    "share": on_share,
    "new": on_new,
    "remind": on_remind,
    "close": on_close,
    "closed": on_closed,
    "later": on_later,
    "off": on_off,
}
