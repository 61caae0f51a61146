"""What a group changes: its own address, when it was last answered, and the cards that are posted in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.roles.actions import Duties, duties_of
from storage.queries import accounts, groups
from storage.queries.meetings import MeetingRow
from storage.queries.polls import PollRow
from storage.tables import ResidentState
from storage.unit import Unit
from town.audience import TOWN, parse
from town.facts import NotAllowed

QUIET = timedelta(minutes=1)
"""One answer a group in this time: many hands on many commands must not fill it."""

MOST_CARDS = 3
"""Polls, or meetings, that one command shows."""

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


class Posted(NamedTuple):
    """What came of asking for the polls' cards: those that are posted now, and those that stand in the group already.

    Both are empty where no poll runs.
    """

    new: tuple[PollRow, ...]
    there: tuple[PollRow, ...]


async def post_cards(unit: Unit, *, who: Who, user_id: int, now: datetime) -> Posted:
    """Have the cards of the newest polls posted in the group whose account `who` is, for who wrote there.

    Somebody who answers for the whole town shows its polls and those of every project; a coordinator those of the town
    and of their own project. Raises NotAllowed.
    """
    duties = await _duties_in(unit, user_id)
    found = [poll for poll in await groups.running_polls(unit, now) if _concerns(duties, poll.audience)][:MOST_CARDS]
    new = [poll for poll in found if await groups.put_card(unit, poll.id, who.account_id, now=now)]
    return Posted(tuple(new), tuple(poll for poll in found if poll not in new))


async def coming_meetings(unit: Unit, *, user_id: int, now: datetime) -> list[MeetingRow]:
    """The next meetings that somebody who wrote in a group may show there. Raises NotAllowed."""
    duties = await _duties_in(unit, user_id)
    coming = await groups.coming_meetings(unit, now)
    return [meeting for meeting in coming if _concerns(duties, meeting.audience)][:MOST_CARDS]


async def _duties_in(unit: Unit, user_id: int) -> Duties:
    """The duties of who wrote in a group: by the account that they talk with in private. Raises NotAllowed."""
    speaker = await groups.speaker(unit, str(user_id))
    is_resident = speaker is not None and speaker.state == ResidentState.RESIDENT
    duties = await duties_of(unit, speaker.resident_id if speaker is not None and is_resident else None)
    if not duties.any:
        raise NotAllowed(needed="a coordinator")
    return duties


def _concerns(duties: Duties, audience: str) -> bool:
    """Whether something for this audience, of the town or of a project, is theirs to show."""
    return audience == TOWN or duties.covers(parse(audience).id)
