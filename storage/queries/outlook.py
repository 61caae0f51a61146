"""What lies before a resident, and what they have done: what *My week* and "suits you" are made of, in one statement.

Everybody looks at it many times a day, and most of what it costs is the way to the database and back. So its four
questions are one union over the columns of a shift, told apart by `what`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, literal, null

from storage.queries.shifts import (
    COLUMNS,
    IS_HELD,
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
from storage.tables import HoursEntry, table_of
from storage.unit import Unit

entries = table_of(HoursEntry)

_room = OPEN.subquery("room")
_open = select(*_room.c, literal("open").label("what"), needs.c.topic_id.label("need")).select_from(
    _room.outerjoin(needs, needs.c.shift_id == _room.c.id)
)
_held = (
    select(*COLUMNS, literal("held"), null())
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(*IS_HELD)
)


def _as_shift(what: str, **values: Any) -> list[Any]:
    """Columns in the places of a shift's: those that are named, and nothing else."""
    return [values.get(name, null()) for name in ShiftRow._fields] + [literal(what), null()]


_weeks = (
    select(
        *_as_shift(
            "week",
            week=entries.c.week,
            taken=func.sum(entries.c.minutes),
            starts_at=residents.c.joined_at,
            places=residents.c.free_times,
        )
    )
    .select_from(residents.outerjoin(entries, entries.c.resident_id == residents.c.id))
    .where(residents.c.id == bindparam("resident_id"))
    .group_by(residents.c.joined_at, residents.c.free_times, entries.c.week)
)
_likes = (
    select(*_as_shift("topic", id=topics.c.id, place=topics.c.kind, title=topics.c.name))
    .select_from(of_residents.join(topics, topics.c.id == of_residents.c.topic_id))
    .where(of_residents.c.resident_id == bindparam("resident_id"))
)
_outlook = _open.union_all(_held, _weeks, _likes)


class Outlook(NamedTuple):
    """One resident's past and prospects.

    `by_week` is confirmed minutes by week; `free_times` a mask (`town.shifts`); `held` are the shifts they hold, ended
    ones too that nobody has confirmed yet; `open` are the soonest with free places, each with the skills it needs.
    """

    joined_at: datetime
    by_week: dict[date, int]
    free_times: int
    topics: tuple[Named, ...]
    held: list[ShiftRow]
    open: list[tuple[ShiftRow, frozenset[int]]]


async def outlook(unit: Unit, resident_id: int, *, now: datetime, ends: datetime, most: int) -> Outlook:
    """With at most `most` open shifts, those that start before `ends`. Raises LookupError for nobody."""
    kinds: dict[str, list[Row[*tuple[Any, ...]]]] = {"open": [], "held": [], "week": [], "topic": []}
    for row in await unit.rows(_outlook, resident_id=resident_id, starts=now, ends=ends, most=most):
        kinds[row.what].append(row)
    if not kinds["week"]:
        raise LookupError(f"resident {resident_id}")
    resident = kinds["week"][0]
    return Outlook(
        joined_at=resident.starts_at,
        by_week={row.week: int(row.taken) for row in kinds["week"] if row.week is not None},
        free_times=resident.places,
        topics=tuple(Named(row.id, row.place, row.title) for row in sorted(kinds["topic"], key=lambda row: row.id)),
        held=sorted((shift_of(row) for row in kinds["held"]), key=lambda shift: (shift.starts_at, shift.id)),
        open=_with_needs(kinds["open"]),
    )


def _with_needs(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[ShiftRow, frozenset[int]]]:
    """A shift has a row for each skill it needs, and one without a skill if it needs none."""
    found: dict[int, ShiftRow] = {}
    needed: dict[int, set[int]] = {}
    for row in rows:
        if row.id not in found:
            found[row.id], needed[row.id] = shift_of(row), set()
        if row.need is not None:
            needed[row.id].add(row.need)
    return [(shift, frozenset(needed[shift_id])) for shift_id, shift in found.items()]
