"""Calls for hands end by themselves: when the shift is full, when it was cancelled, when it is not as it was told.

Whoever changes a shift calls these in the same transaction, the shift's row being held: the broadcast's row comes after
it, and the outbox last.
"""

from __future__ import annotations

from datetime import datetime

from handlers.broadcasts import sending
from handlers.broadcasts.sending import FULL, GONE
from handlers.shifts import passing_on
from storage import outbox
from storage.queries import broadcasts, tasks
from storage.queries.broadcasts import ON_ITS_WAY, BroadcastRow
from storage.queries.shifts import ShiftRow
from storage.tables import BroadcastState
from storage.unit import Unit

MOVED = "moved"
"""Why a call ended, as its sender is told: "full", "gone" (cancelled, or begun), or the shift is another one now."""


async def shift_full(unit: Unit, shift: ShiftRow, *, now: datetime) -> int:
    """The last place was taken: nobody else is called. Returns how many calls ended.

    One statement where nobody is being called. What has not left yet stays; what is leaving at this moment arrives.
    """
    ended = 0
    for one in await tasks.open_for_shift(unit, shift.id):
        ended += await _end(unit, one, shift, FULL, now=now)
    return ended


async def shift_gone(unit: Unit, shift: ShiftRow, *, now: datetime) -> int:
    """The shift was cancelled, or has begun: nobody else is called. Returns how many calls ended."""
    ended = 0
    for one in await tasks.open_for_shift(unit, shift.id):
        ended += await _end(unit, one, shift, GONE, now=now)
    return ended


async def shift_moved(unit: Unit, shift: ShiftRow, *, now: datetime) -> int:
    """The shift is not any more what those who were called have read; `shift` is how it is now.

    What is on its way stops; a yes to what has gone out already is asked about anew (`actions.come`). Whoever called
    is told, and may call again. Returns how many calls it was.
    """
    ended = 0
    for one in await tasks.of_shift(unit, shift.id):
        if one.state in broadcasts.NOT_YET or one.state in ON_ITS_WAY:
            ended += await _end(unit, one, shift, GONE, now=now, told=MOVED)
        elif one.started_at is not None and one.why != GONE:
            await broadcasts.change(unit, one.id, why=GONE)
            if one.state == BroadcastState.SENT and shift.free > 0:
                await _tell(unit, one, shift, MOVED, now=now)
            ended += 1
    return ended


async def _end(unit: Unit, one: BroadcastRow, shift: ShiftRow, why: str, *, now: datetime, told: str = "") -> int:
    """End a call; 0 if that was done in the meantime. Its sender is told of what their card does not show."""
    fresh = await broadcasts.get(unit, one.id, lock=True)
    if fresh is None or fresh.state not in (*broadcasts.NOT_YET, *ON_ITS_WAY):
        return 0
    if fresh.state in ON_ITS_WAY:
        await sending.stop(unit, by=None, broadcast_id=one.id, why=why, now=now)
    else:
        await sending.cancel(unit, by=None, broadcast_id=one.id, now=now)
    if told or fresh.started_at is None:
        await _tell(unit, fresh, shift, told or why, now=now)
    return 1


async def _tell(unit: Unit, one: BroadcastRow, shift: ShiftRow, why: str, *, now: datetime) -> None:
    row = outbox.new_row(
        notice="task.stopped",
        resident_id=one.made_by,
        dedupe_key=f"task.stopped:{one.id}",
        now=now,
        subject=f"shift:{shift.id}",
        expires_at=max(shift.ends_at, now),
        **passing_on.fields_of(shift),
        why=why,
        free=shift.free,
    )
    await outbox.put(unit, [row])
