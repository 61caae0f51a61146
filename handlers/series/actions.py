"""What a coordinator does with series: making one, changing it from a day on. Its end: `handlers.series.ending`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from handlers.desk import actions as desk
from handlers.desk.kinds import of_the_list
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from handlers.series import pattern
from handlers.series.making import make_ahead, today_of, until
from storage.queries import series, series_making
from storage.queries import standing_signups as standing
from storage.queries.series import Coming, SeriesRow, SkillRow
from storage.unit import Unit
from town.facts import Fact, NoDays, NotAllowed, NotFound, SeriesEnded
from town.series import Pattern, clock
from town.shifts import SHORTEST, TITLE_MOST, check_new
from town.skills import Skills, Wanted, check_kinds, wanted_of
from town.text import clean
from town.week import at_local, local

DAY = 1440


@dataclass(frozen=True, slots=True)
class Page:
    """A series at the desk: its skills, its shifts to come, the days left out, how many have a standing sign-up."""

    series: SeriesRow
    skills: Sequence[SkillRow]
    coming: Sequence[Coming]
    left_out: Sequence[date]
    standing: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change: how many shifts changed, and which stayed as they were, each with the reason."""

    series: SeriesRow
    shifts: int
    told: int
    stayed: Sequence[tuple[Coming, Fact]] = ()


async def of_project(unit: Unit, *, who: Who, project_id: int, now: datetime) -> list[SeriesRow]:
    """The series of a project that go on. Raises NotAllowed, NotFound."""
    await must_coordinate(unit, who, project_id)
    await desk.project_of(unit, project_id)
    return await series.of_project(unit, project_id, today_of(who.town, now))


async def at_desk(unit: Unit, *, who: Who, series_id: int, lock: bool = False) -> SeriesRow:
    """A series for somebody who coordinates its project. Raises NotFound, NotAllowed."""
    one = await series.get(unit, series_id, lock=lock)
    if one is None:
        raise NotFound(what="series")
    await must_coordinate(unit, who, one.project_id)
    return one


async def page(unit: Unit, *, who: Who, series_id: int, now: datetime) -> Page:
    """All that a series' screen shows. Raises NotFound, NotAllowed."""
    one = await at_desk(unit, who=who, series_id=series_id)
    left_out = await series.days_left_out.since(unit, series_id, today_of(who.town, now))
    return Page(
        one,
        await series.skills_of(unit, series_id),
        await series.coming(unit, series_id, now),
        [day for day in left_out if comes(one, day, who, now)],
        await standing.count(unit, series_id),
    )


def comes(one: SeriesRow, day: date, who: Who, now: datetime) -> bool:
    """Whether a series has a day, and its time on that day is still to come; days left out are not looked at."""
    return pattern.comes(one, day, who.zone, now)


def coming_days(one: SeriesRow, who: Who, now: datetime, most: int) -> list[date]:
    """The next days of a series, those that are left out among them."""
    return pattern.days_ahead(one, who.zone, now, most)


async def publish(
    unit: Unit,
    *,
    who: Who,
    project_id: int,
    title: str,
    every: Pattern,
    first_day: date,
    last_day: date | None,
    start: int,
    length: int,
    place: str,
    places: int,
    skills: Skills,
    now: datetime,
) -> int:
    """Begin a series and make its first shifts; returns its id. `start` in minutes after midnight, `length` too.

    Raises NotAllowed, NotFound, NoDays, TextEmpty, TextTooLong, BadLength, BadPlaces, KindsTooMany.
    """
    await must_coordinate(unit, who, project_id)
    await desk.project_of(unit, project_id)
    wanted = await of_the_list(unit, skills)
    _check(who, now, title=title, length=length, places=places)
    check_kinds(wanted, places)
    first_day = first_of(every, first_day, start, who, now)
    if last_day is not None and last_day < first_day:
        raise NoDays
    series_id = await series.make(
        unit,
        project_id=project_id,
        title=clean(title, TITLE_MOST),
        place=clean(place, desk.MOST_PLACE),
        pattern=every.rule,
        start=start % DAY,
        length=length,
        places=places,
        first_day=first_day,
        last_day=last_day,
        made_by=who.me,
        made_at=now,
    )
    await series.set_skills(unit, series_id, {topic: (one.places, one.learners) for topic, one in wanted.items()})
    one = await at_desk(unit, who=who, series_id=series_id)
    await make_ahead(unit, one, town=who.town, now=now)
    await series_making.made_until(unit, series_id, until(one, who.town, now))
    return series_id


def first_of(every: Pattern, day: date, start: int, who: Who, now: datetime) -> date:
    """The first day of a series that is to begin on `day`: one of its weekdays, whose shift is still to come."""
    return pattern.first_ahead(every, day, start % DAY, who.zone, now)


def _check(who: Who, now: datetime, *, title: str = "-", length: int = SHORTEST, places: int = 1) -> None:
    """Whether shifts may be like this, whenever they are."""
    check_new(title, now + timedelta(days=1), length, places, now, who.town)


# -- changing ----------------------------------------------------------------------------------------------------------


async def change(
    unit: Unit,
    *,
    who: Who,
    series_id: int,
    since: date,
    now: datetime,
    title: str | None = None,
    start: int | None = None,
    length: int | None = None,
    place: str | None = None,
    places: int | None = None,
    skills: Skills | None = None,
) -> Changed:
    """Change what is given of a series: of its shifts from the day `since` on, and of all that are made later.

    Everybody on those shifts is told as of any change. A shift for which a rule stands in the way stays as it was.
    Raises NotFound, NotAllowed, SeriesEnded, TextEmpty, TextTooLong, BadLength, BadPlaces, KindsTooMany.
    """
    one = await going_on(unit, who, series_id)
    _check(who, now, title=title or one.title, length=length or SHORTEST, places=places or 1)
    await _check_kinds(unit, one, places, skills)
    given: dict[str, Any] = {
        "title": None if title is None else clean(title, TITLE_MOST),
        "start": None if start is None else start % DAY,
        "length": length,
        "place": None if place is None else clean(place, desk.MOST_PLACE),
        "places": places,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if values:
        await series.change(unit, series_id, values)
    if skills is not None:
        kinds = {topic: (kind.places, kind.learners) for topic, kind in wanted_of(skills).items()}
        await series.set_skills(unit, series_id, kinds)
    return await _change_made(unit, who, one._replace(**values), since, now, values, skills)


async def _change_made(
    unit: Unit, who: Who, one: SeriesRow, since: date, now: datetime, values: dict[str, Any], skills: Skills | None
) -> Changed:
    """Change the shifts of a series that are made already, from a day on, as its columns changed to `values`."""
    done, told, stayed = 0, 0, []
    for each in await affected(unit, one, since, now, who):
        of_shift: dict[str, Any] = {name: value for name, value in values.items() if name != "start"}
        if "start" in values:
            of_shift["starts_at"] = _moved(each, values["start"], who)
        try:
            result = await desk.change_shift(unit, who=who, shift_id=each.shift.id, now=now, skills=skills, **of_shift)
        except NotAllowed:
            raise
        except Fact as fact:
            stayed.append((each, fact))
        else:
            done, told = done + 1, told + result.told
    return Changed(one, done, told, stayed)


async def affected(unit: Unit, one: SeriesRow, since: date, now: datetime, who: Who) -> list[Coming]:
    """The made shifts that a change from a day on is about, by id: the order in which shifts are locked."""
    coming = await series.coming(unit, one.id, now)
    return sorted((each for each in coming if day_of(each, who) >= since), key=lambda each: each.shift.id)


def day_of(each: Coming, who: Who) -> date:
    """The day of the series that a shift stands for, wherever it was moved since."""
    return each.day or local(each.shift.starts_at, who.zone).date()


def _moved(each: Coming, start: int, who: Who) -> datetime:
    """Another time of day, on the day on which the shift is now."""
    return at_local(local(each.shift.starts_at, who.zone).date(), clock(start), who.zone)


async def _check_kinds(unit: Unit, one: SeriesRow, places: int | None, skills: Skills | None) -> None:
    if skills is not None:
        check_kinds(wanted_of(skills), one.places)
    elif places is not None:
        rows = await series.skills_of(unit, one.id)
        check_kinds({row.topic.id: Wanted(row.places, row.learners) for row in rows}, places)


async def going_on(unit: Unit, who: Who, series_id: int) -> SeriesRow:
    """A series that has not ended, locked, for somebody who coordinates its project.

    Raises NotFound, NotAllowed, SeriesEnded.
    """
    one = await at_desk(unit, who=who, series_id=series_id, lock=True)
    if one.ended_at is not None:
        raise SeriesEnded(title=one.title)
    return one
