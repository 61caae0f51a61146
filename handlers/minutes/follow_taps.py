"""What is tapped on follow-ups: lists, one of them, and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from aiogram.types import CallbackQuery, Message

from handlers.desk import actions as desk
from handlers.desk.shift_steps import FROM
from handlers.kit.poll_taps import MinutesTap
from handlers.kit.reply import Event, Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.kit.wizard import Scene
from handlers.meetings import running
from handlers.minutes import assigning, following, registry_views
from handlers.minutes.asking_follow import (
    DECISION,
    DONE,
    FOLLOW,
    GIVE,
    ITEM,
    MEETING,
    NEW,
    REFUSE,
    SHIFT,
    WHEN,
    title_of,
)
from handlers.roles.actions import must_be_resident
from storage.queries import decisions
from storage.unit import Unit
from town.facts import NotFound

WIZARDS = (NEW, GIVE, WHEN, DONE, REFUSE, SHIFT)


async def _mine(event: Event, who: Who, unit: Unit, page: int) -> Reply:
    found = await following.mine(unit, who=who)
    runs = bool(await following.all_open(unit, who=who))
    return show(event, registry_views.mine(found, page, runs=runs, zone=who.zone))


async def on_follow_ups(message: Message, who: Who, unit: Unit) -> Reply:
    return await _mine(message, who, unit, 0)


async def on_mine(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    return await _mine(tap, who, unit, callback_data.page)


async def on_all(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    found = await following.all_open(unit, who=who)
    return show(tap, registry_views.all_open(found, callback_data.page, who.zone))


async def on_of(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    meeting, found, runs = await following.of_meeting(unit, who=who, meeting_id=callback_data.id)
    return show(tap, registry_views.follow_ups_of(meeting, found, callback_data.page, runs, who.zone))


async def on_todo(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    page = await following.page(unit, who=who, follow_id=callback_data.id)
    return show(tap, registry_views.follow_up(page, who.zone))


async def on_follow(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    meeting = await running.must_run(unit, who, callback_data.id)
    running.must_be_on(meeting)
    draft = {MEETING: meeting.id, ITEM: callback_data.n, DECISION: 0}
    return await NEW.begin(tap, Scene(who, unit, now, seat), draft)


async def on_follow_decision(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    must_be_resident(who)
    found = await decisions.get(unit, callback_data.id)
    if found is None or found.meeting_id is None:
        raise NotFound(what="decision")
    await running.must_run(unit, who, found.meeting_id)
    draft = {MEETING: found.meeting_id, ITEM: found.item_id or 0, DECISION: found.id}
    return await NEW.begin(tap, Scene(who, unit, now, seat), draft)


async def on_done(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    one = await assigning.to_settle(unit, who=who, follow_id=callback_data.id)
    return await DONE.begin(tap, Scene(who, unit, now, seat), {FOLLOW: one.id})


async def on_cant(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    one = await assigning.to_refuse(unit, who=who, follow_id=callback_data.id)
    return await REFUSE.begin(tap, Scene(who, unit, now, seat), {FOLLOW: one.id})


async def on_give(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    one = await assigning.to_run(unit, who=who, follow_id=callback_data.id)
    return await GIVE.begin(tap, Scene(who, unit, now, seat), {FOLLOW: one.id})


async def on_when(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    one = await assigning.to_run(unit, who=who, follow_id=callback_data.id)
    return await WHEN.begin(tap, Scene(who, unit, now, seat), {FOLLOW: one.id})


async def on_shift(
    tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    one = await assigning.to_shift(unit, who=who, follow_id=callback_data.id)
    mine = await desk.my_projects(unit, who=who)
    draft = {FOLLOW: one.id, "title": title_of(one)} | ({FROM: mine[0].id} if len(mine) == 1 else {})
    return await SHIFT.begin(tap, Scene(who, unit, now, seat), draft, afresh=True)


async def on_drop(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit) -> Reply:
    return show(tap, registry_views.ask_drop(await assigning.to_run(unit, who=who, follow_id=callback_data.id)))


async def on_dropped(tap: CallbackQuery, callback_data: MinutesTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await assigning.drop(unit, who=who, follow_id=callback_data.id, now=now)
    return show(tap, registry_views.dropped(one))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "mine": on_mine,
    "all": on_all,
    "of": on_of,
    "todo": on_todo,
    "follow": on_follow,
    "followd": on_follow_decision,
    "done": on_done,
    "cant": on_cant,
    "give": on_give,
    "when": on_when,
    "shift": on_shift,
    "drop": on_drop,
    "dropped": on_dropped,
}
