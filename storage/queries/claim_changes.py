"""What becomes of claims once there are any: draws and lines, giving back, handing over, passing on.

All of these are called with the batch's row locked (`batches.lock`), so that its claims change one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import and_, case, func, null, update

from storage.queries.batches import batches, windows
from storage.queries.claims import COLUMNS_OF_CLAIM, ClaimRow, ToClaim, claims, stock
from storage.queries.homes import homes
from storage.sql import bindparam, insert, select
from storage.tables import ClaimState, StockKind
from storage.unit import Unit

others = claims.alias("others")

_new = insert(claims)
_CAN_ASK = (
    ClaimState.ENTERED,
    ClaimState.WAITING,
    ClaimState.GIVEN_BACK,
    ClaimState.LAPSED,
    ClaimState.ENDED,
    ClaimState.COLLECTED,
)
_enter = _new.on_conflict_do_update(
    index_elements=["batch_id", "resident_id"],
    set_={name: _new.excluded[name] for name in ("household_id", "state", "wanted", "changed_at")}
    | {
        "price": case((claims.c.amount > claims.c.handed, claims.c.price), else_=_new.excluded.price),
        "number": func.coalesce(claims.c.number, _new.excluded.number),
        "waiting_since": case(
            (claims.c.state == ClaimState.WAITING, claims.c.waiting_since), else_=_new.excluded.waiting_since
        ),
    },
    where=claims.c.state.in_(_CAN_ASK),
).returning(*COLUMNS_OF_CLAIM)
_last_number = select(func.coalesce(func.max(claims.c.number), 0)).where(claims.c.batch_id == bindparam("batch_id"))
_last_in_line = select(func.max(claims.c.waiting_since)).where(
    claims.c.batch_id == bindparam("batch_id"), claims.c.state == ClaimState.WAITING
)
_before_me = select(func.count()).where(
    others.c.batch_id == claims.c.batch_id,
    others.c.state == ClaimState.WAITING,
    others.c.waiting_since <= claims.c.waiting_since,
)
_position = select(_before_me.correlate(claims).scalar_subquery()).where(
    claims.c.id == bindparam("claim_id"), claims.c.state == ClaimState.WAITING
)
_get = select(*COLUMNS_OF_CLAIM).where(claims.c.id == bindparam("claim_id"))
_by_code = select(*COLUMNS_OF_CLAIM).where(claims.c.code == bindparam("code"))
HOME = select(homes.c.id).where(homes.c.id == bindparam("b_home")).with_for_update(key_share=True, read=True)
"""Of a claim that gets its part: the home whose allowance was looked at for it; NULL if it was forgotten meanwhile.

It is held before the claim is, as by whoever leaves it as the last one.
"""
_the_claim = claims.c.id == bindparam("b_claim")
_settled = case((claims.c.handed > 0, ClaimState.COLLECTED.value), else_=bindparam("b_state"))
_no_more = {
    "state": _settled,
    "amount": claims.c.handed,
    "wanted": 0,
    "code": None,
    "waiting_since": None,
    "changed_at": bindparam("b_now"),
}
_end = update(claims).where(_the_claim, claims.c.state == bindparam("b_was")).values(**_no_more)
_end_all = (
    update(claims)
    .where(claims.c.id.in_(bindparam("b_claims", expanding=True)), claims.c.state == bindparam("b_was"))
    .values(**_no_more)
)
_reduce = (
    update(claims)
    .where(_the_claim, claims.c.state == ClaimState.HELD, claims.c.amount - bindparam("b_less") > claims.c.handed)
    .values(amount=claims.c.amount - bindparam("b_less"), changed_at=bindparam("b_now"))
)
_award = (
    update(claims)
    .where(_the_claim, claims.c.state.in_([ClaimState.ENTERED, ClaimState.WAITING]))
    .values(
        state=ClaimState.HELD.value,
        amount=claims.c.amount + bindparam("b_amount"),
        wanted=0,
        code=bindparam("b_code"),
        window_id=bindparam("b_window"),
        household_id=HOME.scalar_subquery(),
        lost=0,
        waiting_since=None,
        changed_at=bindparam("b_now"),
    )
)
_whole = claims.c.handed + bindparam("b_amount") == claims.c.amount
_hand = (
    update(claims)
    .where(
        _the_claim,
        claims.c.state == ClaimState.HELD,
        claims.c.code == bindparam("b_code"),
        claims.c.handed + bindparam("b_amount") <= claims.c.amount,
    )
    .values(
        handed=claims.c.handed + bindparam("b_amount"),
        state=case((_whole, ClaimState.COLLECTED.value), else_=claims.c.state),
        code=case((_whole, null()), else_=bindparam("b_new_code")),
        changed_at=bindparam("b_now"),
    )
    .returning(*COLUMNS_OF_CLAIM)
)
_set_window = (
    update(claims)
    .where(_the_claim, claims.c.state == ClaimState.HELD)
    .values(window_id=bindparam("b_window"), changed_at=bindparam("b_now"))
)
_of_batch = (
    select(*COLUMNS_OF_CLAIM)
    .where(claims.c.batch_id == bindparam("batch_id"), claims.c.state.in_(bindparam("states", expanding=True)))
    .order_by(claims.c.id)
)
_settled_windows = select(windows.c.id).where(
    windows.c.batch_id == bindparam("batch_id"), windows.c.settled_at.is_not(None)
)
_uncollected = (
    select(*COLUMNS_OF_CLAIM)
    .where(
        claims.c.batch_id == bindparam("batch_id"),
        claims.c.state == ClaimState.HELD,
        claims.c.window_id.in_(_settled_windows),
    )
    .order_by(claims.c.id)
)


async def get(unit: Unit, claim_id: int) -> ClaimRow | None:
    """One claim."""
    row = await unit.first(_get, claim_id=claim_id)
    return None if row is None else ClaimRow(*row)


async def by_code(unit: Unit, code: str) -> ClaimRow | None:
    """The claim that is collected with a code."""
    row = await unit.first(_by_code, code=code)
    return None if row is None else ClaimRow(*row)


async def of_batch(unit: Unit, batch_id: int, states: Collection[ClaimState]) -> list[ClaimRow]:
    """The claims of a batch in some states, in the order in which they were made."""
    rows = await unit.rows(_of_batch, batch_id=batch_id, states=[state.value for state in states])
    return [ClaimRow(*row) for row in rows]


async def uncollected(unit: Unit, batch_id: int) -> list[ClaimRow]:
    """What was to be collected in the windows of a batch that are settled, and was not, or not wholly.

    Not only in the one that has just ended: a claim that was made while another was being settled, in the very moment
    in which it ended, is found with the next one.
    """
    return [ClaimRow(*row) for row in await unit.rows(_uncollected, batch_id=batch_id)]


async def enter(
    unit: Unit, found: ToClaim, resident_id: int, *, wanted: int, price: int | None, now: datetime
) -> ClaimRow | None:
    """Enter the batch's draw, or its line once that is made; None for somebody who has a part of it already.

    Somebody who is in it only changes what they want, and keeps their number or their place.
    """
    batch = found.batch
    entered = batch.undrawn
    number = int(await unit.value(_last_number, batch_id=batch.id)) + 1 if entered else None
    last: datetime | None = None if entered else await unit.value(_last_in_line, batch_id=batch.id)
    row = await unit.first(
        _enter,
        batch_id=batch.id,
        resident_id=resident_id,
        household_id=found.household_id,
        item_id=batch.item_id,
        week=batch.week,
        state=(ClaimState.ENTERED if entered else ClaimState.WAITING).value,
        amount=0,
        handed=0,
        wanted=wanted,
        price=price,
        number=number,
        lost=0,
        waiting_since=None if entered else now if last is None or last < now else last + last.resolution,
        made_at=now,
        changed_at=now,
    )
    return None if row is None else ClaimRow(*row)


async def position(unit: Unit, claim_id: int) -> int:
    """Whose turn somebody is in line, from 1; 0 when they do not wait."""
    return int(await unit.value(_position, claim_id=claim_id) or 0)


async def end(unit: Unit, claim_id: int, state: ClaimState, *, was: ClaimState, now: datetime) -> bool:
    """Have a claim be over, as `state`; as collected, if a part of it was. False when it is not as it `was`."""
    return await unit.run(_end, b_claim=claim_id, b_state=state.value, b_was=was.value, b_now=now) == 1


async def end_all(unit: Unit, claim_ids: Collection[int], state: ClaimState, *, was: ClaimState, now: datetime) -> int:
    """The same for many; how many there were."""
    if not claim_ids:
        return 0
    given = {"b_claims": sorted(claim_ids), "b_state": state.value, "b_was": was.value, "b_now": now}
    return await unit.run(_end_all, **given)


async def reduce(unit: Unit, claim_id: int, less: int, now: datetime) -> bool:
    """Make a held claim smaller, by less than what is still to be handed over of it."""
    return await unit.run(_reduce, b_claim=claim_id, b_less=less, b_now=now) == 1


async def award(
    unit: Unit, claim_id: int, *, amount: int, home_id: int | None, window_id: int, code: str, now: datetime
) -> bool:
    """Give somebody who entered the draw, or waited, their part. False when they do so no more.

    It counts towards the allowance of the home that was locked and looked at for it, even if they move just then.
    """
    given = {"b_claim": claim_id, "b_amount": amount, "b_home": home_id, "b_window": window_id, "b_code": code}
    return await unit.run(_award, **given, b_now=now) == 1


async def hand(unit: Unit, claim_id: int, *, code: str, amount: int, new_code: str, now: datetime) -> ClaimRow | None:
    """Hand over an amount of a claim against its code, which is used by that; `new_code` is for what is left then.

    None when the code is not its code any more, or not as much is left.
    """
    given = {"b_claim": claim_id, "b_code": code, "b_amount": amount, "b_new_code": new_code, "b_now": now}
    row = await unit.first(_hand, **given)
    return None if row is None else ClaimRow(*row)


async def set_window(unit: Unit, claim_id: int, window_id: int, now: datetime) -> bool:
    """Have a claim be collected in another window of its batch."""
    return await unit.run(_set_window, b_claim=claim_id, b_window=window_id, b_now=now) == 1


async def write_lines(
    unit: Unit,
    batch_id: int,
    kind: StockKind,
    lines: Iterable[tuple[int, int]],
    now: datetime,
    *,
    reason: str = "",
    by: int | None = None,
) -> None:
    """Write a line for each (claim, what it moves of what is free); the batch's numbers are the caller's to move."""
    rows = [
        {
            "batch_id": batch_id,
            "claim_id": claim_id,
            "kind": kind.value,
            "free": free,
            "shelf": 0,
            "reason": reason,
            "by_id": by,
            "to_id": None,
            "at": now,
        }
        for claim_id, free in lines
    ]
    if rows:
        await unit.execute(insert(stock), rows)


_free_more = (
    update(batches)
    .where(and_(batches.c.id == bindparam("b_batch"), batches.c.free + bindparam("b_more") >= 0))
    .values(free=batches.c.free + bindparam("b_more"))
)


async def free_more(unit: Unit, batch_id: int, more: int) -> bool:
    """Move what is free of a batch, for lines that `write_lines` writes. False when there is not as much."""
    return await unit.run(_free_more, b_batch=batch_id, b_more=more) == 1
