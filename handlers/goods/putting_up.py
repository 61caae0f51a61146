"""Putting up a batch: the one way in which goods come into the town's stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from storage.queries import batches
from storage.queries.items import ItemRow
from storage.tables import Sharing
from storage.unit import Unit
from town.amounts import MOST
from town.draw import hash_of, new_seed
from town.facts import AmountStep, BadAmount, BestBeforePast, DateInPast
from town.settings import TownSettings
from town.week import local, week_of

Span = tuple[datetime, datetime]


async def put_up(
    unit: Unit,
    *,
    by: int | None,
    item: ItemRow,
    project_id: int,
    quantity: int,
    windows: Sequence[Span],
    place: str,
    town: TownSettings,
    now: datetime,
    sharing: str = "",
    best_before: date | None = None,
    series: tuple[int, date] | None = None,
) -> int | None:
    """Make an amount (thousandths) of an item available, to be collected in some windows (UTC); the batch's id.

    It is shared as the item is unless `sharing` says otherwise. None when its series has one for that day already. Who
    calls this has looked at the authority. Raises BadAmount, AmountStep, DateInPast or BestBeforePast.
    """
    _check_quantity(quantity, item)
    spans = sorted(windows)
    starts_at, ends_at = spans[0][0], max(end for _start, end in spans)
    if any(end <= max(start, now) for start, end in spans):
        raise DateInPast(given=f"{local(ends_at, town.tz):%H:%M}")
    if best_before is not None and local(ends_at, town.tz).date() > best_before:
        raise BestBeforePast(day=best_before)
    late = timedelta(minutes=town.goods_late_minutes)
    batch_id = await batches.make(
        unit,
        by=by,
        now=now,
        quantity=quantity,
        item_id=item.id,
        project_id=project_id,
        made_on=local(min(now, starts_at), town.tz).date() if series is None else series[1],
        best_before=best_before,
        place=place,
        week=week_of(starts_at, town.tz),
        ends_at=ends_at + late,
        **shared_by(Sharing(sharing or item.sharing), starts_at, town=town, now=now),
        series_id=None if series is None else series[0],
        series_day=None if series is None else series[1],
        made_by=by or item.made_by,
        recall_reason="",
    )
    if batch_id is not None:
        await _add_windows(unit, batch_id, spans, ends_at, late)
    return batch_id


async def _add_windows(unit: Unit, batch_id: int, spans: Sequence[Span], ends_at: datetime, late: timedelta) -> None:
    for start, end in spans:
        await batches.add_window(unit, batch_id, start, end, late=False)
    if late:
        await batches.add_window(unit, batch_id, ends_at, ends_at + late, late=True)


def _check_quantity(quantity: int, item: ItemRow) -> None:
    """Raises BadAmount or AmountStep."""
    if not 0 < quantity <= MOST:
        raise BadAmount(given=str(quantity))
    if quantity % item.step:
        raise AmountStep(step=item.step, unit=item.unit)


def shared_by(way: Sharing, starts_at: datetime, *, town: TownSettings, now: datetime) -> dict[str, Any]:
    """The columns of a batch that say how it is shared, where its pick-up begins at `starts_at`."""
    drawn = way is not Sharing.FIRST
    seed = new_seed() if drawn else ""
    return {
        "sharing": way.value,
        "precedence": way is Sharing.DRAW and town.draw_precedence == "kept",
        "draw_at": draw_time(starts_at, town=town, now=now) if drawn else None,
        "seed": seed,
        "seed_hash": hash_of(seed) if drawn else "",
    }


def draw_time(starts_at: datetime, *, town: TownSettings, now: datetime) -> datetime:
    """When the draw of a batch is made whose pick-up begins at `starts_at`: `draw_lead_minutes` before it.

    Half of the time until then is for entering, however near it is: a draw that nobody can enter shares nothing.
    """
    halfway = now + max(timedelta(), starts_at - now) / 2
    return max(now, halfway.replace(second=0, microsecond=0), starts_at - timedelta(minutes=town.draw_lead_minutes))
