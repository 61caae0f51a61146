"""The lines of plans: who is proposed for which place, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, update

from storage.queries.plans import OFFERED, PROPOSED, SENT, lines, plans
from storage.queries.shifts import COLUMNS, WITH_PROJECT, ShiftRow, of_residents, residents, shift_of, shifts, signups
from storage.sql import bindparam, select
from storage.tables import Level, SignupState
from storage.unit import Unit
from town.places import Kind


class LineRow(NamedTuple):
    """Somebody proposed for a place of a shift. `why` has no prose; `signup` is the state of their sign-up now."""

    plan_id: int
    shift: ShiftRow
    resident_id: int
    name: str
    resident_state: str
    born: date | None
    kind: Kind
    state: str
    why: dict[str, Any]
    signup: str | None


class Unsent(NamedTuple):
    """A shift of a plan for which somebody is still to be asked."""

    plan_id: int
    shift_id: int


_mine = and_(signups.c.shift_id == lines.c.shift_id, signups.c.resident_id == lines.c.resident_id)
_lines: Select[*tuple[Any, ...]] = (
    select(
        *COLUMNS,
        lines.c.plan_id,
        lines.c.resident_id,
        residents.c.name,
        residents.c.state,
        residents.c.born,
        lines.c.skill_id,
        lines.c.learner,
        lines.c.state,
        lines.c.why,
        signups.c.state,
    )
    .select_from(
        WITH_PROJECT.join(lines, lines.c.shift_id == shifts.c.id)
        .join(residents, residents.c.id == lines.c.resident_id)
        .outerjoin(signups, _mine)
    )
    .order_by(shifts.c.id, residents.c.id)
)
_lines_of = _lines.where(lines.c.plan_id == bindparam("plan_id"))
_of_sent = _lines.join(plans, plans.c.id == lines.c.plan_id).where(plans.c.state == SENT)
_answered = _of_sent.where(
    lines.c.state == OFFERED, func.coalesce(signups.c.state, SignupState.RELEASED) != SignupState.OFFERED
)
_unsent = (
    select(lines.c.plan_id, lines.c.shift_id)
    .select_from(lines.join(plans, plans.c.id == lines.c.plan_id))
    .where(plans.c.state == SENT, lines.c.state == PROPOSED)
    .distinct()
)
_set_line = (
    update(lines)
    .where(
        lines.c.plan_id == bindparam("b_plan"),
        lines.c.shift_id == bindparam("b_shift"),
        lines.c.resident_id == bindparam("b_resident"),
        lines.c.state == bindparam("b_from"),
    )
    .values(state=bindparam("b_to"), why=bindparam("b_why"))
)
_work = (
    select(signups.c.resident_id, shifts.c.id, shifts.c.title, shifts.c.starts_at, shifts.c.ends_at, shifts.c.places)
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(
        signups.c.resident_id.in_(bindparam("people", expanding=True)),
        signups.c.state.in_([SignupState.HELD, SignupState.OFFERED, SignupState.ATTENDED]),
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("begins"),
        shifts.c.starts_at < bindparam("ends"),
    )
)
_awaited = (
    select(lines.c.shift_id, of_residents.c.topic_id)
    .select_from(lines.join(of_residents, of_residents.c.resident_id == lines.c.resident_id))
    .where(
        lines.c.plan_id == bindparam("plan_id"),
        lines.c.state.in_([PROPOSED, OFFERED]),
        of_residents.c.level == Level.MASTER,
    )
)


async def of_plan(unit: Unit, plan_id: int) -> list[LineRow]:
    """The lines of a plan, by shift."""
    return [_line_of(row) for row in await unit.rows(_lines_of, plan_id=plan_id)]


async def answered(unit: Unit) -> list[LineRow]:
    """The lines whose offer stands no more, though the plan does not say so yet."""
    return [_line_of(row) for row in await unit.rows(_answered)]


async def still_to_offer(unit: Unit) -> list[Unsent]:
    """What of the plans that are sent no offer went out for yet, in no order."""
    return [Unsent(*row) for row in await unit.rows(_unsent)]


async def set_line(unit: Unit, line: LineRow, state: str, **why: Any) -> bool:
    """Move a line to another state, with more to say of it. False when it was moved before."""
    values = {"b_plan": line.plan_id, "b_shift": line.shift.id, "b_resident": line.resident_id}
    return bool(await unit.run(_set_line, **values, b_from=line.state, b_to=state, b_why=json.dumps(line.why | why)))


async def work(unit: Unit, people: Collection[int], begins: datetime, ends: datetime) -> list[tuple[Any, ...]]:
    """What some residents hold, are offered or came to: resident, then shift id, title, start, end, places."""
    rows = await unit.rows(_work, people=sorted(people), begins=begins, ends=ends)
    return [tuple(row) for row in rows]


async def awaited(unit: Unit, plan_id: int) -> set[tuple[int, int]]:
    """The shifts (ids) on which a master of a skill (its id) of this plan has not answered yet."""
    return {(row[0], row[1]) for row in await unit.rows(_awaited, plan_id=plan_id)}


def _line_of(row: Any) -> LineRow:
    at = len(ShiftRow._fields)
    plan_id, resident_id, name, resident_state, born, skill_id, learner, state, why, signup = row[at:]
    kind = Kind(skill_id, bool(learner))
    return LineRow(
        plan_id, shift_of(row), resident_id, name, resident_state, born, kind, state, json.loads(why), signup
    )
