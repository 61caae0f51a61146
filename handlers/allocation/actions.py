"""Plans of who could take a project's open places: asked for, looked at, thinned out and sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.allocation import offering
from handlers.allocation.offering import Offered
from handlers.desk.actions import my_projects, project_of
from handlers.kit.who import Who
from handlers.roles.actions import Duties, must_coordinate, must_coordinate_town
from storage.queries import plan_lines, plans, topics
from storage.queries.plan_lines import LineRow
from storage.queries.plans import PlanRow
from storage.queries.projects import ProjectRow
from storage.queries.shifts import ShiftRow
from storage.unit import Unit
from town.facts import LineGone, NoOpenPlaces, NotFound, PlanGone, PlanNotReady, PlanSent
from town.settings import TownSettings
from town.week import Week, bounds, week_of

NEXT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class InWeek:
    """How far a project is in a week: `open` places, its newest plan (or none) and how many lines are in each state."""

    week: Week
    open: int
    plan: PlanRow | None
    lines: Counter[str]


@dataclass(frozen=True, slots=True)
class OfProject:
    """A project in this week and the next; `everywhere`: its reader may plan for the whole town."""

    project: ProjectRow
    weeks: tuple[InWeek, ...]
    everywhere: bool


@dataclass(frozen=True, slots=True)
class OfShift:
    """A shift of a plan: who is proposed for it, and the places left, each as (skill, learner, places, why)."""

    shift: ShiftRow
    lines: tuple[LineRow, ...]
    left: tuple[tuple[int | None, bool, int, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with all its shifts, the earliest first; `topics` are the names of skills and interests, by id."""

    row: PlanRow
    shifts: tuple[OfShift, ...]
    topics: dict[int, topics.Named]

    @property
    def lines(self) -> list[LineRow]:
        return [line for of in self.shifts for line in of.lines]

    def of_shift(self, shift_id: int) -> OfShift:
        """Raises NotFound."""
        for of in self.shifts:
            if of.shift.id == shift_id:
                return of
        raise NotFound(what="shift")


async def of_project(unit: Unit, *, who: Who, project_id: int, now: datetime) -> OfProject:
    """How far a project's plans are. Raises NotAllowed or NotFound."""
    duties = await must_coordinate(unit, who, project_id)
    project = await project_of(unit, project_id)
    [found] = await _far(unit, [project], duties, now, who.town)
    return found


async def of_town(unit: Unit, *, who: Who, now: datetime) -> list[OfProject]:
    """How far the plans of all projects are. Raises NotAllowed."""
    duties = await must_coordinate_town(unit, who)
    return await _far(unit, await my_projects(unit, who=who), duties, now, who.town)


async def _far(
    unit: Unit, of: Sequence[ProjectRow], duties: Duties, now: datetime, town: TownSettings
) -> list[OfProject]:
    weeks = [week_of(now, town.tz), week_of(now, town.tz) + NEXT]
    latest = await plans.latest(unit, [project.id for project in of], weeks)
    free = {week: await plans.open_places(unit, week, _after(now, town)) for week in weeks}
    counted = await plans.counted(unit, [plan.id for plan in latest.values()])

    def in_week(project: ProjectRow, week: Week) -> InWeek:
        plan = latest.get((project.id, week))
        return InWeek(week, free[week].get(project.id, 0), plan, counted[plan.id] if plan else Counter())

    return [OfProject(project, tuple(in_week(project, week) for week in weeks), duties.everywhere) for project in of]


async def make(unit: Unit, *, who: Who, project_id: int, ahead: bool, now: datetime) -> None:
    """Ask for a plan of a project's open places, of next week or of the rest of this one.

    Raises NotAllowed, NotFound or NoOpenPlaces.
    """
    await must_coordinate(unit, who, project_id)
    await project_of(unit, project_id)
    await _make(unit, who, [project_id], ahead, now)


async def make_all(unit: Unit, *, who: Who, ahead: bool, now: datetime) -> None:
    """Ask for a plan of each project that has open places; they are made together. Raises NotAllowed, NoOpenPlaces."""
    await must_coordinate_town(unit, who)
    await _make(unit, who, [project.id for project in await my_projects(unit, who=who)], ahead, now)


async def _make(unit: Unit, who: Who, project_ids: Collection[int], ahead: bool, now: datetime) -> None:
    week = week_of(now, who.zone) + (NEXT if ahead else timedelta())
    free = await plans.open_places(unit, week, _after(now, who.town))
    having = [project_id for project_id in project_ids if free.get(project_id)]
    if not having:
        raise NoOpenPlaces
    for project_id in sorted(having):  # in the order in which they are locked
        await plans.want(unit, project_id, week, by=who.me, now=now)


async def see(unit: Unit, *, who: Who, plan_id: int, now: datetime) -> Plan:
    """A plan that was made, sent or not. Raises NotFound, NotAllowed, PlanGone or PlanNotReady."""
    row = await _current(unit, who, await plans.get(unit, plan_id), now)
    return await _whole(unit, row)


async def remove(
    unit: Unit, *, who: Who, plan_id: int, shift_id: int, resident_id: int, now: datetime
) -> tuple[Plan, LineRow]:
    """Take somebody out of a plan, who is not proposed for that shift again.

    Raises NotFound, NotAllowed, PlanGone, PlanNotReady, PlanSent or LineGone.
    """
    row = await _current(unit, who, await plans.lock(unit, plan_id), now)
    if row.state == plans.SENT:
        raise PlanSent
    for line in await plan_lines.of_plan(unit, plan_id):
        if (line.shift.id, line.resident_id) == (shift_id, resident_id) and line.state == plans.PROPOSED:
            await plan_lines.set_line(unit, line, plans.REMOVED)
            return await _whole(unit, row), line
    raise LineGone


async def send(unit: Unit, *, who: Who, plan_id: int, now: datetime) -> tuple[PlanRow, Offered]:
    """Offer everybody in a plan their place; who is left out, and why, is said.

    Raises NotFound, NotAllowed, PlanGone, PlanNotReady or PlanSent.
    """
    row = await _current(unit, who, await plans.lock(unit, plan_id), now)
    if row.state == plans.SENT or not await plans.sent(unit, plan_id, now):
        raise PlanSent
    return row, await offering.offer(unit, plan_id, town=who.town, now=now)


async def _current(unit: Unit, who: Who, row: PlanRow | None, now: datetime) -> PlanRow:
    if row is None:
        raise NotFound(what="plan")
    await must_coordinate(unit, who, row.project_id)
    if row.state == plans.DROPPED or bounds(row.week, who.zone)[1] <= now:
        raise PlanGone
    if row.state not in (plans.READY, plans.SENT):
        raise PlanNotReady
    return row


async def _whole(unit: Unit, row: PlanRow) -> Plan:
    by_shift: dict[int, list[LineRow]] = {}
    found: dict[int, ShiftRow] = {}
    for line in await plan_lines.of_plan(unit, row.id):
        found[line.shift.id] = line.shift
        if line.state != plans.REMOVED:
            by_shift.setdefault(line.shift.id, []).append(line)
    left: dict[int, list[tuple[int | None, bool, int, str]]] = {}
    for shift_id, skill_id, learner, places, why in row.found.get("left", []):
        left.setdefault(shift_id, []).append((skill_id, bool(learner), places, why))
    for shift in await plans.shifts_of(unit, left.keys() - found.keys()):
        found[shift.id] = shift
    whole = [
        OfShift(shift, tuple(by_shift.get(shift.id, ())), tuple(left.get(shift.id, ())))
        for shift in sorted(found.values(), key=lambda one: (one.starts_at, one.id))
    ]
    return Plan(row, tuple(whole), await topics.some(unit, _topics(whole)))


def _topics(whole: Sequence[OfShift]) -> set[int]:
    """The skills and interests that there is something to say of."""
    found = {of.shift.interest_id for of in whole}
    found |= {skill_id for of in whole for skill_id, _learner, _places, _why in of.left}
    for line in (line for of in whole for line in of.lines):
        found |= {*line.why.get("skills", ()), line.kind.skill_id}
    return {topic_id for topic_id in found if topic_id is not None}


def _after(now: datetime, town: TownSettings) -> datetime:
    """Shifts that start before this come too soon to ask anybody."""
    return now + timedelta(minutes=town.offer_stop_minutes)
