"""Days on which a series of batches has none, its last day, and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from handlers.kit.who import Who
from handlers.repeats.actions import Changed, going_on, locked
from handlers.repeats.making import is_as_made, make_ahead
from handlers.series import pattern
from handlers.stock.correcting import call_off
from handlers.stock.words import SERIES_REASON
from storage.queries import batch_series
from storage.queries.batch_series import Coming, SeriesRow
from storage.unit import Unit
from town.facts import NoBatchThen, NoDays


async def leave_out(unit: Unit, *, who: Who, series_id: int, day: date, now: datetime) -> Changed:
    """Have no batch on one day of a series. One that is up and that somebody has asked for stays, and so does the day.

    Raises NotFound, NotAllowed, NoMoreRepeats or NoBatchThen.
    """
    one = await going_on(unit, who, series_id)
    if not pattern.comes(one, day, who.zone, now):
        raise NoBatchThen(given=day.isoformat())
    done = await _call_off(unit, who, one, now, lambda each: each.day == day)
    if not done.stayed:
        await batch_series.days_left_out.leave_out(unit, series_id, day, by=who.me, now=now)
    return done


async def bring_back(unit: Unit, *, who: Who, series_id: int, day: date, now: datetime) -> SeriesRow:
    """Have a batch again on a day that was left out, or whose batch was called off, and that is still to come.

    Raises NotFound, NotAllowed, NoMoreRepeats or NoBatchThen.
    """
    one = await going_on(unit, who, series_id)
    if not pattern.comes(one, day, who.zone, now) or not await batch_series.days_left_out.bring_back(
        unit, series_id, day
    ):
        raise NoBatchThen(given=day.isoformat())
    return await _make_again(unit, who, one, day - timedelta(days=1), now)


async def set_last_day(unit: Unit, *, who: Who, series_id: int, last_day: date | None, now: datetime) -> Changed:
    """Have a series go on until a day, or with no end. Its batches after that day are called off, if nobody asked.

    Raises NotFound, NotAllowed, NoMoreRepeats or NoDays.
    """
    one = await going_on(unit, who, series_id)
    if last_day is not None and last_day < one.first_day:
        raise NoDays
    await batch_series.change(unit, series_id, {"last_day": last_day})
    one = one._replace(last_day=last_day)
    if last_day is None:
        return Changed(await _make_again(unit, who, one, None, now))
    done = await _call_off(unit, who, one, now, lambda each: each.day > last_day)
    await batch_series.days_left_out.free_after(unit, series_id, last_day)
    await _make_again(unit, who, one, last_day, now)
    return done


async def end(unit: Unit, *, who: Who, series_id: int, now: datetime) -> Changed:
    """End a series: its batches that are up are called off, if nobody asked for any of them.

    Raises NotFound, NotAllowed or NoMoreRepeats.
    """
    one = await going_on(unit, who, series_id)
    await batch_series.end(unit, series_id, now)
    return await _call_off(unit, who, one, now, lambda each: True)


async def _make_again(unit: Unit, who: Who, one: SeriesRow, since: date | None, now: datetime) -> SeriesRow:
    """Put up what is within reach, at the latest from the day after `since` on."""
    if since is not None and one.made_until is not None and since < one.made_until:
        await batch_series.made_until(unit, one.id, since)
        one = one._replace(made_until=since)
    await make_ahead(unit, one, town=who.town, now=now)
    return one


async def _call_off(unit: Unit, who: Who, one: SeriesRow, now: datetime, which: Callable[[Coming], bool]) -> Changed:
    """Call off those batches of a series that are up and nobody has asked for."""
    done, stayed = 0, []
    for each in await locked(unit, one, now):
        if not which(each):
            continue
        if is_as_made(one, each, who.zone):
            await call_off(unit, who=who, batch_id=each.batch.id, reason=SERIES_REASON, now=now)
            done += 1
        else:
            stayed.append(each)
    return Changed(one, done, stayed)
