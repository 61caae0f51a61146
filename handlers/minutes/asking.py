"""The questions of the room: a note, an objection, a correction, a decision, and what is looked for in the register."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from markupsafe import Markup

from handlers.kit.choosing import pick
from handlers.kit.screens import Screen
from handlers.kit.wizard import Scene, Stay, Step, Wizard
from handlers.minutes import actions, content, registering, registry_views, views
from handlers.minutes.actions import MOST_NOTE, MOST_WORDS
from storage.queries import decisions
from town.facts import NotFound, TextEmpty
from town.text import clean

MEETING, ITEM, OVER = "@meeting", "@item", "@over"
"""Of a draft: what it is about; that the new note takes the place of the old one."""

DONE = "done"


async def _at(scene: Scene) -> actions.Written:
    return await actions.place_of(scene.unit, who=scene.who, meeting_id=scene.draft[MEETING], item_id=scene.draft[ITEM])


# -- a note, in one message or several ---------------------------------------------------------------------------------


async def _ask_note(scene: Scene) -> Screen:
    text = views.ask_note(await _at(scene), scene.draft.get("note", ""), over=scene.draft[OVER])
    return Screen(text, ((pick(scene, DONE, views.done_label()),),) if scene.draft.get("note") else ())


async def _type_note(scene: Scene, text: str) -> Stay:
    at, so_far = await _at(scene), scene.draft.get("note", "")
    whole = actions.joined(so_far, clean(text, MOST_NOTE, lines=True))
    actions.joined("" if scene.draft[OVER] else at.text, whole)
    scene.draft["note"] = whole
    return Stay()


async def _tap_note(scene: Scene, value: str) -> Any:
    if value != DONE or not scene.draft.get("note"):
        raise TextEmpty()
    return scene.draft["note"]


async def _write(scene: Scene) -> Screen:
    draft = scene.draft
    at = await actions.write(
        scene.unit,
        who=scene.who,
        meeting_id=draft[MEETING],
        item_id=draft[ITEM],
        text=draft["note"],
        over=draft[OVER],
        now=scene.now,
    )
    of = await content.to_write(scene.unit, who=scene.who, meeting_id=at.meeting.id)
    if at.item is None:
        return views.general(of, 0, scene.who.zone)
    return views.item(of, at.item.id, 0, scene.who.zone)


NOTE = Wizard("minutesnote", [Step("note", _ask_note, typed=_type_note, tapped=_tap_note, counted=True)], _write)


# -- one answer in words -----------------------------------------------------------------------------------------------


def _words(ask: Callable[[Scene], Awaitable[Markup]], *, most: int, lines: bool = True) -> Step:
    async def show(scene: Scene) -> Screen:
        return Screen(await ask(scene))

    async def typed(scene: Scene, text: str) -> str:
        return clean(text, most, lines=lines)

    return Step("words", show, typed=typed)


async def _ask_objection(scene: Scene) -> Markup:
    return views.ask_objection(await actions.to_object(scene.unit, who=scene.who, meeting_id=scene.draft[MEETING]))


async def _object(scene: Scene) -> Screen:
    draft = scene.draft
    meeting = await actions.object_to(
        scene.unit, who=scene.who, meeting_id=draft[MEETING], text=draft["words"], now=scene.now
    )
    return views.objected(meeting)


async def _ask_correction(scene: Scene) -> Markup:
    return views.ask_correction(await actions.to_correct(scene.unit, who=scene.who, meeting_id=scene.draft[MEETING]))


async def _correct(scene: Scene) -> Screen:
    draft = scene.draft
    meeting = await actions.correct(
        scene.unit, who=scene.who, meeting_id=draft[MEETING], text=draft["words"], now=scene.now
    )
    return views.corrected(meeting)


async def _ask_search(scene: Scene) -> Markup:
    return registry_views.ask_words()


async def _search(scene: Scene) -> Screen:
    found = await registering.search(scene.unit, who=scene.who, text=scene.draft["words"], page=0)
    return registry_views.register(found, scene.who.zone)


OBJECT = Wizard("minutesobject", [_words(_ask_objection, most=MOST_WORDS)], _object)
CORRECT = Wizard("minutescorrect", [_words(_ask_correction, most=MOST_WORDS)], _correct)
FIND = Wizard("decisionsfind", [_words(_ask_search, most=100, lines=False)], _search)


# -- a decision without a vote -----------------------------------------------------------------------------------------


async def _ask_decision(scene: Scene) -> Markup:
    return views.ask_decision((await _item_of(scene)).title)


async def _ask_passed(scene: Scene) -> Screen:
    adopted, turned_down = views.passed_labels()
    return Screen(views.ask_passed(), ((pick(scene, "1", adopted), pick(scene, "0", turned_down)),))


async def _take_passed(scene: Scene, value: str) -> bool:
    if value not in ("0", "1"):
        raise NotFound(what="question")
    return value == "1"


async def _decide(scene: Scene) -> Screen:
    draft = scene.draft
    decision_id = await actions.decide(
        scene.unit, who=scene.who, item_id=draft[ITEM], text=draft["words"], passed=draft["passed"], now=scene.now
    )
    found = await decisions.get(scene.unit, decision_id)
    return registry_views.decided("" if found is None else found.title, decision_id, draft[ITEM])


async def _item_of(scene: Scene) -> Any:
    at = await actions.place_of(scene.unit, who=scene.who, meeting_id=0, item_id=scene.draft[ITEM])
    if at.item is None:
        raise NotFound(what="agenda item")
    return at.item


DECIDE = Wizard(
    "minutesdecide",
    [_words(_ask_decision, most=MOST_WORDS), Step("passed", _ask_passed, tapped=_take_passed, free=False)],
    _decide,
)
