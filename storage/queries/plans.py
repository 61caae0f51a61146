"""Plans of who could take a project's open places in a week, line by line, from wanted to answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, update

from storage.queries.shifts import (
    COLUMNS,
    WITH_PROJECT,
    ShiftRow,
    projects,
    shift_of,
    shifts,
)
from storage.sql import bindparam, insert, select
from storage.tables import Plan, PlanLine, table_of
from storage.unit import Unit

plans, lines = table_of(Plan), table_of(PlanLine)

TOPIC = "plans"
"""What is announced when a plan is wanted."""

WANTED, READY, SENT, DROPPED, FAILED = "wanted", "ready", "sent", "dropped", "failed"
PROPOSED, REMOVED, OFFERED, ACCEPTED, DECLINED, LAPSED = (
    "proposed",
    "removed",
    "offered",
    "accepted",
    "declined",
    "lapsed",
)


class PlanRow(NamedTuple):
    """A plan. `found` is the planner's summary: places (that were open), left, and again (see `want`)."""

    id: int
    project_id: int
    project: str
    week: date
    state: str
    wanted_by: int
    found: dict[str, Any]
    detail: str

    @property
    def again(self) -> int | None:
        """The plan whose offers were not taken, for which this one was made."""
        again: int | None = self.found.get("again")
        return again


_plan = select(
    plans.c.id,
    plans.c.project_id,
    projects.c.name,
    plans.c.week,
    plans.c.state,
    plans.c.wanted_by,
    plans.c.found,
    plans.c.detail,
).select_from(plans.join(projects, projects.c.id == plans.c.project_id))
_one = _plan.where(plans.c.id == bindparam("plan_id"))
_one_locked = _one.with_for_update(of=plans)
_in_state = _plan.where(plans.c.state == bindparam("state")).order_by(plans.c.id)
_of_weeks = _plan.where(
    plans.c.week.in_(bindparam("weeks", expanding=True)),
    plans.c.project_id.in_(bindparam("projects", expanding=True)),
    plans.c.state != DROPPED,
).order_by(plans.c.id)
_drop_unsent = (
    update(plans)
    .where(
        plans.c.project_id == bindparam("b_project"),
        plans.c.week == bindparam("b_week"),
        plans.c.state.in_([WANTED, READY, FAILED]),
    )
    .values(state=DROPPED)
)
_drop_old = (
    update(plans)
    .where(plans.c.state.in_([WANTED, READY, FAILED, SENT]), plans.c.week < bindparam("b_week"))
    .values(state=DROPPED)
)
_oldest = select(func.min(plans.c.week)).where(plans.c.state.in_([WANTED, READY, FAILED, SENT]))
_lock_project = select(projects.c.id).where(projects.c.id == bindparam("project_id")).with_for_update(key_share=True)
_want = insert(plans).returning(plans.c.id)
_move = (
    update(plans)
    .where(plans.c.id == bindparam("b_id"), plans.c.state == bindparam("b_from"))
    .values(state=bindparam("b_to"))
)
_made = _move.values(made_at=bindparam("b_now"), found=bindparam("b_found"), detail=bindparam("b_detail"))
_sent = _move.values(sent_at=bindparam("b_now"))
_open = (
    select(shifts.c.project_id, func.sum(shifts.c.places - shifts.c.taken))
    .where(
        shifts.c.week == bindparam("week"),
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("after"),
        shifts.c.taken < shifts.c.places,
    )
    .group_by(shifts.c.project_id)
)
_shifts = select(*COLUMNS).select_from(WITH_PROJECT).where(shifts.c.id.in_(bindparam("shifts", expanding=True)))
_counted = (
    select(lines.c.plan_id, lines.c.state, func.count())
    .where(lines.c.plan_id.in_(bindparam("plans", expanding=True)))
    .group_by(lines.c.plan_id, lines.c.state)
)


# -- plans -------------------------------------------------------------------------------------------------------------


async def want(unit: Unit, project_id: int, week: date, *, by: int, now: datetime, again: int | None = None) -> int:
    """Ask for a plan; it takes the place of those of the week that were not sent. Its id.

    `again`: it is made since offers of that plan were not taken.
    """
    if not unit.is_sqlite:
        await unit.execute(_lock_project, {"project_id": project_id})  # of two who ask at once, the last one's is made
    await unit.run(_drop_unsent, b_project=project_id, b_week=week)
    found = {} if again is None else {"again": again}
    values = {"project_id": project_id, "week": week, "state": WANTED, "wanted_by": by, "wanted_at": now}
    plan_id: int = await unit.value(_want, **values, found=json.dumps(found), detail="")
    unit.announce(TOPIC)
    return plan_id


async def wanted(unit: Unit) -> list[PlanRow]:
    """The plans that are to be made, the first asked for first."""
    return [_plan_of(row) for row in await unit.rows(_in_state, state=WANTED)]


async def get(unit: Unit, plan_id: int) -> PlanRow | None:
    """A plan, whatever its state."""
    row = await unit.first(_one, plan_id=plan_id)
    return None if row is None else _plan_of(row)


async def lock(unit: Unit, plan_id: int) -> PlanRow | None:
    """A plan, its row held until the end of this transaction: two coordinators change it one after the other."""
    row = await unit.first(_one if unit.is_sqlite else _one_locked, plan_id=plan_id)
    return None if row is None else _plan_of(row)


async def latest(unit: Unit, project_ids: Collection[int], weeks: Collection[date]) -> dict[tuple[int, date], PlanRow]:
    """The newest plan of each project and week that was not dropped."""
    rows = await unit.rows(_of_weeks, projects=sorted(project_ids), weeks=sorted(weeks))
    return {(plan.project_id, plan.week): plan for plan in map(_plan_of, rows)}


async def made(
    unit: Unit, plan: PlanRow, proposed: Iterable[dict[str, Any]], *, found: dict[str, Any], now: datetime
) -> bool:
    """Write what was found for a plan: lines as rows, and a summary. False when nobody waits for it any more."""
    kept = {"again": plan.again} if plan.again is not None else {}
    summary = json.dumps(found | kept)
    moved = {"b_id": plan.id, "b_from": WANTED, "b_to": READY, "b_now": now, "b_found": summary, "b_detail": ""}
    if not await unit.run(_made, **moved):
        return False
    batch = [{"plan_id": plan.id, "state": PROPOSED, **line} for line in proposed]
    if batch:
        await unit.execute(insert(lines), batch)
    return True


async def fail(unit: Unit, plan: PlanRow, detail: str, now: datetime) -> bool:
    """Write down that a plan could not be made."""
    found = json.dumps(plan.found)
    moved = {"b_id": plan.id, "b_from": WANTED, "b_to": FAILED, "b_now": now, "b_found": found, "b_detail": detail}
    return bool(await unit.run(_made, **moved))


async def drop(unit: Unit, plan: PlanRow) -> bool:
    """Put a plan aside, unless it is in another state by now."""
    return bool(await unit.run(_move, b_id=plan.id, b_from=plan.state, b_to=DROPPED))


async def sent(unit: Unit, plan_id: int, now: datetime) -> bool:
    """Note that a ready plan is sent. False when it is not ready."""
    return bool(await unit.run(_sent, b_id=plan_id, b_from=READY, b_to=SENT, b_now=now))


async def drop_old(unit: Unit, before: date) -> int:
    """Put the plans of weeks before this one aside; returns how many."""
    return await unit.run(_drop_old, b_week=before)


async def oldest_week(unit: Unit) -> date | None:
    """The first week of which there is a plan that was not put aside."""
    found: date | None = await unit.value(_oldest)
    return found


async def open_places(unit: Unit, week: date, after: datetime) -> dict[int, int]:
    """Open places of a week by project, of shifts that start after an instant."""
    return {row[0]: int(row[1]) for row in await unit.rows(_open, week=week, after=after)}


async def counted(unit: Unit, plan_ids: Collection[int]) -> dict[int, Counter[str]]:
    """How many lines of some plans are in each state."""
    found: dict[int, Counter[str]] = {plan_id: Counter() for plan_id in plan_ids}
    for plan_id, state, number in await unit.rows(_counted, plans=sorted(plan_ids)):
        found[plan_id][state] = number
    return found


async def shifts_of(unit: Unit, ids: Collection[int]) -> list[ShiftRow]:
    """Some shifts."""
    return [shift_of(row) for row in await unit.rows(_shifts, shifts=sorted(ids))]


def _plan_of(row: Any) -> PlanRow:
    plan_id, project_id, project, week, state, wanted_by, found, detail = row
    return PlanRow(plan_id, project_id, project, week, state, wanted_by, json.loads(found), detail)
