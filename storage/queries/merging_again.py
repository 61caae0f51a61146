"""Two residents are two again: the places, hours and reports of the one who was gone, as far as they are as left."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import update

from storage.queries import places
from storage.queries.hours import entries
from storage.queries.ledger import add
from storage.queries.merging_places import PLACED
from storage.queries.merging_rows import Change, Thing, Values
from storage.queries.shifts import needs, shifts, signups
from storage.sql import bindparam, select
from storage.tables import SignupState
from storage.unit import Unit
from town.hours import EntryKind
from town.places import GENERAL, Kind

_again = update(shifts).where(shifts.c.id == bindparam("b_shift"), shifts.c.cancelled_at.is_(None))
_general = (shifts.c.taken - shifts.c.special < shifts.c.places - shifts.c.reserved,)
_take_general = _again.where(*_general).values(taken=shifts.c.taken + 1)
_take_special = _again.where(shifts.c.taken < shifts.c.places, shifts.c.special < shifts.c.reserved).values(
    taken=shifts.c.taken + 1, special=shifts.c.special + 1
)
_one_skill = (needs.c.shift_id == bindparam("b_shift"), needs.c.topic_id == bindparam("b_skill"))
_take_skill = update(needs).where(*_one_skill, needs.c.taken < needs.c.places).values(taken=needs.c.taken + 1)
_take_learner = (
    update(needs).where(*_one_skill, needs.c.learning < needs.c.learners).values(learning=needs.c.learning + 1)
)
_reversed = select(entries.c.id).where(entries.c.reverses_id == bindparam("line_id"))


async def _can_go_back(unit: Unit, thing: Thing) -> bool:
    """Whether what the merge wrote into the hours ledger about this stands as it was written."""
    for change in thing.changes:
        copy = (change.told or {}).get("copy")
        if copy is not None and await unit.value(_reversed, line_id=copy) is not None:
            return False
    return True


async def work_again(unit: Unit, thing: Thing, now: datetime) -> bool:
    """Make the hours of a shift or report, and the place on it, again those of whom they were. False: they stay.

    A place that is no longer free is waited for, before everybody else.
    """
    if not await _can_go_back(unit, thing):
        return False
    for kind, change in _given_up(thing):
        if change.was is not None and change.was["state"] == SignupState.OFFERED and change.was["offer_until"] <= now:
            return False
        if not await _count_again(unit, thing.id, kind):
            await _wait_again(unit, thing.id, change, now)
            return False
    for change in thing.changes:
        if change.told is not None:
            await _line_again(unit, change.told, now)
    return True


def _given_up(thing: Thing) -> list[tuple[Kind, Change]]:
    """The places that were held before, and are counted as nobody's since."""
    net: Counter[Kind] = Counter()
    of: dict[Kind, Change] = {}
    for change in thing.changes:
        if change.table is signups and change.was is not None and change.left is not None and "state" in change.was:
            for row, step in ((change.was, 1), (change.left, -1)):
                if row["state"] in PLACED:
                    kind = Kind(row["skill_id"], row["learner"]) if "skill_id" in row else GENERAL
                    net[kind] += step
                    of[kind] = change if step > 0 else of.get(kind, change)
    return [(kind, of[kind]) for kind, many in net.items() if many > 0]


async def _count_again(unit: Unit, shift_id: int, kind: Kind) -> bool:
    if await places.lock_shift(unit, shift_id) is None:
        return False
    if kind.skill_id is None:
        return await unit.run(_take_general, b_shift=shift_id) == 1
    of_skill = _take_learner if kind.learner else _take_skill
    if not await unit.run(of_skill, b_shift=shift_id, b_skill=kind.skill_id):
        return False
    if not await unit.run(_take_special, b_shift=shift_id):
        raise LookupError(f"the places of shift {shift_id} for skills do not add up")
    return True


async def _wait_again(unit: Unit, shift_id: int, change: Change, now: datetime) -> None:
    shift = await places.lock_shift(unit, shift_id)
    if shift is None or shift.starts_at <= now or shift.cancelled_at is not None or change.was is None:
        return
    joined: Any = change.was["joined_at"]
    state, who = SignupState.WAITING, change.key["resident_id"]
    await places.write(unit, shift_id, who, state, GENERAL, joined_at=joined, waiting_since=joined)


async def _line_again(unit: Unit, told: Values, now: datetime) -> None:
    """Take back the copy of a line, and write it anew for whose it was."""
    line = (await unit.rows(select(entries).where(entries.c.id == told["line"])))[0]
    same: dict[str, Any] = {"week": line.week, "shift_id": line.shift_id, "report_id": line.report_id}
    same |= {"by": line.confirmed_by, "now": now, "reason": line.reason}
    if told["copy"] is not None:
        taken_back = {"minutes": -line.minutes, "kind": EntryKind.REVERSAL, "reverses_id": told["copy"]}
        await add(unit, key=f"reversal:{told['copy']}", resident_id=told["kept"], **taken_back, **same)
    key = f"unmerge:{told['merge']}:{line.id}"
    await add(unit, key=key, resident_id=line.resident_id, minutes=line.minutes, kind=line.kind, **same)
