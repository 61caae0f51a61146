"""Changing one thing of a shift: its question, and, where people are on it, whether they shall be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.desk import actions, asking, shift_steps, views
from handlers.desk.shift_steps import SHIFT, When, starts_at
from handlers.desk.skill_step import needed_skills
from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from storage.queries import roster
from storage.queries.shifts import ShiftRow

WHAT, HELD = "@what", "@held"
"""Of a draft: what changes, and how many hold a place."""

CHANGES = ("title", "when", "length", "place", "places", "skills")
ARE_TOLD = ("title", "when", "length", "place")


def _only(what: str) -> When:
    return lambda scene: scene.draft.get(WHAT) == what


def _someone_is_told(scene: Scene) -> bool:
    return bool(scene.draft.get(HELD)) and scene.draft.get(WHAT) in ARE_TOLD


async def _sure(scene: Scene) -> Screen:
    shift = await actions.shift_at_desk(scene.unit, who=scene.who, shift_id=scene.draft[SHIFT])
    old, new = _old_and_new(scene, shift)
    return Screen(
        asking.sure(shift.title, old, new, views.will_tell(shift.taken)),
        in_rows([pick(scene, "yes", asking.sure_label())]),
    )


def _old_and_new(scene: Scene, shift: ShiftRow) -> tuple[str, str]:
    draft, zone = scene.draft, scene.who.zone
    starts = starts_at(scene) if draft[WHAT] == "when" else shift.starts_at
    if draft[WHAT] in ("title", "place"):
        return getattr(shift, draft[WHAT]), draft[draft[WHAT]]
    new_end = starts + timedelta(minutes=draft.get("length", shift.minutes))
    return asking.span(shift.starts_at, shift.ends_at, zone), asking.span(starts, new_end, zone)


async def _yes(scene: Scene, value: str) -> Any:
    return True


async def _finish(scene: Scene) -> Screen:
    draft, what = scene.draft, scene.draft[WHAT]
    values: dict[str, Any] = {"starts_at": starts_at(scene)} if what == "when" else {what: draft[what]}
    told = await actions.change_shift(scene.unit, who=scene.who, shift_id=draft[SHIFT], now=scene.now, **values)
    shift = await actions.shift_at_desk(scene.unit, who=scene.who, shift_id=draft[SHIFT])
    return views.changed(shift, told, scene.who.zone)


WIZARD = Wizard(
    "changeshift",
    [
        shift_steps.title(_only("title")),
        shift_steps.day(_only("when")),
        shift_steps.start(_only("when")),
        shift_steps.length(_only("length")),
        shift_steps.place(_only("place")),
        shift_steps.places(_only("places")),
        needed_skills(_only("skills")),
        Step("sure", _sure, tapped=_yes, free=False, when=_someone_is_told),
    ],
    _finish,
)


async def begin(event: Event, scene: Scene, shift_id: int, what: str) -> Reply:
    """Ask for the one thing that changes. Raises ShiftGone, NotAllowed, ShiftCancelled, ShiftStarted."""
    shift = await actions.shift_at_desk(scene.unit, who=scene.who, shift_id=shift_id)
    actions.check_changeable(shift, scene.now)
    draft: dict[str, Any] = {SHIFT: shift_id, WHAT: what, HELD: shift.taken}
    if what == "skills":
        draft["skills"] = [skill.id for skill in await roster.skills_of(scene.unit, shift_id)]
    return await WIZARD.begin(event, scene, draft, afresh=True)
