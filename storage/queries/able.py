"""Who could come to a shift, as a condition on residents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from storage.outbox import outbox
from storage.queries.shifts import residents, shifts, signups
from storage.sql import bindparam, select
from storage.tables import Broadcast, BroadcastAnswer, OutboxState, SignupState, table_of

CALLED_AGAIN = timedelta(days=1)
"""Nobody is called to the same shift twice in this time."""

calls, answers = table_of(Broadcast), table_of(BroadcastAnswer)

_this, _beside, _theirs = shifts.alias("this"), shifts.alias("beside"), signups.alias("theirs")
_called_since: ColumnElement[Any] = bindparam("a_called_since", type_=calls.c.started_at.type)
_old_enough: ColumnElement[Any] = bindparam("a_born_by", type_=residents.c.born.type)


def could_come(to: ColumnElement[Any]) -> ColumnElement[bool]:
    """Neither on a shift nor in line for it, free at its time, old enough; and neither did they say no to a call for
    it, nor were they called to it since "a_called_since".
    """
    on_it = and_(_beside.c.id == _this.c.id, _theirs.c.state == SignupState.WAITING)
    busy = (
        select(_theirs.c.resident_id)
        .select_from(_theirs.join(_beside, _beside.c.id == _theirs.c.shift_id).join(_this, _this.c.id == to))
        .where(
            _beside.c.starts_at < _this.c.ends_at,
            _beside.c.ends_at > _this.c.starts_at,
            _beside.c.cancelled_at.is_(None),
            or_(_theirs.c.state.in_([SignupState.HELD, SignupState.OFFERED]), on_it),
        )
    )
    # Whoever was called to it, or said no, while it was another one may be asked anew.
    stands = and_(calls.c.shift_id == to, calls.c.why != "gone")
    said_no = (
        select(answers.c.resident_id)
        .join(calls, calls.c.id == answers.c.broadcast_id)
        .where(stands, answers.c.answer == "no")
    )
    called = (
        select(outbox.c.resident_id)
        .join(calls, calls.c.id == outbox.c.broadcast_id)
        .where(
            stands,
            calls.c.started_at > _called_since,
            outbox.c.resident_id.is_not(None),
            outbox.c.state.not_in([OutboxState.DROPPED, OutboxState.FAILED]),
        )
    )
    grown = or_(residents.c.born.is_(None), residents.c.born <= _old_enough)
    return and_(*(residents.c.id.not_in(these) for these in (busy, said_no, called)), grown)
