"""Places on shifts: the one way to take, give back, offer and pass on a place, whoever asks for it.

A place that falls free goes to whoever waits for it longest, as an offer that stands for a while; only when nobody
waits is it free for all. Rows are locked in one order: residents, then shifts by id, then sign-ups.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from handlers.shifts.passing_on import Freed, fill, line_ends, offers, pass_on
from handlers.shifts.passing_on import skills_of as skills_of
from handlers.tasks import stopping
from storage import outbox
from storage.queries import changes, places, reminders, waiting
from storage.queries.places import ToJoin
from storage.queries.shifts import ShiftRow
from storage.tables import OfferKind, SignupState
from storage.unit import Unit
from town import places as rules
from town.facts import (
    AlreadyHeld,
    AlreadyWaiting,
    NeedsSkill,
    NotFound,
    NotHeld,
    OfferGone,
    OtherBusy,
    ShiftCancelled,
    TooLate,
)
from town.limits import check_limits
from town.places import GENERAL, MASTER, Kind, SkillPlaces
from town.settings import TownSettings
from town.shifts import check_can_join


class Placed(NamedTuple):
    """What became of asking for a place: it is held, or waited for at `position` (from 1; 0 when held)."""

    shift: ShiftRow
    state: str
    position: int
    kind: Kind


# -- taking ------------------------------------------------------------------------------------------------------------


async def may_take(
    unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime, without: Collection[int] = ()
) -> ToJoin:
    """The shift as a resident finds it, if no rule stands in the way of working on it; places are not counted.

    `without`: shifts that they would give up for it. Raises NotFound, ShiftCancelled, AlreadyHeld, ShiftStarted,
    ShiftClash, TooYoung, TooLateForMinor, RestTooShort, TooMuchInADay or TooMuchInAWeek.
    """
    found = await places.to_join(unit, shift_id, resident_id, now)
    if found is None:
        raise NotFound(what="shift")
    held = [one for one in found.held if one.id not in without]
    check_can_join(found.shift.facts, held, now)
    check_limits(found.shift.facts, [*held, *found.done], born=found.born, settings=town)
    return found


async def take(
    unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime, wait: bool = False
) -> Placed:
    """Take a place of the best kind that a resident may have; with `wait`, or else stand in line for one.

    Raises what `may_take` raises, and ShiftFull, NeedsSkill, NeedsMaster or AlreadyWaiting.
    """
    await places.lock(unit, resident_id)
    found = await may_take(unit, resident_id, shift_id, town=town, now=now)
    if found.state == SignupState.OFFERED:
        return await accept(unit, resident_id, shift_id, town=town, now=now)
    if not found.shift.reserved:  # the way most go: one statement, no row held before it
        claimed = await places.claim(unit, found.shift, resident_id, now)
        if claimed is not None:
            if not claimed.new:  # offered to them at this very moment: whoever goes on after this fact has counted once
                await places.uncount(unit, shift_id, GENERAL)
                raise AlreadyHeld(title=found.shift.title)
            shift = found.shift._replace(taken=claimed.taken)
            await _call_nobody_else(unit, shift, now)
            return Placed(shift, SignupState.HELD, 0, GENERAL)
    return await _take_under_lock(unit, resident_id, shift_id, town=town, now=now, wait=wait)


async def _take_under_lock(
    unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime, wait: bool
) -> Placed:
    await _locked(unit, shift_id)
    found = await may_take(unit, resident_id, shift_id, town=town, now=now)  # as it is now that nothing changes it
    if found.state == SignupState.OFFERED:
        return await accept(unit, resident_id, shift_id, town=town, now=now)
    shift = found.shift
    wanted = await skills_of(unit, shift, resident_id)
    for kind in rules.choose(shift.general_free, wanted, town.skill_proof):
        done = await places.claim_kind(unit, shift.id, resident_id, kind, now)
        if done is False:
            await places.uncount(unit, shift.id, kind)
            raise AlreadyHeld(title=shift.title)
        if done:
            return await _held(unit, _with_one_more(shift, kind), kind, wanted, town=town, now=now)
    refusal = rules.refusal(shift.title, shift.general, wanted, town.skill_proof)
    if isinstance(refusal, NeedsSkill) or now >= line_ends(shift, town) or not wait:
        raise refusal
    if found.state == SignupState.WAITING:
        raise AlreadyWaiting(title=shift.title)
    position = await waiting.wait(unit, shift.id, resident_id, now)
    if position is None:
        raise AlreadyHeld(title=shift.title)
    return Placed(shift, SignupState.WAITING, position, GENERAL)


async def _held(
    unit: Unit, shift: ShiftRow, kind: Kind, wanted: Collection[SkillPlaces], *, town: TownSettings, now: datetime
) -> Placed:
    """A place is held, and counted in `shift`. Beside a master learners can join, so those who wait have their turn."""
    if any(one.level == MASTER and one.learning < one.learners for one in wanted):
        offered = await fill(unit, shift.id, town=town, now=now)
        shift = shift._replace(taken=shift.taken + offered)
    await _call_nobody_else(unit, shift, now)
    return Placed(shift, SignupState.HELD, 0, kind)


async def _call_nobody_else(unit: Unit, shift: ShiftRow, now: datetime) -> None:
    """Where this was the last place, calls for hands end with it: one statement more, and only then."""
    if shift.free <= 0:
        await stopping.shift_full(unit, shift, now=now)


# -- giving back -------------------------------------------------------------------------------------------------------


async def give_back(unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime) -> Freed:
    """Give a held place back, until the shift starts; it passes on to whoever waits for it.

    Reminders and changes that were not sent yet are withdrawn. Raises NotFound, ShiftCancelled, NotHeld or TooLate.
    """
    await places.lock(unit, resident_id)
    shift = await _changing(unit, shift_id, now)
    kind = await places.release(unit, shift_id, resident_id)
    if kind is None:
        raise NotHeld(title=shift.title)
    await forget_messages(unit, resident_id, shift_id)
    return await pass_on(unit, shift, kind, town=town, now=now)


async def stop_waiting(unit: Unit, resident_id: int, shift_id: int) -> ShiftRow:
    """Leave the waiting list. Raises NotFound, or NotHeld when the resident is not on it.

    The shift's row is locked for it: a place that falls free at this moment is not offered to somebody who goes.
    """
    await places.lock(unit, resident_id)
    shift = await _locked(unit, shift_id)
    if await places.release(unit, shift_id, resident_id, SignupState.WAITING) is None:
        raise NotHeld(title=shift.title)
    await outbox.withdraw(unit, offers(shift_id), resident_id=resident_id)
    return shift


async def forget_messages(unit: Unit, resident_id: int, shift_id: int) -> None:
    """Withdraw what somebody was to hear of a shift that is theirs no more."""
    for subject in (reminders.subject(shift_id), changes.subject(shift_id)):
        await outbox.withdraw(unit, subject, resident_id=resident_id)


# -- offers ------------------------------------------------------------------------------------------------------------


async def offer(
    unit: Unit,
    resident_id: int,
    shift_id: int,
    kind: Kind,
    *,
    kind_of_offer: OfferKind,
    until: datetime,
    now: datetime,
) -> bool:
    """Keep a free place for somebody until then. False when none of the kind is free, or they have one.

    Whoever waits for the shift keeps their turn: to them it is not offered by a plan. Writes no notice.
    """
    shift = await places.lock_shift(unit, shift_id)
    found = await places.to_join(unit, shift_id, resident_id, now)
    if shift is None or found is None or found.state not in (None, SignupState.RELEASED):
        return False
    done = await places.claim_kind(unit, shift_id, resident_id, kind, now, offer=kind_of_offer, until=until)
    if done:
        await _call_nobody_else(unit, _with_one_more(shift, kind), now)
    return bool(done)


async def accept(unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime) -> Placed:
    """Take the place that is offered. Raises what `may_take` raises, or OfferGone.

    Where a rule stands in the way, the offer stands: they may give up what is in the way, in time.
    """
    await places.lock(unit, resident_id)
    shift = await _changing(unit, shift_id, now)
    await may_take(unit, resident_id, shift_id, town=town, now=now)
    kind = await waiting.accept(unit, shift_id, resident_id, now)
    if kind is None:
        raise OfferGone(title=shift.title)
    await _check_kind(unit, shift, resident_id, kind, town)
    await outbox.withdraw(unit, offers(shift_id), resident_id=resident_id)
    return await _held(unit, shift, kind, await skills_of(unit, shift, resident_id), town=town, now=now)


async def decline(unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime) -> Freed:
    """Do without the place that is offered: it passes on. Raises NotFound, ShiftCancelled, TooLate or OfferGone."""
    await places.lock(unit, resident_id)
    shift = await _changing(unit, shift_id, now)
    kind = await places.release(unit, shift_id, resident_id, SignupState.OFFERED)
    if kind is None:
        raise OfferGone(title=shift.title)
    await outbox.withdraw(unit, offers(shift_id), resident_id=resident_id)
    return await pass_on(unit, shift, kind, town=town, now=now)


# -- passing a place to somebody ---------------------------------------------------------------------------------------


async def move(unit: Unit, shift_id: int, from_id: int, to_id: int, *, town: TownSettings, now: datetime) -> Kind:
    """Let a place pass from one resident to another, both of whom are locked: see `lock_other`.

    Of the rules only that of the place is looked at (`may_take` looks at the others). Raises NotFound, ShiftCancelled,
    TooLate, NotHeld, NeedsSkill, NeedsMaster, or AlreadyHeld when the other one has a place there.
    """
    shift = await _changing(unit, shift_id, now)
    try:
        kind = await places.hand_on(unit, shift_id, from_id, to_id, now)
    except LookupError:
        raise AlreadyHeld(title=shift.title) from None
    if kind is None:
        raise NotHeld(title=shift.title)
    await _check_kind(unit, shift, to_id, kind, town)
    await forget_messages(unit, from_id, shift_id)
    await _held(unit, shift, kind, await skills_of(unit, shift, to_id), town=town, now=now)
    return kind


async def lock_other(unit: Unit, resident_id: int) -> None:
    """Have another person's changes wait for this one as well. Raises OtherBusy when theirs came first."""
    if not await places.try_lock(unit, resident_id):
        raise OtherBusy


# -- parts -------------------------------------------------------------------------------------------------------------


async def _check_kind(unit: Unit, shift: ShiftRow, resident_id: int, kind: Kind, town: TownSettings) -> None:
    """Whether somebody may have a place of this kind. Raises NeedsSkill or NeedsMaster."""
    if kind.skill_id is None:
        return
    wanted = [one for one in await skills_of(unit, shift, resident_id) if one.skill_id == kind.skill_id]
    if not rules.suits(kind, wanted, town.skill_proof):
        raise rules.refusal(shift.title, 0, wanted, town.skill_proof)


async def _locked(unit: Unit, shift_id: int) -> ShiftRow:
    shift = await places.lock_shift(unit, shift_id)
    if shift is None:
        raise NotFound(what="shift")
    return shift


async def _changing(unit: Unit, shift_id: int, now: datetime) -> ShiftRow:
    """A shift, locked, whose places may still change hands."""
    shift = await _locked(unit, shift_id)
    if shift.cancelled_at is not None:
        raise ShiftCancelled(title=shift.title)
    if now >= shift.starts_at:
        raise TooLate
    return shift


def _with_one_more(shift: ShiftRow, kind: Kind) -> ShiftRow:
    return shift._replace(taken=shift.taken + 1, special=shift.special + (kind.skill_id is not None))
