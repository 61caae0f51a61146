"""The pick-up desk's conversation: whatever is typed there is a code or a name, one person after the other.

What is shown lies in the wizard's draft, so that a code can be typed at any moment, also while another claim's card is
still open. A card remembers the code it was made for: a tap on an old one hands nothing over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram.types import CallbackQuery

from handlers.goods.codes import code_in
from handlers.goods.words import name_of
from handlers.kit.choosing import pick
from handlers.kit.facts import sentence
from handlers.kit.files import hand_out
from handlers.kit.goods_taps import ClaimTap
from handlers.kit.goods_words import an_amount
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Row, Screen, in_rows
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import STEP, GoTo, Scene, Stay, Step, Wizard
from handlers.pickup import actions, sheet
from handlers.pickup import desk_views as views
from handlers.pickup.guesses import counted_there
from storage.queries.batches import BatchRow
from storage.unit import Unit
from town.amounts import choices, read_amount
from town.facts import (
    BadAmount,
    BatchOver,
    BatchRecalled,
    CannotTakeBack,
    Fact,
    MoreThanClaimed,
    NotCollectedYet,
    OwnPurchase,
    PickupCodeWrong,
)
from town.text import clean
from town.week import local

BATCH, PAGE, CLAIM, CODE, PART, TYPED, SAID, UNDO, RECEIPT = (
    *("@batch", "@page", "@claim", "@code", "@part", "@name", "@said", "@undo", "@receipt"),
)
"""Of the draft: the batch whose desk it is (0: all of one's own) and the page of a list; the claim whose card is open,
its code when the card was made, and the part of it that is to be handed over; the name that was looked for; what has
just been done, and how to undo it, and the number of its receipt."""

MOST_TYPED = 60

REFUSED = (PickupCodeWrong, BatchRecalled, NotCollectedYet, MoreThanClaimed, CannotTakeBack, OwnPurchase)
"""What is said at the desk, which stays open, when something can't be handed over or taken back."""


# -- what is shown -----------------------------------------------------------------------------------------------------


async def _ask(scene: Scene) -> Screen:
    draft, who = scene.draft, scene.who
    if draft.get(CLAIM):
        try:
            found = await actions.card(scene.unit, who=who, claim_id=draft[CLAIM], now=scene.now)
        except (PickupCodeWrong, BatchRecalled) as fact:
            _forget(draft)
            draft[SAID] = sentence(fact, who.zone).unescape()
        else:
            draft[CODE] = found.held.claim.code
            part = draft.get(PART)
            if part is not None and part > found.held.claim.left:
                part = draft[PART] = None
            return views.card(found, part, draft.get(PAGE, 0), draft[BATCH], who.zone, who.town.currency)
    if draft.get(TYPED):
        held = await actions.by_name(scene.unit, who=who, batch_id=draft[BATCH], text=draft[TYPED], now=scene.now)
        return views.found(draft[TYPED], held, draft.get(PAGE, 0), draft[BATCH], who.zone)
    return await _desk(scene)


async def _desk(scene: Scene) -> Screen:
    draft, who = scene.draft, scene.who
    there = await actions.at_hand(scene.unit, who=who, now=scene.now)
    said, then = str(draft.get(SAID) or ""), _then(draft)
    if draft[BATCH]:
        one = next((one for one in there if one.batch.id == draft[BATCH]), None)
        if one is not None:
            return views.of_batch(one, who.zone, said=said, then=then)
        batch = await actions.batch_of(scene.unit, who=who, batch_id=draft[BATCH])
        draft[BATCH], said = 0, said or _why_not(batch, who)
    today = local(scene.now, who.zone).date()
    return views.desk(there, draft.get(PAGE, 0), who.zone, today, said=said, then=then)


def _why_not(batch: BatchRow, who: Who) -> str:
    """Why a batch is not at the desk."""
    if batch.recalled_at is not None:
        return sentence(BatchRecalled(item=batch.item, reason=batch.recall_reason), who.zone).unescape()
    return sentence(BatchOver(item=batch.item), who.zone).unescape()


def _then(draft: dict[str, Any]) -> Row:
    """What can be done about what has just been handed over."""
    receipt = views.receipt(draft[RECEIPT]) if draft.get(RECEIPT) else ()
    return (*receipt, *views.undo(*draft[UNDO])) if draft.get(UNDO) else receipt


def _forget(draft: dict[str, Any]) -> None:
    """What was shown last is over."""
    for key in (CLAIM, CODE, PART, TYPED, SAID, UNDO, RECEIPT, PAGE):
        draft.pop(key, None)


# -- what is typed -----------------------------------------------------------------------------------------------------


async def _read(scene: Scene, text: str) -> Stay:
    """A code, or else a name. What is wrong with it is said above the desk, so that no old card stays open under it."""
    _forget(scene.draft)
    try:
        code = code_in(text)
        if code is not None:
            with counted_there(scene.seat, scene.now):
                await _coded(scene, code, text)
        else:
            await _named(scene, text)
    except Fact as fact:
        return Stay(toast=sentence(fact, scene.who.zone))
    return Stay()


async def _coded(scene: Scene, code: str, text: str) -> None:
    """Open the card of a code, or of a name that looks like one. Raises as `actions.by_code` does."""
    try:
        found = await actions.by_code(scene.unit, who=scene.who, code=code, now=scene.now)
    except PickupCodeWrong:
        if not await _named(scene, text):
            raise
    else:
        scene.draft[CLAIM] = found.held.claim.id


async def _named(scene: Scene, text: str) -> bool:
    """Look for a name; one alone opens their card."""
    name = clean(text, MOST_TYPED)
    held = await actions.by_name(scene.unit, who=scene.who, batch_id=scene.draft[BATCH], text=name, now=scene.now)
    if len(held) == 1:
        scene.draft[CLAIM] = held[0].claim.id
    elif held or code_in(text) is None:
        scene.draft[TYPED] = name
    return bool(held)


async def _ask_part(scene: Scene) -> Screen:
    held = (await actions.card(scene.unit, who=scene.who, claim_id=scene.draft[CLAIM], now=scene.now)).held
    amounts = choices(held.claim.left, held.batch.step)[:-1]
    offered = [pick(scene, str(amount), an_amount(amount, held.batch.unit)) for amount in amounts]
    return Screen(views.ask_part(held), in_rows([*offered, views.to_card(held.claim.id)]))


async def _read_part(scene: Scene, text: str) -> GoTo:
    held = (await actions.card(scene.unit, who=scene.who, claim_id=scene.draft[CLAIM], now=scene.now)).held
    return _parted(scene, read_amount(text, held.batch.unit, held.batch.step), held.claim.left, held.batch)


async def _take_part(scene: Scene, value: str) -> GoTo:
    held = (await actions.card(scene.unit, who=scene.who, claim_id=scene.draft[CLAIM], now=scene.now)).held
    if not value.isdecimal() or len(value) > 10 or not int(value) or int(value) % held.batch.step:
        raise BadAmount(given=value)
    return _parted(scene, int(value), held.claim.left, held.batch)


def _parted(scene: Scene, amount: int, left: int, batch: BatchRow) -> GoTo:
    if amount > left:
        raise MoreThanClaimed(item=batch.item, left=left, unit=batch.unit)
    scene.draft[PART] = amount
    return GoTo("code", come_back=False)


WIZARD = Wizard(
    "pickup",
    [
        Step("code", _ask, typed=_read, counted=True),
        Step("part", _ask_part, typed=_read_part, tapped=_take_part, when=lambda scene: bool(scene.draft.get(CLAIM))),
    ],
    _ask,  # a desk is never done: every answer leads to another of its screens
)


# -- what is tapped ----------------------------------------------------------------------------------------------------


async def open_desk(event: Event, scene: Scene, **draft: Any) -> Reply:
    """Show the desk, or what of it the draft says; from now on codes can be typed."""
    return await WIZARD.begin_at(event, scene, "code", {BATCH: 0} | {f"@{key}": value for key, value in draft.items()})


async def on_desk(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    return await open_desk(tap, Scene(who, unit, now, seat), batch=callback_data.id, page=callback_data.page)


async def on_found(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    scene, kept = Scene(who, unit, now, seat), WIZARD.kept(seat) or {}
    return await open_desk(tap, scene, batch=callback_data.id, name=kept.get(TYPED), page=callback_data.page)


async def on_card(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    kept, of = WIZARD.kept(seat) or {}, callback_data
    part = kept.get(PART) if of.page and kept.get(CLAIM) == of.id else None
    scene = Scene(who, unit, now, seat)
    return await open_desk(tap, scene, batch=kept.get(BATCH, 0), claim=of.id, page=of.page, part=part)


async def on_part(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await actions.card(unit, who=who, claim_id=callback_data.id, now=now)
    kept = WIZARD.kept(seat) or {}
    draft = {BATCH: kept.get(BATCH, 0), CLAIM: callback_data.id, STEP: "part"}
    return await WIZARD.resume(tap, Scene(who, unit, now, seat), draft)


async def on_hand(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    """Hand over what the open card says; a tap on a card that is not open any more opens it again."""
    kept, of, scene = WIZARD.kept(seat) or {}, callback_data, Scene(who, unit, now, seat)
    batch = kept.get(BATCH, 0)
    if kept.get(CLAIM) != of.id or not kept.get(CODE):
        return await open_desk(tap, scene, batch=batch, claim=of.id)
    try:
        done = await actions.hand(
            unit, who=who, claim_id=of.id, code=kept[CODE], amount=kept.get(PART), to_id=of.n, now=now
        )
    except REFUSED as fact:  # raised before anything is written
        return await open_desk(tap, scene, batch=batch, said=sentence(fact, who.zone).unescape())
    said = views.done(done, who.town.currency)
    return await open_desk(tap, scene, batch=batch, said=said, undo=[of.id, done.line_id], receipt=done.number)


async def on_undo(
    tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    of, kept = callback_data, WIZARD.kept(seat) or {}
    try:
        said = views.taken_back(await actions.take_back(unit, who=who, claim_id=of.id, line_id=of.n, now=now))
    except REFUSED as fact:
        said = sentence(fact, who.zone).unescape()
    return await open_desk(tap, Scene(who, unit, now, seat), batch=kept.get(BATCH, 0), said=said)


async def on_list(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _list(who, unit, callback_data.id, callback_data.page, now))


async def on_print(tap: CallbackQuery, callback_data: ClaimTap, who: Who, unit: Unit, now: datetime) -> Reply:
    """The list as a file: to print, or as a table."""
    of = await actions.on_paper(unit, who=who, batch_id=callback_data.id, now=now)
    as_table = callback_data.do == "csv"
    content = sheet.csv_of(of, who) if as_table else sheet.page_of(of, who)
    name = sheet.name_for(of, who, "csv" if as_table else "pdf")
    return hand_out(tap, name, content, views.caption(of), await _list(who, unit, callback_data.id, 0, now))


async def _list(who: Who, unit: Unit, batch_id: int, page: int, now: datetime) -> Screen:
    batch = await actions.batch_of(unit, who=who, batch_id=batch_id)
    held = await actions.open_claims(unit, who=who, batch_id=batch_id)
    return views.to_come(batch_id, views.title_of(name_of(batch), len(held)), held, page)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "desk": on_desk,
    "found": on_found,
    "card": on_card,
    "part": on_part,
    "hand": on_hand,
    "undo": on_undo,
    "list": on_list,
    "print": on_print,
    "csv": on_print,
}
