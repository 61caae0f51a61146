"""The town's list of skills and interests, and who has which."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import delete, update

from storage.sql import bindparam, insert, select
from storage.tables import Level, ResidentTopic, Topic, table_of
from storage.unit import Unit

topics, of_residents = table_of(Topic), table_of(ResidentTopic)

SKILL, INTEREST = "skill", "interest"


class Named(NamedTuple):
    """A topic of the list; the name is the town's own or one of ours, which is translated where it is shown."""

    id: int
    kind: str
    name: str


_all = select(topics.c.id, topics.c.kind, topics.c.name).where(~topics.c.retired).order_by(topics.c.id)
_of = (
    select(topics.c.id, topics.c.kind, topics.c.name)
    .join(of_residents, of_residents.c.topic_id == topics.c.id)
    .where(of_residents.c.resident_id == bindparam("resident_id"))
    .order_by(topics.c.id)
)

_drop = delete(of_residents).where(
    of_residents.c.resident_id == bindparam("b_resident"),
    of_residents.c.topic_id.in_(bindparam("b_topics", expanding=True)),
)
_add = insert(of_residents).on_conflict_do_nothing()
_some = select(topics.c.id, topics.c.kind, topics.c.name).where(topics.c.id.in_(bindparam("ids", expanding=True)))
_retire = update(topics).where(topics.c.id == bindparam("b_id"), ~topics.c.retired).values(retired=True)


async def listed(unit: Unit, kind: str) -> list[Named]:
    """The town's list of one kind, in the order it was made."""
    return [Named(*row) for row in await unit.rows(_all) if row.kind == kind]


async def some(unit: Unit, ids: Collection[int]) -> dict[int, Named]:
    """Some topics by their ids, also those that were taken off the list."""
    return {row[0]: Named(*row) for row in await unit.rows(_some, ids=sorted(ids))} if ids else {}


async def of_resident(unit: Unit, resident_id: int) -> list[Named]:
    """The skills and interests of a resident."""
    return [Named(*row) for row in await unit.rows(_of, resident_id=resident_id)]


async def replace(unit: Unit, resident_id: int, kind: str, chosen: Collection[int]) -> None:
    """Set a resident's skills, or interests, to just these of the list; what was taken off it since, they keep.

    A skill that they keep stays as well known as it was. One that is new to them is what they say, whatever it was
    before.
    """
    listed_now = {topic.id for topic in await listed(unit, kind)}
    theirs = listed_now.intersection(chosen)
    await unit.run(_drop, b_resident=resident_id, b_topics=sorted(listed_now - theirs))
    if theirs:
        rows = [{"resident_id": resident_id, "topic_id": topic, "level": Level.TOLD} for topic in sorted(theirs)]
        await unit.execute(_add, rows)


async def add(unit: Unit, kind: str, name: str) -> None:
    """Add a topic to the list, or bring a retired one back."""
    await unit.execute(
        insert(topics).on_conflict_do_update(index_elements=["kind", "name"], set_={"retired": False}),
        {"kind": kind, "name": name, "retired": False},
    )


async def retire(unit: Unit, topic_id: int) -> bool:
    """Take a topic off the list; whoever has it keeps it. False when it is not on it."""
    return await unit.run(_retire, b_id=topic_id) == 1
