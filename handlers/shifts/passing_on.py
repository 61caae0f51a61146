"""A place that falls free: it is offered to whoever waits for it longest, and only then free for all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from storage import outbox
from storage.queries import places, skills, waiting
from storage.queries.shifts import ShiftRow
from storage.queries.skills import KindRow
from storage.tables import OfferKind, Priority
from storage.unit import Unit
from town.places import GENERAL, Kind, SkillPlaces
from town.reminders import after_quiet
from town.settings import TownSettings


class Freed(NamedTuple):
    """A place that was given up, and to whom it is offered now (None: it is free for all)."""

    shift: ShiftRow
    kind: Kind
    offered_to: int | None


def line_ends(shift: ShiftRow, town: TownSettings) -> datetime:
    """When the waiting list of a shift ends: what falls free later is for whoever comes first."""
    return shift.starts_at - timedelta(minutes=town.offer_stop_minutes)


def offers(shift_id: int) -> str:
    """What the offers of a shift are filed under, so that they can be withdrawn."""
    return f"offer:{shift_id}"


async def pass_on(unit: Unit, shift: ShiftRow, kind: Kind, *, town: TownSettings, now: datetime) -> Freed:
    """Offer a place that is counted as taken to the next in line, or count it as free."""
    if shift.cancelled_at is None and now < line_ends(shift, town):
        nearest = await _next(unit, shift, kind, town)
        if nearest is not None:
            until, urgent = offer_until(shift, town, now)
            await waiting.offer_waiting(unit, shift.id, nearest, kind, why=OfferKind.QUEUE, until=until)
            await _tell_offer(unit, shift, nearest, until, urgent=urgent, now=now)
            return Freed(shift, kind, nearest)
    await places.uncount(unit, shift.id, kind)
    return Freed(_with_one_less(shift, kind), kind, None)


async def _next(unit: Unit, shift: ShiftRow, kind: Kind, town: TownSettings) -> int | None:
    """Who is next in line for a place; nobody for a learner's place where no master is any more."""
    if kind.learner and kind not in await _kinds(unit, shift):
        return None
    return await waiting.next_for(unit, shift.id, kind, town.skill_proof)


async def lapse(unit: Unit, resident_id: int, shift_id: int, *, town: TownSettings, now: datetime) -> Freed | None:
    """Let an offer pass on whose time is over; None when there is none any more."""
    shift = await places.lock_shift(unit, shift_id)
    kind = await waiting.let_lapse(unit, shift_id, resident_id, now)
    if shift is None or kind is None:
        return None
    await outbox.withdraw(unit, offers(shift_id), resident_id=resident_id)
    return await pass_on(unit, shift, kind, town=town, now=now)


async def fill(unit: Unit, shift_id: int, *, town: TownSettings, now: datetime) -> int:
    """Offer what is free to those who wait, as after a shift got more places; returns how many."""
    shift = await places.lock_shift(unit, shift_id)
    if shift is None or shift.cancelled_at is not None or now >= line_ends(shift, town):
        return 0
    offered = 0
    for kind in await _kinds(unit, shift):
        while await waiting.next_for(unit, shift_id, kind, town.skill_proof) is not None:
            if not await places.count(unit, shift_id, kind, now):
                break
            await pass_on(unit, shift, kind, town=town, now=now)
            offered += 1
    return offered


async def _kinds(unit: Unit, shift: ShiftRow) -> list[Kind]:
    """What the places of a shift are for: those for a skill first, learners' places where a master is there last."""
    kept = await skills_of(unit, shift, 0)
    learners = [Kind(one.skill_id, True) for one in kept if one.learners and one.master_there]
    return [*(Kind(one.skill_id, False) for one in kept if one.places), GENERAL, *learners]


async def skills_of(unit: Unit, shift: ShiftRow, resident_id: int) -> list[SkillPlaces]:
    """The places of a shift that are for a skill, as a resident (0: nobody) finds them; a mere wish is none."""
    return as_places(await skills.of_shift(unit, shift.id, resident_id)) if shift.reserved else []


def as_places(kinds: Iterable[KindRow]) -> list[SkillPlaces]:
    """The places for skills among what a shift asks for."""
    return [
        SkillPlaces(
            skill_id=one.topic.id,
            places=one.places,
            taken=one.taken,
            learners=one.learners,
            learning=one.learning,
            level=one.level,
            master_there=one.master_there,
        )
        for one in kinds
        if one.places or one.learners
    ]


def offer_until(shift: ShiftRow, town: TownSettings, now: datetime) -> tuple[datetime, bool]:
    """Until when a place is kept for the next in line, and whether they have to hear of it in the quiet hours.

    The time runs from when they can hear of it; where the quiet hours would use it up, they are broken into.
    """
    last = line_ends(shift, town)
    heard = after_quiet(now, town.tz, town.quiet_from, town.quiet_until)
    stands = timedelta(minutes=town.offer_minutes)
    if heard > now and heard >= last:
        return min(now + stands, last), True
    return min(heard + stands, last), False


async def _tell_offer(
    unit: Unit, shift: ShiftRow, resident_id: int, until: datetime, *, urgent: bool, now: datetime
) -> None:
    row = outbox.new_row(
        notice="waiting.offer",
        resident_id=resident_id,
        dedupe_key=f"waiting.offer:{shift.id}:{resident_id}:{int(now.timestamp() * 1_000_000)}",
        now=now,
        subject=offers(shift.id),
        priority=Priority.URGENT if urgent else Priority.PERSONAL,
        expires_at=until,
        **fields_of(shift),
        until=until.isoformat(),
    )
    await outbox.put(unit, [row])


def fields_of(shift: ShiftRow) -> dict[str, Any]:
    """What notices about a shift are made of."""
    return {
        "shift": shift.id,
        "title": shift.title,
        "project": shift.project,
        "place": shift.place,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
    }


def _with_one_less(shift: ShiftRow, kind: Kind) -> ShiftRow:
    return shift._replace(taken=shift.taken - 1, special=shift.special - (kind.skill_id is not None))
