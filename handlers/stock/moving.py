"""Where and when a batch is handed over, once it is up: another place, another time, one time more."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.goods.passing import pass_on
from handlers.goods.putting_up import Span, draw_time
from handlers.goods.telling import row, tell
from handlers.kit.who import Who
from handlers.stock.actions import MOST_PLACE, going_on, theirs
from storage.queries import batches, claim_changes, stock_lists
from storage.queries.batches import BatchRow, Window
from storage.tables import ClaimState, Priority
from storage.unit import Unit
from town.facts import BatchRecalled, BestBeforePast, DateInPast, NotOnShelf, WindowOver
from town.text import clean
from town.week import local

_CONCERNED = (ClaimState.HELD, ClaimState.WAITING, ClaimState.ENTERED)


async def move_place(unit: Unit, *, who: Who, batch_id: int, place: str, now: datetime) -> int:
    """Hand a batch over somewhere else; how many heard of it.

    Raises NotFound, NotAllowed, BatchRecalled, BatchOver, TextEmpty or TextTooLong.
    """
    batch, there = await going_on(unit, who=who, batch_id=batch_id), clean(place, MOST_PLACE)
    if there == batch.place:
        return 0
    await stock_lists.change_batch(unit, batch_id, place=there)
    after = batch._replace(place=there)
    windows = (await batches.windows_of(unit, [batch_id]))[batch_id]
    return await _tell(unit, after, windows, now, what="place", was=batch.place)


async def move_time(
    unit: Unit, *, who: Who, batch_id: int, window_id: int, span: Span, now: datetime
) -> tuple[BatchRow, int]:
    """Give one of a batch's pick-up windows another time (UTC); the batch, and how many heard of it.

    Raises NotFound, NotAllowed, BatchRecalled, BatchOver, WindowOver, DateInPast or BestBeforePast.
    """
    batch = await going_on(unit, who=who, batch_id=batch_id)
    windows = (await batches.windows_of(unit, [batch_id]))[batch_id]
    old = next((one for one in windows if one.id == window_id and not one.late), None)
    if old is None or old.settled_at is not None or old.ends_at <= now:
        raise WindowOver(item=batch.item)
    _check_span(batch, span, who, now)
    if span == (old.starts_at, old.ends_at):
        return batch, 0
    await stock_lists.move_window(unit, window_id, *span)
    await _keep_up(unit, batch, who, now)
    after = (await batches.windows_of(unit, [batch_id]))[batch_id]
    was = [old.starts_at.isoformat(), old.ends_at.isoformat()]
    return batch, await _tell(unit, batch, after, now, what="time", was=was, only=window_id)


async def add_window(unit: Unit, *, who: Who, batch_id: int, span: Span, now: datetime) -> BatchRow:
    """Give a batch one pick-up window more (UTC). Raises the same."""
    batch = await going_on(unit, who=who, batch_id=batch_id)
    _check_span(batch, span, who, now)
    windows = (await batches.windows_of(unit, [batch_id]))[batch_id]
    if any((one.starts_at, one.ends_at) == span and not one.late and one.settled_at is None for one in windows):
        return batch  # there is this one already
    await batches.add_window(unit, batch_id, *span, late=False)
    await _keep_up(unit, batch, who, now)
    return batch


async def put_up_again(unit: Unit, *, who: Who, batch_id: int, span: Span, now: datetime) -> BatchRow:
    """Put up again what was left of a batch that is over, to be collected in a new window.

    It counts towards the allowances of the week it was first put up for. Raises NotFound, NotAllowed, BatchRecalled,
    NotOnShelf, DateInPast or BestBeforePast.
    """
    batch = await theirs(unit, who=who, batch_id=batch_id, lock=True)
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    if batch.closed_at is None:  # somebody else was faster: then this is one more time
        return await add_window(unit, who=who, batch_id=batch_id, span=span, now=now)
    if batch.shelf <= 0 or batch.undrawn:
        raise NotOnShelf(item=batch.item, left=batch.shelf, unit=batch.unit)
    _check_span(batch, span, who, now)
    await batches.add_window(unit, batch_id, *span, late=False)
    await stock_lists.change_batch(unit, batch_id, closed_at=None, rest_at=None)
    await _keep_up(unit, batch, who, now)
    opened = batch._replace(closed_at=None)
    await pass_on(unit, opened, now=now)
    return opened


def _check_span(batch: BatchRow, span: Span, who: Who, now: datetime) -> None:
    starts_at, ends_at = span
    if ends_at <= max(starts_at, now):
        raise DateInPast(given=f"{local(ends_at, who.zone):%H:%M}")
    if batch.best_before is not None and local(ends_at, who.zone).date() > batch.best_before:
        raise BestBeforePast(day=batch.best_before)


async def _keep_up(unit: Unit, batch: BatchRow, who: Who, now: datetime) -> None:
    """After its windows changed: a batch ends after the last of them and the time for late comers; its draw is in time.

    A late window that somebody was told of stays as it is, and there is another one after it.
    """
    windows = (await batches.windows_of(unit, [batch.id]))[batch.id]
    main = [one for one in windows if not one.late]
    last, late = max(one.ends_at for one in main), timedelta(minutes=who.town.goods_late_minutes)
    kept = [one for one in windows if one.late]
    movable = [
        one
        for one in kept
        if one.settled_at is None and one.starts_at > now and not await stock_lists.in_window(unit, one.id)
    ]
    ends_at = max([last, *(one.ends_at for one in kept if one not in movable)])
    if movable:
        length = movable[0].ends_at - movable[0].starts_at
        await stock_lists.move_window(unit, movable[0].id, last, last + length)
        ends_at = max(ends_at, last + length)
    elif late:
        await batches.add_window(unit, batch.id, last, last + late, late=True)
        ends_at = max(ends_at, last + late)
    changed: dict[str, object] = {"ends_at": ends_at}
    if batch.undrawn and batch.draw_at is not None and batch.draw_at > now:
        first = min(one.starts_at for one in main)
        changed["draw_at"] = draw_time(first, town=who.town, now=now)
    await stock_lists.change_batch(unit, batch.id, **changed)


async def _tell(
    unit: Unit, batch: BatchRow, windows: list[Window], now: datetime, *, what: str, was: object, only: int = 0
) -> int:
    """Tell those whom a change concerns: who holds some (in this window only, if one is given), waits, or entered."""
    by_id = {one.id: one for one in windows}
    coming = next((one for one in windows if one.ends_at > now and one.settled_at is None), windows[-1])
    rows = []
    for claim in await claim_changes.of_batch(unit, batch.id, _CONCERNED):
        held = claim.state == ClaimState.HELD
        if held and only and claim.window_id != only:
            continue
        window = by_id.get(only or (claim.window_id or 0), coming)
        urgent = Priority.URGENT if held and window.starts_at - now < timedelta(hours=12) else Priority.PERSONAL
        rows.append(
            row(
                "goods.changed",
                claim,
                batch,
                now=now,
                window=window,
                priority=urgent,
                what=what,
                was=was,
                amount=claim.left,
                wanted=claim.wanted,
            )
        )
    await tell(unit, rows)
    return len(rows)
