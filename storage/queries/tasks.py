"""Calls for hands: what those who are called read, who was asked, and what a broadcast's progress card shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Text, and_, cast, exists, func, or_, update

from storage.outbox import accounts, outbox
from storage.queries.broadcasts import (
    CARD_OVER,
    COLUMNS,
    LEFT,
    NOT_YET,
    ON_ITS_WAY,
    BroadcastRow,
    broadcasts,
    card_key,
    subject,
)
from storage.queries.shifts import residents, shifts, signups
from storage.sql import bindparam, select
from storage.tables import BroadcastKind, BroadcastState, OutboxState, SignupState
from storage.unit import Unit

_of_shift = (
    select(*COLUMNS)
    .where(broadcasts.c.shift_id == bindparam("shift_id"), broadcasts.c.kind == BroadcastKind.TASK)
    .order_by(broadcasts.c.id)
)
_open = _of_shift.where(broadcasts.c.state.in_([*NOT_YET, *ON_ITS_WAY]))
_asked = select(outbox.c.id).where(outbox.c.dedupe_key == bindparam("key"))
_name = select(residents.c.name).where(residents.c.id == bindparam("resident_id"))


async def of_shift(unit: Unit, shift_id: int) -> list[BroadcastRow]:
    """All calls for hands that there were for a shift, the earliest first."""
    return [BroadcastRow(*row) for row in await unit.rows(_of_shift, shift_id=shift_id)]


async def open_for_shift(unit: Unit, shift_id: int) -> list[BroadcastRow]:
    """The calls for hands for a shift that have not ended; those that wait for a yes or for their time as well."""
    return [BroadcastRow(*row) for row in await unit.rows(_open, shift_id=shift_id)]


async def was_asked(unit: Unit, broadcast_id: int, resident_id: int) -> bool:
    """Whether a broadcast was for somebody."""
    return await unit.value(_asked, key=f"{subject(broadcast_id)}:{resident_id}") is not None


async def name_of(unit: Unit, resident_id: int) -> str:
    """Somebody's name; "" for nobody."""
    return str(await unit.value(_name, resident_id=resident_id) or "")


# -- calls whose shift needs nobody any more ---------------------------------------------------------------------------

_calls = broadcasts.join(shifts, shifts.c.id == broadcasts.c.shift_id)
_is_open = and_(broadcasts.c.kind == BroadcastKind.TASK, broadcasts.c.state.in_([*NOT_YET, *ON_ITS_WAY]))
_needless = (
    select(broadcasts.c.shift_id)
    .select_from(_calls)
    .where(
        _is_open,
        or_(
            shifts.c.taken >= shifts.c.places,
            shifts.c.cancelled_at.is_not(None),
            shifts.c.starts_at <= bindparam("now"),
        ),
    )
    .distinct()
    .order_by(broadcasts.c.shift_id)
)
_next_start = select(func.min(shifts.c.starts_at)).select_from(_calls).where(_is_open)


async def needless(unit: Unit, now: datetime) -> list[int]:
    """The shifts with open calls that need nobody any more: full, cancelled, or begun."""
    return [row.shift_id for row in await unit.rows(_needless, now=now)]


async def next_start(unit: Unit) -> datetime | None:
    """When the next shift with an open call starts."""
    found: datetime | None = await unit.value(_next_start)
    return found


# -- progress cards ----------------------------------------------------------------------------------------------------

LATE = timedelta(days=1)
"""A card whose broadcast ended longer ago stays as it is."""


class CardRow(NamedTuple):
    """A broadcast as its progress card shows it.

    `people` is how many it went to when it began; of those `waiting` have not got it yet, `sent` got it and `failed`
    could not be reached; the rest were spared, or did not want it any more. Of a call for hands, `came` are those who
    took a place since it began, and `free` what is free yet; `gone`: its shift was cancelled, or has begun.
    """

    id: int
    kind: str
    state: str
    why: str
    text: str
    people: int
    shift_id: int | None
    card_said: str
    title: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    free: int | None
    cancelled_at: datetime | None
    waiting: int
    sent: int
    failed: int
    came: int

    def gone(self, now: datetime) -> bool:
        """Whether the shift that hands are called for was cancelled, or has begun."""
        return self.starts_at is not None and (self.cancelled_at is not None or self.starts_at <= now)

    def over(self, now: datetime) -> bool:
        """Whether nothing of this moves any more."""
        if self.state in (*NOT_YET, *ON_ITS_WAY):
            return False
        counts_on = self.shift_id is not None and self.state == BroadcastState.SENT and self.why == ""
        return not counts_on or self.gone(now) or not self.free

    def figures(self, now: datetime) -> dict[str, Any]:
        """What the card says, as figures: as long as these are the same, it need not be changed."""
        return {
            "state": self.state,
            "why": self.why,
            "done": self.sent + self.failed,
            "sent": self.sent,
            "came": self.came,
            "free": self.free,
            "over": self.over(now),
        }


class PostedCard(NamedTuple):
    """A card where it stands: `reference` is the message's id in the chat at `address`."""

    card: CardRow
    channel: str
    address: str
    language: str
    reference: str


def _rows_in(*states: OutboxState) -> ColumnElement[int]:
    """How many of a broadcast's rows are in these states, from the index alone."""
    return (
        select(func.count())
        .select_from(outbox)
        .where(outbox.c.broadcast_id == broadcasts.c.id, outbox.c.state.in_(states))
        .correlate(broadcasts)
        .scalar_subquery()
    )


_came = (
    select(func.count())
    .select_from(signups)
    .where(
        signups.c.shift_id == broadcasts.c.shift_id,
        signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
        signups.c.joined_at >= broadcasts.c.started_at,
    )
    .correlate(broadcasts)
    .scalar_subquery()
)
_card = (
    *(broadcasts.c[name] for name in CardRow._fields[:8]),
    *(shifts.c.title, shifts.c.starts_at, shifts.c.ends_at, shifts.c.places - shifts.c.taken, shifts.c.cancelled_at),
    _rows_in(*LEFT),
    _rows_in(OutboxState.SENT),
    _rows_in(OutboxState.FAILED),
    _came,
)
_any_on_its_way = select(exists().where(broadcasts.c.state.in_(ON_ITS_WAY)))
_with_shift = broadcasts.outerjoin(shifts, shifts.c.id == broadcasts.c.shift_id)
_one = select(*_card).select_from(_with_shift).where(broadcasts.c.id == bindparam("broadcast_id"))
_moving = or_(
    broadcasts.c.state.in_(ON_ITS_WAY),
    and_(
        ~broadcasts.c.card_said.contains(CARD_OVER),
        or_(broadcasts.c.ended_at > bindparam("ended_since"), shifts.c.starts_at > bindparam("ended_since")),
    ),
)
_key = bindparam("card_key", type_=Text())
_posted = (
    select(*_card, accounts.c.channel, accounts.c.address, accounts.c.language, outbox.c.reference)
    .select_from(
        _with_shift.join(outbox, outbox.c.dedupe_key == _key + cast(broadcasts.c.id, Text)).join(
            accounts, accounts.c.id == outbox.c.account_id
        )
    )
    .where(
        _moving,
        broadcasts.c.started_at.is_not(None),
        outbox.c.state == OutboxState.SENT,
        accounts.c.reachable,
        or_(broadcasts.c.card_at.is_(None), broadcasts.c.card_at <= bindparam("said_until")),
    )
    .order_by(broadcasts.c.id)
)
_says = (
    update(broadcasts)
    .where(broadcasts.c.id == bindparam("b_id", type_=Integer()))
    .values(card_said=bindparam("b_said"), card_at=bindparam("b_at"))
)


async def any_on_its_way(unit: Unit) -> bool:
    """Whether any broadcast is on its way, or held."""
    return bool(await unit.value(_any_on_its_way))


async def card_of(unit: Unit, broadcast_id: int) -> CardRow | None:
    """A broadcast as its card shows it."""
    row = await unit.first(_one, broadcast_id=broadcast_id)
    return None if row is None else CardRow(*row)


async def posted_cards(unit: Unit, *, now: datetime, said_until: datetime) -> list[PostedCard]:
    """The cards that move and were last changed before then, where they stand, in one query."""
    size = len(CardRow._fields)
    rows = await unit.rows(_posted, card_key=card_key(""), ended_since=now - LATE, said_until=said_until)
    return [PostedCard(CardRow(*row[:size]), *row[size:]) for row in rows]


async def card_says(unit: Unit, broadcast_id: int, figures: Mapping[str, Any], now: datetime) -> None:
    """Note what a card says now. Nobody is woken for it: whoever looks at cards has just written this."""
    await unit.run(_says, b_id=broadcast_id, b_said=json.dumps(figures), b_at=now)
