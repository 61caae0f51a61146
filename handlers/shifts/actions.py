"""Taking a place on a shift, giving it back, and saying that one is coming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit.shift_words import Fitting
from handlers.kit.who import Who
from handlers.shifts import in_charge
from handlers.shifts.fitting import fitting
from storage import outbox
from storage.queries import changes, places, reminders, shifts
from storage.queries.in_charge import Answers
from storage.queries.shifts import Mine, Need, ShiftRow
from storage.tables import Priority, SignupState
from storage.unit import Unit
from town.facts import (
    AlreadyHeld,
    NotAllowed,
    NotFound,
    NotHeld,
    ShiftCancelled,
    ShiftFull,
    ShiftStarted,
    TooLate,
)
from town.reminders import cannot_wait
from town.shifts import check_can_join

__all__ = ["Fitting", "Left", "Page", "coming", "fitting", "join_shift", "leave_shift", "open_shift"]

SHORT_NOTICE = timedelta(hours=24)
"""Whoever gives a place back later than this before the start is asked once more, and the coordinators are told."""


@dataclass(frozen=True, slots=True)
class Page:
    """A shift's page: the shift and one's own sign-up, the skills it asks for, who answers for it."""

    mine: Mine
    needs: tuple[Need, ...]
    coordinators: tuple[Answers, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A place given back. `told`: somebody who answers for it hears of it, because it starts soon."""

    shift: ShiftRow
    told: bool


async def join_shift(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    """Take a place on a shift; the shift as it is then.

    Raises NotAllowed, NotFound, ShiftCancelled, ShiftStarted, AlreadyHeld, ShiftClash or ShiftFull.
    """
    me = _resident(who)
    await places.lock(unit, me)
    found = await places.to_join(unit, shift_id, me)
    if found is None:
        raise NotFound(what="shift")
    shift = found.shift
    check_can_join(shift.facts, found.held, now)
    claimed = await places.claim(unit, shift_id, me, now)
    if claimed is None:
        raise ShiftFull(title=shift.title)
    if not claimed.new:
        raise AlreadyHeld(title=shift.title)
    return shift._replace(taken=claimed.taken)


async def leave_shift(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Left:
    """Give a place back, until the shift starts. Reminders and changes that were not sent yet are withdrawn.

    Raises NotAllowed, NotFound, ShiftCancelled, NotHeld or TooLate.
    """
    me = _resident(who)
    await places.lock(unit, me)
    shift = _held(await shifts.page(unit, shift_id, me))
    taken = await places.free(unit, shift_id, now)
    if taken is None:
        raise TooLate
    if not await places.release(unit, shift_id, me):
        raise NotHeld(title=shift.title)
    for subject in (reminders.subject(shift_id), changes.subject(shift_id)):
        await outbox.withdraw(unit, subject, resident_id=me)
    left = Left(shift._replace(taken=taken), told=False)
    if short_notice(shift, now):
        return Left(left.shift, told=await _tell_coordinators(unit, who, left.shift, now))
    return left


def short_notice(shift: ShiftRow, now: datetime) -> bool:
    """Whether it starts so soon that the coordinators must hear of a place given back."""
    return shift.starts_at - now < SHORT_NOTICE


async def may_leave(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    """The shift that somebody is about to leave, before they are asked whether they mean it.

    Raises NotAllowed, NotFound, ShiftCancelled, NotHeld or TooLate.
    """
    shift = _held(await shifts.page(unit, shift_id, _resident(who)))
    if now >= shift.starts_at:
        raise TooLate
    return shift


async def coming(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> tuple[ShiftRow, bool]:
    """Note that somebody is coming: the shift, and whether this is the first time they say so.

    Raises NotAllowed, NotFound, ShiftCancelled, NotHeld or ShiftStarted.
    """
    me = _resident(who)
    shift = _held(await shifts.page(unit, shift_id, me))
    if now >= shift.starts_at:
        raise ShiftStarted(title=shift.title)
    return shift, await places.coming(unit, shift_id, me, now)


async def open_shift(unit: Unit, *, who: Who, shift_id: int) -> Page:
    """All that a shift's page shows, also of a cancelled or ended one. Raises NotAllowed or NotFound."""
    me = _resident(who)
    mine = await shifts.page(unit, shift_id, me)
    if mine is None:
        raise NotFound(what="shift")
    needs = await shifts.needs_of(unit, shift_id, me)
    return Page(mine, tuple(needs), tuple(await in_charge.of_shift(unit, mine.shift)))


def _resident(who: Who) -> int:
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    return who.me


def _held(mine: Mine | None) -> ShiftRow:
    if mine is None:
        raise NotFound(what="shift")
    if mine.shift.cancelled_at is not None:
        raise ShiftCancelled(title=mine.shift.title)
    if mine.state != SignupState.HELD:
        raise NotHeld(title=mine.shift.title)
    return mine.shift


async def _tell_coordinators(unit: Unit, who: Who, shift: ShiftRow, now: datetime) -> bool:
    people = await in_charge.of_shift(unit, shift, but=(who.me,))
    urgent = cannot_wait(shift.starts_at, now, who.zone, who.town.quiet_from, who.town.quiet_until)
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="signup.released",
                resident_id=person.resident_id,
                dedupe_key=f"released:{shift.id}:{who.me}:{int(now.timestamp() * 1000)}:{person.resident_id}",
                now=now,
                subject=f"shift:{shift.id}",
                priority=Priority.URGENT if urgent else Priority.PERSONAL,
                expires_at=shift.ends_at,
                shift=shift.id,
                title=shift.title,
                name=who.name,
                starts_at=shift.starts_at.isoformat(),
                ends_at=shift.ends_at.isoformat(),
                free=shift.free,
            )
            for person in people
        ],
    )
    return any(person.reachable for person in people)
