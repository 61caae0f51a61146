"""Hours of work by project and week: offered, filled, confirmed and still open (T1), in one statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Date, Integer, Select, case, extract, func, literal, null, union_all

from storage.queries.hours import entries
from storage.queries.ledger import reports
from storage.queries.shifts import projects, residents, shifts
from storage.sql import bindparam, select
from storage.tables import ResidentState
from storage.unit import Unit


class Work(NamedTuple):
    """Minutes of work of one project in one week, each counted once for every place.

    `filled` places are held, or kept for somebody; `open` ones can still be taken, on shifts that have not started.
    `confirmed` is what the ledger says, with work outside of shifts and corrections, so that it may be more.
    """

    project_id: int
    project: str
    week: date
    offered: int
    filled: int
    confirmed: int
    open: int


class Labour(NamedTuple):
    """The work of some weeks, by the project's name and by week, and how many residents the town has."""

    work: list[Work]
    residents: int


_seconds = extract("epoch", shifts.c.ends_at) - extract("epoch", shifts.c.starts_at)
_to_come = case((shifts.c.starts_at > bindparam("now"), shifts.c.places - shifts.c.taken), else_=0)
_of_project = func.coalesce(shifts.c.project_id, reports.c.project_id)
_first, _last = bindparam("first", type_=Date()), bindparam("last", type_=Date())


def _statement(*, of_some: bool) -> Select[*tuple[Any, ...]]:
    some: BindParameter[Any] = bindparam("projects", expanding=True)
    put_up = (
        select(
            shifts.c.project_id.label("project_id"),
            shifts.c.week.label("week"),
            func.sum(_seconds * shifts.c.places).label("offered"),
            func.sum(_seconds * shifts.c.taken).label("filled"),
            literal(0).label("confirmed"),
            func.sum(_seconds * _to_come).label("open"),
            literal(0).label("people"),
        )
        .where(shifts.c.week.between(_first, _last), shifts.c.cancelled_at.is_(None))
        .group_by(shifts.c.project_id, shifts.c.week)
    )
    each = (  # piece of work, before its project is looked up: a shift has a line for everybody on it
        select(
            entries.c.shift_id,
            entries.c.report_id,
            entries.c.week,
            (func.sum(entries.c.minutes) * 60).label("confirmed"),
        )
        .where(entries.c.week.between(_first, _last))
        .group_by(entries.c.shift_id, entries.c.report_id, entries.c.week)
        .subquery("each")
    )
    done = (
        select(_of_project, each.c.week, literal(0), literal(0), func.sum(each.c.confirmed), literal(0), literal(0))
        .select_from(
            each.outerjoin(shifts, shifts.c.id == each.c.shift_id).outerjoin(reports, reports.c.id == each.c.report_id)
        )
        .where(_of_project.is_not(None))
        .group_by(_of_project, each.c.week)
    )
    if of_some:
        put_up, done = put_up.where(shifts.c.project_id.in_(some)), done.where(_of_project.in_(some))
    nobody = [literal(0)] * 4
    people = select(null().cast(Integer), null().cast(Date), *nobody, func.count()).where(
        residents.c.state == ResidentState.RESIDENT
    )
    parts = union_all(put_up, done, people).subquery("parts")
    sums = [func.sum(parts.c[name]).label(name) for name in ("offered", "filled", "confirmed", "open", "people")]
    return (
        select(parts.c.project_id, projects.c.name, parts.c.week, *sums)
        .select_from(parts.outerjoin(projects, projects.c.id == parts.c.project_id))
        .group_by(parts.c.project_id, projects.c.name, parts.c.week)
        .order_by(projects.c.name, parts.c.project_id, parts.c.week)
    )


_of_all, _of_some = _statement(of_some=False), _statement(of_some=True)


async def between(unit: Unit, first: date, last: date, *, projects_of: Collection[int] | None, now: datetime) -> Labour:
    """The work of the weeks from one Monday to another, of some projects or (None) of all."""
    params: dict[str, Any] = {"first": first, "last": last, "now": now}
    if projects_of is None:
        rows = await unit.rows(_of_all, **params)
    else:
        rows = await unit.rows(_of_some, **params, projects=sorted(projects_of))
    work = [
        Work(row[0], row[1], row[2], *(int(row[at]) // 60 for at in range(3, 7))) for row in rows if row[0] is not None
    ]
    return Labour(work, sum(int(row[7]) for row in rows if row[0] is None))
