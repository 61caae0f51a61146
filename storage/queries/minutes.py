"""Minutes: what a meeting's agenda came to, who was there, and which minutes wait to be approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, update

from storage import fanout
from storage.queries.meetings import COLUMNS, MeetingRow, guests, meetings
from storage.queries.polls import COLUMNS as POLL_COLUMNS
from storage.queries.polls import PollRow, polls
from storage.queries.shifts import residents
from storage.rows import change as change_row
from storage.sql import bindparam, insert, select
from storage.tables import AgendaItem, ItemState, table_of
from storage.unit import Unit

items = table_of(AgendaItem)


class ItemRow(NamedTuple):
    """An agenda item, as `storage.tables.AgendaItem`."""

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
    changed_at: datetime | None
    made_by: int
    settled_at: datetime | None


class Voted(NamedTuple):
    """An agenda item, and the poll that it was put to the vote with."""

    item: ItemRow
    poll: PollRow | None


class Attended(NamedTuple):
    """Who called a meeting and who writes its minutes (names, "" for nobody), and how many were there."""

    caller: str
    secretary: str
    here: int


_ITEM = tuple(items.c[name] for name in ItemRow._fields)
_item = select(*_ITEM).where(items.c.id == bindparam("item_id"))
_item_locked = _item.with_for_update()
_agenda = (
    select(*_ITEM, *POLL_COLUMNS)
    .select_from(items.outerjoin(polls, polls.c.id == items.c.poll_id))
    .where(items.c.meeting_id == bindparam("meeting_id"), items.c.state == ItemState.ON)
    .order_by(items.c.position, items.c.id)
)
secretaries = residents.alias("secretaries")
_here = (
    select(func.count())
    .where(guests.c.meeting_id == meetings.c.id, guests.c.here_at.is_not(None))
    .correlate(meetings)
    .scalar_subquery()
)
_attended = (
    select(residents.c.name, func.coalesce(secretaries.c.name, ""), _here)
    .select_from(
        meetings.join(residents, residents.c.id == meetings.c.made_by).outerjoin(
            secretaries, secretaries.c.id == meetings.c.secretary_id
        )
    )
    .where(meetings.c.id == bindparam("meeting_id"))
)
_was_here = select(guests.c.here_at).where(
    guests.c.meeting_id == bindparam("meeting_id"), guests.c.resident_id == bindparam("resident_id")
)
_everybody = fanout.notice_to(guests.c.resident_id, guests, guests.c.meeting_id == bindparam("b_meeting"))


async def item(unit: Unit, item_id: int, *, lock: bool = False) -> ItemRow | None:
    """An agenda item; locked, nobody else changes it until this transaction ends."""
    row = await unit.first(_item_locked if lock and not unit.is_sqlite else _item, item_id=item_id)
    return None if row is None else ItemRow(*row)


async def change_item(unit: Unit, item_id: int, **columns: Any) -> None:
    """Change some columns of an agenda item."""
    await change_row(unit, items, item_id, **columns)


async def agenda(unit: Unit, meeting_id: int) -> list[Voted]:
    """What is on a meeting's agenda, in order, each with its vote."""
    many = len(_ITEM)
    return [
        Voted(ItemRow(*row[:many]), None if row[many] is None else PollRow(*row[many:]))
        for row in await unit.rows(_agenda, meeting_id=meeting_id)
    ]


async def attended(unit: Unit, meeting_id: int) -> Attended:
    """Who ran a meeting, and how many were there. The meeting must be there."""
    row = await unit.first(_attended, meeting_id=meeting_id)
    return Attended("", "", 0) if row is None else Attended(*row)


async def was_here(unit: Unit, meeting_id: int, resident_id: int) -> bool:
    """Whether somebody was there at a meeting."""
    return await unit.value(_was_here, meeting_id=meeting_id, resident_id=resident_id) is not None


async def tell_invited(unit: Unit, meeting_id: int, notice: str, fields: Mapping[str, Any], *, now: datetime) -> int:
    """One notice to everybody who was invited to a meeting, or came; how many it goes to."""
    return await fanout.send(
        unit,
        _everybody,
        notice=notice,
        key=(f"{notice}:{meeting_id}:", ""),
        fields=fields,
        now=now,
        subject=f"minutes:{meeting_id}",
        b_meeting=meeting_id,
    )


# -- approval ----------------------------------------------------------------------------------------------------------

later, holding = meetings.alias("later"), meetings.alias("holding")
LATELY = timedelta(days=1)
"""So long after its beginning a meeting that nobody closed may still approve what is on its agenda."""

_now = bindparam("now", type_=meetings.c.starts_at.type)
_put = insert(items).returning(items.c.id)
_top = select(func.min(items.c.position)).where(items.c.meeting_id == bindparam("meeting_id"))
_there = exists().where(items.c.minutes_of == meetings.c.id, items.c.meeting_id == later.c.id)
_elsewhere = exists(
    select(items.c.id)
    .join(holding, holding.c.id == items.c.meeting_id)
    .where(
        items.c.minutes_of == meetings.c.id,
        items.c.state == ItemState.ON,
        items.c.settled_at.is_(None),
        holding.c.closed_at.is_(None),
        holding.c.cancelled_at.is_(None),
        or_(
            holding.c.starts_at.is_(None),
            holding.c.starts_at > bindparam("lately", type_=meetings.c.starts_at.type),
        ),
    )
)
_COMING = (
    later.c.called_at.is_not(None),
    later.c.opened_at.is_(None),
    later.c.closed_at.is_(None),
    later.c.cancelled_at.is_(None),
    or_(later.c.starts_at.is_(None), later.c.starts_at > _now),
)
_WAITING = (meetings.c.published_at.is_not(None), meetings.c.approved_at.is_(None), meetings.c.cancelled_at.is_(None))
_to_propose = (
    select(later.c.id, meetings.c.id, meetings.c.title)
    .select_from(
        meetings.join(
            later,
            and_(
                later.c.audience == meetings.c.audience,
                later.c.id != meetings.c.id,
                or_(later.c.starts_at.is_(None), later.c.starts_at > meetings.c.starts_at),
            ),
        )
    )
    .where(*_WAITING, *_COMING, ~_there, ~_elsewhere)
    .order_by(later.c.starts_at.is_(None), later.c.starts_at, later.c.id, meetings.c.starts_at, meetings.c.id)
)
_to_propose_at = _to_propose.where(later.c.id == bindparam("meeting_id"))
_coming = (
    select(*(later.c[column.name] for column in COLUMNS))
    .select_from(later)
    .where(*_COMING, later.c.id != bindparam("meeting_id"))
    .order_by(later.c.starts_at.is_(None), later.c.starts_at, later.c.id)
)
_withdraw_others = (
    update(items)
    .where(
        items.c.minutes_of == bindparam("b_minutes"),
        items.c.settled_at.is_(None),
        items.c.state == ItemState.ON,
        items.c.id != bindparam("b_item"),
    )
    .values(state=bindparam("b_state"))
)


class Waiting(NamedTuple):
    """A coming meeting, and one whose minutes it is to approve."""

    meeting_id: int
    minutes_of: int
    title: str


async def to_propose(unit: Unit, now: datetime, meeting_id: int | None = None) -> list[Waiting]:
    """Published minutes that nobody has approved, with the coming meetings of the same audience, the next one first.

    Left out are those that stand on an agenda already. `meeting_id`: of this coming meeting alone.
    """
    given: dict[str, Any] = {"now": now, "lately": now - LATELY}
    if meeting_id is None:
        return [Waiting(*row) for row in await unit.rows(_to_propose, **given)]
    return [Waiting(*row) for row in await unit.rows(_to_propose_at, meeting_id=meeting_id, **given)]


async def put_on_top(unit: Unit, meeting_id: int, minutes_of: int, title: str, *, by: int, now: datetime) -> int:
    """Put minutes that are to be approved on top of a meeting's agenda; the item's id."""
    top = await unit.value(_top, meeting_id=meeting_id)
    made = await unit.value(
        _put,
        meeting_id=meeting_id,
        position=1 if top is None else int(top) - 1,
        kind="minutes",
        title=title,
        about="",
        state=ItemState.ON,
        minutes_of=minutes_of,
        notes="",
        made_by=by,
        made_at=now,
    )
    return int(made)


async def coming(unit: Unit, now: datetime, *, but: int) -> list[MeetingRow]:
    """The meetings that are called and have not begun, the next one first."""
    return [MeetingRow(*row) for row in await unit.rows(_coming, now=now, meeting_id=but)]


async def take_off_others(unit: Unit, minutes_of: int, but: int) -> int:
    """Take minutes off every other agenda: they are approved."""
    return await unit.run(_withdraw_others, b_minutes=minutes_of, b_item=but, b_state=ItemState.WITHDRAWN.value)
