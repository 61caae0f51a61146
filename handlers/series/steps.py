"""The questions that only a series has: its days, how often they come, the first and the last, a time for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from markupsafe import Markup

from handlers.desk.shift_steps import DAYS_AHEAD, FARTHEST, HOURS
from handlers.kit.choosing import pages, pick, turned
from handlers.kit.screens import Screen, in_rows
from handlers.kit.wizard import RETURN, GoTo, Scene, Stay, Step
from handlers.series import asking, pattern
from locales import language, short_day
from locales.words import vocabulary
from town.dates import parse_day, parse_time
from town.facts import BadDate, DateInPast, NoDays
from town.series import MOST_WEEKS, Pattern, check_pattern, first_from, minutes_of
from town.week import local

When = Callable[[Scene], bool]

NO_END = ""
"""The answer that a series goes on for ever."""


def always(scene: Scene) -> bool:
    return True


def every_in(draft: dict[str, Any]) -> Pattern:
    """The pattern in a draft. Raises NoDays."""
    return check_pattern(draft.get("weekdays", []), draft.get("weeks", 1))


def first_and_last(scene: Scene) -> tuple[date, date | None]:
    """The days in the draft; the first one moves on when its weekday was changed since, or its time has passed."""
    draft = scene.draft
    asked = date.fromisoformat(draft["first"])
    first = pattern.first_ahead(every_in(draft), asked, draft["start"], scene.who.zone, scene.now)
    return first, date.fromisoformat(draft["last"]) if draft["last"] else None


def today(scene: Scene) -> date:
    return local(scene.now, scene.who.zone).date()


def day_in(scene: Scene, value: str) -> date:
    """The day that a button carries. Raises BadDate or DateInPast."""
    try:
        chosen = date.fromisoformat(value)
    except ValueError:
        raise BadDate(given=value) from None
    return _within_reach(scene, chosen, value)


def typed_day(scene: Scene, text: str) -> date:
    """The day that somebody wrote. Raises BadDate or DateInPast."""
    wall = local(scene.now, scene.who.zone).replace(tzinfo=None)
    return _within_reach(scene, parse_day(text, vocabulary=vocabulary(language()), now_local=wall), text)


def _within_reach(scene: Scene, chosen: date, given: str) -> date:
    if chosen < today(scene):
        raise DateInPast(given=given)
    if chosen > today(scene) + FARTHEST:
        raise BadDate(given=given)
    return chosen


def weekdays() -> Step:
    async def ask(scene: Scene) -> Screen:
        chosen = scene.draft.get("weekdays", [])
        days = [pick(scene, str(day), asking.weekday_label(day, chosen=day in chosen)) for day in range(7)]
        ready = [pick(scene, "done", asking.done())] if chosen else []
        return Screen(asking.weekdays(), in_rows([*days, *ready], 2))

    async def tapped(scene: Scene, value: str) -> Any:
        chosen = list(scene.draft.get("weekdays", []))
        if value == "done":
            if not chosen:
                raise NoDays
            # Somebody who changes the days is asked how often as well, before they come back to where they were.
            return GoTo("weeks", come_back=False) if RETURN in scene.draft else chosen
        if value not in ("0", "1", "2", "3", "4", "5", "6"):
            raise NoDays
        day = int(value)
        scene.draft["weekdays"] = sorted({*chosen, day} - ({day} if day in chosen else set()))
        return Stay()

    return Step("weekdays", ask, tapped=tapped, free=False)


def weeks() -> Step:
    async def ask(scene: Scene) -> Screen:
        counts = range(1, MOST_WEEKS + 1)
        return Screen(asking.weeks(), in_rows([pick(scene, str(one), asking.weeks_label(one)) for one in counts]))

    async def tapped(scene: Scene, value: str) -> Any:
        if value not in {str(count) for count in range(1, MOST_WEEKS + 1)}:
            raise NoDays
        return int(value)

    return Step("weeks", ask, tapped=tapped, free=False)


def first() -> Step:
    """The first day: the next of the pattern's weekdays from the one that is chosen on."""

    async def ask(scene: Scene) -> Screen:
        ahead = [today(scene) + timedelta(days=days) for days in range(DAYS_AHEAD)]
        fitting = [day for day in ahead if day.weekday() in scene.draft["weekdays"]]
        return Screen(asking.first(), pages(scene, [(short_day(day), day.isoformat()) for day in fitting]))

    async def typed(scene: Scene, text: str) -> Any:
        return _chosen(scene, typed_day(scene, text))

    async def tapped(scene: Scene, value: str) -> Any:
        return turned(scene, value) or _chosen(scene, day_in(scene, value))

    return Step("first", ask, typed=typed, tapped=tapped)


def _chosen(scene: Scene, day: date) -> Any:
    scene.draft["first"] = first_from(day, every_in(scene.draft)).isoformat()
    return GoTo("last", come_back=False) if RETURN in scene.draft else scene.draft["first"]


def last(when: When = always) -> Step:
    async def ask(scene: Scene) -> Screen:
        return Screen(asking.last(), ((pick(scene, "never", asking.no_end()),),))

    async def typed(scene: Scene, text: str) -> Any:
        day = typed_day(scene, text)
        if day < date.fromisoformat(scene.draft.get("first") or day.isoformat()):
            raise NoDays
        return day.isoformat()

    async def tapped(scene: Scene, value: str) -> Any:
        return NO_END

    return Step("last", ask, typed=typed, tapped=tapped, when=when)


def start(when: When = always, question: Callable[[], Markup] = asking.start) -> Step:
    """A time of day, as minutes after midnight."""

    async def ask(scene: Scene) -> Screen:
        hours = [f"{hour:02}:00" for hour in HOURS]
        return Screen(question(), pages(scene, [(hour, hour) for hour in hours], size=6, across=3))

    async def typed(scene: Scene, text: str) -> Any:
        return _starting(scene, parse_time(text, vocabulary=vocabulary(language())))

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        try:
            return _starting(scene, time.fromisoformat(value))
        except ValueError:
            raise BadDate(given=value) from None

    return Step("start", ask, typed=typed, tapped=tapped, when=when)


def _starting(scene: Scene, at: time) -> Any:
    scene.draft["start"] = minutes_of(at)
    return GoTo("length", come_back=False) if RETURN in scene.draft else scene.draft["start"]
