"""The room of needs: the survey, and for those who coordinate what is made beside what is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.methods import SendPhoto
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.kit import drawing
from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import NeedTap
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, show
from handlers.kit.screens import keyboard
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.needs import actions, chart, production, production_views, survey_views
from handlers.needs.asking import SURVEY, draft_of
from storage.unit import Unit


def router() -> Router:
    room = Router(name="needs.taps")
    room.callback_query.filter(Tapped("need:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_needs, Command("needs", ignore_mention=True))
    room.message.register(on_production, Command("production", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(NeedTap, do))
    parent = Router(name="needs")
    parent.include_routers(SURVEY.router(), room)
    return parent


# -- the survey --------------------------------------------------------------------------------------------------------


async def on_needs(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await _mine(message, who, unit, now, seat)


async def on_open(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await _mine(tap, who, unit, now, seat)


async def _mine(event: Event, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """The answer of somebody's home; without one, the questions."""
    seat.state = None
    found = await actions.mine(unit, who=who)
    if not found.items and found.answer is None:
        return show(event, survey_views.no_items())
    if found.answer is None:
        return await SURVEY.begin(event, Scene(who, unit, now, seat), draft_of(found))
    return show(event, survey_views.mine(found, who.me, who.zone))


async def on_change(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    found = await actions.mine(unit, who=who)
    if not found.items:
        return show(tap, survey_views.no_items())
    return await SURVEY.begin(tap, Scene(who, unit, now, seat), draft_of(found))


async def on_withdraw(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    found = await actions.mine(unit, who=who)
    return show(tap, survey_views.sure_to_withdraw() if found.own else survey_views.none_now())


async def on_withdrawn(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    found = await actions.withdraw(unit, who=who)
    if found.answer is None:
        return show(tap, survey_views.none_now())
    return show(tap, survey_views.mine(found, who.me, who.zone), toast=survey_views.withdrawn())


# -- production --------------------------------------------------------------------------------------------------------


async def on_production(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    found = await production.overview(unit, who=who, now=now)
    seat.state = None
    return show(message, production_views.card(found, 0))


async def on_list(tap: CallbackQuery, callback_data: NeedTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await production.overview(unit, who=who, now=now)
    return show(tap, production_views.card(found, callback_data.page))


async def on_item(tap: CallbackQuery, callback_data: NeedTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, every = await production.of_item(unit, who=who, item_id=callback_data.id, now=now)
    drawing.warm()
    return show(tap, production_views.item(one, every, callback_data.page))


async def on_chart(tap: CallbackQuery, callback_data: NeedTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one, every = await production.of_item(unit, who=who, item_id=callback_data.id, now=now)
    screen, goal = production_views.picture(one, every, callback_data.page), production_views.goal_of(one, every)
    drawn = await chart.png(production_views.chart_words(one), list(one.weeks.values()), need=one.need, goal=goal)
    photo = SendPhoto(
        chat_id=chat_of(tap),
        photo=BufferedInputFile(drawn, filename="production.png"),
        caption=str(screen.html),
        parse_mode="HTML",
        reply_markup=keyboard(screen),
    )
    return [photo, answer(tap)] if tap.id != TYPED else [photo]


async def on_file(tap: CallbackQuery, who: Who, unit: Unit, now: datetime) -> Reply:
    name, text = await production.as_file(unit, who=who, now=now)
    return hand_out(tap, name, text, production_views.caption(), production_views.below())


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "change": on_change,
    "withdraw": on_withdraw,
    "withdrawn": on_withdrawn,
    "list": on_list,
    "item": on_item,
    "chart": on_chart,
    "file": on_file,
}
