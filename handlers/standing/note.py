"""The note in the middle of the week: what is missing, what it means, and three shifts that fit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from handlers.kit.shift_words import Fitting
from handlers.shifts.fitting import rank
from storage import outbox
from storage.queries import warnings
from storage.queries.outlook import Outlook
from storage.queries.outlooks import outlooks
from storage.queries.warnings import NOTE, Now, Short
from storage.tables import Priority
from storage.unit import Unit
from town.settings import TownSettings
from town.standing import Standing, keeps, warning_expires
from town.week import bounds, week_of

BATCH = 300
"""Notes of one tick: each is made for its reader, and nobody else can write to the town meanwhile."""

LOOKED_AT = 100
SHOWN = 3


async def write_notes(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Write the note to those who are short this week and have none yet, at most so many; how many are written."""
    monday = week_of(now, town.tz)
    short = await warnings.short_of_hours(unit, monday, town, most=BATCH)
    if not short:
        return 0
    ids = [one.resident_id for one in short]
    before = {one.resident_id: one for one in await warnings.how_they_stand(unit, ids, week=monday, town=town)}
    found = await outlooks(unit, ids, now=now, ends=bounds(monday, town.tz)[1], most=LOOKED_AT)
    await outbox.put(
        unit, [_row(one, before.get(one.resident_id), found[one.resident_id], monday, town, now) for one in short]
    )
    return len(short)


def _row(one: Short, before: Now | None, outlook: Outlook, monday: date, town: TownSettings, now: datetime) -> Any:
    promised = sum(shift.minutes for shift in outlook.held if shift.week == monday)
    fits = rank(outlook, town, monday, most=SHOWN, weeks=1) if promised < one.missing else ()
    return outbox.new_row(
        notice=NOTE,
        resident_id=one.resident_id,
        dedupe_key=warnings.note_key(monday, one.resident_id),
        now=now,
        subject=f"{NOTE}:{monday}",
        priority=Priority.REMINDER,
        expires_at=warning_expires(monday, town),
        week=monday.isoformat(),
        required=town.required_minutes,
        minutes=one.minutes,
        carried=one.carried_in,
        missing=one.missing,
        promised=promised,
        kept=before is None or keeps(Standing(before.before), warned=before.warned),
        shifts=_shifts(fits),
    )


def _shifts(fits: Collection[Fitting]) -> list[dict[str, Any]]:
    return [
        {
            "shift": one.shift.id,
            "title": one.shift.title,
            "starts_at": one.shift.starts_at.isoformat(),
            "minutes": one.shift.minutes,
        }
        for one in fits
    ]
