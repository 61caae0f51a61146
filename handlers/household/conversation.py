"""Several residents on one phone, chosen by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.household import actions, views
from handlers.household.taps import PhoneTap
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.speaking import leave
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Step, Wizard, option
from handlers.signup import questions
from storage.queries import household, residents
from storage.unit import Unit
from town.facts import NotFound, OnlyPhone

NAME = "newathome"
SAME = "same"


async def _ask_name(scene: Scene) -> Screen:
    return Screen(views.ask_name(not scene.who.shared))


async def _ask_street(scene: Scene) -> Screen:
    street = (await residents.profile(scene.unit, scene.who.me)).street
    return Screen(
        views.ask_street(scene.draft["name"], street), ((option(NAME, "street", SAME, views.same_street()),),)
    )


async def _same_street(scene: Scene, value: str) -> Any:
    if value != SAME:
        raise NotFound(what="answer")
    return (await residents.profile(scene.unit, scene.who.me)).street


async def _finish(scene: Scene) -> Screen:
    draft = scene.draft
    new = await actions.add_new(
        scene.unit,
        who=scene.who,
        name=draft["name"],
        street=draft["street"],
        consent=draft.get("consent", False),
        join_code=draft.get("code") or draft.get("let_in"),
        setup_code=draft.get("setup"),
        born=date.fromisoformat(draft["born"]) if draft.get("adult") is False else None,
        now=scene.now,
    )
    return views.welcome(new, scene.who.town.name)


def _street() -> Step:
    return replace(questions.street(NAME), ask=_ask_street, tapped=_same_street)


WIZARD = Wizard(
    NAME,
    [
        replace(questions.name(NAME), ask=_ask_name),
        questions.code(NAME),
        _street(),
        questions.adult(NAME),
        questions.born(NAME, lambda scene: scene.draft.get("adult") is False),
        questions.consent(NAME),
    ],
    _finish,
)


def router() -> Router:
    room = Router(name="household.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("phone:"), residents_only)
    room.message.register(on_command, Command("phone", ignore_mention=True))
    for do, handler in TAPS.items():
        room.callback_query.register(handler, Doing(PhoneTap, do))
    parent = Router(name="household")
    parent.include_routers(WIZARD.router(), room)
    return parent


async def on_command(message: Message, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    return show(message, views.page(await actions.phone(unit, who=who)))


async def on_open(tap: CallbackQuery, who: Who, unit: Unit, seat: Seat) -> Reply:
    seat.state = None
    return show(tap, views.page(await actions.phone(unit, who=who)))


async def on_speak(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    here = await actions.phone(unit, who=who)
    return show(tap, views.who_speaks(here) if len(here.people) > 1 else views.page(here))


async def on_add(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    return show(tap, views.add(is_full=(await actions.phone(unit, who=who)).is_full))


async def on_new(tap: CallbackQuery, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    await actions.check_room(unit, who.account_id)
    return await WIZARD.begin(tap, Scene(who, unit, now, seat))


async def on_has(tap: CallbackQuery) -> Reply:
    return show(tap, views.has_a_chat())


async def on_off(tap: CallbackQuery, who: Who, unit: Unit) -> Reply:
    return show(tap, views.whom_off(await actions.phone(unit, who=who)))


async def on_drop(tap: CallbackQuery, callback_data: PhoneTap, who: Who, unit: Unit) -> Reply:
    try:
        one = await actions.to_take_off(unit, who=who, resident_id=callback_data.id)
    except OnlyPhone:
        here = await actions.phone(unit, who=who)
        return show(tap, views.only_phone(here.of(callback_data.id)))
    mine = one.resident_id == who.me
    return show(tap, views.sure(one, mine=mine, owner=mine and who.me == who.owner_id))


async def on_dropped(
    tap: CallbackQuery, callback_data: PhoneTap, who: Who, unit: Unit, now: datetime, seat: Seat
) -> Reply:
    one = await actions.take_off(unit, who=who, resident_id=callback_data.id, now=now)
    mine = one.resident_id == who.me
    owner_id = await household.owner(unit, who.account_id)
    leave(seat, one.resident_id, spoke=mine, then=owner_id)
    return show(tap, views.taken_off(one, left=await actions.left_on(unit, who.account_id, owner_id), mine=mine))


async def on_ask(tap: CallbackQuery, callback_data: PhoneTap, who: Who, unit: Unit, now: datetime) -> Reply:
    one = await actions.ask_for_another_way(unit, who=who, resident_id=callback_data.id, now=now)
    return show(tap, views.asked_coordinators(one))


TAPS: dict[str, Callable[..., Awaitable[Reply]]] = {
    "open": on_open,
    "speak": on_speak,
    "add": on_add,
    "new": on_new,
    "has": on_has,
    "off": on_off,
    "drop": on_drop,
    "dropped": on_dropped,
    "ask": on_ask,
}
