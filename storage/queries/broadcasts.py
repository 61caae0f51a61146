"""Broadcasts: one notice to many. Their recipients are rows of the outbox, written by one statement when they begin."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, literal_column, or_

from storage import fanout, rows
from storage.outbox import new_row, outbox, put
from storage.queries import audiences
from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import (
    Broadcast,
    BroadcastAnswer,
    BroadcastEvent,
    BroadcastKind,
    BroadcastState,
    OutboxState,
    Priority,
    table_of,
)
from storage.unit import Unit
from town.audience import parse_chosen
from town.settings import TownSettings

broadcasts, events, answers = table_of(Broadcast), table_of(BroadcastEvent), table_of(BroadcastAnswer)

NOTICES = {
    BroadcastKind.MESSAGE: "broadcast.message",
    BroadcastKind.EMERGENCY: "broadcast.emergency",
    BroadcastKind.TASK: "task.call",
    BroadcastKind.UPDATE: "news.update",
}
"""The notice of each kind of broadcast: its fields name the broadcast, whose words are read when it is delivered."""

CARD = "broadcast.card"
"""The notice that shows whoever made a broadcast how far it has come: the message stays, and what it says moves."""

CARD_OVER = '"over": true'
"""In what a card said last (`card_said`) once it is changed no more."""

TOPIC = "broadcasts"
"""Announced when something changes that a progress card or a page may show."""

ON_ITS_WAY = (BroadcastState.SENDING, BroadcastState.PAUSED)
NOT_YET = (BroadcastState.PROPOSED, BroadcastState.SCHEDULED)
LEFT = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.PAUSED)
"""Rows of which nobody knows yet what becomes of them."""


class BroadcastRow(NamedTuple):
    """A broadcast; as the columns of `storage.tables.Broadcast`."""

    id: int
    kind: str
    topic: str
    text: str
    language: str
    texts: str
    picture_id: int | None
    audience: str
    shift_id: int | None
    project_id: int | None
    made_by: int
    made_at: datetime
    state: str
    needed: int
    due_at: datetime
    expires_at: datetime | None
    started_at: datetime | None
    people: int
    left_out: int
    ended_at: datetime | None
    why: str
    card_said: str
    card_at: datetime | None


COLUMNS = tuple(broadcasts.c[name] for name in BroadcastRow._fields)
_one = select(*COLUMNS).where(broadcasts.c.id == bindparam("broadcast_id"))
_one_locked = _one.with_for_update()
_make = insert(broadcasts).returning(broadcasts.c.id)
_due = (
    select(*COLUMNS)
    .where(broadcasts.c.state == BroadcastState.SCHEDULED, broadcasts.c.due_at <= bindparam("now"))
    .order_by(broadcasts.c.due_at, broadcasts.c.id)
    .limit(bindparam("most"))
)
_next_due = select(func.min(broadcasts.c.due_at)).where(broadcasts.c.state == BroadcastState.SCHEDULED)


async def make(unit: Unit, **columns: Any) -> int:
    """Write a broadcast; `columns` are those of `Broadcast`. Returns the id."""
    given = {
        **{"topic": "", "text": "", "texts": "{}", "picture_id": None, "shift_id": None, "project_id": None},
        **{"needed": 0, "expires_at": None, "people": 0, "left_out": 0, "why": "", "card_said": ""},
        **columns,
    }
    return int(await unit.value(_make, **given))


async def get(unit: Unit, broadcast_id: int, *, lock: bool = False) -> BroadcastRow | None:
    """A broadcast; with `lock`, until the end of the transaction nobody else changes it."""
    row = await unit.first(_one_locked if lock and not unit.is_sqlite else _one, broadcast_id=broadcast_id)
    return None if row is None else BroadcastRow(*row)


async def change(unit: Unit, broadcast_id: int, **columns: Any) -> None:
    """Change some columns of a broadcast."""
    await rows.change(unit, broadcasts, broadcast_id, **columns)
    unit.announce(TOPIC)


async def due(unit: Unit, now: datetime, *, most: int = 20) -> list[BroadcastRow]:
    """The broadcasts whose time has come."""
    return [BroadcastRow(*row) for row in await unit.rows(_due, now=now, most=most)]


async def next_due(unit: Unit) -> datetime | None:
    """When the next broadcast is to begin."""
    found: datetime | None = await unit.value(_next_due)
    return found


# -- the log -----------------------------------------------------------------------------------------------------------


class Event(NamedTuple):
    """A line of a broadcast's log. `name` is who did it, "" where it came by itself."""

    kind: str
    resident_id: int | None
    name: str
    at: datetime
    detail: str


_log = insert(events).on_conflict_do_nothing(
    index_elements=["broadcast_id", "resident_id"],
    index_where=literal_column("kind = 'approved'"),  # in words: PostgreSQL finds no index by a parameter
)
_history = (
    select(events.c.kind, events.c.resident_id, func.coalesce(residents.c.name, ""), events.c.at, events.c.detail)
    .select_from(events.outerjoin(residents, residents.c.id == events.c.resident_id))
    .where(events.c.broadcast_id == bindparam("broadcast_id"))
    .order_by(events.c.id)
)
_approved_by = select(events.c.resident_id).where(
    events.c.broadcast_id == bindparam("broadcast_id"), events.c.kind == "approved"
)


async def log(unit: Unit, broadcast_id: int, kind: str, *, by: int | None, now: datetime, detail: str = "") -> bool:
    """Write a line of a broadcast's log; False for a second approval by the same resident, which is not written."""
    row = {"broadcast_id": broadcast_id, "kind": kind, "resident_id": by, "at": now, "detail": detail}
    return (await unit.execute(_log, row)).rowcount == 1


async def history(unit: Unit, broadcast_id: int) -> list[Event]:
    """The log of a broadcast, the earliest first."""
    return [Event(*row) for row in await unit.rows(_history, broadcast_id=broadcast_id)]


async def approved_by(unit: Unit, broadcast_id: int) -> frozenset[int]:
    """The ids of those who have approved a broadcast, whatever they may do now."""
    return frozenset(row.resident_id for row in await unit.rows(_approved_by, broadcast_id=broadcast_id))


# -- beginning and ending ----------------------------------------------------------------------------------------------


async def begin(unit: Unit, one: BroadcastRow, *, town: TownSettings, now: datetime) -> int:
    """Write a broadcast's recipients: everybody who belongs to its audience now and has not turned its topic off.

    Who made it has seen it already, and is left out. One statement, however many they are; returns how many.
    """
    everybody = await audiences.whole(unit, parse_chosen(one.audience))
    given = {**audiences.params_of(everybody, now=now, town=town), "a_topic": one.topic, "a_teller": one.made_by}
    hearing = and_(audiences.hears(everybody), residents.c.id != bindparam("a_teller"))
    looked = await audiences.look(unit, everybody, topic=one.topic, without=one.made_by, now=now, town=town)
    people = await fanout.send(
        unit,
        fanout.notice_to(residents.c.id, residents, hearing),
        notice=NOTICES[BroadcastKind(one.kind)],
        key=(f"{subject(one.id)}:", ""),
        fields={"broadcast": one.id},
        now=now,
        subject=subject(one.id),
        broadcast_id=one.id,
        priority=Priority.URGENT if one.kind == BroadcastKind.EMERGENCY else Priority.BULK,
        expires_at=one.expires_at,
        **given,
    )
    state = {"state": BroadcastState.SENDING.value, "started_at": now}
    await change(unit, one.id, **state, people=people, left_out=looked.people - people)
    await log(unit, one.id, "started", by=None, now=now, detail=str(people))
    key = card_key(one.id)
    card = new_row(notice=CARD, resident_id=one.made_by, dedupe_key=key, subject=key, now=now, broadcast=one.id)
    await put(unit, [card])
    return people


_card_row = select(outbox.c.state).where(outbox.c.dedupe_key == bindparam("key"))


def card_key(broadcast_id: int | str) -> str:
    """The dedupe key of the notice that is a broadcast's progress card."""
    return f"card:{broadcast_id}"


async def card_tells(unit: Unit, one: BroadcastRow) -> bool:
    """Whether who made a broadcast sees, or is about to see, from its card how it ends.

    They do not where the card could not be delivered, or was given up since: its message is gone.
    """
    state = await unit.value(_card_row, key=card_key(one.id))
    return state in (OutboxState.SENT, *LEFT) and CARD_OVER not in one.card_said


_over = (
    select(broadcasts.c.id)
    .where(
        broadcasts.c.state == BroadcastState.SENDING,
        ~select(outbox.c.id).where(outbox.c.broadcast_id == broadcasts.c.id, outbox.c.state.in_(LEFT)).exists(),
    )
    .order_by(broadcasts.c.id)
)


async def over(unit: Unit) -> list[int]:
    """The broadcasts on their way of which nothing waits any more."""
    return [row.id for row in await unit.rows(_over)]


def subject(broadcast_id: int) -> str:
    """What is said of a broadcast is filed under this, so that it can be withdrawn."""
    return f"broadcast:{broadcast_id}"


# -- answers to a call for hands ---------------------------------------------------------------------------------------

_answer = insert(answers)
_answered = _answer.on_conflict_do_update(
    index_elements=["broadcast_id", "resident_id"],
    set_={"answer": _answer.excluded.answer, "at": _answer.excluded.at},
)
_tally = (
    select(answers.c.answer, func.count())
    .where(answers.c.broadcast_id == bindparam("broadcast_id"))
    .group_by(answers.c.answer)
)


async def answer(unit: Unit, broadcast_id: int, resident_id: int, what: str, *, now: datetime) -> None:
    """Write what somebody answered: "come" or "no". The latest stands."""
    await unit.run(_answered, broadcast_id=broadcast_id, resident_id=resident_id, answer=what, at=now)
    unit.announce(TOPIC)


async def tally(unit: Unit, broadcast_id: int) -> dict[str, int]:
    """How many answered what."""
    return {row[0]: row[1] for row in await unit.rows(_tally, broadcast_id=broadcast_id)}


# -- lists -------------------------------------------------------------------------------------------------------------

_mine = or_(
    broadcasts.c.made_by == bindparam("me"),
    broadcasts.c.project_id.in_(bindparam("projects", expanding=True)),
    bindparam("everything"),
)
_listed = (
    select(*COLUMNS).where(_mine).order_by(broadcasts.c.id.desc()).limit(bindparam("most")).offset(bindparam("skip"))
)
_proposed = select(*COLUMNS).where(broadcasts.c.state == BroadcastState.PROPOSED).order_by(broadcasts.c.id)

KEPT_WAITING = timedelta(days=3)
"""How long a broadcast waits for who approves it."""


async def listed(
    unit: Unit, *, me: int, everything: bool, most: int, skip: int = 0, projects: Collection[int] = ()
) -> list[BroadcastRow]:
    """Broadcasts, the newest first: one's own and those of some `projects`, or `everything`."""
    given = {"me": me, "everything": everything, "most": most, "skip": skip, "projects": sorted(projects)}
    return [BroadcastRow(*row) for row in await unit.rows(_listed, **given)]


async def proposed(unit: Unit) -> list[BroadcastRow]:
    """The broadcasts that wait for somebody to approve them."""
    return [BroadcastRow(*row) for row in await unit.rows(_proposed)]
