"""The end of a series: on a last day, or at once. Whoever is on several of its shifts hears of them all in one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from handlers.desk import actions as desk
from handlers.desk.telling import fields_of, urgent
from handlers.kit.who import Who
from handlers.series.actions import Changed, affected, going_on
from handlers.series.making import today_of
from storage import outbox
from storage.queries import places, roster, series
from storage.queries import standing_signups as standing
from storage.queries.series import Coming, SeriesRow
from storage.queries.shifts import ShiftRow
from storage.tables import Priority
from storage.unit import Unit
from town.facts import NoDays
from town.settings import TownSettings


async def set_last_day(unit: Unit, *, who: Who, series_id: int, last_day: date | None, now: datetime) -> Changed:
    """Let a series go on until a day, or (None) with no end; made shifts after it are cancelled and their people told.

    Raises NotFound, NotAllowed, SeriesEnded, NoDays.
    """
    one = await going_on(unit, who, series_id)
    if last_day is not None and last_day < max(one.first_day, today_of(who.town, now)):
        raise NoDays
    values: dict[str, Any] = {"last_day": last_day}
    if last_day is not None and one.made_until is not None:
        values["made_until"] = min(one.made_until, last_day)
    await series.change(unit, series_id, values)
    if last_day is None:
        return Changed(one._replace(last_day=None), 0, 0)
    later = await affected(unit, one, last_day + timedelta(days=1), now, who)
    cancelled, told = await _cancel(unit, who, one, later, now)
    await series.days_left_out.free_after(unit, series_id, last_day)
    return Changed(one._replace(last_day=last_day), cancelled, told)


async def end(unit: Unit, *, who: Who, series_id: int, now: datetime) -> Changed:
    """End a series: its shifts to come are cancelled, and whoever is on one or has a standing sign-up is told.

    Raises NotFound, NotAllowed, SeriesEnded.
    """
    one = await going_on(unit, who, series_id)
    await series.end(unit, series_id, now)
    to_come = await affected(unit, one, date.min, now, who)
    cancelled, told = await _cancel(unit, who, one, to_come, now)
    fields = {"title": one.title, "project": one.project, "pattern": one.pattern}
    await standing.end_all(unit, series_id, fields=fields, now=now)
    return Changed(one, cancelled, told)


async def _cancel(unit: Unit, who: Who, one: SeriesRow, shifts: Sequence[Coming], now: datetime) -> tuple[int, int]:
    """Cancel shifts and tell each person on them once; how many shifts and people that are."""
    lost: dict[int, list[ShiftRow]] = {}
    cancelled = 0
    for shift_id in [each.shift.id for each in shifts]:
        shift = await places.lock_shift(unit, shift_id)  # nobody comes or goes between looking and cancelling
        if shift is None or shift.cancelled_at is not None:  # somebody else did so in this very moment
            continue
        cancelled += 1
        for person in await roster.on_roster(unit, shift_id):
            lost.setdefault(person.resident_id, []).append(shift)
        await desk.cancel_shift(unit, who=who, shift_id=shift_id, now=now, tell=False)
    await outbox.put(unit, [_cancelled(resident, one, gone, who.town, now) for resident, gone in lost.items()])
    return cancelled, len(lost)


def _cancelled(
    resident_id: int, one: SeriesRow, lost: Sequence[ShiftRow], town: TownSettings, now: datetime
) -> dict[str, Any]:
    in_order = sorted(lost, key=lambda shift: (shift.starts_at, shift.id))
    first = in_order[0]
    if len(in_order) == 1:
        notice, fields = "shift.cancelled", fields_of(first)
    else:
        weeks = [fields_of(shift) for shift in in_order]
        notice, fields = "series.cancelled", {"title": one.title, "project": one.project, "weeks": weeks}
    return outbox.new_row(
        notice=notice,
        resident_id=resident_id,
        dedupe_key=f"{notice}:{first.id}:{resident_id}",
        now=now,
        subject=f"shift:{first.id}",
        priority=Priority.URGENT if urgent(first.starts_at, town, now) else Priority.PERSONAL,
        **fields,
    )
