"""The places on a shift: taking one, keeping one for somebody, giving one back.

Rows are locked in one order everywhere (the resident, the shift, the sign-up), so that nobody waits in a circle.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Integer, and_, false, func, literal, update

from storage.lease import RESIDENTS
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, needs, residents, shift_of, shifts, signups
from storage.sql import bindparam, insert, select
from storage.tables import SignupState
from storage.unit import Unit
from town.places import GENERAL, Kind
from town.shifts import ShiftFacts


class ToJoin(NamedTuple):
    """A shift as somebody finds it who would take a place.

    `state` is that of their own sign-up, None if they never had one; `born` their birth date if they told it. `held`
    are the shifts they hold a place on (itself among them, if so) and `done` those they came to, both of late.
    """

    shift: ShiftRow
    state: str | None
    born: date | None
    held: tuple[ShiftFacts, ...]
    done: tuple[ShiftFacts, ...]


LOOKED_BACK = timedelta(days=14)
"""How far back the work counts that limits how much more somebody may do: the week, and the night before it."""

_other, _theirs = shifts.alias("other"), signups.alias("theirs")
_lock = select(func.pg_advisory_xact_lock(RESIDENTS, bindparam("resident_id")))
_try_lock = select(func.pg_try_advisory_xact_lock(RESIDENTS, bindparam("resident_id")))
_lock_shift = select(*COLUMNS).select_from(WITH_PROJECT).where(shifts.c.id == bindparam("shift_id"))
_locked_shift = _lock_shift.with_for_update(of=shifts)
_to_join = (
    select(
        *COLUMNS,
        signups.c.state,
        residents.c.born,
        _theirs.c.state,
        _other.c.id,
        _other.c.title,
        _other.c.starts_at,
        _other.c.ends_at,
        _other.c.places,
    )
    .select_from(
        WITH_PROJECT.join(residents, residents.c.id == bindparam("resident_id"))
        .outerjoin(signups, and_(signups.c.shift_id == shifts.c.id, signups.c.resident_id == residents.c.id))
        .outerjoin(
            _theirs,
            and_(
                _theirs.c.resident_id == residents.c.id,
                _theirs.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
            ),
        )
        .outerjoin(
            _other,
            and_(
                _other.c.id == _theirs.c.shift_id,
                _other.c.cancelled_at.is_(None),
                _other.c.starts_at > bindparam("since"),
            ),
        )
    )
    .where(shifts.c.id == bindparam("shift_id"))
)
_general_free = shifts.c.places - shifts.c.reserved > shifts.c.taken - shifts.c.special
_OPEN = (
    shifts.c.id == bindparam("b_shift"),
    shifts.c.cancelled_at.is_(None),
    shifts.c.starts_at > bindparam("b_now"),
)
_take = update(shifts).where(*_OPEN, _general_free).values(taken=shifts.c.taken + 1).returning(shifts.c.taken)
_AS_READ = ("title", "place", "starts_at", "ends_at", "places")
_take_as_read = _take.where(*(shifts.c[name] == bindparam(f"b_{name}") for name in _AS_READ))
_take_special = (
    update(shifts)
    .where(*_OPEN, shifts.c.taken < shifts.c.places)
    .values(taken=shifts.c.taken + 1, special=shifts.c.special + 1)
)
_one_skill = (needs.c.shift_id == bindparam("b_shift"), needs.c.topic_id == bindparam("b_skill"))
_take_skill = update(needs).where(*_one_skill, needs.c.taken < needs.c.places).values(taken=needs.c.taken + 1)
_take_learner = (
    update(needs).where(*_one_skill, needs.c.learning < needs.c.learners).values(learning=needs.c.learning + 1)
)
_free = update(shifts).where(shifts.c.id == bindparam("b_shift")).values(taken=shifts.c.taken - 1)
_free_special = _free.values(special=shifts.c.special - 1)
_free_skill = update(needs).where(*_one_skill).values(taken=needs.c.taken - 1)
_free_learner = update(needs).where(*_one_skill).values(learning=needs.c.learning - 1)

_new = insert(signups)
_KEPT = ("state", "joined_at", "skill_id", "learner", "waiting_since", "offer", "offer_until")
_again: dict[str, Any] = {  # given back or waited for, it can be taken; one that is held or offered is left alone
    "index_elements": ["shift_id", "resident_id"],
    "set_": {name: _new.excluded[name] for name in _KEPT} | {"coming_at": None, "checked_in_at": None},
    "where": signups.c.state.in_([SignupState.RELEASED, SignupState.WAITING]),
}
_hold = _new.on_conflict_do_update(**_again)
_room = _take_as_read.returning(shifts.c.id).cte("room")
_held_now = (
    _new.from_select(
        ["shift_id", "resident_id", "state", "joined_at", "learner", "offer"],
        select(
            _room.c.id,
            bindparam("b_resident", type_=Integer),
            literal(SignupState.HELD.value),
            bindparam("b_now"),
            false(),
            literal(""),
        ),
    )
    .on_conflict_do_update(**_again)
    .returning(signups.c.shift_id)
    .cte("held_now")
)
_claim = select(_room.c.taken, _held_now.c.shift_id.is_not(None)).select_from(
    _room.outerjoin(_held_now, _held_now.c.shift_id == _room.c.id)
)
ONE = (signups.c.shift_id == bindparam("b_shift"), signups.c.resident_id == bindparam("b_resident"))
_mine = (*ONE, signups.c.state == SignupState.HELD)
_let_go = {
    "state": SignupState.RELEASED,
    "coming_at": None,
    "waiting_since": None,
    "offer": "",
    "offer_until": None,
    "checked_in_at": None,
}
_release = {
    state: update(signups)
    .where(*ONE, signups.c.state == state)
    .values(**_let_go)
    .returning(signups.c.skill_id, signups.c.learner)
    for state in (SignupState.HELD, SignupState.OFFERED, SignupState.WAITING)
}
_set_kind = update(signups).where(*_mine).values(skill_id=bindparam("b_skill"), learner=bindparam("b_learner"))
_coming = update(signups).where(*_mine, signups.c.coming_at.is_(None)).values(coming_at=bindparam("b_now"))


async def lock(unit: Unit, resident_id: int) -> None:
    """Have one person's changes wait for each other, whichever of their accounts they come from.

    An update has locked its own resident when it was opened; SQLite has one writer at a time anyway.
    """
    if not unit.is_sqlite and unit.locked_resident != resident_id:
        await unit.execute(_lock, {"resident_id": resident_id})


async def try_lock(unit: Unit, resident_id: int) -> bool:
    """Lock another person beside oneself. False when they are changing something themselves at this moment.

    Waiting for them could be waiting in a circle: they may wait for us.
    """
    if unit.is_sqlite or unit.locked_resident == resident_id:
        return True
    return bool(await unit.value(_try_lock, resident_id=resident_id))


async def lock_shift(unit: Unit, shift_id: int) -> ShiftRow | None:
    """A shift, its row held until the end of this transaction: its places change one after the other."""
    row = await unit.first(_lock_shift if unit.is_sqlite else _locked_shift, shift_id=shift_id)
    return None if row is None else shift_of(row)


async def to_join(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> ToJoin | None:
    """A shift, and what a resident has beside it."""
    rows = await unit.rows(_to_join, shift_id=shift_id, resident_id=resident_id, since=now - LOOKED_BACK)
    if not rows:
        return None
    at = len(ShiftRow._fields)
    of_state: dict[str, list[ShiftFacts]] = {SignupState.HELD: [], SignupState.ATTENDED: []}
    for row in rows:
        if row[at + 3] is not None:
            of_state[row[at + 2]].append(ShiftFacts(*row[at + 3 :]))
    held, done = of_state[SignupState.HELD], of_state[SignupState.ATTENDED]
    return ToJoin(shift_of(rows[0]), rows[0][at], rows[0][at + 1], tuple(held), tuple(done))


class Claimed(NamedTuple):
    """A place that was taken: how many are taken then. `new` is False when its taker held one already."""

    taken: int
    new: bool


async def claim(unit: Unit, shift: ShiftRow, resident_id: int, now: datetime) -> Claimed | None:
    """Take a free place for anybody of a shift that has not started: one statement on PostgreSQL, as this is done most.

    None when there was none to take, or the shift is not as it was read: what, where and when it is, for how many.
    """
    read = {"b_shift": shift.id, "b_now": now} | {f"b_{name}": getattr(shift, name) for name in _AS_READ}
    if not unit.is_sqlite:
        row = await unit.first(_claim, b_resident=resident_id, **read)
        return None if row is None else Claimed(*row)
    taken: int | None = await unit.value(_take_as_read, **read)
    if taken is None:
        return None
    return Claimed(taken, await write(unit, shift.id, resident_id, SignupState.HELD, GENERAL, joined_at=now))


async def claim_kind(
    unit: Unit,
    shift_id: int,
    resident_id: int,
    kind: Kind,
    now: datetime,
    *,
    offer: str = "",
    until: datetime | None = None,
) -> bool | None:
    """Take a place of a kind, or with `offer` keep it for somebody `until` then.

    The shift's row is locked. None when no such place was free, False when the resident has one already: the
    transaction is to be undone then.
    """
    if not await count(unit, shift_id, kind, now):
        return None
    state = SignupState.OFFERED if offer else SignupState.HELD
    return await write(unit, shift_id, resident_id, state, kind, joined_at=now, offer=offer, offer_until=until)


async def count(unit: Unit, shift_id: int, kind: Kind, now: datetime) -> bool:
    """Count a free place of a kind as taken. False when there is none. The shift's row is locked."""
    if kind.skill_id is None:
        return await unit.value(_take, b_shift=shift_id, b_now=now) is not None
    of_skill = _take_learner if kind.learner else _take_skill
    if not await unit.run(of_skill, b_shift=shift_id, b_skill=kind.skill_id):
        return False
    return bool(await unit.run(_take_special, b_shift=shift_id, b_now=now))


async def uncount(unit: Unit, shift_id: int, kind: Kind) -> None:
    """Count a place of a kind as free again. The shift's row is locked."""
    await unit.run(_free if kind.skill_id is None else _free_special, b_shift=shift_id)
    if kind.skill_id is not None:
        await unit.run(_free_learner if kind.learner else _free_skill, b_shift=shift_id, b_skill=kind.skill_id)


async def write(
    unit: Unit,
    shift_id: int,
    resident_id: int,
    state: SignupState,
    kind: Kind,
    *,
    joined_at: datetime,
    waiting_since: datetime | None = None,
    offer: str = "",
    offer_until: datetime | None = None,
) -> bool:
    """Write a sign-up where there is none, or one that was released or waited. False when there is a place already."""
    values = {
        "shift_id": shift_id,
        "resident_id": resident_id,
        "state": state.value,
        "joined_at": joined_at,
        "skill_id": kind.skill_id,
        "learner": kind.learner,
        "waiting_since": waiting_since,
        "offer": offer,
        "offer_until": offer_until,
    }
    return await unit.run(_hold, **values) == 1


async def release(unit: Unit, shift_id: int, resident_id: int, state: SignupState = SignupState.HELD) -> Kind | None:
    """Let go of a sign-up in this state, and say what its place was for; None when there was none."""
    row = await unit.first(_release[state], b_shift=shift_id, b_resident=resident_id)
    return None if row is None else Kind(row.skill_id, row.learner)


async def hand_on(unit: Unit, shift_id: int, from_id: int, to_id: int, now: datetime) -> Kind | None:
    """Let a place pass from one resident to another, whatever else the other had there; None when it was not held.

    Nothing is counted anew: the place stays taken. Raises LookupError when the other one holds a place themself.
    """
    kind = await release(unit, shift_id, from_id)
    if kind is not None and not await write(unit, shift_id, to_id, SignupState.HELD, kind, joined_at=now):
        raise LookupError(f"resident {to_id} has a place on shift {shift_id}")
    return kind


async def set_kind(unit: Unit, shift_id: int, resident_id: int, kind: Kind) -> None:
    """Say what a held place is for."""
    await unit.run(_set_kind, b_shift=shift_id, b_resident=resident_id, b_skill=kind.skill_id, b_learner=kind.learner)


async def coming(unit: Unit, shift_id: int, resident_id: int, now: datetime) -> bool:
    """Note that somebody is coming. False when that was noted before, or they hold no place."""
    return await unit.run(_coming, b_shift=shift_id, b_resident=resident_id, b_now=now) == 1
