"""Follow-ups: what is still to be done after meetings, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.kit.who import Who
from handlers.meetings import running
from handlers.roles.actions import duties_of, must_be_resident
from storage.queries import follow_ups, meetings
from storage.queries.follow_ups import FollowUpRow
from storage.queries.meetings import MeetingRow
from storage.unit import Unit
from town.audience import Audience
from town.facts import MinutesUnpublished, NotFound


async def open_of(unit: Unit, audience: Audience | str) -> list[FollowUpRow]:
    """What is still to be done after all meetings of an audience, what is due first first.

    Left out is what only those who run a meeting see yet: its minutes are not published.
    """
    return await follow_ups.of_audience(unit, str(audience))


@dataclass(frozen=True, slots=True)
class Page:
    """A follow-up as one person sees it: it is theirs (`mine`), they run its meeting (`runs`).

    `may_shift`: they coordinate a project besides, so that they can make a shift of it.
    """

    one: FollowUpRow
    mine: bool
    runs: bool
    may_shift: bool


async def page(unit: Unit, *, who: Who, follow_id: int) -> Page:
    """A follow-up. Raises NotAllowed, NotFound, or MinutesUnpublished for whom it is no business of yet."""
    must_be_resident(who)
    one, meeting = await found(unit, follow_id)
    mine, runs = one.owner_id == who.me, await running.may_run(unit, who, meeting)
    if not (mine or runs) and meeting.published_at is None:
        raise MinutesUnpublished(title=meeting.title)
    may_shift = (mine or runs) and (await duties_of(unit, who.me)).any
    return Page(one, mine, runs, may_shift and one.is_open and (one.shift_id is None or bool(one.shift_cancelled)))


async def mine(unit: Unit, *, who: Who) -> list[FollowUpRow]:
    """What somebody has to do, what is due first first."""
    return await follow_ups.of_owner(unit, must_be_resident(who))


async def all_open(unit: Unit, *, who: Who) -> list[FollowUpRow]:
    """What is open of all meetings that somebody runs, what is due first first."""
    duties = await duties_of(unit, must_be_resident(who))
    if duties.everywhere:
        return await follow_ups.everything(unit)
    return await follow_ups.of_runner(unit, who.me, duties.projects)


async def of_meeting(unit: Unit, *, who: Who, meeting_id: int) -> tuple[MeetingRow, list[FollowUpRow], bool]:
    """What is to be done after a meeting, and whether somebody runs it.

    Raises NotAllowed, NotFound or MinutesUnpublished.
    """
    must_be_resident(who)
    meeting = await running.found(unit, meeting_id)
    runs = await running.may_run(unit, who, meeting)
    if meeting.published_at is None and not runs:
        raise MinutesUnpublished(title=meeting.title)
    return meeting, await follow_ups.of_meeting(unit, meeting_id), runs


async def found(unit: Unit, follow_id: int, *, lock: bool = False) -> tuple[FollowUpRow, MeetingRow]:
    """A follow-up and its meeting. Raises NotFound."""
    one = await follow_ups.get(unit, follow_id, lock=lock)
    meeting = await meetings.get(unit, one.meeting_id) if one is not None else None
    if one is None or meeting is None:
        raise NotFound(what="follow-up")
    return one, meeting


def first_due(listed: Sequence[FollowUpRow]) -> Sequence[FollowUpRow]:
    """What is to be done, what is open first."""
    return sorted(listed, key=lambda one: not one.is_open)
