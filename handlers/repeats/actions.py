"""What a coordinator does with batches that come again: beginning a series and changing it. Its end: `ending`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from handlers.desk.actions import project_of
from handlers.goods.putting_up import shared_by
from handlers.kit.who import Who
from handlers.repeats.making import is_as_made, make_ahead
from handlers.roles.actions import must_coordinate
from handlers.series import pattern
from handlers.series.making import today_of
from handlers.stock.actions import MOST_PLACE
from handlers.stock.correcting import correct
from handlers.stock.moving import move_place, move_time
from handlers.stock.words import SERIES_REASON
from storage.queries import batch_series, batches, items, stock_lists
from storage.queries.batch_series import Coming, SeriesRow
from storage.queries.items import ItemRow
from storage.tables import Sharing
from storage.unit import Unit
from town.amounts import MOST
from town.facts import AmountStep, BadAmount, BadLength, Fact, NoDays, NoMoreRepeats, NotFound
from town.series import Pattern, span
from town.settings import TownSettings
from town.text import clean

DAY = 1440
SHORTEST, LONGEST = 15, DAY
"""Minutes of a pick-up."""

DAYS = 60
"""Of how many coming days one can be left out."""


@dataclass(frozen=True, slots=True)
class Page:
    """A series at the desk: its batches that are up, its next days, and which days are left out."""

    series: SeriesRow
    coming: Sequence[Coming]
    days: Sequence[date]
    left_out: frozenset[date]

    def batch_of(self, day: date) -> Coming | None:
        return next((one for one in self.coming if one.day == day), None)

    def called_off(self, day: date) -> bool:
        """Whether a day has no batch any more, though it was not left out: it was called off by itself, or recalled."""
        made = self.series.made_until
        return made is not None and day <= made and day not in self.left_out and self.batch_of(day) is None


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change: how many batches that were up changed, and which stayed as they were."""

    series: SeriesRow
    batches: int = 0
    stayed: Sequence[Coming] = field(default_factory=tuple)


class Upcoming(NamedTuple):
    """A batch that is still to be put up, as it is planned; quantity in thousandths, times UTC."""

    series: SeriesRow
    day: date
    starts_at: datetime
    ends_at: datetime


# -- looking -----------------------------------------------------------------------------------------------------------


async def of_project(unit: Unit, *, who: Who, project_id: int, now: datetime) -> list[SeriesRow]:
    """The series of a project that go on. Raises NotAllowed or NotFound."""
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    return await batch_series.listed(unit, [project_id], today_of(who.town, now))


async def mine(unit: Unit, *, who: Who, now: datetime) -> list[SeriesRow]:
    """The series of all projects that somebody coordinates. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    return await batch_series.listed(unit, None if duties.everywhere else duties.projects, today_of(who.town, now))


async def at_desk(unit: Unit, *, who: Who, series_id: int, lock: bool = False) -> SeriesRow:
    """A series for somebody who coordinates its project. Raises NotFound or NotAllowed."""
    one = await batch_series.get(unit, series_id, lock=lock)
    if one is None:
        raise NotFound(what="series")
    await must_coordinate(unit, who, one.project_id)
    return one


async def page(unit: Unit, *, who: Who, series_id: int, now: datetime, most: int = DAYS) -> Page:
    """All that a series' screens show. Raises NotFound or NotAllowed."""
    one = await at_desk(unit, who=who, series_id=series_id)
    return Page(
        one,
        sorted(await batch_series.coming(unit, series_id, now), key=lambda each: each.starts_at),
        pattern.days_ahead(one, who.zone, now, most) if one.ended_at is None else (),
        frozenset(await batch_series.days_left_out.since(unit, series_id, today_of(who.town, now))),
    )


async def coming(unit: Unit, *, town: TownSettings, now: datetime, most: int) -> list[Upcoming]:
    """What comes of all series beyond the batches that are up, the soonest first: the next two days of each."""
    found = []
    today = today_of(town, now)
    left_out = await batch_series.days_left_out.of_all(unit, today)
    for one in await batch_series.listed(unit, None, today):
        first = max(today, one.first_day, *([one.made_until + timedelta(days=1)] if one.made_until else []))
        without = left_out.get(one.id, ())
        planned = pattern.days(one.pattern, one.first_day, one.last_day, since=first, without=without)
        ahead = (day for day in planned if pattern.is_ahead(one, day, town.tz, now))
        found += [
            Upcoming(one, day, *span(day, one.start, one.length, town.tz))
            for day, _n in zip(ahead, range(2), strict=False)
        ]
    return sorted(found, key=lambda each: (each.starts_at, each.series.id))[:most]


# -- beginning ---------------------------------------------------------------------------------------------------------


async def publish(
    unit: Unit,
    *,
    who: Who,
    project_id: int,
    item_id: int,
    quantity: int,
    every: Pattern,
    first_day: date,
    last_day: date | None,
    start: int,
    length: int,
    place: str,
    now: datetime,
    sharing: str = "",
) -> int:
    """Begin a series and put up its first batches; its id. `start` in minutes after midnight, `length` too.

    Raises NotAllowed, NotFound, BadAmount, AmountStep, NoDays, BadLength, TextEmpty or TextTooLong.
    """
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    item = await items.get(unit, item_id)
    if item is None or item.retired_at is not None:
        raise NotFound(what="item")
    _check(item, quantity=quantity, length=length, sharing=sharing or item.sharing)
    first_day = pattern.first_ahead(every, first_day, start % DAY, who.zone, now)
    if last_day is not None and last_day < first_day:
        raise NoDays
    series_id = await batch_series.make(
        unit,
        item_id=item_id,
        project_id=project_id,
        quantity=quantity,
        place=clean(place, MOST_PLACE),
        sharing=sharing or item.sharing,
        pattern=every.rule,
        start=start % DAY,
        length=length,
        first_day=first_day,
        last_day=last_day,
        made_by=who.me,
        made_at=now,
    )
    await make_ahead(unit, await at_desk(unit, who=who, series_id=series_id), town=who.town, now=now)
    return series_id


def _check(item: ItemRow | SeriesRow, *, quantity: int | None, length: int | None, sharing: str | None) -> None:
    """Whether batches may be like this. Raises BadAmount, AmountStep, BadLength or NotFound."""
    if quantity is not None and not 0 < quantity <= MOST:
        raise BadAmount(given=str(quantity))
    if quantity is not None and quantity % item.step:
        raise AmountStep(step=item.step, unit=item.unit)
    if length is not None and not SHORTEST <= length <= LONGEST:
        raise BadLength(given=str(length))
    if sharing is not None and sharing not in list(Sharing):
        raise NotFound(what="sharing")


# -- changing ----------------------------------------------------------------------------------------------------------


async def change(
    unit: Unit,
    *,
    who: Who,
    series_id: int,
    now: datetime,
    quantity: int | None = None,
    start: int | None = None,
    length: int | None = None,
    place: str | None = None,
    sharing: str | None = None,
) -> Changed:
    """Change what is given of a series from now on, and of its batches that are up and nobody has asked for yet.

    Raises NotFound, NotAllowed, NoMoreRepeats, BadAmount, AmountStep, BadLength, TextEmpty or TextTooLong.
    """
    one = await going_on(unit, who, series_id)
    _check(one, quantity=quantity, length=length, sharing=sharing)
    given: dict[str, Any] = {
        "quantity": quantity,
        "start": None if start is None else start % DAY,
        "length": length,
        "place": None if place is None else clean(place, MOST_PLACE),
        "sharing": sharing,
    }
    values = {name: value for name, value in given.items() if value is not None}
    await batch_series.change(unit, series_id, values)
    before, one = one, one._replace(**values)
    done, stayed = 0, []
    for each in await locked(unit, one, now):
        if is_as_made(before, each, who.zone) and await _change_batch(unit, who, one, each, values, now):
            done += 1
        else:
            stayed.append(each)
    return Changed(one, done, stayed)


async def _change_batch(
    unit: Unit, who: Who, one: SeriesRow, each: Coming, values: dict[str, Any], now: datetime
) -> bool:
    """Have a batch that is as its series was be as it is now. False where it cannot."""
    batch_id = each.batch.id
    windows = [window for window in (await batches.windows_of(unit, [batch_id]))[batch_id] if not window.late]
    times = span(each.day, one.start, one.length, who.zone)
    if len(windows) != 1 or times[0] <= now:
        return False
    try:
        if "start" in values or "length" in values:
            await move_time(unit, who=who, batch_id=batch_id, window_id=windows[0].id, span=times, now=now)
    except Fact:  # past its best before by then: this one stays, and is named
        return False
    if "quantity" in values:
        await correct(unit, who=who, batch_id=batch_id, quantity=one.quantity, reason=SERIES_REASON, now=now)
    if "place" in values:
        await move_place(unit, who=who, batch_id=batch_id, place=one.place, now=now)
    if "sharing" in values:
        columns = shared_by(Sharing(one.sharing), each.starts_at, town=who.town, now=now)
        await stock_lists.change_batch(unit, batch_id, **columns)
    return True


async def locked(unit: Unit, one: SeriesRow, now: datetime) -> list[Coming]:
    """The batches of a series that are up, locked: from here on nobody asks for any of them."""
    for each in await batch_series.coming(unit, one.id, now):
        await batches.lock(unit, each.batch.id)
    return await batch_series.coming(unit, one.id, now)


async def going_on(unit: Unit, who: Who, series_id: int) -> SeriesRow:
    """A series that has not ended, locked, for somebody who coordinates its project.

    Raises NotFound, NotAllowed or NoMoreRepeats.
    """
    one = await at_desk(unit, who=who, series_id=series_id, lock=True)
    if one.ended_at is not None:
        raise NoMoreRepeats(item=one.item)
    return one
