"""The topics that residents have turned off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func

from storage.sql import bindparam, insert, select
from storage.tables import Account, Mute, table_of
from storage.unit import Unit
from town.topics import SHIFTS

mutes, accounts = table_of(Mute), table_of(Account)

STOPPED, CHOSEN = "stop", "me"
"""How a topic was turned off: they wrote STOP; they chose so."""

NOT_FOR_SHIFTS = select(mutes.c.resident_id).where(mutes.c.topic == SHIFTS)
"""Whoever does not want to be asked for hands: nobody looks for them among those who could come."""


class Off(NamedTuple):
    """A topic that somebody has turned off: how, and when."""

    topic: str
    how: str
    at: datetime


_of = (
    select(mutes.c.topic, mutes.c.how, mutes.c.at)
    .where(mutes.c.resident_id == bindparam("resident_id"))
    .order_by(mutes.c.at, mutes.c.topic)
)
_off = insert(mutes).on_conflict_do_nothing(index_elements=["resident_id", "topic"])
_on = delete(mutes).where(
    mutes.c.resident_id == bindparam("b_resident"), mutes.c.topic.in_(bindparam("b_topics", expanding=True))
)
_any = (
    select(mutes.c.topic)
    .join(accounts, func.coalesce(accounts.c.speaking_id, accounts.c.resident_id) == mutes.c.resident_id)
    .where(accounts.c.id == bindparam("account_id"))
    .limit(1)
)
_stopped = select(func.max(mutes.c.at)).where(mutes.c.resident_id == bindparam("resident_id"), mutes.c.how == STOPPED)


async def of(unit: Unit, resident_id: int) -> list[Off]:
    """What somebody has turned off."""
    return [Off(*row) for row in await unit.rows(_of, resident_id=resident_id)]


async def is_any(unit: Unit, account_id: int) -> bool:
    """Whether who speaks through an account has turned anything off."""
    return await unit.value(_any, account_id=account_id) is not None


async def turn_off(unit: Unit, resident_id: int, topics: Collection[str], *, how: str, now: datetime) -> None:
    """Turn topics off. One that is off already stays as it was turned off."""
    rows = [{"resident_id": resident_id, "topic": topic, "how": how, "at": now} for topic in topics]
    if rows:
        await unit.execute(_off, rows)


async def turn_on(unit: Unit, resident_id: int, topics: Collection[str]) -> int:
    """Turn topics on; returns how many were off."""
    return await unit.run(_on, b_resident=resident_id, b_topics=list(topics))


async def stopped_at(unit: Unit, resident_id: int) -> datetime | None:
    """When somebody wrote STOP, if that holds still."""
    found: datetime | None = await unit.value(_stopped, resident_id=resident_id)
    return found
