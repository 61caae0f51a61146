"""The places on a shift: taking one and giving it back, each decided by one atomic statement.

Rows are locked in one order everywhere (the resident, the shift, the sign-up), so that nobody waits in a circle.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, func, literal, update

from storage.lease import RESIDENTS
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, shift_of, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import SignupState
from storage.unit import Unit
from town.shifts import ShiftFacts


class ToJoin(NamedTuple):
    """A shift, and the shifts at that time on which a resident holds a place already (itself among them, if so)."""

    shift: ShiftRow
    held: tuple[ShiftFacts, ...]


_other = shifts.alias("other")
_lock = select(func.pg_advisory_xact_lock(RESIDENTS, bindparam("resident_id")))
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
_again: dict[str, Any] = {
    "index_elements": ["shift_id", "resident_id"],
    "set_": {"state": _new.excluded.state, "joined_at": _new.excluded.joined_at, "coming_at": None},
    "where": signups.c.state == SignupState.RELEASED,
}
"""A place given back can be taken again; one that is held is left alone."""

_hold = _new.on_conflict_do_update(**_again)
_room = _take.returning(shifts.c.id).cte("room")
_held_now = (
    _new.from_select(
        ["shift_id", "resident_id", "state", "joined_at"],
        select(_room.c.id, bindparam("b_resident", type_=Integer), literal(SignupState.HELD.value), bindparam("b_now")),
    )
    .on_conflict_do_update(**_again)
    .returning(signups.c.shift_id)
    .cte("held_now")
)
_claim = select(_room.c.taken, _held_now.c.shift_id.is_not(None)).select_from(
    _room.outerjoin(_held_now, _held_now.c.shift_id == _room.c.id)
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

    An update has locked its own resident when it was opened; SQLite has one writer at a time anyway.
    """
    if not unit.is_sqlite and unit.locked_resident != resident_id:
        await unit.execute(_lock, {"resident_id": resident_id})


async def to_join(unit: Unit, shift_id: int, resident_id: int) -> ToJoin | None:
    """A shift, and what a resident has at that time."""
    rows = await unit.rows(_to_join, shift_id=shift_id, resident_id=resident_id)
    if not rows:
        return None
    at = len(ShiftRow._fields)
    return ToJoin(shift_of(rows[0]), tuple(ShiftFacts(*row[at:]) for row in rows if row[at] is not None))


class Claimed(NamedTuple):
    """A place that was taken: how many are taken then. `new` is False when its taker held one already."""

    taken: int
    new: bool


async def claim(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> Claimed | None:
    """Take a free place of a shift that has not started, for a resident; None when there was none to take.

    Counting the place and writing down who holds it are one statement on PostgreSQL, where each costs a way to the
    server and back; SQLite changes one table a statement.
    """
    if not unit.is_sqlite:
        row = await unit.first(_claim, b_shift=shift_id, b_resident=resident_id, b_now=now)
        return None if row is None else Claimed(*row)
    taken: int | None = await unit.value(_take, b_shift=shift_id, b_now=now)
    if taken is None:
        return None
    values = {"shift_id": shift_id, "resident_id": resident_id, "state": SignupState.HELD.value, "joined_at": now}
    return Claimed(taken, await unit.run(_hold, **values) == 1)


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
