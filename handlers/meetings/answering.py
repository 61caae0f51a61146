"""The questions to who comes to a meeting (how many they are, the room's code), and to who ticks them by hand."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.meetings import actions, checking, views
from handlers.meetings import question_words as say
from handlers.meetings.asking import MEETING
from handlers.meetings.running import found
from handlers.roles.codes import counted
from town.checkin import code_in
from town.facts import CheckInWrong
from town.meetings import read_people

OFFERED = (1, 2, 3, 4, 5, 6)
PAGE = 5


# -- how many they are -------------------------------------------------------------------------------------------------


async def _ask_people(scene: Scene) -> Screen:
    meeting = await found(scene.unit, scene.draft[MEETING])
    return Screen(
        say.how_many(meeting.title), in_rows([pick(scene, str(many), say.of_us(many)) for many in OFFERED], 2)
    )


async def _take_people(scene: Scene, text: str) -> Any:
    return read_people(text)


async def _keep_people(scene: Scene) -> Screen:
    return await say_how_many(scene, scene.draft[MEETING], scene.draft["people"])


PEOPLE = Wizard("meetingpeople", [Step("people", _ask_people, typed=_take_people, tapped=_take_people)], _keep_people)


async def say_how_many(scene: Scene, meeting_id: int, people: int) -> Screen:
    """Write down how many come: who said maybe still does, anybody else comes."""
    unit, who, now = scene.unit, scene.who, scene.now
    page = await actions.page(unit, who=who, meeting_id=meeting_id, now=now)
    coming = actions.MAYBE if page.mine is not None and page.mine.coming == actions.MAYBE else actions.YES
    await actions.answer(unit, who=who, meeting_id=meeting_id, coming=coming, people=people, now=now)
    page = await actions.page(unit, who=who, meeting_id=meeting_id, now=now)
    return views.answered(page, who.zone)


async def ask_how_many(event: Event, scene: Scene, meeting_id: int) -> Reply:
    """Raises NotFound."""
    await found(scene.unit, meeting_id)
    return await PEOPLE.begin_at(event, scene, "people", {MEETING: meeting_id})


# -- the room's code ---------------------------------------------------------------------------------------------------


async def _ask_code(scene: Scene) -> Screen:
    return Screen(say.room_code((await found(scene.unit, scene.draft[MEETING])).title))


async def _take_code(scene: Scene, text: str) -> Any:
    code = code_in(text)
    if code is None:
        raise CheckInWrong
    with counted(scene.seat, scene.now):
        await checking.scanned(scene.unit, meeting_id=scene.draft[MEETING], code=code, now=scene.now)
    return code


async def _check_in(scene: Scene) -> Screen:
    meeting = await found(scene.unit, scene.draft[MEETING])
    arrived = await checking.check_in(scene.unit, who=scene.who, meeting=meeting, now=scene.now)
    return views.arrived(arrived, scene.who.zone)


CODE = Wizard("roomcode", [Step("code", _ask_code, typed=_take_code)], _check_in)


async def ask_code(event: Event, scene: Scene, meeting_id: int) -> Reply:
    """Ask for the room's code."""
    return await CODE.begin_at(event, scene, "code", {MEETING: meeting_id})


# -- ticking somebody --------------------------------------------------------------------------------------------------


async def _ask_person(scene: Scene) -> Screen:
    meeting = await checking.may_tick(scene.unit, who=scene.who, meeting_id=scene.draft[MEETING], now=scene.now)
    people, typed = await those_found(scene), scene.draft.get(TYPED)
    text = say.whom_you_see(meeting.title) if typed is None else found_line(typed, people)
    return Screen(text, pages(scene, told_apart(people)))


async def _search(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


async def _take_person(scene: Scene, value: str) -> Any:
    return turned(scene, value) or id_in(value, "resident")


async def _tick(scene: Scene) -> Screen:
    unit, who, meeting_id = scene.unit, scene.who, scene.draft[MEETING]
    name = await checking.tick(
        unit, who=who, meeting_id=meeting_id, resident_id=scene.draft["person"], here=True, now=scene.now
    )
    seen = await checking.who_is_here(unit, who=who, meeting_id=meeting_id, page=0, size=PAGE)
    return views.people(*seen, 0, PAGE, who.zone, said=views.ticked(name, here=True))


TICK = Wizard("tickmeeting", [Step("person", _ask_person, typed=_search, tapped=_take_person, counted=True)], _tick)


async def ask_person(event: Event, scene: Scene, meeting_id: int) -> Reply:
    """Ask whom somebody sees. Raises what `checking.may_tick` raises."""
    await checking.may_tick(scene.unit, who=scene.who, meeting_id=meeting_id, now=scene.now)
    return await TICK.begin_at(event, scene, "person", {MEETING: meeting_id})
