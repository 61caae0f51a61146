"""Telling the people on a shift that it has changed: once for all that changed before they heard of it.

The notices are filed under a subject of their own, so that a newer one, or leaving the shift, withdraws them. What the
shift was before may differ from one person to the next, by what they have been told; so each kind of notice is one
statement, the particular ones before the general one: a cause tells nobody twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Text, and_, func, or_, update

from storage import fanout
from storage.outbox import UNSENT, outbox
from storage.queries.shifts import shifts, signups
from storage.sql import bindparam, select
from storage.tables import OutboxState, Priority, SignupState
from storage.unit import Unit


class Clash(NamedTuple):
    """Somebody on a shift who holds another one at a time (aware) that overlaps."""

    resident_id: int
    shift_id: int
    title: str
    starts_at: datetime
    ends_at: datetime


class Unheard(NamedTuple):
    """A notice that waits, the same for one or more: its fields as they are kept, and the newest row that has them."""

    kept: str
    newest: int

    @property
    def fields(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.kept)
        return found


_theirs, _other = signups.alias("theirs"), shifts.alias("other")
_on_it = (signups.c.shift_id == bindparam("of_shift"), signups.c.state == SignupState.HELD)
_clashes = (
    select(signups.c.resident_id, _other.c.id, _other.c.title, _other.c.starts_at, _other.c.ends_at)
    .select_from(
        signups.join(
            _theirs, and_(_theirs.c.resident_id == signups.c.resident_id, _theirs.c.state == SignupState.HELD)
        ).join(_other, _other.c.id == _theirs.c.shift_id)
    )
    .where(
        *_on_it,
        _other.c.id != bindparam("of_shift"),
        _other.c.cancelled_at.is_(None),
        _other.c.starts_at < bindparam("ends"),
        _other.c.ends_at > bindparam("starts"),
    )
    .order_by(_other.c.starts_at, _other.c.id, signups.c.resident_id)
)
_waits = (outbox.c.subject == bindparam("of_subject"), UNSENT)
_unheard = select(outbox.c.fields, func.max(outbox.c.id)).where(*_waits).group_by(outbox.c.fields)
_their_notice = select(outbox.c.id).where(
    *_waits, outbox.c.resident_id == signups.c.resident_id, outbox.c.id <= bindparam("upto", type_=Integer())
)
_clashing = or_(
    bindparam("of_other", type_=Integer()) == 0,
    select(_theirs.c.shift_id)
    .where(
        _theirs.c.resident_id == signups.c.resident_id,
        _theirs.c.shift_id == bindparam("of_other", type_=Integer()),
        _theirs.c.state == SignupState.HELD,
    )
    .exists(),
)
_tell = fanout.notice_to(signups.c.resident_id, signups, *_on_it, _clashing, ~_their_notice.correlate(signups).exists())
_tell_instead = fanout.notice_to(
    signups.c.resident_id,
    signups,
    *_on_it,
    _clashing,
    _their_notice.where(outbox.c.fields == bindparam("of_fields", type_=Text())).correlate(signups).exists(),
)
_withdraw = (
    update(outbox)
    .where(outbox.c.subject == bindparam("b_subject"), UNSENT, outbox.c.id <= bindparam("b_upto"))
    .values(state=OutboxState.DROPPED, detail="withdrawn")
)


def subject(shift_id: int) -> str:
    """What the notices of a shift's changes are filed under, so that they can be withdrawn."""
    return f"changes:{shift_id}"


async def clashes(unit: Unit, shift_id: int, starts_at: datetime, ends_at: datetime) -> list[Clash]:
    """Who on a shift would hold another one as well, if it were at this time: by the other one's start."""
    return [Clash(*row) for row in await unit.rows(_clashes, of_shift=shift_id, starts=starts_at, ends=ends_at)]


async def unheard(unit: Unit, shift_id: int) -> list[Unheard]:
    """The changes of a shift that wait to be told, each kind of them once."""
    return [Unheard(*row) for row in await unit.rows(_unheard, of_subject=subject(shift_id))]


async def tell(
    unit: Unit,
    shift_id: int,
    *,
    cause: str,
    fields: Mapping[str, Any],
    upto: int,
    instead_of: str | None = None,
    other: int = 0,
    urgent: bool,
    due_at: datetime,
    now: datetime,
) -> int:
    """Write one notice of a change to each who holds a place, for `due_at`; returns how many there are.

    To those for whom none waits, up to the row `upto`; or else to those who would hear it `instead_of` one with these
    fields. With `other`, only to those who hold that shift too. `cause` is told to nobody twice.
    """
    theirs: dict[str, Any] = {} if instead_of is None else {"of_fields": instead_of}
    return await fanout.send(
        unit,
        _tell if instead_of is None else _tell_instead,
        notice="shift.changed",
        key=(f"{cause}:", ""),
        fields=fields,
        now=now,
        subject=subject(shift_id),
        priority=Priority.URGENT if urgent else Priority.PERSONAL,
        due_at=due_at,
        of_shift=shift_id,
        of_subject=subject(shift_id),
        of_other=other,
        upto=upto,
        **theirs,
    )


async def withdraw(unit: Unit, shift_id: int, earlier: Iterable[Unheard]) -> None:
    """Drop the changes that nobody has heard of, now that there is a newer one."""
    if found := [one.newest for one in earlier]:
        await unit.run(_withdraw, b_subject=subject(shift_id), b_upto=max(found))
