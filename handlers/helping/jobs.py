"""What happens by itself: nobody goes on speaking for somebody who needs it no more, or without being a coordinator."""

from __future__ import annotations

from datetime import datetime

from handlers.helping.actions import subject
from handlers.kit.capability import Job
from storage import outbox
from storage.queries import helping, roles
from storage.queries.helping import Over
from storage.unit import Unit
from town.settings import TownSettings


async def end_what_is_over(unit: Unit, now: datetime, town: TownSettings) -> int:
    """End what has no ground any more. Where somebody is left with nobody, those who let people in are told."""
    over = await helping.to_end(unit)
    for one in over:
        if not await helping.end(unit, resident_id=one.resident_id, steward_id=one.steward_id, by=None, now=now):
            continue  # somebody else speaks for them since this moment
        await outbox.withdraw(unit, subject(one.resident_id))
        to = [one.steward_id] if one.has_own else await roles.who_let_in(unit)
        await outbox.put(unit, [_row(one, resident_id, now) for resident_id in to if resident_id != one.resident_id])
    return len(over)


def _row(one: Over, to_id: int, now: datetime) -> dict[str, object]:
    notice = "helping.own" if one.has_own else "helping.alone"
    return outbox.new_row(
        notice=notice,
        resident_id=to_id,
        dedupe_key=f"{notice}:{one.resident_id}:{to_id}:{now.isoformat()}",
        subject=subject(one.resident_id),
        now=now,
        name=one.name,
        by=one.steward,
        resident=one.resident_id,
    )


async def when_over(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return now if await helping.to_end(unit) else None


JOBS = (Job("helping.over", end_what_is_over, when_over),)
