"""What the ticker does about messages to many: it begins what is due, ends what is over, and gives up what nobody has
approved in time."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from handlers.broadcasts import sending
from handlers.broadcasts.telling import tell_author
from handlers.kit.alone import alone
from handlers.kit.capability import Job
from storage import outbox
from storage.queries import broadcasts
from storage.unit import Unit
from town.settings import TownSettings


async def begin(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Begin the messages whose time has come; how many."""
    return sum(
        [
            await alone(unit, f"broadcast {one.id}", partial(_begin, unit, one.id, now, town))
            for one in await broadcasts.due(unit, now)
        ]
    )


async def _begin(unit: Unit, broadcast_id: int, now: datetime, town: TownSettings) -> int:
    return int(await sending.begin_due(unit, broadcast_id=broadcast_id, town=town, now=now))


async def next_begin(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return await broadcasts.next_due(unit)


async def end(unit: Unit, now: datetime, town: TownSettings) -> int:
    """End the messages of which nothing waits any more; how many. Who wrote one sees that on its card, or is told."""
    return sum(
        [await alone(unit, f"broadcast {one}", partial(_end, unit, one, now)) for one in await broadcasts.over(unit)]
    )


async def _end(unit: Unit, broadcast_id: int, now: datetime) -> int:
    one = await sending.end_over(unit, broadcast_id=broadcast_id, now=now)
    if one is None:
        return 0
    if not await broadcasts.card_tells(unit, one):
        progress = await outbox.progress(unit, broadcast_id)
        await tell_author(unit, one, "broadcast.ended", now=now, sent=progress.sent, people=one.people)
    return 1


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    """It depends on the delivery, not on a moment: now, where there is something to end."""
    return now if await broadcasts.over(unit) else None


async def expire(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Give up the messages that nobody has approved in time, and tell who wrote them; how many."""
    late = [one for one in await broadcasts.proposed(unit) if sending.waits_until(one) <= now]
    return sum([await alone(unit, f"broadcast {one.id}", partial(_expire, unit, one.id, now)) for one in late])


async def _expire(unit: Unit, broadcast_id: int, now: datetime) -> int:
    one = await sending.expire(unit, broadcast_id=broadcast_id, now=now)
    if one is None:
        return 0
    await tell_author(unit, one, "broadcast.lapsed", now=now)
    return 1


async def next_expiry(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    return min((sending.waits_until(one) for one in await broadcasts.proposed(unit)), default=None)


JOBS = (
    Job("broadcasts.begin", begin, next_begin),
    Job("broadcasts.end", end, next_end),
    Job("broadcasts.expire", expire, next_expiry),
)
