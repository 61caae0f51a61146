"""How much one person may work on shifts, and when: rest at night, most a day and a week, the limits of the young.

A shift counts on the day, and in the week, in which it starts on the town's clocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from town.facts import (
    BadBirthDate,
    NotUnderAge,
    RestTooShort,
    TooLateForMinor,
    TooMuchInADay,
    TooMuchInAWeek,
    TooYoung,
)
from town.settings import TownSettings
from town.shifts import ShiftFacts
from town.week import local, monday_of

MINOR_FROM = time(6)
"""Young people do not work earlier than this."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What one person may work at most, in minutes; `minor`: because they are young."""

    day: int
    week: int
    minor: bool


def age_on(born: date, day: date) -> int:
    """Whole years on a day. Who was born on 29 February turns a year older on 1 March where there is none."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def latest_birth(day: date, age: int) -> date:
    """The last day on which somebody was born who has this age on a day, in whole years: see `age_on`."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:  # 29 February: of that year, whoever was born on 1 March is younger
        return day.replace(year=day.year - age, day=28)


def is_minor(born: date | None, day: date, settings: TownSettings) -> bool:
    """Whether somebody is under age on a day. Of grown-ups no birth date is kept."""
    return born is not None and age_on(born, day) < settings.adult_age


def check_born(born: date, today: date, settings: TownSettings) -> None:
    """Whether a birth date is one that the town keeps: of somebody under age.

    Raises BadBirthDate for a day to come, NotUnderAge.
    """
    if born > today:
        raise BadBirthDate(given=born.isoformat())
    if not is_minor(born, today, settings):
        raise NotUnderAge(age=settings.adult_age)


def caps(born: date | None, day: date, settings: TownSettings) -> Caps:
    """The most that somebody may work on a day, and in its week."""
    if is_minor(born, day, settings):
        most_day = min(settings.minor_day_minutes, settings.most_day_minutes)
        return Caps(most_day, min(settings.minor_week_minutes, settings.most_week_minutes), minor=True)
    return Caps(settings.most_day_minutes, settings.most_week_minutes, minor=False)


def check_limits(shift: ShiftFacts, others: Iterable[ShiftFacts], *, born: date | None, settings: TownSettings) -> None:
    """Whether somebody who works on `others` may work on `shift` as well; clashes are not looked at here.

    Raises TooYoung, TooLateForMinor, RestTooShort, TooMuchInADay or TooMuchInAWeek; in that order.
    """
    zone = settings.tz
    work = [other for other in others if other.id != shift.id and not other.cancelled]
    starts = local(shift.starts_at, zone)
    day = starts.date()
    if born is not None:
        ends = local(shift.ends_at, zone)
        _check_minor(shift, day, starts.time(), ends.time() if ends.date() == day else None, born, settings)
    if work:
        _check_rest(shift, work, day, settings)
    most = caps(born, day, settings)
    days = [(local(other.starts_at, zone).date(), other.minutes) for other in work]
    if shift.minutes + sum(minutes for on, minutes in days if on == day) > most.day:
        raise TooMuchInADay(title=shift.title, most=most.day, minor=most.minor)
    if shift.minutes + sum(minutes for on, minutes in days if monday_of(on) == monday_of(day)) > most.week:
        raise TooMuchInAWeek(title=shift.title, most=most.week, minor=most.minor)


def _check_minor(
    shift: ShiftFacts, day: date, starts: time, ends: time | None, born: date, settings: TownSettings
) -> None:
    if age_on(born, day) < settings.least_age:
        raise TooYoung(age=settings.least_age)
    if is_minor(born, day, settings) and (ends is None or ends > settings.minor_until or starts < MINOR_FROM):
        raise TooLateForMinor(title=shift.title, until=f"{settings.minor_until:%H:%M}")


def _check_rest(shift: ShiftFacts, work: Sequence[ShiftFacts], day: date, settings: TownSettings) -> None:
    rest = timedelta(minutes=settings.rest_minutes)
    for other in sorted(work, key=lambda one: (one.starts_at, one.id)):
        if local(other.starts_at, settings.tz).date() == day:
            continue  # breaks within a day are everybody's own
        between = (
            other.starts_at - shift.ends_at if other.starts_at >= shift.ends_at else shift.starts_at - other.ends_at
        )
        if between < rest:
            raise RestTooShort(title=shift.title, other=other.title, rest=settings.rest_minutes)
