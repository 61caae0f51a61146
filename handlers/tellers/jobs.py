"""What the ticker does about votes on paper: their tellers are told before the close if something waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit.capability import Job
from handlers.polls.moments import FARTHEST
from handlers.tellers import telling
from storage.queries import papers, polls
from storage.unit import Unit
from town.settings import TownSettings

BEFORE = timedelta(hours=3)
"""So long before the close, or as long as residents are reminded before it, if that is shorter."""


def _lead(town: TownSettings) -> timedelta:
    return min(BEFORE, timedelta(minutes=town.poll_remind_minutes)) if town.poll_remind_minutes else BEFORE


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Tell the tellers of polls that close soon what waits for them; how many were told anew."""
    told, soon = 0, await papers.closing_with_some(unit, now, now + _lead(town))
    for poll in sorted(soon, key=lambda one: one.id):  # as everybody who locks several polls
        if await polls.get(unit, poll.id, lock=True) != poll:
            continue  # it was closed or changed in this moment: the next tick looks again
        told += await telling.remind(unit, poll, await papers.numbers(unit, poll.id), now=now)
    return told


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    lead, found = _lead(town), await papers.closing_with_some(unit, now, now + FARTHEST)
    coming = [poll.closes_at - lead for poll in found if poll.closes_at is not None]
    return min((moment for moment in coming if moment > now), default=None)


JOBS = (Job("tellers.remind", remind, next_reminder),)
