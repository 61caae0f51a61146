"""Items: the kinds of goods there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, update

from storage.queries.batches import items
from storage.sql import bindparam, insert, select
from storage.unit import Unit


class ItemRow(NamedTuple):
    """An item, as `storage.tables.Item`."""

    id: int
    name: str
    names: str
    unit: str
    step: int
    allowance: int | None
    home_allowance: int | None
    price: int | None
    sharing: str
    picture_id: int | None
    made_by: int
    made_at: datetime
    retired_at: datetime | None


_COLUMNS = [items.c[name] for name in ItemRow._fields]
_one = select(*_COLUMNS).where(items.c.id == bindparam("item_id"))
_one_locked = _one.with_for_update(key_share=True)
"""What only refers to an item, as a claim does, does not wait for it."""
_listed = select(*_COLUMNS).where(items.c.retired_at.is_(None)).order_by(items.c.name, items.c.id)
_retired = select(*_COLUMNS).where(items.c.retired_at.is_not(None)).order_by(items.c.name, items.c.id)
_make = insert(items).on_conflict_do_nothing(index_elements=["name"]).returning(items.c.id)
_others = items.alias("others")
_name_free = ~exists().where(_others.c.name == bindparam("b_name"), _others.c.id != bindparam("b_id"))


async def get(unit: Unit, item_id: int, *, lock: bool = False) -> ItemRow | None:
    """One item, retired or not; with `lock` nobody else changes it until this transaction is over.

    Whoever changes an item locks it first, and batches of it after it.
    """
    row = await unit.first(_one_locked if lock and not unit.is_sqlite else _one, item_id=item_id)
    return None if row is None else ItemRow(*row)


async def listed(unit: Unit) -> list[ItemRow]:
    """The items that are made at the moment, by name."""
    return [ItemRow(*row) for row in await unit.rows(_listed)]


async def retired(unit: Unit) -> list[ItemRow]:
    """The items that are made no more, by name."""
    return [ItemRow(*row) for row in await unit.rows(_retired)]


async def make(unit: Unit, columns: Mapping[str, Any], *, by: int, now: datetime) -> int | None:
    """Write an item; its id, or None when there is one of that name."""
    row = (await unit.execute(_make, {**columns, "made_by": by, "made_at": now})).first()
    return None if row is None else int(row[0])


async def change(unit: Unit, item_id: int, columns: Mapping[str, Any]) -> bool:
    """Change some columns of an item. False when another one has its new name."""
    statement = update(items).where(items.c.id == bindparam("b_id"))
    given: dict[str, Any] = {"b_id": item_id}
    if "name" in columns:
        statement = statement.where(_name_free)
        given["b_name"] = columns["name"]
    return await unit.run(statement.values(dict(columns)), **given) == 1
