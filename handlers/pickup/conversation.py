"""The pick-up room: somebody's code and who may come for it; at the desk, whoever hands over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from handlers.checkin import pictures
from handlers.goods.codes import code_in
from handlers.kit.files import show_photo
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import ClaimTap
from handlers.kit.links import PICK_UP, Links
from handlers.kit.reply import Event, Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.pickup import collecting, desk, helping, views
from handlers.pickup.collecting import Mine
from handlers.pickup.guesses import counted_there
from handlers.roles.actions import duties_here
from handlers.roles.codes import counted
from storage.queries.pickup import Held
from storage.unit import Unit
from town.facts import PickupCodeWrong


def router() -> Router:
    taps = Router(name="pickup.taps")
    taps.callback_query.filter(Tapped("claim:"), residents_only)
    for do, handler in TAPS.items():
        taps.callback_query.register(handler, Doing(ClaimTap, do))
    words = Router(name="pickup.words")
    words.message.filter(residents_only)
    words.message.register(on_link, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.startswith(PICK_UP)))
    words.message.register(on_command, Command("pickup", ignore_mention=True))
    room = Router(name="pickup")
    room.include_routers(desk.WIZARD.router(), helping.WIZARD.router(), words, taps)
    return room


async def on_command(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    if not (await duties_here(unit, who)).any:
        return show(message, views.no_desk())
    return await desk.open_desk(message, Scene(who, unit, now, seat))


async def on_link(
    message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat, links: Links
) -> Reply:
    """A scanned code: at the desk it opens the card; whose it is sees it; anybody else hears what it is."""
    code, duties = code_in((command.args or "").removeprefix(PICK_UP)) or "", await duties_here(unit, who)
    try:
        with counted_there(seat, now) if duties.any else counted(seat, now):
            found = await collecting.by_code(unit, who=who, code=code)
    except PickupCodeWrong:
        return show(message, views.no_code())
    held = found if isinstance(found, Held) else found.held
    if duties.covers(held.batch.project_id):
        return await desk.open_desk(message, Scene(who, unit, now, seat), claim=held.claim.id)
    if isinstance(found, Mine):
        return _picture(message, found, who, links)
    return show(message, views.show_it_there(held.batch.project, held.batch.place))


# -- whoever has something to collect ----------------------------------------------------------------------------------


async def on_code(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, links: Links) -> Reply:
    return _picture(tap, await collecting.mine(unit, who=who, claim_id=callback_data.id), who, links)


async def on_helper(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.helpers(await collecting.my_own(unit, who=who, claim_id=callback_data.id), who.zone))


async def on_name(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await collecting.my_own(unit, who=who, claim_id=callback_data.id)
    draft = {helping.CLAIM: callback_data.id}
    return await helping.WIZARD.begin_at(tap, Scene(who, unit, now, seat), "person", draft)


async def on_no_helper(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await collecting.drop_helper(unit, who=who, claim_id=callback_data.id, now=now)
    return show(tap, views.helpers(found, who.zone), toast=views.helper_dropped())


async def on_wrong(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.gone(await collecting.last_gone(unit, who=who, claim_id=callback_data.id), who.zone))


async def on_tell(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime) -> Reply:
    gone, names = await collecting.not_right(unit, who=who, claim_id=callback_data.id, now=now)
    return show(tap, views.told(gone, names, who.zone))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "code": on_code,
    "helper": on_helper,
    "name": on_name,
    "nohelper": on_no_helper,
    "wrong": on_wrong,
    "tell": on_tell,
    **desk.TAPS,
}


def _picture(event: Event, found: Mine, who: Who, links: Links) -> Reply:
    """A code as a picture to be scanned, and in words."""
    code = found.held.claim.code or ""
    picture = pictures.png(links.start(f"{PICK_UP}{code}") or code)
    return show_photo(event, picture, "pick-up.png", views.code(found, who.zone, who.town.currency))
