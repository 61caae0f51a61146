"""The questions of the room: refunds, corrections, and a sale at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from handlers.kit import reasons
from handlers.kit.choosing import id_in, pick
from handlers.kit.files import hand_out
from handlers.kit.reasons import in_words
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.orders import actions, papers, selling, views
from locales import _
from storage.queries.batches import BatchRow
from storage.queries.takings import EntryRow
from town.amounts import read_amount
from town.facts import PriceChanged, TooFew
from town.text import clean

ENTRY, BATCH, PRICE = "@entry", "@batch", "@price"
"""Of a draft: what it is about, and the price that was said."""


async def _yes(scene: Scene, value: str) -> bool:
    return True


# -- giving money back -------------------------------------------------------------------------------------------------


async def _sale(scene: Scene) -> EntryRow:
    return await actions.to_refund(scene.unit, who=scene.who, entry_id=scene.draft[ENTRY])


async def _all(scene: Scene) -> tuple[BatchRow, list[EntryRow]]:
    return await actions.to_refund_all(scene.unit, who=scene.who, batch_id=scene.draft[BATCH])


async def _why_refund(scene: Scene) -> Markup:
    if BATCH in scene.draft:
        return views.why_refund_all(*await _all(scene))
    return views.why_refund(await _sale(scene))


async def _sure(scene: Scene) -> Screen:
    sales = (await _all(scene))[1] if BATCH in scene.draft else [await _sale(scene)]
    text = views.sure(views.sums(sales), in_words(scene.draft["reason"]))
    return Screen(text, ((pick(scene, "yes", _("Yes, pay it back").unescape()),),))


async def _refund(scene: Scene) -> Screen:
    draft, who, now = scene.draft, scene.who, scene.now
    if BATCH in draft:
        done = await actions.refund_all(scene.unit, who=who, batch_id=draft[BATCH], reason=draft["reason"], now=now)
        return views.refunded_all(*done)
    sale = await _sale(scene)
    written = await actions.refund(scene.unit, who=who, entry_id=sale.id, reason=draft["reason"], now=now)
    return views.refunded(sale, written.number)


REFUND = Wizard(
    "refund",
    [
        reasons.reason_step(_why_refund, lambda scene: reasons.REFUND),
        Step("sure", _sure, tapped=_yes, free=False),
    ],
    _refund,
)


# -- putting a mistake right -------------------------------------------------------------------------------------------


async def _mistaken(scene: Scene) -> EntryRow:
    return await actions.to_correct(scene.unit, who=scene.who, entry_id=scene.draft[ENTRY])


async def _why_correct(scene: Scene) -> Markup:
    return views.why_correct(await _mistaken(scene))


async def _sure_to_correct(scene: Scene) -> Screen:
    text = views.sure_to_correct(await _mistaken(scene), in_words(scene.draft["reason"]))
    return Screen(text, ((pick(scene, "yes", _("Yes, put it right").unescape()),),))


async def _correct(scene: Scene) -> Screen:
    entry = await _mistaken(scene)
    written = await actions.correct(
        scene.unit, who=scene.who, entry_id=entry.id, reason=scene.draft["reason"], now=scene.now
    )
    return views.corrected(entry, written.number)


CORRECT = Wizard(
    "putright",
    [
        reasons.reason_step(_why_correct, lambda scene: reasons.MISTAKE),
        Step("sure", _sure_to_correct, tapped=_yes, free=False),
    ],
    _correct,
)


# -- selling at the desk -----------------------------------------------------------------------------------------------


async def _batch(scene: Scene) -> BatchRow:
    return await selling.to_sell(scene.unit, who=scene.who, batch_id=scene.draft[BATCH])


async def _ask_amount(scene: Scene) -> Screen:
    batch = await _batch(scene)
    choices = [pick(scene, value, label) for value, label in views.offered(batch)]
    return Screen(views.ask_amount(batch, scene.who.town.currency), in_rows(choices, 2))


async def _type_amount(scene: Scene, text: str) -> int:
    batch = await _batch(scene)
    return _enough(batch, read_amount(text, batch.unit, batch.step))


async def _tap_amount(scene: Scene, value: str) -> int:
    return _enough(await _batch(scene), id_in(value, "batch"))


def _enough(batch: BatchRow, amount: int) -> int:
    if amount > batch.free:
        raise TooFew(item=batch.item, free=batch.free, unit=batch.unit)
    return amount


async def _ask_name(scene: Scene) -> Screen:
    return Screen(views.ask_name(), ((pick(scene, "none", _("No name").unescape()),),))


async def _type_name(scene: Scene, text: str) -> str:
    return clean(text, selling.MOST_NAME)


async def _no_name(scene: Scene, value: str) -> str:
    return ""


async def _ask_sold(scene: Scene) -> Screen:
    draft, batch = scene.draft, await _batch(scene)
    draft[PRICE] = batch.price
    text = views.sure_to_sell(batch, draft["amount"], draft["name"], scene.who.town.currency)
    return Screen(text, ((pick(scene, "yes", _("It is paid").unescape()),),))


async def _paid(scene: Scene, value: str) -> bool:
    batch = await _batch(scene)
    if batch.price != scene.draft.get(PRICE):
        raise PriceChanged(item=batch.item)
    return True


async def _sell(scene: Scene) -> Callable[[Event], Reply]:
    """Sell it; the receipt comes at once, to be shown or sent on."""
    draft: dict[str, Any] = scene.draft
    done = await selling.sell(
        scene.unit,
        who=scene.who,
        batch_id=draft[BATCH],
        amount=draft["amount"],
        customer=draft["name"],
        price=draft[PRICE],
        now=scene.now,
    )
    screen = views.sold(done, scene.who.town.currency)
    if done.number is None:
        return lambda event: show(event, screen)
    _entry, paper = await actions.receipt(scene.unit, who=scene.who, number=done.number)
    return lambda event: hand_out(event, paper.name, papers.page_of(paper), paper.title, screen)


SELL = Wizard(
    "sell",
    [
        Step("amount", _ask_amount, typed=_type_amount, tapped=_tap_amount),
        Step("name", _ask_name, typed=_type_name, tapped=_no_name),
        Step("sure", _ask_sold, tapped=_paid, free=False),
    ],
    _sell,
)
