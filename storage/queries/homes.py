"""Homes: who shares one, and its electricity meter."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, func, update

from storage.queries.shifts import residents
from storage.sql import bindparam, insert, select
from storage.tables import Household, ResidentState, table_of
from storage.unit import Unit

homes = table_of(Household)


class Home(NamedTuple):
    """A home; others of it join with `code`. `people` live there who are known to the town."""

    id: int
    street: str
    meter: str | None
    code: str
    people: int


class Living(NamedTuple):
    """Somebody who lives in a home; `born` is kept of the young alone."""

    resident_id: int
    name: str
    born: date | None


_people = (
    select(func.count())
    .select_from(residents)
    .where(residents.c.household_id == homes.c.id, residents.c.state == ResidentState.RESIDENT)
    .correlate(homes)
    .scalar_subquery()
)
_home = select(homes.c.id, homes.c.street, homes.c.meter, homes.c.code, _people)
_get = _home.where(homes.c.id == bindparam("home_id"))
_get_locked = _get.with_for_update(of=homes)
_of = _home.join(residents, residents.c.household_id == homes.c.id).where(residents.c.id == bindparam("resident_id"))
_by_code = _home.where(homes.c.code == bindparam("code"))
_listed = _home.order_by(homes.c.street, homes.c.id)
_living = (
    select(residents.c.id, residents.c.name, residents.c.born)
    .where(residents.c.household_id == bindparam("home_id"), residents.c.state == ResidentState.RESIDENT)
    .order_by(residents.c.name, residents.c.id)
)
_homeless = (
    select(func.count())
    .select_from(residents)
    .where(residents.c.state == ResidentState.RESIDENT, residents.c.household_id.is_(None))
)
_make = insert(homes).on_conflict_do_nothing().returning(homes.c.id)
_move_in = (
    update(residents)
    .where(residents.c.id == bindparam("b_id"), residents.c.household_id.is_(None))
    .values(household_id=bindparam("b_home"))
)
_move_out = (
    update(residents)
    .where(residents.c.id == bindparam("b_id"), residents.c.household_id == bindparam("b_home"))
    .values(household_id=None)
)
_other = homes.alias("other")
_set_meter = (
    update(homes)
    .where(
        homes.c.id == bindparam("b_id"),
        ~exists().where(_other.c.meter == bindparam("b_meter"), _other.c.id != bindparam("b_id")),
    )
    .values(meter=bindparam("b_meter"))
)
_drop_empty = delete(homes).where(
    homes.c.id == bindparam("b_id"), ~exists().where(residents.c.household_id == homes.c.id)
)


async def get(unit: Unit, home_id: int, *, lock: bool = False) -> Home | None:
    """One home; `lock`: whoever else comes to live there, or leaves it, waits."""
    row = await unit.first(_get_locked if lock and not unit.is_sqlite else _get, home_id=home_id)
    return None if row is None else Home(*row)


async def of_resident(unit: Unit, resident_id: int) -> Home | None:
    """The home somebody belongs to."""
    row = await unit.first(_of, resident_id=resident_id)
    return None if row is None else Home(*row)


async def by_code(unit: Unit, code: str) -> Home | None:
    """The home that is joined with a code."""
    row = await unit.first(_by_code, code=code)
    return None if row is None else Home(*row)


async def listed(unit: Unit) -> list[Home]:
    """All homes, by street."""
    return [Home(*row) for row in await unit.rows(_listed)]


async def living(unit: Unit, home_id: int) -> list[Living]:
    """Who lives in a home, by name."""
    return [Living(*row) for row in await unit.rows(_living, home_id=home_id)]


async def without_home(unit: Unit) -> int:
    """How many residents belong to no home."""
    return int(await unit.value(_homeless))


async def make(unit: Unit, *, street: str, meter: str, code: str, now: datetime) -> int | None:
    """Write a home; its id, or None when the meter or the code is another one's."""
    found: int | None = await unit.value(_make, street=street, meter=meter, code=code, made_at=now)
    return found


async def move_in(unit: Unit, resident_id: int, home_id: int) -> bool:
    """Have somebody belong to a home. False when they belong to one already."""
    return await unit.run(_move_in, b_id=resident_id, b_home=home_id) == 1


async def move_out(unit: Unit, resident_id: int, home_id: int) -> bool:
    """Have somebody belong to their home no more; one in which nobody is left is forgotten. False if they did not."""
    await get(unit, home_id, lock=True)  # of two who leave at once, the second is the last one
    gone = await unit.run(_move_out, b_id=resident_id, b_home=home_id) == 1
    await unit.run(_drop_empty, b_id=home_id)
    return gone


async def set_meter(unit: Unit, home_id: int, meter: str) -> bool:
    """Give a home another meter. False when that is another home's."""
    return await unit.run(_set_meter, b_id=home_id, b_meter=meter) == 1
