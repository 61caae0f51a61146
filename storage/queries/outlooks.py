"""The outlooks of many residents at once, as `storage.queries.outlook` has them of one: a few statements for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, func

from storage.queries.exemptions import APPROVED, exemptions
from storage.queries.hours import entries
from storage.queries.outlook import OF_NEED, Outlook, with_needs
from storage.queries.shifts import (
    COLUMNS,
    OPEN,
    WITH_PROJECT,
    ShiftRow,
    needs,
    of_residents,
    residents,
    shift_of,
    shifts,
    signups,
    topics,
)
from storage.queries.topics import Named
from storage.sql import bindparam, select
from storage.tables import SignupState
from storage.unit import Unit
from town.standing import exempt_weeks

_ids: BindParameter[Any] = bindparam("residents", expanding=True)
_room = OPEN.subquery("room")
_open = select(*_room.c, needs.c.topic_id.label("need"), OF_NEED).select_from(
    _room.outerjoin(needs, needs.c.shift_id == _room.c.id)
)
_people = select(residents.c.id, residents.c.joined_at, residents.c.free_times, residents.c.born).where(
    residents.c.id.in_(_ids)
)
_held = (
    select(*COLUMNS, signups.c.resident_id)
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(signups.c.resident_id.in_(_ids), signups.c.state == SignupState.HELD, shifts.c.cancelled_at.is_(None))
    .order_by(shifts.c.starts_at, shifts.c.id)
)
_weeks = (
    select(entries.c.resident_id, entries.c.week, func.sum(entries.c.minutes))
    .where(entries.c.resident_id.in_(_ids))
    .group_by(entries.c.resident_id, entries.c.week)
)
_likes = (
    select(of_residents.c.resident_id, topics.c.id, topics.c.kind, topics.c.name, of_residents.c.level)
    .select_from(of_residents.join(topics, topics.c.id == of_residents.c.topic_id))
    .where(of_residents.c.resident_id.in_(_ids))
    .order_by(topics.c.id)
)
_exempt = select(exemptions.c.resident_id, exemptions.c.from_week, exemptions.c.until_week).where(
    exemptions.c.resident_id.in_(_ids), exemptions.c.state == APPROVED
)


async def outlooks(
    unit: Unit, resident_ids: Collection[int], *, now: datetime, ends: datetime, most: int
) -> dict[int, Outlook]:
    """With at most `most` open shifts, those that start before `ends`."""
    ids = sorted(resident_ids)
    found = with_needs(await unit.rows(_open, starts=now, ends=ends, most=most))
    held: defaultdict[int, list[ShiftRow]] = defaultdict(list)
    for row in await unit.rows(_held, residents=ids):
        held[row.resident_id].append(shift_of(row))
    weeks: defaultdict[int, dict[date, int]] = defaultdict(dict)
    for resident_id, week, minutes in await unit.rows(_weeks, residents=ids):
        weeks[resident_id][week] = int(minutes)
    likes: defaultdict[int, list[Named]] = defaultdict(list)
    levels: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for row in await unit.rows(_likes, residents=ids):
        likes[row.resident_id].append(Named(row.id, row.kind, row.name))
        levels[row.resident_id][row.id] = row.level
    exempt: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    for resident_id, first, last in await unit.rows(_exempt, residents=ids):
        exempt[resident_id].append((first, last))
    return {
        row.id: Outlook(
            joined_at=row.joined_at,
            by_week=weeks[row.id],
            free_times=row.free_times,
            topics=tuple(likes[row.id]),
            held=held[row.id],
            open=found,
            levels=levels[row.id],
            born=row.born,
            exempt=exempt_weeks(exempt[row.id]),
        )
        for row in await unit.rows(_people, residents=ids)
    }
