"""A project's questions: all of them for a new one, one of them for a change."""

from __future__ import annotations

from typing import Any

from handlers.desk import actions, asking, views
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.screens import Screen
from handlers.kit.topics import topic_name
from handlers.kit.wizard import Scene, Step, Wizard
from storage.queries import topics
from town.text import clean

PROJECT = "@project"
"""Of a draft: the project that changes."""

CHANGES = {"rename": "name", "move": "place", "interest": "interest"}


async def _ask_name(scene: Scene) -> Screen:
    return Screen(asking.project_name())


async def _take_name(scene: Scene, text: str) -> Any:
    return clean(text, actions.MOST_NAME)


async def _ask_place(scene: Scene) -> Screen:
    return Screen(asking.project_place())


async def _take_place(scene: Scene, text: str) -> Any:
    return clean(text, actions.MOST_PLACE)


async def _ask_interest(scene: Scene) -> Screen:
    known = await topics.listed(scene.unit, topics.INTEREST)
    entries = [(topic_name(one), str(one.id)) for one in known]
    none = pick(scene, "none", asking.no_interest())
    return Screen(asking.project_interest(), pages(scene, entries, also=[none]))


async def _take_interest(scene: Scene, value: str) -> Any:
    if value == "none":
        return None
    return turned(scene, value) or id_in(value, "topic")


async def _finish(scene: Scene) -> Screen:
    project_id = scene.draft.get(PROJECT)
    if project_id is None:
        made = await actions.make_project(
            scene.unit,
            who=scene.who,
            name=scene.draft["name"],
            place=scene.draft["place"],
            interest_id=scene.draft["interest"],
            now=scene.now,
        )
        return views.project_kept(await actions.project_of(scene.unit, made), new=True)
    await _change(scene, project_id)
    return views.project_kept(await actions.project_of(scene.unit, project_id), new=False)


async def _change(scene: Scene, project_id: int) -> None:
    unit, who, draft = scene.unit, scene.who, scene.draft
    if "name" in draft:
        await actions.rename_project(unit, who=who, project_id=project_id, name=draft["name"])
    if "place" in draft:
        await actions.move_project(unit, who=who, project_id=project_id, place=draft["place"])
    if "interest" in draft:
        await actions.set_project_interest(unit, who=who, project_id=project_id, interest_id=draft["interest"])


WIZARD = Wizard(
    "project",
    [
        Step("name", _ask_name, typed=_take_name),
        Step("place", _ask_place, typed=_take_place),
        Step("interest", _ask_interest, tapped=_take_interest, free=False),
    ],
    _finish,
)
