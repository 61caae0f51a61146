"""A report that nobody answers: whoever answers for the project is reminded, then the mayors are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit.capability import Job
from handlers.reports import actions
from handlers.shifts import in_charge
from storage.queries import reports
from storage.unit import Unit
from town.settings import TownSettings


async def chase(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind of reports that wait, and tell the mayors of those that wait still.

    While there is nobody who may say whether it was so, a report waits for somebody, who is then asked at once.
    """
    done = 0
    for report in await reports.due(unit, "reminded_at", now, timedelta(days=town.confirm_remind_days)):
        people = await actions.who_can_say(unit, report)
        if (people or report.witness_id) and await reports.mark(unit, report.id, "reminded_at", now):
            await actions.ask(unit, "report.reminder", report, people, town=town, now=now)
            done += 1
    for report in await reports.due(unit, "escalated_at", now, timedelta(days=town.confirm_tell_mayor_days)):
        but = (report.resident_id, *await actions.stewards_of(unit, report))
        people = await in_charge.mayors_over(unit, report.project_id, but=but)
        if people and await reports.mark(unit, report.id, "escalated_at", now):
            mayors = {one.resident_id for one in people}
            names = [one.name for one in await actions.who_can_say(unit, report) if one.resident_id not in mayors]
            await actions.ask(unit, "report.overdue", report, people, town=town, now=now, witness=False, names=names)
            done += 1
    return done


async def next_due(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    remind, escalate = timedelta(days=town.confirm_remind_days), timedelta(days=town.confirm_tell_mayor_days)
    return await reports.next_due(unit, now, remind, escalate)


JOBS = (Job("reports.chase", chase, next_due),)
