"""The room of goods: what there is, asking for some of it, changing it, giving it back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.goods import actions, giving, list_views, refusal_views, views
from handlers.goods.claiming import Got, ask
from handlers.kit.files import show_photo
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.goods_taps import GoodsTap
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.repeats import actions as repeats
from storage.tables import ClaimState
from storage.unit import Unit
from town.amounts import read_amount
from town.facts import Fact, MustPay, NoBenefits, NotAllowed, NotFound

BATCH = "@batch"
PLANNED = 5
"""How many of the batches that are still to be put up are named."""

RESULTS = (ClaimState.HELD, ClaimState.ENTERED, ClaimState.WAITING)


async def _ask_amount(scene: Scene) -> Screen:
    found = await actions.open_batch(scene.unit, who=scene.who, batch_id=scene.draft[BATCH], now=scene.now)
    return Screen(views.how_much(found))


async def _read_amount(scene: Scene, text: str) -> int:
    found = await actions.open_batch(scene.unit, who=scene.who, batch_id=scene.draft[BATCH], now=scene.now)
    return read_amount(text, found.batch.unit, found.batch.step)


async def _with_amount(scene: Scene) -> Screen:
    batch_id, amount = scene.draft[BATCH], scene.draft["amount"]
    return await _changed(scene.unit, scene.who, batch_id, amount, scene.now)


AMOUNT = Wizard("howmuch", [Step("amount", _ask_amount, typed=_read_amount)], _with_amount)


def router() -> Router:
    room = Router(name="goods.taps")
    room.callback_query.filter(Tapped("goods:"), residents_only)
    room.message.filter(residents_only)
    room.message.register(on_command, Command("goods", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(GoodsTap, do))
    parent = Router(name="goods")
    parent.include_routers(AMOUNT.router(), room)
    return parent


# -- lists -------------------------------------------------------------------------------------------------------------


async def on_command(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    seat.state = None
    return show(message, list_views.open_now(await actions.shelves(unit, who=who, now=now), 0, who.zone))


async def on_open(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.shelves(unit, who=who, now=now)
    return show(tap, list_views.open_now(found, callback_data.page, who.zone))


async def on_coming(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.shelves(unit, who=who, now=now)
    planned = await repeats.coming(unit, town=who.town, now=now, most=PLANNED)
    return show(tap, list_views.coming(found, planned, callback_data.page, who.zone))


async def on_mine(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit) -> Reply:
    found = await actions.mine(unit, who=who)
    return show(tap, list_views.mine(found, callback_data.page, who.me, who.zone, who.town.currency))


# -- one batch ---------------------------------------------------------------------------------------------------------


async def on_one(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _page(unit, who, callback_data.id, now))


async def on_picture(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit) -> Reply:
    batch, content, media_type = await actions.picture_of(unit, who=who, batch_id=callback_data.id)
    return show_photo(tap, content, f"goods.{media_type.rpartition('/')[2]}", views.picture(batch))


async def on_get(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    found = await actions.open_batch(unit, who=who, batch_id=callback_data.id, now=now)
    if not found.open:
        return show(tap, views.page(found, who))
    return await AMOUNT.begin_at(tap, Scene(who, unit, now, seat), "amount", {BATCH: callback_data.id})


async def on_got(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    """Ask for an amount in all: to tap it again changes nothing."""
    waits, pays = callback_data.do.startswith("wait"), callback_data.do in ("order", "waitpay")
    batch_id, amount = callback_data.id, callback_data.n

    async def asked() -> Got:
        return await ask(unit, who=who, batch_id=batch_id, amount=amount, now=now, wait=waits, order=pays, in_all=True)

    return show(tap, await _answered(asked, unit, who, batch_id, amount, now))


async def on_change(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.open_batch(unit, who=who, batch_id=callback_data.id, now=now)
    return show(tap, views.change(found) if found.open and found.in_all else views.page(found, who))


async def on_changed(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _changed(unit, who, callback_data.id, callback_data.n, now))


async def on_back(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found, late = await actions.may_give_back(unit, who=who, batch_id=callback_data.id, now=now)
    if late and found.open:
        return show(tap, views.really_give_back(found))
    return await on_gave_back(tap, callback_data, who, unit, now)


async def on_gave_back(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await giving.give_back(unit, who=who, batch_id=callback_data.id, now=now)
    return show(tap, await _page(unit, who, callback_data.id, now), toast=views.gave_back())


async def on_unwait(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    before = await actions.open_batch(unit, who=who, batch_id=callback_data.id, now=now)
    await giving.leave(unit, who=who, batch_id=callback_data.id, now=now)
    return show(tap, await _page(unit, who, callback_data.id, now), toast=views.left(before.state))


async def on_when(tap: CallbackQuery, callback_data: GoodsTap, who: Who, unit: Unit, now: datetime) -> Reply:
    batch_id, window_id = callback_data.id, callback_data.n
    if not window_id:
        found, _late = await actions.may_give_back(unit, who=who, batch_id=batch_id, now=now)
        return show(tap, views.times(found, who.zone) if found.others else views.page(found, who))
    await giving.collect_at(unit, who=who, batch_id=batch_id, window_id=window_id, now=now)
    return show(tap, await _page(unit, who, batch_id, now), toast=views.time_changed())


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "coming": on_coming,
    "mine": on_mine,
    "one": on_one,
    "pic": on_picture,
    "get": on_get,
    "got": on_got,
    "order": on_got,
    "wait": on_got,
    "waitpay": on_got,
    "change": on_change,
    "changed": on_changed,
    "back": on_back,
    "gaveback": on_gave_back,
    "unwait": on_unwait,
    "when": on_when,
}


async def _page(unit: Unit, who: Who, batch_id: int, now: datetime) -> Screen:
    return views.page(await actions.open_batch(unit, who=who, batch_id=batch_id, now=now), who)


async def _changed(unit: Unit, who: Who, batch_id: int, amount: int, now: datetime) -> Screen:
    """Have just so much of a batch in all."""

    async def asked() -> Got | None:
        return await actions.change_to(unit, who=who, batch_id=batch_id, amount=amount, now=now)

    return await _answered(asked, unit, who, batch_id, amount, now)


async def _answered(
    asked: Callable[[], Awaitable[Got | None]], unit: Unit, who: Who, batch_id: int, amount: int, now: datetime
) -> Screen:
    """What asking for an amount came to; where it was refused, why, and what to do instead.

    What is raised is raised before anything is written, so there is nothing to be undone.
    """
    try:
        got = await asked()
    except (NotAllowed, NotFound):
        raise
    except Fact as fact:
        found = await actions.open_batch(unit, who=who, batch_id=batch_id, now=now)
        week = None
        if isinstance(fact, NoBenefits | MustPay):
            week = await actions.standing_of(unit, who=who, now=now)
        return refusal_views.refused(fact, found, amount, week, who)
    if got is not None and got.state in RESULTS:
        return views.got(got, who)
    return await _page(unit, who, batch_id, now)
