"""Series in a few words, for this room's screens, questions and notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from locales import _, a_day, a_weekday, listed, number, short_day
from storage.queries.series import SeriesRow, SkillRow
from town.series import Pattern, clock, pattern_of


def every(pattern: Pattern) -> Markup:
    """On which days: "Every Tuesday and Thursday"."""
    if len(pattern.weekdays) == 7 and pattern.weeks == 1:
        return _("Every day")
    days = listed(a_weekday(day) for day in pattern.weekdays)
    if pattern.weeks == 1:
        return _("Every {days}", days=days)
    if pattern.weeks == 2:
        return _("Every second week: {days}", days=days)
    return _("Every {n} weeks: {days}", n=number(pattern.weeks), days=days)


def hours(start: int, length: int) -> str:
    """From when to when, by the clocks: "09:00–12:00"."""
    return f"{clock(start):%H:%M}–{clock((start + length) % 1440):%H:%M}"


def when(one: SeriesRow) -> Markup:
    """The days and the time of a series: "Every Thursday, 09:00–12:00"."""
    return Markup("{}, {}").format(every(pattern_of(one.pattern)), hours(one.start, one.length))


def lasts(first_day: date, last_day: date | None) -> Markup:
    """From when on, and until when."""
    if last_day is None:
        return _("From {first} on, with no end", first=a_day(first_day, year=True))
    return _("From {first} until {last}", first=a_day(first_day, year=True), last=a_day(last_day, year=True))


def dates(days: Sequence[date]) -> Markup:
    """A few days in a line: "Thu 26 Nov · Thu 3 Dec"."""
    return Markup(" · ").join(Markup.escape(short_day(day)) for day in days)


def skills(rows: Sequence[SkillRow], names: Sequence[Markup]) -> Markup:
    """The skills of a series, `names` in words already."""
    return _("Skills needed: {skills}", skills=listed(names)) if rows else _("Skills needed: none")


def lines(*parts: str) -> Markup:
    """Parts one below the other, empty ones left out."""
    return Markup("\n").join(part for part in parts if part)
