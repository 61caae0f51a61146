"""Reports of work outside a shift: they enter the ledger when somebody else confirms them, and not before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.helping.actions import must_not_help
from handlers.kit.who import Who
from handlers.roles.actions import duties_here, must_be_resident
from handlers.shifts import in_charge
from storage import outbox
from storage.queries import helping, ledger, projects, reports, residents, roles
from storage.queries.in_charge import Answers
from storage.queries.reports import Beside, ReportRow
from storage.unit import Unit
from town.facts import HelpsThem, NotAllowed, NotForStewards, NotFound, OwnHours, OwnWitness, ReportDecided
from town.hours import EntryKind, ReportState, check_report_day, check_report_minutes, contest_until, report_key
from town.settings import TownSettings
from town.text import clean
from town.week import at_local, local, monday_of, week_of

MOST_WHAT = 200
"""UTF-16 units of what was done."""

SHOWN = 60
"""Own reports that a list shows: the newest."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A report that was sent, and who was asked whether it was so: nobody, when there is nobody who may say."""

    report: ReportRow
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A report as one person sees it: `mine`, or `may_decide` (it waits, and they may say whether it was so).

    `may_correct`: its hours are written down, and they answer for the project.
    """

    report: ReportRow
    mine: bool
    may_decide: bool
    may_correct: bool
    beside: Sequence[Beside]


async def check_day(unit: Unit, *, who: Who, day: date, now: datetime) -> date:
    """A day of which somebody may report work: not before the week they signed up in. Raises DayOutside."""
    joined = (await residents.profile(unit, who.me)).joined_at
    today = local(now, who.zone).date()
    return check_report_day(day, today=today, since=week_of(joined, who.zone))


async def check_witness(unit: Unit, *, who: Who, resident_id: int) -> int:
    """Somebody who may have seen it. Raises OwnWitness, NotFound, or HelpsThem for who speaks for them."""
    if resident_id == who.me:
        raise OwnWitness
    if resident_id == who.steward_id:
        raise HelpsThem(name=who.name)
    if await roles.resident(unit, resident_id) is None:
        raise NotFound(what="resident")
    return resident_id


async def beside(unit: Unit, *, resident_id: int, day: date, town: TownSettings, but: int = 0) -> list[Beside]:
    """What else a resident did on that day of the town."""
    since, until = (at_local(one, time(), town.tz) for one in (day, day + timedelta(days=1)))
    return await reports.beside(unit, resident_id, day, since=since, until=until, but=but)


async def send(
    unit: Unit,
    *,
    who: Who,
    project_id: int,
    day: date,
    minutes: int,
    what: str,
    witness_id: int | None,
    now: datetime,
) -> Sent:
    """Write a report and ask those who can say whether it was so.

    Raises NotAllowed, NotFound, DayOutside, BadLength, TextEmpty, TextTooLong or OwnWitness.
    """
    must_be_resident(who)
    if await projects.get(unit, project_id) is None:
        raise NotFound(what="project")
    if witness_id is not None:
        await check_witness(unit, who=who, resident_id=witness_id)
    report_id = await reports.make(
        unit,
        resident_id=who.me,
        project_id=project_id,
        witness_id=witness_id,
        day=await check_day(unit, who=who, day=day, now=now),
        week=monday_of(day),
        minutes=check_report_minutes(minutes, given=str(minutes)),
        what=clean(what, MOST_WHAT),
        made_at=now,
    )
    report = await _report(unit, report_id)
    asked = await ask(unit, "report.asked", report, await who_can_say(unit, report), town=who.town, now=now)
    return Sent(report, tuple(asked))


async def who_can_say(unit: Unit, report: ReportRow) -> list[Answers]:
    """Who coordinates its project, apart from whoever a report is of, who speaks for them, and whoever saw the work."""
    but = {report.resident_id, report.witness_id, *await stewards_of(unit, report)}
    return await in_charge.of_project(unit, report.project_id, but=[one for one in but if one is not None])


async def stewards_of(unit: Unit, report: ReportRow) -> frozenset[int]:
    """Who speaks for whoever a report is of, or did when it was made: they do not say whether it was so."""
    return await helping.stewards_of(unit, report.resident_id, since=report.made_at)


async def ask(
    unit: Unit,
    notice: str,
    report: ReportRow,
    people: Collection[Answers],
    *,
    town: TownSettings,
    now: datetime,
    witness: bool = True,
    **more: Any,
) -> list[str]:
    """Ask these people, and (`witness`) whoever saw it, whether a report was so. Returns the names."""
    also = await beside(unit, resident_id=report.resident_id, day=report.day, town=town, but=report.id)
    fields = about(report) | {"beside": [_beside(one) for one in also]} | more
    asked = [(one.resident_id, one.name) for one in people]
    if witness and report.witness_id is not None:
        asked.insert(0, (report.witness_id, report.witness or ""))
    rows = [
        outbox.new_row(
            notice=notice,
            resident_id=resident_id,
            dedupe_key=f"{notice}:{report.id}:{resident_id}",
            now=now,
            subject=subject(report.id),
            seen=resident_id == report.witness_id,
            **fields,
        )
        for resident_id, _name in asked
    ]
    await outbox.put(unit, rows)
    return [name for _resident_id, name in asked]


async def page(unit: Unit, *, who: Who, report_id: int) -> Page:
    """A report, for whoever it is of and for those who may say whether it was so. Raises NotFound or NotAllowed."""
    report = await _report(unit, report_id)
    mine = report.resident_id == must_be_resident(who)
    covers = (await duties_here(unit, who)).covers(report.project_id)
    if not (mine or covers or who.me == report.witness_id):
        raise NotAllowed(needed="coordinator")
    may_correct = covers and not mine and report.state == ReportState.CONFIRMED
    also = await beside(unit, resident_id=report.resident_id, day=report.day, town=who.town, but=report.id)
    return Page(report, mine, may_decide=report.waits and not mine, may_correct=may_correct, beside=also)


async def waiting(unit: Unit, *, who: Who) -> list[ReportRow]:
    """The reports that wait for this resident: as who saw it, or as who answers for the project."""
    must_be_resident(who)
    duties = await duties_here(unit, who)
    return await reports.waiting_for(unit, who.me, None if duties.everywhere else duties.projects)


async def mine(unit: Unit, *, who: Who) -> list[ReportRow]:
    """One's own reports, the newest first."""
    return await reports.of_resident(unit, must_be_resident(who), most=SHOWN)


async def withdraw(unit: Unit, *, who: Who, report_id: int, now: datetime) -> ReportRow:
    """Take one's own report back while it waits. Raises NotFound, NotAllowed or ReportDecided."""
    report = await _report(unit, report_id, lock=True)
    if report.resident_id != must_be_resident(who):
        raise NotAllowed(needed="coordinator")
    if not await reports.withdraw(unit, report_id, resident_id=who.me, now=now):
        raise _decided(report, who)
    await outbox.withdraw(unit, subject(report_id))
    return report


async def confirm(unit: Unit, *, who: Who, report_id: int, now: datetime) -> ReportRow:
    """Write the minutes of a report into the ledger. Raises NotFound, NotAllowed, OwnHours or ReportDecided."""
    report = await _decide(unit, who, report_id, ReportState.CONFIRMED, "", now)
    await ledger.add(
        unit,
        key=report_key(report.id),
        resident_id=report.resident_id,
        week=report.week,
        minutes=report.minutes,
        kind=EntryKind.REPORT.value,
        by=who.me,
        now=now,
        report_id=report.id,
    )
    await _tell(unit, "report.confirmed", report, now, by=who.name)
    return report


async def reject(unit: Unit, *, who: Who, report_id: int, reason: str, now: datetime) -> ReportRow:
    """Say that a report was not so, and why. Raises as `confirm` does."""
    report = await _decide(unit, who, report_id, ReportState.REJECTED, reason, now)
    until = contest_until(now, who.town.contest_days)
    await _tell(unit, "report.rejected", report, now, by=who.name, reason=reason, until=until.isoformat())
    return report


async def to_decide(unit: Unit, *, who: Who, report_id: int, lock: bool = False) -> ReportRow:
    """A report that waits and that somebody may decide.

    Raises NotFound, NotAllowed, OwnHours, ReportDecided; NotForStewards, or HelpsThem for who speaks for whose it is.
    """
    report = await _report(unit, report_id, lock=lock)
    if report.resident_id == must_be_resident(who):
        raise OwnHours
    if who.steward_id is not None:
        raise NotForStewards(name=who.name)
    await _must_know(unit, who, report)
    await must_not_help(unit, who, report.resident_id, report.name, since=report.made_at)
    if not report.waits:
        raise _decided(report, who)
    return report


def subject(report_id: int) -> str:
    """What the notices about a report are filed under, so that they can be withdrawn once it is decided."""
    return f"report:{report_id}"


def about(report: ReportRow) -> dict[str, Any]:
    """A report as a notice's fields."""
    return {
        "report": report.id,
        "name": report.name,
        "project": report.project,
        "witness": report.witness or "",
        "day": report.day.isoformat(),
        "minutes": report.minutes,
        "what": report.what,
    }


async def _decide(unit: Unit, who: Who, report_id: int, state: ReportState, reason: str, now: datetime) -> ReportRow:
    report = await to_decide(unit, who=who, report_id=report_id, lock=True)
    if not await reports.decide(unit, report_id, state, by=who.me, reason=reason, now=now):
        raise _decided(await _report(unit, report_id), who)
    await outbox.withdraw(unit, subject(report_id))
    return report


async def _tell(unit: Unit, notice: str, report: ReportRow, now: datetime, **more: Any) -> None:
    row = outbox.new_row(
        notice=notice,
        resident_id=report.resident_id,
        dedupe_key=f"{notice}:{report.id}",
        now=now,
        subject=f"{subject(report.id)}:told",
        **(about(report) | more),
    )
    await outbox.put(unit, [row])


async def _report(unit: Unit, report_id: int, *, lock: bool = False) -> ReportRow:
    report = await reports.get(unit, report_id, lock=lock)
    if report is None:
        raise NotFound(what="report")
    return report


async def _must_know(unit: Unit, who: Who, report: ReportRow) -> None:
    """Raises NotAllowed, unless they saw the work or answer for its project."""
    if who.me != report.witness_id and not (await duties_here(unit, who)).covers(report.project_id):
        raise NotAllowed(needed="coordinator")


def _decided(report: ReportRow, who: Who) -> ReportDecided:
    return ReportDecided(state=report.state, name=report.decider or report.name, mine=report.decided_by == who.me)


def _beside(one: Beside) -> dict[str, Any]:
    return {
        "title": one.title,
        "minutes": one.minutes,
        "starts_at": one.starts_at.isoformat() if one.starts_at else None,
        "ends_at": one.ends_at.isoformat() if one.ends_at else None,
    }
