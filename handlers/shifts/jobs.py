"""Reminders, once for each person and lead time; offered places pass on in time, and waiting lists end."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.cover.actions import place_freed
from handlers.kit.capability import Job
from handlers.shifts import passing_on
from storage import outbox
from storage.queries import lines, places, reminders, shifts, waiting
from storage.queries.shifts import ShiftRow
from storage.tables import OfferKind
from storage.unit import Unit
from town.settings import TownSettings


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Write the reminders that have fallen due and are not stale; returns how many."""
    written = 0
    due = [
        (one, which) for which in (reminders.EARLY, reminders.LATE) for one in await reminders.pending(unit, now, which)
    ]
    locked = await shifts.lock(unit, {reminder.shift_id for reminder, _which in due})
    for reminder, which in due:
        shift = locked.get(reminder.shift_id)
        if shift is not None and shift.starts_at == reminder.starts_at:  # else it is looked at anew with the next tick
            fields = passing_on.fields_of(shift) | {"lead": reminder.lead}
            written += await reminders.write(unit, reminder, which, fields, now)
    return written


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await reminders.next_due(unit, now)


async def pass_on(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Let the offers whose time is over pass on; returns how many."""
    done = 0
    over = await waiting.lapsed(unit, now)
    for resident_id in sorted({one.resident_id for one in over}):  # people first, then shifts: nobody waits in a circle
        await places.lock(unit, resident_id)
    for one in sorted(over):
        freed = await passing_on.lapse(unit, one.resident_id, one.shift_id, town=town, now=now)
        if freed is not None and freed.shift.cancelled_at is None and now < freed.shift.starts_at:
            await _tell_lapsed(unit, freed.shift, one.resident_id, now)
            if one.offer != OfferKind.PLAN:  # what a plan proposed is proposed to others again
                await place_freed(unit, freed=freed, by=one.resident_id, town=town, now=now)
        done += 1
    return done


async def next_lapse(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await waiting.next_lapse(unit)


async def end_lines(unit: Unit, now: datetime, town: TownSettings) -> int:
    """End the waiting lists of shifts that start soon, and tell whoever still waits; returns how many people."""
    stop = timedelta(minutes=town.offer_stop_minutes)
    told = 0
    for shift in sorted(await lines.ended(unit, now, stop)):  # by id: shifts are locked in that order
        fresh = await places.lock_shift(unit, shift.id)
        if fresh is not None and now >= passing_on.line_ends(fresh, town):  # it may have moved meanwhile
            told += await lines.end(unit, fresh, fields=passing_on.fields_of(fresh), now=now)
    return told


async def next_line_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await lines.next_end(unit, now, timedelta(minutes=town.offer_stop_minutes))


async def _tell_lapsed(unit: Unit, shift: ShiftRow, resident_id: int, now: datetime) -> None:
    row = outbox.new_row(
        notice="waiting.lapsed",
        resident_id=resident_id,
        dedupe_key=f"waiting.lapsed:{shift.id}:{resident_id}:{int(now.timestamp() * 1_000_000)}",
        now=now,
        subject=f"shift:{shift.id}",
        expires_at=shift.starts_at,
        **passing_on.fields_of(shift),
    )
    await outbox.put(unit, [row])


JOBS = (
    Job("reminders", remind, next_reminder),
    Job("waiting.offers", pass_on, next_lapse),
    Job("waiting.lines", end_lines, next_line_end),
)
