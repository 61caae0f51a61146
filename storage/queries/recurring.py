"""What series have in common, of shifts and of batches: which are behind, which go on, the days they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, and_, delete, or_, update

from storage.queries.projects import projects
from storage.sql import bindparam, insert, select
from storage.unit import Unit


def behind(series: Table) -> Sequence[ColumnElement[bool]]:
    """Of a series: it goes on in a project that does, and is not made up to the "horizon" yet."""
    return (
        series.c.ended_at.is_(None),
        series.c.project_id.in_(select(projects.c.id).where(projects.c.archived_at.is_(None))),
        or_(
            series.c.made_until.is_(None),
            and_(
                series.c.made_until < bindparam("horizon"),
                or_(series.c.last_day.is_(None), series.c.last_day > series.c.made_until),
            ),
        ),
    )


def more_to_make(series: Table) -> Select[Any]:
    """A series of which something is still to be made, now or later."""
    lasts = or_(series.c.last_day.is_(None), series.c.made_until.is_(None), series.c.last_day > series.c.made_until)
    return select(series.c.id).where(series.c.ended_at.is_(None), lasts).limit(1)


def end_of(series: Table) -> Update:
    """Ends the series "b_id" at "b_now", if it goes on."""
    return (
        update(series)
        .where(series.c.id == bindparam("b_id"), series.c.ended_at.is_(None))
        .values(ended_at=bindparam("b_now"))
    )


class DaysLeftOut:
    """The days that series leave out, in a table of exceptions; `made` are the things that stand for their days.

    `over` says of one of those that it was called off: when its day is had again, it stands for no day any more.
    """

    def __init__(self, exceptions: Table, made: Table, over: ColumnElement[bool]) -> None:
        of_series = made.c.series_id == bindparam("b_series")
        self._listed = (
            select(exceptions.c.day)
            .where(exceptions.c.series_id == bindparam("series_id"), exceptions.c.day >= bindparam("since"))
            .order_by(exceptions.c.day)
        )
        self._all = select(exceptions.c.series_id, exceptions.c.day).where(exceptions.c.day >= bindparam("since"))
        self._leave_out = insert(exceptions).on_conflict_do_nothing()
        self._bring_back = delete(exceptions).where(
            exceptions.c.series_id == bindparam("b_series"), exceptions.c.day == bindparam("b_day")
        )
        self._free_day = (
            update(made).where(of_series, made.c.series_day == bindparam("b_day"), over).values(series_day=None)
        )
        self._free_after = (
            update(made).where(of_series, made.c.series_day > bindparam("b_day"), over).values(series_day=None)
        )

    async def since(self, unit: Unit, series_id: int, since: date) -> list[date]:
        """The days that a series leaves out, from a day on."""
        return [row[0] for row in await unit.rows(self._listed, series_id=series_id, since=since)]

    async def of_all(self, unit: Unit, since: date) -> dict[int, set[date]]:
        """The days that each series leaves out, from a day on; series that leave out none are not in it."""
        found: dict[int, set[date]] = {}
        for series_id, day in await unit.rows(self._all, since=since):
            found.setdefault(series_id, set()).add(day)
        return found

    async def leave_out(self, unit: Unit, series_id: int, day: date, *, by: int, now: datetime) -> bool:
        """Note that a series does not come on a day. False when that was noted before."""
        return await unit.run(self._leave_out, series_id=series_id, day=day, made_by=by, made_at=now) == 1

    async def bring_back(self, unit: Unit, series_id: int, day: date) -> bool:
        """Have a day in the series again. False when it was not left out, and nothing of it was called off."""
        freed = await unit.run(self._free_day, b_series=series_id, b_day=day)
        return await unit.run(self._bring_back, b_series=series_id, b_day=day) + freed > 0

    async def free_after(self, unit: Unit, series_id: int, day: date) -> None:
        """Have what was called off after a day stand for no day: the series may be made to go on again."""
        await unit.run(self._free_after, b_series=series_id, b_day=day)
