"""The people to ask first to step in on a shift: a few are found, and what is known of them is judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, func

from storage.queries.candidates import Row, Sought, find
from storage.queries.cover import asks
from storage.queries.hours import entries
from storage.queries.places import LOOKED_BACK
from storage.queries.shifts import of_residents, shifts, signups
from storage.sql import bindparam, select
from storage.tables import SignupState
from storage.unit import Unit
from town.cover import Candidate, Match, rank
from town.settings import TownSettings
from town.shifts import ShiftFacts
from town.standing import reckon
from town.week import week_of

LOOKED_AT = (400, 20_000, 2**31 - 1)
"""Of how many of those who look best the dear questions are asked; of more only when too few are left."""

LATELY = timedelta(days=1)

_these: BindParameter[Any] = bindparam("these", expanding=True)
_levels = select(of_residents.c.resident_id, of_residents.c.topic_id, of_residents.c.level).where(
    of_residents.c.resident_id.in_(_these), of_residents.c.topic_id.in_(bindparam("topics", expanding=True))
)
_their_work = (
    select(
        signups.c.resident_id,
        signups.c.state,
        shifts.c.week,
        *(shifts.c[name] for name in ("id", "title", "starts_at", "ends_at", "places")),
    )
    .select_from(signups.join(shifts, shifts.c.id == signups.c.shift_id))
    .where(
        signups.c.resident_id.in_(_these),
        signups.c.state.in_([SignupState.HELD, SignupState.ATTENDED]),
        shifts.c.cancelled_at.is_(None),
        shifts.c.starts_at > bindparam("since"),
    )
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_their_hours = (
    select(entries.c.resident_id, entries.c.week, func.sum(entries.c.minutes))
    .where(entries.c.resident_id.in_(_these), entries.c.week <= bindparam("week"))
    .group_by(entries.c.resident_id, entries.c.week)
)
_asked_lately = (
    select(asks.c.resident_id, func.count())
    .where(asks.c.resident_id.in_(_these), asks.c.asked_at > bindparam("since"))
    .group_by(asks.c.resident_id)
)


async def step_in(unit: Unit, sought: Sought, *, settings: TownSettings, now: datetime, group: int) -> list[Match]:
    """The people to ask first, at most so many: those whom `town.cover.rank` puts at the front; see `find`."""
    found: list[Match] = []
    for looked_at in LOOKED_AT:
        rows = await find(unit, sought, settings=settings, looked_at=looked_at)
        people = await _known(unit, rows, sought, settings, now)
        found = rank(sought.opening, people, settings=settings, now=now, most=group)
        if len(found) == group:
            break
    return found


async def _known(
    unit: Unit, rows: Sequence[Row], sought: Sought, settings: TownSettings, now: datetime
) -> list[Candidate]:
    """What the ranking needs to know of some people."""
    if not rows:
        return []
    these, opening = [row.id for row in rows], sought.opening
    week = week_of(opening.shift.starts_at, settings.tz)
    topics = {one.skill_id for one in opening.skills} | opening.wishes
    if sought.interest is not None:
        topics.add(sought.interest)
    of_topic: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for resident, topic, level in await unit.rows(_levels, these=these, topics=sorted(topics)):
        of_topic[resident][topic] = level
    work: defaultdict[int, list[ShiftFacts]] = defaultdict(list)
    minutes: defaultdict[int, dict[date, int]] = defaultdict(dict)
    for resident, of_week, amount in await unit.rows(_their_hours, these=these, week=week):
        minutes[resident][of_week] = int(amount)
    for resident, state, of_week, *facts in await unit.rows(_their_work, these=these, since=now - LOOKED_BACK):
        work[resident].append(ShiftFacts(*facts))
        if state == SignupState.HELD:  # what is promised counts as if it were done
            minutes[resident][of_week] = minutes[resident].get(of_week, 0) + work[resident][-1].minutes
    asked = dict(await _pairs(unit, _asked_lately, these=these, since=now - LATELY))
    return [
        Candidate(
            row.id,
            free_times=row.free_times,
            levels={topic: level for topic, level in of_topic[row.id].items() if topic != sought.interest},
            likes=sought.interest in of_topic[row.id],
            owed=_owed(row, minutes[row.id], week, settings),
            work=tuple(work[row.id]),
            asked=asked.get(row.id, 0),
            born=row.born,
        )
        for row in rows
    ]


async def _pairs(unit: Unit, statement: Any, **params: Any) -> list[tuple[int, int]]:
    return [(int(key), int(value)) for key, value in await unit.rows(statement, **params)]


def _owed(row: Row, minutes: dict[date, int], week: date, settings: TownSettings) -> int:
    """Minutes that a week still asks of somebody."""
    weeks = reckon(
        minutes,
        joined=min(week_of(row.joined_at, settings.tz), week),
        upto=week,
        required=settings.required_minutes,
        cap=settings.carry_cap_minutes,
    )
    return weeks[-1].missing
