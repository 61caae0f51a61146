"""The questions of a pick-up time: which day, and from when until when; both can be typed in one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from handlers.goods.putting_up import Span
from handlers.kit.choosing import pages, turned
from handlers.kit.screens import Screen
from handlers.kit.wizard import RETURN, GoTo, Scene, Stay, Step
from handlers.stock import asking
from handlers.stock.line_words import line_words
from locales import LANGUAGES, language
from storage.queries import stock_lists
from town.batch_times import DAY, When, Window, clock, read_when
from town.facts import BadDate, DateInPast, Fact
from town.week import at_local, local

MORE, DAYS, TIMED, START = "@more", "@days", "@timed", "@start"
"""Of a draft: other windows; more days with the same time; whether the time came with the day; when it begins."""

DAYS_AHEAD = 14
FARTHEST = timedelta(days=366)
SPANS = tuple((hour * 60, (hour + 2) * 60) for hour in range(6, 22, 2))

Asked = Callable[[Scene], bool]


def wall(scene: Scene) -> datetime:
    """Now, on the town's clocks."""
    return local(scene.now, scene.who.zone).replace(tzinfo=None)


def windows_in(draft: dict[str, Any]) -> list[Window]:
    """The windows that a draft has so far, in order."""
    found = {(date.fromisoformat(day), start, end) for day, start, end in draft.get(MORE, ())}
    if "day" in draft and "time" in draft:
        start, end = draft["time"]
        found |= {(date.fromisoformat(day), start, end) for day in (draft["day"], *draft.get(DAYS, ()))}
    return sorted(found)


def spans_in(scene: Scene) -> list[Span]:
    """The same as instants (UTC)."""
    return [(instant(scene, day, start), instant(scene, day, end)) for day, start, end in windows_in(scene.draft)]


def instant(scene: Scene, day: date, minutes: int) -> datetime:
    """The instant at which the town's clocks show so many minutes after the midnight that begins `day`."""
    at = datetime.combine(day + timedelta(days=minutes // DAY), datetime.min.time()) + timedelta(minutes=minutes % DAY)
    return at_local(at.date(), at.time(), scene.who.zone)


def understood(scene: Scene, text: str) -> When:
    """What somebody typed of a time, in their language or another. Raises BadDate or DateInPast."""
    first: Fact | None = None
    for code in dict.fromkeys((language(), *LANGUAGES)):
        words = line_words(code)
        try:
            return read_when(text, words.dates, words.times, wall(scene))
        except (BadDate, DateInPast) as fact:
            first = first if first is not None and isinstance(fact, BadDate) else fact
    raise first or BadDate(given=text)


def keep(scene: Scene, when: When) -> None:
    """Put into the draft what was said of the time. Raises BadDate for a day too far away."""
    draft = scene.draft
    for day in (*when.days, *(window[0] for window in when.windows)):
        if day > wall(scene).date() + FARTHEST:
            raise BadDate(given=day.isoformat())
    if when.windows:
        *others, (day, start, end) = when.windows
        draft |= {
            MORE: [*draft.get(MORE, ()), *([one.isoformat(), *span] for one, *span in others)],
            DAYS: [],
            TIMED: True,
            "day": day.isoformat(),
            "time": [start, end],
        }
    elif when.days:
        first, *more = [day.isoformat() for day in when.days]
        draft |= {"day": first, DAYS: more}
    elif when.spans:
        draft |= {"time": list(when.spans[0]), TIMED: True}
    if when.start is not None:
        draft[START] = when.start


def begin_anew(scene: Scene, *, also: bool) -> None:
    """Forget the times of a draft, or with `also` keep them and ask for one more."""
    kept = windows_in(scene.draft) if also else []
    scene.draft |= {MORE: [[day.isoformat(), start, end] for day, start, end in kept], DAYS: [], TIMED: False}
    scene.draft.pop(START, None)


def day(asked: Asked) -> Step:
    async def ask(scene: Scene) -> Screen:
        today = wall(scene).date()
        coming = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD)]
        return Screen(asking.day(), pages(scene, [(asking.day_label(one, today), one.isoformat()) for one in coming]))

    async def typed(scene: Scene, text: str) -> Any:
        when = understood(scene, text)
        keep(scene, when)
        if not when.windows and not when.days:
            return Stay()
        return _on(scene)

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        try:
            chosen = date.fromisoformat(value)
        except ValueError:
            raise BadDate(given=value) from None
        if chosen < wall(scene).date():
            raise DateInPast(given=value)
        keep(scene, When(days=(chosen,)))
        return _on(scene)

    return Step("day", ask, typed=typed, tapped=tapped, when=asked)


def _on(scene: Scene) -> Any:
    """The day is known; somebody who changes it is asked for the time as well, unless that came with it."""
    if scene.draft.get(TIMED):
        _check_ahead(scene)
    elif RETURN in scene.draft:
        return GoTo("time", come_back=False)
    return scene.draft["day"]


def time(asked: Asked) -> Step:
    async def ask(scene: Scene) -> Screen:
        offered = await _offered(scene)
        rows = pages(scene, [(asking.span_label(*span), f"{span[0]}-{span[1]}") for span in offered], size=6, across=2)
        return Screen(asking.time(date.fromisoformat(scene.draft["day"])), rows)

    async def typed(scene: Scene, text: str) -> Any:
        when = understood(scene, text)
        keep(scene, when)
        if not when.windows and not when.spans:
            if when.start is None:
                raise BadDate(given=text)
            return Stay()
        return _ahead(scene)

    async def tapped(scene: Scene, value: str) -> Any:
        if turn := turned(scene, value):
            return turn
        start, _dash, end = value.partition("-")
        if not (start.isdecimal() and end.isdecimal() and int(start) < int(end) <= 2 * DAY and int(start) < DAY):
            raise BadDate(given=value)
        scene.draft["time"] = [int(start), int(end)]
        return _ahead(scene)

    return Step("time", ask, typed=typed, tapped=tapped, when=lambda scene: asked(scene) and not scene.draft.get(TIMED))


def _ahead(scene: Scene) -> list[int]:
    _check_ahead(scene)
    return [*scene.draft["time"]]


def _check_ahead(scene: Scene) -> None:
    """Raises DateInPast."""
    for (_day, start, end), (_from, until) in zip(windows_in(scene.draft), spans_in(scene), strict=True):
        if until <= scene.now:
            raise DateInPast(given=f"{clock(start)}–{clock(end)}")


async def _offered(scene: Scene) -> list[tuple[int, int]]:
    """Times to choose from: those of the item's last batches first, then the round ones, as far as they are ahead."""
    draft, zone = scene.draft, scene.who.zone
    on = date.fromisoformat(draft["day"])
    if START in draft:
        spans = [(draft[START], draft[START] + length) for length in (60, 120, 180, 240)]
    else:
        before = (await stock_lists.usual(scene.unit, draft["item"])).spans if draft.get("item") else ()
        usual = [(local(start, zone), round((end - start).total_seconds()) // 60) for start, end in before]
        spans = [(at.hour * 60 + at.minute, at.hour * 60 + at.minute + length) for at, length in usual]
    return [span for span in dict.fromkeys([*spans, *SPANS]) if instant(scene, on, span[1]) > scene.now]
