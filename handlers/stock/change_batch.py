"""Changing a batch that is up, or putting right what became of it: its questions, and a last one where people lose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from handlers.kit.choosing import id_in, pick
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.stock import actions, asking, correcting, moving, views, when_steps
from handlers.stock.when_steps import spans_in
from handlers.stock.words import AWAY_REASONS, CORRECT_REASONS, OFF_REASONS, SPOIL_REASONS, reason_in_words
from storage.queries.batches import BatchRow
from town.amounts import choices, read_amount
from town.facts import BadAmount, NotFound, NotOnShelf
from town.text import clean

BATCH, WHAT, WINDOW, SHORT = "@batch", "@what", "@window", "@short"
"""Of a draft: the batch, what is done with it, the window that changes, how much people would lose."""

REASONS: dict[str, Sequence[str]] = {
    "correct": CORRECT_REASONS,
    "spoil": SPOIL_REASONS,
    "off": OFF_REASONS,
    "away": AWAY_REASONS,
}
AMOUNTS, TIMES = ("correct", "spoil"), ("time", "addtime", "again")
GOING_ON = ("place", "time", "addtime", "off")
"""What is only done with a batch that is still up."""


def _only(*whats: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.draft.get(WHAT) in whats


async def _batch(scene: Scene) -> BatchRow:
    return await actions.theirs(scene.unit, who=scene.who, batch_id=scene.draft[BATCH])


async def _ask_amount(scene: Scene) -> Screen:
    one = await _batch(scene)
    if scene.draft[WHAT] == "correct":
        return Screen(asking.real_amount(one))
    offered = [many for many in choices(one.shelf, one.step) if many != one.shelf]
    picks = [pick(scene, str(many), asking.amount_label(many, one.unit)) for many in offered]
    return Screen(asking.spoiled(one), in_rows([*picks, pick(scene, "all", asking.all_of_it(one.shelf, one.unit))], 2))


async def _type_amount(scene: Scene, text: str) -> Any:
    one, correct = await _batch(scene), scene.draft[WHAT] == "correct"
    many = 0 if correct and text.strip() == "0" else read_amount(text, one.unit, one.step)
    return _fits(one, many, correct=correct)


async def _take_amount(scene: Scene, value: str) -> Any:
    one, correct = await _batch(scene), scene.draft[WHAT] == "correct"
    many = one.shelf if value == "all" else id_in(value, "batch")
    if not many:
        raise BadAmount(given=value)
    return _fits(one, many, correct=correct)


def _fits(one: BatchRow, many: int, *, correct: bool) -> int:
    if many > one.shelf if not correct else many < one.quantity - one.shelf:
        raise NotOnShelf(item=one.item, left=one.shelf, unit=one.unit)
    return many


async def _ask_place(scene: Scene) -> Screen:
    return Screen(asking.place())


async def _type_place(scene: Scene, text: str) -> Any:
    return clean(text, actions.MOST_PLACE)


async def _ask_reason(scene: Scene) -> Screen:
    what = scene.draft[WHAT]
    question = {"off": asking.why_off, "away": asking.where_to}.get(what, asking.why_corrected)
    known = REASONS[what]
    return Screen(question(), in_rows([pick(scene, str(at), reason_in_words(one)) for at, one in enumerate(known)]))


async def _type_reason(scene: Scene, text: str) -> Any:
    await _once_more(scene)
    return clean(text, correcting.MOST_REASON)


async def _take_reason(scene: Scene, value: str) -> Any:
    at, known = id_in(value, "reason"), REASONS[scene.draft[WHAT]]
    if at >= len(known):
        raise NotFound(what="reason")
    await _once_more(scene)
    return known[at]


def _may_hurt(scene: Scene) -> bool:
    """Whether it is asked once more: where something would be taken from people."""
    what = scene.draft.get(WHAT)
    return what == "off" or (what in AMOUNTS and bool(scene.draft.get(SHORT)))


async def _with_short(scene: Scene, take: Callable[[], Any]) -> Any:
    """An amount, and in the draft how much of what is claimed would be missing with it."""
    many = await take()
    scene.draft[SHORT] = await _short(scene, many)
    return many


async def _short(scene: Scene, many: int) -> int:
    """How much of what is claimed by now would be missing with an amount."""
    one = await _batch(scene)
    more = many - one.quantity if scene.draft[WHAT] == "correct" else -many
    return max(0, -(one.free + more))


async def _once_more(scene: Scene) -> None:
    """People go on claiming while a reason is thought of: look again how much would be missing."""
    if scene.draft[WHAT] in AMOUNTS:
        scene.draft[SHORT] = await _short(scene, scene.draft["amount"])


async def _typed_amount(scene: Scene, text: str) -> Any:
    return await _with_short(scene, lambda: _type_amount(scene, text))


async def _taken_amount(scene: Scene, value: str) -> Any:
    return await _with_short(scene, lambda: _take_amount(scene, value))


async def _ask_sure(scene: Scene) -> Screen:
    found = await actions.sheet(scene.unit, who=scene.who, batch_id=scene.draft[BATCH])
    count = found.listed
    if scene.draft[WHAT] == "off":
        text = asking.sure_off(found.batch, count.holders + count.waiting + count.entered)
    else:
        text = asking.sure_fewer(found.batch, scene.draft[SHORT])
    return Screen(text, in_rows([pick(scene, "yes", asking.yes())]))


async def _take_sure(scene: Scene, value: str) -> Any:
    """Yes; where more would be missing by now than they said yes to, they are asked again."""
    before = scene.draft.get(SHORT, 0)
    await _once_more(scene)
    return Stay() if scene.draft.get(SHORT, 0) > before else True


async def _finish(scene: Scene) -> Screen:
    said = await DO[scene.draft[WHAT]](scene)
    sheet = await actions.sheet(scene.unit, who=scene.who, batch_id=scene.draft[BATCH])
    return views.batch(sheet, scene.who.zone, scene.now, scene.who.town.currency).before(said)


async def _correct(scene: Scene) -> Any:
    draft = scene.draft
    return views.corrected(
        await correcting.correct(
            scene.unit,
            who=scene.who,
            batch_id=draft[BATCH],
            quantity=draft["amount"],
            reason=draft["reason"],
            now=scene.now,
        )
    )


async def _spoil(scene: Scene) -> Any:
    draft = scene.draft
    return views.corrected(
        await correcting.spoil(
            scene.unit,
            who=scene.who,
            batch_id=draft[BATCH],
            amount=draft["amount"],
            reason=draft["reason"],
            now=scene.now,
        )
    )


async def _away(scene: Scene) -> Any:
    draft = scene.draft
    return views.corrected(
        await correcting.give_away(
            scene.unit, who=scene.who, batch_id=draft[BATCH], reason=draft["reason"], now=scene.now
        )
    )


async def _off(scene: Scene) -> Any:
    draft = scene.draft
    return views.told(
        await correcting.call_off(
            scene.unit, who=scene.who, batch_id=draft[BATCH], reason=draft["reason"], now=scene.now
        )
    )


async def _place(scene: Scene) -> Any:
    draft = scene.draft
    return views.told(
        await moving.move_place(scene.unit, who=scene.who, batch_id=draft[BATCH], place=draft["place"], now=scene.now)
    )


async def _time(scene: Scene) -> Any:
    draft = scene.draft
    _one, told = await moving.move_time(
        scene.unit,
        who=scene.who,
        batch_id=draft[BATCH],
        window_id=draft[WINDOW],
        span=spans_in(scene)[0],
        now=scene.now,
    )
    return views.told(told)


async def _more_time(scene: Scene) -> Any:
    act = moving.put_up_again if scene.draft[WHAT] == "again" else moving.add_window
    for span in spans_in(scene):
        await act(scene.unit, who=scene.who, batch_id=scene.draft[BATCH], span=span, now=scene.now)
        act = moving.add_window
    return views.one_more_time(again=scene.draft[WHAT] == "again")


DO: dict[str, Callable[[Scene], Any]] = {
    "correct": _correct,
    "spoil": _spoil,
    "away": _away,
    "off": _off,
    "place": _place,
    "time": _time,
    "addtime": _more_time,
    "again": _more_time,
}

WIZARD = Wizard(
    "changebatch",
    [
        Step("amount", _ask_amount, typed=_typed_amount, tapped=_taken_amount, when=_only(*AMOUNTS)),
        Step("place", _ask_place, typed=_type_place, when=_only("place")),
        when_steps.day(_only(*TIMES)),
        when_steps.time(_only(*TIMES)),
        Step(
            "reason",
            _ask_reason,
            typed=_type_reason,
            tapped=_take_reason,
            counted=True,
            when=_only(*REASONS),
        ),
        Step("sure", _ask_sure, tapped=_take_sure, free=False, when=_may_hurt),
    ],
    _finish,
)


async def begin(event: Event, scene: Scene, batch_id: int, what: str, *, window_id: int = 0) -> Reply:
    """Ask what has to be known. Raises NotFound, NotAllowed, BatchRecalled or BatchOver."""
    one = await actions.theirs(scene.unit, who=scene.who, batch_id=batch_id)
    if what in GOING_ON or one.recalled_at is not None:
        actions.check_going_on(one)
    if what == "again" and one.closed_at is None:  # an old button: somebody has put it up again already
        what = "addtime"
    if what == "away" and one.closed_at is None:
        sheet = await actions.sheet(scene.unit, who=scene.who, batch_id=batch_id)
        return show(event, views.is_up_again(sheet, scene.who.zone, scene.now, scene.who.town.currency))
    if what in ("again", "away", "spoil") and not one.shelf:
        raise NotOnShelf(item=one.item, left=0, unit=one.unit)
    draft = {BATCH: batch_id, WHAT: what, WINDOW: window_id}
    return await WIZARD.begin(event, scene, draft, afresh=True)
