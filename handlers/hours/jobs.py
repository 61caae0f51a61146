"""When a shift has ended, somebody is asked for its hours; when nothing happens, reminded; then the mayors are told."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.hours import actions
from handlers.kit.capability import Job
from handlers.shifts import in_charge
from storage.queries import helping, settling
from storage.queries.settling import Roster
from storage.unit import Unit
from town.settings import TownSettings


async def ask_for_rosters(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Ask for the roster of each shift that has ended; one that nobody was on is closed without a word."""
    done = 0
    for roster in sorted(await settling.to_ask(unit, now)):  # by id: shifts are locked in that order
        if not roster.open:
            done += await settling.close(unit, roster.shift.id, now)
        elif await settling.mark(unit, roster.shift.id, "asked_at", now):
            people = await in_charge.of_shift(unit, roster.shift, but=await _only(unit, roster))
            await actions.ask(unit, "hours.roster", roster.shift, people, now, {"open": roster.open})
            done += 1
    return done


async def chase(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind of rosters that are still open, and tell the mayors of those that stay so."""
    due = [(one, _remind) for one in await settling.to_remind(unit, now, timedelta(days=town.confirm_remind_days))]
    late = await settling.to_escalate(unit, now, timedelta(days=town.confirm_tell_mayor_days))
    due += [(one, _tell_mayors) for one in late]
    return sum([await tell(unit, one, now) for one, tell in sorted(due, key=lambda pair: pair[0].shift.id)])


async def _remind(unit: Unit, roster: Roster, now: datetime) -> bool:
    if not await settling.mark(unit, roster.shift.id, "reminded_at", now):
        return False
    people = await in_charge.of_shift(unit, roster.shift, but=await _only(unit, roster))
    await actions.ask(unit, "hours.reminder", roster.shift, people, now, {"open": roster.open})
    return True


async def _tell_mayors(unit: Unit, roster: Roster, now: datetime) -> bool:
    if not await settling.mark(unit, roster.shift.id, "escalated_at", now):
        return False
    but = await _only(unit, roster)
    names = [one.name for one in await in_charge.of_shift(unit, roster.shift, but=but)]
    told = {"open": roster.open, "project": roster.shift.project, "names": names}
    await actions.ask(
        unit, "hours.overdue", roster.shift, await in_charge.mayors(unit, roster.shift, but=but), now, told
    )
    return True


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await settling.next_end(unit, now)


async def next_chase(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    remind, escalate = timedelta(days=town.confirm_remind_days), timedelta(days=town.confirm_tell_mayor_days)
    return await settling.next_chase(unit, now, remind, escalate)


async def _only(unit: Unit, roster: Roster) -> tuple[int, ...]:
    """Whoever is the only one open cannot confirm anything, nor who speaks for them: it is no use to ask them."""
    if roster.only is None:
        return ()
    steward = await helping.of(unit, roster.only)
    return (roster.only,) if steward is None else (roster.only, steward)


JOBS = (Job("hours.ask", ask_for_rosters, next_end), Job("hours.chase", chase, next_chase))
