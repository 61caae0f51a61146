"""The skills that shifts ask for: the places that each has, and the learners' places that are free."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_

from storage.queries.shifts import (
    COLUMNS,
    WITH_PROJECT,
    ShiftRow,
    needs,
    of_residents,
    shift_of,
    shifts,
    signups,
    topics,
)
from storage.queries.topics import Named
from storage.sql import bindparam, select
from storage.tables import Level, SignupState
from storage.unit import Unit


class KindRow(NamedTuple):
    """A skill that a shift asks for, as one resident finds it (`storage.tables.ShiftSkill`).

    `taken` of `places` are held or offered, `learning` of `learners` as well; with neither places nor learners it is a
    wish. `level` is the resident's own, None when they lack it; `master_there`: a master of it holds a place.
    """

    topic: Named
    places: int
    taken: int
    learners: int
    learning: int
    level: str | None
    master_there: bool


class ToLearn(NamedTuple):
    """A shift with a free learner's place for a skill."""

    shift: ShiftRow
    topic: Named


# -- the places of a shift ---------------------------------------------------------------------------------------------

_master, _there = of_residents.alias("master"), signups.alias("there")
MASTER_THERE = (
    select(_master.c.resident_id)
    .select_from(_master.join(_there, _there.c.resident_id == _master.c.resident_id))
    .where(
        _master.c.topic_id == needs.c.topic_id,
        _master.c.level == Level.MASTER,
        _there.c.shift_id == needs.c.shift_id,
        _there.c.state == SignupState.HELD,
    )
    .correlate(needs)
    .exists()
)
_theirs = and_(of_residents.c.topic_id == topics.c.id, of_residents.c.resident_id == bindparam("resident_id"))
_of_shift = (
    select(
        topics.c.id,
        topics.c.kind,
        topics.c.name,
        needs.c.places,
        needs.c.taken,
        needs.c.learners,
        needs.c.learning,
        of_residents.c.level,
        MASTER_THERE.label("master_there"),
    )
    .select_from(needs.join(topics, topics.c.id == needs.c.topic_id).outerjoin(of_residents, _theirs))
    .where(needs.c.shift_id == bindparam("shift_id"))
    .order_by(topics.c.id)
)


async def of_shift(unit: Unit, shift_id: int, resident_id: int = 0) -> list[KindRow]:
    """The skills that a shift asks for, wishes too, with their places, as a resident (0: nobody) finds them."""
    return [
        KindRow(
            topic=Named(*row[:3]),
            places=row.places,
            taken=row.taken,
            learners=row.learners,
            learning=row.learning,
            level=row.level,
            master_there=bool(row.master_there),
        )
        for row in await unit.rows(_of_shift, shift_id=shift_id, resident_id=resident_id)
    ]


_mine = signups.alias("mine")
_held = shifts.alias("held")
_busy = (
    select(_mine.c.shift_id)
    .select_from(_mine.join(_held, _held.c.id == _mine.c.shift_id))
    .where(
        _mine.c.resident_id == bindparam("resident_id"),
        or_(
            and_(_held.c.id == shifts.c.id, _mine.c.state.in_([SignupState.WAITING, SignupState.OFFERED])),
            and_(
                _mine.c.state == SignupState.HELD,
                _held.c.starts_at < shifts.c.ends_at,
                _held.c.ends_at > shifts.c.starts_at,
            ),
        ),
    )
    .correlate(shifts)
    .exists()
)
_to_learn = (
    select(*COLUMNS, topics.c.id, topics.c.kind, topics.c.name)
    .select_from(
        WITH_PROJECT.join(needs, needs.c.shift_id == shifts.c.id)
        .join(topics, topics.c.id == needs.c.topic_id)
        .outerjoin(of_residents, _theirs)
    )
    .where(
        shifts.c.starts_at > bindparam("now"),
        shifts.c.starts_at < bindparam("until"),
        shifts.c.cancelled_at.is_(None),
        needs.c.learning < needs.c.learners,
        or_(of_residents.c.level.is_(None), of_residents.c.level.not_in(bindparam("levels", expanding=True))),
        MASTER_THERE,
        ~_busy,
    )
    .order_by(shifts.c.starts_at, shifts.c.id, topics.c.id)
    .limit(bindparam("most"))
)


async def to_learn(
    unit: Unit, resident_id: int, *, levels: Collection[str], now: datetime, until: datetime, most: int
) -> list[ToLearn]:
    """The next shifts on which a resident could take a learner's place at once: beside a master, at a free time.

    With one of these `levels` in a skill they count as knowing it, and learn it no more.
    """
    rows = await unit.rows(_to_learn, resident_id=resident_id, levels=sorted(levels), now=now, until=until, most=most)
    at = len(ShiftRow._fields)
    return [ToLearn(shift_of(row), Named(*row[at:])) for row in rows]
