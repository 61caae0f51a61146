"""The ledger's room: weeks to page through, and corrections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from aiogram import Router
from aiogram.filters import Command, CommandObject, Filter
from aiogram.types import CallbackQuery, Message, TelegramObject
from markupsafe import Markup

from handlers.kit import reasons
from handlers.kit.choosing import id_in, pick
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.lengths import read_length
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen, in_rows
from handlers.kit.seat import Seat
from handlers.kit.taps import LedgerTap
from handlers.kit.typed import plain
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.ledger import actions, views
from handlers.ledger.works import REPORT, SHIFT, Work
from locales import _, language
from locales.past_words import past_vocabulary
from storage.unit import Unit
from town.dates import parse_past_day
from town.facts import BadDate
from town.week import local

MOST_BACK = 2000
"""Weeks that somebody may ask to go back by their number; the calendar of the program ends somewhere."""


class WithWords(Filter):
    """Passes a command that has words after it."""

    async def __call__(self, event: TelegramObject, command: CommandObject) -> bool:
        return bool((command.args or "").strip())


# -- corrections -------------------------------------------------------------------------------------------------------


async def _work(scene: Scene) -> Work:
    draft = scene.draft
    return await actions.to_correct(
        scene.unit, who=scene.who, kind=draft["@kind"], id=draft["@of"], resident_id=draft["@resident"]
    )


async def _ask_minutes(scene: Scene) -> Screen:
    work = await _work(scene)
    choices = [pick(scene, value, label) for value, label in views.lengths(work)]
    return Screen(views.how_long(work, scene.who.zone), in_rows(choices))


async def _type_minutes(scene: Scene, text: str) -> int:
    return actions.check_correction(await _work(scene), 0 if plain(text) == "0" else read_length(text))


async def _tap_minutes(scene: Scene, value: str) -> int:
    return actions.check_correction(await _work(scene), id_in(value, "time"))


async def _ask_why(scene: Scene) -> Markup:
    return views.why((await _work(scene)).name)


async def _ask_sure(scene: Scene) -> Screen:
    draft = scene.draft
    text = views.sure(await _work(scene), draft["minutes"], draft["reason"], scene.who.zone)
    return Screen(text, ((pick(scene, "yes", _("Write it").unescape()),),))


async def _yes(scene: Scene, value: str) -> bool:
    return True


async def _correct(scene: Scene) -> Screen:
    draft = scene.draft
    work = await actions.correct(
        scene.unit,
        who=scene.who,
        kind=draft["@kind"],
        id=draft["@of"],
        resident_id=draft["@resident"],
        minutes=draft["minutes"],
        reason=draft["reason"],
        now=scene.now,
    )
    return views.corrected(work, draft["minutes"])


CORRECT = Wizard(
    "correct",
    [
        Step("minutes", _ask_minutes, typed=_type_minutes, tapped=_tap_minutes),
        reasons.reason_step(_ask_why, lambda scene: reasons.CORRECT),
        Step("sure", _ask_sure, tapped=_yes, free=False),
    ],
    _correct,
)


# -- weeks -------------------------------------------------------------------------------------------------------------


def router() -> Router:
    room = Router(name="ledger.weeks")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("ledger:"), residents_only)
    room.message.register(on_week_of, Command("week", ignore_mention=True), WithWords())
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(LedgerTap, do))
    parent = Router(name="ledger")
    parent.include_routers(CORRECT.router(), room)
    return parent


async def on_week_of(
    message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    """`/week 2` is the week two weeks ago, `/week last` the last one, `/week 24/11` the week of that day."""
    seat.state = None
    return show(message, await _week(unit, who, _day_in((command.args or "").strip(), who, now), 0, now))


def _day_in(text: str, who: Who, now: datetime) -> date:
    today = local(now, who.zone).date()
    wanted = plain(text)
    if wanted in [plain(word) for word in _("last|last week|before").unescape().split("|")]:
        return today - timedelta(days=7)
    if wanted.isdecimal() and len(wanted) <= 4:
        return today - timedelta(days=7 * min(int(wanted), MOST_BACK))
    return parse_past_day(text, vocabulary=past_vocabulary(language()), today=today)


async def _week(unit: Unit, who: Who, day: date, page: int, now: datetime) -> Screen:
    found = await actions.week(unit, who=who, monday=day, now=now)
    return views.week(found, page, who.zone, who.town.required_minutes)


async def on_week(tap: CallbackQuery, callback_data: LedgerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _week(unit, who, _monday(callback_data.key), callback_data.page, now))


async def on_contest(tap: CallbackQuery, callback_data: LedgerTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await actions.week(unit, who=who, monday=_monday(callback_data.key), now=now)
    return show(tap, views.to_contest(found, who.zone))


async def on_correct(
    tap: CallbackQuery, callback_data: LedgerTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    kind, of = _which(callback_data.key)
    draft: dict[str, Any] = {"@kind": kind, "@of": of, "@resident": callback_data.id}
    scene = Scene(who, unit, now, seat, draft)
    await _work(scene)  # whether they may
    return await CORRECT.begin(tap, scene, draft, afresh=True)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {"week": on_week, "contest": on_contest, "correct": on_correct}


def _which(key: str) -> tuple[str, int]:
    """The work that is to be corrected: a shift's id, or "report-" and a report's. Raises NotFound."""
    number = key.removeprefix("report-")
    return (SHIFT, id_in(key, "shift")) if number == key else (REPORT, id_in(number, "report"))


def _monday(key: str) -> date:
    """The day in a tap. Raises BadDate for a forged one."""
    try:
        return date.fromisoformat(key)
    except ValueError:
        raise BadDate(given=key) from None
