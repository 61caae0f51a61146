"""A resident's shifts as their calendar shows them, and the secret address of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Text, cast, func, literal, update

from storage.outbox import addresses, outbox
from storage.queries.changes import subject
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, residents, shift_of, shifts, signups
from storage.sql import bindparam, select
from storage.tables import ResidentState, SignupState
from storage.unit import Unit

SHOWN = (SignupState.HELD, SignupState.ATTENDED, SignupState.OFFERED)
"""Sign-ups that stand in a calendar; an ended shift whose hours are confirmed was attended."""


class Entry(NamedTuple):
    """One shift in one resident's calendar. `state` is that of their sign-up, `made_at` when the shift was put up.

    `changed_at` is when it last became another: put up, told of a change of its title, time or place, or cancelled.
    """

    shift: ShiftRow
    state: str
    made_at: datetime
    changed_at: datetime


class Owner(NamedTuple):
    """Whose calendar it is. Leads are minutes before a shift, None is off; `key` is None while they have no address."""

    id: int
    early: int | None
    late: int | None
    key: str | None


_subject = literal(subject(0).removesuffix("0")) + cast(shifts.c.id, Text())
_told: ColumnElement[datetime] = (
    select(func.max(outbox.c.made_at)).where(outbox.c.subject == _subject).correlate(shifts).scalar_subquery()
)
_entries = (
    select(*COLUMNS, signups.c.state, shifts.c.made_at, _told)
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(signups.c.resident_id == bindparam("resident_id"))
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_since = _entries.where(signups.c.state.in_(SHOWN), shifts.c.ends_at > bindparam("since"))
_one = _entries.where(shifts.c.id == bindparam("shift_id"))
_title = select(shifts.c.title).where(shifts.c.id == bindparam("shift_id"))
_owner_columns = (residents.c.id, residents.c.reminder_early, residents.c.reminder_late, residents.c.calendar_key)
_owner = select(*_owner_columns).where(residents.c.id == bindparam("resident_id"))
_by_key = select(*_owner_columns).where(
    residents.c.calendar_key == bindparam("key"), residents.c.state == ResidentState.RESIDENT
)
_set_key = update(residents).where(residents.c.id == bindparam("b_id")).values(calendar_key=bindparam("b_key"))
_first_key = _set_key.where(residents.c.calendar_key.is_(None))


async def since(unit: Unit, resident_id: int, ends_after: datetime) -> list[Entry]:
    """The shifts of a resident that end after then, held, offered and cancelled ones, the earliest first."""
    rows = await unit.rows(_since, resident_id=resident_id, since=ends_after)
    return [_entry(row) for row in rows]


async def one(unit: Unit, resident_id: int, shift_id: int) -> Entry | None:
    """One shift, whatever became of the resident's sign-up; None when there never was one."""
    row = await unit.first(_one, resident_id=resident_id, shift_id=shift_id)
    return None if row is None else _entry(row)


async def title(unit: Unit, shift_id: int) -> str | None:
    """What a shift is called; None when there is none."""
    found: str | None = await unit.value(_title, shift_id=shift_id)
    return found


async def owner(unit: Unit, resident_id: int) -> Owner:
    """Raises LookupError."""
    row = await unit.first(_owner, resident_id=resident_id)
    if row is None:
        raise LookupError(f"resident {resident_id}")
    return Owner(*row)


async def by_key(unit: Unit, key: str) -> Owner | None:
    """The resident whose calendar has this address now, if they still live here."""
    row = await unit.first(_by_key, key=key)
    return None if row is None else Owner(*row)


async def set_key(unit: Unit, resident_id: int, key: str | None) -> None:
    """Give a resident's calendar another address, or none: the old one ends."""
    await unit.run(_set_key, b_id=resident_id, b_key=key)


async def first_key(unit: Unit, resident_id: int, key: str) -> bool:
    """Give a resident's calendar its address if it has none. False when it had one."""
    return await unit.run(_first_key, b_id=resident_id, b_key=key) == 1


async def language(unit: Unit, resident_id: int) -> str | None:
    """The language that a resident last spoke; None when they cannot be reached."""
    found = await addresses(unit, resident_id)
    return found[0].language if found else None


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    shift = shift_of(row)
    state, made_at, told = row[len(ShiftRow._fields) :]
    changed = [moment for moment in (made_at, told, shift.cancelled_at) if isinstance(moment, datetime)]
    return Entry(shift, state, made_at, max(changed))
