"""Audiences that were given a name, such as a neighbourhood made of its streets."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete

from storage.queries.broadcasts import NOT_YET, broadcasts
from storage.sql import bindparam, insert, select
from storage.tables import SavedAudience, table_of
from storage.unit import Unit
from town.audience import SAVED, Audience, Chosen, parse_chosen

saved = table_of(SavedAudience)


class SavedRow(NamedTuple):
    """A named audience; `audience` is a `town.audience.Chosen` as text."""

    id: int
    name: str
    audience: str
    made_by: int


_COLUMNS = (saved.c.id, saved.c.name, saved.c.audience, saved.c.made_by)
_all = select(*_COLUMNS).order_by(saved.c.name, saved.c.id)
_one = select(*_COLUMNS).where(saved.c.id == bindparam("saved_id"))
_locked = _one.with_for_update()
_of_ids = select(saved.c.id).where(saved.c.id.in_(bindparam("ids", expanding=True))).order_by(saved.c.id)
_held = _of_ids.with_for_update(read=True)
_keep = insert(saved).on_conflict_do_nothing(index_elements=["name"]).returning(saved.c.id)
_drop = delete(saved).where(saved.c.id == bindparam("b_saved"))
_waiting = select(broadcasts.c.audience).where(broadcasts.c.state.in_(NOT_YET))


async def listed(unit: Unit) -> list[SavedRow]:
    """All of them, by name."""
    return [SavedRow(*row) for row in await unit.rows(_all)]


async def get(unit: Unit, saved_id: int, *, lock: bool = False) -> SavedRow | None:
    """One of them; locked, nobody writes to it until this transaction ends."""
    row = await unit.first(_locked if lock and not unit.is_sqlite else _one, saved_id=saved_id)
    return None if row is None else SavedRow(*row)


async def hold(unit: Unit, chosen: Chosen) -> bool:
    """Let nobody forget a name that an audience is put together from, until this transaction ends.

    False where one is forgotten.
    """
    named = {one.id for one in chosen.terms if one.kind == SAVED}
    return not named or len(await unit.rows(_of_ids if unit.is_sqlite else _held, ids=sorted(named))) == len(named)


async def keep(unit: Unit, *, name: str, audience: str, by: int, now: datetime) -> int | None:
    """Keep an audience under a name; its id, or None where another one has that name."""
    given = {"name": name, "audience": audience, "made_by": by, "made_at": now}
    found: int | None = await unit.value(_keep, **given)
    return found


async def drop(unit: Unit, saved_id: int) -> bool:
    """Forget a named audience; says whether it was there."""
    return await unit.run(_drop, b_saved=saved_id) == 1


async def is_waited_for(unit: Unit, saved_id: int) -> bool:
    """Whether something that has not gone out yet is for it: without it, that would be for others."""
    named = Audience(SAVED, saved_id)
    return any(named in parse_chosen(row.audience).terms for row in await unit.rows(_waiting))
