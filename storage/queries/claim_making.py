"""Making claims: the one statement that decides whether somebody can have some of a batch, and what it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Date, Integer, Text, and_, case, exists, func, literal, or_, update
from sqlalchemy.types import TypeEngine

from storage.queries.batches import IN_SALE, batches, windows, write_line
from storage.queries.claims import ToClaim, claims, stock
from storage.sql import bindparam, insert, select
from storage.tables import ClaimState, Sharing, StockKind
from storage.unit import Unit
from town.amounts import MOST


class Claimed(NamedTuple):
    """What was claimed: all that is theirs of the batch now, the code for it, and what is free after it."""

    claim_id: int
    amount: int
    code: str
    free: int


_KINDS: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("batch", "resident", "home", "item", "window", "amount", "most", "home_most", "price"), Integer()),
    **dict.fromkeys(("passing", "had"), Integer()),
    "week": Date(),
    "code": Text(),
    "now": claims.c.made_at.type,
}
_b: dict[str, BindParameter[Any]] = {name: bindparam(f"b_{name}", type_=kind) for name, kind in _KINDS.items()}
_theirs = and_(claims.c.item_id == _b["item"], claims.c.week == _b["week"])
_used = select(func.coalesce(func.sum(claims.c.amount), 0))
_used_by_one = _used.where(claims.c.resident_id == _b["resident"], _theirs).scalar_subquery()
_used_at_home = _used.where(
    or_(and_(claims.c.household_id == _b["home"], _theirs), and_(claims.c.resident_id == _b["resident"], _theirs))
).scalar_subquery()
"""Also what somebody has from before they moved in; who lives in no home is a home of one."""
_has = func.coalesce(
    select(claims.c.amount)
    .where(claims.c.batch_id == _b["batch"], claims.c.resident_id == _b["resident"])
    .scalar_subquery(),
    0,
)
_in_line = exists().where(
    claims.c.batch_id == _b["batch"],
    claims.c.state == ClaimState.WAITING,
    claims.c.resident_id != _b["resident"],
)
_window_open = exists().where(
    windows.c.id == _b["window"],
    windows.c.batch_id == _b["batch"],
    windows.c.ends_at > _b["now"],
    windows.c.settled_at.is_(None),
)
_take = (
    update(batches)
    .where(
        batches.c.id == _b["batch"],
        batches.c.free >= _b["amount"],
        IN_SALE,
        or_(batches.c.sharing == Sharing.FIRST, batches.c.drawn_at.is_not(None)),
        _window_open,
        _has == _b["had"],
        or_(_b["passing"] == 1, ~_in_line),
        _used_by_one + _b["amount"] <= _b["most"],
        _used_at_home + _b["amount"] <= _b["home_most"],
    )
    .values(free=batches.c.free - _b["amount"])
    .returning(batches.c.id, batches.c.free)
)
"""The one statement that decides whether there is enough, and whether it is within the allowances."""

_new = insert(claims)
_WRITTEN = (
    *("batch_id", "resident_id", "household_id", "item_id", "week", "window_id", "state", "amount", "handed"),
    *("wanted", "price", "code", "lost", "made_at", "changed_at"),
)
_KEPT = (ClaimState.ENTERED, ClaimState.RECALLED)


def _values(batch: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    given = {
        "batch_id": batch,
        "resident_id": _b["resident"],
        "household_id": _b["home"],
        "item_id": _b["item"],
        "week": _b["week"],
        "window_id": _b["window"],
        "state": literal(ClaimState.HELD.value),
        "amount": _b["amount"],
        "handed": literal(0),
        "wanted": literal(0),
        "price": _b["price"],
        "code": _b["code"],
        "lost": literal(0),
        "made_at": _b["now"],
        "changed_at": _b["now"],
    }
    return [given[name] for name in _WRITTEN]


def _hold(source: Any) -> Any:
    new = _new.from_select(list(_WRITTEN), source)
    return new.on_conflict_do_update(
        index_elements=["batch_id", "resident_id"],
        set_={name: new.excluded[name] for name in ("household_id", "window_id", "state", "changed_at")}
        | {
            "amount": claims.c.amount + new.excluded.amount,
            "wanted": 0,
            "lost": 0,
            "waiting_since": None,
            "price": case((claims.c.amount > claims.c.handed, claims.c.price), else_=new.excluded.price),
            "code": case((claims.c.state == ClaimState.HELD, claims.c.code), else_=new.excluded.code),
        },
        where=claims.c.state.not_in(_KEPT),
    ).returning(claims.c.id, claims.c.amount, claims.c.code)


_room = _take.cte("room")
_held = _hold(select(*_values(_room.c.id))).cte("held")
_LINE = ("batch_id", "claim_id", "kind", "free", "shelf", "reason", "by_id", "at")
_written = (
    insert(stock)
    .from_select(
        list(_LINE),
        select(
            _b["batch"],
            _held.c.id,
            literal(StockKind.CLAIMED.value),
            -_b["amount"],
            literal(0),
            literal(""),
            _b["resident"],
            _b["now"],
        ),
    )
    .returning(stock.c.id)
    .cte("written")
)
_claim = select(_room.c.free, _held.c.id, _held.c.amount, _held.c.code, _written.c.id).select_from(
    _room.outerjoin(_held, literal(True)).outerjoin(_written, literal(True))
)
_hold_one = _hold(select(*_values(_b["batch"])).where(literal(True)))


async def take(
    unit: Unit,
    found: ToClaim,
    resident_id: int,
    *,
    amount: int,
    window_id: int,
    price: int | None,
    code: str,
    now: datetime,
    passing: bool = False,
) -> Claimed | None:
    """Claim an amount of a batch; None when there is not as much, somebody is in line, or an allowance or time is up.

    None too when they have another part of it by now than in what was `found`, for whose lock they may have waited.
    With `passing` it is had before those in line: they can have no more of it now.
    Taking it from the stock, the claim and the line of the ledger are one statement on PostgreSQL, where each costs a
    way to the server and back; SQLite changes one table a statement. The holders' lock is held (`to_claim`). Raises
    LookupError for a claim that cannot be had more of, whatever is left: the transaction is to be undone then.
    """
    batch = found.batch
    given = {
        "b_batch": batch.id,
        "b_resident": resident_id,
        "b_home": found.household_id,
        "b_item": batch.item_id,
        "b_week": batch.week,
        "b_window": window_id,
        "b_amount": amount,
        "b_most": MOST if batch.allowance is None else batch.allowance,
        "b_home_most": MOST if batch.home_allowance is None else batch.home_allowance,
        "b_had": 0 if found.mine is None else found.mine.amount,
        "b_passing": int(passing),
        "b_price": price,
        "b_code": code,
        "b_now": now,
    }
    found_row = await (_take_and_hold(unit, given) if unit.is_sqlite else unit.first(_claim, **given))
    if found_row is None:
        return None
    free, claim_id, whole, kept = found_row[:4]
    if claim_id is None:
        raise LookupError(f"resident {resident_id} can have no more of batch {batch.id}")
    if unit.is_sqlite:
        await write_line(
            unit, batch.id, StockKind.CLAIMED, free=-amount, shelf=0, now=now, claim_id=claim_id, by=resident_id
        )
    return Claimed(claim_id, whole, kept, free)


async def _take_and_hold(unit: Unit, given: dict[str, Any]) -> Any:
    """What `_claim` returns, by a statement for each table."""
    taken = await unit.first(_take, **given)
    if taken is None:
        return None
    held = await unit.first(_hold_one, **given)
    return (taken.free, *(held if held is not None else (None, 0, "")))


class Used(NamedTuple):
    """What is claimed already of an item in a week, by somebody and by their household; thousandths."""

    own: int
    home: int


_both_used = select(_used_by_one, _used_at_home)


async def used(unit: Unit, found: ToClaim, resident_id: int) -> Used:
    """What counts towards somebody's allowances of a batch's item in its week."""
    batch = found.batch
    given = {"b_resident": resident_id, "b_home": found.household_id, "b_item": batch.item_id, "b_week": batch.week}
    row = await unit.first(_both_used, **given)
    return Used(0, 0) if row is None else Used(int(row[0]), int(row[1]))
