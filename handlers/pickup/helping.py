"""Asking somebody to collect for one: find them by name, and they are told."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import id_in, pages, turned
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.screens import Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.pickup import collecting, views
from storage.queries import roles
from town.facts import NotFound

CLAIM = "@claim"
"""Of a draft: the claim that it is about."""


async def _ask(scene: Scene) -> Screen:
    held = (await collecting.my_own(scene.unit, who=scene.who, claim_id=scene.draft[CLAIM])).held
    typed = scene.draft.get(TYPED)
    if typed is None:
        return Screen(views.ask_name(held, scene.who.zone))
    people = await those_found(scene, but=(scene.who.me,))
    return Screen(
        paragraphs(views.about(held, scene.who.zone), found_line(typed, people)), pages(scene, told_apart(people))
    )


async def _search(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


async def _take(scene: Scene, value: str) -> Any:
    if (turn := turned(scene, value)) is not None:
        return turn
    person = await roles.resident(scene.unit, id_in(value, "resident"))
    if person is None or person.id == scene.who.me:
        raise NotFound(what="resident")
    return person.id


async def _finish(scene: Scene) -> Screen:
    found = await collecting.name_helper(
        scene.unit, who=scene.who, claim_id=scene.draft[CLAIM], helper_id=scene.draft["person"], now=scene.now
    )
    return views.helpers(found, scene.who.zone, said=views.helper_named(found.held.helper or ""))


WIZARD = Wizard("pickuphelper", [Step("person", _ask, typed=_search, tapped=_take, free=False)], _finish)
