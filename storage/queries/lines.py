"""What those in line for a shift are told: that it has changed, and that the waiting list has come to its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update

from storage import fanout
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, shift_of, shifts, signups
from storage.sql import bindparam, select
from storage.tables import Priority, SignupState
from storage.unit import Unit

GIVEN_UP = timedelta(days=7)
"""Nobody looks for waiting lists of shifts that began longer ago: they ended long since."""

_has_list = (
    select(signups.c.resident_id)
    .where(signups.c.shift_id == shifts.c.id, signups.c.state == SignupState.WAITING)
    .correlate(shifts)
    .exists()
)
_ended = (
    select(*COLUMNS)
    .select_from(WITH_PROJECT)
    .where(shifts.c.starts_at > bindparam("since"), shifts.c.starts_at <= bindparam("until"), _has_list)
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_next_end = select(func.min(shifts.c.starts_at)).where(shifts.c.starts_at > bindparam("until"), _has_list)
_tell_waiting = fanout.notice_to(
    signups.c.resident_id, signups, signups.c.shift_id == bindparam("of_shift"), signups.c.state == SignupState.WAITING
)
_tell_of_change = {
    state: fanout.notice_to(
        signups.c.resident_id, signups, signups.c.shift_id == bindparam("of_shift"), signups.c.state == state
    )
    for state in (SignupState.WAITING, SignupState.OFFERED)
}
_let_wait_go = (
    update(signups)
    .where(signups.c.shift_id == bindparam("b_shift"), signups.c.state == SignupState.WAITING)
    .values(state=SignupState.RELEASED, waiting_since=None)
)


async def tell_of_change(
    unit: Unit,
    shift_id: int,
    state: SignupState,
    *,
    subject: str,
    fields: dict[str, Any],
    urgent: bool,
    expires_at: datetime,
    now: datetime,
) -> int:
    """Tell all who wait for a shift, or all who have a place offered (`state`), that it has changed; how many."""
    return await fanout.send(
        unit,
        _tell_of_change[state],
        notice="waiting.changed",
        key=(f"waiting.changed:{shift_id}:{now.isoformat()}:", ""),
        fields=fields | {"offered": state == SignupState.OFFERED},
        now=now,
        subject=subject,
        priority=Priority.URGENT if urgent else Priority.PERSONAL,
        expires_at=expires_at,
        of_shift=shift_id,
    )


async def ended(unit: Unit, now: datetime, stop: timedelta) -> list[ShiftRow]:
    """The shifts that start so soon that their waiting list ends, and somebody still waits."""
    rows = await unit.rows(_ended, since=now - GIVEN_UP, until=now + stop)
    return [shift_of(row) for row in rows]


async def next_end(unit: Unit, now: datetime, stop: timedelta) -> datetime | None:
    """When the next waiting list ends."""
    found: datetime | None = await unit.value(_next_end, until=now + stop)
    return None if found is None else found - stop


async def end(unit: Unit, shift: ShiftRow, *, fields: dict[str, Any], now: datetime) -> int:
    """End the waiting list of a shift and tell everybody on it; how many that were."""
    told = await fanout.send(
        unit,
        _tell_waiting,
        notice="waiting.ended",
        key=(f"waiting.ended:{shift.id}:", f":{int(shift.starts_at.timestamp())}"),
        fields=fields,
        now=now,
        subject=f"shift:{shift.id}",
        expires_at=shift.ends_at,
        of_shift=shift.id,
    )
    await unit.run(_let_wait_go, b_shift=shift.id)
    return told
