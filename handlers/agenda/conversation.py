"""The calendar room: files to open, and a private address that keeps a calendar up to date."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.agenda import actions, views
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import Links
from handlers.kit.reply import TYPED, Reply, answer, chat_of, show
from handlers.kit.screens import Screen
from handlers.kit.taps import CalendarTap
from handlers.kit.who import Who
from storage.unit import Unit


def router() -> Router:
    room = Router(name="agenda")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("ics:"), residents_only)
    room.message.register(on_calendar, Command("calendar", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(CalendarTap, do))
    return room


async def on_calendar(message: Message, who: Who, unit: Unit, links: Links) -> Reply:
    return show(message, _feed(links, await actions.feed_key(unit, who=who)))


async def on_feed(tap: CallbackQuery, who: Who, unit: Unit, links: Links) -> Reply:
    return show(tap, _feed(links, await actions.feed_key(unit, who=who)))


async def on_switch_on(tap: CallbackQuery, who: Who, unit: Unit, links: Links) -> Reply:
    if _address(links, "") is None:
        return show(tap, views.no_web())
    return show(tap, _feed(links, await actions.switch_on(unit, who=who)))


async def on_renew(tap: CallbackQuery, who: Who, unit: Unit, links: Links) -> Reply:
    if _address(links, "") is None:
        return show(tap, views.no_web())
    return show(tap, _feed(links, await actions.renew(unit, who=who), said=views.renewed()))


async def on_off(tap: CallbackQuery, who: Who, unit: Unit, links: Links) -> Reply:
    await actions.switch_off(unit, who=who)
    return show(tap, _feed(links, None, said=views.switched_off()))


async def on_shift(tap: CallbackQuery, callback_data: CalendarTap, who: Who, unit: Unit, links: Links) -> Reply:
    agenda = await actions.of_shift(unit, who=who, shift_id=callback_data.shift)
    file = views.file(agenda, who.town, links)
    return _document(tap, file, f"shift-{callback_data.shift}.ics", views.file_caption(agenda.entries[0]))


async def on_all(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, links: Links) -> Reply:
    agenda = await actions.coming(unit, who=who, now=now)
    if not agenda.entries:
        return show(tap, views.no_shifts())
    file = views.file(agenda, who.town, links)
    return _document(tap, file, "my-shifts.ics", views.all_caption(len(agenda.entries)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "shift": on_shift,
    "all": on_all,
    "feed": on_feed,
    "on": on_switch_on,
    "renew": on_renew,
    "off": on_off,
}


def _feed(links: Links, key: str | None, *, said: str = "") -> Screen:
    if _address(links, "") is None:
        return views.no_web()
    return views.feed(None if key is None else _address(links, key), said=said)


def _address(links: Links, key: str) -> str | None:
    """Where the calendar with this key is served; None in a town that has no pages."""
    return links.page(f"/calendar/{key}.ics")


def _document(tap: CallbackQuery, file: bytes, name: str, caption: str) -> Reply:
    """A file as a message of its own: the screen that was tapped stays, with its ways on and back."""
    document = SendDocument(
        chat_id=chat_of(tap),
        document=BufferedInputFile(file, filename=name),
        caption=str(caption),
        parse_mode="HTML",
    )
    return [document, answer(tap)] if tap.id != TYPED else [document]
