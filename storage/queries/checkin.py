"""Checking in: the shifts whose code can be shown or sent now, and who is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, update

from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, residents, shift_of, shifts, signups
from storage.sql import bindparam, select
from storage.tables import SignupState
from storage.unit import Unit
from town.checkin import OPENS_BEFORE

ON_ROSTER = (SignupState.HELD, SignupState.ATTENDED, SignupState.MISSED)


class Door(NamedTuple):
    """A shift at which one can check in now, with its secret, as one resident finds it.

    `state` is that of their sign-up, None if they never had one; `since` is when they checked in.
    """

    shift: ShiftRow
    key: str
    state: str | None
    since: datetime | None


class Attendance(NamedTuple):
    """A shift with its secret (None before its code was asked for), and how many `here` of those `expected`."""

    shift: ShiftRow
    key: str | None
    here: int
    expected: int


class Guest(NamedTuple):
    """Somebody who holds a place, and since when they are there."""

    resident_id: int
    name: str
    since: datetime | None


LONGEST = timedelta(days=1)
"""No town allows a longer shift, so that of those that run none began earlier."""

_doors = (
    select(*COLUMNS, shifts.c.checkin_key, signups.c.state, signups.c.checked_in_at)
    .select_from(
        WITH_PROJECT.outerjoin(
            signups, and_(signups.c.shift_id == shifts.c.id, signups.c.resident_id == bindparam("resident_id"))
        )
    )
    .where(
        shifts.c.starts_at >= bindparam("since"),
        shifts.c.starts_at <= bindparam("opens"),
        shifts.c.ends_at > bindparam("now"),
        shifts.c.cancelled_at.is_(None),
        shifts.c.checkin_key.is_not(None),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_door = _doors.where(shifts.c.id == bindparam("shift_id"))
_of_one = (signups.c.shift_id == shifts.c.id, signups.c.state.in_(ON_ROSTER))
_attendance = select(
    *COLUMNS,
    shifts.c.checkin_key,
    select(func.count(signups.c.checked_in_at)).where(*_of_one).correlate(shifts).scalar_subquery(),
    select(func.count()).select_from(signups).where(*_of_one).correlate(shifts).scalar_subquery(),
).select_from(WITH_PROJECT)
_attendance_of = _attendance.where(shifts.c.id == bindparam("shift_id"))
_guests = (
    select(residents.c.id, residents.c.name, signups.c.checked_in_at)
    .select_from(signups.join(residents, residents.c.id == signups.c.resident_id))
    .where(signups.c.shift_id == bindparam("shift_id"), signups.c.state.in_(ON_ROSTER))
    .order_by(signups.c.checked_in_at.is_not(None), signups.c.checked_in_at, residents.c.name, residents.c.id)
)
_key = select(shifts.c.checkin_key).where(shifts.c.id == bindparam("shift_id"))
_make_key = (
    update(shifts)
    .where(shifts.c.id == bindparam("b_shift"), shifts.c.checkin_key.is_(None))
    .values(checkin_key=bindparam("b_key"))
)
_held = (
    signups.c.shift_id == bindparam("b_shift"),
    signups.c.resident_id == bindparam("b_resident"),
    signups.c.state == SignupState.HELD,
)
_tick = update(signups).where(*_held, signups.c.checked_in_at.is_(None)).values(checked_in_at=bindparam("b_now"))
_untick = update(signups).where(*_held).values(checked_in_at=None)
_since = select(signups.c.checked_in_at).where(
    signups.c.shift_id == bindparam("shift_id"), signups.c.resident_id == bindparam("resident_id")
)


async def doors(unit: Unit, resident_id: int, now: datetime) -> list[Door]:
    """Every shift of the town at which one can check in now, and whose code was asked for; the earliest first."""
    return [_door_of(row) for row in await unit.rows(_doors, **_about(resident_id, now))]


async def door(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> Door | None:
    """One of them."""
    row = await unit.first(_door, shift_id=shift_id, **_about(resident_id, now))
    return None if row is None else _door_of(row)


async def attendance(unit: Unit, shift_id: int) -> Attendance | None:
    """A shift and how many are there."""
    row = await unit.first(_attendance_of, shift_id=shift_id)
    return None if row is None else Attendance(shift_of(row), *row[len(ShiftRow._fields) :])


async def guests(unit: Unit, shift_id: int) -> list[Guest]:
    """Everybody who holds a place or held one to the end: who is not there first, then the others as they came."""
    return [Guest(*row) for row in await unit.rows(_guests, shift_id=shift_id)]


async def key_of(unit: Unit, shift_id: int, new: str) -> str:
    """The secret of a shift that is there; `new` becomes it if it has none. Of two processes, the first one's stays."""
    kept = await unit.value(_key, shift_id=shift_id)
    if kept is None:
        await unit.run(_make_key, b_shift=shift_id, b_key=new)
        kept = await unit.value(_key, shift_id=shift_id)
    return str(kept)


async def tick(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> bool:
    """Note that somebody who holds a place is there. False when that was noted before, or they hold none."""
    return await unit.run(_tick, b_shift=shift_id, b_resident=resident_id, b_now=now) == 1


async def untick(unit: Unit, shift_id: int, resident_id: int) -> bool:
    """Take it back. False when they hold no place."""
    return await unit.run(_untick, b_shift=shift_id, b_resident=resident_id) == 1


async def since(unit: Unit, shift_id: int, resident_id: int) -> datetime | None:
    """Since when somebody is there."""
    found: datetime | None = await unit.value(_since, shift_id=shift_id, resident_id=resident_id)
    return found


def _about(resident_id: int, now: datetime) -> dict[str, Any]:
    return {"resident_id": resident_id, "now": now, "since": now - LONGEST, "opens": now + OPENS_BEFORE}


def _door_of(row: Row[*tuple[Any, ...]]) -> Door:
    return Door(shift_of(row), *row[len(ShiftRow._fields) :])
