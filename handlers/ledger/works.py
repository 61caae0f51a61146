"""Pieces of work that hours are about, with what the ledger says of them, and the one way to write it anew.

Both the corrections of coordinators and what comes of a contest are written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from storage.queries import contests, ledger, reports, residents, settling, shifts
from storage.queries.contests import ContestRow
from storage.queries.ledger import Entry
from storage.tables import SignupState
from storage.unit import Unit
from town.facts import NotFound, NothingDecided
from town.hours import LONGER_BY, ReportState, corrected, counting, net, report_key, shift_key
from town.week import at_local

SHIFT, REPORT = "shift", "report"
"""The kinds of work: on a shift, and what was reported of a day."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided last about a piece of work, and by whom; `minutes` are those that were written down."""

    by: int
    name: str
    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class Work:
    """One resident's work on a shift or in a report; `id` is the shift's or the report's.

    `starts_at` and `ends_at` are those of a shift, `day` that of a report, None for the other. `length` is minutes
    planned or reported, `most` what can be written at most. `entries` are the ledger's lines, the oldest first.
    `rejected_because` is the reason for which a report was rejected, else "".
    """

    kind: str
    id: int
    resident_id: int
    name: str
    project_id: int
    project: str
    title: str
    week: date
    starts_at: datetime | None
    ends_at: datetime | None
    day: date | None
    length: int
    most: int
    entries: tuple[Entry, ...]
    decision: Decision | None
    rejected_because: str = ""

    @property
    def written(self) -> int:
        """Minutes that the ledger holds for it."""
        return net([entry.line for entry in self.entries])

    def began(self, zone: ZoneInfo) -> datetime:
        """When the work began, or its day."""
        if self.starts_at is not None:
            return self.starts_at
        assert self.day is not None  # that of a report
        return at_local(self.day, time(), zone)

    @property
    def shift_id(self) -> int | None:
        return self.id if self.kind == SHIFT else None

    @property
    def report_id(self) -> int | None:
        return self.id if self.kind == REPORT else None


async def contest_of(unit: Unit, work: Work) -> ContestRow | None:
    """The contest about a piece of work, open or decided."""
    if work.kind == SHIFT:
        return await contests.of_shift(unit, work.id, work.resident_id)
    return await contests.of_report(unit, work.id)


async def work_of(unit: Unit, kind: str, id: int, resident_id: int, *, lock: bool = False) -> Work:
    """Somebody's work; `lock`: nobody else decides about it until this transaction is over.

    Raises NotFound, or NothingDecided when nobody has said yet how it was.
    """
    if kind == SHIFT:
        return await _on_shift(unit, id, resident_id, lock=lock)
    if kind == REPORT:
        return await _in_report(unit, id, resident_id, lock=lock)
    raise NotFound(what="shift")


async def write(unit: Unit, work: Work, minutes: int, *, reason: str, by: int, now: datetime) -> bool:
    """Let the ledger say `minutes` of a work from `work_of` with `lock`. False when it says so already.

    Whatever was written before is taken back by a line of its own; `by` is never its resident.
    """
    first = shift_key(work.id, work.resident_id) if work.kind == SHIFT else report_key(work.id)
    new = corrected([entry.line for entry in work.entries], minutes, first_key=first)
    for line in new:
        await ledger.add(
            unit,
            key=line.key,
            resident_id=work.resident_id,
            week=work.week,
            minutes=line.minutes,
            kind=line.kind.value,
            by=by,
            now=now,
            shift_id=work.shift_id,
            report_id=work.report_id,
            reverses_id=line.reverses,
            reason=reason,
        )
    if work.kind == SHIFT:
        await ledger.say_how_it_was(unit, work.id, work.resident_id, came=minutes > 0)
    elif minutes:
        await reports.accept_after_all(unit, work.id)
    return bool(new)


async def _on_shift(unit: Unit, shift_id: int, resident_id: int, *, lock: bool) -> Work:
    shift = await (settling.lock if lock else shifts.get)(unit, shift_id)
    if shift is None:
        raise NotFound(what="shift")
    line = next((one for one in await settling.lines(unit, shift_id) if one.resident_id == resident_id), None)
    if line is None or line.state not in (SignupState.HELD, SignupState.ATTENDED, SignupState.MISSED):
        raise NotFound(what="resident")
    if line.open:
        raise NothingDecided(title=shift.title)
    entries = tuple(await ledger.of_shift(unit, shift_id, resident_id))
    return Work(
        kind=SHIFT,
        id=shift_id,
        resident_id=resident_id,
        name=line.name,
        project_id=shift.project_id,
        project=shift.project,
        title=shift.title,
        week=entries[0].week if entries else shift.week,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        day=None,
        length=shift.minutes,
        most=shift.minutes + LONGER_BY,
        entries=entries,
        decision=_last(entries),
    )


async def _in_report(unit: Unit, report_id: int, resident_id: int, *, lock: bool) -> Work:
    report = await reports.get(unit, report_id, lock=lock)
    if report is None or report.resident_id != resident_id or report.state == ReportState.WITHDRAWN:
        raise NotFound(what="report")
    if report.waits or report.decided_by is None or report.decided_at is None:
        raise NothingDecided(title=report.what)
    entries = tuple(await ledger.of_report(unit, report_id, resident_id))
    rejected = Decision(report.decided_by, report.decider or "", report.decided_at, 0)
    return Work(
        kind=REPORT,
        id=report_id,
        resident_id=resident_id,
        name=(await residents.profile(unit, resident_id)).name,
        project_id=report.project_id,
        project=report.project,
        title=report.what,
        week=report.week,
        starts_at=None,
        ends_at=None,
        day=report.day,
        length=report.minutes,
        most=report.minutes,
        entries=entries,
        decision=_last(entries) or rejected,
        rejected_because=report.reason,
    )


def _last(entries: tuple[Entry, ...]) -> Decision | None:
    now = counting([entry.line for entry in entries])
    last = next((entry for entry in entries if now is not None and entry.id == now.id), None)
    return None if last is None else Decision(last.confirmed_by, last.by, last.confirmed_at, last.minutes)
