"""What lies before a resident, and what they have done: what *My week* and "suits you" are made of, in one statement.

Everybody looks at it many times a day, and most of what it costs is the way to the database and back. So its six
questions are one union over the columns of a shift, told apart by `what`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Text, and_, case, cast, func, literal, null

from storage.outbox import outbox
from storage.queries.exemptions import APPROVED, exemptions
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
from storage.queries.skills import MASTER_THERE
from storage.queries.topics import Named
from storage.queries.warnings import IS_WARNING, note_key
from storage.sql import bindparam, select
from storage.tables import HoursEntry, table_of
from storage.unit import Unit
from town.standing import exempt_weeks

entries = table_of(HoursEntry)

WISH, FREE, TO_LEARN = 1, 2, 4
"""What a shift has for a skill, as a mask: a mere wish; a place that is free; a learner's place beside a master."""

OF_NEED = case(
    (needs.c.topic_id.is_(None), 0),  # of a shift that needs nothing, nobody looks for a master
    (needs.c.places + needs.c.learners == 0, WISH),
    else_=case((needs.c.taken < needs.c.places, FREE), else_=0)
    + case((and_(needs.c.learning < needs.c.learners, MASTER_THERE), TO_LEARN), else_=0),
).label("of_need")
_room = OPEN.subquery("room")
_open = select(*_room.c, literal("open").label("what"), needs.c.topic_id.label("need"), OF_NEED).select_from(
    _room.outerjoin(needs, needs.c.shift_id == _room.c.id)
)
_held = (
    select(*COLUMNS, literal("held"), null(), null())
    .select_from(WITH_PROJECT.join(signups, signups.c.shift_id == shifts.c.id))
    .where(*IS_HELD)
)


def _as_shift(what: str, **values: Any) -> list[Any]:
    """Columns in the places of a shift's: those that are named, and nothing else."""
    return [values.get(name, null()) for name in ShiftRow._fields] + [literal(what), null(), null()]


_weeks = (
    select(
        *_as_shift(
            "week",
            week=entries.c.week,
            taken=func.sum(entries.c.minutes),
            starts_at=residents.c.joined_at,
            places=residents.c.free_times,
            title=cast(residents.c.born, Text()),
        )
    )
    .select_from(residents.outerjoin(entries, entries.c.resident_id == residents.c.id))
    .where(residents.c.id == bindparam("resident_id"))
    .group_by(residents.c.joined_at, residents.c.free_times, residents.c.born, entries.c.week)
)
_likes = (
    select(*_as_shift("topic", id=topics.c.id, place=topics.c.kind, title=topics.c.name, project=of_residents.c.level))
    .select_from(of_residents.join(topics, topics.c.id == of_residents.c.topic_id))
    .where(of_residents.c.resident_id == bindparam("resident_id"))
)
_exempt = select(*_as_shift("exempt", week=exemptions.c.from_week, title=cast(exemptions.c.until_week, Text()))).where(
    exemptions.c.resident_id == bindparam("resident_id"), exemptions.c.state == APPROVED
)
_warned = select(*_as_shift("warned")).where(outbox.c.dedupe_key == bindparam("note"), IS_WARNING)
_outlook = _open.union_all(_held, _weeks, _likes, _exempt, _warned)
_KINDS = ("open", "held", "week", "topic", "exempt", "warned")


class Need(NamedTuple):
    """A skill that an open shift asks for.

    `wish`: nobody is kept out for the lack of it; else whether one of its places is `free`, and whether one is free
    for somebody `to_learn` it beside a master.
    """

    skill_id: int
    wish: bool
    free: bool
    to_learn: bool


Needs = tuple[Need, ...]


class Outlook(NamedTuple):
    """One resident's past and prospects.

    `by_week` is confirmed minutes by week; `free_times` a mask (`town.shifts`); `held` are the shifts they hold, ended
    ones too that nobody has confirmed yet; `open` are the soonest with free places, each with the skills it needs,
    whether or not they have those. `levels`: how well they know their skills (by id); `born`: when, if they are young.
    `exempt` are the Mondays of exempt weeks; `warned`: there was a warning in the week that was asked for.
    """

    joined_at: datetime
    by_week: dict[date, int]
    free_times: int
    topics: tuple[Named, ...]
    held: list[ShiftRow]
    open: list[tuple[ShiftRow, Needs]]
    levels: Mapping[int, str]
    born: date | None
    exempt: frozenset[date] = frozenset()
    warned: bool = False


async def outlook(
    unit: Unit, resident_id: int, *, now: datetime, ends: datetime, most: int, warned_in: date | None = None
) -> Outlook:
    """With at most `most` open shifts, those that start before `ends`, and whether they were warned in a week.

    Raises LookupError for nobody.
    """
    kinds: dict[str, list[Row[*tuple[Any, ...]]]] = {name: [] for name in _KINDS}
    note = note_key(warned_in, resident_id) if warned_in is not None else ""
    for row in await unit.rows(_outlook, resident_id=resident_id, starts=now, ends=ends, most=most, note=note):
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
        open=with_needs(kinds["open"]),
        levels={row.id: row.project for row in kinds["topic"]},
        born=None if resident.title is None else date.fromisoformat(resident.title),
        exempt=exempt_weeks((row.week, date.fromisoformat(row.title)) for row in kinds["exempt"]),
        warned=bool(kinds["warned"]),
    )


def with_needs(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[tuple[ShiftRow, Needs]]:
    """A shift has a row for each skill it asks for (`need`, `of_need`), and one without a skill if it asks for none."""
    found: dict[int, ShiftRow] = {}
    needed: dict[int, list[Need]] = {}
    for row in rows:
        if row.id not in found:
            found[row.id], needed[row.id] = shift_of(row), []
        if row.need is not None:
            of = row.of_need
            needed[row.id].append(Need(row.need, bool(of & WISH), bool(of & FREE), bool(of & TO_LEARN)))
    return [(shift, tuple(needed[shift_id])) for shift_id, shift in found.items()]
