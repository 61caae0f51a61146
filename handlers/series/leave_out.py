"""Leaving out a day of a series: which one, and whether its people shall be told."""

from __future__ import annotations

from datetime import date
from typing import Any

from handlers.kit.choosing import pages, pick, turned
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.series import actions, asking, leaving_out, steps, views
from handlers.series.change_series import SERIES, changeable, series_in, yes
from locales import short_day
from storage.queries import roster, series
from town.facts import NotFound, NotItsDay

SHIFT = "@made"
"""Of a draft: the shift of the day, where it is made already."""

AHEAD = 60
"""Of how many coming days one can be chosen."""


def day() -> Step:
    async def ask(scene: Scene) -> Screen:
        one = await series_in(scene)
        left_out = await series.days_left_out.since(scene.unit, one.id, steps.today(scene))
        ahead = [day for day in actions.coming_days(one, scene.who, scene.now, AHEAD) if day not in left_out]
        return Screen(asking.left_out(), pages(scene, [(short_day(day), day.isoformat()) for day in ahead]))

    async def typed(scene: Scene, text: str) -> Any:
        return await _possible(scene, steps.typed_day(scene, text), text)

    async def tapped(scene: Scene, value: str) -> Any:
        return turned(scene, value) or await _possible(scene, steps.day_in(scene, value), value)

    return Step("day", ask, typed=typed, tapped=tapped)


async def _possible(scene: Scene, chosen: date, given: str) -> str:
    try:
        shift = await leaving_out.shift_of_day(scene.unit, await series_in(scene), chosen, scene.who, scene.now)
    except NotItsDay:
        raise NotItsDay(given=given) from None
    scene.draft[SHIFT] = shift
    return chosen.isoformat()


async def _sure_to_leave_out(scene: Scene) -> Screen:
    shift = await roster.get(scene.unit, scene.draft[SHIFT])
    if shift is None:
        raise NotFound(what="shift")
    text = asking.sure_left_out(date.fromisoformat(scene.draft["day"]), shift.taken)
    return Screen(text, in_rows([pick(scene, "yes", asking.leave_it_out())]))


async def _leave_out(scene: Scene) -> Screen:
    draft, chosen = scene.draft, date.fromisoformat(scene.draft["day"])
    told = await leaving_out.leave_out(scene.unit, who=scene.who, series_id=draft[SERIES], day=chosen, now=scene.now)
    return views.left_out(draft[SERIES], chosen, told)


WIZARD = Wizard(
    "leaveout",
    [day(), Step("sure", _sure_to_leave_out, tapped=yes, free=False, when=lambda scene: bool(scene.draft.get(SHIFT)))],
    _leave_out,
)


async def begin(event: Event, scene: Scene, series_id: int) -> Reply:
    """Ask for the day that is left out. Raises NotFound, NotAllowed, SeriesEnded."""
    await changeable(scene, series_id)
    return await WIZARD.begin(event, scene, {SERIES: series_id}, afresh=True)
