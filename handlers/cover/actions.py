"""Calling for cover, stepping in, and what a coordinator hears of shifts that are short of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from handlers.cover import calling
from handlers.cover.calling import Round
from handlers.kit.who import Who
from handlers.roles.actions import must_coordinate
from handlers.shifts import placing
from handlers.shifts.passing_on import Freed
from handlers.shifts.placing import Placed
from storage.queries import cover, places, shifts
from storage.queries.cover import Answer, Asked, Outcome
from storage.queries.shifts import ShiftRow
from storage.tables import SignupState
from storage.unit import Unit
from town.cover import LAST_CALL
from town.facts import (
    AlreadyHeld,
    Fact,
    NeedsMaster,
    NeedsSkill,
    NotAllowed,
    NotFound,
    ShiftCancelled,
    ShiftFull,
    ShiftStarted,
    TooLate,
)
from town.settings import TownSettings
from town.week import at_local, local

MOST_LISTED = 300
"""Shifts short of people that are looked at: the soonest ones."""


@dataclass(frozen=True, slots=True)
class TooSlow:
    """Somebody would have come, but the place is gone, and why (`ShiftFull` and its like)."""

    shift: ShiftRow
    why: Fact


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody would have come, but was asked for another time than that of the shift now."""

    shift: ShiftRow


@dataclass(frozen=True, slots=True)
class Around:
    """People are asked to take the free places of a shift: what was done now, or `before` how many were asked."""

    shift: ShiftRow
    round: Round
    before: int = 0


@dataclass(frozen=True, slots=True)
class Short:
    """A shift with free places; `asking`: people are being asked to take them."""

    shift: ShiftRow
    asking: bool


# -- calling -----------------------------------------------------------------------------------------------------------


async def place_freed(unit: Unit, *, freed: Freed, by: int, town: TownSettings, now: datetime) -> bool:
    """Call for cover of a place that `by` gave up, unless somebody on the waiting list has it offered.

    True when people are asked now, or as soon as the quiet hours end. A shift further away than the town asks ahead has
    its call kept until then; a town that asks 0 days ahead leaves it to the coordinators. The shift's row is locked.
    """
    shift = freed.shift
    if freed.offered_to is not None or shift.cancelled_at is not None or now >= shift.starts_at - LAST_CALL:
        return False
    call = await cover.open_of(unit, shift.id)
    if call is not None:
        await cover.want(unit, call, min(call.wanted + 1, shift.free))
        return call.rounds > 0
    if not town.cover_ahead_days:
        return False
    begins = _begins(shift, town, now)
    call = await cover.begin(unit, shift.id, wanted=1, now=now, next_at=begins)
    if begins > now:
        return False
    done = await calling.ask_next(unit, call, shift, by=by, town=town, now=now)
    if done == Round(0):
        await calling.end(unit, call, Outcome.NOBODY, now)
    return done != Round(0)


async def keep_up(unit: Unit, shift: ShiftRow, *, town: TownSettings, now: datetime) -> None:
    """Have the call for a shift, if there is one, fit what has just become of it: another time, or cancelled.

    The shift's row is locked.
    """
    call = await cover.open_of(unit, shift.id)
    if call is None:
        return
    if shift.cancelled_at is not None:
        await calling.end(unit, call, Outcome.GONE, now)
        return
    begins = _begins(shift, town, now) if town.cover_ahead_days else now
    if not call.rounds:  # what waits for its day begins sooner when the shift does
        await cover.put_off(unit, call, min(call.next_at, begins))
        return
    await calling.end(unit, call, Outcome.MOVED, now)  # nobody who says yes to one time comes at another
    if now < shift.starts_at - LAST_CALL:
        await cover.begin(unit, shift.id, wanted=call.wanted, now=now, next_at=begins)


def _begins(shift: ShiftRow, town: TownSettings, now: datetime) -> datetime:
    return max(now, shift.starts_at - timedelta(days=town.cover_ahead_days))


async def ask_around(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Around:
    """Call for cover of all free places of a shift, as its coordinator wishes.

    Raises NotAllowed, NotFound, ShiftCancelled, ShiftStarted, TooLate or ShiftFull.
    """
    shift = await places.lock_shift(unit, shift_id)
    await must_coordinate(unit, who, None if shift is None else shift.project_id)
    shift = _can_be_covered(shift, now)
    if shift.free <= 0:
        raise ShiftFull(title=shift.title)
    call = await cover.open_of(unit, shift_id)
    if call is None:
        call = await cover.begin(unit, shift_id, wanted=shift.free, now=now, next_at=now)
    call = await cover.want(unit, call, shift.free)
    if call.rounds and call.next_at > now:
        return Around(shift, Round(0), before=(await cover.told(unit, call.id)).asked)
    done = await calling.ask_next(unit, call, shift, by=who.me, town=who.town, now=now)
    if done == Round(0):
        await calling.end(unit, call, Outcome.NOBODY, now)
    return Around(shift, done)


def _can_be_covered(shift: ShiftRow | None, now: datetime) -> ShiftRow:
    if shift is None:
        raise NotFound(what="shift")
    if shift.cancelled_at is not None:
        raise ShiftCancelled(title=shift.title)
    if now >= shift.starts_at:
        raise ShiftStarted(title=shift.title)
    if now >= shift.starts_at - LAST_CALL:
        raise TooLate
    return shift


# -- answering ---------------------------------------------------------------------------------------------------------


async def step_in(unit: Unit, *, who: Who, call_id: int, now: datetime) -> Placed | TooSlow | Moved:
    """Take a place that one was asked to take, by all the rules of any other, at the time one was asked for.

    Raises NotAllowed, NotFound (nobody asked them), and what `placing.may_take` raises of the resident's own.
    """
    shift_id = (await _asked(unit, who, call_id)).call.shift_id
    await places.lock(unit, who.me)
    shift = await places.lock_shift(unit, shift_id)
    if shift is None:
        raise NotFound(what="shift")
    asked = await _asked(unit, who, call_id)  # as it is now that nobody can move the shift
    moved = asked.call.outcome == Outcome.MOVED and asked.answer != Answer.ACCEPTED
    if moved and shift.cancelled_at is None and now < shift.starts_at and shift.free > 0:
        return Moved(shift)
    try:
        placed = await placing.take(unit, who.me, shift_id, town=who.town, now=now)
    except (ShiftFull, NeedsSkill, NeedsMaster, ShiftCancelled, ShiftStarted) as gone:
        # Nothing was written before these were raised, so that what is noted here stands.
        await cover.answer(unit, call_id, who.me, Answer.LATE, now)
        return TooSlow(shift, gone)
    await cover.answer(unit, call_id, who.me, Answer.ACCEPTED, now)
    left = await cover.taken(unit, call_id, now)
    if left == 0 or (left is not None and placed.shift.free <= 0):
        await calling.end(unit, asked.call, Outcome.FILLED, now)
    once = f"{call_id}:{who.me}:{int(now.timestamp() * 1_000_000)}"
    fields = {"name": who.name, "free": placed.shift.free}
    await calling.tell(
        unit, "cover.came", placed.shift, once=once, town=who.town, now=now, but=(who.me,), fields=fields
    )
    return placed


async def not_this_time(unit: Unit, *, who: Who, call_id: int, now: datetime) -> ShiftRow:
    """Decline. When all who were asked last have done so, the next are asked at the next look.

    Raises NotAllowed, NotFound, or AlreadyHeld for somebody who holds a place there: that one is given back elsewhere.
    """
    asked = await _asked(unit, who, call_id)
    shift = await places.lock_shift(unit, asked.call.shift_id)
    mine = await shifts.page(unit, asked.call.shift_id, who.me)
    if shift is None or mine is None:
        raise NotFound(what="shift")
    if mine.state == SignupState.HELD:
        raise AlreadyHeld(title=shift.title)
    await cover.answer(unit, call_id, who.me, Answer.DECLINED, now)
    call = await cover.open_of(unit, shift.id)
    if call is not None and call.id == call_id and call.next_at > now and not await cover.silent(unit, call):
        await cover.put_off(unit, call, now)
    return shift


async def _asked(unit: Unit, who: Who, call_id: int) -> Asked:
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    asked = await cover.asked(unit, call_id, who.me)
    if asked is None or asked.answer is None:
        raise NotFound(what="cover")
    return asked


# -- looking -----------------------------------------------------------------------------------------------------------


async def my_coming(unit: Unit, *, who: Who, now: datetime) -> list[ShiftRow]:
    """The shifts that somebody holds a place on and could still give back, the earliest first. Raises NotAllowed."""
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    return [shift for shift in await shifts.held_by(unit, who.me) if shift.starts_at > now]


async def short_of_people(unit: Unit, *, who: Who, now: datetime) -> list[Short]:
    """The shifts until the end of tomorrow with free places, of the projects one coordinates. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    ends = at_local(local(now, who.zone).date() + timedelta(days=2), time(), who.zone)
    projects = None if duties.everywhere else duties.projects
    theirs = await shifts.open_between(unit, now, ends, now, MOST_LISTED, projects)
    asking = await cover.asking_for(unit, [shift.id for shift in theirs])
    return [Short(shift, shift.id in asking) for shift in theirs]
