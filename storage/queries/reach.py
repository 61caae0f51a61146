"""Whom a broadcast reached, person by person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, case, exists, func, literal_column, or_, update

from storage.outbox import HELD, MUTED, UNREACHED, accounts, outbox
from storage.queries.broadcasts import answers
from storage.queries.shifts import residents
from storage.reaching import reaching
from storage.sql import bindparam, select
from storage.tables import OutboxState
from storage.unit import Unit

TOO_LATE, GIVEN_UP, BROKEN, UNKNOWN, PERHAPS = "too late", "given up", "broken", "unknown notice", "may have"
"""What the detail of a row is, or begins with, that was not sent (`bot.delivery`)."""


class Fate(StrEnum):
    """What became of a broadcast's way to one person; `UNSURE`: it may have arrived."""

    READ = "read"
    DELIVERED = "delivered"
    SENT = "sent"
    WAITING = "waiting"
    HELD = "held"
    FAILED = "failed"
    MUTED = "muted"
    LATE = "late"
    UNSURE = "unsure"
    SPARED = "spared"


class Why(StrEnum):
    """Why something reached nobody.

    They have no account; they blocked the bot, or closed their account there; the web chat is gone; WhatsApp lets
    nothing of this kind through before they write again; the channel did not answer, however often it was tried; it
    would not take this; a mistake of ours.
    """

    NONE = "none"
    BLOCKED = "blocked"
    GONE = "gone"
    SILENCE = "silence"
    SILENT = "silent"
    REFUSED = "refused"
    OURS = "ours"


def _has(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return reaching(outbox.c.resident_id, *conditions)


def _begins(*words: str) -> ColumnElement[bool]:
    return or_(*(outbox.c.detail.startswith(word, autoescape=True) for word in words))


_unreached = outbox.c.detail == UNREACHED
WHY = case(
    (and_(_unreached, ~_has()), Why.NONE.value),
    (and_(_unreached, _has(accounts.c.channel != "web")), Why.BLOCKED.value),
    (_unreached, Why.GONE.value),
    (outbox.c.detail == HELD, Why.SILENCE.value),
    (_begins(GIVEN_UP), Why.SILENT.value),
    (_begins(BROKEN, UNKNOWN), Why.OURS.value),
    else_=Why.REFUSED.value,
)
"""Why a row of the outbox failed (`Why`), as an expression over it."""

# -- of one broadcast --------------------------------------------------------------------------------------------------


class Reached(NamedTuple):
    """One person of a broadcast. `channel` is where it was sent; `why` is for what failed, `answer` of a call.

    `is_short`: they were sent an approved text with the beginning of it, which they can ask the whole of.
    """

    resident_id: int
    name: str
    fate: str
    channel: str | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    answer: str | None
    why: str | None
    is_short: bool = False


_sent, _dropped = outbox.c.state == OutboxState.SENT, outbox.c.state == OutboxState.DROPPED
_fate = case(
    (and_(_sent, or_(outbox.c.read_at.is_not(None), answers.c.answer.is_not(None))), Fate.READ.value),
    (and_(_sent, outbox.c.delivered_at.is_not(None)), Fate.DELIVERED.value),
    (_sent, Fate.SENT.value),
    (outbox.c.state.in_([OutboxState.WAITING, OutboxState.SENDING]), Fate.WAITING.value),
    (outbox.c.state == OutboxState.PAUSED, Fate.HELD.value),
    (outbox.c.state == OutboxState.FAILED, Fate.FAILED.value),
    (outbox.c.detail == MUTED, Fate.MUTED.value),
    (outbox.c.detail == TOO_LATE, Fate.LATE.value),
    (_begins(PERHAPS), Fate.UNSURE.value),
    else_=Fate.SPARED.value,
)
_answered = outbox.outerjoin(
    answers, and_(answers.c.broadcast_id == outbox.c.broadcast_id, answers.c.resident_id == outbox.c.resident_id)
)
_people = _answered.join(residents, residents.c.id == outbox.c.resident_id).outerjoin(
    accounts, accounts.c.id == outbox.c.account_id
)
_of_broadcast = and_(outbox.c.broadcast_id == bindparam("broadcast_id"), outbox.c.resident_id.is_not(None))
_counts = select(_fate.label("fate"), func.count()).select_from(_answered).where(_of_broadcast).group_by("fate")
_whys = (
    select(WHY.label("why"), func.count()).where(_of_broadcast, outbox.c.state == OutboxState.FAILED).group_by("why")
)
_each = (
    select(
        residents.c.id,
        residents.c.name,
        _fate.label("fate"),
        accounts.c.channel,
        outbox.c.sent_at,
        outbox.c.delivered_at,
        func.coalesce(outbox.c.read_at, answers.c.at),
        answers.c.answer,
        case((outbox.c.state == OutboxState.FAILED, WHY)).label("why"),
        outbox.c.template != literal_column("''"),
    )
    .select_from(_people)
    .where(_of_broadcast)
    .order_by(residents.c.name, residents.c.id)
)
_of_fates = _each.where(_fate.in_(bindparam("fates", expanding=True, type_=Text())))
_some = _of_fates.limit(bindparam("most")).offset(bindparam("skip"))


async def counts(unit: Unit, broadcast_id: int) -> dict[str, int]:
    """How many people of a broadcast met which fate (`Fate`)."""
    return {row[0]: row[1] for row in await unit.rows(_counts, broadcast_id=broadcast_id)}


async def reasons(unit: Unit, broadcast_id: int) -> dict[str, int]:
    """How many of a broadcast's people it did not reach, by why (`Why`)."""
    return {row[0]: row[1] for row in await unit.rows(_whys, broadcast_id=broadcast_id)}


async def some(unit: Unit, broadcast_id: int, fates: Collection[str], *, most: int, skip: int) -> list[Reached]:
    """A page of the people of a broadcast who met one of these fates, by name."""
    rows = await unit.rows(_some, broadcast_id=broadcast_id, fates=sorted(fates), most=most, skip=skip)
    return [Reached(*row) for row in rows]


async def everybody(unit: Unit, broadcast_id: int) -> list[Reached]:
    """All people of a broadcast, by name."""
    return [Reached(*row) for row in await unit.rows(_each, broadcast_id=broadcast_id)]


_unread = select(
    exists().where(
        outbox.c.account_id == bindparam("account_id"), outbox.c.state == OutboxState.SENT, outbox.c.read_at.is_(None)
    )
)
_note_read = (
    update(outbox)
    .where(
        outbox.c.account_id == bindparam("b_account"),
        outbox.c.reference == bindparam("b_reference"),
        outbox.c.state == OutboxState.SENT,
        outbox.c.read_at.is_(None),
    )
    .values(read_at=bindparam("b_now"), delivered_at=func.coalesce(outbox.c.delivered_at, bindparam("b_now")))
)


async def any_unread(unit: Unit, account_id: int) -> bool:
    """Whether an account was sent anything of which it is not known that it was read."""
    return bool(await unit.value(_unread, account_id=account_id))


async def note_read(unit: Unit, account_id: int, message_id: int, *, now: datetime) -> bool:
    """Note that a message that an account was sent was read, since its button was tapped; False for no such one."""
    return await unit.run(_note_read, b_account=account_id, b_reference=str(message_id), b_now=now) > 0
