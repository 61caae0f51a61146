"""Swapping shifts and handing one over: asking, answering, taking back.

Nothing changes hands until both have said yes: one by asking, the other by accepting. Then everything is looked at
anew, with both residents and both shifts locked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.kit.rule_words import BREAKS, rule_of
from handlers.kit.who import Who
from handlers.shifts import placing
from handlers.swaps.telling import tell, tell_done, tell_over
from storage import outbox
from storage.queries import places, roles, shifts, swap_choices, swaps
from storage.queries.in_charge import Answers
from storage.queries.roles import Person
from storage.queries.shifts import ShiftRow
from storage.queries.swaps import SwapRow
from storage.tables import SignupState
from storage.unit import Unit
from town import places as place_rules
from town.facts import (
    Fact,
    NotAllowed,
    NotFound,
    NotHeld,
    OthersRule,
    ShiftCancelled,
    ShiftStarted,
    SwapAsked,
    SwapOver,
    TooManySwaps,
)
from town.reminders import after_quiet, cannot_wait
from town.settings import TownSettings
from town.swaps import MOST_OPEN, Rule, SwapState, stands_until


@dataclass(frozen=True, slots=True)
class Deal:
    """What two residents are about to agree on: `give` passes from one to the other, and `take` back if there is one.

    `until` is when the request would run out.
    """

    giver: int
    taker: Person
    give: ShiftRow
    take: ShiftRow | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A rule in somebody's way; with the `resident_id` 0, in nobody's in particular."""

    resident_id: int
    fact: Fact


@dataclass(frozen=True, slots=True)
class Answered:
    """What accepting did: the places changed hands and `told` hear of it, or `obstacle` stood in the way."""

    swap: SwapRow
    told: tuple[Answers, ...] = ()
    obstacle: Obstacle | None = None


# -- asking ------------------------------------------------------------------------------------------------------------


async def my_place(unit: Unit, *, who: Who, shift_id: int, now: datetime) -> ShiftRow:
    """The shift on which somebody would pass on their place.

    Raises NotAllowed, NotFound, ShiftCancelled, NotHeld or ShiftStarted.
    """
    mine = await shifts.page(unit, shift_id, _resident(who))
    if mine is None:
        raise NotFound(what="shift")
    if mine.shift.cancelled_at is not None:
        raise ShiftCancelled(title=mine.shift.title)
    if mine.state != SignupState.HELD:
        raise NotHeld(title=mine.shift.title)
    if now >= mine.shift.starts_at:
        raise ShiftStarted(title=mine.shift.title)
    return mine.shift


async def prepare(unit: Unit, *, who: Who, shift_id: int, take_id: int | None, other_id: int, now: datetime) -> Deal:
    """Look at all the rules for both, before somebody is asked.

    Raises what `my_place` raises, NotFound, or what keeps the asker from the other shift; OthersRule for what keeps the
    other one from theirs.
    """
    give = await my_place(unit, who=who, shift_id=shift_id, now=now)
    taker = await roles.resident(unit, other_id)
    if taker is None or taker.id == who.me:
        raise NotFound(what="resident")
    take = None if take_id is None else await shifts.get(unit, take_id)
    if (take_id is not None and take is None) or take_id == shift_id:
        raise NotFound(what="shift")
    obstacle = await _in_the_way(unit, who.me, taker.id, shift_id, take_id, town=who.town, now=now)
    if obstacle is not None:
        raise _said(obstacle, who.me, taker.name)
    return Deal(who.me, taker, give, take, _until(give, take, who.town, now))


async def ask(unit: Unit, *, who: Who, shift_id: int, take_id: int | None, other_id: int, now: datetime) -> SwapRow:
    """Ask somebody to take a place, for theirs on another shift or for nothing.

    Raises what `prepare` raises, TooManySwaps or SwapAsked.
    """
    await places.lock(unit, _resident(who))
    deal = await prepare(unit, who=who, shift_id=shift_id, take_id=take_id, other_id=other_id, now=now)
    if await swaps.count_open(unit, who.me, now) >= MOST_OPEN:
        raise TooManySwaps(most=MOST_OPEN)
    swap_id = await swaps.ask(
        unit, from_id=who.me, to_id=other_id, give=shift_id, take=take_id, now=now, expires_at=deal.until
    )
    swap = None if swap_id is None else await swaps.get(unit, swap_id)
    if swap is None:
        raise SwapAsked(name=deal.taker.name)
    await tell(
        unit,
        "swap.asked",
        swap,
        other_id,
        name=who.name,
        town=who.town,
        now=now,
        key=swaps.asked_key(swap.id, swap.times),
        expires_at=swap.expires_at,
        subject=swaps.subject(swap.id),
    )
    return swap


def _until(give: ShiftRow, take: ShiftRow | None, town: TownSettings, now: datetime) -> datetime:
    """The time runs from when the other one can hear of it."""
    starts = [shift.starts_at for shift in (give, take) if shift is not None]
    at_once = cannot_wait(min(starts), now, town.tz, town.quiet_from, town.quiet_until)
    heard = now if at_once else after_quiet(now, town.tz, town.quiet_from, town.quiet_until)
    return stands_until(heard, town.swap_minutes, starts)


# -- answering ---------------------------------------------------------------------------------------------------------


async def open_requests(unit: Unit, *, who: Who, now: datetime) -> list[SwapRow]:
    """The requests by and to somebody that wait for an answer. Raises NotAllowed."""
    return await swaps.open_of(unit, _resident(who), now)


async def request(unit: Unit, *, who: Who, swap_id: int) -> SwapRow:
    """A request that somebody made or got. Raises NotAllowed or NotFound."""
    me, swap = _resident(who), await swaps.get(unit, swap_id)
    if swap is None or me not in (swap.from_id, swap.to_id):
        raise NotFound(what="swap")
    return swap


async def withdraw(unit: Unit, *, who: Who, swap_id: int, now: datetime) -> SwapRow:
    """Take a request of one's own back. Raises NotAllowed, NotFound or SwapOver."""
    swap = await _open(unit, who, swap_id, now, mine=True)
    await _settle(unit, swap, SwapState.WITHDRAWN, now)
    await tell_over(unit, swap, why="withdrawn", town=who.town, now=now, asked={})
    return swap


async def decline(unit: Unit, *, who: Who, swap_id: int, now: datetime) -> SwapRow:
    """Say no to a request. Raises NotAllowed, NotFound or SwapOver."""
    swap = await _open(unit, who, swap_id, now, mine=False)
    await _settle(unit, swap, SwapState.DECLINED, now)
    await outbox.withdraw(unit, swaps.subject(swap.id))
    await tell(unit, "swap.declined", swap, swap.from_id, name=swap.to_name, town=who.town, now=now)
    return swap


async def accept(unit: Unit, *, who: Who, swap_id: int, now: datetime) -> Answered:
    """Say yes to a request: the places change hands, if every rule still allows it for both.

    Where one does not, the request has failed and the one who asked hears of it. Raises NotAllowed, NotFound, SwapOver,
    or OtherBusy when the other one is changing something at this moment.
    """
    await _open(unit, who, swap_id, now, mine=False)
    swap = await request(unit, who=who, swap_id=swap_id)
    await placing.lock_other(unit, swap.from_id)
    for shift_id in sorted(part.id for part in swap.parts):
        await places.lock_shift(unit, shift_id)
    swap = await _open(unit, who, swap_id, now, mine=False)  # as it is now that nothing else can change it
    obstacle = await _obstacle(unit, swap, town=who.town, now=now)
    if obstacle is not None:
        await _settle(unit, swap, SwapState.FAILED, now)
        told = {"rule": rule_of(obstacle.fact).value, "title": _title(obstacle.fact, swap)}
        told["person"] = swap.to_name if obstacle.resident_id == swap.to_id else ""
        await tell_over(unit, swap, why="refused", town=who.town, now=now, asker=told)
        return Answered(swap, obstacle=obstacle)
    await _settle(unit, swap, SwapState.ACCEPTED, now)
    await outbox.withdraw(unit, swaps.subject(swap.id))
    await _hand_over(unit, swap.give.id, swap.from_id, swap.to_id, town=who.town, now=now)
    if swap.take is not None:
        await _hand_over(unit, swap.take.id, swap.to_id, swap.from_id, town=who.town, now=now)
    await _end_others(unit, swap, who.town, now)
    return Answered(swap, tuple(await tell_done(unit, swap, town=who.town, now=now)))


async def _hand_over(unit: Unit, shift_id: int, from_id: int, to_id: int, *, town: TownSettings, now: datetime) -> None:
    """Let a place pass on. One that is offered to whoever gets it passes on to the next in line."""
    found = await shifts.page(unit, shift_id, to_id)
    if found is not None and found.state == SignupState.OFFERED:
        await placing.decline(unit, to_id, shift_id, town=town, now=now)
    await placing.move(unit, shift_id, from_id, to_id, town=town, now=now)


async def _end_others(unit: Unit, swap: SwapRow, town: TownSettings, now: datetime) -> None:
    """What else was asked about a place that is given now needs no answer any more."""
    for other in await swaps.about_place(unit, swap.from_id, swap.give.id):
        if await swaps.settle(unit, other.id, SwapState.WITHDRAWN, now):
            await tell_over(unit, other, why="settled", town=town, now=now, asked={})


async def _open(unit: Unit, who: Who, swap_id: int, now: datetime, *, mine: bool) -> SwapRow:
    """A request that waits for its answer, asked by (`mine`) or of somebody."""
    swap = await request(unit, who=who, swap_id=swap_id)
    if who.me != (swap.from_id if mine else swap.to_id):
        raise NotFound(what="swap")
    if swap.state != SwapState.ASKED:
        raise SwapOver(state=swap.state)
    if now >= swap.expires_at:
        raise SwapOver(state=SwapState.EXPIRED.value)
    return swap


async def _settle(unit: Unit, swap: SwapRow, state: SwapState, now: datetime) -> None:
    if not await swaps.settle(unit, swap.id, state, now):
        settled = await swaps.get(unit, swap.id)
        raise SwapOver(state=SwapState.FAILED.value if settled is None else settled.state)


# -- the rules ---------------------------------------------------------------------------------------------------------


async def _obstacle(unit: Unit, swap: SwapRow, *, town: TownSettings, now: datetime) -> Obstacle | None:
    """What keeps an accepted request from being carried out, now that both are locked."""
    if not await swaps.as_asked(unit, swap):
        return Obstacle(0, OthersRule(name="", rule=Rule.CHANGED.value, title=swap.give.title))
    take_id = None if swap.take is None else swap.take.id
    return await _in_the_way(unit, swap.from_id, swap.to_id, swap.give.id, take_id, town=town, now=now)


async def _in_the_way(
    unit: Unit, giver: int, taker: int, give_id: int, take_id: int | None, *, town: TownSettings, now: datetime
) -> Obstacle | None:
    """The first rule that keeps one of the two from the other's place."""
    obstacle = await _keeps_from(unit, taker, give_id, giver, without=take_id, town=town, now=now)
    if obstacle is None and take_id is not None:
        return await _keeps_from(unit, giver, take_id, taker, without=give_id, town=town, now=now)
    return obstacle


async def _keeps_from(
    unit: Unit, resident_id: int, shift_id: int, holder: int, *, without: int | None, town: TownSettings, now: datetime
) -> Obstacle | None:
    """What keeps somebody from the place that another holds on a shift, when they give up the shift `without`."""
    gives = () if without is None else (without,)
    try:
        found = await placing.may_take(unit, resident_id, shift_id, town=town, now=now, without=gives)
    except BREAKS as fact:
        return Obstacle(resident_id, fact)
    kind = await swap_choices.kind_of(unit, shift_id, holder)
    if kind is None:
        return Obstacle(holder, NotHeld(title=found.shift.title))
    wanted = await placing.skills_of(unit, found.shift, resident_id)
    if place_rules.suits(kind, wanted, town.skill_proof):
        return None
    rule = Rule.MASTER if kind.learner else Rule.SKILL
    return Obstacle(resident_id, OthersRule(name="", rule=rule.value, title=found.shift.title))


def _said(obstacle: Obstacle, me: int, name: str) -> Fact:
    """An obstacle as it is told to `me`; `name` is the other one's."""
    if obstacle.resident_id == me:
        return obstacle.fact
    return OthersRule(name=name, rule=rule_of(obstacle.fact).value, title=str(obstacle.fact.fields.get("title", "")))


def _title(fact: Fact, swap: SwapRow) -> str:
    return str(fact.fields.get("title", swap.give.title))


def _resident(who: Who) -> int:
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    return who.me
