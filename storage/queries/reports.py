"""Work outside a shift: what residents report, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, or_, true, update

from storage.queries.shifts import projects, residents, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import HoursReport, SignupState, table_of
from storage.unit import Unit
from town.hours import ReportState

reports = table_of(HoursReport)
witnesses, deciders = residents.alias("witnesses"), residents.alias("deciders")


class ReportRow(NamedTuple):
    """A report with the names in it. `day` is the town's; `week` its Monday; `state` is a `town.hours.ReportState`."""

    id: int
    resident_id: int
    name: str
    project_id: int
    project: str
    witness_id: int | None
    witness: str | None
    day: date
    week: date
    minutes: int
    what: str
    state: str
    made_at: datetime
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    reason: str

    @property
    def waits(self) -> bool:
        return self.state == ReportState.WAITING


class Beside(NamedTuple):
    """What else a resident did on the day of a report: a shift, or another report.

    A shift has its instants, a report its minutes.
    """

    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int


_named = {"name": residents.c.name, "project": projects.c.name, "witness": witnesses.c.name, "decider": deciders.c.name}
_select = select(*(_named[name] if name in _named else reports.c[name] for name in ReportRow._fields)).select_from(
    reports.join(residents, residents.c.id == reports.c.resident_id)
    .join(projects, projects.c.id == reports.c.project_id)
    .outerjoin(witnesses, witnesses.c.id == reports.c.witness_id)
    .outerjoin(deciders, deciders.c.id == reports.c.decided_by)
)
_get = _select.where(reports.c.id == bindparam("report_id"))
_get_locked = _get.with_for_update(of=reports)
_of_resident = (
    _select.where(reports.c.resident_id == bindparam("resident_id"))
    .order_by(reports.c.made_at.desc(), reports.c.id.desc())
    .limit(bindparam("most"))
)
_of_week = _select.where(
    reports.c.resident_id == bindparam("resident_id"),
    reports.c.week == bindparam("week"),
    reports.c.state != ReportState.WITHDRAWN,
).order_by(reports.c.day, reports.c.id)
_IS_WAITING = reports.c.state == ReportState.WAITING
_waiting = _select.where(_IS_WAITING, reports.c.resident_id != bindparam("me")).order_by(
    reports.c.made_at, reports.c.id
)
_waiting_for = {
    everywhere: _waiting.where(
        or_(
            reports.c.witness_id == bindparam("me"),
            true() if everywhere else reports.c.project_id.in_(bindparam("projects", expanding=True)),
        )
    )
    for everywhere in (False, True)
}
_make = insert(reports).returning(reports.c.id)
_decide = (
    update(reports)
    .where(reports.c.id == bindparam("b_id"), _IS_WAITING, reports.c.resident_id != bindparam("b_by"))
    .values(
        state=bindparam("b_state"),
        decided_by=bindparam("b_by"),
        decided_at=bindparam("b_now"),
        reason=bindparam("b_reason"),
    )
)
_accept_after_all = (
    update(reports)
    .where(reports.c.id == bindparam("b_id"), reports.c.state == ReportState.REJECTED)
    .values(state=ReportState.CONFIRMED)
)
_withdraw = (
    update(reports)
    .where(reports.c.id == bindparam("b_id"), _IS_WAITING, reports.c.resident_id == bindparam("b_resident"))
    .values(state=ReportState.WITHDRAWN, decided_at=bindparam("b_now"))
)
_shifts_beside = (
    select(shifts.c.title, shifts.c.starts_at, shifts.c.ends_at)
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(
        signups.c.resident_id == bindparam("resident_id"),
        signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at < bindparam("until"),
        shifts.c.ends_at > bindparam("since"),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_reports_beside = (
    select(reports.c.what, reports.c.minutes)
    .where(
        reports.c.resident_id == bindparam("resident_id"),
        reports.c.day == bindparam("day"),
        reports.c.state.in_([ReportState.WAITING, ReportState.CONFIRMED]),
        reports.c.id != bindparam("but"),
    )
    .order_by(reports.c.id)
)
_due = {
    name: _select.where(_IS_WAITING, reports.c.made_at <= bindparam("before"), reports.c[name].is_(None)).order_by(
        reports.c.made_at, reports.c.id
    )
    for name in ("reminded_at", "escalated_at")
}
_next = {
    name: select(func.min(reports.c.made_at)).where(
        _IS_WAITING, reports.c.made_at > bindparam("before"), reports.c[name].is_(None)
    )
    for name in ("reminded_at", "escalated_at")
}
_mark = {
    name: update(reports)
    .where(reports.c.id == bindparam("b_id"), _IS_WAITING, reports.c[name].is_(None))
    .values({name: bindparam("b_now")})
    for name in ("reminded_at", "escalated_at")
}


async def get(unit: Unit, report_id: int, *, lock: bool = False) -> ReportRow | None:
    """One report; `lock`: it stays as it is until this transaction is over."""
    row = await unit.first(_get_locked if lock and not unit.is_sqlite else _get, report_id=report_id)
    return ReportRow(*row) if row is not None else None


async def of_resident(unit: Unit, resident_id: int, *, most: int) -> list[ReportRow]:
    """A resident's own reports, the newest first."""
    return [ReportRow(*row) for row in await unit.rows(_of_resident, resident_id=resident_id, most=most)]


async def of_week(unit: Unit, resident_id: int, week: date) -> list[ReportRow]:
    """A resident's reports of work in a week, by day; none that they withdrew."""
    return [ReportRow(*row) for row in await unit.rows(_of_week, resident_id=resident_id, week=week)]


async def waiting_for(unit: Unit, me: int, projects: Collection[int] | None) -> list[ReportRow]:
    """The reports of others that wait for somebody who saw the work or answers for these projects (None: for all)."""
    params: dict[str, Any] = {} if projects is None else {"projects": sorted(projects)}
    return [ReportRow(*row) for row in await unit.rows(_waiting_for[projects is None], me=me, **params)]


async def make(unit: Unit, **values: Any) -> int:
    """Write a report; `values` are the columns of `HoursReport`. Returns the id."""
    return int(await unit.value(_make, **values, state=ReportState.WAITING.value, reason=""))


async def decide(unit: Unit, report_id: int, state: ReportState, *, by: int, reason: str, now: datetime) -> bool:
    """Say what becomes of a report that waits. False when it waits no longer, or is one's own."""
    params = {"b_id": report_id, "b_state": state.value, "b_by": by, "b_reason": reason, "b_now": now}
    return await unit.run(_decide, **params) == 1


async def accept_after_all(unit: Unit, report_id: int) -> None:
    """Confirm a report that was rejected: somebody else decided otherwise. Who rejected it, and why, stays written."""
    await unit.run(_accept_after_all, b_id=report_id)


async def withdraw(unit: Unit, report_id: int, *, resident_id: int, now: datetime) -> bool:
    """Take one's own report back. False when it waits no longer."""
    return await unit.run(_withdraw, b_id=report_id, b_resident=resident_id, b_now=now) == 1


async def beside(
    unit: Unit, resident_id: int, day: date, *, since: datetime, until: datetime, but: int = 0
) -> list[Beside]:
    """What else a resident did on a day, whose instants are given: shifts they held a place on, then other reports."""
    held = await unit.rows(_shifts_beside, resident_id=resident_id, since=since, until=until)
    told = await unit.rows(_reports_beside, resident_id=resident_id, day=day, but=but)
    found = [Beside(row.title, row.starts_at, row.ends_at, 0) for row in held]
    return found + [Beside(row.what, None, None, row.minutes) for row in told]


async def due(unit: Unit, what: str, now: datetime, after: timedelta) -> list[ReportRow]:
    """The reports that wait for so long already and were not "reminded_at" or "escalated_at"."""
    return [ReportRow(*row) for row in await unit.rows(_due[what], before=now - after)]


async def mark(unit: Unit, report_id: int, what: str, now: datetime) -> bool:
    """Note that a report was "reminded_at" or "escalated_at". False when it was before, or waits no longer."""
    return await unit.run(_mark[what], b_id=report_id, b_now=now) == 1


async def next_due(unit: Unit, now: datetime, remind: timedelta, escalate: timedelta) -> datetime | None:
    """When somebody is next to be reminded of a report that waits, or the mayors told; later than `now`."""
    moments = []
    for what, after in (("reminded_at", remind), ("escalated_at", escalate)):
        made_at: datetime | None = await unit.value(_next[what], before=now - after)
        if made_at is not None:
            moments.append(made_at + after)
    return min(moments, default=None)
