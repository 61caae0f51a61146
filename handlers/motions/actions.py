"""Agendas: what is on one, proposing and seconding items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.kit.who import Who
from handlers.meetings.running import may_run
from handlers.minutes.following import open_of
from handlers.motions import running
from handlers.roles.actions import must_be_resident
from storage import outbox
from storage.queries import agenda_items, guests, meetings, polls
from storage.queries.agenda_items import ItemRow, Part
from storage.queries.follow_ups import FollowUpRow
from storage.queries.meetings import MeetingRow
from storage.queries.polls import PollRow
from storage.tables import ItemState
from storage.unit import Unit
from town.facts import NotAllowed, NotForStewards, NotFound, NotProposed, OwnProposal, TooManyProposals
from town.meetings import has_begun, is_over
from town.text import clean

TOPIC, MOTION, MINUTES = "topic", "motion", "minutes"
MOST_TITLE, MOST_ABOUT = 120, 1000
"""UTF-16 units of an item's words."""

MOST_PROPOSALS = 3
"""Proposals of one person that may wait for seconders of one meeting."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """A meeting's agenda as somebody sees it: `votes` by the poll's id, `seconded` what they second.

    `may_propose`: they are invited and it has not begun, or they run it. `to_do`: what is still open of meetings of the
    same audience, until this one is over.
    """

    meeting: MeetingRow
    items: list[ItemRow]
    votes: Mapping[int, PollRow]
    seconded: frozenset[int]
    needed: int
    runs: bool
    may_propose: bool
    to_do: Sequence[FollowUpRow]


@dataclass(frozen=True, slots=True)
class Page:
    """An item as somebody sees it: `vote` on it, their `part` in that, and what they can do.

    `place` is its number on the agenda, of `many`; 0 while it is not on it. `on`: the meeting is on; `over`: it is not
    any more.
    """

    item: ItemRow
    meeting: MeetingRow
    vote: PollRow | None
    part: Part | None
    place: int
    many: int
    needed: int
    seconded: bool
    runs: bool
    mine: bool
    may_second: bool
    on: bool
    over: bool
    here: bool


@dataclass(frozen=True, slots=True)
class Seconded:
    """What a tap did: `new`, they second it now; `on`, and with that it is on the agenda."""

    item: ItemRow
    new: bool
    on: bool


async def agenda(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> Agenda:
    """A meeting's agenda: every resident may read it. Raises NotAllowed or NotFound."""
    must_be_resident(who)
    meeting = await meetings.get(unit, meeting_id)
    if meeting is None:
        raise NotFound(what="meeting")
    in_charge = await may_run(unit, who, meeting)
    over = meeting.cancelled_at is not None or is_over(meeting, now)
    asked = in_charge or (not has_begun(meeting, now) and await running.is_invited(unit, who, meeting, now))
    return Agenda(
        meeting,
        await agenda_items.of_meeting(unit, meeting_id),
        await agenda_items.votes(unit, meeting_id),
        await agenda_items.seconded_by(unit, meeting_id, who.me),
        running.needed(meeting, who.town),
        runs=in_charge,
        may_propose=asked and not over,
        to_do=[] if over else await open_of(unit, meeting.audience),
    )


async def next_agenda(unit: Unit, *, who: Who, now: datetime) -> Agenda | None:
    """The agenda of the meeting that is on, or comes next, for somebody; None when they are invited to none."""
    meeting_id = await agenda_items.next_meeting(unit, must_be_resident(who), now)
    return None if meeting_id is None else await agenda(unit, who=who, meeting_id=meeting_id, now=now)


async def page(unit: Unit, *, who: Who, item_id: int, now: datetime) -> Page:
    """One item. Raises NotAllowed or NotFound."""
    must_be_resident(who)
    item = await running.item(unit, item_id)
    seen = await agenda(unit, who=who, meeting_id=item.meeting_id, now=now)
    meeting, begun = seen.meeting, has_begun(seen.meeting, now)
    over = meeting.cancelled_at is not None or is_over(meeting, now)
    vote = await polls.get(unit, item.poll_id) if item.poll_id is not None else None
    on_it = [one.id for one in seen.items if one.state == ItemState.ON]
    proposed = item.state == ItemState.PROPOSED and not begun and not over
    mine, guest = item.made_by == who.me, await guests.mine(unit, meeting.id, who.me)
    return Page(
        item,
        meeting,
        vote,
        await agenda_items.part_in(unit, vote.id, who.me) if vote is not None else None,
        place=on_it.index(item.id) + 1 if item.id in on_it else 0,
        many=len(on_it),
        needed=seen.needed,
        seconded=item.id in seen.seconded,
        runs=seen.runs,
        mine=mine,
        may_second=proposed and not mine and await running.is_invited(unit, who, meeting, now),
        on=begun and not over,
        over=over,
        here=guest is not None and guest.here_at is not None,
    )


async def may_propose(unit: Unit, *, who: Who, meeting_id: int, now: datetime) -> bool:
    """Whether what somebody proposes is on the agenda at once, because they run the meeting.

    Raises NotAllowed, NotFound, MeetingOff, MeetingOver, MeetingBegun, NotInvited or TooManyProposals.
    """
    must_be_resident(who)
    meeting = await running.door(unit, meeting_id, now)
    if await may_run(unit, who, meeting):
        return True
    running.check_ahead(meeting, now)
    await running.must_be_invited(unit, who, meeting, now)
    # Read and then written: nobody but they themselves changes it, and of them one update is at work at a time.
    if await agenda_items.proposals_of(unit, meeting_id, who.me) >= MOST_PROPOSALS:
        raise TooManyProposals(most=MOST_PROPOSALS)
    return False


async def propose(
    unit: Unit, *, who: Who, meeting_id: int, kind: str, title: str, about: str, now: datetime
) -> ItemRow:
    """Propose a topic or a motion; whoever runs the meeting puts it on the agenda, and hears of others' proposals.

    Raises what `may_propose` raises, TextEmpty, TextTooLong, and NotFound for another kind.
    """
    if kind not in (TOPIC, MOTION):
        raise NotFound(what="question")
    at_once = await may_propose(unit, who=who, meeting_id=meeting_id, now=now)
    meeting = await running.door(unit, meeting_id, now)
    on = at_once or running.needed(meeting, who.town) == 0
    item_id = await agenda_items.make(
        unit,
        meeting_id=meeting_id,
        kind=kind,
        title=clean(title, MOST_TITLE),
        about=clean(about, MOST_ABOUT, lines=True) if about else "",
        by=who.me,
        on=on,
        now=now,
    )
    item = await running.item(unit, item_id)
    if not at_once:
        await _tell_runners(unit, item, meeting, who=who, now=now)
    return item


async def _tell_runners(unit: Unit, item: ItemRow, meeting: MeetingRow, *, who: Who, now: datetime) -> None:
    fields = about(item, meeting) | {"on": item.state == ItemState.ON}
    rows = [
        outbox.new_row(
            notice="motion.proposed",
            resident_id=runner,
            dedupe_key=f"motion.proposed:{item.id}:{runner}",
            subject=agenda_items.subject(item.id),
            now=now,
            **fields,
        )
        for runner in sorted(running.runners(meeting) - {who.me})
    ]
    await outbox.put(unit, rows)


async def second(unit: Unit, *, who: Who, item_id: int, now: datetime) -> Seconded:
    """Second a proposal; with enough seconders it goes on the agenda, and those who want it are told.

    Raises NotAllowed, NotFound, MeetingOff, MeetingOver, MeetingBegun, OwnProposal, NotInvited or NotProposed.
    """
    must_be_resident(who)
    if who.steward_id is not None:  # it is support, as a vote is
        raise NotForStewards(name=who.name)
    item, meeting = await running.item_at_door(unit, item_id, now)
    if item.made_by == who.me:
        raise OwnProposal
    if item.id in await agenda_items.seconded_by(unit, meeting.id, who.me):
        return Seconded(item, new=False, on=item.state == ItemState.ON)
    if item.state != ItemState.PROPOSED:
        raise NotProposed(title=item.title)
    running.check_ahead(meeting, now)
    await running.must_be_invited(unit, who, meeting, now)
    new = await agenda_items.second(unit, item_id, who.me, now)
    on = await agenda_items.put_on(unit, item, needed=running.needed(meeting, who.town))
    if on:
        await tell_on(unit, item, meeting, who=who, now=now)
    return Seconded(await running.item(unit, item_id), new=new, on=on)


async def tell_on(unit: Unit, item: ItemRow, meeting: MeetingRow, *, who: Who, now: datetime) -> None:
    """Tell whoever proposed an item, who seconds it and who runs the meeting that it is on the agenda."""
    await outbox.withdraw(unit, agenda_items.subject(item.id))
    also = {item.made_by, *running.runners(meeting)}
    fields = about(item, meeting)
    await agenda_items.tell_seconders(unit, item.id, "motion.on", fields, also=also, but=[who.me], now=now)


async def unsecond(unit: Unit, *, who: Who, item_id: int, now: datetime) -> bool:
    """Take one's own second back while the item is a proposal; False when there was none.

    Raises NotAllowed, NotFound, MeetingOff, MeetingOver or NotProposed.
    """
    must_be_resident(who)
    item, _meeting = await running.item_at_door(unit, item_id, now)
    if item.state != ItemState.PROPOSED:
        raise NotProposed(title=item.title)
    return await agenda_items.unsecond(unit, item_id, who.me)


async def withdraw(unit: Unit, *, who: Who, item_id: int, now: datetime) -> ItemRow:
    """Take one's own proposal back. Raises NotAllowed, NotFound, MeetingOff, MeetingOver or NotProposed."""
    me = must_be_resident(who)
    item, _meeting = await running.item_at_door(unit, item_id, now)
    if item.made_by != me:
        raise NotAllowed(needed="caller")
    if item.state != ItemState.PROPOSED:
        raise NotProposed(title=item.title)
    await agenda_items.change(unit, item_id, state=ItemState.WITHDRAWN.value)
    await outbox.withdraw(unit, agenda_items.subject(item_id))
    return item


def about(item: ItemRow, meeting: MeetingRow) -> dict[str, Any]:
    """An item as its notices tell of it."""
    return {
        "item": item.id,
        "kind": item.kind,
        "title": item.title,
        "about": item.about,
        "name": item.name,
        "by": item.made_by,
        "meeting": meeting.id,
        "of": meeting.title,
        "starts_at": None if meeting.starts_at is None else meeting.starts_at.isoformat(),
    }
