"""The agenda of a meeting: its items in order, what is proposed for it and by whom it is seconded.

Whoever changes an agenda holds its door (`door`), so that two changes of one agenda come one after the other.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, delete, exists, func, or_, update

from storage import fanout
from storage.queries import polls as poll_queries
from storage.queries.meetings import COLUMNS as MEETING
from storage.queries.meetings import MeetingRow, guests, meetings
from storage.queries.polls import PollRow, electors, polls
from storage.queries.shifts import residents
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import AgendaItem, AgendaSecond, How, ItemState, table_of
from storage.unit import Unit

items, seconds = table_of(AgendaItem), table_of(AgendaSecond)

LOOKS_BACK = timedelta(hours=12)
"""A meeting that began before this is not on any more, though nobody ended it."""


class ItemRow(NamedTuple):
    """An agenda item, as `storage.tables.AgendaItem`; the name of who made it, and how many second it."""

    id: int
    meeting_id: int
    position: int
    kind: str
    title: str
    about: str
    state: str
    poll_id: int | None
    minutes_of: int | None
    notes: str
    made_by: int
    made_at: datetime
    settled_at: datetime | None
    name: str
    seconds: int


_count = select(func.count()).where(seconds.c.item_id == items.c.id).correlate(items).scalar_subquery()
_columns = (*(items.c[name] for name in ItemRow._fields[:-2]), residents.c.name, _count.label("seconds"))
_items = select(*_columns).join(residents, residents.c.id == items.c.made_by)
_get = _items.where(items.c.id == bindparam("item_id"))
_listed = _items.where(
    items.c.meeting_id == bindparam("meeting_id"), items.c.state.in_([ItemState.ON, ItemState.PROPOSED])
).order_by(case((items.c.state == ItemState.ON, 0), else_=1), items.c.position, items.c.id)
_meeting = select(*MEETING).where(meetings.c.id == bindparam("meeting_id"))
# Neither who is checked in nor who votes waits for this: their rows only point at the meeting's.
_door = _meeting.with_for_update(key_share=True)
_b_item, _b_resident = bindparam("b_item", type_=items.c.id.type), bindparam("b_resident", type_=items.c.id.type)
_b_meeting = bindparam("b_meeting", type_=items.c.id.type)
_make = insert(items).returning(items.c.id)
_on = items.alias("on_agenda")
_last = (
    select(func.coalesce(func.max(_on.c.position), 0) + 1)
    .where(_on.c.meeting_id == _b_meeting, _on.c.state == ItemState.ON)
    .scalar_subquery()
)
_next_position = select(_last)
_is_proposed = and_(items.c.id == _b_item, items.c.state == ItemState.PROPOSED)
_others = select(func.count()).where(seconds.c.item_id == _b_item).scalar_subquery()
_put_on = update(items).where(_is_proposed).values(state=ItemState.ON.value, position=_last)
_put_on_at = _put_on.where(_others >= bindparam("b_needed"))
_second = insert(seconds).on_conflict_do_nothing(index_elements=["item_id", "resident_id"])
_unsecond = delete(seconds).where(
    seconds.c.item_id == _b_item,
    seconds.c.resident_id == _b_resident,
    exists().where(items.c.id == seconds.c.item_id, items.c.state == ItemState.PROPOSED),
)
_seconded = (
    select(seconds.c.item_id)
    .join(items, items.c.id == seconds.c.item_id)
    .where(items.c.meeting_id == bindparam("meeting_id"), seconds.c.resident_id == bindparam("resident_id"))
)
_proposals = select(func.count()).where(
    items.c.meeting_id == bindparam("meeting_id"),
    items.c.made_by == bindparam("resident_id"),
    items.c.state == ItemState.PROPOSED,
)
_swap = (
    update(items)
    .where(items.c.id.in_([bindparam("b_one"), bindparam("b_other")]))
    .values(position=case((items.c.id == bindparam("b_one"), bindparam("b_to")), else_=bindparam("b_from")))
)
_put_to_vote = (
    update(items)
    .where(items.c.id == _b_item, items.c.state == ItemState.ON, items.c.settled_at.is_(None))
    .values(poll_id=bindparam("b_poll"))
)
_settle = update(items).where(items.c.poll_id == bindparam("b_poll")).values(settled_at=bindparam("b_now"))
_votes = (
    select(*(polls.c[name] for name in PollRow._fields))
    .join(items, items.c.poll_id == polls.c.id)
    .where(items.c.meeting_id == bindparam("meeting_id"))
)
_elector = select(electors.c.how).where(
    electors.c.poll_id == bindparam("poll_id"), electors.c.resident_id == bindparam("resident_id")
)
_next = (
    select(meetings.c.id)
    .join(guests, guests.c.meeting_id == meetings.c.id)
    .where(
        guests.c.resident_id == bindparam("resident_id"),
        meetings.c.cancelled_at.is_(None),
        meetings.c.closed_at.is_(None),
        meetings.c.starts_at > bindparam("since"),
    )
    .order_by(meetings.c.starts_at, meetings.c.id)
    .limit(1)
)


async def door(unit: Unit, meeting_id: int) -> MeetingRow | None:
    """A meeting whose agenda is about to change: nobody else changes it, or begins the meeting, until this is done."""
    row = await unit.first(_meeting if unit.is_sqlite else _door, meeting_id=meeting_id)
    return None if row is None else MeetingRow(*row)


async def get(unit: Unit, item_id: int) -> ItemRow | None:
    """An item."""
    row = await unit.first(_get, item_id=item_id)
    return None if row is None else ItemRow(*row)


async def of_meeting(unit: Unit, meeting_id: int) -> list[ItemRow]:
    """What is on a meeting's agenda, in order, and then what is proposed for it."""
    return [ItemRow(*row) for row in await unit.rows(_listed, meeting_id=meeting_id)]


async def votes(unit: Unit, meeting_id: int) -> dict[int, PollRow]:
    """The latest vote on each item of a meeting that had one, by the poll's id."""
    found = [PollRow(*row) for row in await unit.rows(_votes, meeting_id=meeting_id)]
    return {poll.id: poll for poll in found}


async def make(
    unit: Unit,
    *,
    meeting_id: int,
    kind: str,
    title: str,
    by: int,
    now: datetime,
    about: str = "",
    on: bool = True,
    minutes_of: int | None = None,
) -> int:
    """Write an item; its id. It is the last of the agenda, or without `on` a proposal. Call `door` before."""
    position = await unit.value(_next_position, b_meeting=meeting_id) if on else 0
    made = await unit.value(
        _make,
        meeting_id=meeting_id,
        position=position,
        kind=kind,
        title=title,
        about=about,
        notes="",
        state=ItemState.ON if on else ItemState.PROPOSED,
        minutes_of=minutes_of,
        made_by=by,
        made_at=now,
    )
    return int(made)


async def change(unit: Unit, item_id: int, **columns: Any) -> None:
    """Change some columns of an item."""
    await change_row(unit, items, item_id, **columns)


async def put_on(unit: Unit, item: ItemRow, *, needed: int | None = None) -> bool:
    """Put a proposal on the agenda, as its last item; with `needed` only if so many second it.

    One statement decides, so that it happens once. False when it did not.
    """
    given = {"b_item": item.id, "b_meeting": item.meeting_id}
    if needed is None:
        return await unit.run(_put_on, **given) == 1
    return await unit.run(_put_on_at, b_needed=needed, **given) == 1


async def swap(unit: Unit, one: ItemRow, other: ItemRow) -> None:
    """Let two items of an agenda change places."""
    await unit.run(_swap, b_one=one.id, b_other=other.id, b_to=other.position, b_from=one.position)


async def put_to_vote(unit: Unit, item_id: int, poll_id: int) -> bool:
    """Note which vote is on an item. False for one that was taken off the agenda, or decided, in this moment."""
    return await unit.run(_put_to_vote, b_item=item_id, b_poll=poll_id) == 1


async def settle(unit: Unit, poll_id: int, now: datetime) -> None:
    """Note that the vote on an item has decided it."""
    await unit.run(_settle, b_poll=poll_id, b_now=now)


# -- seconders ---------------------------------------------------------------------------------------------------------


async def second(unit: Unit, item_id: int, resident_id: int, now: datetime) -> bool:
    """Note that somebody seconds an item; False when they did so before."""
    return await unit.run(_second, item_id=item_id, resident_id=resident_id, at=now) == 1


async def unsecond(unit: Unit, item_id: int, resident_id: int) -> bool:
    """Take that back, while the item is a proposal."""
    return await unit.run(_unsecond, b_item=item_id, b_resident=resident_id) == 1


async def seconded_by(unit: Unit, meeting_id: int, resident_id: int) -> frozenset[int]:
    """The items of a meeting that somebody seconds."""
    rows = await unit.rows(_seconded, meeting_id=meeting_id, resident_id=resident_id)
    return frozenset(row.item_id for row in rows)


async def proposals_of(unit: Unit, meeting_id: int, resident_id: int) -> int:
    """How many proposals of somebody wait to come on a meeting's agenda."""
    return int(await unit.value(_proposals, meeting_id=meeting_id, resident_id=resident_id))


# -- who is there, and who votes ---------------------------------------------------------------------------------------


async def next_meeting(unit: Unit, resident_id: int, now: datetime) -> int | None:
    """The meeting that somebody is invited to and that is on, or else comes next; None when there is none."""
    found = await unit.value(_next, resident_id=resident_id, since=now - LOOKS_BACK)
    return None if found is None else int(found)


class Part(NamedTuple):
    """Somebody's part in a vote: whether they may vote, whether they have; and how many of them all have."""

    elector: bool
    voted: bool
    turnout: int


async def part_in(unit: Unit, poll_id: int, resident_id: int) -> Part:
    """Somebody's part in a vote, and its turnout."""
    row = await unit.first(_elector, poll_id=poll_id, resident_id=resident_id)
    turnout = await poll_queries.turnout(unit, poll_id)
    return Part(row is not None, row is not None and row.how != How.NOT, turnout)


# -- telling -----------------------------------------------------------------------------------------------------------

_seconders = select(seconds.c.resident_id).where(seconds.c.item_id == _b_item)
_tell = fanout.notice_to(
    residents.c.id,
    residents,
    or_(residents.c.id.in_(bindparam("b_also", expanding=True)), residents.c.id.in_(_seconders)),
    residents.c.id.not_in(bindparam("b_but", expanding=True)),
)


def subject(item_id: int) -> str:
    """What is said of an item is filed under this, so that it can be withdrawn."""
    return f"agenda:{item_id}"


async def tell_seconders(
    unit: Unit,
    item_id: int,
    notice: str,
    fields: dict[str, Any],
    *,
    also: Collection[int],
    but: Collection[int],
    now: datetime,
) -> int:
    """Write a notice to those who second an item and to some others, apart from `but`; how many it goes to."""
    return await fanout.send(
        unit,
        _tell,
        notice=notice,
        key=(f"{notice}:{item_id}:", ""),
        fields=fields,
        now=now,
        subject=subject(item_id),
        b_item=item_id,
        b_also=list(also),
        b_but=list(but),
    )
