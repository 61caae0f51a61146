"""What the allowances leave to those who entered a draw or wait in line, and whose turn it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, exists, func, or_

from storage.queries.batches import IN_SALE, batches, items, windows
from storage.queries.claims import COLUMNS_OF_CLAIM, ClaimRow, claims, residents
from storage.sql import bindparam, select
from storage.tables import ClaimState, Sharing
from storage.unit import Unit
from town.amounts import MOST

others = claims.alias("others")

_PAGE = 25
"""How many of a line are looked at at once: mostly the first few get what there is."""


def _left(mine: ColumnElement[bool], most: ColumnElement[Any]) -> ColumnElement[int]:
    """What an allowance leaves of an item in a batch's week to whoever has a claim; `mine`: what counts towards it."""
    used = select(func.coalesce(func.sum(others.c.amount), 0)).where(mine).correlate(claims, residents)
    return func.coalesce(most, MOST) - used.scalar_subquery()


_such = and_(others.c.item_id == claims.c.item_id, others.c.week == claims.c.week)
_own = and_(others.c.resident_id == claims.c.resident_id, _such)
_at_home = and_(others.c.household_id == residents.c.household_id, _such)
_own_left, _home_left = _left(_own, items.c.allowance), _left(or_(_at_home, _own), items.c.home_allowance)
_allowed = (
    select(
        *COLUMNS_OF_CLAIM,
        residents.c.household_id.label("home_id"),
        claims.c.waiting_since,
        _own_left.label("own_left"),
        _home_left.label("home_left"),
    )
    .select_from(
        claims.join(items, items.c.id == claims.c.item_id).join(residents, residents.c.id == claims.c.resident_id)
    )
    .where(claims.c.batch_id == bindparam("batch_id", type_=Integer()))
)
_one_allowed = _allowed.where(claims.c.id == bindparam("claim_id"))
_entries = _allowed.where(claims.c.state == ClaimState.ENTERED).order_by(claims.c.number)
_page = (
    select(others.c.id)
    .where(
        others.c.batch_id == bindparam("batch_id", type_=Integer()),
        others.c.state == ClaimState.WAITING,
        others.c.waiting_since > bindparam("after", type_=claims.c.waiting_since.type),
    )
    .order_by(others.c.waiting_since)
    .limit(_PAGE)
)
_line = _allowed.where(claims.c.id.in_(_page)).order_by(claims.c.waiting_since)
_somebody = (
    exists()
    .select_from(claims.join(residents, residents.c.id == claims.c.resident_id))
    .where(
        claims.c.batch_id == batches.c.id,
        claims.c.state == ClaimState.WAITING,
        _own_left >= items.c.step,
        _home_left >= items.c.step,
    )
    .correlate(batches, items)
)
_passed_over = (
    select(batches.c.id)
    .select_from(batches.join(items, items.c.id == batches.c.item_id))
    .where(
        IN_SALE,
        or_(batches.c.sharing == Sharing.FIRST, batches.c.drawn_at.is_not(None)),
        batches.c.ends_at > bindparam("now"),
        batches.c.free >= items.c.step,
        exists().where(
            windows.c.batch_id == batches.c.id, windows.c.ends_at > bindparam("now"), windows.c.settled_at.is_(None)
        ),
        _somebody,
    )
    .order_by(batches.c.ends_at)
    .limit(bindparam("most"))
)
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class Allowed(NamedTuple):
    """A claim that wants something, and what the allowances leave of it: thousandths, perhaps below 0.

    `home_id` is where they live now, whose allowance it would count towards; `since` orders those in line.
    """

    claim: ClaimRow
    home_id: int | None
    since: datetime | None
    own_left: int
    home_left: int

    @property
    def left(self) -> int:
        return min(self.own_left, self.home_left)


async def in_line(unit: Unit, batch_id: int, *, step: int) -> AsyncIterator[Allowed]:
    """Those who wait and whose allowances leave at least a `step`, who has waited longest first."""
    after: datetime | None = _BEFORE_ALL
    while after is not None:
        page = [_allowed_of(row) for row in await unit.rows(_line, batch_id=batch_id, after=after)]
        for one in page:
            if one.left >= step:
                yield one
        after = page[-1].since if len(page) == _PAGE else None


async def others_in_line(unit: Unit, batch_id: int, *, step: int, but: int) -> bool:
    """Whether somebody else than a resident waits who could have some: what is free is theirs then."""
    async for one in in_line(unit, batch_id, step=step):
        if one.claim.resident_id != but:
            return True
    return False


async def passed_over(unit: Unit, now: datetime, *, most: int = 50) -> list[int]:
    """The batches of which something is free that somebody waits for and can have; in order of their ids.

    They were busy when it was passed on, or have room in their allowance again.
    """
    return sorted(int(row[0]) for row in await unit.rows(_passed_over, now=now, most=most))


async def allowed(unit: Unit, batch_id: int, claim_id: int) -> Allowed | None:
    """What the allowances leave for one claim."""
    row = await unit.first(_one_allowed, batch_id=batch_id, claim_id=claim_id)
    return None if row is None else _allowed_of(row)


async def entries(unit: Unit, batch_id: int) -> list[Allowed]:
    """Everybody who entered the draw of a batch, by their number."""
    return [_allowed_of(row) for row in await unit.rows(_entries, batch_id=batch_id)]


def _allowed_of(row: Any) -> Allowed:
    at = len(COLUMNS_OF_CLAIM)
    return Allowed(ClaimRow(*row[:at]), row[at], row[at + 1], int(row[at + 2]), int(row[at + 3]))
