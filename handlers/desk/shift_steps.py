"""The questions about a shift: asked of a new one, and one at a time of a shift that changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from markupsafe import Markup

from handlers.desk import actions, asking
from handlers.desk.skill_step import SHIFT, check_places
from handlers.kit.choosing import id_in, pages, pick, turned
from handlers.kit.lengths import read_length
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import RETURN, GoTo, Scene, Step
from locales import language
from locales.words import vocabulary
from storage.queries import projects, roster
from storage.queries.projects import ProjectRow
from town.dates import parse_day, parse_time, parse_when
from town.facts import BadDate, BadLength, BadPlaces, DateInPast, NotFound
from town.shifts import SHORTEST, TITLE_MOST
from town.text import clean
from town.week import at_local, local

FROM, BOTH = "@from", "@both"
"""Of a draft: the project that a new shift was begun from; that day and time came together."""

DAYS_AHEAD = 28
FARTHEST = timedelta(days=2 * 366)
HOURS = range(6, 22)
LENGTHS = (60, 90, 120, 180, 240)
COUNTS = (2, 4, 6, 8, 10, 12)

When = Callable[[Scene], bool]


def always(scene: Scene) -> bool:
    return True


async def project_in(scene: Scene) -> ProjectRow | None:
    """The project that the draft is for, if it still goes on."""
    if SHIFT in scene.draft:
        shift = await roster.get(scene.unit, scene.draft[SHIFT])
        return await projects.get(scene.unit, shift.project_id) if shift is not None else None
    project_id = scene.draft.get("project") or scene.draft.get(FROM)
    return await projects.get(scene.unit, project_id) if project_id else None


def starts_at(scene: Scene, start: str | None = None) -> datetime:
    """The instant that the day and time in the draft name."""
    at = time.fromisoformat(start or scene.draft["start"])
    return at_local(date.fromisoformat(scene.draft["day"]), at, scene.who.zone)


def project(when: When) -> Step:
    async def ask(scene: Scene) -> Screen:
        mine = await actions.my_projects(scene.unit, who=scene.who)
        return Screen(asking.project(), pages(scene, [(one.name, str(one.id)) for one in mine]))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        chosen = id_in(value, "project")
        if chosen not in {one.id for one in await actions.my_projects(scene.unit, who=scene.who)}:
            raise NotFound(what="project")
        return chosen

    return Step("project", ask, tapped=tapped, free=False, when=when)


def title(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(asking.title())

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, TITLE_MOST)

    return Step("title", ask, typed=typed, when=when)


def day(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        today = local(scene.now, scene.who.zone).date()
        coming = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
        return Screen(asking.day(), pages(scene, [(asking.day_label(one, today), one.isoformat()) for one in coming]))

    async def typed(scene: Scene, text: str) -> Any:
        words, wall = vocabulary(language()), local(scene.now, scene.who.zone).replace(tzinfo=None)
        try:
            both = parse_when(text, vocabulary=words, now_local=wall)
        except BadDate:
            return _day_alone(scene, _within_reach(scene, parse_day(text, vocabulary=words, now_local=wall), text))
        scene.draft |= {BOTH: True, "start": f"{both:%H:%M}"}
        return _within_reach(scene, both.date(), text).isoformat()

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        try:
            chosen = date.fromisoformat(value)
        except ValueError:
            raise BadDate(given=value) from None
        if chosen < local(scene.now, scene.who.zone).date():
            raise DateInPast(given=value)
        return _day_alone(scene, _within_reach(scene, chosen, value))

    return Step("day", ask, typed=typed, tapped=tapped, when=when)


def _within_reach(scene: Scene, chosen: date, given: str) -> date:
    """Nobody plans for the year 9999; the calendar of the program ends there."""
    if chosen > local(scene.now, scene.who.zone).date() + FARTHEST:
        raise BadDate(given=given)
    return chosen


def _day_alone(scene: Scene, chosen: date) -> Any:
    scene.draft |= {BOTH: False, "day": chosen.isoformat()}
    # Somebody who changes the day is asked for the time as well, before they come back to where they were.
    return GoTo("start", come_back=False) if RETURN in scene.draft else chosen.isoformat()


def start(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        hours = [f"{hour:02}:00" for hour in HOURS]
        ahead = [hour for hour in hours if starts_at(scene, hour) > scene.now]
        rows = pages(scene, [(hour, hour) for hour in ahead], size=6, across=3)
        return Screen(asking.start(date.fromisoformat(scene.draft["day"])), rows)

    async def typed(scene: Scene, text: str) -> Any:
        return _ahead(scene, parse_time(text, vocabulary=vocabulary(language())), text)

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        try:
            return _ahead(scene, time.fromisoformat(value), value)
        except ValueError:
            raise BadDate(given=value) from None

    return Step("start", ask, typed=typed, tapped=tapped, when=lambda scene: when(scene) and not scene.draft.get(BOTH))


def _ahead(scene: Scene, at: time, given: str) -> str:
    chosen = f"{at:%H:%M}"
    if starts_at(scene, chosen) <= scene.now:
        raise DateInPast(given=given)
    return chosen


def _of_shifts(scene: Scene) -> int:
    return scene.who.town.longest_shift_minutes


def length(
    when: When = always,
    *,
    question: Callable[[int], Markup] = asking.length,
    longest: Callable[[Scene], int] = _of_shifts,
) -> Step:
    """How long something is, in minutes; the `question` is told the `longest` there can be."""

    async def ask(scene: Scene) -> Screen:
        offered = [minutes for minutes in LENGTHS if minutes <= longest(scene)]
        choices = [pick(scene, str(minutes), asking.length_label(minutes)) for minutes in offered]
        return Screen(question(longest(scene)), in_rows(choices, 3))

    async def typed(scene: Scene, text: str) -> Any:
        minutes = read_length(text)
        if not SHORTEST <= minutes <= longest(scene):
            raise BadLength(given=text)
        return minutes

    async def tapped(scene: Scene, value: str) -> Any:
        return await typed(scene, f"{value} min")

    return Step("length", ask, typed=typed, tapped=tapped, when=when)


def place(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        one = await project_in(scene)
        usual = one.place if one is not None else ""
        return Screen(asking.place(usual), pages(scene, [(usual, "usual")] if usual else []))

    async def typed(scene: Scene, text: str) -> Any:
        return clean(text, actions.MOST_PLACE)

    async def tapped(scene: Scene, value: str) -> Any:
        one = await project_in(scene)
        if one is None:
            raise NotFound(what="project")
        return one.place

    return Step("place", ask, typed=typed, tapped=tapped, counted=True, when=when)


def places(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        shift = await roster.get(scene.unit, scene.draft[SHIFT]) if SHIFT in scene.draft else None
        taken = shift.taken if shift is not None else 0
        offered = [count for count in COUNTS if taken <= count <= scene.who.town.most_places]
        choices = [pick(scene, str(count), asking.places_label(count)) for count in offered]
        return Screen(asking.places(taken), in_rows(choices, 3))

    async def typed(scene: Scene, text: str) -> Any:
        count = actions.read_places(text)
        if not 1 <= count <= scene.who.town.most_places:
            raise BadPlaces(given=text)
        await check_places(scene, count)
        return count

    return Step("places", ask, typed=typed, tapped=typed, when=when)
