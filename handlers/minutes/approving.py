"""Approving minutes: they are put on the next meeting's agenda, and stand when nobody objects, or by a vote.

Whoever locks both locks the meeting that approves before the one whose minutes they are, as who ends it does.
"""

from __future__ import annotations

from datetime import datetime

from handlers.kit.screens import cut
from handlers.kit.who import Who
from handlers.meetings import running
from handlers.minutes.content import fields_of, item_of
from locales import _, speaking
from storage.queries import agenda_items, meetings, minutes, polls
from storage.queries import town as town_queries
from storage.queries.meetings import MeetingRow
from storage.queries.minutes import ItemRow
from storage.queries.polls import PollRow
from storage.tables import ItemState
from storage.unit import Unit
from town.facts import (
    MeetingBegun,
    MinutesApproved,
    MinutesUnpublished,
    NotFound,
    NotOnAgenda,
    VoteIsOn,
    VoteWasTaken,
)
from town.polls import Result
from town.settings import TownSettings

MOST_TITLE = 100
"""Characters of what an item is called."""


async def propose(unit: Unit, *, meeting_id: int, now: datetime) -> int:
    """Put published minutes that nobody has approved on top of a coming meeting's agenda; how many there are.

    They are those of earlier meetings of the same audience that stand on no other agenda.
    """
    found = {one.minutes_of for one in await minutes.to_propose(unit, now, meeting_id)}
    meeting = await agenda_items.door(unit, meeting_id) if found else None
    if meeting is None:
        return 0
    for minutes_of in sorted(found):
        await meetings.get(unit, minutes_of, lock=True)
    # Once more: from here on nobody else puts them there, or approves them.
    waiting = [one for one in await minutes.to_propose(unit, now, meeting_id) if one.minutes_of in found]
    for one in reversed(waiting):  # each goes on top, so that the oldest comes first
        await _put_on(unit, meeting_id, one.minutes_of, one.title, by=meeting.made_by, now=now)
    return len(waiting)


async def _put_on(unit: Unit, meeting_id: int, minutes_of: int, title: str, *, by: int, now: datetime) -> int:
    """Put minutes on top of an agenda, called what they are in the town's language; the item's id."""
    town = await town_queries.settings(unit)
    with speaking(town.language):
        called = cut(_("Minutes of “{title}”", title=title).unescape(), MOST_TITLE)
    return await minutes.put_on_top(unit, meeting_id, minutes_of, called, by=by, now=now)


async def propose_everywhere(unit: Unit, now: datetime) -> int:
    """Put all minutes that wait on the agenda of the next meeting of their audience; how many there are."""
    done, found = 0, dict.fromkeys(one.meeting_id for one in await minutes.to_propose(unit, now))
    for meeting_id in sorted(found):
        await agenda_items.door(unit, meeting_id)
    for meeting_id in found:
        done += await propose(unit, meeting_id=meeting_id, now=now)
    return done


async def choose(unit: Unit, *, who: Who, minutes_of: int, now: datetime) -> tuple[MeetingRow, list[MeetingRow]]:
    """A meeting whose minutes are to be approved, and the coming ones at which they can be that somebody runs.

    Raises NotFound, NotAllowed, MinutesUnpublished or MinutesApproved.
    """
    meeting = await running.must_run(unit, who, minutes_of)
    _must_wait(meeting)
    coming = await minutes.coming(unit, now, but=minutes_of)
    return meeting, [one for one in coming if await running.may_run(unit, who, one)]


async def put(unit: Unit, *, who: Who, minutes_of: int, meeting_id: int, now: datetime) -> tuple[MeetingRow, int]:
    """Put minutes on the agenda of a coming meeting of one's choice; that meeting, and the item's id.

    Raises NotFound, NotAllowed, MinutesUnpublished, MinutesApproved or MeetingBegun.
    """
    target = await running.must_run(unit, who, meeting_id, lock=True)
    meeting = await running.must_run(unit, who, minutes_of, lock=True)
    _must_wait(meeting)
    running.must_be_on(target)
    if target.opened_at is not None or (target.starts_at is not None and target.starts_at <= now):
        raise MeetingBegun(title=target.title)
    for one in await minutes.agenda(unit, meeting_id):
        if one.item.minutes_of == minutes_of:
            return target, one.item.id
    return target, await _put_on(unit, meeting_id, minutes_of, meeting.title, by=who.me, now=now)


async def to_approve(unit: Unit, *, who: Who, item_id: int, lock: bool = False) -> tuple[ItemRow, MeetingRow]:
    """Minutes on the agenda of a meeting that somebody runs: the item, and the meeting whose minutes they are.

    Raises NotFound, NotAllowed, NotOnAgenda, MinutesApproved or VoteWasTaken.
    """
    item, _meeting = await item_of(unit, who=who, item_id=item_id, lock=lock)
    if item.minutes_of is None or item.state != ItemState.ON:
        raise NotOnAgenda(title=item.title)
    meeting = await meetings.get(unit, item.minutes_of, lock=lock)
    if meeting is None:
        raise NotFound(what="meeting")
    _must_wait(meeting)
    if lock:  # a vote may have ended in this very moment
        item = await minutes.item(unit, item_id) or item
    if item.settled_at is not None:
        raise VoteWasTaken(title=item.title)
    return item, meeting


async def approve(unit: Unit, *, who: Who, item_id: int, now: datetime) -> MeetingRow:
    """Approve minutes to which nobody objects; the meeting whose minutes they are.

    Raises what `to_approve` raises, MeetingOff, MeetingNotBegun, or VoteIsOn where they were put to the vote.
    """
    item, meeting = await to_approve(unit, who=who, item_id=item_id, lock=True)
    there = await running.found(unit, item.meeting_id)
    running.must_be_on(there)
    running.must_have_begun(there, now)
    poll = await polls.get(unit, item.poll_id) if item.poll_id is not None else None
    if poll is not None and poll.closed_at is None and poll.cancelled_at is None:
        raise VoteIsOn(title=item.title)
    await _approved(unit, item, meeting, now)
    return meeting._replace(approved_at=now)


async def after_approval(unit: Unit, poll: PollRow, *, town: TownSettings, now: datetime) -> None:
    """Approve the minutes that a poll (subject "minutes:<agenda item>") was about, if it passed.

    If it did not, the item is settled, and they go on the next agenda; without a decision they can be put to the vote
    again.
    """
    number = poll.subject.partition(":")[2]
    item = await minutes.item(unit, int(number)) if number.isdecimal() else None
    if item is None or item.minutes_of is None:
        return
    meeting = await meetings.get(unit, item.minutes_of, lock=True)
    if poll.outcome == Result.FAILED or (meeting is not None and meeting.approved_at is not None):
        await minutes.change_item(unit, item.id, settled_at=now)
    elif poll.outcome == Result.PASSED and meeting is not None:
        await _approved(unit, item, meeting, now)


async def _approved(unit: Unit, item: ItemRow, meeting: MeetingRow, now: datetime) -> None:
    await meetings.change(unit, meeting.id, approved_at=now)
    await minutes.change_item(unit, item.id, settled_at=now)
    await minutes.take_off_others(unit, meeting.id, but=item.id)
    await minutes.tell_invited(unit, meeting.id, "minutes.approved", fields_of(meeting), now=now)


def _must_wait(meeting: MeetingRow) -> None:
    """Raises MinutesUnpublished or MinutesApproved."""
    if meeting.published_at is None:
        raise MinutesUnpublished(title=meeting.title)
    if meeting.approved_at is not None:
        raise MinutesApproved(title=meeting.title)
