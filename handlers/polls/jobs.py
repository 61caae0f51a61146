"""What the ticker does about polls: it opens and closes those that are due, and reminds those who have not voted."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from handlers.kit.alone import alone
from handlers.kit.capability import Job
from handlers.polls import closing, opening
from handlers.polls.actions import LEAST_OPEN, write_reminders
from storage.queries import polls
from storage.queries.polls import PollRow
from storage.unit import Unit
from town.reminders import after_quiet
from town.settings import TownSettings


async def turn(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Open the polls that are due, then close those that are; how many it was."""
    done = 0
    for poll in await polls.to_open(unit, now):
        done += await alone(unit, f"poll {poll.id}", partial(_open, unit, poll.id, now, town))
    for poll_id in await polls.to_close(unit, now):
        done += await alone(unit, f"poll {poll_id}", partial(_close, unit, poll_id, now, town))
    return done


async def _close(unit: Unit, poll_id: int, now: datetime, town: TownSettings) -> int:
    return int(await closing.close(unit, poll_id, town=town, now=now, only_due=True) is not None)


async def _open(unit: Unit, poll_id: int, now: datetime, town: TownSettings) -> int:
    """Open a poll, unless it was called off since it was looked at.

    One whose time went by while nobody ran the town is open for as long as it was to be, or as it was given since.
    """
    poll = await polls.get(unit, poll_id, lock=True)
    if poll is None or poll.cancelled_at is not None:
        return 0
    if poll.closes_at is not None and poll.closes_at < now + LEAST_OPEN:
        await polls.change(unit, poll_id, closes_at=now + (poll.closes_at - poll.opens_at))
    await opening.open_poll(unit, poll_id, town=town, now=now)
    return 1


async def next_turn(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await polls.next_due(unit)


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind those whose vote is not in of the polls that close soon, once; how many people."""
    told = 0
    for poll in await polls.to_remind(unit):
        if _is_due(poll, now, town):
            told += await alone(unit, f"poll {poll.id}", partial(_remind, unit, poll.id, now, town))
    return told


async def _remind(unit: Unit, poll_id: int, now: datetime, town: TownSettings) -> int:
    """Nobody closes, calls off or prolongs it meanwhile; somebody may have, since it was looked at."""
    poll = await polls.get(unit, poll_id, lock=True)
    if poll is None or poll.reminded_at is not None or not _is_due(poll, now, town):
        return 0
    return await write_reminders(unit, poll, now)


def _is_due(poll: PollRow, now: datetime, town: TownSettings) -> bool:
    due = remind_at(poll, town)
    return due is not None and due <= now and poll.running(now)


def remind_at(poll: PollRow, town: TownSettings) -> datetime | None:
    """When a poll's reminder is due: not in the quiet hours. None: it has none, or it would come too late.

    A poll that is open for no longer than the reminder comes before its close has none: it was just asked.
    """
    lead = timedelta(minutes=town.poll_remind_minutes)
    if not lead or poll.opened_at is None or poll.closes_at is None or poll.closes_at - poll.opened_at <= lead:
        return None
    due = after_quiet(poll.closes_at - lead, town.tz, town.quiet_from, town.quiet_until)
    return due if due < poll.closes_at - LEAST_OPEN else None


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    moments = [remind_at(poll, town) for poll in await polls.to_remind(unit) if poll.running(now)]
    return min((moment for moment in moments if moment is not None), default=None)


JOBS = (Job("polls.turn", turn, next_turn), Job("polls.remind", remind, next_reminder))
