"""The room of news: past updates for everybody, and the mayor's next one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.methods import SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.kit import drawing
from handlers.kit.choosing import id_in
from handlers.kit.files import show_photo
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import Links
from handlers.kit.news_taps import NewsTap
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, send, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.news import actions, list_views, notices, reading, steps, telling, views
from handlers.news.actions import Seen
from locales import LANGUAGES, language, speaking
from storage.unit import Unit
from town.facts import NotFound


def router() -> Router:
    room = Router(name="news.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("news:"), residents_only)
    room.message.register(on_news, Command("news", ignore_mention=True))
    room.message.register(on_update, Command("update", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(NewsTap, do))
    parent = Router(name="news")
    parent.include_routers(steps.WIZARD.router(), steps.FIND.router(), room)
    return parent


# -- for everybody -----------------------------------------------------------------------------------------------------


async def on_news(message: Message, command: CommandObject, who: Who, unit: Unit) -> Reply:
    drawing.warm()
    return show(message, list_views.found(await reading.search(unit, who=who, text=command.args or "", page=0)))


async def on_list(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit) -> Reply:
    found = await reading.search(unit, who=who, text=callback_data.key, page=callback_data.page)
    drawing.warm()
    return show(tap, list_views.found(found))


async def on_find(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await steps.FIND.begin(tap, Scene(who, unit, now, seat), afresh=True)


async def on_one(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, links: Links) -> Reply:
    """An update with its picture: in one message where it has room below it, or else in two."""
    read = await reading.one(unit, who=who, update_id=callback_data.id)
    screen = list_views.one(read, links.page(f"/news/{read.update.id}"), who.zone)
    drawn = await telling.picture(read.fields, who.town)
    if screen.fits_a_picture:
        return show_photo(tap, drawn, "news.jpeg", screen)
    return [_photo(tap, drawn, telling.headline(read.fields)), *_below(tap, screen)]


def _photo(event: Event, content: bytes, caption: str) -> SendPhoto:
    file = BufferedInputFile(content, filename="news.jpeg")
    return SendPhoto(chat_id=chat_of(event), photo=file, caption=str(caption), parse_mode="HTML")


def _below(tap: CallbackQuery, screen: Screen) -> list[TelegramMethod[Any]]:
    message = send(chat_of(tap), screen)
    return [message] if tap.id == TYPED else [message, answer(tap)]


# -- the mayor's -------------------------------------------------------------------------------------------------------


async def on_update(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await actions.current(unit, who=who, language=language(), now=now)
    drawing.warm()
    return show(message, views.draft(seen, now, who.zone))


async def on_draft(
    tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    seat.state = None
    if callback_data.id:
        seen = await actions.one(unit, who=who, update_id=callback_data.id)
    else:
        seen = await actions.current(unit, who=who, language=language(), now=now)
    drawing.warm()
    return show(tap, views.draft(seen, now, who.zone))


async def on_ask(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """Ask for one thing of an update: words, a photo, a video."""
    update = await actions.open_to_change(unit, who=who, update_id=callback_data.id)
    draft = {steps.UPDATE: update.id}
    return await steps.WIZARD.begin_at(tap, Scene(who, unit, now, seat), callback_data.do, draft)


async def on_other(
    tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    update = await actions.open_to_change(unit, who=who, update_id=callback_data.id)
    if callback_data.key not in LANGUAGES or callback_data.key == update.language or not update.text:
        return show(tap, views.languages(update))
    draft = {steps.UPDATE: update.id, steps.LANGUAGE: callback_data.key}
    return await steps.WIZARD.begin_at(tap, Scene(who, unit, now, seat), "other", draft)


async def on_correct(
    tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    read = await reading.one(unit, who=who, update_id=callback_data.id)
    if not read.may_correct:
        raise NotFound(what="update")
    return await steps.WIZARD.begin_at(tap, Scene(who, unit, now, seat), "correct", {steps.UPDATE: read.update.id})


async def on_photos(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit) -> Reply:
    await actions.open_to_change(unit, who=who, update_id=callback_data.id)
    return show(tap, views.photos(await actions.one(unit, who=who, update_id=callback_data.id)))


async def on_unphoto(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit) -> Reply:
    picture_id = id_in(callback_data.key, "picture")
    seen = await actions.drop_photo(unit, who=who, update_id=callback_data.id, picture_id=picture_id)
    return show(tap, views.photos(seen))


async def on_language(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.languages(await actions.open_to_change(unit, who=who, update_id=callback_data.id)))


async def on_original(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit) -> Reply:
    if not callback_data.key:
        return show(tap, views.original(await actions.open_to_change(unit, who=who, update_id=callback_data.id)))
    seen = await actions.set_language(unit, who=who, update_id=callback_data.id, language=callback_data.key)
    return show(tap, views.languages(seen.update))


async def on_numbers(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await actions.count_anew(unit, who=who, update_id=callback_data.id, now=now)
    return show(tap, views.numbers(seen.update, who.zone))


async def on_preview(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, links: Links) -> Reply:
    await actions.open_to_change(unit, who=who, update_id=callback_data.id)
    seen = await actions.one(unit, who=who, update_id=callback_data.id)
    return await _preview(tap, seen, await _fields(unit, seen, links), callback_data.key, who)


async def _fields(unit: Unit, seen: Seen, links: Links) -> dict[str, Any]:
    """What the notice is made of, as it is gathered when it goes out."""
    return {**await telling.fields_of(unit, seen.update), "web": links.public(f"/news/{seen.update.id}")}


async def _preview(
    tap: CallbackQuery, seen: Seen, fields: dict[str, Any], code: str, who: Who, *, changed: bool = False
) -> Reply:
    """An update as it comes to those who read a language, and below it what the mayor makes of that."""
    shown = code if code in LANGUAGES else language()
    with speaking(shown):
        letter, drawn = notices.letter(fields, who.town), await telling.picture(fields, who.town)
        whole = telling.is_whole(fields, who.zone)
    photo = show_photo(tap, drawn, "news.jpeg", letter)
    assert isinstance(photo, list)
    return [photo[0], *_below(tap, views.below_preview(seen, shown, whole=whole, changed=changed))]


async def on_ready(
    tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime, links: Links
) -> Reply:
    update_id = callback_data.id
    seen = await actions.ready(unit, who=who, update_id=update_id, stamp=callback_data.key, now=now)
    if seen is None:
        changed = await actions.one(unit, who=who, update_id=update_id)
        return await _preview(tap, changed, await _fields(unit, changed, links), "", who, changed=True)
    return show(tap, views.draft(seen, now, who.zone))


async def on_wait(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.draft(await actions.wait(unit, who=who, update_id=callback_data.id), now, who.zone))


async def on_now(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    if callback_data.key != "sure":
        return show(tap, views.sure_to_go(await actions.open_to_change(unit, who=who, update_id=callback_data.id)))
    seen = await actions.go_now(unit, who=who, update_id=callback_data.id, now=now)
    return show(tap, views.draft(seen, now, who.zone))


async def on_skip(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    if callback_data.key != "sure":
        return show(tap, views.sure_to_skip(await actions.open_to_change(unit, who=who, update_id=callback_data.id)))
    return show(tap, views.draft(await actions.skip(unit, who=who, update_id=callback_data.id), now, who.zone))


async def on_wake(tap: CallbackQuery, callback_data: NewsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    seen = await actions.wake(unit, who=who, update_id=callback_data.id, now=now)
    return show(tap, views.draft(seen, now, who.zone))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "list": on_list,
    "one": on_one,
    "find": on_find,
    "draft": on_draft,
    **dict.fromkeys(("words", "photo", "video"), on_ask),
    "other": on_other,
    "correct": on_correct,
    "photos": on_photos,
    "unphoto": on_unphoto,
    "language": on_language,
    "original": on_original,
    "numbers": on_numbers,
    "preview": on_preview,
    "ready": on_ready,
    "wait": on_wait,
    "now": on_now,
    "skip": on_skip,
    "wake": on_wake,
}
