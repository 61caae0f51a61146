"""Series of batches: what comes again, the days that are left out, and the batches that were made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, and_, case, cast, exists, func, literal, or_, update

from storage.outbox import outbox
from storage.queries import recurring
from storage.queries.batches import COLUMNS, SOURCE, WINDOW, BatchRow, Window, batch_of, batches, items, windows
from storage.queries.claims import claims
from storage.queries.projects import projects
from storage.sql import bindparam, insert, select
from storage.tables import BatchSeries, BatchSeriesException, ClaimState, Sharing, table_of
from storage.unit import Unit

CHECK = "repeat.check"
"""The notice that asks whether there is as much of a batch as was planned."""

series, exceptions = table_of(BatchSeries), table_of(BatchSeriesException)


class SeriesRow(NamedTuple):
    """A series of batches with its item and project; see `storage.tables.BatchSeries`."""

    id: int
    item_id: int
    item: str
    names: str
    unit: str
    step: int
    project_id: int
    project: str
    quantity: int
    place: str
    sharing: str
    pattern: str
    start: int
    length: int
    first_day: date
    last_day: date | None
    made_until: date | None
    made_by: int
    ended_at: datetime | None


class Coming(NamedTuple):
    """A batch of a series whose pick-up is still to come, the day it stands for, and how many have asked for some."""

    batch: BatchRow
    day: date
    starts_at: datetime
    asked: int

    @property
    def untouched(self) -> bool:
        """Whether nothing was asked of it, handed over or spoiled."""
        return not self.asked and self.batch.free == self.batch.shelf == self.batch.quantity


_of_others = {"item": items.c.name, "project": projects.c.name} | {
    name: items.c[name] for name in ("names", "unit", "step")
}
_columns = [_of_others[name].label(name) if name in _of_others else series.c[name] for name in SeriesRow._fields]
_source = series.join(items, items.c.id == series.c.item_id).join(projects, projects.c.id == series.c.project_id)
_all = select(*_columns).select_from(_source)
_one = _all.where(series.c.id == bindparam("series_id"))
_one_locked = _one.with_for_update(of=series)
_going_on = (
    series.c.ended_at.is_(None),
    items.c.retired_at.is_(None),
    projects.c.archived_at.is_(None),
    or_(series.c.last_day.is_(None), series.c.last_day >= bindparam("today")),
)
_listed = _all.where(*_going_on).order_by(projects.c.name, items.c.name, series.c.start, series.c.id)
_of_projects = _listed.where(series.c.project_id.in_(bindparam("projects", expanding=True)))
_make = insert(series).returning(series.c.id)
_made_still = series.c.item_id.in_(select(items.c.id).where(items.c.retired_at.is_(None)))
_behind = (*recurring.behind(series), _made_still)
_due = _all.where(*_behind).order_by(series.c.id).limit(bindparam("most"))
_due_locked = _due.with_for_update(of=series, skip_locked=True)
_end = recurring.end_of(series)
_more_to_make = recurring.more_to_make(series)
days_left_out = recurring.DaysLeftOut(exceptions, batches, batches.c.closed_at.is_not(None))
_is_behind = select(series.c.id).where(*_behind).limit(1)
_made = update(series).where(series.c.id == bindparam("b_id")).values(made_until=bindparam("b_until"))
_ASKED = (ClaimState.HELD, ClaimState.WAITING, ClaimState.ENTERED, ClaimState.COLLECTED)
_asked = (
    select(func.count())
    .where(claims.c.batch_id == batches.c.id, claims.c.state.in_(_ASKED))
    .correlate(batches)
    .scalar_subquery()
)
_opens = select(func.min(windows.c.starts_at)).where(windows.c.batch_id == batches.c.id).correlate(batches)
_coming = (
    select(*COLUMNS, batches.c.series_day, _opens.scalar_subquery().label("opens"), _asked.label("asked"))
    .select_from(SOURCE)
    .where(
        batches.c.series_id == bindparam("series_id"),
        batches.c.series_day.is_not(None),
        batches.c.closed_at.is_(None),
        ~exists().where(windows.c.batch_id == batches.c.id, windows.c.starts_at <= bindparam("now")),
    )
    .order_by(batches.c.id)
)

_decided = case((and_(batches.c.sharing != Sharing.FIRST, batches.c.drawn_at.is_(None)), batches.c.draw_at))
_check_by = func.coalesce(_decided, windows.c.starts_at)
_checked = exists().where(  # filed under what `goods.telling.about` says
    outbox.c.subject == literal("goods:") + cast(batches.c.id, Text()), outbox.c.notice == literal(CHECK)
)
_unchecked = (
    select(*COLUMNS, *WINDOW, _check_by.label("by"), batches.c.made_at, _asked.label("asked"))
    .select_from(SOURCE.join(windows, windows.c.batch_id == batches.c.id))
    .where(
        batches.c.series_day.is_not(None),
        batches.c.closed_at.is_(None),
        windows.c.settled_at.is_(None),
        windows.c.ends_at > bindparam("now"),
        windows.c.starts_at > bindparam("now"),
        windows.c.late.is_(False),
        ~_checked,
    )
    .order_by(batches.c.id, windows.c.starts_at)
)
_to_check = _unchecked.where(_check_by <= bindparam("until"))


# -- a series ----------------------------------------------------------------------------------------------------------


async def make(unit: Unit, **values: Any) -> int:
    """Write a series (see `storage.tables.BatchSeries`); returns its id."""
    return int(await unit.value(_make, **values))


async def get(unit: Unit, series_id: int, *, lock: bool = False) -> SeriesRow | None:
    """One series, also one that has ended; with `lock` it stays as it is until this transaction is over.

    Whoever changes a series locks it first, and its batches after it, in order of their ids.
    """
    row = await unit.first(_one_locked if lock and not unit.is_sqlite else _one, series_id=series_id)
    return None if row is None else SeriesRow(*row)


async def listed(unit: Unit, project_ids: Collection[int] | None, today: date) -> list[SeriesRow]:
    """The series that go on, of some projects or (None) of all, by project and item."""
    if project_ids is None:
        return [SeriesRow(*row) for row in await unit.rows(_listed, today=today)]
    rows = await unit.rows(_of_projects, today=today, projects=sorted(project_ids))
    return [SeriesRow(*row) for row in rows]


async def change(unit: Unit, series_id: int, values: Mapping[str, Any]) -> None:
    """Change some columns of a series."""
    await unit.run(update(series).where(series.c.id == bindparam("b_id")).values(dict(values)), b_id=series_id)


async def end(unit: Unit, series_id: int, now: datetime) -> bool:
    """End a series. False when it had ended."""
    return await unit.run(_end, b_id=series_id, b_now=now) == 1


# -- its batches -------------------------------------------------------------------------------------------------------


async def coming(unit: Unit, series_id: int, now: datetime) -> list[Coming]:
    """The batches of a series that are put up and whose pick-up has not begun, in order of their ids."""
    at = len(COLUMNS)
    return [Coming(batch_of(row), *row[at:]) for row in await unit.rows(_coming, series_id=series_id, now=now)]


async def due(unit: Unit, horizon: date, most: int) -> list[SeriesRow]:
    """Series whose batches are not made up to the horizon yet, locked; those that somebody is changing are left out."""
    rows = await unit.rows(_due if unit.is_sqlite else _due_locked, horizon=horizon, most=most)
    return [SeriesRow(*row) for row in rows]


async def is_behind(unit: Unit, horizon: date) -> bool:
    """Whether there is such a series."""
    return await unit.value(_is_behind, horizon=horizon) is not None


async def goes_on(unit: Unit) -> bool:
    """Whether any series has batches that are still to be made, now or later."""
    return await unit.value(_more_to_make) is not None


async def made_until(unit: Unit, series_id: int, until: date) -> None:
    """Note that the batches of a series are made up to and including a day."""
    await unit.run(_made, b_id=series_id, b_until=until)


class ToCheck(NamedTuple):
    """A batch of a series whose amount is to be looked at `by` then, and how many have asked for some."""

    batch: BatchRow
    window: Window
    by: datetime
    made_at: datetime
    asked: int


async def unchecked(unit: Unit, now: datetime, until: datetime | None = None) -> list[ToCheck]:
    """Batches of series whose coordinators were not asked yet whether there is as much; those due `until` then."""
    given = {"now": now} if until is None else {"now": now, "until": until}
    found: dict[int, ToCheck] = {}
    for row in await unit.rows(_unchecked if until is None else _to_check, **given):
        at, rest = len(COLUMNS), row[len(COLUMNS) + len(WINDOW) :]
        batch = batch_of(row)
        found.setdefault(batch.id, ToCheck(batch, Window(*row[at : at + len(WINDOW)]), *rest))
    return list(found.values())
