"""The shifts of each series are made some weeks ahead, and standing sign-ups get their places in them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from handlers.kit.capability import Job
from handlers.series.making import give_places, horizon, make_ahead, today_of, until
from storage.queries import series_making
from storage.queries import standing_signups as standing
from storage.unit import Unit
from town.settings import TownSettings
from town.week import at_local

MOST_SERIES, MOST_PLACES = 20, 300
"""At a look; the next one, a few seconds later, goes on: a transaction holds up others for as long as it lasts."""

AGAIN = timedelta(seconds=15)


async def make(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Make the shifts that have come within reach, and give the places in them; returns how many shifts and places."""
    behind = await series_making.due(unit, horizon(town, now), MOST_SERIES)
    if not behind:
        return 0
    made = sum([len(await make_ahead(unit, one, town=town, now=now)) for one in behind])
    wanted = await standing.pending(unit, [one.id for one in behind], now, MOST_PLACES)
    unfinished = await give_places(unit, wanted, town=town, now=now)
    if len(wanted) < MOST_PLACES:
        for one in behind:
            if one.id not in unfinished:
                await series_making.made_until(unit, one.id, until(one, town, now))
    return made + len(wanted)


async def next_day(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    """The next midnight, when another day comes within reach; soon, when a look did not come to the end of it."""
    if await series_making.is_behind(unit, horizon(town, now)):
        return now + AGAIN
    if not await series_making.goes_on(unit):
        return None
    return at_local(today_of(town, now) + timedelta(days=1), time(), town.tz)


JOBS = (Job("series", make, next_day),)
