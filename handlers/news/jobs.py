"""What the ticker does about the weekly update: it makes the draft, asks the mayor for it, and sends what is ready."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from handlers.kit.alone import alone
from handlers.kit.capability import Job
from handlers.news import actions, going_out
from storage import outbox
from storage.queries import roles, updates
from storage.queries.updates import DRAFT, OPEN, READY, SKIPPED, UpdateRow
from storage.unit import Unit
from town.news import draft_of, due_of, reminders, week_at
from town.settings import TownSettings

# -- drafts ------------------------------------------------------------------------------------------------------------


async def draft(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Make the draft of the next update when it is time, tell the mayors of it, and let go of older ones."""
    for one in await updates.still_open(unit):
        if _has_moved(one, now, town) and await updates.get(unit, one.id, lock=True) == one:
            await updates.change(unit, one.id, due_at=max(due_of(one.week, town), now))
    week = week_at(now, town)
    if draft_of(week, town) > now:
        return 0
    found = await updates.of_week(unit, week)
    if found is not None and (found.state not in OPEN or found.numbers_at >= draft_of(week, town)):
        return 0
    return await alone(unit, f"the update of {week}", partial(_draft, unit, found, now, town))


def _has_moved(one: UpdateRow, now: datetime, town: TownSettings) -> bool:
    """Whether the town has another day or time for its updates since this one was made."""
    return now < one.due_at != due_of(one.week, town)


async def _draft(unit: Unit, found: UpdateRow | None, now: datetime, town: TownSettings) -> int:
    week = week_at(now, town)
    if found is None:
        made = await actions.make(unit, week, language=town.language, town=town, now=now)
    else:  # a mayor has begun early, and may be at it now
        found = await updates.get(unit, found.id, lock=True) or found
        made = found.id if found.state == DRAFT else None
        numbers = await actions.counted(unit, week, town=town, now=now)
        await updates.count_anew(unit, found.id, numbers, now=now)
    for one in await updates.still_open(unit):
        if one.week < week and await updates.take(unit, one.id, SKIPPED, of=(DRAFT,)):
            await outbox.withdraw(unit, actions.asking(one.id))
    if made is None:
        return 0
    return await _tell(unit, made, week.isoformat(), "news.draft", "", due_at=due_of(week, town), late=False, now=now)


async def next_draft(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    if any(_has_moved(one, now, town) for one in await updates.still_open(unit)):
        return now
    week = week_at(now, town)
    found = await updates.of_week(unit, week)
    if found is None or (found.state in OPEN and found.numbers_at < draft_of(week, town)):
        return draft_of(week, town)
    return draft_of(week + timedelta(weeks=1), town)


# -- reminders ---------------------------------------------------------------------------------------------------------


async def remind(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Remind the mayors of a draft that is not ready: in the morning of its day, soon before its time, and then."""
    told = 0
    for one in await updates.still_open(unit):
        moment = _reached(one, now, town)
        if moment is not None:
            told += await alone(unit, f"update {one.id}", partial(_remind, unit, one, moment, now))
    return told


async def _remind(unit: Unit, one: UpdateRow, moment: datetime, now: datetime) -> int:
    if await updates.get(unit, one.id, lock=True) != one:
        return 0  # somebody is at it in this moment: the next tick looks again
    await updates.change(unit, one.id, reminded_at=now)
    at, late = moment.isoformat(), moment == one.due_at
    week = one.week.isoformat()
    return await _tell(unit, one.id, week, "news.remind", at, due_at=one.due_at, late=late, now=now)


def _reached(one: UpdateRow, now: datetime, town: TownSettings) -> datetime | None:
    """The last moment of reminding that has come, where it was not told of yet."""
    since = max(one.reminded_at or one.made_at, one.made_at)
    if one.state != DRAFT:
        return None
    return max((moment for moment in reminders(one.due_at, town.tz) if since < moment <= now), default=None)


async def next_reminder(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    moments = [
        moment
        for one in await updates.still_open(unit)
        if one.state == DRAFT
        for moment in reminders(one.due_at, town.tz)
        if moment > max(one.reminded_at or one.made_at, one.made_at)
    ]
    return min(moments, default=None)


async def _tell(
    unit: Unit, update_id: int, week: str, notice: str, at: str, *, due_at: datetime, late: bool, now: datetime
) -> int:
    """Tell every mayor; how many there are."""
    mayors = await roles.mayors(unit)
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice=notice,
                resident_id=mayor,
                dedupe_key=f"{notice}:{update_id}:{at}:{mayor}",
                now=now,
                subject=actions.asking(update_id),
                expires_at=None if late else due_at,
                update=update_id,
                week=week,
                due=due_at.isoformat(),
                late=late,
            )
            for mayor in mayors
        ],
    )
    return len(mayors)


# -- sending -----------------------------------------------------------------------------------------------------------


async def send(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Send the updates that are ready and whose time has come."""
    sent = 0
    for one in await updates.still_open(unit):
        if one.state == READY and one.due_at <= now:
            sent += await alone(unit, f"update {one.id}", partial(_send, unit, one.id, now, town))
    return sent


async def _send(unit: Unit, update_id: int, now: datetime, town: TownSettings) -> int:
    return int(await going_out.send(unit, update_id, town=town, now=now))


async def next_sending(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return min((one.due_at for one in await updates.still_open(unit) if one.state == READY), default=None)


JOBS = (
    Job("news.draft", draft, next_draft),
    Job("news.send", send, next_sending),
    Job("news.remind", remind, next_reminder),
)
