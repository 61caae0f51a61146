"""The accounts at which a resident can be reached."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func

from storage.sql import bindparam, select
from storage.tables import Account, Inbox, table_of
from storage.unit import Unit

accounts, inbox = table_of(Account), table_of(Inbox)


class Address(NamedTuple):
    """One account that a notice may go to."""

    id: int
    channel: str
    address: str
    language: str


LATEST_USE = (
    select(func.max(inbox.c.at)).where(inbox.c.account_id == accounts.c.id).correlate(accounts).scalar_subquery()
)
USED_AT = func.coalesce(LATEST_USE, accounts.c.created_at)
"""When an account was last used, as an expression over `accounts`."""

_addresses = (
    select(*(accounts.c[name] for name in Address._fields))
    .where(accounts.c.resident_id == bindparam("resident_id"), accounts.c.reachable)
    .order_by(USED_AT.desc(), accounts.c.id)
)


async def addresses(unit: Unit, resident_id: int) -> list[Address]:
    """The reachable accounts of a resident, the most recently used first."""
    return [Address(*row) for row in await unit.rows(_addresses, resident_id=resident_id)]
