"""What is not to be said in the quiet hours waits for their end: all that is due of it at once, not row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers import catalogue
from storage import dispatch
from storage.dispatch import Taken
from storage.tables import Priority
from storage.unit import Unit
from town.reminders import after_quiet
from town.settings import TownSettings

MOST_AT_ONCE = 5_000
"""Rows that are put off in one transaction: whoever wants to write waits for it, a small part of a second."""


async def put_off(unit: Unit, taken: Sequence[Taken], settings: TownSettings, now: datetime) -> set[int]:
    """Put off what of these rows is held back now, and whatever else of its kind is due; returns their ids."""
    free = after_quiet(now, settings.tz, settings.quiet_from, settings.quiet_until)
    if free <= now:
        return set()
    notices = {key for key, notice in catalogue.notices().items() if notice.quiet}
    held = [
        row
        for row in taken
        if row.notice in notices and row.priority > Priority.URGENT and (row.expires_at is None or now < row.expires_at)
    ]
    if held:
        await dispatch.put_off(unit, held, now=now, until=free, notices=notices, most=MOST_AT_ONCE)
    return {row.id for row in held}
