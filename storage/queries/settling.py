"""Settling the hours of a shift that has ended: its roster, and how far it is done."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, update

from storage.queries.hours import NOT_MINE, entries
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, residents, shift_of, shifts, signups
from storage.sql import bindparam, select
from storage.tables import SignupState
from storage.unit import Unit


class Line(NamedTuple):
    """One person on a roster: `held` while nobody has said how it was.

    `minutes` is what the ledger's lines come to, corrections included; None for who was not there. `since` is when they
    checked in, None if they did not.
    """

    resident_id: int
    name: str
    state: str
    minutes: int | None
    since: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state == SignupState.HELD


class Roster(NamedTuple):
    """A shift with how many of its people are still open; `only` is the open one when it is one alone."""

    shift: ShiftRow
    open: int
    only: int | None


_one = select(*COLUMNS).select_from(WITH_PROJECT).where(shifts.c.id == bindparam("shift_id"))
_one_locked = _one.with_for_update(of=shifts)
_lines = (
    select(residents.c.id, residents.c.name, signups.c.state, signups.c.checked_in_at, func.sum(entries.c.minutes))
    .select_from(
        signups.join(residents, residents.c.id == signups.c.resident_id).outerjoin(
            entries, and_(entries.c.shift_id == signups.c.shift_id, entries.c.resident_id == signups.c.resident_id)
        )
    )
    .where(
        signups.c.shift_id == bindparam("shift_id"),
        signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED, SignupState.MISSED]),
    )
    .group_by(residents.c.id, residents.c.name, signups.c.state, signups.c.checked_in_at)
    .order_by(residents.c.name, residents.c.id)
)
_held = and_(signups.c.shift_id == shifts.c.id, signups.c.state == SignupState.HELD)
_OPEN = (shifts.c.cancelled_at.is_(None), shifts.c.closed_at.is_(None))
_ENDED = shifts.c.ends_at <= bindparam("now")


def _rosters(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(*COLUMNS, func.count(signups.c.resident_id), func.min(signups.c.resident_id))
        .select_from(WITH_PROJECT.outerjoin(signups, _held))
        .where(*_OPEN, *conditions)
        .group_by(*COLUMNS)
        .order_by(shifts.c.ends_at, shifts.c.id)
    )


_to_ask = _rosters(_ENDED, shifts.c.asked_at.is_(None))
# Nobody is asked before the end, so that the index on `ends_at` narrows these down as well.
_ASKED = (shifts.c.asked_at <= bindparam("before"), shifts.c.ends_at <= bindparam("before"))
_to_remind = _rosters(*_ASKED, shifts.c.reminded_at.is_(None))
_to_escalate = _rosters(*_ASKED, shifts.c.escalated_at.is_(None))
_waiting = _rosters(_ENDED)
_waiting_of = _waiting.where(shifts.c.project_id.in_(bindparam("projects", expanding=True)))
_next_end = select(func.min(shifts.c.ends_at)).where(
    *_OPEN, shifts.c.asked_at.is_(None), shifts.c.ends_at > bindparam("now")
)
_next_remind = select(func.min(shifts.c.asked_at)).where(
    *_OPEN, shifts.c.reminded_at.is_(None), shifts.c.asked_at > bindparam("before")
)
_next_escalate = select(func.min(shifts.c.asked_at)).where(
    *_OPEN, shifts.c.escalated_at.is_(None), shifts.c.asked_at > bindparam("before")
)
_mark = {
    name: update(shifts)
    .where(shifts.c.id == bindparam("b_id"), shifts.c[name].is_(None), shifts.c.closed_at.is_(None))
    .values({name: bindparam("b_now")})
    for name in ("asked_at", "reminded_at", "escalated_at")
}
_settle_one = (
    update(signups)
    .where(
        signups.c.shift_id == bindparam("b_shift"),
        signups.c.resident_id == bindparam("b_resident"),
        signups.c.state == SignupState.HELD,
    )
    .values(state=bindparam("b_state"))
)
_attend_all = (
    update(signups)
    .where(
        signups.c.shift_id == bindparam("b_shift"),
        NOT_MINE,
        signups.c.state == SignupState.HELD,
    )
    .values(state=SignupState.ATTENDED)
)
_attend_here = _attend_all.where(signups.c.checked_in_at.is_not(None))
_close = (
    update(shifts)
    .where(shifts.c.id == bindparam("b_id"), *_OPEN, ~exists().where(_held))
    .values(closed_at=bindparam("b_now"))
)


async def lock(unit: Unit, shift_id: int) -> ShiftRow | None:
    """A shift, its row held until the end of this transaction: whoever else settles its hours waits."""
    row = await unit.first(_one if unit.is_sqlite else _one_locked, shift_id=shift_id)
    return None if row is None else shift_of(row)


async def lines(unit: Unit, shift_id: int) -> list[Line]:
    """Everybody who held a place to the end, by name."""
    return [
        Line(resident_id, name, state, None if minutes is None or state == SignupState.MISSED else int(minutes), since)
        for resident_id, name, state, since, minutes in await unit.rows(_lines, shift_id=shift_id)
    ]


async def settle_one(unit: Unit, shift_id: int, resident_id: int, state: SignupState) -> bool:
    """Say how it was with one person. False when that is not open."""
    return await unit.run(_settle_one, b_shift=shift_id, b_resident=resident_id, b_state=state.value) == 1


async def attend_all(unit: Unit, shift_id: int, *, by: int, here: bool = False) -> int:
    """Say that everybody came, apart from `by`, whose own line stays open; how many that were.

    `here`: only those who checked in.
    """
    return await unit.run(_attend_here if here else _attend_all, b_shift=shift_id, b_by=by)


async def close(unit: Unit, shift_id: int, now: datetime) -> bool:
    """Close a shift on which nobody is left open. False while somebody is."""
    return await unit.run(_close, b_id=shift_id, b_now=now) == 1


async def mark(unit: Unit, shift_id: int, what: str, now: datetime) -> bool:
    """Note that a roster was "asked_at", "reminded_at" or "escalated_at". False when it was before, or is closed."""
    return await unit.run(_mark[what], b_id=shift_id, b_now=now) == 1


async def to_ask(unit: Unit, now: datetime) -> list[Roster]:
    """The shifts that have ended and whose roster nobody was asked for."""
    return _found(await unit.rows(_to_ask, now=now))


async def to_remind(unit: Unit, now: datetime, after: timedelta) -> list[Roster]:
    """The open rosters that were asked for so long ago, and not reminded of."""
    return _found(await unit.rows(_to_remind, before=now - after))


async def to_escalate(unit: Unit, now: datetime, after: timedelta) -> list[Roster]:
    """The open rosters that were asked for so long ago that the mayors are to know, and do not."""
    return _found(await unit.rows(_to_escalate, before=now - after))


async def waiting(unit: Unit, now: datetime, projects: Collection[int] | None) -> list[Roster]:
    """The open rosters of some projects, or (None) of all, the oldest first."""
    if projects is None:
        rows = await unit.rows(_waiting, now=now)
    else:
        rows = await unit.rows(_waiting_of, now=now, projects=sorted(projects))
    return [roster for roster in _found(rows) if roster.open]


async def next_end(unit: Unit, now: datetime) -> datetime | None:
    """When the next shift ends whose roster is then to be asked for."""
    found: datetime | None = await unit.value(_next_end, now=now)
    return found


async def next_chase(unit: Unit, now: datetime, remind: timedelta, escalate: timedelta) -> datetime | None:
    """When somebody is next to be reminded of an open roster, or the mayors told."""
    reminded: datetime | None = await unit.value(_next_remind, before=now - remind)
    escalated: datetime | None = await unit.value(_next_escalate, before=now - escalate)
    known = [asked + after for asked, after in ((reminded, remind), (escalated, escalate)) if asked is not None]
    return min(known, default=None)


def _found(rows: Any) -> list[Roster]:
    at = len(ShiftRow._fields)
    return [Roster(shift_of(row), row[at], row[at + 1] if row[at] == 1 else None) for row in rows]
