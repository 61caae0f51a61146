"""A new shift: the questions in order, a preview in which each answer can be changed, and putting it up."""

from __future__ import annotations

from handlers.desk import actions, shift_steps, shift_views
from handlers.desk.last_look import answers, chosen, preview
from handlers.desk.shift_steps import FROM
from handlers.desk.skill_step import kinds, needed_skills
from handlers.kit.screens import Screen
from handlers.kit.wizard import Scene, Step, Wizard
from storage.queries import roster
from town.facts import ShiftGone


async def _finish(scene: Scene) -> Screen:
    shift_id = await actions.publish_shift(scene.unit, who=scene.who, now=scene.now, **await answers(scene))
    shift = await roster.get(scene.unit, shift_id)
    if shift is None:
        raise ShiftGone(title=scene.draft["title"])
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
        Step("preview", preview, tapped=chosen, free=False),
    ],
    _finish,
)
