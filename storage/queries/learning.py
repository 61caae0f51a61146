"""Learning records, reckoned from the hours ledger, and who is how good at a skill."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, union, update

from storage.queries.hours import entries
from storage.queries.shifts import needs, of_residents, residents, signups, topics
from storage.queries.topics import SKILL, Named
from storage.sql import bindparam, insert, select
from storage.tables import Level, ResidentState
from storage.unit import Unit


class Known(NamedTuple):
    """A skill of a resident, or one they learn: `level` None when they only learn it.

    `minutes` were confirmed on learners' places. `signed_by` is the name of who signed it off, or appointed them.
    """

    topic: Named
    level: str | None
    minutes: int
    signed_by: str | None
    signed_at: datetime | None


class Judged(NamedTuple):
    """Somebody who knows a skill or learns it; as `Known`."""

    resident_id: int
    name: str
    level: str | None
    minutes: int


class Mastered(NamedTuple):
    """A skill of the list, and how many masters it has."""

    topic: Named
    masters: int


# -- learning records --------------------------------------------------------------------------------------------------

_theirs = and_(of_residents.c.topic_id == topics.c.id, of_residents.c.resident_id == bindparam("resident_id"))
_reversed = entries.alias("reversed")
_with_reversed = entries.outerjoin(_reversed, _reversed.c.id == entries.c.reverses_id)
_its_shift = func.coalesce(entries.c.shift_id, _reversed.c.shift_id)
"""Whatever corrects a line is about the shift that the line is about."""

_minutes = func.sum(entries.c.minutes)
_learned_by = (
    select(signups.c.skill_id, _minutes.label("minutes"))
    .select_from(
        _with_reversed.join(
            signups, and_(signups.c.shift_id == _its_shift, signups.c.resident_id == entries.c.resident_id)
        )
    )
    .where(entries.c.resident_id == bindparam("resident_id"), signups.c.learner)
    .group_by(signups.c.skill_id)
    .subquery("learned")
)
_signer = residents.alias("signer")
_record = (
    select(
        topics.c.id,
        topics.c.kind,
        topics.c.name,
        of_residents.c.level,
        func.coalesce(_learned_by.c.minutes, 0),
        _signer.c.name,
        of_residents.c.signed_at,
    )
    .select_from(
        topics.outerjoin(of_residents, _theirs)
        .outerjoin(_learned_by, _learned_by.c.skill_id == topics.c.id)
        .outerjoin(_signer, _signer.c.id == of_residents.c.signed_by)
    )
    .where(topics.c.kind == SKILL, or_(of_residents.c.level.is_not(None), _learned_by.c.minutes > 0))
    .order_by(topics.c.id)
)


async def record(unit: Unit, resident_id: int) -> list[Known]:
    """The skills of a resident and what they have learned, reckoned from the hours ledger."""
    rows = await unit.rows(_record, resident_id=resident_id)
    return [Known(Named(*row[:3]), row[3], int(row[4]), row[5], row[6]) for row in rows]


async def known(unit: Unit, resident_id: int, topic_id: int) -> Known | None:
    """One of them."""
    return next((one for one in await record(unit, resident_id) if one.topic.id == topic_id), None)


# -- who is how good at a skill ----------------------------------------------------------------------------------------

_learned_in = (
    select(signups.c.resident_id, _minutes.label("minutes"))
    .select_from(
        needs.join(
            signups,
            and_(signups.c.shift_id == needs.c.shift_id, signups.c.skill_id == needs.c.topic_id, signups.c.learner),
        ).join(_with_reversed, and_(entries.c.resident_id == signups.c.resident_id, _its_shift == signups.c.shift_id))
    )
    .where(needs.c.topic_id == bindparam("topic_id"), needs.c.learners > 0)
    .group_by(signups.c.resident_id)
    .cte("learned")
)
_knows = and_(of_residents.c.resident_id == residents.c.id, of_residents.c.topic_id == bindparam("topic_id"))
_anybody = union(
    select(of_residents.c.resident_id).where(of_residents.c.topic_id == bindparam("topic_id")),
    select(_learned_in.c.resident_id).where(_learned_in.c.minutes > 0),
).subquery("anybody")
_people = (
    select(residents.c.id, residents.c.name, of_residents.c.level, func.coalesce(_learned_in.c.minutes, 0))
    .select_from(
        _anybody.join(residents, residents.c.id == _anybody.c.resident_id)
        .outerjoin(of_residents, _knows)
        .outerjoin(_learned_in, _learned_in.c.resident_id == residents.c.id)
    )
    .where(residents.c.state == ResidentState.RESIDENT)
    .order_by(
        case({Level.MASTER: 0, Level.SIGNED_OFF: 1}, value=of_residents.c.level, else_=2),
        func.coalesce(_learned_in.c.minutes, 0).desc(),
        residents.c.name,
        residents.c.id,
    )
)
_masters = (
    select(topics.c.id, topics.c.kind, topics.c.name, func.count(residents.c.id))
    .select_from(
        topics.outerjoin(
            of_residents, and_(of_residents.c.topic_id == topics.c.id, of_residents.c.level == Level.MASTER)
        ).outerjoin(
            residents,
            and_(residents.c.id == of_residents.c.resident_id, residents.c.state == ResidentState.RESIDENT),
        )
    )
    .where(topics.c.kind == SKILL, ~topics.c.retired)
    .group_by(topics.c.id, topics.c.kind, topics.c.name)
    .order_by(topics.c.id)
)
_mastered_by = (
    select(topics.c.id, topics.c.kind, topics.c.name)
    .select_from(topics.join(of_residents, _theirs))
    .where(topics.c.kind == SKILL, of_residents.c.level == Level.MASTER)
    .order_by(topics.c.id)
)
_skill = select(topics.c.id, topics.c.kind, topics.c.name).where(
    topics.c.id == bindparam("topic_id"), topics.c.kind == SKILL
)


async def people(unit: Unit, topic_id: int) -> list[Judged]:
    """The residents who know a skill or have learned some of it: masters, those signed off, then the others.

    Whoever learned the most comes first among each.
    """
    return [Judged(row[0], row[1], row[2], int(row[3])) for row in await unit.rows(_people, topic_id=topic_id)]


async def masters(unit: Unit) -> list[Mastered]:
    """The skills of the list, each with how many masters it has."""
    return [Mastered(Named(*row[:3]), row[3]) for row in await unit.rows(_masters)]


async def mastered_by(unit: Unit, resident_id: int) -> list[Named]:
    """The skills that a resident is a master of."""
    return [Named(*row) for row in await unit.rows(_mastered_by, resident_id=resident_id)]


async def skill(unit: Unit, topic_id: int) -> Named | None:
    """A skill, on the list or taken off it since."""
    row = await unit.first(_skill, topic_id=topic_id)
    return None if row is None else Named(*row)


# -- changing it -------------------------------------------------------------------------------------------------------

_level = select(of_residents.c.level).where(
    of_residents.c.resident_id == bindparam("resident_id"), of_residents.c.topic_id == bindparam("topic_id")
)
_new = insert(of_residents)
_given = {name: _new.excluded[name] for name in ("level", "signed_by", "signed_at")}
_raise_to = {
    level: _new.on_conflict_do_update(
        index_elements=["resident_id", "topic_id"], set_=_given, where=of_residents.c.level.in_(lower)
    )
    for level, lower in ((Level.SIGNED_OFF, [Level.TOLD]), (Level.MASTER, [Level.TOLD, Level.SIGNED_OFF]))
}
_one = (of_residents.c.resident_id == bindparam("b_resident"), of_residents.c.topic_id == bindparam("b_topic"))
_unsign = (
    update(of_residents)
    .where(*_one, of_residents.c.level == Level.SIGNED_OFF)
    .values(level=Level.TOLD, signed_by=None, signed_at=None)
)
_unmaster = update(of_residents).where(*_one, of_residents.c.level == Level.MASTER).values(level=Level.SIGNED_OFF)


async def level(unit: Unit, resident_id: int, topic_id: int) -> str | None:
    """How well a resident knows a skill; None when they do not."""
    found: str | None = await unit.value(_level, resident_id=resident_id, topic_id=topic_id)
    return found


async def raise_to(unit: Unit, resident_id: int, topic_id: int, to: Level, *, by: int, now: datetime) -> bool:
    """Sign a skill off, or make somebody its master. False when they are that, or more, already."""
    values = {"resident_id": resident_id, "topic_id": topic_id, "level": to, "signed_by": by, "signed_at": now}
    return await unit.run(_raise_to[to], **values) == 1


async def unsign(unit: Unit, resident_id: int, topic_id: int) -> bool:
    """Take a signature back: what is left is what anybody says of themself. False when there was none."""
    return await unit.run(_unsign, b_resident=resident_id, b_topic=topic_id) == 1


async def end_master(unit: Unit, resident_id: int, topic_id: int) -> bool:
    """End a master's office; their skill stays signed off. False when they had none."""
    return await unit.run(_unmaster, b_resident=resident_id, b_topic=topic_id) == 1
