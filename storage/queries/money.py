"""The money ledger: writing its lines and receipts, which nothing changes or deletes.

Lines are written one after the other: `lock` is taken before the first, and as the last lock of a transaction (after
residents, batches and claims), so that receipts have numbers without a gap and nobody waits in a circle.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, literal

from storage.lease import BOOKS
from storage.sql import bindparam, insert, select
from storage.tables import MoneyAccount, MoneyEntry, MoneyEntryKind, MoneyKind, Receipt, table_of
from storage.unit import Unit

accounts, entries, receipts = table_of(MoneyAccount), table_of(MoneyEntry), table_of(Receipt)

_lock = select(func.pg_advisory_xact_lock(BOOKS, 0))
_account = select(accounts.c.id).where(
    accounts.c.kind == bindparam("kind"), accounts.c.project_id == bindparam("project_id")
)
_open_account = insert(accounts).returning(accounts.c.id)
_known = select(literal(1)).where(entries.c.key == bindparam("key"))
_reversed = select(literal(1)).where(entries.c.reverses_id == bindparam("entry_id"))
_enter = insert(entries).returning(entries.c.id)
_last_number = select(func.coalesce(func.max(receipts.c.number), 0))
_receipt = insert(receipts)


class NewEntry(NamedTuple):
    """A line that is to be written: `amount` in minor units of `currency`, `quantity` thousandths, `day` the town's.

    A line that takes back another one (`reverses_id`) moves its money the other way round.
    """

    key: str
    kind: MoneyEntryKind
    day: date
    at: datetime
    amount: int
    currency: str
    made_by: int
    batch_id: int | None = None
    claim_id: int | None = None
    quantity: int = 0
    customer: str = ""
    reverses_id: int | None = None
    reason: str = ""


async def lock(unit: Unit) -> None:
    """Write the books alone until the end of this transaction."""
    if not unit.is_sqlite:  # which has one writer at a time
        await unit.execute(_lock)


async def account(unit: Unit, kind: MoneyKind, project_id: int) -> int:
    """A project's account of a kind, opened with the first line that needs it. The books are locked."""
    given = {"kind": kind.value, "project_id": project_id}
    found: int | None = await unit.value(_account, **given)
    return int(await unit.value(_open_account, **given)) if found is None else found


async def enter(unit: Unit, new: NewEntry, *, debit_id: int, credit_id: int) -> int | None:
    """Write a line; its id, or None when there is one of its key, or what it takes back was taken back before.

    The books are locked.
    """
    if await unit.value(_known, key=new.key) is not None:
        return None
    if new.reverses_id is not None and await unit.value(_reversed, entry_id=new.reverses_id) is not None:
        return None
    given: dict[str, Any] = new._asdict() | {"kind": new.kind.value, "debit_id": debit_id, "credit_id": credit_id}
    return int(await unit.value(_enter, **given))


async def next_number(unit: Unit) -> int:
    """The number of the next receipt: one more than the last. The books are locked."""
    return int(await unit.value(_last_number)) + 1


async def write_receipt(unit: Unit, number: int, entry_id: int, document: str, now: datetime) -> None:
    """Write a receipt, as it is given."""
    await unit.run(_receipt, number=number, entry_id=entry_id, document=document, made_at=now)
