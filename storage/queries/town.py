"""The town's own row."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from storage.sql import insert, select
from storage.tables import Town, table_of
from storage.unit import Unit
from town.settings import TownSettings, dump, parse

town = table_of(Town)

_settings = select(town.c.settings)
_settings_locked = _settings.with_for_update()


async def settings(unit: Unit, *, lock: bool = False) -> TownSettings:
    """The settings now; `lock`: nobody else changes them meanwhile. Raises LookupError before the town is founded."""
    text = await unit.value(_settings_locked if lock and not unit.is_sqlite else _settings)
    if text is None:
        raise LookupError("the town has not been founded")
    return parse(text)


async def is_founded(unit: Unit) -> bool:
    return await unit.value(_settings) is not None


async def is_sample(unit: Unit) -> bool | None:
    """Whether this is the sample town; None before it is founded."""
    found: bool | None = await unit.value(select(town.c.is_sample))
    return found


async def found(unit: Unit, first: TownSettings, *, is_sample: bool) -> None:
    """Write the town's row, once."""
    await unit.execute(
        insert(town).on_conflict_do_nothing(index_elements=["id"]),
        {"id": 1, "settings": dump(first), "clock_offset": 0, "is_sample": is_sample},
    )


async def keep(unit: Unit, changed: TownSettings) -> None:
    """Write changed settings."""
    await unit.run(update(town).values(settings=dump(changed)))


async def clock_offset(unit: Unit) -> timedelta:
    """How far the sample town's clock was put forward."""
    return timedelta(seconds=await unit.value(select(town.c.clock_offset)) or 0)


async def keep_clock_offset(unit: Unit, offset: timedelta) -> None:
    await unit.run(update(town).values(clock_offset=round(offset.total_seconds())))
