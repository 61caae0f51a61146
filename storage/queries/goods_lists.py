"""Goods as residents find them: what there is, what is theirs of it, and what they may collect for others."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, null, or_

from storage.queries.batches import COLUMNS, IN_SALE, SOURCE, WINDOW, BatchRow, Window, batch_of, batches, windows
from storage.queries.claims import COLUMNS_OF_CLAIM, ClaimRow, claims, residents
from storage.sql import bindparam, select
from storage.tables import ClaimState
from storage.unit import Unit

others, concerned = claims.alias("others"), claims.alias("concerned")
me, them = residents.alias("me"), residents.alias("them")

_mine = and_(claims.c.batch_id == batches.c.id, claims.c.resident_id == bindparam("resident_id"))
_open = (
    select(*COLUMNS, *WINDOW, *COLUMNS_OF_CLAIM)
    .select_from(SOURCE.join(windows, windows.c.batch_id == batches.c.id).outerjoin(claims, _mine))
    .where(
        IN_SALE,
        batches.c.ends_at > bindparam("now"),
        windows.c.ends_at > bindparam("now"),
        windows.c.settled_at.is_(None),
    )
    .order_by(windows.c.starts_at, batches.c.id)
)
_home = select(me.c.household_id).where(me.c.id == bindparam("resident_id")).scalar_subquery()
_of_home = select(them.c.id).where(or_(them.c.id == bindparam("resident_id"), them.c.household_id == _home))
_concerning = select(concerned.c.id).where(
    concerned.c.resident_id.in_(_of_home),
    concerned.c.state.in_([ClaimState.HELD, ClaimState.ENTERED, ClaimState.WAITING]),
)
_as_helper = select(concerned.c.id).where(
    concerned.c.helper_id == bindparam("resident_id"), concerned.c.state == ClaimState.HELD
)
_position = (
    select(func.count())
    .where(
        others.c.batch_id == claims.c.batch_id,
        others.c.state == ClaimState.WAITING,
        others.c.waiting_since <= claims.c.waiting_since,
    )
    .correlate(claims)
    .scalar_subquery()
)
_is_mine = claims.c.resident_id == bindparam("resident_id")
_for_me = (
    select(
        *COLUMNS_OF_CLAIM,
        residents.c.name,
        case((claims.c.state == ClaimState.WAITING, _position), else_=0),
        *COLUMNS,
        *WINDOW,
    )
    .select_from(
        SOURCE.join(claims, claims.c.batch_id == batches.c.id)
        .join(residents, residents.c.id == claims.c.resident_id)
        .outerjoin(windows, windows.c.id == claims.c.window_id)
    )
    .where(
        IN_SALE,
        claims.c.id.in_(_concerning.union_all(_as_helper)),
        or_(_is_mine, claims.c.state == ClaimState.HELD),
    )
    .order_by(
        case((_is_mine, 0), else_=1),
        case((claims.c.state == ClaimState.HELD, 0), else_=1),
        func.coalesce(windows.c.starts_at, batches.c.ends_at),
        claims.c.id,
    )
)
_counts = select(
    func.count(case((claims.c.state == ClaimState.ENTERED, 1), else_=null())),
    func.count(case((claims.c.state == ClaimState.WAITING, 1), else_=null())),
).where(claims.c.batch_id == bindparam("batch_id"), claims.c.state.in_([ClaimState.ENTERED, ClaimState.WAITING]))


class Offered(NamedTuple):
    """A batch of which something may be had, its next pick-up window, and what somebody has of it already."""

    batch: BatchRow
    window: Window
    mine: ClaimRow | None


class ToCollect(NamedTuple):
    """A claim that concerns somebody: their own, or one that they may collect for `name`.

    `position` is whose turn it is in line, 0 when it does not wait; `window` is None while nothing is to be collected.
    """

    claim: ClaimRow
    name: str
    position: int
    batch: BatchRow
    window: Window | None


class Counts(NamedTuple):
    """How many entered a batch's draw that is still to be made, and how many wait in its line."""

    entered: int
    waiting: int


async def offered(unit: Unit, resident_id: int, now: datetime) -> list[Offered]:
    """The batches of which something may be had, the soonest pick-up first."""
    found: dict[int, Offered] = {}
    for row in await unit.rows(_open, resident_id=resident_id, now=now):
        batch, rest = batch_of(row), row[len(COLUMNS) :]
        if batch.id not in found:
            found[batch.id] = Offered(batch, Window(*rest[: len(WINDOW)]), _claim_of(rest[len(WINDOW) :]))
    return list(found.values())


async def for_resident(unit: Unit, resident_id: int) -> list[ToCollect]:
    """One's own claims, entries and waiting; then what others hold whom one lives with, or collects for."""
    found = []
    for row in await unit.rows(_for_me, resident_id=resident_id):
        at = len(COLUMNS_OF_CLAIM)
        name, position, rest = row[at], row[at + 1], row[at + 2 :]
        window = rest[len(COLUMNS) :]
        kept = None if window[0] is None else Window(*window)
        found.append(ToCollect(ClaimRow(*row[:at]), name, int(position), batch_of(rest), kept))
    return found


async def counts(unit: Unit, batch_id: int) -> Counts:
    """Who else wants something of a batch."""
    row = await unit.first(_counts, batch_id=batch_id)
    return Counts(0, 0) if row is None else Counts(int(row[0]), int(row[1]))


def _claim_of(row: Any) -> ClaimRow | None:
    return None if row[0] is None else ClaimRow(*row)
