"""Draws of scarce goods: those that are to be made, what they are made of, and what was published of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Integer, and_, case, exists, func, or_, update

from storage.lease import HOLDERS
from storage.queries.batches import COLUMNS, IN_SALE, SOURCE, BatchRow, batch_of, batches
from storage.queries.claim_changes import HOME
from storage.queries.claims import claims, stock
from storage.sql import bindparam, insert, select
from storage.tables import ClaimState, Draw, Sharing, StockKind, table_of
from storage.unit import Unit

draws = table_of(Draw)
earlier, others = batches.alias("earlier"), claims.alias("others")

MOST_LISTED = 60
"""How many draws that were made are listed, the latest first."""

_has_entries = exists().where(claims.c.batch_id == batches.c.id, claims.c.state == ClaimState.ENTERED)
_undrawn = and_(
    batches.c.draw_at.is_not(None),
    batches.c.drawn_at.is_(None),
    batches.c.recalled_at.is_(None),
    or_(batches.c.closed_at.is_(None), _has_entries),
)
_due = (
    select(batches.c.id)
    .where(_undrawn, batches.c.draw_at <= bindparam("now"))
    .order_by(batches.c.id)
    .limit(bindparam("most"))
)
_next_due = select(func.min(batches.c.draw_at)).where(_undrawn)
_secret = select(batches.c.seed, batches.c.made_at).where(batches.c.id == bindparam("batch_id"))
_numbers = select(func.coalesce(func.max(claims.c.number), 0)).where(claims.c.batch_id == bindparam("batch_id"))
_entered = select(func.count()).where(claims.c.batch_id == bindparam("batch_id"), claims.c.state == ClaimState.ENTERED)
_had_a_number = select(claims.c.resident_id).where(
    claims.c.batch_id == bindparam("batch_id"), claims.c.number.is_not(None)
)
_lost = (
    select(
        others.c.resident_id,
        case((others.c.amount > 0, 0), else_=others.c.lost).label("lost"),  # who has some has not lost
        func.row_number()
        .over(partition_by=others.c.resident_id, order_by=(earlier.c.drawn_at.desc(), earlier.c.id.desc()))
        .label("ago"),
    )
    .select_from(others.join(earlier, earlier.c.id == others.c.batch_id))
    .where(
        others.c.resident_id.in_(_had_a_number),
        others.c.item_id == bindparam("item_id"),
        others.c.batch_id != bindparam("batch_id"),
        others.c.number.is_not(None),
        earlier.c.drawn_at.is_not(None),
    )
    .subquery("lost_before")
)
_lost_before = select(_lost.c.resident_id, _lost.c.lost).where(_lost.c.ago == 1, _lost.c.lost > 0)
_last_served = (
    select(others.c.resident_id, func.max(stock.c.at))
    .select_from(others.join(stock, stock.c.claim_id == others.c.id))
    .where(
        others.c.resident_id.in_(_had_a_number),
        others.c.item_id == bindparam("item_id"),
        others.c.handed > 0,
        stock.c.kind == StockKind.HANDED_OVER,
        stock.c.shelf < 0,
    )
    .group_by(others.c.resident_id)
)
_holders: Any = func.unnest(bindparam("holders", type_=ARRAY(Integer()))).column_valued("holder")
_lock = select(func.pg_advisory_xact_lock(HOLDERS, _holders))
_try_lock = select(_holders).where(func.pg_try_advisory_xact_lock(HOLDERS, _holders))
_the_claim = and_(claims.c.id == bindparam("b_claim"), claims.c.state == ClaimState.ENTERED)
_win = (
    update(claims)
    .where(_the_claim)
    .values(
        state=ClaimState.HELD.value,
        amount=claims.c.amount + bindparam("b_amount"),
        wanted=0,
        code=bindparam("b_code"),
        window_id=bindparam("b_window"),
        household_id=HOME.scalar_subquery(),
        lost=0,
        changed_at=bindparam("b_now"),
    )
)
_line_up = (
    update(claims)
    .where(_the_claim)
    .values(
        state=ClaimState.WAITING.value,
        waiting_since=bindparam("b_since"),
        lost=bindparam("b_lost"),
        changed_at=bindparam("b_now"),
    )
)
_keep_lost = (
    update(claims)
    .where(
        claims.c.batch_id == bindparam("b_batch"),
        claims.c.resident_id == bindparam("b_resident"),
        claims.c.state.not_in([ClaimState.ENTERED, ClaimState.HELD, ClaimState.WAITING]),
    )
    .values(lost=bindparam("b_lost"))
)
_drawn = (
    update(batches)
    .where(batches.c.id == bindparam("b_batch"), batches.c.drawn_at.is_(None))
    .values(drawn_at=bindparam("b_now"))
)
_keep = insert(draws)
_document = select(draws.c.document).where(draws.c.batch_id == bindparam("batch_id"))
_coming = (
    select(*COLUMNS)
    .select_from(SOURCE)
    .where(batches.c.sharing != Sharing.FIRST, batches.c.drawn_at.is_(None), IN_SALE)
    .order_by(batches.c.draw_at, batches.c.id)
)
_past = (
    select(*COLUMNS)
    .select_from(SOURCE.join(draws, draws.c.batch_id == batches.c.id))
    .order_by(draws.c.drawn_at.desc(), batches.c.id.desc())
    .limit(MOST_LISTED)
)


class Secret(NamedTuple):
    """The seed of a batch, which nobody is shown before the draw, and since when the batch could be entered."""

    seed: str
    opened_at: datetime


async def due(unit: Unit, now: datetime, *, most: int = 100) -> list[int]:
    """The batches whose draw is to be made, or can be made no more while people are entered; in order of their ids."""
    return [int(row[0]) for row in await unit.rows(_due, now=now, most=most)]


async def next_due(unit: Unit) -> datetime | None:
    """When the next draw is to be made."""
    found: datetime | None = await unit.value(_next_due)
    return found


async def secret(unit: Unit, batch_id: int) -> Secret:
    """What only the draw itself may know of a batch. Raises LookupError for a batch that there is not."""
    row = await unit.first(_secret, batch_id=batch_id)
    if row is None:
        raise LookupError(f"there is no batch {batch_id}")
    return Secret(row[0], row[1])


async def numbers(unit: Unit, batch_id: int) -> int:
    """How many numbers were given out for a batch's draw, also to those who left it."""
    return int(await unit.value(_numbers, batch_id=batch_id))


async def entered(unit: Unit, batch_id: int) -> int:
    """How many are entered in a draw that is still to be made."""
    return int(await unit.value(_entered, batch_id=batch_id))


async def lost_before(unit: Unit, batch: BatchRow) -> dict[int, int]:
    """How many draws of the item each resident who had a number of this batch's has lost in a row, where any."""
    rows = await unit.rows(_lost_before, batch_id=batch.id, item_id=batch.item_id)
    return {int(row[0]): int(row[1]) for row in rows}


async def last_served(unit: Unit, batch: BatchRow) -> dict[int, datetime]:
    """When each of them last had some of the item handed over, where they ever had."""
    rows = await unit.rows(_last_served, batch_id=batch.id, item_id=batch.item_id)
    return {int(row[0]): row[1] for row in rows}


async def lock_holders(unit: Unit, holders: Collection[int]) -> None:
    """Lock those who share an allowance each (`storage.lease.HOLDERS`), waiting for them in one order.

    From a transaction that holds no batch: whoever holds one only tries.
    """
    if holders and not unit.is_sqlite:
        await unit.rows(_lock, holders=sorted(holders))


async def try_lock_holders(unit: Unit, holders: Collection[int]) -> bool:
    """Lock them from a transaction that holds a batch. False when some of them are busy, whether or not others are."""
    if not holders or unit.is_sqlite:
        return True
    return len(await unit.rows(_try_lock, holders=sorted(holders))) == len(holders)


async def win(unit: Unit, rows: Iterable[tuple[int, int | None, int, str]], window_id: int, now: datetime) -> None:
    """Give claims that were entered (claim, home, amount, code) their part, to be collected in a window.

    It counts towards the allowance of the home that was locked and looked at for it, even if they move just then.
    """
    given = [
        {"b_claim": claim_id, "b_home": home, "b_amount": amount, "b_code": code, "b_window": window_id, "b_now": now}
        for claim_id, home, amount, code in rows
    ]
    if given:
        await unit.execute(_win, given)


async def line_up(unit: Unit, rows: Iterable[tuple[int, int]], now: datetime) -> None:
    """Have claims that were entered (claim, draws lost in a row) wait in line, in this order."""
    given = [
        {"b_claim": claim_id, "b_lost": lost, "b_since": now + at * now.resolution, "b_now": now}
        for at, (claim_id, lost) in enumerate(rows)
    ]
    if given:
        await unit.execute(_line_up, given)


async def keep_lost(unit: Unit, batch_id: int, lost: Iterable[tuple[int, int]]) -> None:
    """Have those who left a draw (resident, draws lost in a row) lose nothing by that but this one."""
    given = [{"b_batch": batch_id, "b_resident": resident_id, "b_lost": times} for resident_id, times in lost]
    if given:
        await unit.execute(_keep_lost, given)


async def publish(unit: Unit, batch_id: int, document: str, now: datetime) -> None:
    """Note that a draw is made, and keep what is published of it. Raises LookupError when it was made before."""
    if await unit.run(_drawn, b_batch=batch_id, b_now=now) != 1:
        raise LookupError(f"the draw of batch {batch_id} was made before")
    await unit.run(_keep, batch_id=batch_id, document=document, drawn_at=now)


async def published(unit: Unit, batch_id: int) -> str | None:
    """The file of a draw; None until it is made."""
    found: str | None = await unit.value(_document, batch_id=batch_id)
    return found


async def coming(unit: Unit) -> list[BatchRow]:
    """The batches whose draw is still to be made, the next one first."""
    return [batch_of(row) for row in await unit.rows(_coming)]


async def past(unit: Unit) -> list[BatchRow]:
    """The batches whose draw was made, the latest first."""
    return [batch_of(row) for row in await unit.rows(_past)]
