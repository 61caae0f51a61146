"""The batches of each series are put up some days ahead; in time, it is asked whether there is as much of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from handlers.goods.telling import about, fields_of
from handlers.kit.capability import Job
from handlers.repeats.making import horizon, make_ahead
from handlers.series.making import today_of
from handlers.shifts import in_charge
from storage import outbox
from storage.queries import batch_series, batches
from storage.queries.batch_series import CHECK, ToCheck
from storage.tables import Priority
from storage.unit import Unit
from town.settings import TownSettings
from town.week import at_local

MOST = 20
"""Series at a look; the next one goes on: a transaction holds up others for as long as it lasts."""


async def make(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Put up the batches that have come within reach; how many."""
    behind = await batch_series.due(unit, horizon(town, now), MOST)
    return sum([len(await make_ahead(unit, one, town=town, now=now)) for one in behind])


async def next_day(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    """Now, when a look did not come to the end of it; otherwise midnight, when another day comes within reach."""
    if await batch_series.is_behind(unit, horizon(town, now)):
        return now
    midnight = at_local(today_of(town, now) + timedelta(days=1), time(), town.tz)
    return midnight if await batch_series.goes_on(unit) else None


async def check(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Ask those who answer for a batch that came by itself whether there is as much of it, once; of how many batches.

    Not where it was put up only after that time: whoever did knew.
    """
    ahead, asked = timedelta(minutes=town.goods_check_minutes), 0
    if not ahead:
        return 0
    locked = {one.batch.id for one in await _due(unit, now, ahead) if await batches.lock(unit, one.batch.id)}
    for one in await _due(unit, now, ahead) if locked else ():  # as they are under their locks
        if one.batch.id not in locked:
            continue
        people = await in_charge.of_project(unit, one.batch.project_id)
        await outbox.put(unit, [_to_check(one, each.resident_id, now) for each in people])
        asked += bool(people)
    return asked


async def _due(unit: Unit, now: datetime, ahead: timedelta) -> list[ToCheck]:
    found = await batch_series.unchecked(unit, now, now + ahead)
    return [one for one in found if one.made_at <= one.by - ahead]


def _to_check(one: ToCheck, resident_id: int, now: datetime) -> dict[str, Any]:
    return outbox.new_row(
        notice=CHECK,
        resident_id=resident_id,
        dedupe_key=f"{CHECK}:{one.batch.id}:{resident_id}",
        now=now,
        subject=about(one.batch.id),
        priority=Priority.REMINDER,
        expires_at=one.window.ends_at,
        **fields_of(one.batch, one.window),
        quantity=one.batch.quantity,
        asked=one.asked,
    )


async def next_check(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    if not town.goods_check_minutes:
        return None
    ahead = timedelta(minutes=town.goods_check_minutes)
    moments = [one.by - ahead for one in await batch_series.unchecked(unit, now) if one.made_at <= one.by - ahead]
    return min(moments, default=None)


JOBS = (Job("repeats.make", make, next_day), Job("repeats.check", check, next_check))
