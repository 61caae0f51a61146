"""The accounts at which a resident can be reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func

from storage.sql import bindparam, select
from storage.tables import Account, Inbox, table_of
from storage.unit import Unit

accounts, inbox = table_of(Account), table_of(Inbox)


def new_account(*, channel: str, address: str, language: str, now: datetime) -> dict[str, Any]:
    """An account that nothing is known of yet, as a row."""
    return {
        "channel": channel,
        "address": address,
        "language": language,
        "data": "{}",
        "reachable": True,
        "created_at": now,
        "preferred": False,
        "marketing_off": False,
        "shared": False,
    }


class Address(NamedTuple):
    """One account that a notice may go to.

    `owner_id` is its own resident, None for a group's. `for_name` names whom a notice is for, where that is somebody
    else, who shares the account or is helped by its resident. `heard_at` is when its person last said something, None
    where nobody keeps it; `marketing_off`: they told the channel to take no advertising. `spared_until`: before, the
    channel lets no advertising through to them.
    """

    id: int
    channel: str
    address: str
    language: str
    owner_id: int | None = None
    heard_at: datetime | None = None
    marketing_off: bool = False
    spared_until: datetime | None = None
    phone: str | None = None
    for_name: str | None = None


LATEST_USE = (
    select(func.max(inbox.c.at)).where(inbox.c.account_id == accounts.c.id).correlate(accounts).scalar_subquery()
)
USED_AT = func.coalesce(LATEST_USE, accounts.c.created_at)
"""When an account was last used, as an expression over `accounts`."""

COLUMNS = tuple(accounts.c["resident_id" if name == "owner_id" else name] for name in Address._fields[:-1])
"""What an `Address` is read from, but for its last field."""

_addresses = (
    select(*COLUMNS)
    .where(accounts.c.resident_id == bindparam("resident_id"), accounts.c.reachable)
    .order_by(accounts.c.preferred.desc(), USED_AT.desc(), accounts.c.id)
)


async def addresses(unit: Unit, resident_id: int) -> list[Address]:
    """The reachable accounts of a resident's own: the one they prefer first, then the most recently used."""
    return [Address(*row) for row in await unit.rows(_addresses, resident_id=resident_id)]
