"""When goods can be collected, as people type it: "today 16–18", "sat and sun 9:00 to 11:30", "16-18 mañana".

Minutes count from the midnight before; whatever ends after the next one has more than 1440.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from town.batch_days import Found, Span, days_in, with_days_between
from town.batch_shorthand import Shorthand, written_out
from town.facts import BadDate, DateInPast
from town.vocabulary import AM, PM, Vocabulary, fold

DAY = 24 * 60
HALF = 12 * 60
SMALL_HOURS, EARLY = (60, 6 * 60), 8 * 60
"""Nobody collects goods from 1 to 6 in the night: such times, up to 8, are meant in the afternoon."""

Window = tuple[date, int, int]
"""A day, and from when to when: minutes."""


@dataclass(frozen=True)
class Times:
    """The words around a span of time: `until` ("to", "tot") in it, `since` ("from") before it, of `between` ("entre" …
    "y") both parts; `at` before a time that stands alone; and what is written shortly."""

    until: frozenset[str]
    since: frozenset[str] = frozenset()
    between: tuple[tuple[str, str], ...] = ()
    at: frozenset[str] = frozenset()
    short: Shorthand = field(default_factory=Shorthand)


@dataclass(frozen=True, slots=True)
class When:
    """What was said of the time: `windows`, or `days` or `spans` alone, or only when it begins (`start`, minutes)."""

    windows: tuple[Window, ...] = ()
    days: tuple[date, ...] = ()
    spans: tuple[Span, ...] = ()
    start: int | None = None


def read_when(text: str, dates: Vocabulary, times: Times, now_local: datetime) -> When:
    """What a text that is about nothing but the time says. Raises BadDate, or DateInPast."""
    longer, part = written_out(text[:200], times.short, dates, now_local)
    folded = fold(longer)
    when, places = times_in(folded, dates, times, now_local, part=part)
    rest = list(folded)
    for one in places:
        rest[one.start : one.end] = " " * (one.end - one.start)
    start, found = lone_start("".join(rest), dates, times)
    if found is not None:
        rest[found.start : found.end] = " " * (found.end - found.start)
        when = When(when.windows, when.days, when.spans, start)
    if not _is_small("".join(rest), dates, times) or when == When():
        raise BadDate(given=text.strip()[:40])
    return when


def times_in(
    text: str,
    dates: Vocabulary,
    times: Times,
    now_local: datetime,
    *,
    units: frozenset[str] = frozenset(),
    part: int | None = None,
) -> tuple[When, list[Found]]:
    """The times in a folded text, and where they stand: what is far from them (a house number) is none.

    `part`: the part of the day (AM, PM) that is spoken of. Raises DateInPast.
    """
    spans = list(_spans(text, dates, times, part))
    hidden = list(text)
    for one in spans:
        hidden[one.start : one.end] = "\x00" * (one.end - one.start)
    found = sorted([*spans, *days_in("".join(hidden), dates, now_local, units)], key=lambda one: one.start)
    found = with_days_between(text, found, times.until)
    groups = _groups(text, found, dates, times)
    whole = [group for group in groups if any(one.day for one in group) and any(one.span for one in group)]
    kept = [one for group in whole or groups for one in group]
    if not whole:  # a short word ("so", "we") alone is no day
        kept = [one for one in kept if one.span or one.end - one.start > 2]
    return _when(kept, now_local), kept


def lone_start(text: str, dates: Vocabulary, times: Times) -> tuple[int | None, Found | None]:
    """A time of day that stands alone, in minutes: "16:00", "4 pm", "at 4"."""
    for match in re.finditer(_clock(dates, ""), text):
        at = _minutes(match, "", dates, match["p"])
        said = re.search(rf"(?<![^\W_])(?:{_either(times.at)})[\s-]*$", text[: match.start()])
        if at is None or not (match["m"] or match["x"] or match["p"] or (said and _closes(text[match.end() :]))):
            continue
        if SMALL_HOURS[0] <= at < SMALL_HOURS[1] and not (match["m"] or match["p"] or match["h"].startswith("0")):
            at += HALF
        return at, Found(said.start() if said else match.start(), match.end())
    return None, None


def _closes(after: str) -> bool:
    """Whether nothing follows that a number would belong to, as in "at 12 Main Road"."""
    return not after.strip() or after.strip()[0] in ",;.)\x00"


# -- spans -------------------------------------------------------------------------------------------------------------


def _clock(dates: Vocabulary, n: str) -> str:
    halves = sorted({*dates.am, *dates.pm, *dates.night}, key=len, reverse=True)
    half = "|".join(r"[\s.]*".join(map(re.escape, fold(phrase).split())) + r"\.?" for phrase in halves)
    mark = "|".join(sorted(map(re.escape, map(fold, dates.hours)), key=len, reverse=True))
    return (
        rf"(?<![\w/.,:])(?<!\d-)(?P<h{n}>\d{{1,2}})(?:[:.h](?P<m{n}>\d{{2}}))?(?:\s*(?P<x{n}>{mark})(?![^\W_]))?"
        rf"(?:\s*(?P<p{n}>{half})(?![^\W_]))?(?![\d/])(?![:.,-]\d)"
    )


def _either(phrases: Iterable[str]) -> str:
    """A pattern for any of some phrases, the longest first."""
    longest = sorted(map(fold, phrases), key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest) or "(?!)"


def _spans(text: str, dates: Vocabulary, times: Times, part: int | None) -> Iterator[Found]:
    first, second = _clock(dates, "1").removesuffix(r"(?![:.,-]\d)"), _clock(dates, "2")
    second = second.removeprefix(r"(?<![\w/.,:])(?<!\d-)")
    patterns = [rf"{first}\s*(?:[-\u2010-\u2015~]|\s(?:{_either(times.until)})(?![^\W\d_])[\s-]*)\s*{second}"]
    for opens, closes in times.between:
        begins, joins = re.escape(fold(opens)), re.escape(fold(closes))
        patterns.append(rf"(?<![^\W_]){begins}[\s-]+{first}\s+{joins}[\s-]*{second}")
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            half = bool(match["p1"] or match["p2"])
            span = _span(match, dates)
            if span is not None and not half:
                span = _of_part(span, part, early=not match["h1"].startswith("0"))
            if span is not None:
                yield Found(match.start(), match.end(), span=span, half=half or part is not None)


def _span(match: re.Match[str], dates: Vocabulary) -> Span | None:
    end = _minutes(match, "2", dates, match["p2"])
    if end is None:
        return None
    tries = [match["p1"]] if match["p1"] else [match["p2"], None, "am"] if match["p2"] else [None]
    for half in tries:
        start = _minutes(match, "1", dates, half)
        if start is not None and start < end:
            return start, end
    start = _minutes(match, "1", dates, match["p1"])
    if start is None or start == end:
        return None
    if not match["p2"] and end <= HALF and start < end + HALF:  # 10-2
        return start, end + HALF
    return (start, end + DAY) if end + DAY - start <= HALF else None  # "18-16" is a slip


def _of_part(span: Span, part: int | None, *, early: bool) -> Span:
    """A span without "am" or "pm" in the part of the day that is spoken of; "4-6" is the afternoon, but not "04-06"."""
    start, end = span
    nobody_comes = early and SMALL_HOURS[0] <= start < SMALL_HOURS[1] and end <= EARLY
    later = end <= HALF and (part == PM or (part is None and nobody_comes))
    return (start + HALF, end + HALF) if later else span


def _minutes(match: re.Match[str], n: str, dates: Vocabulary, half: str | None) -> int | None:
    hour, minute = int(match[f"h{n}"]), int(match[f"m{n}"] or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    which = None if half is None else _half(half, dates, hour)
    if which is not None and hour <= 12:
        hour = hour % 12 + (12 if which == PM else 0)
    return hour * 60 + minute


def _half(phrase: str, dates: Vocabulary, hour: int) -> int:
    said = " ".join(re.findall(r"[^\W\d_]+", phrase))
    if said in {" ".join(re.findall(r"[^\W\d_]+", fold(one))) for one in dates.am} or said == "am":
        return AM
    if said in {" ".join(re.findall(r"[^\W\d_]+", fold(one))) for one in dates.night} and hour < 6:
        return AM
    return PM


# -- both --------------------------------------------------------------------------------------------------------------


def _groups(text: str, found: Sequence[Found], dates: Vocabulary, times: Times) -> list[list[Found]]:
    """Days and spans that stand together, with nothing but small words between them."""
    groups: list[list[Found]] = []
    for one in found:
        if groups and _is_small(text[groups[-1][-1].end : one.start], dates, times):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _is_small(between: str, dates: Vocabulary, times: Times) -> bool:
    if any(sign.isdecimal() for sign in between):
        return False
    words = re.findall(r"[^\W\d_]+", between)
    return all(dates.index.get(word) == () or word in times.since or word in times.until for word in words)


def _when(found: Sequence[Found], now_local: datetime) -> When:
    """The windows that days and spans make together: a day goes with the spans after it, or, where a span comes first,
    with the one before it."""
    days, spans = [one for one in found if one.day], [one for one in found if one.span]
    if not days or not spans:
        return When(days=tuple(one.day for one in days if one.day), spans=tuple(one.span for one in spans if one.span))
    ordered = list(found) if found[0].day else list(reversed(found))
    windows: list[Window] = []
    named: list[Found] = []
    after_span = False
    for one in ordered:
        if one.day:
            named = [one] if after_span else [*named, one]
            after_span = False
        else:
            windows += [_window(day, one, now_local) for day in named]
            after_span = True
    return When(windows=tuple(sorted(set(windows))))


def _window(day: Found, span: Found, now_local: datetime) -> Window:
    """One window. A weekday whose time is over today is its next one; "today 4–6" is the afternoon when it is noon."""
    assert day.day is not None  # as they were found
    assert span.span is not None
    (start, end), on = span.span, day.day
    over = _moment(on, end) <= now_local
    if over and day.weekday and on == now_local.date():
        on += timedelta(days=7)
    elif over and not span.half and end <= HALF and _moment(on, end + HALF) > now_local:
        start, end = start + HALF, end + HALF
    elif over:
        raise DateInPast(given=f"{on:%d/%m} {clock(start)}–{clock(end)}")
    return on, start, end


def _moment(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minutes)


def clock(minutes: int) -> str:
    """Minutes after midnight as a clock shows them."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
