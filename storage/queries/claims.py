"""Claims: a resident's right to part of a batch, decided by one statement, and what becomes of it.

Rows are locked in one order everywhere: the resident, whoever shares their allowance (`HOLDERS`), the batch, the claim.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    and_,
    func,
    null,
)

from storage.lease import HOLDERS
from storage.queries.batches import (
    COLUMNS,
    SOURCE,
    WINDOW,
    BatchRow,
    Window,
    batch_of,
    batches,
    windows,
)
from storage.queries.standing import standings
from storage.sql import bindparam, select
from storage.tables import Claim, ClaimState, Resident, StockEntry, table_of
from storage.unit import Unit

claims, residents, stock = table_of(Claim), table_of(Resident), table_of(StockEntry)


class ClaimRow(NamedTuple):
    """A claim, as `storage.tables.Claim`."""

    id: int
    batch_id: int
    resident_id: int
    household_id: int | None
    window_id: int | None
    state: str
    amount: int
    handed: int
    wanted: int
    price: int | None
    code: str | None
    helper_id: int | None
    number: int | None
    lost: int

    @property
    def left(self) -> int:
        """What is still to be handed over."""
        return self.amount - self.handed if self.state == ClaimState.HELD else 0


class ToClaim(NamedTuple):
    """A batch as somebody finds it who would have some of it.

    `standing` is theirs of the week before, as it was closed; None where that is not known.
    """

    batch: BatchRow
    windows: tuple[Window, ...]
    mine: ClaimRow | None
    household_id: int | None
    standing: str | None

    def window(self, now: datetime) -> Window | None:
        """The first window that is not over."""
        return next((one for one in self.windows if one.ends_at > now and one.settled_at is None), None)


COLUMNS_OF_CLAIM = [claims.c[name] for name in ClaimRow._fields]
_before: BindParameter[Any] = bindparam("before", type_=Date())
_holder = func.coalesce(residents.c.household_id, -residents.c.id)
_lock = func.pg_advisory_xact_lock(HOLDERS, _holder)
_try_lock = select(func.pg_try_advisory_xact_lock(HOLDERS, bindparam("holder", type_=Integer())))


def _to_claim(first: ColumnElement[Any]) -> Any:
    """`first` comes first: on PostgreSQL the lock of those who share an allowance, or nothing."""
    return (
        select(first, residents.c.household_id, standings.c.standing, *COLUMNS, *COLUMNS_OF_CLAIM, *WINDOW)
        .select_from(
            SOURCE.join(residents, residents.c.id == bindparam("resident_id"))
            .outerjoin(standings, and_(standings.c.week == _before, standings.c.resident_id == residents.c.id))
            .outerjoin(claims, and_(claims.c.batch_id == batches.c.id, claims.c.resident_id == residents.c.id))
            .outerjoin(windows, windows.c.batch_id == batches.c.id)
        )
        .where(batches.c.id == bindparam("batch_id"))
        .order_by(windows.c.starts_at)
    )


_look = _to_claim(null())
_look_and_lock = _to_claim(_lock)


async def to_claim(unit: Unit, batch_id: int, resident_id: int, *, before: date, lock: bool = True) -> ToClaim | None:
    """A batch and what a resident has of it; `before` is the Monday of the week before this one.

    With `lock`, nobody changes what counts towards their allowances until the end of this transaction.
    """
    rows = await unit.rows(
        _look_and_lock if lock and not unit.is_sqlite else _look,
        batch_id=batch_id,
        resident_id=resident_id,
        before=before,
    )
    if not rows:
        return None
    row, at = rows[0], 3
    mine, opens = row[at + len(COLUMNS) :][: len(COLUMNS_OF_CLAIM)], at + len(COLUMNS) + len(COLUMNS_OF_CLAIM)
    return ToClaim(
        batch=batch_of(row[at:]),
        windows=tuple(Window(*one[opens:]) for one in rows if one[opens] is not None),
        mine=None if mine[0] is None else ClaimRow(*mine),
        household_id=row[1],
        standing=row[2],
    )


async def try_lock_holder(unit: Unit, resident_id: int, household_id: int | None) -> bool:
    """Lock whoever shares an allowance, from a transaction that holds a batch. False when they are busy themselves.

    Waiting for them could be waiting in a circle: they may wait for the batch.
    """
    if unit.is_sqlite:
        return True
    return bool(await unit.value(_try_lock, holder=-resident_id if household_id is None else household_id))
