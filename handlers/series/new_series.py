"""A new series: the questions in order, a preview with its first dates, and putting it up."""

from __future__ import annotations

from typing import Any

from handlers.desk import asking as of_shifts
from handlers.desk import shift_steps
from handlers.desk.shift_steps import project_in
from handlers.desk.skill_step import kinds, kinds_in, kinds_in_words, needed_skills
from handlers.kit.choosing import pick
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import GoTo, Scene, Step, Wizard
from handlers.series import actions, asking, pattern, steps, views, words
from handlers.series.steps import every_in, first_and_last
from town.facts import NotFound

PUBLISH = "publish"
DATES = 5
"""How many of its dates the preview names."""


async def _preview(scene: Scene) -> Screen:
    draft, project, every = scene.draft, await project_in(scene), every_in(scene.draft)
    first, last = first_and_last(scene)
    days = pattern.next_days(every.rule, first, last, since=first, most=DATES)
    text = words.lines(
        asking.preview(draft, every, project.name if project is not None else None, await kinds_in_words(scene)),
        asking.first_dates(first, last, days),
    )
    changes = [pick(scene, step, label) for step, label in asking.preview_choices().items()]
    ready = [pick(scene, PUBLISH, of_shifts.publish())] if days and project is not None else []
    return Screen(text, in_rows([*ready, *changes], 2))


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
    first, last = first_and_last(scene)
    series_id = await actions.publish(
        scene.unit,
        who=scene.who,
        project_id=project.id,
        title=draft["title"],
        every=every_in(draft),
        first_day=first,
        last_day=last,
        start=draft["start"],
        length=draft["length"],
        place=draft["place"],
        places=draft["places"],
        skills=kinds_in(draft),
        now=scene.now,
    )
    page = await actions.page(scene.unit, who=scene.who, series_id=series_id, now=scene.now)
    return views.published(page, scene.who.zone)


WIZARD = Wizard(
    "newseries",
    [
        shift_steps.title(),
        steps.weekdays(),
        steps.weeks(),
        steps.first(),
        steps.last(),
        steps.start(),
        shift_steps.length(),
        shift_steps.place(),
        shift_steps.places(),
        needed_skills(),
        kinds(),
        Step("preview", _preview, tapped=_chosen, free=False),
    ],
    _finish,
)
