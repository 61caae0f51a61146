"""Closing a poll: the door is shut, the ballots are counted, and everybody hears what came of it, at one go."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from handlers.meetings.dating import after_date_poll
from handlers.minutes.approving import after_approval
from handlers.minutes.registering import after_poll
from handlers.motions.settling import after_motion
from handlers.polls.opening import said
from handlers.tellers.closing import before_count
from storage import outbox
from storage.queries import ballots, polls, rolls
from storage.queries.polls import PollRow
from storage.unit import Unit
from town.counting import Counter, Tally, decide
from town.poll_file import result_of
from town.polls import Result
from town.settings import TownSettings

AFTER: dict[str, Callable[..., Awaitable[bool | None]]] = {
    "": after_poll,
    "date": after_date_poll,
    "minutes": after_approval,
    "motion": after_motion,
}
"""What a closed poll means in the room that asked it, by the first word of its subject; "": the register keeps it.

A room that answers True has told everybody more than the result says: they get no notice of that."""


async def close(
    unit: Unit, poll_id: int, *, town: TownSettings, now: datetime, only_due: bool = False
) -> PollRow | None:
    """Close a poll that is open, whoever says so; it as it is then. None when it was not open any more.

    `only_due`: because its time has come; None too for one that was given more time meanwhile.

    Votes that have begun are waited for and counted; none begins until this is committed, and then finds it closed.
    """
    await polls.close_door(unit, poll_id)
    poll = await polls.get(unit, poll_id, lock=True)
    if poll is None or poll.opened_at is None or poll.closed_at is not None or poll.cancelled_at is not None:
        return None
    if only_due and poll.running(now):
        return None
    await before_count(unit, poll, now)
    tally, digest = await count(unit, poll)
    decided, voted = decide(poll.asked, tally, poll.electorate), await rolls.voted(unit, poll_id)
    outcome: dict[str, Any] = {
        "closed_at": now,
        "outcome": decided.result.value,
        "winners": ",".join(map(str, decided.winners)),
        "tally": json.dumps(result_of(tally, decided) | {"voted": voted}, separators=(",", ":")),
        "digest": digest,
    }
    await polls.change(unit, poll_id, **outcome)
    closed = poll._replace(**outcome)
    await outbox.withdraw(unit, polls.subject(poll_id))
    after = AFTER.get(closed.subject.partition(":")[0])
    if after is None or not await after(unit, closed, town=town, now=now):
        await polls.tell(unit, closed, "poll.result", result_fields(closed), now=now)
    return closed


async def count(unit: Unit, poll: PollRow) -> tuple[Tally, str]:
    """Count a poll's ballots; with the digest of a secret poll's list of them, "" of an open one's."""
    counter = Counter(poll.asked)
    while counter.wants_more:
        async for page in ballots.choices(unit, poll):
            counter.take(page)
        counter.end_pass()
    return counter.tally(), await _digest(unit, poll) if poll.secret else ""


async def _digest(unit: Unit, poll: PollRow) -> str:
    """The SHA-256 of the ballots, a line each ("RECEIPT choice"), in the order of the receipts."""
    found = hashlib.sha256()
    async for page in ballots.secret_pages(unit, poll.id):
        found.update("".join([f"{receipt} {choice}\n" for receipt, choice in page]).encode())
    return found.hexdigest()


def result_fields(poll: PollRow) -> dict[str, Any]:
    """What the notice of a result needs: a poll as its notices tell of it, and what came of it."""
    asked = {name: value for name, value in said(poll).items() if name != "about"}  # thousands of copies are kept
    return asked | {
        "outcome": poll.outcome,
        "winners": list(poll.winning),
        "tally": json.loads(poll.tally),
        "threshold": poll.threshold,
        "of_electorate": poll.of_electorate,
        "digest": poll.digest,
    }


async def cancel(unit: Unit, poll: PollRow, *, reason: str, now: datetime, tell: bool = True) -> bool:
    """Call a poll off: nothing is counted, and its electorate is told why. Ballots of a secret one are thrown away.

    Without `tell` they are not: whoever calls it off tells them more. False when it was closed or called off in this
    very moment.
    """
    await polls.close_door(unit, poll.id)
    fresh = await polls.get(unit, poll.id, lock=True)
    if fresh is None or fresh.closed_at is not None or fresh.cancelled_at is not None:
        return False
    await polls.change(unit, poll.id, cancelled_at=now, outcome=Result.CANCELLED.value)
    if poll.secret:
        await ballots.throw_away(unit, poll.id)
    await before_count(unit, poll, now)
    await outbox.withdraw(unit, polls.subject(poll.id))
    if tell:
        await polls.tell(unit, poll, "poll.cancelled", said(fresh) | {"reason": reason}, now=now)
    return True
