"""The room of motions: the agenda, what is proposed for it, and motions put to the vote."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.poll_taps import MotionTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.motions import actions, asking, ordering, putting, views, voting
from locales import _
from storage.unit import Unit


def router() -> Router:
    room = Router(name="motions.taps")
    room.message.filter(residents_only)
    room.message.register(on_command, Command("motions", ignore_mention=True))
    room.callback_query.filter(Tapped("motion:"), residents_only)
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(MotionTap, do))
    parent = Router(name="motions")
    wizards = (asking.PROPOSE, asking.CHANGE, asking.DECLINE, putting.PUT)
    parent.include_routers(*(wizard.router() for wizard in wizards), room)
    return parent


async def _page(tap: CallbackQuery, who: Who, unit: Unit, item_id: int, now: datetime, toast: str = "") -> Reply:
    found = await actions.page(unit, who=who, item_id=item_id, now=now)
    return show(tap, views.page(found, who.zone), toast=toast)


async def on_command(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    """The agenda of the meeting that is on, or comes next."""
    seen = await actions.next_agenda(unit, who=who, now=now)
    return show(message, views.no_meeting() if seen is None else views.agenda(seen, 0, who.zone))


async def on_list(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await actions.agenda(unit, who=who, meeting_id=callback_data.id, now=now)
    return show(tap, views.agenda(seen, callback_data.page, who.zone))


async def on_page(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _page(tap, who, unit, callback_data.id, now)


async def on_propose(
    tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await asking.begin_propose(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_second(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    done = await actions.second(unit, who=who, item_id=callback_data.id, now=now)
    if not done.new:
        toast = _("You second it already.")
    else:
        toast = _("With you it is enough: it is on the agenda!") if done.on else _("You second it. Thank you!")
    return await _page(tap, who, unit, callback_data.id, now, toast)


async def on_unsecond(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await actions.unsecond(unit, who=who, item_id=callback_data.id, now=now)
    return await _page(tap, who, unit, callback_data.id, now, _("You second it no more."))


async def on_withdraw(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.withdrawn(await actions.withdraw(unit, who=who, item_id=callback_data.id, now=now)))


async def on_take(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await ordering.take(unit, who=who, item_id=callback_data.id, now=now)
    return await _page(tap, who, unit, callback_data.id, now, _("It is on the agenda."))


async def on_decline(
    tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await asking.begin_decline(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_up(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await ordering.move(unit, who=who, item_id=callback_data.id, by=-1, now=now)
    return await _page(tap, who, unit, callback_data.id, now)


async def on_down(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await ordering.move(unit, who=who, item_id=callback_data.id, by=1, now=now)
    return await _page(tap, who, unit, callback_data.id, now)


async def on_words(
    tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await asking.begin_change(tap, Scene(who, unit, now, seat), callback_data.id, callback_data.do)


async def on_vote(
    tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await putting.begin(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_close(tap: CallbackQuery, callback_data: MotionTap, who: Who, unit: Unit, now: datetime) -> Reply:
    closed = await voting.close(unit, who=who, item_id=callback_data.id, now=now)
    toast = _("The vote is closed.") if closed else _("No vote on this is open.")
    return await _page(tap, who, unit, callback_data.id, now, toast)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "page": on_page,
    "propose": on_propose,
    "second": on_second,
    "unsecond": on_unsecond,
    "withdraw": on_withdraw,
    "take": on_take,
    "decline": on_decline,
    "up": on_up,
    "down": on_down,
    "title": on_words,
    "about": on_words,
    "vote": on_vote,
    "closevote": on_close,
}
