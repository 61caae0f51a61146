"""Contests: a resident does not agree with what was decided of their hours, and somebody else decides again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, func, update

from storage.outbox import outbox
from storage.queries.shifts import projects, residents, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import Contest, HoursReport, table_of
from storage.unit import Unit
from town.hours import ContestState

contests, reports = table_of(Contest), table_of(HoursReport)
firsts, deciders = residents.alias("firsts"), residents.alias("deciders")


class ContestRow(NamedTuple):
    """A contest with the names in it; `state` is a `town.hours.ContestState`.

    Of a shift `title`, `starts_at` and `ends_at` are known, of a report `what` and `day`; the others are None.
    `minutes` are those that the resident says they worked.
    """

    id: int
    resident_id: int
    name: str
    project_id: int
    project: str
    shift_id: int | None
    report_id: int | None
    minutes: int
    note: str
    first_by: int
    first: str
    state: str
    opened_at: datetime
    due_at: datetime
    escalated_at: datetime | None
    decided_by: int | None
    decider: str | None
    decided_at: datetime | None
    reason: str
    title: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    what: str | None
    day: date | None
    checked_in_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state == ContestState.OPEN

    @property
    def about(self) -> str:
        """What was done, in the words of whoever wrote it down."""
        return self.title or self.what or ""


_other = {"name": residents.c.name, "project": projects.c.name, "first": firsts.c.name, "decider": deciders.c.name}
_other |= {name: shifts.c[name] for name in ("title", "starts_at", "ends_at")}
_other |= {"what": reports.c.what, "day": reports.c.day, "checked_in_at": signups.c.checked_in_at}
_select = select(*(_other[name] if name in _other else contests.c[name] for name in ContestRow._fields)).select_from(
    contests.join(residents, residents.c.id == contests.c.resident_id)
    .join(projects, projects.c.id == contests.c.project_id)
    .join(firsts, firsts.c.id == contests.c.first_by)
    .outerjoin(deciders, deciders.c.id == contests.c.decided_by)
    .outerjoin(shifts, shifts.c.id == contests.c.shift_id)
    .outerjoin(reports, reports.c.id == contests.c.report_id)
    .outerjoin(signups, (signups.c.shift_id == contests.c.shift_id) & (signups.c.resident_id == contests.c.resident_id))
)
_IS_OPEN = contests.c.state == ContestState.OPEN
_get = _select.where(contests.c.id == bindparam("contest_id"))
_get_locked = _get.with_for_update(of=contests)
_of_shift = _select.where(
    contests.c.shift_id == bindparam("shift_id"), contests.c.resident_id == bindparam("resident_id")
)
_of_report = _select.where(contests.c.report_id == bindparam("report_id"))
_of_resident = _select.where(contests.c.resident_id == bindparam("resident_id")).order_by(contests.c.id)
_waiting = _select.where(
    _IS_OPEN, contests.c.resident_id != bindparam("me"), contests.c.first_by != bindparam("me")
).order_by(contests.c.opened_at, contests.c.id)
_waiting_of = _waiting.where(contests.c.project_id.in_(bindparam("projects", expanding=True)))
_make = insert(contests).on_conflict_do_nothing().returning(contests.c.id)
_decide = (
    update(contests)
    .where(
        contests.c.id == bindparam("b_id"),
        _IS_OPEN,
        contests.c.resident_id != bindparam("b_by"),
        contests.c.first_by != bindparam("b_by"),
    )
    .values(
        state=bindparam("b_state"),
        decided_by=bindparam("b_by"),
        decided_at=bindparam("b_now"),
        reason=bindparam("b_reason"),
    )
)
_unanswered = (_IS_OPEN, contests.c.escalated_at.is_(None))
_due = _select.where(*_unanswered, contests.c.due_at <= bindparam("now")).order_by(contests.c.due_at, contests.c.id)
_next_due = select(func.min(contests.c.due_at)).where(*_unanswered, contests.c.due_at > bindparam("now"))
_escalate = (
    update(contests).where(contests.c.id == bindparam("b_id"), *_unanswered).values(escalated_at=bindparam("b_now"))
)
_put_off = update(contests).where(contests.c.id == bindparam("b_id"), *_unanswered).values(due_at=bindparam("b_due_at"))
_was_asked = select(exists().where(outbox.c.subject == bindparam("subject"), outbox.c.notice == bindparam("notice")))


async def get(unit: Unit, contest_id: int, *, lock: bool = False) -> ContestRow | None:
    """One contest; `lock`: it stays as it is until this transaction is over."""
    row = await unit.first(_get_locked if lock and not unit.is_sqlite else _get, contest_id=contest_id)
    return ContestRow(*row) if row is not None else None


async def of_shift(unit: Unit, shift_id: int, resident_id: int) -> ContestRow | None:
    """Somebody's contest about a shift, open or decided."""
    row = await unit.first(_of_shift, shift_id=shift_id, resident_id=resident_id)
    return ContestRow(*row) if row is not None else None


async def of_report(unit: Unit, report_id: int) -> ContestRow | None:
    """The contest about a report, open or decided."""
    row = await unit.first(_of_report, report_id=report_id)
    return ContestRow(*row) if row is not None else None


async def of_resident(unit: Unit, resident_id: int) -> list[ContestRow]:
    """All that a resident has contested, the oldest first."""
    return [ContestRow(*row) for row in await unit.rows(_of_resident, resident_id=resident_id)]


async def waiting_for(unit: Unit, me: int, projects: Collection[int] | None) -> list[ContestRow]:
    """The open contests of some projects (None: of all) that somebody may decide: not their own, not what they decided.

    The oldest comes first.
    """
    if projects is None:
        rows = await unit.rows(_waiting, me=me)
    else:
        rows = await unit.rows(_waiting_of, me=me, projects=sorted(projects))
    return [ContestRow(*row) for row in rows]


async def make(unit: Unit, **values: Any) -> int | None:
    """Write a contest; `values` are the columns of `Contest`. None when this was contested before, else the id."""
    found = await unit.value(_make, **values, state=ContestState.OPEN.value, reason="")
    return None if found is None else int(found)


async def decide(unit: Unit, contest_id: int, state: ContestState, *, by: int, reason: str, now: datetime) -> bool:
    """Decide an open contest: True for exactly one of all who try, and never for its resident or who decided first."""
    params = {"b_id": contest_id, "b_state": state.value, "b_by": by, "b_reason": reason, "b_now": now}
    return await unit.run(_decide, **params) == 1


async def due(unit: Unit, now: datetime) -> list[ContestRow]:
    """The open contests whose time to answer is over and that have not gone to the mayors."""
    return [ContestRow(*row) for row in await unit.rows(_due, now=now)]


async def next_due(unit: Unit, now: datetime) -> datetime | None:
    """When the next one's time is over."""
    found: datetime | None = await unit.value(_next_due, now=now)
    return found


async def escalate(unit: Unit, contest_id: int, now: datetime) -> bool:
    """Note that a contest went to the mayors. False when it did before, or is decided."""
    return await unit.run(_escalate, b_id=contest_id, b_now=now) == 1


async def put_off(unit: Unit, contest_id: int, due_at: datetime) -> bool:
    """Give an open contest until then, since there is nobody it could go to. False when it needs that no more."""
    return await unit.run(_put_off, b_id=contest_id, b_due_at=due_at) == 1


async def was_asked(unit: Unit, subject: str, notice: str) -> bool:
    """Whether anybody was ever written this notice about a subject."""
    return bool(await unit.value(_was_asked, subject=subject, notice=notice))
