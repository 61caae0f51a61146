"""What the delivery holds still on PostgreSQL while it writes, in the order that all keep: accounts, broadcasts, rows.

SQLite has one writer, so there nothing moves meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import union_all

from storage.outbox import accounts, broadcasts, outbox
from storage.reaching import WAYS
from storage.sql import bindparam, select
from storage.unit import Unit


async def hold_accounts(unit: Unit, *, used: Collection[int], unreached: Collection[int]) -> None:
    """Nobody comes back to an account of these unreached rows until this is committed, or else we see that they did.

    The accounts that were `used` are what sent rows will refer to, which their owners may have locked: it is waited for
    them before there is a row that somebody could wait for.
    """
    if unit.is_sqlite or not (used or unreached):
        return
    theirs = [row.id for row in await unit.rows(_accounts_of, rows=[*unreached])] if unreached else []
    await unit.execute(_hold_accounts, {"ids": [*used, *theirs]})


async def hold_broadcasts(unit: Unit, *rows: Any, **params: Any) -> None:
    """Nobody pauses or ends the broadcasts of these rows until this is committed, or else we see that they did.

    `params` are those of the conditions `rows`.
    """
    if unit.is_sqlite:
        return
    theirs = select(outbox.c.broadcast_id).where(outbox.c.broadcast_id.is_not(None), *rows)
    await unit.execute(
        select(broadcasts.c.id).where(broadcasts.c.id.in_(theirs)).order_by(broadcasts.c.id).with_for_update(read=True),
        params,
    )


_rows = outbox.c.id.in_(bindparam("rows", expanding=True))
_to_residents = select(outbox.c.resident_id).where(_rows, outbox.c.resident_id.is_not(None))
_accounts_of = union_all(
    *(each.where(whose.in_(_to_residents)) for each, whose in WAYS),
    select(accounts.c.id).join(outbox, outbox.c.group_id == accounts.c.id).where(_rows),
)
_hold_accounts = (
    select(accounts.c.id)
    .where(accounts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(accounts.c.id)
    .with_for_update(read=True)
)
