"""Calling for hands on a shift, and answering such a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.broadcasts import sending
from handlers.broadcasts.sending import GONE, NewBroadcast
from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident, must_coordinate
from handlers.shifts import passing_on, placing
from handlers.shifts.placing import Placed
from handlers.tasks import gathering
from handlers.tasks.whom import Whom, usual
from storage.queries import audiences, broadcasts, places, shifts, skills, tasks
from storage.queries.audiences import Look
from storage.queries.broadcasts import BroadcastRow
from storage.queries.shifts import ShiftRow
from storage.tables import BroadcastKind, BroadcastState, SignupState
from storage.unit import Unit
from town.audience import Chosen
from town.facts import (
    AlreadyHeld,
    Fact,
    NeedsMaster,
    NeedsSkill,
    NotFound,
    ShiftCancelled,
    ShiftFull,
    ShiftStarted,
)
from town.text import clean
from town.topics import SHIFTS

MOST_LINE = 280
"""Characters of a sender's own line."""

AHEAD = timedelta(days=28)
MOST_LISTED = 60
"""How far ahead, and of how many shifts, a coordinator is offered the ones to call for."""


@dataclass(frozen=True, slots=True)
class Way:
    """Some people who could be called: whom, and who they are."""

    chosen: Chosen
    seen: Look


@dataclass(frozen=True, slots=True)
class Draft:
    """A call as it would go out: what it says, to whom, and how many people have to say yes to it."""

    shift: ShiftRow
    fields: dict[str, Any]
    way: Way
    needed: int


@dataclass(frozen=True, slots=True)
class Called:
    """A call, and whether it was made just now: else it was going on already."""

    shift: ShiftRow
    broadcast: BroadcastRow
    new: bool


@dataclass(frozen=True, slots=True)
class Late:
    """Somebody would have come, but there is no place for them, and why; `line_open`: they can wait for one."""

    shift: ShiftRow
    why: Fact
    line_open: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """Somebody cannot come; `as_told`: to the shift as it was when they were called, and is still."""

    shift: ShiftRow
    as_told: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody would have come to the shift as it was when they were called; it is another one now."""

    shift: ShiftRow


# -- calling -----------------------------------------------------------------------------------------------------------


async def open_shifts(unit: Unit, *, who: Who, now: datetime) -> list[ShiftRow]:
    """The coming shifts with open places that somebody may call for, the earliest first. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    projects = None if duties.everywhere else duties.projects
    return await shifts.open_between(unit, now, now + AHEAD, now, MOST_LISTED, projects)


async def to_call_for(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    """A shift that needs hands, held until the end of the transaction.

    Raises NotAllowed, NotFound, ShiftCancelled, ShiftStarted or ShiftFull.
    """
    shift = await places.lock_shift(unit, shift_id)
    await must_coordinate(unit, who, None if shift is None else shift.project_id)
    if shift is None:
        raise NotFound(what="shift")
    if shift.cancelled_at is not None:
        raise ShiftCancelled(title=shift.title)
    if now >= shift.starts_at:
        raise ShiftStarted(title=shift.title)
    if shift.free <= 0:
        raise ShiftFull(title=shift.title)
    return shift


async def going_on(unit: Unit, shift: ShiftRow) -> Called | None:
    """The call for a shift that has not ended, if there is one: people are not called twice at a time."""
    calls = await tasks.open_for_shift(unit, shift.id)
    return Called(shift, calls[-1], new=False) if calls else None


async def ways(unit: Unit, *, who: Who, shift: ShiftRow, now: datetime) -> dict[Whom, Way]:
    """The usual choices of whom to call, of those who would hear of it; without those that are nobody."""
    kinds = await skills.of_shift(unit, shift.id)
    found = {whom: await way(unit, who=who, chosen=chosen, now=now) for whom, chosen in usual(shift, kinds).items()}
    return {whom: one for whom, one in found.items() if one.seen.hearing}


async def way(unit: Unit, *, who: Who, chosen: Chosen, now: datetime) -> Way:
    """Who these people are, as far as they would hear of it."""
    everybody = await audiences.whole(unit, chosen)
    return Way(chosen, await audiences.look(unit, everybody, topic=SHIFTS, without=who.me, now=now, town=who.town))


async def draft(
    unit: Unit, *, who: Who, shift_id: int, chosen: Chosen, line: str, language: str, now: datetime
) -> Draft:
    """A call as those who get it would read it. Raises what `to_call_for` raises."""
    shift = await to_call_for(unit, who=who, shift_id=shift_id, now=now)
    seen = await way(unit, who=who, chosen=chosen, now=now)
    fields = await gathering.details(unit, shift, broadcast_id=0, line=line, language=language, name=who.name)
    needed = await sending.needed_for(
        unit, kind=BroadcastKind.TASK, audience=str(chosen), hearing=seen.seen.hearing, town=who.town
    )
    return Draft(shift, fields, seen, needed)


async def call(
    unit: Unit, *, who: Who, shift_id: int, chosen: Chosen, line: str, language: str, now: datetime
) -> Called:
    """Call for hands on a shift, until it starts or is full. One that goes on already is not called for again.

    Raises what `to_call_for` and `sending.propose` raise, TextEmpty and TextTooLong.
    """
    shift = await to_call_for(unit, who=who, shift_id=shift_id, now=now)
    already = await going_on(unit, shift)
    if already is not None:
        return already
    new = NewBroadcast(
        kind=BroadcastKind.TASK,
        topic=SHIFTS,
        audience=str(chosen),
        language=language,
        text=clean(line, MOST_LINE) if line else "",
        shift_id=shift.id,
        project_id=shift.project_id,
        expires_at=shift.starts_at,
    )
    broadcast_id = await sending.propose(unit, by=who.me, new=new, town=who.town, now=now)
    return Called(shift, await sending.found(unit, broadcast_id), new=True)


# -- answering ---------------------------------------------------------------------------------------------------------


async def come(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> Placed | Late | Moved:
    """Take a place that one was called to, by all the rules of any other, on the shift as one was told of it.

    Raises NotAllowed, NotFound (nobody asked them), and what `placing.may_take` raises of the resident's own.
    """
    _called, shift_id = await _asked(unit, who, broadcast_id)
    await places.lock(unit, who.me)
    await places.lock_shift(unit, shift_id)
    one, _shift = await _asked(unit, who, broadcast_id)  # from here on nobody makes it another shift
    if one.why == GONE:
        is_now = await shifts.page(unit, shift_id, who.me)
        shift = None if is_now is None else is_now.shift
        if shift is not None and shift.cancelled_at is None and now < shift.starts_at and shift.free > 0:
            if is_now is not None and is_now.state == SignupState.HELD:
                raise AlreadyHeld(title=shift.title)
            return Moved(shift)
    try:
        placed = await placing.take(unit, who.me, shift_id, town=who.town, now=now)
    except (ShiftFull, NeedsSkill, NeedsMaster, ShiftCancelled, ShiftStarted) as gone:
        # Nothing was written before these were raised, so that what is noted here stands.
        await broadcasts.answer(unit, broadcast_id, who.me, "come", now=now)
        shift = await shifts.get(unit, shift_id)
        if shift is None:
            raise
        can_wait = isinstance(gone, ShiftFull | NeedsMaster) and now < passing_on.line_ends(shift, who.town)
        return Late(shift, gone, line_open=can_wait)
    await broadcasts.answer(unit, broadcast_id, who.me, "come", now=now)
    return placed


async def not_this_time(unit: Unit, *, who: Who, broadcast_id: int, now: datetime) -> Declined:
    """Say no to a call.

    Raises NotAllowed, NotFound, or AlreadyHeld for somebody who holds a place there: that one is given back elsewhere.
    """
    one, shift_id = await _asked(unit, who, broadcast_id)
    await places.lock(unit, who.me)
    mine = await shifts.page(unit, shift_id, who.me)
    if mine is None:
        raise NotFound(what="shift")
    if mine.state == SignupState.HELD:
        raise AlreadyHeld(title=mine.shift.title)
    await broadcasts.answer(unit, broadcast_id, who.me, "no", now=now)
    return Declined(mine.shift, as_told=one.why != GONE)


async def _asked(unit: Unit, who: Who, broadcast_id: int) -> tuple[BroadcastRow, int]:
    must_be_resident(who)
    one = await broadcasts.get(unit, broadcast_id)
    if one is None or one.kind != BroadcastKind.TASK or one.shift_id is None:
        raise NotFound(what="call")
    if one.state == BroadcastState.PROPOSED or not await tasks.was_asked(unit, broadcast_id, who.me):
        raise NotFound(what="call")
    return one, one.shift_id
