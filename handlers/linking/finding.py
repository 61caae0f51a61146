"""Whose chats a coordinator wants to see: a question that asks for a name."""

from __future__ import annotations

from typing import Any

from handlers.kit.choosing import id_in, pages, turned
from handlers.kit.people import TYPED, found_line, look_for, those_found, told_apart
from handlers.kit.screens import Screen
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.linking import chats, desk_views
from handlers.roles.actions import must_coordinate_town


async def _ask(scene: Scene) -> Screen:
    await must_coordinate_town(scene.unit, scene.who)
    if TYPED not in scene.draft:
        return Screen(desk_views.ask_whom())
    found = await those_found(scene)
    return Screen(found_line(scene.draft[TYPED], found), pages(scene, told_apart(found)))


async def _search(scene: Scene, text: str) -> Any:
    return look_for(scene, text)


async def _take(scene: Scene, value: str) -> Any:
    return turned(scene, value) or id_in(value, "resident")


async def _show(scene: Scene) -> Screen:
    seen = await chats.theirs(scene.unit, who=scene.who, resident_id=scene.draft["person"])
    return desk_views.theirs(seen, 0, now=scene.now, zone=scene.who.zone)


FINDING = Wizard("chatof", [Step("person", _ask, typed=_search, tapped=_take, free=False)], _show)
