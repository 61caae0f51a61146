"""What audiences can be chosen from: the town's streets, and the shifts and meetings that people were at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func

from storage.queries.guests import guests
from storage.queries.meetings import meetings
from storage.queries.shifts import shifts, signups
from storage.sql import bindparam, select
from storage.tables import Resident, ResidentState, SignupState, table_of
from storage.unit import Unit
from town.audience import MEETING, SHIFT, Audience

residents = table_of(Resident)

MOST_STREETS = 500
MOST_OCCASIONS = 40
"""Of shifts, and of meetings."""


class Street(NamedTuple):
    """A street: as it is compared (`town.audience.area_of`), as one who lives there writes it, and how many do."""

    area: str
    written: str
    people: int


class Occasion(NamedTuple):
    """A shift or a meeting as an audience."""

    audience: Audience
    title: str
    starts_at: datetime


_streets = (
    select(residents.c.area, func.max(residents.c.street), func.count())
    .where(residents.c.state == ResidentState.RESIDENT, residents.c.area != "")
    .group_by(residents.c.area)
)
_most_first = _streets.order_by(func.count().desc(), residents.c.area).limit(bindparam("most"))
_some_streets = _streets.where(residents.c.area.in_(bindparam("areas", expanding=True)))
_somebody = signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED])
_shifts = (
    select(shifts.c.id, shifts.c.title, shifts.c.starts_at)
    .where(
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("since"),
        shifts.c.starts_at < bindparam("until"),
        select(signups.c.shift_id).where(signups.c.shift_id == shifts.c.id, _somebody).exists(),
    )
    .order_by(shifts.c.starts_at.desc(), shifts.c.id.desc())
    .limit(bindparam("most"))
)
_shifts_of = _shifts.where(shifts.c.project_id.in_(bindparam("projects", expanding=True)))
_meetings = (
    select(meetings.c.id, meetings.c.title, meetings.c.starts_at)
    .where(
        meetings.c.cancelled_at.is_(None),
        meetings.c.starts_at > bindparam("since"),
        meetings.c.starts_at < bindparam("until"),
        select(guests.c.meeting_id).where(guests.c.meeting_id == meetings.c.id, guests.c.here_at.is_not(None)).exists(),
    )
    .order_by(meetings.c.starts_at.desc(), meetings.c.id.desc())
    .limit(bindparam("most"))
)
_meetings_of = _meetings.where(meetings.c.project_id.in_(bindparam("projects", expanding=True)))
_shift_names = select(shifts.c.id, shifts.c.title, shifts.c.starts_at).where(
    shifts.c.id.in_(bindparam("ids", expanding=True))
)
_meeting_names = select(meetings.c.id, meetings.c.title, func.coalesce(meetings.c.starts_at, meetings.c.made_at)).where(
    meetings.c.id.in_(bindparam("ids", expanding=True))
)


async def streets(unit: Unit) -> list[Street]:
    """The town's streets, those where most people live first."""
    return [Street(*row) for row in await unit.rows(_most_first, most=MOST_STREETS)]


async def written(unit: Unit, areas: Collection[str]) -> dict[str, str]:
    """How streets are written, of those where somebody lives."""
    rows = await unit.rows(_some_streets, areas=sorted(areas)) if areas else []
    return {row[0]: row[1] for row in rows}


async def occasions(
    unit: Unit, *, since: datetime, until: datetime, projects: Collection[int] | None = None
) -> list[Occasion]:
    """The shifts that people had or have a place on, and the meetings that people were at, the latest first.

    `projects`: only theirs; None is all.
    """
    span = {"since": since, "until": until, "most": MOST_OCCASIONS}
    if projects is None:
        worked, met = await unit.rows(_shifts, **span), await unit.rows(_meetings, **span)
    else:
        of = sorted(projects)
        worked = await unit.rows(_shifts_of, **span, projects=of)
        met = await unit.rows(_meetings_of, **span, projects=of)
    found = [Occasion(Audience(SHIFT, row[0]), row[1], row[2]) for row in worked]
    found += [Occasion(Audience(MEETING, row[0]), row[1], row[2]) for row in met]
    return sorted(found, key=lambda one: (one.starts_at, str(one.audience)), reverse=True)


async def occasion_names(unit: Unit, ids: Collection[Audience]) -> list[Occasion]:
    """What shifts and meetings are called, also those that were called off."""
    found = []
    for kind, statement in ((SHIFT, _shift_names), (MEETING, _meeting_names)):
        wanted = sorted(one.id for one in ids if one.kind == kind)
        rows = await unit.rows(statement, ids=wanted) if wanted else []
        found += [Occasion(Audience(kind, row[0]), row[1], row[2]) for row in rows]
    return found
