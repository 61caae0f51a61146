"""What the goods desk lists: batches with what became of them, who claimed, the ledger line by line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, false, func, or_, true, update

from storage.queries.batches import COLUMNS, IN_SALE, SOURCE, BatchRow, batch_of, batches, windows
from storage.queries.claims import COLUMNS_OF_CLAIM, ClaimRow, claims, residents, stock
from storage.sql import bindparam, select
from storage.tables import ClaimState, StockKind
from storage.unit import Unit

REST_WITHIN = timedelta(days=30)
"""For so long after the end of its pick-up is a batch looked at for what is left of it."""

_held = claims.c.state == ClaimState.HELD


class Listed(NamedTuple):
    """A batch, and what became of it: amounts `claimed` (handed over or not) and `handed`; how many people hold some,
    wait for some or entered its draw."""

    batch: BatchRow
    claimed: int
    handed: int
    holders: int
    waiting: int
    entered: int


class Named(NamedTuple):
    """A claim with whose it is, and when it was asked for."""

    claim: ClaimRow
    name: str
    made_at: datetime


class Line(NamedTuple):
    """A line of the stock ledger: `by` wrote it, `of` is whose claim it is about, `to` took the goods along."""

    id: int
    at: datetime
    kind: str
    free: int
    shelf: int
    reason: str
    by: str | None
    of: str | None
    to: str | None


def _count(state: ClaimState) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((claims.c.state == state, 1), else_=0)), 0)


_counts = (
    select(
        claims.c.batch_id,
        func.coalesce(func.sum(claims.c.amount), 0),
        func.coalesce(func.sum(claims.c.handed), 0),
        _count(ClaimState.HELD),
        _count(ClaimState.WAITING),
        _count(ClaimState.ENTERED),
    )
    .where(claims.c.batch_id.in_(bindparam("these", expanding=True)))
    .group_by(claims.c.batch_id)
)
_open = and_(batches.c.closed_at.is_(None), batches.c.recalled_at.is_(None), batches.c.ends_at > bindparam("now"))
_listed = select(*COLUMNS).select_from(SOURCE).limit(bindparam("most")).offset(bindparam("skip"))
_total = select(func.count()).select_from(batches)
_people = (
    select(*COLUMNS_OF_CLAIM, residents.c.name, claims.c.made_at)
    .select_from(claims.join(residents, residents.c.id == claims.c.resident_id))
    .where(claims.c.batch_id == bindparam("batch_id"))
    .order_by(func.lower(residents.c.name), claims.c.id)
)
_by, _of, _to = residents.alias("by"), residents.alias("whose"), residents.alias("taker")
_ledger = (
    select(
        *(stock.c[name] for name in ("id", "at", "kind", "free", "shelf", "reason")),
        _by.c.name.label("by"),
        _of.c.name.label("of"),
        _to.c.name.label("to"),
    )
    .select_from(
        stock.outerjoin(_by, _by.c.id == stock.c.by_id)
        .outerjoin(claims, claims.c.id == stock.c.claim_id)
        .outerjoin(_of, _of.c.id == claims.c.resident_id)
        .outerjoin(_to, _to.c.id == stock.c.to_id)
    )
    .where(stock.c.batch_id == bindparam("batch_id"))
    .order_by(stock.c.id)
)
_last_claimed = (
    select(func.max(stock.c.id)).where(stock.c.claim_id == claims.c.id, stock.c.kind == StockKind.CLAIMED)
).scalar_subquery()
_last_first = (
    select(*COLUMNS_OF_CLAIM)
    .where(claims.c.batch_id == bindparam("batch_id"), _held)
    .order_by(case((claims.c.price.is_(None), 0), else_=1), _last_claimed.desc(), claims.c.id.desc())
)
_head = select(func.min(claims.c.waiting_since)).where(
    claims.c.batch_id == bindparam("batch_id"), claims.c.state == ClaimState.WAITING
)
_back_in_line = (
    update(claims)
    .where(claims.c.id == bindparam("b_claim"), _held)
    .values(
        state=ClaimState.WAITING.value,
        amount=claims.c.handed,
        wanted=bindparam("b_wanted"),
        code=None,
        waiting_since=bindparam("b_since"),
        changed_at=bindparam("b_now"),
    )
)
_rest = and_(
    batches.c.ends_at > bindparam("since"),
    batches.c.closed_at.is_not(None),
    batches.c.rest_at.is_(None),
    batches.c.recalled_at.is_(None),
    batches.c.shelf > 0,
)
_resting = select(batches.c.id).where(_rest).order_by(batches.c.id)
_next_rest = select(func.min(batches.c.closed_at)).where(_rest)
_held_up = (
    select(batches.c.id)
    .where(
        batches.c.item_id == bindparam("item_id"),
        batches.c.free > 0,
        IN_SALE,
        exists().where(claims.c.batch_id == batches.c.id, claims.c.state == ClaimState.WAITING),
    )
    .order_by(batches.c.id)
)
_usual = (
    select(batches.c.quantity, batches.c.place, batches.c.project_id, windows.c.starts_at, windows.c.ends_at)
    .select_from(batches.outerjoin(windows, and_(windows.c.batch_id == batches.c.id, windows.c.late == false())))
    .where(batches.c.item_id == bindparam("item_id"))
    .order_by(batches.c.id.desc(), windows.c.starts_at)
    .limit(8)
)


def _within(projects: Collection[int] | None) -> ColumnElement[bool]:
    return true() if projects is None else batches.c.project_id.in_(sorted(projects))


async def counts(unit: Unit, rows: Collection[BatchRow]) -> list[Listed]:
    """Some batches with what became of them."""
    if not rows:
        return []
    found = {row[0]: [int(value) for value in row[1:]] for row in await unit.rows(_counts, these=[b.id for b in rows])}
    return [Listed(batch, *found.get(batch.id, [0] * 5)) for batch in rows]


async def current(
    unit: Unit, projects: Collection[int] | None, now: datetime, *, skip: int, most: int
) -> tuple[list[Listed], int]:
    """Batches of some projects (None: of all) that are still to be had or collected, the next first; and how many."""
    where = and_(_within(projects), _open)
    rows = await unit.rows(
        _listed.where(where).order_by(batches.c.ends_at, batches.c.id), now=now, skip=skip, most=most
    )
    return await counts(unit, [batch_of(row) for row in rows]), int(await unit.value(_total.where(where), now=now))


async def over(
    unit: Unit, projects: Collection[int] | None, now: datetime, *, skip: int, most: int
) -> tuple[list[Listed], int]:
    """Batches that are over, the latest first; and how many."""
    where = and_(
        _within(projects),
        or_(
            batches.c.ends_at <= bindparam("now"), batches.c.closed_at.is_not(None), batches.c.recalled_at.is_not(None)
        ),
    )
    rows = await unit.rows(
        _listed.where(where).order_by(batches.c.ends_at.desc(), batches.c.id.desc()), now=now, skip=skip, most=most
    )
    return await counts(unit, [batch_of(row) for row in rows]), int(await unit.value(_total.where(where), now=now))


async def claimed(
    unit: Unit, batch_id: int, states: Collection[ClaimState] = (), *, skip: int = 0, most: int = 100_000
) -> list[Named]:
    """Claims of a batch with whose they are, by name; in some states only, if any are given."""
    statement = _people.where(claims.c.state.in_([state.value for state in states])) if states else _people
    rows = await unit.rows(statement.limit(most).offset(skip), batch_id=batch_id)
    at = len(COLUMNS_OF_CLAIM)
    return [Named(ClaimRow(*row[:at]), row[at], row[at + 1]) for row in rows]


async def how_many(unit: Unit, batch_id: int, states: Collection[ClaimState]) -> int:
    """How many claims of a batch are in some states."""
    statement = select(func.count()).where(
        claims.c.batch_id == bindparam("batch_id"), claims.c.state.in_([state.value for state in states])
    )
    return int(await unit.value(statement, batch_id=batch_id))


async def ledger(unit: Unit, batch_id: int, *, skip: int = 0, most: int = 100_000) -> list[Line]:
    """The lines of a batch's stock ledger, the oldest first."""
    return [Line(*row) for row in await unit.rows(_ledger.limit(most).offset(skip), batch_id=batch_id)]


async def lines(unit: Unit, batch_id: int) -> int:
    """How many there are."""
    return int(
        await unit.value(select(func.count()).where(stock.c.batch_id == bindparam("batch_id")), batch_id=batch_id)
    )


async def last_first(unit: Unit, batch_id: int) -> list[ClaimRow]:
    """Those who hold part of a batch, whoever claimed last first, and those who pay for it after all others."""
    return [ClaimRow(*row) for row in await unit.rows(_last_first, batch_id=batch_id)]


async def head_of_line(unit: Unit, batch_id: int) -> datetime | None:
    """Since when whoever is first in a batch's line waits."""
    found: datetime | None = await unit.value(_head, batch_id=batch_id)
    return found


async def back_in_line(unit: Unit, claim_id: int, *, wanted: int, since: datetime, now: datetime) -> bool:
    """Have somebody who held a claim wait for it instead; what was handed over stays theirs."""
    return await unit.run(_back_in_line, b_claim=claim_id, b_wanted=wanted, b_since=since, b_now=now) == 1


class Usual(NamedTuple):
    """What an item's last batches were like: quantities and places, and the times (start, end) of their pick-up."""

    quantities: tuple[int, ...]
    places: tuple[str, ...]
    spans: tuple[tuple[datetime, datetime], ...]
    project_id: int | None


async def usual(unit: Unit, item_id: int) -> Usual:
    """What an item's last batches were like, the newest first."""
    rows = await unit.rows(_usual, item_id=item_id)
    return Usual(
        tuple(dict.fromkeys(row[0] for row in rows)),
        tuple(dict.fromkeys(row[1] for row in rows)),
        tuple(dict.fromkeys((row[3], row[4]) for row in rows if row[3] is not None)),
        rows[0][2] if rows else None,
    )


async def held_up(unit: Unit, item_id: int) -> list[int]:
    """Batches of an item with something free for which people wait all the same, in order of their ids."""
    return [int(row[0]) for row in await unit.rows(_held_up, item_id=item_id)]


# -- changing a batch, whose row is locked -----------------------------------------------------------------------------


async def change_batch(unit: Unit, batch_id: int, **columns: Any) -> None:
    """Change what is given of a batch; its stock only moves with a line of the ledger."""
    await unit.run(update(batches).where(batches.c.id == bindparam("b_batch")).values(**columns), b_batch=batch_id)


async def move_window(unit: Unit, window_id: int, starts_at: datetime, ends_at: datetime) -> None:
    """Give a pick-up window another time; who has not come by then is reminded anew."""
    statement = update(windows).where(windows.c.id == bindparam("b_window"))
    await unit.run(statement.values(starts_at=starts_at, ends_at=ends_at, reminded_at=None), b_window=window_id)


async def in_window(unit: Unit, window_id: int) -> int:
    """How many hold a claim that is to be collected in a window."""
    statement = select(func.count()).where(claims.c.window_id == bindparam("window_id"), _held)
    return int(await unit.value(statement, window_id=window_id))


# -- what is left ------------------------------------------------------------------------------------------------------


async def resting(unit: Unit, now: datetime) -> list[int]:
    """Batches that are over with something left of which nobody was asked yet, in order of their ids."""
    return [int(row[0]) for row in await unit.rows(_resting, since=now - REST_WITHIN)]


async def next_rest(unit: Unit, now: datetime) -> datetime | None:
    """When the first of them was over."""
    found: datetime | None = await unit.value(_next_rest, since=now - REST_WITHIN)
    return found
