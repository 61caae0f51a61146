"""Tellers: who may enter votes on paper in a poll, besides those who run it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete

from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import PollTeller, table_of
from storage.unit import Unit

tellers = table_of(PollTeller)


class Teller(NamedTuple):
    """Somebody who was named a teller of a poll."""

    id: int
    name: str


_name = insert(tellers).on_conflict_do_nothing()
_drop = delete(tellers).where(
    tellers.c.poll_id == bindparam("b_poll"), tellers.c.resident_id == bindparam("b_resident")
)
_tellers = (
    select(residents.c.id, residents.c.name)
    .join(tellers, tellers.c.resident_id == residents.c.id)
    .where(tellers.c.poll_id == bindparam("poll_id"))
    .order_by(residents.c.name, residents.c.id)
)
_is_teller = select(tellers.c.poll_id).where(
    tellers.c.poll_id == bindparam("poll_id"), tellers.c.resident_id == bindparam("resident_id")
)


async def name_teller(unit: Unit, poll_id: int, resident_id: int, *, by: int) -> bool:
    """Let somebody enter votes on paper. False when they may already."""
    return await unit.run(_name, poll_id=poll_id, resident_id=resident_id, named_by=by) == 1


async def drop_teller(unit: Unit, poll_id: int, resident_id: int) -> bool:
    """Take that back. False when they were not named."""
    return await unit.run(_drop, b_poll=poll_id, b_resident=resident_id) == 1


async def tellers_of(unit: Unit, poll_id: int) -> list[Teller]:
    """Who was named a teller of a poll, by name."""
    return [Teller(*row) for row in await unit.rows(_tellers, poll_id=poll_id)]


async def is_teller(unit: Unit, poll_id: int, resident_id: int) -> bool:
    """Whether somebody was named a teller of a poll."""
    return await unit.value(_is_teller, poll_id=poll_id, resident_id=resident_id) is not None
