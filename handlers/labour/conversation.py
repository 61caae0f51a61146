"""The labour room: what coordinators see of the town's hours of work."""

from __future__ import annotations

from datetime import datetime

from aiogram import Router
from aiogram.methods import SendPhoto
from aiogram.types import BufferedInputFile, CallbackQuery

from handlers.kit import drawing
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import TYPED, Reply, answer, chat_of, show
from handlers.kit.screens import keyboard
from handlers.kit.taps import LabourTap
from handlers.kit.who import Who
from handlers.labour import actions, chart, views
from storage.unit import Unit


def router() -> Router:
    room = Router(name="labour")
    room.callback_query.filter(Tapped("labour:"), residents_only)
    room.callback_query.register(on_open, Doing(LabourTap, "open"))
    room.callback_query.register(on_chart, Doing(LabourTap, "chart"))
    return room


async def on_open(tap: CallbackQuery, callback_data: LabourTap, who: Who, unit: Unit, now: datetime) -> Reply:
    week = await actions.of_week(unit, who=who, key=callback_data.key, now=now)
    drawing.warm()
    return show(tap, views.card(week, callback_data.page))


async def on_chart(tap: CallbackQuery, callback_data: LabourTap, who: Who, unit: Unit, now: datetime) -> Reply:
    weeks = await actions.of_weeks(unit, who=who, key=callback_data.key, now=now)
    screen = views.picture(weeks, weeks.monday)
    columns = zip(*weeks.sums.values(), strict=True)
    offered, filled, confirmed, _open = columns
    drawn = await chart.png(views.chart_words(weeks), offered, filled, confirmed, asked=weeks.asked)
    photo = SendPhoto(
        chat_id=chat_of(tap),
        photo=BufferedInputFile(drawn, filename="labour.png"),
        caption=str(screen.html),
        parse_mode="HTML",
        reply_markup=keyboard(screen),
    )
    return [photo, answer(tap)] if tap.id != TYPED else [photo]
