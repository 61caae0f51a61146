"""The goods desk: batches, items, and what becomes of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, CallbackQuery, Message, TelegramObject

from handlers.kit.facts import sentence
from handlers.kit.files import show_photo
from handlers.kit.filters import Doing, NoCommand, Tapped, Words, residents_only
from handlers.kit.goods_taps import StockTap
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, send, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.stock import (
    actions,
    asking,
    change_batch,
    item_actions,
    item_steps,
    item_views,
    list_views,
    new_batch,
    views,
)
from handlers.stock.actions import Document
from storage.unit import Unit
from town.facts import BadDate, DateInPast, NotFound

AT_DESK = "stock:desk"
"""An account's state while its newest screen is the goods desk, where a batch can be typed."""

PROJECT = "@stock"
"""In an account's data: the project whose goods desk it is."""


class AtDesk(Filter):
    """Passes what somebody writes at the goods desk."""

    async def __call__(self, event: TelegramObject, seat: Seat) -> bool:
        return seat.state == AT_DESK


def router() -> Router:
    room = Router(name="stock.taps")
    room.callback_query.filter(Tapped("stock:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_command, Command("stock", ignore_mention=True))
    room.message.register(on_line, AtDesk(), Words(), NoCommand())
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(StockTap, do))
    parent = Router(name="stock")
    parent.include_routers(new_batch.WIZARD.router(), change_batch.WIZARD.router(), item_steps.WIZARD.router(), room)
    return parent


# -- the desk ----------------------------------------------------------------------------------------------------------


async def _desk(scene: Scene, project_id: int, page: int = 0) -> Screen:
    found = await actions.desk(scene.unit, who=scene.who, project_id=project_id, page=page, now=scene.now)
    scene.seat.state = AT_DESK
    scene.seat.data = {**scene.seat.data, PROJECT: project_id}
    return views.desk(found, scene.who.zone, scene.now)


async def on_command(
    message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    scene = Scene(who, unit, now, seat)
    if command.args:
        return await _typed(message, scene, command.args, 0)
    return show(message, await _desk(scene, 0))


async def on_home(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return show(tap, await _desk(Scene(who, unit, now, seat), callback_data.id, callback_data.page))


async def on_line(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A batch that is typed at the desk."""
    return await _typed(message, Scene(who, unit, now, seat), message.text or "", int(seat.data.get(PROJECT) or 0))


async def _typed(event: Event, scene: Scene, text: str, project_id: int) -> Reply:
    """What a line says; where that cannot be, the desk, at which it can be typed again."""
    try:
        begun = await new_batch.begin(event, scene, project_id=project_id, text=text)
    except (BadDate, DateInPast) as fact:
        return show(event, await _desk(scene, project_id), toast=sentence(fact, scene.who.zone).unescape())
    if begun is not None:
        return begun
    return show(event, await _desk(scene, project_id), toast=asking.nothing_read())


async def on_new(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    begun = await new_batch.begin(tap, Scene(who, unit, now, seat), project_id=callback_data.id)
    if begun is None:
        raise NotFound(what="project")
    return begun


async def on_over(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    seat.state = None
    found = await actions.desk(unit, who=who, project_id=callback_data.id, page=callback_data.page, now=now, over=True)
    return show(tap, views.over(found, who.zone, now))


# -- one batch ---------------------------------------------------------------------------------------------------------


async def on_batch(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    seat.state = None
    found = await actions.sheet(unit, who=who, batch_id=callback_data.id)
    screens: dict[str, Callable[[], Screen]] = {
        "batch": lambda: views.batch(found, who.zone, now, who.town.currency),
        "change": lambda: views.changes(found, who.zone, now, who.town.currency),
        "times": lambda: views.times(found, who.zone, now),
        "left": lambda: views.left_over(found.batch),
    }
    if callback_data.do in ("change", "times"):
        actions.check_going_on(found.batch)
    return show(tap, screens[callback_data.do]())


async def on_claims(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    found = await actions.claimed(unit, who=who, batch_id=callback_data.id, page=callback_data.page)
    return show(tap, list_views.claims(*found))


async def on_ledger(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    found = await actions.ledger(unit, who=who, batch_id=callback_data.id, page=callback_data.page)
    return show(tap, list_views.ledger(*found, who.zone))


async def on_file(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime) -> Reply:
    """A file, and below it the page it was asked for on."""
    claims = callback_data.do == "claimsfile"
    make = actions.claims_file if claims else actions.ledger_file
    document = await make(unit, who=who, batch_id=callback_data.id)
    if claims:
        screen = list_views.claims(*await actions.claimed(unit, who=who, batch_id=callback_data.id, page=0))
    else:
        screen = list_views.ledger(*await actions.ledger(unit, who=who, batch_id=callback_data.id, page=0), who.zone)
    return _handed(tap, document, screen)


def _handed(tap: CallbackQuery, document: Document, screen: Screen) -> Reply:
    file = SendDocument(
        chat_id=chat_of(tap),
        document=BufferedInputFile(document.text.encode(), filename=document.name),
        caption=str(list_views.caption(document)),
        parse_mode="HTML",
    )
    below = send(chat_of(tap), screen)
    return [file, below] if tap.id == TYPED else [file, below, answer(tap)]


async def on_change(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    scene = Scene(who, unit, now, seat)
    return await change_batch.begin(
        tap, scene, callback_data.id, callback_data.do, window_id=callback_data.n if callback_data.do == "time" else 0
    )


# -- items -------------------------------------------------------------------------------------------------------------


async def on_items(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    retired = callback_data.do == "retired"
    listed = await item_actions.listed(unit, who=who, retired=retired)
    return show(tap, item_views.items(listed, callback_data.page, retired=retired))


async def on_item(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    item, may = await item_actions.one(unit, who=who, item_id=callback_data.id)
    return show(tap, item_views.item(item, who.town.currency, may=may))


async def on_edit(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    item = await item_actions.changeable(unit, who=who, item_id=callback_data.id)
    screen = item_views.names(item) if callback_data.do == "names" else item_views.edit(item, who.town.currency)
    return show(tap, screen)


async def on_new_item(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    await item_actions.listed(unit, who=who)
    return await item_steps.WIZARD.begin(tap, Scene(who, unit, now, seat))


async def on_one_thing(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    """Change one thing of an item."""
    item = await item_actions.changeable(unit, who=who, item_id=callback_data.id)
    draft = {item_steps.ITEM: item.id, item_steps.UNIT: item.unit, item_steps.STEP: item.step}
    step = item_steps.CHANGES[callback_data.do.removeprefix("edit_")]
    return await item_steps.WIZARD.begin_at(tap, Scene(who, unit, now, seat), step, draft)


async def on_call(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    """Say what an item is called in a language."""
    item = await item_actions.changeable(unit, who=who, item_id=callback_data.id)
    item_actions.check_language(callback_data.key)
    draft = {item_steps.ITEM: item.id, item_steps.UNIT: item.unit, item_steps.LANGUAGE: callback_data.key}
    return await item_steps.WIZARD.begin_at(tap, Scene(who, unit, now, seat), "translated", draft)


async def on_picture(
    tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    """An item's picture; where it has none any more, the item."""
    seat.state = None
    item, content = await item_actions.picture(unit, who=who, item_id=callback_data.id)
    if content is None:
        return show(tap, item_views.item(item, who.town.currency, may=True))
    return show_photo(tap, content, "item.jpeg", item_views.picture(item))


async def on_no_picture(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    item = await item_actions.set_picture(unit, who=who, item_id=callback_data.id, picture_id=None)
    return show(tap, item_views.item(item, who.town.currency, may=True), toast=item_views.no_picture())


async def on_retire(tap: CallbackQuery, callback_data: StockTap, who: Who, unit: Unit, now: datetime) -> Reply:
    back = callback_data.do == "bring"
    if not back and not callback_data.n:
        item = await item_actions.changeable(unit, who=who, item_id=callback_data.id)
        return show(tap, item_views.sure_to_retire(item))
    item = await item_actions.retire(unit, who=who, item_id=callback_data.id, now=now, back=back)
    said = item_views.is_back() if back else item_views.retired()
    return show(tap, item_views.item(item, who.town.currency, may=True), toast=said)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "home": on_home,
    "new": on_new,
    "over": on_over,
    **dict.fromkeys(("batch", "change", "times", "left"), on_batch),
    "claims": on_claims,
    "ledger": on_ledger,
    **dict.fromkeys(("claimsfile", "ledgerfile"), on_file),
    **dict.fromkeys(change_batch.DO, on_change),
    **dict.fromkeys(("items", "retired"), on_items),
    "item": on_item,
    **dict.fromkeys(("edit", "names"), on_edit),
    "newitem": on_new_item,
    **{f"edit_{what}": on_one_thing for what in item_steps.CHANGES},
    "call": on_call,
    "picture": on_picture,
    "unpicture": on_no_picture,
    **dict.fromkeys(("retire", "bring"), on_retire),
}
