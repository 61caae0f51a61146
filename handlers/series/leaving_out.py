"""Days on which a series has no shift, whether that was made already or not, and having it again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from handlers.desk import actions as desk
from handlers.kit.who import Who
from handlers.series.actions import comes, going_on
from handlers.series.making import make_ahead
from storage.queries import series, series_making
from storage.queries.series import SeriesRow
from storage.unit import Unit
from town.facts import NotItsDay


async def leave_out(unit: Unit, *, who: Who, series_id: int, day: date, now: datetime) -> int | None:
    """Have no shift on one day of a series; one that is made is cancelled. How many were told, None if none was made.

    Raises NotFound, NotAllowed, SeriesEnded, NotItsDay.
    """
    one = await going_on(unit, who, series_id)
    shift = await shift_of_day(unit, one, day, who, now)
    told = None
    if shift is not None:
        told = await desk.cancel_shift(unit, who=who, shift_id=shift, now=now)
    await series.days_left_out.leave_out(unit, series_id, day, by=who.me, now=now)
    return told


async def shift_of_day(unit: Unit, one: SeriesRow, day: date, who: Who, now: datetime) -> int | None:
    """The shift (id) of a day that can still be left out; None when it is not made yet. Raises NotItsDay."""
    shift = await series.on_day(unit, one.id, day)
    if not (comes(one, day, who, now) if shift is None else shift.starts_at > now):
        raise NotItsDay(given=day.isoformat())
    return None if shift is None or shift.cancelled_at is not None else shift.id


async def bring_back(unit: Unit, *, who: Who, series_id: int, day: date, now: datetime) -> SeriesRow:
    """Have a shift again on a day that was left out and is still to come, before the series' last one or on it.

    Raises NotFound, NotAllowed, SeriesEnded, NotItsDay.
    """
    one = await going_on(unit, who, series_id)
    if not comes(one, day, who, now) or not await series.days_left_out.bring_back(unit, series_id, day):
        raise NotItsDay(given=day.isoformat())
    if one.made_until is not None and day <= one.made_until:
        # The next look of the job gives its places to whoever has a standing sign-up.
        before = day - timedelta(days=1)
        await series_making.made_until(unit, series_id, before)
        one = one._replace(made_until=before)
        await make_ahead(unit, one, town=who.town, now=now)
    return one
