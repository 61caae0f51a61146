"""Motions put to the vote while the meeting is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit.who import Who
from handlers.meetings import steering
from handlers.motions import running
from handlers.motions.actions import TOPIC
from handlers.motions.ordering import on_agenda
from handlers.polls import closing, opening
from handlers.polls.opening import YES_NO, NewPoll
from storage.queries import agenda_items, meetings, polls
from storage.queries.agenda_items import ItemRow
from storage.queries.meetings import MeetingRow
from storage.queries.polls import Option, PollRow
from storage.unit import Unit
from town.audience import MEETING, ROLE, Audience, parse
from town.facts import BadLength, BadQuorum, NobodyHere, NotForVote, NotFound, NotOnAgenda
from town.meetings import quorum_of
from town.polls import LEAST_OPTIONS, Kind, Threshold, read_options

KINDS = (Kind.YESNO, Kind.SINGLE, Kind.RANKED)
LONGEST = 180
"""Minutes that a vote in a meeting may take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How a motion is put to the vote. `here`: to those who are there; `minutes` 0: until somebody closes it."""

    here: bool
    quorum: int
    quorum_people: bool
    kind: str = Kind.YESNO.value
    options: tuple[str, ...] = ()
    secret: bool = False
    threshold: str = Threshold.SIMPLE.value
    of_electorate: bool = False
    minutes: int = 0


def asks_role(meeting: MeetingRow) -> bool:
    """Whether a meeting is one of a role, like the council: all who hold it vote, and nobody else does."""
    return parse(meeting.audience).kind == ROLE


def usual(meeting: MeetingRow) -> Asked:
    """How a motion is usually put to the vote: to those who are there, by simple majority, with the meeting's quorum.

    A share of those invited becomes a number of people, since those who are there are fewer.
    """
    if asks_role(meeting):
        return Asked(here=False, quorum=meeting.quorum, quorum_people=meeting.quorum_people)
    return Asked(here=True, quorum=quorum_of(meeting), quorum_people=True)


async def may_put(unit: Unit, *, who: Who, item_id: int, now: datetime) -> tuple[ItemRow, MeetingRow]:
    """An item that can be put to the vote now, and its meeting.

    Raises NotFound, MeetingOff, MeetingOver, MeetingNotBegun, NotAllowed, NotOnAgenda, NotForVote, VoteIsOn or
    VoteWasTaken.
    """
    item, meeting = await on_agenda(unit, who=who, item_id=item_id, now=now)
    running.check_on(meeting, now)
    if item.kind == TOPIC:
        raise NotForVote(title=item.title)
    return item, meeting


async def put(unit: Unit, *, who: Who, item_id: int, asked: Asked, now: datetime) -> PollRow:
    """Put an item to the vote: who may vote is written down now, and they are told at once.

    Raises what `may_put` raises, NotFound for another kind, BadLength, BadQuorum, BadOptions or NobodyHere.
    """
    item, meeting = await may_put(unit, who=who, item_id=item_id, now=now)
    check(asked)
    here = asked.here and not asks_role(meeting)
    new = NewPoll(
        question=item.title,
        about=item.about,
        kind=asked.kind,
        options=YES_NO if asked.kind == Kind.YESNO else tuple(Option(name, {}) for name in asked.options),
        audience=str(Audience(MEETING, meeting.id)) if here else meeting.audience,
        closes_at=now + timedelta(minutes=asked.minutes) if asked.minutes else None,
        secret=asked.secret,
        benefits_only=meeting.benefits_only,
        quorum=asked.quorum,
        quorum_people=asked.quorum_people,
        threshold=asked.threshold,
        of_electorate=asked.of_electorate,
        project_id=meeting.project_id,
        meeting_id=meeting.id,
        subject=f"{item.kind}:{item.id}",
    )
    poll_id = await opening.make(unit, by=who.me, new=new, town=who.town, now=now)
    poll = await polls.get(unit, poll_id)
    if poll is None or not poll.electorate:
        raise NobodyHere(title=meeting.title)
    if not await agenda_items.put_to_vote(unit, item.id, poll_id):
        raise NotOnAgenda(title=item.title)  # minutes that were approved elsewhere in this moment
    await steering.begins(unit, meeting, now)  # who votes has begun, though nobody said so: it ends when somebody does
    return poll


async def close(unit: Unit, *, who: Who, item_id: int, now: datetime) -> bool:
    """Close the vote on an item; False when none was open any more. Raises NotFound or NotAllowed."""
    item = await running.item(unit, item_id)
    meeting = await meetings.get(unit, item.meeting_id)
    if meeting is None:
        raise NotFound(what="meeting")
    await running.must_run(unit, who, meeting)
    if item.poll_id is None:
        return False
    return await closing.close(unit, item.poll_id, town=who.town, now=now) is not None


def check(asked: Asked) -> None:
    """Whether a motion can be put to the vote like that. Raises NotFound, BadLength, BadQuorum or BadOptions."""
    if asked.kind not in KINDS or asked.threshold not in list(Threshold):
        raise NotFound(what="question")
    if not 0 <= asked.minutes <= LONGEST:
        raise BadLength(given=str(asked.minutes))
    if not 0 <= asked.quorum <= (1_000_000 if asked.quorum_people else 100):
        raise BadQuorum(given=str(asked.quorum))
    if asked.kind != Kind.YESNO:
        read_options("\n".join(asked.options), least=LEAST_OPTIONS)
