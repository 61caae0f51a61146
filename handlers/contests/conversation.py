"""The room of contests: not agreeing, and deciding again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.types import CallbackQuery
from markupsafe import Markup

from handlers.contests import actions, views
from handlers.contests.actions import Contestable
from handlers.kit import reasons
from handlers.kit.choosing import id_in, pick
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.lengths import read_length
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen, in_rows
from handlers.kit.seat import Seat
from handlers.kit.taps import ContestTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.ledger.works import SHIFT
from locales import _
from storage.unit import Unit
from town.text import clean

KIND, OF = "@kind", "@of"
"""Of a draft: what is contested."""

CONTEST_ID, UPHELD = "contest", "upheld"

# -- not agreeing ------------------------------------------------------------------------------------------------------


async def _of(scene: Scene) -> Contestable:
    draft = scene.draft
    return await actions.to_contest(scene.unit, who=scene.who, kind=draft[KIND], id=draft[OF], now=scene.now)


async def _ask_minutes(scene: Scene) -> Screen:
    of = await _of(scene)
    choices = [pick(scene, value, label) for value, label in views.lengths(of)]
    return Screen(views.how_long(of, scene.who.zone), in_rows(choices))


async def _type_minutes(scene: Scene, text: str) -> int:
    return actions.check_minutes(await _of(scene), read_length(text))


async def _tap_minutes(scene: Scene, value: str) -> int:
    return actions.check_minutes(await _of(scene), id_in(value, "time"))


async def _ask_note(scene: Scene) -> Screen:
    return Screen(views.what_happened(await _of(scene), scene.who.zone))


async def _type_note(scene: Scene, text: str) -> str:
    return clean(text, actions.MOST_NOTE)


async def _ask_sure(scene: Scene) -> Screen:
    of = await _of(scene)
    minutes = scene.draft.get("minutes", of.work.length)
    text = views.sure(of, minutes, scene.draft["note"], scene.who.zone)
    return Screen(text, ((pick(scene, "yes", _("Ask somebody else").unescape()),),))


async def _yes(scene: Scene, value: str) -> bool:
    return True


async def _open(scene: Scene) -> Screen:
    draft = scene.draft
    done = await actions.open_one(
        scene.unit,
        who=scene.who,
        kind=draft[KIND],
        id=draft[OF],
        minutes=draft.get("minutes", 0),
        note=draft["note"],
        now=scene.now,
    )
    return views.opened(done, scene.who.zone)


CONTEST = Wizard(
    "contest",
    [
        Step(
            "minutes",
            _ask_minutes,
            typed=_type_minutes,
            tapped=_tap_minutes,
            when=lambda scene: scene.draft.get(KIND) == SHIFT,
        ),
        Step("note", _ask_note, typed=_type_note),
        Step("sure", _ask_sure, tapped=_yes, free=False),
    ],
    _open,
)

# -- deciding again ----------------------------------------------------------------------------------------------------


async def _ask_why(scene: Scene) -> Markup:
    contest, work = await actions.to_decide(scene.unit, who=scene.who, contest_id=scene.draft[CONTEST_ID])
    return views.why(contest, work, scene.who.zone, upheld=scene.draft[UPHELD])


async def _decide(scene: Scene) -> Screen:
    draft = scene.draft
    contest = await actions.decide(
        scene.unit,
        who=scene.who,
        contest_id=draft[CONTEST_ID],
        upheld=draft[UPHELD],
        reason=draft["reason"],
        now=scene.now,
    )
    waiting = await actions.waiting(scene.unit, who=scene.who)
    return views.decided(contest, upheld=draft[UPHELD], more=len(waiting))


DECIDE = Wizard(
    "decide",
    [reasons.reason_step(_ask_why, lambda scene: reasons.UPHOLD if scene.draft[UPHELD] else reasons.KEEP)],
    _decide,
)


def router() -> Router:
    room = Router(name="contests.taps")
    room.callback_query.filter(Tapped("contest:"), residents_only)
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(ContestTap, do))
    parent = Router(name="contests")
    parent.include_routers(CONTEST.router(), DECIDE.router(), room)
    return parent


async def on_open(
    tap: CallbackQuery, callback_data: ContestTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    draft = {KIND: callback_data.kind, OF: callback_data.id}
    scene = Scene(who, unit, now, seat, dict(draft))
    await _of(scene)  # whether they may
    kept = CONTEST.kept(seat)
    same = kept is not None and (kept.get(KIND), kept.get(OF)) == (callback_data.kind, callback_data.id)
    return await CONTEST.begin(tap, scene, draft, afresh=not same)


async def on_list(tap: CallbackQuery, callback_data: ContestTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.waiting(await actions.waiting(unit, who=who), callback_data.page))


async def on_see(tap: CallbackQuery, callback_data: ContestTap, who: Who, unit: Unit) -> Reply:
    contest, work = await actions.page(unit, who=who, contest_id=callback_data.id)
    return show(tap, views.page(contest, work, who.zone, me=who.me))


async def on_decide(
    tap: CallbackQuery, callback_data: ContestTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    contest, _work = await actions.to_decide(unit, who=who, contest_id=callback_data.id)
    draft = {CONTEST_ID: contest.id, UPHELD: callback_data.do == "uphold"}
    return await DECIDE.begin_at(tap, Scene(who, unit, now, seat), "reason", draft)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "list": on_list,
    "see": on_see,
    "uphold": on_decide,
    "keep": on_decide,
}
