"""Putting an agenda in order: for whoever runs the meeting."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.who import Who
from handlers.motions import running
from handlers.motions.actions import MOST_ABOUT, MOST_TITLE, about, tell_on
from storage import outbox
from storage.queries import agenda_items, polls
from storage.queries.agenda_items import ItemRow
from storage.queries.meetings import MeetingRow
from storage.tables import ItemState
from storage.unit import Unit
from town.facts import NotOnAgenda, NotProposed, VoteIsOn, VoteWasTaken
from town.text import clean

MOST_REASON = 200
"""UTF-16 units of a reason."""


async def on_agenda(unit: Unit, *, who: Who, item_id: int, now: datetime) -> tuple[ItemRow, MeetingRow]:
    """An item that whoever runs the meeting may change: no vote on it is open, and none has decided it.

    Raises NotFound, MeetingOff, MeetingOver, NotAllowed, NotOnAgenda, VoteIsOn or VoteWasTaken.
    """
    item, meeting = await running.item_at_door(unit, item_id, now)
    await running.must_run(unit, who, meeting)
    if item.state != ItemState.ON:
        raise NotOnAgenda(title=item.title)
    await check_no_vote(unit, item)
    return item, meeting


async def check_no_vote(unit: Unit, item: ItemRow) -> None:
    """Whether an item can still change, or be put to the vote. Raises VoteIsOn or VoteWasTaken."""
    vote = await polls.get(unit, item.poll_id) if item.poll_id is not None else None
    if vote is not None and vote.closed_at is None and vote.cancelled_at is None:
        raise VoteIsOn(title=item.title)
    if vote is not None:  # it may have been counted since the item was read
        item = await running.item(unit, item.id)
    if item.settled_at is not None:
        raise VoteWasTaken(title=item.title)


async def take(unit: Unit, *, who: Who, item_id: int, now: datetime) -> ItemRow:
    """Put a proposal on the agenda without waiting for seconders; who wants it is told.

    Raises NotFound, MeetingOff, MeetingOver, NotAllowed or NotProposed.
    """
    item, meeting = await running.item_at_door(unit, item_id, now)
    await running.must_run(unit, who, meeting)
    if not await agenda_items.put_on(unit, item):
        raise NotProposed(title=item.title)
    await tell_on(unit, item, meeting, who=who, now=now)
    return item


async def may_decline(unit: Unit, *, who: Who, item_id: int, now: datetime) -> ItemRow:
    """An item that can be declined, or taken off the agenda.

    Raises NotFound, MeetingOff, MeetingOver, NotAllowed, NotOnAgenda, VoteIsOn or VoteWasTaken.
    """
    item, meeting = await running.item_at_door(unit, item_id, now)
    await running.must_run(unit, who, meeting)
    if item.state not in (ItemState.PROPOSED, ItemState.ON):
        raise NotOnAgenda(title=item.title)
    await check_no_vote(unit, item)
    return item


async def decline(unit: Unit, *, who: Who, item_id: int, reason: str, now: datetime) -> ItemRow:
    """Decline a proposal, or take an item off the agenda; whoever proposed it, and who seconds it, is told why.

    Raises what `may_decline` raises, TextEmpty or TextTooLong.
    """
    item = await may_decline(unit, who=who, item_id=item_id, now=now)
    _item, meeting = await running.item_at_door(unit, item_id, now)
    await agenda_items.change(unit, item_id, state=ItemState.DECLINED.value)
    await outbox.withdraw(unit, agenda_items.subject(item_id))
    fields = about(item, meeting) | {
        "reason": clean(reason, MOST_REASON),
        "was_on": item.state == ItemState.ON,
        "decliner": who.name,
    }
    await agenda_items.tell_seconders(
        unit, item_id, "motion.declined", fields, also=[item.made_by], but=[who.me], now=now
    )
    return item


async def move(unit: Unit, *, who: Who, item_id: int, by: int, now: datetime) -> ItemRow:
    """Move an item one place up (`by` -1) or down (1); at the end of the agenda it stays where it is.

    Raises NotFound, MeetingOff, MeetingOver, NotAllowed or NotOnAgenda.
    """
    item, meeting = await running.item_at_door(unit, item_id, now)
    await running.must_run(unit, who, meeting)
    listed = [one for one in await agenda_items.of_meeting(unit, meeting.id) if one.state == ItemState.ON]
    at = next((at for at, one in enumerate(listed) if one.id == item_id), None)
    if at is None:
        raise NotOnAgenda(title=item.title)
    if 0 <= at + by < len(listed):
        await agenda_items.swap(unit, item, listed[at + by])
    return item


async def change(
    unit: Unit, *, who: Who, item_id: int, now: datetime, title: str | None = None, explained: str | None = None
) -> ItemRow:
    """Change the words of an item that is on the agenda; whoever proposed it is told.

    Raises what `on_agenda` raises, TextEmpty or TextTooLong.
    """
    item, meeting = await on_agenda(unit, who=who, item_id=item_id, now=now)
    if title is not None:
        item = item._replace(title=clean(title, MOST_TITLE))
    if explained is not None:
        item = item._replace(about=clean(explained, MOST_ABOUT, lines=True) if explained else "")
    await agenda_items.change(unit, item_id, title=item.title, about=item.about)
    if item.made_by != who.me:
        row = outbox.new_row(
            notice="motion.changed",
            resident_id=item.made_by,
            dedupe_key=f"motion.changed:{item.id}:{now.isoformat()}",
            subject=agenda_items.subject(item.id),
            now=now,
            changer=who.name,
            **about(item, meeting),
        )
        await outbox.put(unit, [row])
    return item
