"""Accounts as addresses: a chat that moved, and whose menu shows which roles."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import update

from storage.queries import boards
from storage.sql import bindparam, select
from storage.tables import Account, RoleGrant, table_of
from storage.unit import Unit

accounts, grants = table_of(Account), table_of(RoleGrant)

_known = (
    select(accounts.c.id, accounts.c.address)
    .where(
        accounts.c.channel == bindparam("channel"),
        accounts.c.address.in_([bindparam("old"), bindparam("new")]),
    )
    .order_by(accounts.c.id)
)
_known_locked = _known.with_for_update()
_readdress = (
    update(accounts)
    .where(accounts.c.id == bindparam("b_id"))
    .values(address=bindparam("b_address"), reachable=bindparam("b_reachable"))
)


async def move(unit: Unit, *, channel: str, address: str, to: str) -> None:
    """Follow a chat from one address to another; nothing happens when it was followed before.

    Where the new address wrote to us first and so has an account already, the older account, which holds whatever
    belongs to the chat, takes the new address and leaves the old one to the younger.
    """
    rows = await unit.rows(_known if unit.is_sqlite else _known_locked, channel=channel, old=address, new=to)
    if not rows or rows[0].address == to:
        return
    for younger in rows[1:]:  # the address is unique: the younger steps aside first
        await unit.run(_readdress, b_id=younger.id, b_address=f"{address}, left", b_reachable=False)
    await unit.run(_readdress, b_id=rows[0].id, b_address=to, b_reachable=True)
    for younger in rows[1:]:
        await unit.run(_readdress, b_id=younger.id, b_address=address, b_reachable=False)
        await boards.hand_over(unit, younger.id, to=rows[0].id)
    await boards.back_again(unit, rows[0].id)


class MenuOwner(NamedTuple):
    """A reachable account of somebody who holds roles, or held some: `roles` are those held now."""

    resident_id: int
    address: str
    language: str
    roles: frozenset[str]


_owners = (
    select(
        accounts.c.id,
        accounts.c.resident_id,
        accounts.c.address,
        accounts.c.language,
        grants.c.role,
        grants.c.ended_at,
    )
    .join(grants, grants.c.resident_id == accounts.c.resident_id)
    .where(accounts.c.channel == bindparam("channel"), accounts.c.reachable)
    .order_by(accounts.c.id)
)
_owners_of = _owners.where(accounts.c.resident_id == bindparam("resident_id"))


async def menu_owners(unit: Unit, *, channel: str, resident_id: int | None = None) -> list[MenuOwner]:
    """Everybody on a channel whose menu is, or was, one of a role; or the accounts of one resident."""
    if resident_id is None:
        rows = await unit.rows(_owners, channel=channel)
    else:
        rows = await unit.rows(_owners_of, channel=channel, resident_id=resident_id)
    found: dict[int, MenuOwner] = {}
    for row in rows:
        owner = found.setdefault(row.id, MenuOwner(row.resident_id, row.address, row.language, frozenset()))
        if row.ended_at is None:
            found[row.id] = owner._replace(roles=owner.roles | {row.role})
    return list(found.values())
