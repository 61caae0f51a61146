"""The hours ledger line by line: what is written about a piece of work, and the one way to write more about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Insert, Text, exists, update

from storage.queries.hours import entries
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, projects, residents, shift_of, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import HoursReport, SignupState, table_of
from storage.unit import Unit
from town.hours import Line

reports = table_of(HoursReport)
of_report_project = projects.alias("of_report_project")


class Entry(NamedTuple):
    """A line of the ledger. `by` is who confirmed it, by name.

    `title`, `starts_at` and `ends_at` are those of its shift, `what` and `day` those of its report, None for the other.
    """

    id: int
    resident_id: int
    week: date
    minutes: int
    kind: str
    shift_id: int | None
    report_id: int | None
    reverses_id: int | None
    reason: str
    confirmed_by: int
    by: str
    confirmed_at: datetime
    title: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    what: str | None
    day: date | None
    project: str

    @property
    def line(self) -> Line:
        """What the rules need to know of it."""
        return Line(self.id, self.minutes, self.reverses_id)


_names = {"by": residents.c.name} | {name: shifts.c[name] for name in ("title", "starts_at", "ends_at")}
_names |= {name: reports.c[name] for name in ("what", "day")}
_entries = (
    select(
        *(_names[name] if name in _names else entries.c[name] for name in Entry._fields[:-1]),
        of_report_project.c.name.label("project"),
    )
    .select_from(
        entries.join(residents, residents.c.id == entries.c.confirmed_by)
        .outerjoin(shifts, shifts.c.id == entries.c.shift_id)
        .outerjoin(reports, reports.c.id == entries.c.report_id)
        .outerjoin(
            of_report_project,
            (of_report_project.c.id == shifts.c.project_id) | (of_report_project.c.id == reports.c.project_id),
        )
    )
    .where(entries.c.resident_id == bindparam("resident_id"))
    .order_by(entries.c.id)
)
_of_shift = _entries.where(entries.c.shift_id == bindparam("shift_id"))
_of_report = _entries.where(entries.c.report_id == bindparam("report_id"))
_of_week = _entries.where(entries.c.week == bindparam("week"))
_unsettled = (
    select(*COLUMNS)
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(
        signups.c.resident_id == bindparam("resident_id"),
        signups.c.state == SignupState.HELD,
        shifts.c.week == bindparam("week"),
        shifts.c.ends_at <= bindparam("now"),
        shifts.c.cancelled_at.is_(None),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)

_WRITTEN = (
    *("key", "resident_id", "week", "minutes", "kind", "shift_id", "report_id", "reverses_id"),
    *("reason", "confirmed_by", "confirmed_at"),
)


def _add() -> Insert:
    """One line, unless its key is there already: SQLite's guard refuses even to look whether it clashes."""
    values: list[ColumnElement[Any]] = [bindparam(f"b_{name}", type_=entries.c[name].type) for name in _WRITTEN]
    chosen = select(*values).where(~exists().where(entries.c.key == bindparam("b_key", type_=Text())))
    return insert(entries).from_select(list(_WRITTEN), chosen).on_conflict_do_nothing(index_elements=["key"])


_add_line = _add()
_say_how_it_was = (
    update(signups)
    .where(
        signups.c.shift_id == bindparam("b_shift"),
        signups.c.resident_id == bindparam("b_resident"),
        signups.c.state.in_([SignupState.ATTENDED, SignupState.MISSED]),
    )
    .values(state=bindparam("b_state"))
)


async def of_shift(unit: Unit, shift_id: int, resident_id: int) -> list[Entry]:
    """What is written about somebody's hours on a shift, the oldest line first."""
    return [Entry(*row) for row in await unit.rows(_of_shift, shift_id=shift_id, resident_id=resident_id)]


async def of_report(unit: Unit, report_id: int, resident_id: int) -> list[Entry]:
    """What is written about a report of this resident, the oldest line first."""
    return [Entry(*row) for row in await unit.rows(_of_report, report_id=report_id, resident_id=resident_id)]


async def of_week(unit: Unit, resident_id: int, week: date) -> list[Entry]:
    """Every line of a resident's week, the oldest first."""
    return [Entry(*row) for row in await unit.rows(_of_week, resident_id=resident_id, week=week)]


async def unsettled(unit: Unit, resident_id: int, week: date, now: datetime) -> list[ShiftRow]:
    """The shifts of a week that are over, that a resident held a place on, and of which nobody said how it was."""
    return [shift_of(row) for row in await unit.rows(_unsettled, resident_id=resident_id, week=week, now=now)]


async def add(
    unit: Unit,
    *,
    key: str,
    resident_id: int,
    week: date,
    minutes: int,
    kind: str,
    by: int,
    now: datetime,
    shift_id: int | None = None,
    report_id: int | None = None,
    reverses_id: int | None = None,
    reason: str = "",
) -> bool:
    """Write one line. False when there is one with this key; the database refuses one by its own resident."""
    written = await unit.run(
        _add_line,
        b_key=key,
        b_resident_id=resident_id,
        b_week=week,
        b_minutes=minutes,
        b_kind=kind,
        b_shift_id=shift_id,
        b_report_id=report_id,
        b_reverses_id=reverses_id,
        b_reason=reason,
        b_confirmed_by=by,
        b_confirmed_at=now,
    )
    return written == 1


async def say_how_it_was(unit: Unit, shift_id: int, resident_id: int, *, came: bool) -> None:
    """Note anew whether somebody whose line is settled was there."""
    state = SignupState.ATTENDED if came else SignupState.MISSED
    await unit.run(_say_how_it_was, b_shift=shift_id, b_resident=resident_id, b_state=state.value)
