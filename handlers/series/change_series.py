"""Changing a series from one of its shifts on, leaving out a day: the questions, and whether people shall be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from handlers.desk import shift_steps
from handlers.desk.shift_steps import FROM
from handlers.desk.skill_step import kinds, kinds_in, kinds_in_words, needed_skills
from handlers.kit.choosing import pages, pick, turned
from handlers.kit.reply import Event, Reply
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import Scene, Step, Wizard
from handlers.series import actions, asking, ending, steps, views
from handlers.series.actions import day_of
from handlers.series.steps import When
from locales import a_length, listed, number, short_day
from storage.queries import series
from storage.queries.series import Coming, SeriesRow
from town.facts import NotItsDay, SeriesEnded
from town.series import clock

SERIES, WHAT, MADE = "@series", "@what", "@made"
"""Of a draft: the series, what of it changes, and whether it has made shifts to begin with."""

CHANGES = ("title", "start", "length", "place", "places", "skills", "last")
ARE_TOLD = ("title", "start", "length", "place")
AHEAD = 60
"""Of how many coming days one can be chosen."""


def _only(what: str) -> When:
    return lambda scene: scene.draft.get(WHAT) == what


def _some_from_then_on(scene: Scene) -> bool:
    return bool(scene.draft.get(MADE)) and scene.draft.get(WHAT) != "last"


async def series_in(scene: Scene) -> SeriesRow:
    return await actions.at_desk(scene.unit, who=scene.who, series_id=scene.draft[SERIES])


def since() -> Step:
    """From which of the made shifts on."""

    async def coming(scene: Scene) -> list[Coming]:
        return await series.coming(scene.unit, scene.draft[SERIES], scene.now)

    async def ask(scene: Scene) -> Screen:
        days = [day_of(one, scene.who) for one in await coming(scene)]
        return Screen(asking.since(), pages(scene, [(short_day(day), day.isoformat()) for day in days]))

    async def typed(scene: Scene, text: str) -> Any:
        wanted = steps.typed_day(scene, text)
        days = [day_of(one, scene.who) for one in await coming(scene)]
        if not [day for day in days if day >= wanted]:
            raise NotItsDay(given=text)
        return min(day for day in days if day >= wanted).isoformat()

    async def tapped(scene: Scene, value: str) -> Any:
        return turned(scene, value) or steps.day_in(scene, value).isoformat()

    return Step("since", ask, typed=typed, tapped=tapped, when=_some_from_then_on)


async def _touched(scene: Scene) -> Sequence[Coming]:
    """The made shifts that the answer is about."""
    one, draft = await series_in(scene), scene.draft
    if draft[WHAT] == "last":
        if not draft["last"]:
            return []
        first = date.fromisoformat(draft["last"]) + timedelta(days=1)
        return await actions.affected(scene.unit, one, first, scene.now, scene.who)
    return await actions.affected(scene.unit, one, _since(scene), scene.now, scene.who)


def _since(scene: Scene) -> date:
    given = scene.draft.get("since")
    return date.fromisoformat(given) if given else steps.today(scene)


async def _sure(scene: Scene) -> Screen:
    draft, what = scene.draft, scene.draft[WHAT]
    touched = await _touched(scene)
    taken = sum(one.shift.taken for one in touched)
    if what == "last":
        last = date.fromisoformat(draft["last"]) if draft["last"] else None
        text = asking.sure_last(last, shifts=len(touched), taken=taken)
    else:
        said = asking.changes_to(views.change_label(what), await _in_words(scene, what))
        text = asking.sure(said, shifts=len(touched), taken=taken, told=what in ARE_TOLD)
    return Screen(text, in_rows([pick(scene, "yes", asking.change_it())]))


async def _in_words(scene: Scene, what: str) -> str:
    given = scene.draft[what]
    if what == "start":
        return f"{clock(given):%H:%M}"
    if what == "length":
        return a_length(given)
    if what == "places":
        return number(given)
    if what == "skills":
        return listed(await kinds_in_words(scene)) or "–"
    return str(given)


async def yes(scene: Scene, value: str) -> Any:
    return True


async def _finish(scene: Scene) -> Screen:
    draft, what, who, now = scene.draft, scene.draft[WHAT], scene.who, scene.now
    series_id: int = draft[SERIES]
    if what == "last":
        last = date.fromisoformat(draft["last"]) if draft["last"] else None
        done = await ending.set_last_day(scene.unit, who=who, series_id=series_id, last_day=last, now=now)
        return views.last_day_set(done)
    values: dict[str, Any] = {what: kinds_in(draft) if what == "skills" else draft[what]}
    done = await actions.change(scene.unit, who=who, series_id=series_id, since=_since(scene), now=now, **values)
    return views.changed(done, who.zone)


WIZARD = Wizard(
    "changeseries",
    [
        since(),
        shift_steps.title(_only("title")),
        steps.start(_only("start")),
        shift_steps.length(_only("length")),
        shift_steps.place(_only("place")),
        shift_steps.places(_only("places")),
        needed_skills(_only("skills")),
        kinds(_only("skills")),
        steps.last(_only("last")),
        Step("sure", _sure, tapped=yes, free=False),
    ],
    _finish,
)


async def begin(event: Event, scene: Scene, series_id: int, what: str) -> Reply:
    """Ask for the one thing that changes. Raises NotFound, NotAllowed, SeriesEnded."""
    one = await changeable(scene, series_id)
    wanted = {str(row.topic.id): [row.places, row.learners] for row in await series.skills_of(scene.unit, series_id)}
    draft: dict[str, Any] = {
        SERIES: series_id,
        WHAT: what,
        MADE: bool(await series.coming(scene.unit, series_id, scene.now)),
        FROM: one.project_id,
        "first": one.first_day.isoformat(),
        "places": one.places,
        "skills": [int(skill) for skill in wanted],
        "kinds": wanted,
    }
    return await WIZARD.begin(event, scene, draft, afresh=True)


async def changeable(scene: Scene, series_id: int) -> SeriesRow:
    one = await actions.at_desk(scene.unit, who=scene.who, series_id=series_id)
    if one.ended_at is not None:
        raise SeriesEnded(title=one.title)
    return one
