"""Who belongs to an audience (`town.audience`), as a statement that other statements can build on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, func, union

from storage.queries import warnings
from storage.queries.shifts import residents, shifts, signups
from storage.sql import bindparam, select
from storage.tables import HoursReport, MeetingPerson, ResidentState, Role, RoleGrant, SignupState, table_of
from storage.unit import Unit
from town.audience import MEETING, PROJECT, ROLE, TOWN, Audience
from town.settings import TownSettings

grants, guests, reports = table_of(RoleGrant), table_of(MeetingPerson), table_of(HoursReport)

LOOKS_BACK = timedelta(weeks=13)
"""Whoever worked for a project in this time, or holds a place on one of its shifts, takes part in it."""

_OF: ColumnElement[Any] = bindparam("a_id", type_=Integer())
_SINCE: ColumnElement[Any] = bindparam("a_since", type_=shifts.c.starts_at.type)
_of_project = union(
    select(grants.c.resident_id).where(
        grants.c.role == Role.COORDINATOR, grants.c.project_id == _OF, grants.c.ended_at.is_(None)
    ),
    select(signups.c.resident_id)
    .join(shifts, shifts.c.id == signups.c.shift_id)
    .where(
        shifts.c.project_id == _OF,
        shifts.c.starts_at >= _SINCE,
        shifts.c.cancelled_at.is_(None),
        signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
    ),
    select(reports.c.resident_id).where(
        reports.c.project_id == _OF, reports.c.decided_at >= _SINCE, reports.c.state == "confirmed"
    ),
)
_of_role = select(grants.c.resident_id).where(grants.c.role == bindparam("a_role"), grants.c.ended_at.is_(None))
_at_meeting = select(guests.c.resident_id).where(guests.c.meeting_id == _OF, guests.c.here_at.is_not(None))
_here = residents.c.state == ResidentState.RESIDENT
# Written into the statement: a database takes some 32,000 parameters, and a town may have more who are left out.
_left_out = residents.c.id.not_in(bindparam("a_without", expanding=True, literal_execute=True, type_=Integer()))
_STATEMENTS: dict[str, Select[Any]] = {
    TOWN: select(residents.c.id).where(_here, _left_out),
    PROJECT: select(residents.c.id).where(_here, _left_out, residents.c.id.in_(_of_project)),
    ROLE: select(residents.c.id).where(_here, _left_out, residents.c.id.in_(_of_role)),
    MEETING: select(residents.c.id).where(_here, _left_out, residents.c.id.in_(_at_meeting)),
}
_one = {kind: statement.where(residents.c.id == bindparam("a_one")) for kind, statement in _STATEMENTS.items()}
_looks_on = {
    kind: select(guests.c.resident_id).where(
        guests.c.meeting_id == bindparam("b_meeting"),
        guests.c.here_at.is_not(None),
        guests.c.resident_id.not_in(statement),
    )
    for kind, statement in _STATEMENTS.items()
}
_counts = {kind: select(func.count()).select_from(one.subquery()) for kind, one in _STATEMENTS.items()}


def people(kind: str) -> Subquery:
    """The residents of an audience of this kind (`.c.id`), for another statement; its parameters are of `params`."""
    return _STATEMENTS[kind].subquery("audience")


def params(audience: Audience, *, now: datetime, without: Collection[int] = ()) -> dict[str, Any]:
    """The parameters of a statement built on `people`; `without` are residents to leave out."""
    given: dict[str, Any] = {"a_without": list(without)}
    if audience.kind in (PROJECT, MEETING):
        given["a_id"] = audience.id
    if audience.kind == PROJECT:
        given["a_since"] = now - LOOKS_BACK
    if audience.kind == ROLE:
        given["a_role"] = audience.role
    return given


async def count(unit: Unit, audience: Audience, *, now: datetime, without: Collection[int] = ()) -> int:
    """How many people an audience is."""
    return int(await unit.value(_counts[audience.kind], **params(audience, now=now, without=without)))


async def belongs(unit: Unit, audience: Audience, resident_id: int, *, now: datetime) -> bool:
    """Whether somebody is of an audience."""
    given = params(audience, now=now) | {"a_one": resident_id}
    return await unit.value(_one[audience.kind], **given) is not None


async def only_looking_on(unit: Unit, meeting_id: int, audience: Audience, *, now: datetime) -> list[int]:
    """Who is there at a meeting although they do not belong to its audience: a guest has no vote."""
    rows = await unit.rows(_looks_on[audience.kind], b_meeting=meeting_id, **params(audience, now=now))
    return [row.resident_id for row in rows]


async def without_benefits(unit: Unit, week: date, town: TownSettings) -> list[int]:
    """The residents who do not have the benefits in a running week."""
    return [one.resident_id for one in await warnings.entitlements(unit, week, town) if not one.has_benefits]
