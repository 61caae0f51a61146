"""The check-in room: a code that is scanned or typed, and the coordinator's screen that shows it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import CommandObject, CommandStart, Filter
from aiogram.methods import SendPhoto
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.checkin import actions, pictures, views
from handlers.checkin.actions import Checked
from handlers.kit.facts import sentence
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import CHECK_IN, Links
from handlers.kit.reply import TYPED, Reply, answer, chat_of, show
from handlers.kit.screens import Screen, keyboard
from handlers.kit.seat import Seat
from handlers.kit.taps import CheckTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.meetings import arriving, checking
from handlers.roles.codes import counted
from storage.queries.checkin import Door
from storage.tables import SignupState
from storage.unit import Unit
from town.checkin import code_in, in_payload
from town.facts import CheckInWrong, CodeWrong, Fact, TooManyTries

SEEN = "@here"
"""In an account's data: the shift whose right code it sent, and when (in seconds since 1970)."""

SEEN_LASTS = timedelta(minutes=10)
"""For so long may somebody without a place think about whether they join."""


class LooksLikeCheckIn(Filter):
    """Passes a message that is nothing but something like a check-in code."""

    async def __call__(self, message: Message) -> bool:
        return code_in(message.text or "") is not None


async def _ask(scene: Scene) -> Screen:
    return views.ask_code(scene.draft["title"])


async def _take(scene: Scene, text: str) -> str:
    code = code_in(text)
    if code is None:
        raise CheckInWrong
    with counted(scene.seat, scene.now):
        actions.which(await actions.open_doors(scene.unit, who=scene.who, now=scene.now), code, scene.now)
    return code


async def _finish(scene: Scene) -> Screen:
    doors = await actions.open_doors(scene.unit, who=scene.who, now=scene.now)
    return await _arrived(scene, actions.which(doors, scene.draft["code"], scene.now))


WIZARD = Wizard("checkin", [Step("code", _ask, typed=_take)], _finish)


def router() -> Router:
    taps = Router(name="checkin.taps")
    taps.callback_query.filter(Tapped("check:"), residents_only)
    for do, handler in TAPS.items():
        taps.callback_query.register(handler, Doing(CheckTap, do))
    words = Router(name="checkin.words")
    words.message.filter(residents_only)
    words.message.register(
        on_link, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.startswith(CHECK_IN))
    )
    words.message.register(on_words, LooksLikeCheckIn())
    room = Router(name="checkin")
    room.include_routers(WIZARD.router(), arriving.router(), words, taps)
    return room


# -- who comes ---------------------------------------------------------------------------------------------------------


async def on_link(message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A scanned code. A wrong one is counted, so it is answered here: a fact that is raised would undo the counting."""
    shift_id, code = in_payload(command.args or "") or (0, "")
    try:
        with counted(seat, now):
            door = await actions.scanned(unit, who=who, shift_id=shift_id, code=code, now=now)
    except (CodeWrong, TooManyTries) as fact:
        return show(message, views.wrong(sentence(fact, who.zone)))
    seat.state = None
    return show(message, await _arrived(Scene(who, unit, now, seat), door))


async def on_words(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A code that is typed just so: it finds its shift by itself."""
    doors = await actions.open_doors(unit, who=who, now=now)
    if not doors and not await checking.rooms(unit, now):
        raise SkipHandler  # nobody can check in anywhere, so it is something else
    try:
        with counted(seat, now):
            door = actions.which(doors, code_in(message.text or "") or "", now)
    except (CodeWrong, TooManyTries) as fact:
        if seat.state is not None:
            raise SkipHandler from None  # an answer to some question that only looks like a code
        return show(message, views.wrong(sentence(fact, who.zone)))
    seat.state = None
    return show(message, await _arrived(Scene(who, unit, now, seat), door))


async def on_in(tap: CallbackQuery, callback_data: CheckTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    found = await actions.may_send_code(unit, who=who, shift_id=callback_data.shift, now=now)
    if isinstance(found, Checked):
        return show(tap, views.here(found, who.zone))
    return await WIZARD.begin_at(tap, Scene(who, unit, now, seat), "code", {"title": found.title})


async def on_join(
    tap: CallbackQuery, callback_data: CheckTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    if not _was_seen(seat, callback_data.shift, now):
        return show(tap, views.wrong(sentence(CheckInWrong(), who.zone)))
    checked = await actions.join(unit, who=who, shift_id=callback_data.shift, now=now)
    seat.data = {key: value for key, value in seat.data.items() if key != SEEN}
    return show(tap, views.here(checked, who.zone))


async def _arrived(scene: Scene, door: Door) -> Screen:
    """The answer to a right code."""
    who, shift = scene.who, door.shift
    if door.state == SignupState.HELD:
        return views.here(await actions.check_in(scene.unit, who=who, shift=shift, now=scene.now), who.zone)
    try:
        shift = await actions.may_join(scene.unit, who=who, shift=shift, now=scene.now)
    except Fact as fact:  # a rule stands in the way; it only looked
        return views.no_place(shift, sentence(fact, who.zone), who.zone)
    scene.seat.data = {**scene.seat.data, SEEN: [shift.id, scene.now.timestamp()]}
    return views.may_join(shift, who.zone)


def _was_seen(seat: Seat, shift_id: int, now: datetime) -> bool:
    """Whether this account has sent the right code of a shift of late: its button alone says nothing."""
    seen: Any = seat.data.get(SEEN)
    return seen is not None and seen[0] == shift_id and abs(now.timestamp() - seen[1]) <= SEEN_LASTS.total_seconds()


# -- who shows the code ------------------------------------------------------------------------------------------------


async def on_code(
    tap: CallbackQuery, callback_data: CheckTap, who: Who, unit: Unit, now: datetime, links: Links
) -> Reply:
    of, page = await actions.show_code(unit, who=who, shift_id=callback_data.shift, links=links, now=now)
    if not of.code:
        return show(tap, views.early(of, page, who.zone))
    screen = views.code(of, page, who.zone)
    photo = SendPhoto(
        chat_id=chat_of(tap),
        photo=BufferedInputFile(pictures.png(of.scan), filename="check-in.png"),
        caption=str(screen.html),
        parse_mode="HTML",
        reply_markup=keyboard(screen),
    )
    return [photo, answer(tap)] if tap.id != TYPED else [photo]


async def on_here(tap: CallbackQuery, callback_data: CheckTap, who: Who, unit: Unit) -> Reply:
    shift, guests = await actions.who_is_here(unit, who=who, shift_id=callback_data.shift)
    return show(tap, views.people(shift, guests, callback_data.page, who.zone))


async def on_tick(tap: CallbackQuery, callback_data: CheckTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    guest = await actions.tick(unit, who=who, shift_id=of.shift, resident_id=of.resident, here=of.do == "tick", now=now)
    shift, guests = await actions.who_is_here(unit, who=who, shift_id=of.shift)
    return show(tap, views.people(shift, guests, of.page, who.zone, said=views.ticked(guest)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "in": on_in,
    "join": on_join,
    "code": on_code,
    "here": on_here,
    "tick": on_tick,
    "untick": on_tick,
}
