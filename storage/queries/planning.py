"""What a plan for a week's open places is made of: the shifts that have some, and everybody who could take one.

All of it is read as rows, a few statements whatever the size of the town; `bot.allocation` puts them together apart.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func

from storage.queries.hours import entries
from storage.queries.mutes import NOT_FOR_SHIFTS
from storage.queries.shifts import needs, of_residents, projects, residents, shifts, signups, topics
from storage.queries.skills import MASTER_THERE
from storage.sql import bindparam, select
from storage.tables import (
    Exemption,
    Plan,
    PlanLine,
    ResidentState,
    SignupState,
    WeekClose,
    WeekStanding,
    table_of,
)
from storage.unit import Unit

plans, lines = table_of(Plan), table_of(PlanLine)
standings, closes, exemptions = table_of(WeekStanding), table_of(WeekClose), table_of(Exemption)

Rows = Sequence[Any]
"""Rows as the database gives them."""

AROUND = timedelta(days=2)
"""Work this near to a week can stand in the way of work in it: there has to be rest between them."""


class Asked(NamedTuple):
    """All that a plan is made of, as rows.

    `shifts`: id, project_id, starts_at, ends_at, interest_id, places for anybody that are free. `needs`: shift_id,
    topic_id, places, taken, learners, learning, master_there. `people`: id, born, free_times, joined_at. `topics`:
    resident_id, topic_id, kind, level. `work`: resident_id, shift_id, state, starts_at, ends_at, of held, offered and
    attended places. `done`: resident_id, week, minutes in the ledger, of the weeks after `closed`. `carried`:
    resident_id, minutes that the week `closed` left over; None when no week was closed yet. `exempt`: resident_id,
    from_week, until_week. `without`: shift_id, resident_id. `proposed`: shift_id, resident_id, skill_id, learner,
    starts_at, ends_at, of other plans that are not dropped.
    """

    closed: date | None
    shifts: Rows
    needs: Rows
    people: Rows
    topics: Rows
    work: Rows
    done: Rows
    carried: Rows
    exempt: Rows
    without: Rows
    proposed: Rows


_in_week = (
    shifts.c.week == bindparam("week"),
    shifts.c.project_id.in_(bindparam("projects", expanding=True)),
    shifts.c.cancelled_at.is_(None),
    shifts.c.starts_at > bindparam("after"),
    shifts.c.taken < shifts.c.places,
)
_general_free = (shifts.c.places - shifts.c.reserved) - (shifts.c.taken - shifts.c.special)
_shifts = (
    select(
        shifts.c.id,
        shifts.c.project_id,
        shifts.c.starts_at,
        shifts.c.ends_at,
        projects.c.interest_id,
        _general_free.label("general_free"),
    )
    .select_from(shifts.join(projects, projects.c.id == shifts.c.project_id))
    .where(*_in_week)
    .order_by(shifts.c.id)
)
_needs = (
    select(
        needs.c.shift_id,
        needs.c.topic_id,
        needs.c.places,
        needs.c.taken,
        needs.c.learners,
        needs.c.learning,
        MASTER_THERE.label("master_there"),
    )
    .select_from(needs.join(shifts, shifts.c.id == needs.c.shift_id))
    .where(*_in_week)
    .order_by(needs.c.shift_id, needs.c.topic_id)
)
_people = (
    select(residents.c.id, residents.c.born, residents.c.free_times, residents.c.joined_at)
    .where(residents.c.state == ResidentState.RESIDENT, residents.c.id.not_in(NOT_FOR_SHIFTS))
    .order_by(residents.c.id)
)
_topics = select(of_residents.c.resident_id, of_residents.c.topic_id, topics.c.kind, of_residents.c.level).select_from(
    of_residents.join(topics, topics.c.id == of_residents.c.topic_id)
)
_work = (
    select(signups.c.resident_id, signups.c.shift_id, signups.c.state, shifts.c.starts_at, shifts.c.ends_at)
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(
        shifts.c.starts_at > bindparam("begins"),
        shifts.c.starts_at < bindparam("ends"),
        shifts.c.cancelled_at.is_(None),
        signups.c.state.in_([SignupState.HELD, SignupState.OFFERED, SignupState.ATTENDED]),
    )
)
_closed = select(func.max(closes.c.week)).where(closes.c.week < bindparam("week"))
_carried = select(standings.c.resident_id, standings.c.carried_out).where(
    standings.c.week == bindparam("closed"), standings.c.carried_out > 0
)
_done = (
    select(entries.c.resident_id, entries.c.week, func.sum(entries.c.minutes).label("minutes"))
    .where(entries.c.week <= bindparam("week"))
    .group_by(entries.c.resident_id, entries.c.week)
)
_done_since = _done.where(entries.c.week > bindparam("closed"))
_exempt = select(exemptions.c.resident_id, exemptions.c.from_week, exemptions.c.until_week).where(
    exemptions.c.state == "approved", exemptions.c.from_week <= bindparam("week")
)
_signed = (
    select(signups.c.shift_id, signups.c.resident_id)
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(*_in_week)
)
_refused = (
    select(lines.c.shift_id, lines.c.resident_id)
    .select_from(lines.join(plans, plans.c.id == lines.c.plan_id))
    .where(plans.c.week == bindparam("week"), lines.c.state.in_(["removed", "declined"]))
)
_proposed = (
    select(
        lines.c.shift_id,
        lines.c.resident_id,
        lines.c.skill_id,
        lines.c.learner,
        shifts.c.starts_at,
        shifts.c.ends_at,
    )
    .select_from(lines.join(plans, plans.c.id == lines.c.plan_id).join(shifts, shifts.c.id == lines.c.shift_id))
    .where(
        plans.c.week == bindparam("week"),
        plans.c.state.in_(["ready", "sent"]),
        lines.c.state == "proposed",
        shifts.c.cancelled_at.is_(None),
    )
)


async def read(
    unit: Unit,
    week: date,
    project_ids: Collection[int],
    *,
    now: datetime,
    stop: timedelta,
    span: tuple[datetime, datetime],
) -> Asked:
    """All that plans of these projects for the week are made of.

    Shifts that start within `stop` from now are left out: no offer could be answered in time. `span` is from the week
    that it is now to the end of the week that is planned.
    """
    wanted = {"week": week, "projects": sorted(project_ids), "after": now + stop}
    closed: date | None = await unit.value(_closed, week=week)
    since = {"week": week} if closed is None else {"week": week, "closed": closed}
    return Asked(
        closed=closed,
        shifts=await unit.rows(_shifts, **wanted),
        needs=await unit.rows(_needs, **wanted),
        people=await unit.rows(_people),
        topics=await unit.rows(_topics),
        work=await unit.rows(_work, begins=span[0] - AROUND, ends=span[1] + AROUND),
        done=await unit.rows(_done if closed is None else _done_since, **since),
        carried=[] if closed is None else await unit.rows(_carried, closed=closed),
        exempt=await unit.rows(_exempt, week=week),
        without=[*await unit.rows(_signed, **wanted), *await unit.rows(_refused, week=week)],
        proposed=await unit.rows(_proposed, week=week),
    )
