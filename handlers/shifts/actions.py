"""Taking a place on a shift or standing in line for one, giving it back, and saying that one is coming."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.cover.actions import place_freed
from handlers.kit.shift_words import Fitting
from handlers.kit.who import Who
from handlers.shifts import in_charge, passing_on, placing
from handlers.shifts.fitting import fitting
from handlers.shifts.passing_on import Freed
from handlers.shifts.placing import Placed
from storage import outbox
from storage.queries import places, shifts, skills, waiting
from storage.queries.in_charge import Answers
from storage.queries.shifts import Mine, ShiftRow
from storage.queries.skills import KindRow
from storage.tables import Level, OfferKind, Priority, SignupState
from storage.unit import Unit
from town.facts import NeedsSkill, NotAllowed, NotFound, NotHeld, ShiftCancelled, ShiftStarted, TooLate
from town.places import SkillPlaces, choose, refusal
from town.reminders import cannot_wait

__all__ = [
    "Fitting",
    "Left",
    "Page",
    "accept_place",
    "coming",
    "decline_place",
    "fitting",
    "join_shift",
    "leave_line",
    "leave_shift",
    "open_shift",
]

SHORT_NOTICE = timedelta(hours=24)
"""Whoever gives a place back later than this before the start is asked once more."""


@dataclass(frozen=True, slots=True)
class Page:
    """A shift's page: the shift and one's own sign-up, what its places ask for, who answers for it.

    `waiting` are in line; `position` is one's own place among them, 0 when one does not wait. `can_join`: a place that
    is free is for them; `refused`: none of its places ever is.
    """

    mine: Mine
    needs: tuple[KindRow, ...]
    coordinators: tuple[Answers, ...]
    waiting: int = 0
    position: int = 0
    line_open: bool = True
    can_join: bool = True
    refused: NeedsSkill | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A place given back. `told`: somebody who answers for it hears of it; `called`: others are asked to step in.

    `passed_on`: it is offered to somebody who waited for it.
    """

    shift: ShiftRow
    told: bool
    called: bool = False
    passed_on: bool = False


async def join_shift(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Placed:
    """Take a place on a shift, or the next place on its waiting list.

    Raises NotAllowed and what `placing.take` raises.
    """
    return await placing.take(unit, _resident(who), shift_id, town=who.town, now=now, wait=True)


async def leave_line(unit: Unit, *, who: Who, shift_id: int) -> ShiftRow:
    """Leave a waiting list. Raises NotAllowed, NotFound or NotHeld."""
    return await placing.stop_waiting(unit, _resident(who), shift_id)


async def accept_place(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Placed:
    """Take an offered place. Raises NotAllowed and what `placing.accept` raises."""
    return await placing.accept(unit, _resident(who), shift_id, town=who.town, now=now)


async def decline_place(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    """Do without an offered place. Raises NotAllowed and what `placing.decline` raises."""
    me = _resident(who)
    by_plan = await waiting.offered_by(unit, shift_id, me) == OfferKind.PLAN
    freed = await placing.decline(unit, me, shift_id, town=who.town, now=now)
    if not by_plan:  # of a plan, the place is proposed to others again
        await place_freed(unit, freed=freed, by=who.me, town=who.town, now=now)
    return freed.shift


async def leave_shift(unit: Unit, *, who: Who, shift_id: int, now: datetime, tell: bool = True) -> Left:
    """Give a place back, until the shift starts: the next in line has it offered, or others are asked to step in.

    The coordinators hear of it at once; without `tell` only where learners are left without a master: whoever gives
    many back for somebody tells of them all in one.
    Raises NotAllowed, NotFound, ShiftCancelled, NotHeld or TooLate.
    """
    freed = await placing.give_back(unit, _resident(who), shift_id, town=who.town, now=now)
    called = await place_freed(unit, freed=freed, by=who.me, town=who.town, now=now)
    unled = await _unled(unit, freed.shift, who.me)
    told = (tell or bool(unled)) and await _tell_coordinators(unit, who, freed, called=called, unled=unled, now=now)
    return Left(freed.shift, told=told, called=called, passed_on=freed.offered_to is not None)


def short_notice(shift: ShiftRow, now: datetime) -> bool:
    """Whether it starts so soon that giving a place back is asked about once more."""
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
    await places.lock_shift(unit, shift_id)  # whoever moves it asks anew who comes
    shift = _held(await shifts.page(unit, shift_id, me))
    if now >= shift.starts_at:
        raise ShiftStarted(title=shift.title)
    return shift, await places.coming(unit, shift_id, me, now)


async def open_shift(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Page:
    """All that a shift's page shows, also of a cancelled or ended one. Raises NotAllowed or NotFound."""
    me = _resident(who)
    mine = await shifts.page(unit, shift_id, me)
    if mine is None:
        raise NotFound(what="shift")
    shift, in_line, position = mine.shift, 0, 0
    if shift.general_free <= 0 or mine.state == SignupState.WAITING:
        in_line = await waiting.count(unit, shift_id)
        position = await waiting.position(unit, shift_id, me) if mine.state == SignupState.WAITING else 0
    needs = tuple(await skills.of_shift(unit, shift_id, me))
    can_join, refused = _chance(shift, passing_on.as_places(needs), who.town.skill_proof)
    return Page(
        mine,
        needs,
        tuple(await in_charge.of_shift(unit, shift)),
        waiting=in_line,
        position=position,
        line_open=now < passing_on.line_ends(shift, who.town),
        can_join=can_join,
        refused=refused,
    )


def _chance(shift: ShiftRow, wanted: list[SkillPlaces], proof: str) -> tuple[bool, NeedsSkill | None]:
    """Whether a place that is free is for somebody; if not, why waiting for one is no use either."""
    if choose(shift.general_free, wanted, proof):
        return True, None
    why = refusal(shift.title, shift.general, wanted, proof)
    return False, why if isinstance(why, NeedsSkill) else None


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


async def _unled(unit: Unit, shift: ShiftRow, left: int) -> list[tuple[str, int]]:
    """The skills, with how many learn each, whose last master on a shift has just `left` it."""
    if not shift.reserved:
        return []
    return [
        (kind.topic.name, kind.learning)
        for kind in await skills.of_shift(unit, shift.id, left)
        if kind.learning and kind.level == Level.MASTER and not kind.master_there
    ]


async def _tell_coordinators(
    unit: Unit, who: Who, freed: Freed, *, called: bool, unled: list[tuple[str, int]], now: datetime
) -> bool:
    shift = freed.shift
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
                **passing_on.fields_of(shift),
                name=who.name,
                free=shift.free,
                called=called,
                passed_on=freed.offered_to is not None,
                unled=unled,
            )
            for person in people
        ],
    )
    return any(person.reachable for person in people)
