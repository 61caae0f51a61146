"""Changing one thing of a shift: its question, and, where people are on it, whether they shall be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.desk import actions, asking, shift_steps, shift_views
from handlers.desk.kinds import kinds_now
from handlers.desk.shift_steps import When, starts_at
from handlers.desk.skill_step import SHIFT, kinds, kinds_in, needed_skills
from handlers.kit.choosing import pick
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from storage.queries import changes
from storage.queries.shifts import ShiftRow

WHAT, HELD, WAS = "@what", "@held", "@was"
"""Of a draft: what changes, how many hold a place, and what was there when the question was asked."""

CHANGES = ("title", "when", "length", "place", "places", "skills")
ARE_TOLD = ("title", "when", "length", "place")


def _only(what: str) -> When:
    return lambda scene: scene.draft.get(WHAT) == what


def _someone_is_told(scene: Scene) -> bool:
    return bool(scene.draft.get(HELD)) and scene.draft.get(WHAT) in ARE_TOLD and not _stays(scene)


def _stays(scene: Scene) -> bool:
    """Whether the answer is what the shift has already, so that there is nothing to ask and nobody to tell."""
    draft = scene.draft
    if draft[WHAT] != "when":
        return draft[WHAT] in draft and draft[draft[WHAT]] == draft.get(WAS)
    return "day" in draft and "start" in draft and starts_at(scene).isoformat() == draft.get(WAS)


async def _sure(scene: Scene) -> Screen:
    shift = await actions.shift_at_desk(scene.unit, who=scene.who, shift_id=scene.draft[SHIFT])
    old, new = _old_and_new(scene, shift)
    clashing = await _clashing(scene, shift) if scene.draft[WHAT] in ("when", "length") else 0
    return Screen(
        asking.sure(shift.title, old, new, shift_views.will_tell(shift.taken), clashing),
        in_rows([pick(scene, "yes", asking.sure_label())]),
    )


async def _clashing(scene: Scene, shift: ShiftRow) -> int:
    found = await changes.clashes(scene.unit, shift.id, *_new_time(scene, shift))
    return len({clash.resident_id for clash in found})


def _old_and_new(scene: Scene, shift: ShiftRow) -> tuple[str, str]:
    draft, zone = scene.draft, scene.who.zone
    if draft[WHAT] in ("title", "place"):
        return getattr(shift, draft[WHAT]), draft[draft[WHAT]]
    return asking.span(shift.starts_at, shift.ends_at, zone), asking.span(*_new_time(scene, shift), zone)


def _new_time(scene: Scene, shift: ShiftRow) -> tuple[datetime, datetime]:
    starts = starts_at(scene) if scene.draft[WHAT] == "when" else shift.starts_at
    return starts, starts + timedelta(minutes=scene.draft.get("length", shift.minutes))


async def _yes(scene: Scene, value: str) -> Any:
    return True


async def _finish(scene: Scene) -> Screen:
    draft, what = scene.draft, scene.draft[WHAT]
    values: dict[str, Any] = {what: draft.get(what)}
    if what == "when":
        values = {"starts_at": starts_at(scene)}
    elif what == "skills":
        values = {"skills": kinds_in(draft)}
    done = await actions.change_shift(scene.unit, who=scene.who, shift_id=draft[SHIFT], now=scene.now, **values)
    return shift_views.changed(done, scene.who.zone)


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
        kinds(_only("skills")),
        Step("sure", _sure, tapped=_yes, free=False, when=_someone_is_told),
    ],
    _finish,
)


async def begin(event: Event, scene: Scene, shift_id: int, what: str) -> Reply:
    """Ask for the one thing that changes. Raises ShiftGone, NotAllowed, ShiftCancelled, ShiftStarted."""
    shift = await actions.shift_at_desk(scene.unit, who=scene.who, shift_id=shift_id)
    actions.check_changeable(shift, scene.now)
    draft: dict[str, Any] = {SHIFT: shift_id, WHAT: what, HELD: shift.taken, WAS: _as_it_is(shift).get(what)}
    if what == "skills":
        wanted, _used = await kinds_now(scene.unit, shift_id)
        draft |= {"skills": list(wanted), "kinds": {str(skill): list(one) for skill, one in wanted.items()}}
    return await WIZARD.begin(event, scene, draft, afresh=True)


def _as_it_is(shift: ShiftRow) -> dict[str, Any]:
    """A shift's answers to the questions of which those on it hear."""
    return {
        "title": shift.title,
        "when": shift.starts_at.isoformat(),
        "length": shift.minutes,
        "place": shift.place,
    }
