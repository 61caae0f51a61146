"""The offers of a plan: sent once every rule was looked at again, followed until they are answered, proposed again.

A plan may be large, and what it proposes may have changed since it was made; so its lines go out a batch at a time, and
each is checked when its turn comes. Somebody who would learn beside a master is asked when that master has accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from handlers.shifts import passing_on, placing
from storage import outbox
from storage.queries import places, plan_lines, plans, shifts
from storage.queries.plan_lines import LineRow
from storage.queries.shifts import ShiftRow
from storage.tables import OfferKind, ResidentState, SignupState
from storage.unit import Unit
from town.facts import Fact
from town.limits import check_limits
from town.places import suits
from town.reminders import after_quiet
from town.settings import TownSettings
from town.shifts import ShiftFacts, check_can_join
from town.week import bounds, week_of

MOST = 100
"""Lines that are offered in one transaction."""

AROUND = timedelta(days=14)
"""How far from a shift work counts that limits it: the week, and the nights beside it."""

LATER = "later"
"""No reason to leave somebody out: their turn comes later."""


@dataclass(slots=True)
class Offered:
    """What sending came to: how many offers are out, how many will follow, and who was left out, each with why.

    "gone": the shift or the resident is no more; "late": there is no time left to answer; "rules": they have other work
    now, or a limit is reached; "skill", "master": the place is not for them any more; "taken": no place is left.
    """

    offered: int = 0
    later: int = 0
    left_out: list[tuple[LineRow, str]] = field(default_factory=list)


async def offer(unit: Unit, plan_id: int, *, town: TownSettings, now: datetime, most: int = MOST) -> Offered:
    """Offer the lines of a plan that are not out yet, at most so many of them."""
    waiting = [line for line in await plan_lines.of_plan(unit, plan_id) if line.state == plans.PROPOSED]
    batch = sorted(waiting, key=lambda line: line.kind.learner)[:most]
    done = Offered(later=len(waiting) - len(batch))
    # Nobody is waited for: they might wait for us. Who is busy at this moment has their turn later.
    free = {one: await places.try_lock(unit, one) for one in sorted({line.resident_id for line in batch})}
    await shifts.lock(unit, {line.shift.id for line in batch})
    chosen = {(line.shift.id, line.resident_id) for line in batch}  # as they are now that nothing else changes them
    batch = [one for one in await plan_lines.of_plan(unit, plan_id) if (one.shift.id, one.resident_id) in chosen]
    check = await _Check.of(unit, plan_id, batch, town, now)
    notices: list[dict[str, Any]] = []
    for line in sorted(batch, key=lambda line: (line.shift.id, line.resident_id)):
        reason = await check.hinders(line) if free[line.resident_id] else LATER
        until = _until(line.shift, town, now)
        if not reason and not await _keep(unit, line, until, now):
            reason = "taken"
        if reason == LATER:
            done.later += 1
        elif reason:
            await plan_lines.set_line(unit, line, plans.LAPSED, out=reason)
            done.left_out.append((line, reason))
        else:
            await plan_lines.set_line(unit, line, plans.OFFERED, until=until.timestamp())
            check.add(line)
            notices.append(_notice(line, until, now))
            done.offered += 1
    await outbox.put(unit, notices)
    return done


async def _keep(unit: Unit, line: LineRow, until: datetime, now: datetime) -> bool:
    return await placing.offer(
        unit, line.resident_id, line.shift.id, line.kind, kind_of_offer=OfferKind.PLAN, until=until, now=now
    )


class _Check:
    """What stands in the way of lines now."""

    def __init__(
        self,
        unit: Unit,
        town: TownSettings,
        now: datetime,
        work: dict[int, list[ShiftFacts]],
        awaited: set[tuple[int, int]],
    ) -> None:
        self.unit = unit
        self.town = town
        self.now = now
        self.work = work
        self.awaited = awaited

    @classmethod
    async def of(cls, unit: Unit, plan_id: int, batch: Iterable[LineRow], town: TownSettings, now: datetime) -> _Check:
        lines = list(batch)
        starts = [line.shift.starts_at for line in lines] or [now]
        people = {line.resident_id for line in lines}
        work: dict[int, list[ShiftFacts]] = {}
        for resident_id, *shift in await plan_lines.work(unit, people, min(starts) - AROUND, max(starts) + AROUND):
            work.setdefault(resident_id, []).append(ShiftFacts(*shift))
        return cls(unit, town, now, work, await plan_lines.awaited(unit, plan_id))

    def add(self, line: LineRow) -> None:
        """Count what was just offered as theirs."""
        self.work.setdefault(line.resident_id, []).append(line.shift.facts)

    async def hinders(self, line: LineRow) -> str:
        """Why somebody cannot be offered a place now; "" when they can."""
        shift = line.shift
        if shift.cancelled_at is not None or line.resident_state != ResidentState.RESIDENT:
            return "gone"
        if _until(shift, self.town, self.now) <= _heard(self.town, self.now):
            return "late"
        others = self.work.get(line.resident_id, [])
        try:
            check_can_join(shift.facts, others, self.now)
            check_limits(shift.facts, others, born=line.born, settings=self.town)
        except Fact:
            return "rules"
        return await self._kind(line)

    async def _kind(self, line: LineRow) -> str:
        kind = line.kind
        if kind.skill_id is None:
            return ""
        wanted = await placing.skills_of(self.unit, line.shift, line.resident_id)
        if suits(kind, wanted, self.town.skill_proof):
            return ""
        if not kind.learner or any(one.skill_id == kind.skill_id and one.master_there for one in wanted):
            return "skill"
        return LATER if (line.shift.id, kind.skill_id) in self.awaited else "master"


def _heard(town: TownSettings, now: datetime) -> datetime:
    return after_quiet(now, town.tz, town.quiet_from, town.quiet_until)


def _until(shift: ShiftRow, town: TownSettings, now: datetime) -> datetime:
    """Until when an offer stands. Its time runs from when people can hear of it."""
    return min(_heard(town, now) + timedelta(minutes=town.plan_offer_minutes), passing_on.line_ends(shift, town))


def _notice(line: LineRow, until: datetime, now: datetime) -> dict[str, Any]:
    return outbox.new_row(
        notice="plan.offer",
        resident_id=line.resident_id,
        dedupe_key=f"plan.offer:{line.plan_id}:{line.shift.id}:{line.resident_id}",
        now=now,
        subject=passing_on.offers(line.shift.id),
        expires_at=until,
        **passing_on.fields_of(line.shift),
        until=until.isoformat(),
        learner=line.kind.learner,
    )


# -- afterwards --------------------------------------------------------------------------------------------------------


async def follow(unit: Unit, now: datetime, town: TownSettings) -> int:
    """Note what became of offers, send what is still to be sent, and have places that are open again planned anew."""
    done = await plans.drop_old(unit, week_of(now, town.tz))
    refused: dict[int, list[LineRow]] = {}
    for line in await plan_lines.answered(unit):
        state = _answer(line, now)
        done += await plan_lines.set_line(unit, line, state)
        if state != plans.ACCEPTED:
            refused.setdefault(line.plan_id, []).append(line)
    unsent = await plan_lines.still_to_offer(unit)
    await shifts.lock(unit, {one.shift_id for one in unsent})  # of all plans, before those of any: by id
    for plan_id in sorted({one.plan_id for one in unsent}):
        sent = await offer(unit, plan_id, town=town, now=now)
        done += sent.offered + len(sent.left_out)
    for plan_id, lines in sorted(refused.items(), key=lambda one: one[1][0].shift.project_id):  # locked in this order
        if any(_is_open(line.shift, town, now) for line in lines):
            done += await _again(unit, plan_id, now)
    return done


async def next_end(unit: Unit, now: datetime, town: TownSettings) -> datetime | None:
    """When the next plan is out of date."""
    oldest = await plans.oldest_week(unit)
    return None if oldest is None else bounds(oldest, town.tz)[1]


def _answer(line: LineRow, now: datetime) -> str:
    if line.signup in (SignupState.HELD, SignupState.ATTENDED, SignupState.MISSED):
        return plans.ACCEPTED
    return plans.DECLINED if now.timestamp() < line.why.get("until", 0) else plans.LAPSED


def _is_open(shift: ShiftRow, town: TownSettings, now: datetime) -> bool:
    return shift.cancelled_at is None and shift.free > 0 and now < passing_on.line_ends(shift, town)


async def _again(unit: Unit, plan_id: int, now: datetime) -> int:
    plan = await plans.get(unit, plan_id)
    if plan is None or plan.state != plans.SENT:
        return 0
    await plans.want(unit, plan.project_id, plan.week, by=plan.wanted_by, now=now, again=plan_id)
    return 1
