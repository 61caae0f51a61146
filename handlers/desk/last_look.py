"""The last look at a shift before it is put up, wherever its questions were asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.desk import asking
from handlers.desk.shift_steps import project_in, starts_at
from handlers.desk.skill_step import kinds_in, kinds_in_words
from handlers.kit.choosing import pick
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import GoTo, Scene
from town.facts import NotFound

PUBLISH = "publish"


async def preview(scene: Scene) -> Screen:
    """The shift as it will be, with a way to change each answer."""
    draft, project = scene.draft, await project_in(scene)
    starts = starts_at(scene)
    span = asking.span(starts, starts + timedelta(minutes=draft["length"]), scene.who.zone)
    text = asking.preview(draft, project.name if project is not None else None, await kinds_in_words(scene), span)
    changes = [pick(scene, step, label) for step, label in asking.preview_choices().items()]
    return Screen(text, ((pick(scene, PUBLISH, asking.publish()),), *in_rows(changes, 2)))


async def chosen(scene: Scene, value: str) -> Any:
    """Put it up, or go back to a question. Raises NotFound for a forged one."""
    if value == PUBLISH:
        return True
    if value not in asking.preview_choices():
        raise NotFound(what="question")
    return GoTo(value)


async def answers(scene: Scene) -> dict[str, Any]:
    """What was answered, as `publish_shift` takes it. Raises NotFound when the project is gone."""
    draft, project = scene.draft, await project_in(scene)
    if project is None:
        raise NotFound(what="project")
    return {
        "project_id": project.id,
        "title": draft["title"],
        "starts_at": starts_at(scene),
        "length": draft["length"],
        "place": draft["place"],
        "places": draft["places"],
        "skills": kinds_in(draft),
    }
