"""A resident's weeks from the ledger, and the corrections of those who answer for a project."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from handlers.helping.actions import must_not_help
from handlers.kit.who import Who
from handlers.ledger.works import REPORT, SHIFT, Work, contest_of, work_of, write
from handlers.roles.actions import must_be_resident, must_coordinate
from storage import outbox
from storage.queries import contests, exemptions, hours, ledger, reports, residents
from storage.queries.contests import ContestRow
from storage.queries.ledger import Entry
from storage.queries.reports import ReportRow
from storage.queries.shifts import ShiftRow
from storage.unit import Unit
from town import standing
from town.facts import BadMinutes, ContestOpen, DecidedFirst, OwnHours, SameMinutes
from town.hours import ReportState, contest_until, counting
from town.standing import WeekResult
from town.week import monday_of, week_of


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of work of a week: its lines, the oldest first, and the contest about it, if there was one.

    `report` is its report, None for a shift. `contest_until` is set while its resident can still contest it.
    """

    kind: str
    id: int
    title: str
    project: str
    at: datetime | None
    ends_at: datetime | None
    day: date | None
    entries: list[Entry] = field(default_factory=list)
    report: ReportRow | None = None
    contest: ContestRow | None = None
    contest_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A resident's week: what it came to, everything that is written of it, and what waits.

    `first` is the week they signed up in, `last` the current one, both Mondays.
    """

    monday: date
    first: date
    last: date
    result: WeekResult
    works: tuple[Told, ...]
    waiting: tuple[ShiftRow, ...]


async def week(unit: Unit, *, who: Who, monday: date, now: datetime) -> Week:
    """The week of any day, as near as it can be shown: none before the sign-up, none that has not begun.

    Raises NotAllowed.
    """
    joined_at = (await residents.profile(unit, must_be_resident(who))).joined_at
    first, last = week_of(joined_at, who.zone), week_of(now, who.zone)
    monday = min(max(monday_of(monday), first), last)
    results = standing.reckon(
        await hours.by_week(unit, who.me),
        joined=first,
        upto=monday,
        required=who.town.required_minutes,
        cap=who.town.carry_cap_minutes,
        exempt=await _exempt(unit, who.me),
    )
    return Week(
        monday=monday,
        first=first,
        last=last,
        result=results[-1],
        works=tuple(await _works(unit, who, monday, now)),
        waiting=tuple(await ledger.unsettled(unit, who.me, monday, now)),
    )


async def to_correct(unit: Unit, *, who: Who, kind: str, id: int, resident_id: int, lock: bool = False) -> Work:
    """Settled work of somebody else, in a project that this person answers for.

    Raises NotAllowed, NotFound, NothingDecided, OwnHours, HelpsThem, ContestOpen, or DecidedFirst for whoever was
    overruled.
    """
    await must_coordinate(unit, who)
    work = await work_of(unit, kind, id, resident_id, lock=lock)
    await must_coordinate(unit, who, work.project_id)
    if resident_id == who.me:
        raise OwnHours
    await must_not_help(unit, who, resident_id, work.name, since=work.began(who.zone))
    contest = await contest_of(unit, work)
    if contest is not None and contest.is_open:
        raise ContestOpen(name=work.name)
    if contest is not None and contest.first_by == who.me:
        raise DecidedFirst
    return work


def check_correction(work: Work, minutes: int) -> int:
    """Minutes that are to be written instead. Raises BadMinutes or SameMinutes."""
    if not 0 <= minutes <= work.most:
        raise BadMinutes(most=work.most)
    if minutes == work.written:
        raise SameMinutes(minutes=minutes)
    return minutes


async def correct(
    unit: Unit, *, who: Who, kind: str, id: int, resident_id: int, minutes: int, reason: str, now: datetime
) -> Work:
    """Write other minutes of somebody else's work, with the reason; they are told. Returns the work as it was.

    Raises what `to_correct` and `check_correction` raise.
    """
    work = await to_correct(unit, who=who, kind=kind, id=id, resident_id=resident_id, lock=True)
    check_correction(work, minutes)
    await write(unit, work, minutes, reason=reason, by=who.me, now=now)
    until = contest_until(now, who.town.contest_days)
    row = outbox.new_row(
        notice="ledger.corrected",
        resident_id=resident_id,
        dedupe_key=f"ledger.corrected:{kind}:{id}:{resident_id}:{now.isoformat()}",
        now=now,
        **about(work),
        old=work.written,
        new=minutes,
        reason=reason,
        by=who.name,
        until=until.isoformat() if await contest_of(unit, work) is None else None,
    )
    await outbox.put(unit, [row])
    return work


def about(work: Work) -> dict[str, Any]:
    """A piece of work as a notice's fields."""
    return {
        "kind": work.kind,
        "of": work.id,
        "resident": work.resident_id,
        "name": work.name,
        "project": work.project,
        "title": work.title,
        "week": work.week.isoformat(),
        "starts_at": work.starts_at.isoformat() if work.starts_at else None,
        "ends_at": work.ends_at.isoformat() if work.ends_at else None,
        "day": work.day.isoformat() if work.day else None,
    }


async def _exempt(unit: Unit, resident_id: int) -> frozenset[date]:
    """The Mondays of a resident's exempt weeks."""
    spans = await exemptions.of_resident(unit, resident_id)
    return standing.exempt_weeks(
        (span.from_week, span.until_week) for span in spans if span.state == exemptions.APPROVED
    )


async def _works(unit: Unit, who: Who, monday: date, now: datetime) -> list[Told]:
    found: dict[tuple[str, int], Told] = {}
    for entry in await ledger.of_week(unit, who.me, monday):
        kind, id = (SHIFT, entry.shift_id) if entry.shift_id is not None else (REPORT, entry.report_id or 0)
        told = Told(kind, id, entry.title or entry.what or "", entry.project, entry.starts_at, entry.ends_at, entry.day)
        found.setdefault((kind, id), told).entries.append(entry)
    for report in await reports.of_week(unit, who.me, monday):
        told = found.get((REPORT, report.id)) or Told(
            REPORT, report.id, report.what, report.project, None, None, report.day
        )
        found[REPORT, report.id] = _with(told, report=report)
    for contest in await contests.of_resident(unit, who.me):
        key = (SHIFT, contest.shift_id) if contest.shift_id is not None else (REPORT, contest.report_id or 0)
        if key in found:
            found[key] = _with(found[key], contest=contest)
    days = who.town.contest_days
    return [_with(one, contest_until=_contest_until(one, now, days)) for one in sorted(found.values(), key=_when(who))]


def _with(told: Told, **changed: Any) -> Told:
    values = {name: getattr(told, name) for name in Told.__slots__}
    return Told(**(values | changed))


def _contest_until(told: Told, now: datetime, days: int) -> datetime | None:
    """Until when its resident can contest it, if they still can."""
    if told.contest is not None:
        return None
    last = counting([entry.line for entry in told.entries])
    if last is not None:
        decided_at = next(entry.confirmed_at for entry in told.entries if entry.id == last.id)
        if told.report is not None and last.minutes >= told.report.minutes:
            return None
    elif told.report is not None and told.report.state == ReportState.REJECTED and told.report.decided_at is not None:
        decided_at = told.report.decided_at
    else:
        return None
    until = contest_until(decided_at, days)
    return until if now <= until else None


def _when(who: Who) -> Any:
    def key(told: Told) -> tuple[date, str, int]:
        day = told.day or (told.at.astimezone(who.zone).date() if told.at else date.min)
        return day, told.at.isoformat() if told.at else "", told.id

    return key
