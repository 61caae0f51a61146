"""Making the shifts of series, some weeks ahead, and giving places in them to whoever has a standing sign-up.

What is made is known from the tables alone (`Series.made_until`, one shift a day of a series, one sign-up a person and
shift), so that a restart, a missed look or a second process changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from handlers.series import pattern, reasons
from handlers.shifts import passing_on, placing
from storage import outbox
from storage.queries import places, series, series_making
from storage.queries import standing_signups as standing
from storage.queries.series import SeriesRow
from storage.queries.series_making import Made
from storage.queries.standing_signups import Pending
from storage.tables import SignupState
from storage.unit import Unit
from town.facts import AlreadyHeld, AlreadyWaiting, Fact, NotFound, ShiftCancelled, ShiftStarted
from town.series import exists, span
from town.settings import TownSettings
from town.week import local, week_of

NOTHING_TO_TELL = (NotFound, ShiftCancelled, ShiftStarted, AlreadyHeld, AlreadyWaiting)
"""Why no place is taken, and nobody need be told: the shift is no more, or they were faster themselves."""


def today_of(town: TownSettings, now: datetime) -> date:
    """The day it is on the town's clocks."""
    return local(now, town.tz).date()


def horizon(town: TownSettings, now: datetime) -> date:
    """The last day for which shifts are made now."""
    return today_of(town, now) + timedelta(weeks=town.series_weeks)


def until(one: SeriesRow, town: TownSettings, now: datetime) -> date:
    """Up to which day the shifts of a series are made now. One that is made longer goes on from its last day."""
    ahead = horizon(town, now)
    return ahead if one.last_day is None else min(ahead, one.last_day)


async def make_ahead(unit: Unit, one: SeriesRow, *, town: TownSettings, now: datetime) -> list[int]:
    """Make the shifts of a series that are not made yet, up to the horizon; the ids of the new ones. It is locked."""
    since = max(today_of(town, now), one.first_day)
    if one.made_until is not None:
        since = max(since, one.made_until + timedelta(days=1))
    left_out = await series.days_left_out.since(unit, one.id, since)
    days = pattern.days(
        one.pattern, one.first_day, one.last_day, since=since, until=horizon(town, now), without=left_out
    )
    wanted = [_made(day, one, town) for day in days if exists(day, town.tz)]
    skills = await series.skills_of(unit, one.id)
    return await series_making.make_shifts(
        unit,
        one,
        [made for made in wanted if made.starts_at > now],
        reserved=sum(skill.places + skill.learners for skill in skills),
        now=now,
    )


def _made(day: date, one: SeriesRow, town: TownSettings) -> Made:
    starts, ends = span(day, one.start, one.length, town.tz)
    return Made(day, starts, ends, week_of(starts, town.tz))


async def give_places(unit: Unit, wanted: Sequence[Pending], *, town: TownSettings, now: datetime) -> set[int]:
    """Take the places that standing sign-ups ask for, in order, and tell each person once where that was not possible.

    Returns the series with which it is not done: somebody of theirs is changing something at this moment. Nobody comes
    before them meanwhile, so that the order is kept.
    """
    unfinished: dict[int, int] = {}  # by shift, its series
    missed: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for one in wanted:
        if one.shift_id in unfinished:
            continue
        if not await places.try_lock(unit, one.resident_id):
            unfinished[one.shift_id] = one.series_id
            continue
        told = await _give(unit, one, town=town, now=now)
        if told is not None:
            missed.setdefault((one.series_id, one.resident_id), []).append(told)
    await outbox.put(unit, [_notice(*key, weeks, now) for key, weeks in missed.items()])
    return set(unfinished.values())


async def _give(unit: Unit, one: Pending, *, town: TownSettings, now: datetime) -> dict[str, Any] | None:
    """Take one place, or else a place in line; what is to be told of it, None when all is well."""
    try:
        placed = await placing.take(unit, one.resident_id, one.shift_id, town=town, now=now, wait=True)
    except NOTHING_TO_TELL:
        return None
    except Fact as fact:
        await standing.pass_over(unit, one.shift_id, one.resident_id, now)
        found = await places.to_join(unit, one.shift_id, one.resident_id, now)
        return None if found is None else passing_on.fields_of(found.shift) | {"reason": reasons.kept(fact)}
    if placed.state != SignupState.WAITING:
        return None
    return passing_on.fields_of(placed.shift) | {"position": placed.position}


def _notice(series_id: int, resident_id: int, weeks: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
    return outbox.new_row(
        notice="series.missed",
        resident_id=resident_id,
        dedupe_key=f"series.missed:{series_id}:{resident_id}:{weeks[0]['shift']}",
        now=now,
        subject=subject(series_id),
        expires_at=max(datetime.fromisoformat(week["starts_at"]) for week in weeks),
        series=series_id,
        title=weeks[0]["title"],
        weeks=list(weeks),
    )


def subject(series_id: int) -> str:
    """What the notices about a standing sign-up are filed under, so that they can be withdrawn."""
    return f"standing:{series_id}"
