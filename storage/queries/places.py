"""The places on a shift: taking one and giving it back, each decided by one atomic statement.

Rows are locked in one order everywhere (the resident, the shift, the sign-up), so that nobody waits in a circle.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, update

from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, residents, shift_of, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import SignupState
from storage.unit import Unit
from town.shifts import ShiftFacts


class ToJoin(NamedTuple):
    """A shift, and the shifts at that time on which a resident holds a place already (itself among them, if so)."""

    shift: ShiftRow
    held: tuple[ShiftFacts, ...]


_other = shifts.alias("other")
_lock = select(residents.c.id).where(residents.c.id == bindparam("resident_id")).with_for_update()
_to_join = (
    select(*COLUMNS, _other.c.id, _other.c.title, _other.c.starts_at, _other.c.ends_at, _other.c.places)
    .select_from(
        WITH_PROJECT.outerjoin(
            signups,
            and_(signups.c.resident_id == bindparam("resident_id"), signups.c.state == SignupState.HELD),
        ).outerjoin(
            _other,
            and_(
                _other.c.id == signups.c.shift_id,
                _other.c.cancelled_at.is_(None),
                _other.c.starts_at < shifts.c.ends_at,
                _other.c.ends_at > shifts.c.starts_at,
            ),
        )
    )
    .where(shifts.c.id == bindparam("shift_id"))
)
_take = (
    update(shifts)
    .where(
        shifts.c.id == bindparam("b_shift"),
        shifts.c.taken < shifts.c.places,
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("b_now"),
    )
    .values(taken=shifts.c.taken + 1)
    .returning(shifts.c.taken)
)
_free = (
    update(shifts)
    .where(
        shifts.c.id == bindparam("b_shift"),
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("b_now"),
    )
    .values(taken=shifts.c.taken - 1)
    .returning(shifts.c.taken)
)
_new = insert(signups)
_hold = _new.on_conflict_do_update(
    index_elements=["shift_id", "resident_id"],
    set_={"state": _new.excluded.state, "joined_at": _new.excluded.joined_at, "coming_at": None},
    where=signups.c.state == SignupState.RELEASED,
)
_mine = (
    signups.c.shift_id == bindparam("b_shift"),
    signups.c.resident_id == bindparam("b_resident"),
    signups.c.state == SignupState.HELD,
)
_release = update(signups).where(*_mine).values(state=SignupState.RELEASED, coming_at=None)
_coming = update(signups).where(*_mine, signups.c.coming_at.is_(None)).values(coming_at=bindparam("b_now"))


async def lock(unit: Unit, resident_id: int) -> None:
    """Have one person's changes wait for each other, whichever of their accounts they come from.

    SQLite has one writer at a time anyway.
    """
    if not unit.is_sqlite:
        await unit.execute(_lock, {"resident_id": resident_id})


async def to_join(unit: Unit, shift_id: int, resident_id: int) -> ToJoin | None:
    """A shift, and what a resident has at that time."""
    rows = await unit.rows(_to_join, shift_id=shift_id, resident_id=resident_id)
    if not rows:
        return None
    at = len(ShiftRow._fields)
    return ToJoin(shift_of(rows[0]), tuple(ShiftFacts(*row[at:]) for row in rows if row[at] is not None))


async def take(unit: Unit, shift_id: int, now: datetime) -> int | None:
    """Take a free place of a shift that has not started. How many are taken then, None when there was none to take."""
    taken: int | None = await unit.value(_take, b_shift=shift_id, b_now=now)
    return taken


async def hold(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> bool:
    """Write down who holds the place that was taken. False when they hold one already."""
    values = {"shift_id": shift_id, "resident_id": resident_id, "state": SignupState.HELD.value, "joined_at": now}
    return await unit.run(_hold, **values) == 1


async def free(unit: Unit, shift_id: int, now: datetime) -> int | None:
    """Free a place of a shift that has not started. How many are taken then, None when it has."""
    taken: int | None = await unit.value(_free, b_shift=shift_id, b_now=now)
    return taken


async def release(unit: Unit, shift_id: int, resident_id: int) -> bool:
    """Let go of a sign-up. False when it was not held."""
    return await unit.run(_release, b_shift=shift_id, b_resident=resident_id) == 1


async def coming(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> bool:
    """Note that somebody is coming. False when that was noted before, or they hold no place."""
    return await unit.run(_coming, b_shift=shift_id, b_resident=resident_id, b_now=now) == 1
