"""The room of orders: what one ordered and paid, money given back, sales at the desk, and the town's books."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import OrderTap
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Wizard
from handlers.orders import actions, asking, books_views, papers, selling, sheet, views
from handlers.orders.asking import BATCH, ENTRY
from storage.unit import Unit
from town.facts import BadDate
from town.week import local, monday_of, month_of


def router() -> Router:
    room = Router(name="orders.taps")
    room.callback_query.filter(Tapped("order:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_orders, Command("orders", ignore_mention=True))
    room.message.register(on_command, Command("takings", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(OrderTap, do))
    parent = Router(name="orders")
    parent.include_routers(asking.REFUND.router(), asking.CORRECT.router(), asking.SELL.router(), room)
    return parent


# -- one's own ---------------------------------------------------------------------------------------------------------


async def on_orders(message: Message, who: Who, unit: Unit) -> Reply:
    return show(message, await _mine(unit, who, 0))


async def on_mine(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit) -> Reply:
    return show(tap, await _mine(unit, who, callback_data.page))


async def _mine(unit: Unit, who: Who, page: int) -> Screen:
    return views.mine(await actions.mine(unit, who=who), page, who.town.currency, who.zone)


async def on_receipt(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit) -> Reply:
    entry, paper = await actions.receipt(unit, who=who, number=callback_data.id)
    screen = views.below_paper(entry, own=entry.resident_id == who.me, zone=who.zone)
    return hand_out(tap, paper.name, papers.page_of(paper), paper.title, screen)


# -- giving money back, selling at the desk ----------------------------------------------------------------------------


async def on_paid(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit) -> Reply:
    batch, sales = await actions.paid_of_batch(unit, who=who, batch_id=callback_data.id)
    return show(tap, views.paid(batch, sales, callback_data.page, me=who.me))


async def on_refund(
    tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await actions.to_refund(unit, who=who, entry_id=callback_data.id)
    return await _begin(asking.REFUND, tap, Scene(who, unit, now, seat), {ENTRY: callback_data.id})


async def on_refund_all(
    tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await actions.to_refund_all(unit, who=who, batch_id=callback_data.id)
    return await _begin(asking.REFUND, tap, Scene(who, unit, now, seat), {BATCH: callback_data.id})


async def on_sell(
    tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await selling.to_sell(unit, who=who, batch_id=callback_data.id)
    return await _begin(asking.SELL, tap, Scene(who, unit, now, seat), {BATCH: callback_data.id})


async def on_correct(
    tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await actions.to_correct(unit, who=who, entry_id=callback_data.id)
    return await _begin(asking.CORRECT, tap, Scene(who, unit, now, seat), {ENTRY: callback_data.id})


async def _begin(wizard: Wizard, tap: CallbackQuery, scene: Scene, draft: dict[str, Any]) -> Reply:
    """Ask anew, whatever was left of a question of this kind: it was about something else."""
    return await wizard.begin(tap, scene, draft, afresh=True)


# -- the books ---------------------------------------------------------------------------------------------------------


async def on_command(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, await _week(unit, who, "", 0, now))


async def on_takings(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _week(unit, who, callback_data.key, callback_data.page, now))


async def _week(unit: Unit, who: Who, key: str, page: int, now: datetime) -> Screen:
    today = local(now, who.zone).date()
    found = await actions.week(unit, who=who, day=_day(key) if key else today)
    return books_views.week(found, page, today)


async def on_day(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit) -> Reply:
    day = _day(callback_data.key)
    entries = await actions.of_day(unit, who=who, project_id=callback_data.id, day=day)
    return show(tap, books_views.day(entries, callback_data.id, day, callback_data.page, who.zone))


async def on_entry(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit) -> Reply:
    return show(tap, books_views.entry(await actions.one(unit, who=who, entry_id=callback_data.id), who.zone))


async def on_file(tap: CallbackQuery, callback_data: OrderTap, who: Who, unit: Unit, now: datetime) -> Reply:
    """A month of the books: that of the end of the week that was shown, or of today."""
    today = local(now, who.zone).date()
    day = min(today, monday_of(_day(callback_data.key)) + timedelta(days=6)) if callback_data.key else today
    first, last = month_of(day)
    lines = await actions.lines(unit, who=who, first=first, last=last)
    caption, screen = books_views.caption(len(lines), first, last), await _week(unit, who, callback_data.key, 0, now)
    return hand_out(tap, f"takings-{first:%Y-%m}.csv", sheet.csv_of(lines, who.zone), caption, screen)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "mine": on_mine,
    "receipt": on_receipt,
    "paid": on_paid,
    "refund": on_refund,
    "refundall": on_refund_all,
    "sell": on_sell,
    "correct": on_correct,
    "takings": on_takings,
    "day": on_day,
    "entry": on_entry,
    "file": on_file,
}

FIRST, LAST = date(1970, 1, 5), date(9000, 1, 1)


def _day(key: str) -> date:
    """The day in a tap. Raises BadDate for a forged one."""
    try:
        day = date.fromisoformat(key)
    except ValueError:
        raise BadDate(given=key) from None
    if not FIRST <= day <= LAST:
        raise BadDate(given=key)
    return day
