"""What the utility is told of meters: a file a week, and adjustments; nothing that was told is written anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, delete, func

from storage.queries.homes import homes
from storage.queries.shifts import residents
from storage.queries.standing import WEEK, closes, standings
from storage.sql import bindparam, insert, select
from storage.tables import MeterFile, MeterLine, MeterMember, ResidentState, table_of
from storage.unit import Unit
from town.electricity import Line, Reason

files, told, members = table_of(MeterFile), table_of(MeterLine), table_of(MeterMember)

SLACK = timedelta(minutes=10)
"""Longer than any transaction is open: what is dated a little before a file may not have been seen by it."""


class Filed(NamedTuple):
    """A file for the utility: a week's (`number` 0), or its adjustments."""

    id: int
    week: date
    number: int
    made_at: datetime
    lines: int


class AtMeter(NamedTuple):
    """Somebody behind a meter; `born` is kept of the young alone."""

    meter: str
    resident_id: int
    born: date | None


_filed = select(*(files.c[name] for name in Filed._fields)).order_by(files.c.week.desc(), files.c.number.desc())
_of_week = _filed.where(files.c.week == bindparam("week"))
_get = select(*(files.c[name] for name in Filed._fields), files.c.content).where(files.c.id == bindparam("file_id"))
_lines = select(told.c.week, told.c.meter, told.c.entitled, told.c.reason).where(told.c.week == bindparam("week"))
_now = (
    select(homes.c.meter, residents.c.id, residents.c.born)
    .join(residents, residents.c.household_id == homes.c.id)
    .where(homes.c.meter.is_not(None), residents.c.state == ResidentState.RESIDENT)
    .order_by(homes.c.meter, residents.c.id)
)
_then = (
    select(members.c.meter, residents.c.id, residents.c.born)
    .join(residents, residents.c.id == members.c.resident_id)
    .where(members.c.week == bindparam("week"))
    .order_by(members.c.meter, residents.c.id)
)
_SINCE: ColumnElement[Any] = bindparam("since")
_last_made = select(files.c.week, func.max(files.c.made_at)).where(files.c.week >= _SINCE).group_by(files.c.week)
_closed_at = select(closes.c.week, closes.c.closed_at).where(closes.c.week >= _SINCE)
_revised_at = (
    select(standings.c.week, func.max(standings.c.revised_at))
    .where(standings.c.week >= _SINCE)
    .group_by(standings.c.week)
)
_first_closed = select(func.min(closes.c.week))
_last_number = select(func.max(files.c.number)).where(files.c.week == bindparam("week"))
_make = insert(files).on_conflict_do_nothing(index_elements=["week", "number"]).returning(files.c.id)
_tell = insert(told)
_tell = _tell.on_conflict_do_update(
    index_elements=["week", "meter"],
    set_={name: _tell.excluded[name] for name in ("entitled", "reason", "file_id")},
)
_forget = delete(members).where(members.c.week == bindparam("b_week"))
_remember = insert(members).on_conflict_do_nothing()


async def filed(unit: Unit, most: int = 60) -> list[Filed]:
    """The files that were made, the latest first."""
    return [Filed(*row) for row in await unit.rows(_filed.limit(most))]


async def of_week(unit: Unit, week: date) -> list[Filed]:
    """The files of one week, the latest first."""
    return [Filed(*row) for row in await unit.rows(_of_week, week=week)]


async def content(unit: Unit, file_id: int) -> tuple[Filed, str] | None:
    """A file as it was handed out."""
    row = await unit.first(_get, file_id=file_id)
    return None if row is None else (Filed(*row[:-1]), row.content)


async def weeks_to_compare(unit: Unit, since: date) -> list[date]:
    """The weeks since then of which the utility was told and that may be otherwise now, the earliest first.

    A week can be otherwise until it is closed, and when standings of it or of the week before, which give the benefits
    in it, were revised after its latest file was made.
    """
    closed = {row[0]: row[1] for row in await unit.rows(_closed_at, since=since)}
    revised = {row[0]: row[1] for row in await unit.rows(_revised_at, since=since - WEEK)}
    found = []
    for week, made_at in await unit.rows(_last_made, since=since):
        changes = [closed.get(week), revised.get(week), revised.get(week - WEEK)]
        if week not in closed or any(change is not None and change >= made_at - SLACK for change in changes):
            found.append(week)
    return sorted(found)


async def first_week(unit: Unit) -> date | None:
    """The earliest week of which the utility can be told: the one after the first that was closed."""
    closed: date | None = await unit.value(_first_closed)
    return None if closed is None else closed + WEEK


async def told_of(unit: Unit, week: date) -> list[Line]:
    """What the utility was told last of each meter in a week."""
    rows = await unit.rows(_lines, week=week)
    return [Line(row.week, row.meter, row.entitled, Reason(row.reason)) for row in rows]


async def behind_now(unit: Unit) -> list[AtMeter]:
    """Who is behind each meter now."""
    return [AtMeter(*row) for row in await unit.rows(_now)]


async def behind_then(unit: Unit, week: date) -> list[AtMeter]:
    """Who was behind each meter of which the utility was told in a week."""
    return [AtMeter(*row) for row in await unit.rows(_then, week=week)]


async def keep(
    unit: Unit,
    week: date,
    *,
    first: bool,
    lines: Sequence[Line],
    people: Iterable[AtMeter] | None,
    text: str,
    by: int | None,
    now: datetime,
) -> int | None:
    """Keep a file and what it tells; its id. None when somebody else made the same one at this moment.

    `people` are those behind the meters from now on; None: they stay those who were noted before.
    """
    number = 0 if first else int(await unit.value(_last_number, week=week) or 0) + 1
    file_id: int | None = await unit.value(
        _make, week=week, number=number, made_at=now, made_by=by, lines=len(lines), content=text
    )
    if file_id is None:
        return None
    if lines:
        await unit.execute(
            _tell,
            [
                {
                    "week": line.week,
                    "meter": line.meter,
                    "entitled": line.entitled,
                    "reason": line.reason.value,
                    "file_id": file_id,
                }
                for line in lines
            ],
        )
    if people is not None:
        await unit.run(_forget, b_week=week)
        rows = [{"week": week, "meter": one.meter, "resident_id": one.resident_id} for one in people]
        if rows:
            await unit.execute(_remember, rows)
    return file_id
