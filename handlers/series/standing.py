"""Standing sign-ups: a resident holds a place in every shift of a series, skips a week of it, or stops."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from handlers.kit.facts import sentence
from handlers.kit.who import Who
from handlers.series.making import subject, today_of
from handlers.shifts import actions as shifts_room
from handlers.shifts import in_charge, passing_on, placing
from handlers.shifts.actions import Left
from storage import outbox
from storage.queries import places, series, shifts
from storage.queries import standing_signups as standing
from storage.queries.series import SeriesRow
from storage.queries.shifts import ShiftRow
from storage.queries.standing_signups import Standing, Week
from storage.tables import Priority, SignupState
from storage.unit import Unit
from town.facts import AlreadyWaiting, Fact, NotAllowed, NotFound, NotHeld, SeriesEnded, ShiftCancelled, TooLate
from town.reminders import cannot_wait

MINE = (SignupState.HELD, SignupState.WAITING, SignupState.OFFERED)
"""A week with which somebody is in some way."""


@dataclass(frozen=True, slots=True)
class Every:
    """A series as one resident finds it. `missed`: by shift, why there is no place for them in it."""

    series: SeriesRow
    weeks: Sequence[Week]
    standing: bool
    missed: dict[int, Markup] = field(default_factory=dict)


async def look(unit: Unit, *, who: Who, series_id: int, now: datetime) -> Every:
    """A series, and how its next shifts stand. Raises NotAllowed, NotFound, SeriesEnded."""
    one = await _going_on(unit, who, series_id, now)
    return await _every(unit, who, one, now)


async def of_resident(unit: Unit, *, who: Who, now: datetime) -> list[Standing]:
    """Somebody's standing sign-ups. Raises NotAllowed."""
    return await standing.of_resident(unit, _resident(who), now, today_of(who.town, now))


async def begin(unit: Unit, *, who: Who, series_id: int, now: datetime) -> Every:
    """Hold a place in each shift of a series from now on, in those that are made at once, as far as the rules allow.

    Raises NotAllowed, NotFound, SeriesEnded. Where there is a standing sign-up already, nothing changes.
    """
    me = _resident(who)
    one = await _going_on(unit, who, series_id, now, lock=True)
    missed: dict[int, Markup] = {}
    if await standing.start(unit, series_id, me, now):
        for week in await standing.weeks(unit, series_id, me, now):
            if week.state == SignupState.HELD:
                continue
            try:
                await placing.take(unit, me, week.shift.id, town=who.town, now=now, wait=True)
            except AlreadyWaiting:
                continue
            except Fact as fact:
                await standing.pass_over(unit, week.shift.id, me, now)
                missed[week.shift.id] = sentence(fact, who.zone)
    return await _every(unit, who, one, now, missed)


async def to_skip(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> tuple[SeriesRow, ShiftRow, bool]:
    """A week that somebody would skip, with its series, and whether it is so near that they are asked once more.

    Raises NotAllowed, NotFound, NotHeld, TooLate.
    """
    me = _resident(who)
    mine = await shifts.page(unit, shift_id, me)
    one = await series.get(unit, mine.shift.series_id) if mine is not None and mine.shift.series_id else None
    if mine is None or one is None:
        raise NotFound(what="shift")
    if mine.state not in MINE:
        raise NotHeld(title=mine.shift.title)
    if now >= mine.shift.starts_at:
        raise TooLate
    return one, mine.shift, mine.state == SignupState.HELD and shifts_room.short_notice(mine.shift, now)


async def skip(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> Every:
    """Give back the place in one week, in which the standing sign-up does nothing any more; the others stay.

    Raises what `to_skip` raises.
    """
    one, shift, _soon = await to_skip(unit, who=who, shift_id=shift_id, now=now)
    await _let_go(unit, who, shift.id, now)
    return await _every(unit, who, one, now)


async def stop(unit: Unit, *, who: Who, series_id: int, give_back: bool, now: datetime) -> tuple[SeriesRow, int]:
    """End a standing sign-up, and with `give_back` give back its places as well; how many that were.

    Where there is none (any more), nothing is given back. Raises NotAllowed, NotFound.
    """
    me = _resident(who)
    one = await series.get(unit, series_id, lock=True)
    if one is None:
        raise NotFound(what="series")
    if not await standing.stop(unit, series_id, me, now):
        return one, 0
    await outbox.withdraw(unit, subject(series_id), resident_id=me)
    weeks = [week for week in await standing.weeks(unit, series_id, me, now) if week.state in MINE]
    if not give_back:
        return one, 0
    given: list[Left] = []
    for week in weeks:
        with suppress(NotHeld, ShiftCancelled):  # over in this very moment: there is nothing to give back
            left = await _let_go(unit, who, week.shift.id, now, tell=False)
            given += [] if left is None else [left]
    await _tell_coordinators(unit, who, one, sorted(given, key=lambda left: left.shift.starts_at), now)
    return one, len(given)


async def _let_go(unit: Unit, who: Who, shift_id: int, now: datetime, *, tell: bool = True) -> Left | None:
    """Give up a place, an offer or a turn in line, as on the shift's own page; what became of a place."""
    await places.lock_shift(unit, shift_id)  # a turn in line becomes an offer whenever somebody else leaves
    mine = await shifts.page(unit, shift_id, who.me)
    if mine is None:
        raise NotFound(what="shift")
    if mine.state == SignupState.WAITING:
        await shifts_room.leave_line(unit, who=who, shift_id=shift_id)
    elif mine.state == SignupState.OFFERED:
        await shifts_room.decline_place(unit, who=who, shift_id=shift_id, now=now)
    else:
        return await shifts_room.leave_shift(unit, who=who, shift_id=shift_id, now=now, tell=tell)
    return None


async def _tell_coordinators(unit: Unit, who: Who, one: SeriesRow, given: Sequence[Left], now: datetime) -> None:
    """Tell once those who answer for a series of all the places that somebody gave back, in the order of their days."""
    if not given:
        return
    first = given[0].shift
    urgent = cannot_wait(first.starts_at, now, who.zone, who.town.quiet_from, who.town.quiet_until)
    weeks = [
        passing_on.fields_of(left.shift) | {"free": left.shift.free, "passed_on": left.passed_on} for left in given
    ]
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice="series.stopped",
                resident_id=person.resident_id,
                dedupe_key=f"series.stopped:{one.id}:{who.me}:{int(now.timestamp() * 1000)}:{person.resident_id}",
                now=now,
                subject=f"series:{one.id}",
                priority=Priority.URGENT if urgent else Priority.PERSONAL,
                expires_at=given[-1].shift.ends_at,
                series=one.id,
                title=one.title,
                name=who.name,
                called=any(left.called for left in given),
                weeks=weeks,
            )
            for person in await in_charge.of_shift(unit, first, but=(who.me,))
        ],
    )


async def _every(unit: Unit, who: Who, one: SeriesRow, now: datetime, missed: dict[int, Markup] | None = None) -> Every:
    weeks = await standing.weeks(unit, one.id, who.me, now)
    in_order = sorted(weeks, key=lambda week: (week.shift.starts_at, week.shift.id))
    return Every(one, in_order, await standing.has(unit, one.id, who.me), missed or {})


async def _going_on(unit: Unit, who: Who, series_id: int, now: datetime, *, lock: bool = False) -> SeriesRow:
    _resident(who)
    one = await series.get(unit, series_id, lock=lock)
    if one is None:
        raise NotFound(what="series")
    if one.ended_at is not None or (one.last_day is not None and one.last_day < today_of(who.town, now)):
        raise SeriesEnded(title=one.title)
    return one


def _resident(who: Who) -> int:
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    return who.me
