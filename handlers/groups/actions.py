"""What a group changes: its own address, and when it was last answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from storage.queries import accounts
from storage.unit import Unit

QUIET = timedelta(minutes=1)
"""One answer a group in this time: many hands on many commands must not fill it."""

ANSWERED = "answered"


async def follow_group(unit: Unit, *, who: Who, old: int, new: int) -> None:
    """Keep the group's account under its new id."""
    await accounts.move(unit, channel=who.channel, address=str(old), to=str(new))


def may_answer(seat: Seat, *, now: datetime) -> bool:
    """Whether a group may be answered again; if so, that is noted."""
    last = seat.data.get(ANSWERED)
    if last is not None and now - datetime.fromisoformat(last) < QUIET:
        return False
    seat.data = {**seat.data, ANSWERED: now.isoformat()}
    return True
