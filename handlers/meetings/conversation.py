"""The room of meetings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.methods import SendDocument
from aiogram.types import BufferedInputFile, CallbackQuery, Message

from handlers.agenda import occasions
from handlers.agenda.actions import of_meeting
from handlers.checkin import pictures
from handlers.kit.files import show_photo
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.links import CALL, MEETING, Links, id_in
from handlers.kit.poll_taps import MeetTap
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.meetings import actions, answering, asking, checking, steering, views
from handlers.meetings.checking import Arrived
from handlers.meetings.question_words import change_labels
from storage.unit import Unit
from town.facts import NotAllowed, NotFound

PEOPLE_PAGE = 5
"""Names a page: with two to page, one for somebody else and two to leave, a screen stays within ten choices."""

MOST_PAGES = 100_000
"""More than any meeting has: a page beyond was forged."""


def router() -> Router:
    room = Router(name="meetings.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("meet:"), residents_only)
    room.message.register(on_meetings, Command("meetings", ignore_mention=True))
    room.message.register(on_call, Command("meeting", ignore_mention=True))
    room.message.register(on_call, CommandStart(deep_link=True, ignore_mention=True, magic=F.args == CALL))
    room.message.register(on_link, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.startswith(MEETING)))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(MeetTap, do))
    parent = Router(name="meetings")
    wizards = (asking.NEW, asking.CHANGE, asking.OFF, answering.PEOPLE, answering.CODE, answering.TICK)
    parent.include_routers(*(wizard.router() for wizard in wizards), room)
    return parent


# -- lists, and one meeting --------------------------------------------------------------------------------------------


async def on_meetings(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(message, await _coming(who, unit, now, 0))


async def on_coming(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _coming(who, unit, now, callback_data.page))


async def _coming(who: Who, unit: Unit, now: datetime, page: int) -> Screen:
    found = await actions.coming(unit, who=who)
    try:
        may_call = bool(await actions.callable_audiences(unit, who=who, now=now))
    except NotAllowed:
        may_call = False
    return views.coming(found, page, who.zone, may_call=may_call)


async def on_past(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.past(await actions.past(unit, who=who), callback_data.page, who.zone))


async def on_link(message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime) -> Reply:
    meeting_id = id_in(command.args or "", MEETING)
    if meeting_id is None:
        raise NotFound(what="meeting")
    return await _page(message, meeting_id, who, unit, now)


async def on_page(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return await _page(tap, callback_data.id, who, unit, now)


async def _page(event: Event, meeting_id: int, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(event, views.page(await actions.page(unit, who=who, meeting_id=meeting_id, now=now), now, who.zone))


async def on_file(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, links: Links) -> Reply:
    found = await of_meeting(unit, who=who, meeting_id=callback_data.id)
    document = SendDocument(
        chat_id=chat_of(tap),
        document=BufferedInputFile(occasions.file(found, who.town, links), filename=f"meeting-{callback_data.id}.ics"),
        caption=str(views.file_caption(found.meetings[0].meeting, who.zone)),
        parse_mode="HTML",
    )
    return [document, answer(tap)] if tap.id != TYPED else [document]


# -- whether one comes -------------------------------------------------------------------------------------------------


async def on_answer(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    meeting_id = callback_data.id
    await actions.answer(unit, who=who, meeting_id=meeting_id, coming=callback_data.do, now=now)
    return show(tap, views.answered(await actions.page(unit, who=who, meeting_id=meeting_id, now=now), who.zone))


async def on_people(
    tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    scene = Scene(who, unit, now, seat)
    return show(tap, await answering.say_how_many(scene, callback_data.id, callback_data.n))


async def on_many(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await answering.ask_how_many(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_in(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    found = await checking.may_send_code(unit, who=who, meeting_id=callback_data.id, now=now)
    if isinstance(found, Arrived):
        return show(tap, views.arrived(found, who.zone))
    return await answering.ask_code(tap, Scene(who, unit, now, seat), found.id)


# -- calling and running one -------------------------------------------------------------------------------------------


async def on_call(event: Message | CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await asking.begin(event, Scene(who, unit, now, seat))


async def on_desk(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, await _desk(callback_data.id, who, unit, now))


async def _desk(meeting_id: int, who: Who, unit: Unit, now: datetime) -> Screen:
    found = await actions.page(unit, who=who, meeting_id=meeting_id, now=now)
    if not found.running:
        raise NotAllowed(needed="caller")
    return views.desk(found, now, who.zone)


async def on_change(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(
        tap, views.what_to_change(await steering.may_change(unit, who=who, meeting_id=callback_data.id, now=now))
    )


async def on_set(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    whats = list(change_labels())
    if not 1 <= callback_data.n <= len(whats):
        raise NotFound(what="question")
    scene = Scene(who, unit, now, seat)
    return await asking.begin_change(tap, scene, callback_data.id, whats[callback_data.n - 1])


async def on_off(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await asking.begin_off(tap, Scene(who, unit, now, seat), callback_data.id)


async def on_begin(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await steering.begin(unit, who=who, meeting_id=callback_data.id, now=now)
    return show(tap, await _desk(callback_data.id, who, unit, now))


async def on_end(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    found = await steering.may_end(unit, who=who, meeting_id=callback_data.id, now=now)
    return show(tap, views.sure_to_end(found))


async def on_ended(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    await steering.end(unit, who=who, meeting_id=callback_data.id, now=now)
    return show(tap, await _desk(callback_data.id, who, unit, now))


# -- the room's code, and who is there ---------------------------------------------------------------------------------


async def on_code(
    tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, links: Links
) -> Reply:
    of, page = await checking.show_code(unit, who=who, meeting_id=callback_data.id, links=links, now=now)
    if not of.code:
        return show(tap, views.early(of, page, who.zone))
    return show_photo(tap, pictures.png(of.scan), "room-code.png", views.code(of, page, who.zone))


async def on_here(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit) -> Reply:
    return show(tap, await _people(callback_data, who, unit))


async def _people(of: MeetTap, who: Who, unit: Unit, said: str = "") -> Screen:
    page = min(of.page, MOST_PAGES)
    seen = await checking.who_is_here(unit, who=who, meeting_id=of.id, page=page, size=PEOPLE_PAGE)
    return views.people(*seen, page, PEOPLE_PAGE, who.zone, said=said)


async def on_tick(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime) -> Reply:
    of = callback_data
    here = of.do == "tick"
    name = await checking.tick(unit, who=who, meeting_id=of.id, resident_id=of.n, here=here, now=now)
    return show(tap, await _people(of, who, unit, views.ticked(name, here=here)))


async def on_find(tap: CallbackQuery, callback_data: MeetTap, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await answering.ask_person(tap, Scene(who, unit, now, seat), callback_data.id)


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "coming": on_coming,
    "past": on_past,
    "page": on_page,
    "yes": on_answer,
    "maybe": on_answer,
    "no": on_answer,
    "people": on_people,
    "many": on_many,
    "ics": on_file,
    "in": on_in,
    "new": on_call,
    "desk": on_desk,
    "change": on_change,
    "set": on_set,
    "off": on_off,
    "begin": on_begin,
    "end": on_end,
    "ended": on_ended,
    "code": on_code,
    "here": on_here,
    "tick": on_tick,
    "untick": on_tick,
    "find": on_find,
}
"""What a tap does (`handlers.kit.poll_taps.MeetTap`)."""
