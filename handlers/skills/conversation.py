"""The skills room: learning records, masters at work, and the desk that appoints them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from handlers.kit.choosing import from_the_first, id_in, pages, turned
from handlers.kit.filters import Doing, Tapped, residents_only
from handlers.kit.reply import Event, Reply, show
from handlers.kit.screens import Screen
from handlers.kit.seat import Seat
from handlers.kit.taps import SkillTap
from handlers.kit.who import Who
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.skills import actions, views
from storage.unit import Unit
from town.text import clean

SKILL, TYPED = "@skill", "@typed"
"""Of a draft: the skill it is about; the name that was looked for."""


async def _ask_name(scene: Scene) -> Screen:
    typed = scene.draft.get(TYPED)
    found = await actions.find(scene.unit, who=scene.who, skill_id=scene.draft[SKILL], name=typed or "")
    rows = pages(scene, [(label, str(resident_id)) for resident_id, label in found])
    return Screen(views.ask_name(typed, found), rows)


async def _search(scene: Scene, text: str) -> Any:
    scene.draft[TYPED] = clean(text, 60)
    from_the_first(scene)
    return Stay()


async def _take(scene: Scene, value: str) -> Any:
    if turn := turned(scene, value):
        return turn
    of = scene.draft[SKILL]
    return (
        await actions.judging(scene.unit, who=scene.who, skill_id=of, resident_id=id_in(value, "resident"))
    ).resident_id


async def _found(scene: Scene) -> Screen:
    one = await actions.judging(
        scene.unit, who=scene.who, skill_id=scene.draft[SKILL], resident_id=scene.draft["person"]
    )
    return views.person(one, scene.who.zone)


FIND = Wizard("skillperson", [Step("person", _ask_name, typed=_search, tapped=_take, free=False)], _found)


async def _mine(event: Event, who: Who, unit: Unit, now: datetime, page: int) -> Reply:
    return show(event, views.record(await actions.my_record(unit, who=who, now=now), page, who.zone))


async def _people(event: Event, who: Who, unit: Unit, skill_id: int, page: int) -> Reply:
    return show(event, views.people(*await actions.people(unit, who=who, skill_id=skill_id), page))


def router() -> Router:
    room = Router(name="skills.taps")
    room.message.filter(residents_only)
    room.callback_query.filter(Tapped("skill:"), residents_only)

    @room.message(Command("skills", ignore_mention=True))
    async def on_command(message: Message, who: Who, unit: Unit, now: datetime) -> Reply:
        return await _mine(message, who, unit, now, 0)

    @room.callback_query(Doing(SkillTap, "mine"))
    async def on_mine(tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit, now: datetime) -> Reply:
        return await _mine(tap, who, unit, now, callback_data.page)

    @room.callback_query(Doing(SkillTap, "signoff"))
    async def on_signoff(tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit, now: datetime) -> Reply:
        mastered = (await actions.my_record(unit, who=who, now=now)).mastered
        if len(mastered) == 1:
            return await _people(tap, who, unit, mastered[0].id, callback_data.page)
        return show(tap, views.mastered(mastered, callback_data.page))

    @room.callback_query(Doing(SkillTap, "desk"))
    async def on_desk(tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit) -> Reply:
        return show(tap, views.all_skills(await actions.all_skills(unit, who=who), callback_data.page))

    @room.callback_query(Doing(SkillTap, "skill"))
    async def on_skill(tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit) -> Reply:
        return await _people(tap, who, unit, callback_data.id, callback_data.page)

    @room.callback_query(Doing(SkillTap, "find"))
    async def on_find(
        tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit, now: datetime, seat: Seat
    ) -> Reply:
        await actions.must_judge(unit, who, callback_data.id)
        return await FIND.begin(tap, Scene(who, unit, now, seat), {SKILL: callback_data.id}, afresh=True)

    _one_person(room)
    parent = Router(name="skills")
    parent.include_routers(FIND.router(), room)
    return parent


def _one_person(room: Router) -> None:
    @room.callback_query(Doing(SkillTap, "person"))
    async def on_person(tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit) -> Reply:
        one = await actions.judging(unit, who=who, skill_id=callback_data.id, resident_id=callback_data.resident)
        return show(tap, views.person(one, who.zone))

    @room.callback_query(Doing(SkillTap, *DECIDE))
    async def on_decision(tap: CallbackQuery, callback_data: SkillTap, who: Who, unit: Unit, now: datetime) -> Reply:
        of, resident_id = callback_data.id, callback_data.resident
        done = await DECIDE[callback_data.do](unit, who=who, skill_id=of, resident_id=resident_id, now=now)
        one = await actions.judging(unit, who=who, skill_id=of, resident_id=resident_id)
        said = views.decided(callback_data.do, one) if done else views.same_as_before()
        return show(tap, views.person(one, who.zone).before(said))


DECIDE: dict[str, Callable[..., Awaitable[bool]]] = {
    "sign": actions.sign_off,
    "unsign": actions.take_back,
    "appoint": actions.appoint_master,
    "end": actions.end_master,
}
