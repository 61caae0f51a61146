"""A cover call, step by step: the next few people are asked, and when it ends, whoever has to know hears of it.

Whoever comes in here holds the shift's row, so that a call changes in one transaction at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.shifts import in_charge, passing_on
from storage import outbox
from storage.queries import cover, skills, stepping_in, topics
from storage.queries.candidates import Sought
from storage.queries.cover import Call, Outcome
from storage.queries.shifts import ShiftRow
from storage.queries.topics import Named
from storage.tables import Priority
from storage.unit import Unit
from town.cover import LAST_CALL, Match, Opening
from town.places import SkillPlaces
from town.reminders import after_quiet, cannot_wait
from town.settings import TownSettings
from town.week import week_of


@dataclass(frozen=True, slots=True)
class Round:
    """How many were asked; with none, `at` is when somebody will be: after the quiet hours, None if nobody can."""

    asked: int
    at: datetime | None = None


async def ask_next(unit: Unit, call: Call, shift: ShiftRow, *, by: int, town: TownSettings, now: datetime) -> Round:
    """Ask the next few people, or put it off to the end of the quiet hours. `by` is not asked (0: nobody)."""
    urgent = cannot_wait(shift.starts_at, now, town.tz, town.quiet_from, town.quiet_until)
    heard = after_quiet(now, town.tz, town.quiet_from, town.quiet_until)
    if heard > now and not urgent:
        await cover.put_off(unit, call, heard)
        return Round(0, heard)
    opening, names = await _opening(unit, call, shift)
    sought = Sought(opening, shift.interest_id, by)
    found = await stepping_in.step_in(unit, sought, settings=town, now=now, group=town.cover_group)
    if not found:
        return Round(0)
    following = min(now + timedelta(minutes=town.cover_gap_minutes), shift.starts_at - LAST_CALL)
    await cover.ask(unit, call, [one.resident_id for one in found], now=now, next_at=following)
    await outbox.put(unit, [_ask(call, shift, one, names, urgent=urgent, town=town, now=now) for one in found])
    return Round(len(found))


async def go_on(unit: Unit, shift: ShiftRow, *, town: TownSettings, now: datetime) -> bool:
    """Do what is due of a shift's open call. False when there was nothing."""
    call = await cover.open_of(unit, shift.id)
    if call is None:
        return False
    if shift.cancelled_at is not None or now >= shift.starts_at:
        await end(unit, call, Outcome.GONE, now)
    elif shift.free <= 0:
        await end(unit, call, Outcome.FILLED, now)
    elif now >= shift.starts_at - LAST_CALL:
        await _give_up(unit, call, shift, town=town, now=now)
    elif call.next_at <= now:
        call = await cover.want(unit, call, min(call.wanted, shift.free))
        done = await ask_next(unit, call, shift, by=0, town=town, now=now)
        if done == Round(0):
            await _give_up(unit, call, shift, town=town, now=now)
    else:
        return False
    return True


async def end(unit: Unit, call: Call, outcome: Outcome, now: datetime) -> None:
    """End a call whose places are taken, or of use to nobody: who has not heard of it yet need not."""
    await cover.close(unit, call.id, outcome, now)
    await outbox.withdraw(unit, cover.subject(call.id))


async def tell(
    unit: Unit,
    notice: str,
    shift: ShiftRow,
    *,
    once: str,
    town: TownSettings,
    now: datetime,
    but: Collection[int] = (),
    fields: Mapping[str, Any],
) -> bool:
    """Tell those who answer for a shift, each once for each `once`. False when nobody of them can be reached."""
    people = await in_charge.of_shift(unit, shift, but=but)
    urgent = cannot_wait(shift.starts_at, now, town.tz, town.quiet_from, town.quiet_until)
    rows = [
        outbox.new_row(
            notice=notice,
            resident_id=person.resident_id,
            dedupe_key=f"{notice}:{once}:{person.resident_id}",
            now=now,
            subject=f"shift:{shift.id}",
            priority=Priority.URGENT if urgent else Priority.PERSONAL,
            expires_at=shift.ends_at,
            **passing_on.fields_of(shift),
            **fields,
        )
        for person in people
    ]
    await outbox.put(unit, rows)
    return any(person.reachable for person in people)


# -- parts -------------------------------------------------------------------------------------------------------------


async def _give_up(unit: Unit, call: Call, shift: ShiftRow, *, town: TownSettings, now: datetime) -> None:
    """Nobody is left to ask, or it is too late for that. Whoever was asked may still come: their asks stay."""
    if await cover.close(unit, call.id, Outcome.NOBODY, now):
        told = await cover.told(unit, call.id)
        fields = {"asked": told.asked, "declined": told.declined, "free": shift.free}
        await tell(unit, "cover.nobody", shift, once=str(call.id), town=town, now=now, fields=fields)


async def _opening(unit: Unit, call: Call, shift: ShiftRow) -> tuple[Opening, dict[int, Named]]:
    """What people are sought for, and the names of the topics it has to do with."""
    kinds = await skills.of_shift(unit, shift.id, 0)
    names = {kind.topic.id: kind.topic for kind in kinds}
    if shift.interest_id is not None:
        names |= await topics.some(unit, [shift.interest_id])
    wanted = tuple(
        SkillPlaces(
            skill_id=kind.topic.id,
            places=kind.places,
            taken=kind.taken,
            learners=kind.learners,
            learning=kind.learning,
            level=None,
            master_there=kind.master_there,
        )
        for kind in kinds
        if kind.places or kind.learners
    )
    wishes = frozenset(kind.topic.id for kind in kinds if not kind.places and not kind.learners)
    return Opening(call.id, shift.facts, shift.general_free, wanted, wishes), names


def _ask(
    call: Call,
    shift: ShiftRow,
    one: Match,
    names: Mapping[int, Named],
    *,
    urgent: bool,
    town: TownSettings,
    now: datetime,
) -> dict[str, Any]:
    this_week = shift.week == week_of(now, town.tz)
    return outbox.new_row(
        notice="cover.ask",
        resident_id=one.resident_id,
        dedupe_key=f"cover.ask:{call.id}:{one.resident_id}",
        now=now,
        subject=cover.subject(call.id),
        priority=Priority.URGENT if urgent else Priority.PERSONAL,
        expires_at=shift.starts_at,
        **passing_on.fields_of(shift),
        call=call.id,
        likes=names[shift.interest_id].name if one.likes and shift.interest_id is not None else "",
        skills=[names[skill].name for skill in one.skills],
        is_free=one.free,
        # The work of one week cannot fill another.
        gives=one.fills if this_week else 0,
        later=0 if this_week else one.fills,
    )
