"""Cover calls go on by themselves, and coordinators hear of the next day's shifts that are short of people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.cover import calling
from handlers.cover.notices import MOST_NAMED
from handlers.kit.capability import Job
from handlers.shifts import in_charge
from storage import outbox
from storage.queries import cover, places, understaffed
from storage.queries.shifts import ShiftRow
from storage.unit import Unit
from town.cover import LAST_CALL, last_look
from town.settings import TownSettings
from town.week import at_local, local

AT_ONCE = 50
"""Calls that go on at one look; the others do so at the next, a few seconds later."""

_DAY = timedelta(days=1)


async def go_on(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Ask the next people of the calls that are due, and end those that are over; returns how many calls moved."""
    done = 0
    # Shifts are locked by id, as everywhere.
    for shift_id in sorted(call.shift_id for call in await cover.due(unit, now, LAST_CALL, AT_ONCE)):
        shift = await places.lock_shift(unit, shift_id)
        if shift is not None:
            done += await calling.go_on(unit, shift, town=town, now=now)
    return done


async def next_step(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await cover.next_due(unit, LAST_CALL)


async def warn(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Tell of the next day's shifts with free places, one notice to each coordinator; returns how many shifts."""
    due, day = last_look(now, town.understaffed_at, town.tz)
    starts, ends = (at_local(one, time(), town.tz) for one in (day, day + _DAY))
    short = await understaffed.look(unit, starts=starts, ends=ends, due=due, now=now)
    if short:
        await _tell(unit, day, sorted(short, key=lambda one: (one.starts_at, one.id)), now)
    return len(short)


async def next_look(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    day = last_look(now, town.understaffed_at, town.tz)[1] + _DAY
    first = await understaffed.next_short(unit, starts=at_local(day, time(), town.tz), now=now)
    return None if first is None else at_local(local(first, town.tz).date() - _DAY, town.understaffed_at, town.tz)


async def _tell(unit: Unit, day: date, short: Iterable[ShiftRow], now: datetime) -> None:
    found = list(short)
    asking = await cover.asking_for(unit, [shift.id for shift in found])
    of_project: dict[tuple[int, int], list[int]] = {}
    theirs: dict[int, list[ShiftRow]] = {}
    for shift in found:
        key = (shift.project_id, shift.made_by)
        if key not in of_project:
            of_project[key] = [one.resident_id for one in await in_charge.of_shift(unit, shift)]
        for resident in of_project[key]:
            theirs.setdefault(resident, []).append(shift)
    rows = [
        outbox.new_row(
            notice="cover.short",
            resident_id=resident,
            dedupe_key=f"cover.short:{day}:{shifts[0].id}:{resident}:{int(now.timestamp())}",
            now=now,
            subject=f"short:{day}",
            expires_at=max(shift.starts_at for shift in shifts),
            day=day.isoformat(),
            shifts=[_fields(shift, asking=shift.id in asking) for shift in shifts[:MOST_NAMED]],
            more=max(0, len(shifts) - MOST_NAMED),
        )
        for resident, shifts in theirs.items()
    ]
    await outbox.put(unit, rows)


def _fields(shift: ShiftRow, *, asking: bool) -> dict[str, Any]:
    return {
        "shift": shift.id,
        "title": shift.title,
        "project": shift.project,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
        "free": shift.free,
        "asking": asking,
    }


JOBS = (Job("cover.calls", go_on, next_step), Job("cover.tomorrow", warn, next_look))
