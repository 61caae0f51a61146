"""The allocation room: coordinators have places proposed to people, look at it, and send it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.types import CallbackQuery

from handlers.allocation import actions, views
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.taps import PlanTap
from handlers.kit.who import Who
from storage.unit import Unit


def router() -> Router:
    room = Router(name="allocation")
    room.callback_query.filter(Tapped("plan:"), residents_only)
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(PlanTap, do))
    return room


async def on_open(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = await actions.of_project(unit, who=who, project_id=callback_data.id, now=now)
    return show(tap, views.project(of))


async def on_make(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    project_id, ahead = callback_data.id, bool(callback_data.line)
    await actions.make(unit, who=who, project_id=project_id, ahead=ahead, now=now)
    return show(tap, views.being_made(await actions.of_project(unit, who=who, project_id=project_id, now=now)))


async def on_town(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.town(await actions.of_town(unit, who=who, now=now), callback_data.page))


async def on_all(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await actions.make_all(unit, who=who, ahead=bool(callback_data.id), now=now)
    return show(tap, views.town(await actions.of_town(unit, who=who, now=now), 0))


async def on_see(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    plan = await actions.see(unit, who=who, plan_id=callback_data.id, now=now)
    return show(tap, views.plan(plan, callback_data.page, who.zone))


async def on_shift(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    plan = await actions.see(unit, who=who, plan_id=callback_data.id, now=now)
    return show(tap, views.shift(plan, plan.of_shift(callback_data.line), callback_data.page, who.zone))


async def on_drop(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    plan, line = await actions.remove(unit, who=who, plan_id=of.id, shift_id=of.line, resident_id=of.who, now=now)
    return show(tap, views.shift(plan, plan.of_shift(of.line), of.page, who.zone, said=views.removed(line)))


async def on_send(tap: CallbackQuery, callback_data: PlanTap, who: Who, unit: Unit, now: datetime) -> Reply:
    row, done = await actions.send(unit, who=who, plan_id=callback_data.id, now=now)
    return show(tap, views.sent(row, done))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "make": on_make,
    "town": on_town,
    "all": on_all,
    "see": on_see,
    "shift": on_shift,
    "drop": on_drop,
    "send": on_send,
}
