"""What somebody wants to hear of: the switches, and STOP and START."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.choice import actions, views
from handlers.kit.filters import Doing, Tapped, not_yet_resident, residents_only
from handlers.kit.news_taps import ChoiceTap
from handlers.kit.reply import TYPED, Reply, show
from handlers.kit.seat import Seat
from handlers.kit.stop_words import RESUME, STOP
from handlers.kit.who import Who
from storage.tables import ResidentState
from storage.unit import Unit


def router() -> Router:
    room = Router(name="choice.residents")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("hear:"), residents_only)
    room.message.register(on_topics, Command("topics", ignore_mention=True))
    room.message.register(on_stop, Command(STOP, ignore_mention=True))
    room.message.register(on_start_again, Command(RESUME, ignore_mention=True))
    room.callback_query.register(on_open, Doing(ChoiceTap, "open"))
    room.callback_query.register(on_switch, Doing(ChoiceTap, "on", "off"))
    room.callback_query.register(on_back, Doing(ChoiceTap, "back"))
    others = Router(name="choice.others")
    others.message.register(on_stop_of_another, Command(STOP, ignore_mention=True), not_yet_resident)
    parent = Router(name="choice")
    parent.include_routers(room, others)
    return parent


async def on_topics(message: Message, who: Who, unit: Unit) -> Reply:
    return show(message, views.page(await actions.hearing(unit, who=who)))


async def on_open(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    tapped = tap.message.message_id if tap.message is not None and tap.id != TYPED else None
    return show(tap, views.page(await actions.looked(unit, who=who, message_id=tapped, now=now)))


async def on_switch(tap: CallbackQuery, callback_data: ChoiceTap, who: Who, unit: Unit, now: datetime) -> Reply:
    on = callback_data.do == "on"
    done = await actions.switch(unit, who=who, key=callback_data.key, on=on, now=now)
    return show(tap, views.page(done), toast=views.switched(done, on=on))


async def on_back(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    return show(tap, views.back_again(await actions.come_back(unit, who=who)))


# -- the words ---------------------------------------------------------------------------------------------------------


async def on_stop(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """STOP is heard wherever they are; a draft is left as it stands, and kept."""
    left, seat.state = seat.state, None
    done = await actions.stop(unit, who=who, now=now)
    screen = views.stopped(done, left=left is not None, kept=_kept(seat, left or ""))
    return show(message, screen.before(views.only_of(who.name)) if _is_one_of_several(who) else screen)


def _is_one_of_several(who: Who) -> bool:
    """Whether the chat is others' too, so that whose word it was has to be said; a steward reads that anyway."""
    return who.shared and who.steward_id is None


def _kept(seat: Seat, state: str) -> str:
    """The wizard that asked the question of this state, where it keeps a draft; else ""."""
    name = state.partition(":")[0]
    return name if isinstance(seat.data.get(name), dict) else ""


async def on_start_again(message: Message, who: Who, unit: Unit) -> Reply:
    screen = views.back_again(await actions.come_back(unit, who=who))
    return show(message, screen.before(views.only_of(who.name)) if _is_one_of_several(who) else screen)


async def on_stop_of_another(message: Message, who: Who, seat: Seat) -> Reply:
    seat.state = None
    return show(message, views.not_here(waits=who.resident_state == ResidentState.APPLICANT))
