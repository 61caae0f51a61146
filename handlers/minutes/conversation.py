"""The room of minutes: reading, writing and approving them, and the register of decisions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram import Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from handlers.kit.files import hand_out
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.poll_taps import MinutesTap
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.minutes import actions, approving, content, follow_taps, registering, registry_views, telling, views
from handlers.minutes.asking import CORRECT, DECIDE, FIND, ITEM, MEETING, NOTE, OBJECT, OVER
from storage.unit import Unit
from town.facts import NotOnAgenda


def router() -> Router:
    room = Router(name="minutes.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("minutes:"), residents_only)
    room.message.register(on_decisions, Command("decisions", ignore_mention=True))
    room.message.register(follow_taps.on_follow_ups, Command("followups", ignore_mention=True))
    for do, handler in (TAPS | follow_taps.TAPS).items():
        room.callback_query.register(handler, Doing(MinutesTap, do))
    parent = Router(name="minutes")
    wizards = (NOTE, OBJECT, CORRECT, DECIDE, FIND, *follow_taps.WIZARDS)
    parent.include_routers(*(wizard.router() for wizard in wizards), room)
    return parent


# -- reading -----------------------------------------------------------------------------------------------------------


async def on_read(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    of = await content.read(unit, who=who, meeting_id=callback_data.id)
    return show(tap, views.read(of, callback_data.page, who.zone))


async def on_pdf(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    of = await content.read(unit, who=who, meeting_id=callback_data.id)
    name, line = telling.file_name(of.meeting, who.zone), views.caption(of.meeting, who.zone)
    return hand_out(tap, name, telling.page_of(of, who), line, views.after_file(of.meeting))


async def on_object(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    meeting = await actions.to_object(unit, who=who, meeting_id=callback_data.id)
    return await OBJECT.begin(tap, Scene(who, unit, now, seat), {MEETING: meeting.id})


# -- writing -----------------------------------------------------------------------------------------------------------


async def on_write(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    of = await content.to_write(unit, who=who, meeting_id=callback_data.id)
    return show(tap, views.contents(of, callback_data.page, who.zone))


async def on_general(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    of = await content.to_write(unit, who=who, meeting_id=callback_data.id)
    return show(tap, views.general(of, callback_data.page, who.zone))


async def on_item(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    item, meeting = await content.item_of(unit, who=who, item_id=callback_data.id)
    of = await content.load(unit, who=who, meeting=meeting)
    if not of.number_of(item.id):
        raise NotOnAgenda(title=item.title)
    return show(tap, views.item(of, item.id, callback_data.page, who.zone))


async def on_note(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    at = await actions.place_of(unit, who=who, meeting_id=0, item_id=callback_data.id)
    draft = {MEETING: at.meeting.id, ITEM: callback_data.id, OVER: callback_data.n == 1}
    return await NOTE.begin(tap, Scene(who, unit, now, seat), draft)


async def on_general_note(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    at = await actions.place_of(unit, who=who, meeting_id=callback_data.id, item_id=0)
    draft = {MEETING: at.meeting.id, ITEM: 0, OVER: callback_data.n == 1}
    return await NOTE.begin(tap, Scene(who, unit, now, seat), draft)


async def on_decide(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    await actions.place_of(unit, who=who, meeting_id=0, item_id=callback_data.id)
    return await DECIDE.begin(tap, Scene(who, unit, now, seat), {ITEM: callback_data.id})


async def on_publish(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, views.ask_publish(await actions.to_publish(unit, who=who, meeting_id=callback_data.id, now=now)))


async def on_published(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    meeting, told = await actions.publish(unit, who=who, meeting_id=callback_data.id, now=now)
    return show(tap, views.published(meeting, told))


async def on_correct(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    meeting = await actions.to_correct(unit, who=who, meeting_id=callback_data.id)
    return await CORRECT.begin(tap, Scene(who, unit, now, seat), {MEETING: meeting.id})


# -- approving ---------------------------------------------------------------------------------------------------------


async def on_propose(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    meeting, coming = await approving.choose(unit, who=who, minutes_of=callback_data.id, now=now)
    return show(tap, views.choose_meeting(meeting, coming, callback_data.page, who.zone))


async def on_put(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    target, _item = await approving.put(unit, who=who, minutes_of=callback_data.id, meeting_id=callback_data.n, now=now)
    return show(tap, views.put(target))


async def on_approval(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    return show(tap, views.ask_approval(*await approving.to_approve(unit, who=who, item_id=callback_data.id)))


async def on_approved(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    item, _meeting = await approving.to_approve(unit, who=who, item_id=callback_data.id)
    return show(tap, views.approved(item, await approving.approve(unit, who=who, item_id=item.id, now=now)))


# -- the register of decisions -----------------------------------------------------------------------------------------


async def on_decisions(message: Message, command: CommandObject, who: Who, unit: Unit) -> Reply:
    found = await registering.search(unit, who=who, text=command.args or "", page=0)
    return show(message, registry_views.register(found, who.zone))


async def on_list(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    found = await registering.search(unit, who=who, text=callback_data.key, page=callback_data.page)
    return show(tap, registry_views.register(found, who.zone))


async def on_find(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    return await FIND.begin(tap, Scene(who, unit, now, seat), afresh=True)


async def on_one(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    return show(
        tap, registry_views.entry(await registering.entry(unit, who=who, decision_id=callback_data.id), who.zone)
    )


async def on_strike(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    return show(tap, registry_views.ask_strike(await actions.to_strike(unit, who=who, decision_id=callback_data.id)))


async def on_struck(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    return show(tap, registry_views.struck(await actions.strike(unit, who=who, decision_id=callback_data.id, now=now)))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "read": on_read,
    "pdf": on_pdf,
    "object": on_object,
    "write": on_write,
    "general": on_general,
    "item": on_item,
    "note": on_note,
    "gnote": on_general_note,
    "decide": on_decide,
    "publish": on_publish,
    "published": on_published,
    "correct": on_correct,
    "propose": on_propose,
    "put": on_put,
    "approval": on_approval,
    "approved": on_approved,
    "list": on_list,
    "find": on_find,
    "one": on_one,
    "strike": on_strike,
    "struck": on_struck,
}
