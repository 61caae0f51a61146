"""A new shift: the questions in order, a preview in which each answer can be changed, and putting it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.desk import actions, asking, shift_steps, shift_views
from handlers.desk.shift_steps import FROM, project_in, starts_at
from handlers.desk.skill_step import kinds, kinds_in, kinds_in_words, needed_skills
from handlers.kit.choosing import pick
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from storage.queries import roster
from town.facts import NotFound, ShiftGone

PUBLISH = "publish"


async def _preview(scene: Scene) -> Screen:
    draft, project = scene.draft, await project_in(scene)
    starts = starts_at(scene)
    span = asking.span(starts, starts + timedelta(minutes=draft["length"]), scene.who.zone)
    text = asking.preview(draft, project.name if project is not None else None, await kinds_in_words(scene), span)
    changes = [pick(scene, step, label) for step, label in asking.preview_choices().items()]
    return Screen(text, ((pick(scene, PUBLISH, asking.publish()),), *in_rows(changes, 2)))


async def _chosen(scene: Scene, value: str) -> Any:
    if value == PUBLISH:
        return True
    if value not in asking.preview_choices():
        raise NotFound(what="question")
    return GoTo(value)


async def _finish(scene: Scene) -> Screen:
    draft, project = scene.draft, await project_in(scene)
    if project is None:
        raise NotFound(what="project")
    shift_id = await actions.publish_shift(
        scene.unit,
        who=scene.who,
        project_id=project.id,
        title=draft["title"],
        starts_at=starts_at(scene),
        length=draft["length"],
        place=draft["place"],
        places=draft["places"],
        skills=kinds_in(draft),
        now=scene.now,
    )
    shift = await roster.get(scene.unit, shift_id)
    if shift is None:
        raise ShiftGone(title=draft["title"])
    return shift_views.published(shift, scene.who.zone)


WIZARD = Wizard(
    "newshift",
    [
        shift_steps.project(lambda scene: FROM not in scene.draft),
        shift_steps.title(),
        shift_steps.day(),
        shift_steps.start(),
        shift_steps.length(),
        shift_steps.place(),
        shift_steps.places(),
        needed_skills(),
        kinds(),
        Step("preview", _preview, tapped=_chosen, free=False),
    ],
    _finish,
)
