"""Waiting lists of shifts, and the places that are offered: to the next in line, or as a plan proposes.

An offered place is taken, so nobody can slip in before the one it is offered to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, func, or_, update

from storage.queries.places import ONE, write
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, of_residents, shift_of, shifts, signups
from storage.sql import bindparam, select
from storage.tables import OfferKind, SignupState
from storage.unit import Unit
from town.places import GENERAL, MASTER, SIGNED_OFF, TOLD, Kind


class Lapsed(NamedTuple):
    """An offer whose time is over."""

    shift_id: int
    resident_id: int
    offer: str


class InLine(NamedTuple):
    """A shift that a resident waits for, or is offered a place on; `position` counts from 1, 0 when offered."""

    shift: ShiftRow
    state: str
    position: int
    offer_until: datetime | None


_accept = (
    update(signups)
    .where(*ONE, signups.c.state == SignupState.OFFERED, signups.c.offer_until > bindparam("b_now"))
    .values(state=SignupState.HELD, joined_at=bindparam("b_now"), waiting_since=None, offer="", offer_until=None)
    .returning(signups.c.skill_id, signups.c.learner)
)
_offer = (
    update(signups)
    .where(*ONE, signups.c.state == SignupState.WAITING)
    .values(
        state=SignupState.OFFERED,
        skill_id=bindparam("b_skill"),
        learner=bindparam("b_learner"),
        offer=bindparam("b_offer"),
        offer_until=bindparam("b_until"),
    )
)
_let_lapse = (
    update(signups)
    .where(*ONE, signups.c.state == SignupState.OFFERED, signups.c.offer_until <= bindparam("b_now"))
    .values(state=SignupState.RELEASED, waiting_since=None, offer="", offer_until=None)
    .returning(signups.c.skill_id, signups.c.learner)
)
_shorten = (
    update(signups)
    .where(
        signups.c.shift_id == bindparam("b_shift"),
        signups.c.state == SignupState.OFFERED,
        signups.c.offer_until > bindparam("b_until"),
    )
    .values(offer_until=bindparam("b_until"))
)
_why = select(signups.c.offer).where(
    signups.c.shift_id == bindparam("shift_id"),
    signups.c.resident_id == bindparam("resident_id"),
    signups.c.state == SignupState.OFFERED,
)
_in_line = (signups.c.shift_id == bindparam("shift_id"), signups.c.state == SignupState.WAITING)
_last = select(func.max(signups.c.waiting_since)).where(*_in_line)
_before = signups.alias("before")
_ahead = (
    select(func.count())
    .select_from(_before)
    .where(
        _before.c.shift_id == signups.c.shift_id,
        _before.c.state == SignupState.WAITING,
        or_(
            _before.c.waiting_since < signups.c.waiting_since,
            and_(_before.c.waiting_since == signups.c.waiting_since, _before.c.resident_id <= signups.c.resident_id),
        ),
    )
    .scalar_subquery()
)
_mine_in_line = (
    select(*COLUMNS, signups.c.state, _ahead, signups.c.offer_until)
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(
        signups.c.resident_id == bindparam("resident_id"),
        signups.c.state.in_([SignupState.WAITING, SignupState.OFFERED]),
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("now"),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_position = select(_ahead).where(*_in_line, signups.c.resident_id == bindparam("resident_id"))
_waits = (
    select(signups.c.resident_id).where(*_in_line).order_by(signups.c.waiting_since, signups.c.resident_id).limit(1)
)
_skilled = (
    select(of_residents.c.topic_id)
    .where(
        of_residents.c.resident_id == signups.c.resident_id,
        of_residents.c.topic_id == bindparam("skill_id"),
        of_residents.c.level.in_(bindparam("levels", expanding=True)),
    )
    .exists()
)
_waits_with = _waits.where(_skilled)
_waits_without = _waits.where(~_skilled)
_waiting_count = select(func.count()).select_from(signups).where(*_in_line)
_is_offered = and_(signups.c.state == SignupState.OFFERED, signups.c.offer_until.is_not(None))  # as the index has them
_lapsed = (
    select(signups.c.shift_id, signups.c.resident_id, signups.c.offer)
    .where(_is_offered, signups.c.offer_until <= bindparam("now"))
    .order_by(signups.c.offer_until)
)
_next_lapse = select(func.min(signups.c.offer_until)).where(_is_offered)
_let_all_go = (
    update(signups)
    .where(
        signups.c.shift_id == bindparam("b_shift"),
        signups.c.state.in_([SignupState.WAITING, SignupState.OFFERED]),
    )
    .values(state=SignupState.RELEASED, waiting_since=None, offer="", offer_until=None)
)


def levels(proof: str) -> list[str]:
    """The levels of a skill that count in a town that asks for this proof."""
    return [MASTER, SIGNED_OFF, TOLD] if proof == TOLD else [MASTER, SIGNED_OFF]


async def wait(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> int | None:
    """Put somebody on the waiting list, behind everybody; their position. The shift's row is locked.

    None when they have a place. Clocks of several processes differ, so the order does not hang on them alone.
    """
    last: datetime | None = await unit.value(_last, shift_id=shift_id)
    since = now if last is None or last < now else last + timedelta(microseconds=1)
    state = SignupState.WAITING
    if not await write(unit, shift_id, resident_id, state, GENERAL, joined_at=now, waiting_since=since):
        return None
    return await position(unit, shift_id, resident_id)


async def position(unit: Unit, shift_id: int, resident_id: int) -> int:
    """Somebody's place in the line, from 1; 0 when they do not wait."""
    return int(await unit.value(_position, shift_id=shift_id, resident_id=resident_id) or 0)


async def count(unit: Unit, shift_id: int) -> int:
    """How many wait."""
    return int(await unit.value(_waiting_count, shift_id=shift_id))


async def of_resident(unit: Unit, resident_id: int, now: datetime) -> list[InLine]:
    """The coming shifts that somebody waits for or is offered a place on, the earliest first."""
    at = len(ShiftRow._fields)
    rows = await unit.rows(_mine_in_line, resident_id=resident_id, now=now)
    return [
        InLine(shift_of(row), row[at], row[at + 1] if row[at] == SignupState.WAITING else 0, row[at + 2])
        for row in rows
    ]


async def next_for(unit: Unit, shift_id: int, kind: Kind, proof: str) -> int | None:
    """Who is next in line among those who may take a place of this kind."""
    found: int | None
    if kind.skill_id is None:
        found = await unit.value(_waits, shift_id=shift_id)
    else:
        statement = _waits_without if kind.learner else _waits_with
        found = await unit.value(statement, shift_id=shift_id, skill_id=kind.skill_id, levels=levels(proof))
    return found


async def offer_waiting(
    unit: Unit, shift_id: int, resident_id: int, kind: Kind, *, why: OfferKind, until: datetime
) -> None:
    """Keep a place, which is counted already, for somebody who waits. The shift's row is locked.

    Raises LookupError when they do not wait: a place would stay counted that is nobody's.
    """
    written = await unit.run(
        _offer,
        b_shift=shift_id,
        b_resident=resident_id,
        b_skill=kind.skill_id,
        b_learner=kind.learner,
        b_offer=why.value,
        b_until=until,
    )
    if written != 1:
        raise LookupError(f"resident {resident_id} does not wait for shift {shift_id}")


async def accept(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> Kind | None:
    """Hold the place that is offered; None when the offer has passed on."""
    row = await unit.first(_accept, b_shift=shift_id, b_resident=resident_id, b_now=now)
    return None if row is None else Kind(row.skill_id, row.learner)


async def let_lapse(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> Kind | None:
    """Let go of an offer whose time is over; None when there is none (any more)."""
    row = await unit.first(_let_lapse, b_shift=shift_id, b_resident=resident_id, b_now=now)
    return None if row is None else Kind(row.skill_id, row.learner)


async def shorten(unit: Unit, shift_id: int, until: datetime) -> None:
    """Let no offer of a shift stand for longer than until then."""
    await unit.run(_shorten, b_shift=shift_id, b_until=until)


async def offered_by(unit: Unit, shift_id: int, resident_id: int) -> str:
    """Why a place is offered to somebody (`OfferKind`), "" when none is."""
    found: str | None = await unit.value(_why, shift_id=shift_id, resident_id=resident_id)
    return found or ""


async def lapsed(unit: Unit, now: datetime) -> list[Lapsed]:
    """The offers whose time is over, the oldest first."""
    return [Lapsed(*row) for row in await unit.rows(_lapsed, now=now)]


async def next_lapse(unit: Unit) -> datetime | None:
    """When the next offer's time is over."""
    found: datetime | None = await unit.value(_next_lapse)
    return found


async def drop(unit: Unit, shift_id: int) -> None:
    """Forget who waits for a cancelled shift, and what was offered of it."""
    await unit.run(_let_all_go, b_shift=shift_id)
