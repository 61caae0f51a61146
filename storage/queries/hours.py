"""The hours ledger: sums for reading, and the statements that add to it. Nothing here changes or deletes a line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Insert, Integer, Text, and_, cast, exists, func

from storage import fanout
from storage.queries.helping import spoken_for_by
from storage.queries.shifts import signups
from storage.sql import bindparam, insert, select
from storage.tables import HoursEntry, SignupState, table_of
from storage.unit import Unit
from town.hours import EntryKind

entries = table_of(HoursEntry)

_by_week = (
    select(entries.c.week, func.sum(entries.c.minutes))
    .where(entries.c.resident_id == bindparam("resident_id"))
    .group_by(entries.c.week)
)
_total_week = select(func.coalesce(func.sum(entries.c.minutes), 0)).where(entries.c.week == bindparam("week"))

_WRITTEN = ("key", "resident_id", "week", "minutes", "kind", "shift_id", "reason", "confirmed_by", "confirmed_at")
_held = (signups.c.shift_id == bindparam("b_shift"), signups.c.state == SignupState.HELD)
_by: ColumnElement[int] = bindparam("b_by", type_=Integer())
NOT_MINE = and_(signups.c.resident_id != _by, ~spoken_for_by(signups.c.resident_id, _by, signups.c.shift_id))
"""The sign-ups that `b_by` may confirm: neither their own, nor those of somebody for whom they speak."""


def _add(*conditions: ColumnElement[bool]) -> Insert:
    """Lines for the held sign-ups of a shift under some conditions, all of one length; none that is there already."""
    key: ColumnElement[Any] = bindparam("b_prefix", type_=Text()) + cast(signups.c.resident_id, Text())
    given = [bindparam(f"b_{name}", type_=entries.c[name].type) for name in ("week", "minutes", "kind")]
    tail = [bindparam(f"b_{name}", type_=entries.c[name].type) for name in ("reason", "confirmed_by", "confirmed_at")]
    chosen = select(key, signups.c.resident_id, *given, signups.c.shift_id, *tail).where(
        *_held, *conditions, ~exists().where(entries.c.key == key)
    )
    return insert(entries).from_select(list(_WRITTEN), chosen).on_conflict_do_nothing(index_elements=["key"])


_this_one = signups.c.resident_id == bindparam("b_resident", type_=Integer())
_checked_in = signups.c.checked_in_at.is_not(None)
_add_all = _add(NOT_MINE)
_add_here = _add(NOT_MINE, _checked_in)
_add_one = _add(NOT_MINE, _this_one)
_tell_all = fanout.notice_to(signups.c.resident_id, signups, and_(*_held), NOT_MINE)
_tell_here = fanout.notice_to(signups.c.resident_id, signups, and_(*_held), NOT_MINE, _checked_in)


async def by_week(unit: Unit, resident_id: int) -> dict[date, int]:
    """The confirmed minutes of a resident, corrections included, by the Monday of the week."""
    return {week: int(minutes) for week, minutes in await unit.rows(_by_week, resident_id=resident_id)}


async def total_week(unit: Unit, week: date) -> int:
    """The confirmed minutes of all residents in one week."""
    return int(await unit.value(_total_week, week=week))


async def add(
    unit: Unit,
    shift_id: int,
    *,
    week: date,
    minutes: int,
    by: int,
    now: datetime,
    resident_id: int | None = None,
    here: bool = False,
) -> int:
    """Write the same minutes for one resident who holds a place, or for all of them; never for `by` themself.

    `here`: of all, only for those who checked in.
    Returns how many lines are new: a resident who has a line for this shift gets no second one.
    """
    params = {
        "b_prefix": f"shift:{shift_id}:",
        "b_shift": shift_id,
        "b_by": by,
        "b_week": week,
        "b_minutes": minutes,
        "b_kind": EntryKind.SHIFT.value,
        "b_reason": "",
        "b_confirmed_by": by,
        "b_confirmed_at": now,
    }
    if resident_id is None:
        return await unit.run(_add_here if here else _add_all, **params)
    return await unit.run(_add_one, **params, b_resident=resident_id)


async def tell_all(
    unit: Unit, shift_id: int, *, by: int, fields: dict[str, Any], now: datetime, here: bool = False
) -> int:
    """Tell everybody who holds a place (`here`: and checked in), apart from `by`, that their hours are confirmed."""
    return await fanout.send(
        unit,
        _tell_here if here else _tell_all,
        notice="hours.confirmed",
        key=(f"hours.confirmed:{shift_id}:", ""),
        fields=fields,
        now=now,
        b_shift=shift_id,
        b_by=by,
    )
