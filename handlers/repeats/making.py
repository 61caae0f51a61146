"""Putting up the batches of series, some days ahead, each exactly once.

What is made is known from the tables alone (`BatchSeries.made_until`, one batch a day of a series), so that a restart,
a missed look or a second process changes nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.goods.putting_up import put_up
from handlers.series import pattern
from handlers.series.making import today_of
from storage.queries import batch_series, items, projects
from storage.queries.batch_series import Coming, SeriesRow
from storage.unit import Unit
from town.series import span
from town.settings import TownSettings


def horizon(town: TownSettings, now: datetime) -> date:
    """The last day for which batches are put up now."""
    return today_of(town, now) + timedelta(days=town.goods_ahead_days)


def quantity_of(one: SeriesRow, step: int) -> int:
    """How much a batch of a series has, shared out by `step`: as many whole steps as there are in it (thousandths)."""
    return max(step, one.quantity - one.quantity % step)


def is_as_made(one: SeriesRow, each: Coming, zone: ZoneInfo) -> bool:
    """Whether a batch is as its series has it: nobody has asked for any of it yet, nor put it right by hand."""
    batch = each.batch
    return (
        each.untouched
        and batch.quantity in (one.quantity, quantity_of(one, one.step))
        and (batch.place, batch.sharing) == (one.place, one.sharing)
        and each.starts_at == span(each.day, one.start, one.length, zone)[0]
    )


async def make_ahead(unit: Unit, one: SeriesRow, *, town: TownSettings, now: datetime) -> list[int]:
    """Put up the batches of a series that are not up yet, to the horizon; the ids of the new ones. It is locked.

    None of an item that is made no more, or for a project that has ended. Where an item is shared out in larger steps
    since, a batch has as many whole ones as there are in it.
    """
    item = await items.get(unit, one.item_id)
    if item is None or item.retired_at is not None or await projects.get(unit, one.project_id) is None:
        return []
    until = horizon(town, now) if one.last_day is None else min(horizon(town, now), one.last_day)
    since = max(today_of(town, now), one.first_day)
    if one.made_until is not None:
        since = max(since, one.made_until + timedelta(days=1))
    left_out = await batch_series.days_left_out.since(unit, one.id, since)
    made = []
    for day in pattern.days(one.pattern, one.first_day, one.last_day, since=since, until=until, without=left_out):
        if not pattern.is_ahead(one, day, town.tz, now):
            continue
        batch_id = await put_up(
            unit,
            by=one.made_by,
            item=item,
            project_id=one.project_id,
            quantity=quantity_of(one, item.step),
            windows=[span(day, one.start, one.length, town.tz)],
            place=one.place,
            town=town,
            now=now,
            sharing=one.sharing,
            series=(one.id, day),
        )
        if batch_id is not None:
            made.append(batch_id)
    await batch_series.made_until(unit, one.id, until)
    return made
