"""Recalls of batches: whom they concern, what they do to claims and stock, and the notices to everybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, Text, and_, case, cast, exists, func, literal, or_, union_all, update

from storage import fanout
from storage.queries import window_ends
from storage.queries.batches import batches
from storage.queries.claims import claims, stock
from storage.sql import bindparam, insert, select
from storage.tables import ClaimState, Recall, RecallPerson, StockKind, table_of
from storage.unit import Unit

recalls, people = table_of(Recall), table_of(RecallPerson)

URGENT = "recall.urgent"


class RecallRow(NamedTuple):
    """A recall, as `storage.tables.Recall`, with the name of who made it."""

    id: int
    batch_id: int
    reason: str
    by: str
    made_at: datetime
    cleared_at: datetime | None


class Sold(NamedTuple):
    """What somebody bought of a batch without a claim; thousandths. Not everybody's name is known: "" then."""

    customer: str
    quantity: int
    at: datetime


# -- whom it concerns --------------------------------------------------------------------------------------------------

_b_batch, _b_recall = bindparam("b_batch", type_=Integer()), bindparam("b_recall", type_=Integer())
_of_batch = claims.c.batch_id == _b_batch
_held = and_(_of_batch, claims.c.state == ClaimState.HELD)
_in_line = and_(_of_batch, claims.c.state.in_([ClaimState.ENTERED, ClaimState.WAITING]))
_own = select(claims.c.resident_id, claims.c.handed.label("handed"), literal(0).label("carried")).where(
    _of_batch, or_(claims.c.state == ClaimState.HELD, claims.c.handed > 0)
)
_without_claim = stock.c.claim_id.is_(None)
_taken_away = (
    select(
        stock.c.to_id,
        func.sum(case((_without_claim, -stock.c.shelf), else_=0)).label("handed"),
        func.sum(case((_without_claim, 0), else_=-stock.c.shelf)).label("carried"),
    )
    .select_from(stock.outerjoin(claims, claims.c.id == stock.c.claim_id))
    .where(
        stock.c.batch_id == _b_batch,
        stock.c.kind.in_([StockKind.HANDED_OVER, StockKind.SOLD, StockKind.CORRECTED]),
        stock.c.to_id.is_not(None),
        or_(_without_claim, claims.c.resident_id != stock.c.to_id),
    )
    .group_by(stock.c.to_id)
    .having(func.sum(stock.c.shelf) < 0)  # what was handed over by mistake came back from them
)
_concerned = union_all(_own, _taken_away).subquery("concerned")
_each_once = select(
    _concerned.c.resident_id,
    cast(func.sum(_concerned.c.handed), Integer()).label("handed"),
    cast(func.sum(_concerned.c.carried), Integer()).label("carried"),
).group_by(_concerned.c.resident_id)
_each = _each_once.subquery("each_once")
_count = select(func.count()).select_from(_each)
_count_line = select(func.count()).where(_in_line, claims.c.handed == 0)
_write_people = insert(people).from_select(
    ["recall_id", "resident_id", "handed", "carried"],
    select(_b_recall, _each.c.resident_id, _each.c.handed, _each.c.carried),
)
_sold = (
    select(stock.c.reason, -stock.c.shelf, stock.c.at)  # its reason is the customer's name
    .where(
        stock.c.batch_id == bindparam("batch_id"),
        stock.c.kind == StockKind.SOLD,
        stock.c.claim_id.is_(None),
        stock.c.to_id.is_(None),
    )
    .order_by(case((stock.c.reason == "", 1), else_=0), stock.c.reason, stock.c.id)
)


class Concerned(NamedTuple):
    """How many people have, or took, something of a batch, and how many more are in its draw or its line."""

    people: int
    in_line: int


async def concerned(unit: Unit, batch_id: int) -> Concerned:
    """Whom a recall of a batch would be told to."""
    given = {"b_batch": batch_id}
    return Concerned(int(await unit.value(_count, **given)), int(await unit.value(_count_line, **given)))


async def customers(unit: Unit, batch_id: int) -> list[Sold]:
    """What was sold of a batch without a claim, by name, and last to whom nobody knows: nobody can write to them."""
    return [Sold(*row) for row in await unit.rows(_sold, batch_id=batch_id)]


# -- recalling ---------------------------------------------------------------------------------------------------------

_make = insert(recalls).returning(recalls.c.id)
_note = (
    update(batches)
    .where(batches.c.id == bindparam("b_batch"))
    .values(
        recalled_at=bindparam("b_now"),
        recalled_by=bindparam("b_by"),
        recall_reason=bindparam("b_reason"),
        closed_at=func.coalesce(batches.c.closed_at, bindparam("b_now")),
        rest_at=func.coalesce(batches.c.rest_at, bindparam("b_now")),
    )
)
_clear = (
    update(batches)
    .where(batches.c.id == bindparam("b_batch"))
    .values(recalled_at=None, recalled_by=None, recall_reason="")
)
_clear_recall = (
    update(recalls)
    .where(recalls.c.id == bindparam("b_recall"), recalls.c.cleared_at.is_(None))
    .values(cleared_at=bindparam("b_now"), cleared_by=bindparam("b_by"))
)
_free_claims = (
    update(claims)
    .where(_of_batch, claims.c.state == ClaimState.RECALLED)
    .values(state=case((claims.c.handed > 0, ClaimState.COLLECTED.value), else_=ClaimState.GIVEN_BACK.value))
)
_left = select(func.coalesce(func.sum(claims.c.amount - claims.c.handed), 0)).where(_held)
_lines = insert(stock).from_select(
    ["batch_id", "claim_id", "kind", "free", "shelf", "reason", "by_id", "at"],
    select(
        claims.c.batch_id,
        claims.c.id,
        literal(StockKind.RECALLED.value),
        claims.c.amount - claims.c.handed,
        literal(0),
        bindparam("b_reason", type_=Text()),
        bindparam("b_by", type_=Integer()),
        bindparam("b_now", type_=stock.c.at.type),
    ).where(_held),
)
_take_back = (
    update(claims)
    .where(_held)
    .values(
        state=ClaimState.RECALLED.value,
        amount=claims.c.handed,
        code=None,
        wanted=0,
        waiting_since=None,
        changed_at=bindparam("b_now"),
    )
)
_end_line = (
    update(claims)
    .where(_in_line)
    .values(
        state=case((claims.c.handed > 0, ClaimState.COLLECTED.value), else_=ClaimState.ENDED.value),
        wanted=0,
        waiting_since=None,
        changed_at=bindparam("b_now"),
    )
)


async def make(unit: Unit, batch_id: int, *, reason: str, by: int, now: datetime) -> int:
    """Write a recall and whom it concerns, and note it on its batch, whose windows are over; the recall's id.

    The batch is locked, and not recalled.
    """
    recall_id = int(await unit.value(_make, batch_id=batch_id, reason=reason, made_by=by, made_at=now))
    await unit.run(_note, b_batch=batch_id, b_reason=reason, b_by=by, b_now=now)
    await window_ends.settle_all(unit, batch_id, now)
    await unit.run(_write_people, b_batch=batch_id, b_recall=recall_id)
    return recall_id


async def take_back_claims(unit: Unit, batch_id: int, *, reason: str, by: int, now: datetime) -> int:
    """Take back what is held of a batch and not handed over, with a line for each claim, and end its line.

    Returns how much that is (thousandths): the batch's own numbers are the caller's to move.
    """
    back = int(await unit.value(_left, b_batch=batch_id))
    await unit.run(_lines, b_batch=batch_id, b_reason=reason, b_by=by, b_now=now)
    await unit.run(_take_back, b_batch=batch_id, b_now=now)
    await unit.run(_end_line, b_batch=batch_id, b_now=now)
    return back


async def clear(unit: Unit, recall: RecallRow, *, by: int, now: datetime) -> bool:
    """Note that a recall was a mistake; its batch stays closed. False if that was noted before."""
    if await unit.run(_clear_recall, b_recall=recall.id, b_by=by, b_now=now) != 1:
        return False
    await unit.run(_clear, b_batch=recall.batch_id)
    await unit.run(_free_claims, b_batch=recall.batch_id)  # whoever had some may have some again
    return True


# -- telling -----------------------------------------------------------------------------------------------------------

_paid = case((and_(claims.c.price.is_not(None), claims.c.handed > 0), 1), else_=0)
_told_to = people.join(recalls, recalls.c.id == people.c.recall_id).outerjoin(
    claims, and_(claims.c.batch_id == recalls.c.batch_id, claims.c.resident_id == people.c.resident_id)
)
_to_people = fanout.notice_to(
    people.c.resident_id,
    _told_to,
    people.c.recall_id == _b_recall,
    numbers={"handed": people.c.handed, "carried": people.c.carried, "paid": func.coalesce(_paid, 0)},
)
_to_line = fanout.notice_to(
    claims.c.resident_id,
    claims,
    _in_line,
    ~exists().where(people.c.recall_id == _b_recall, people.c.resident_id == claims.c.resident_id),
)


async def tell_people(unit: Unit, recall_id: int, notice: str, **given: Any) -> int:
    """A notice to everybody whom a recall concerns, in one statement (`fanout.send`); how many."""
    key = (f"{notice}:{recall_id}:", "")
    return await fanout.send(unit, _to_people, notice=notice, key=key, b_recall=recall_id, **given)


async def tell_line(unit: Unit, recall_id: int, batch_id: int, notice: str, **given: Any) -> int:
    """The same to those who are in the batch's draw or its line, and have nothing of it."""
    key = (f"{notice}:{recall_id}:", "")
    return await fanout.send(unit, _to_line, notice=notice, key=key, b_recall=recall_id, b_batch=batch_id, **given)
