"""What the planner leaves behind: a plan that is ready, or could not be made, and a word to who asked for it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from handlers.shifts.in_charge import once_each
from storage import outbox
from storage.queries import in_charge, plans
from storage.queries.plans import PlanRow
from storage.tables import Role
from storage.unit import Unit
from town.places import Kind
from town.settings import TownSettings
from town.week import bounds


class Proposed(NamedTuple):
    """Somebody proposed for a place; `why` is `town.allocation.Why` as a dict."""

    shift_id: int
    resident_id: int
    kind: Kind
    why: dict[str, Any]


class LeftOpen(NamedTuple):
    """Places of a kind that stay open, and why: "skill", "master", "busy" or "needed"."""

    shift_id: int
    kind: Kind
    places: int
    why: str


async def ready(
    unit: Unit,
    plan: PlanRow,
    *,
    proposed: Collection[Proposed],
    left: Iterable[LeftOpen],
    places: int,
    town: TownSettings,
    now: datetime,
) -> bool:
    """Write a plan down, and tell. False when nobody waits for it any more."""
    if plan.again is not None and not places:
        return await plans.drop(unit, plan)  # others took the places meanwhile: nothing is to be proposed
    rows = [
        {
            "shift_id": one.shift_id,
            "resident_id": one.resident_id,
            "skill_id": one.kind.skill_id,
            "learner": one.kind.learner,
            "why": json.dumps(one.why),
        }
        for one in proposed
    ]
    summary = [[one.shift_id, *one.kind, one.places, one.why] for one in left]
    if not await plans.made(unit, plan, rows, found={"places": places, "left": summary}, now=now):
        return False
    await _tell(unit, plan, "plan.ready" if plan.again is None else "plan.again", town, now, len(rows), places)
    return True


async def failed(unit: Unit, plan: PlanRow, detail: str, *, town: TownSettings, now: datetime) -> bool:
    """Write down that a plan could not be made, and tell."""
    if not await plans.fail(unit, plan, detail, now):
        return False
    await _tell(unit, plan, "plan.failed", town, now, 0, 0)
    return True


async def _tell(
    unit: Unit, plan: PlanRow, notice: str, town: TownSettings, now: datetime, placed: int, places: int
) -> None:
    """Tell who asked for the plan; if they may not send it any more, those who may. Of one sent plan, once."""
    everybody = await in_charge.over(unit, plan.project_id)
    tiers = (
        [one for one in everybody if one.resident_id == plan.wanted_by],
        [one for one in everybody if one.role == Role.COORDINATOR and one.project_id is not None],
        everybody,
    )
    people = next((tier for tier in tiers if tier), [])
    about = f"plan.again:{plan.again}" if notice == "plan.again" else f"{notice}:{plan.id}"
    await outbox.put(
        unit,
        [
            outbox.new_row(
                notice=notice,
                resident_id=person.resident_id,
                dedupe_key=f"{about}:{person.resident_id}",
                now=now,
                subject=f"plan:{plan.project_id}",
                expires_at=bounds(plan.week, town.tz)[1],
                plan=plan.id,
                project_id=plan.project_id,
                project=plan.project,
                week=plan.week.isoformat(),
                placed=placed,
                places=places,
            )
            for person in once_each(people)
        ],
    )
