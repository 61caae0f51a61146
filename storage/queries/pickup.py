"""Picking goods up: claims as the desk sees them, and who may collect them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, func, update

from storage.queries.batches import COLUMNS, IN_SALE, SOURCE, WINDOW, BatchRow, Window, batch_of, batches, windows
from storage.queries.claims import COLUMNS_OF_CLAIM, ClaimRow, claims, residents, stock
from storage.sql import bindparam, select
from storage.tables import ClaimState, ResidentState, StockKind
from storage.unit import Unit

helpers = residents.alias("helpers")


class Held(NamedTuple):
    """A claim with all that the desk says of it. `home_id` is where whose it is lives now; `helper` a name."""

    claim: ClaimRow
    batch: BatchRow
    window: Window | None
    name: str
    street: str
    home_id: int | None
    helper: str | None


class AtHand(NamedTuple):
    """A batch at the desk: when it is handed over next, and how many claims of it still wait to be collected."""

    batch: BatchRow
    starts_at: datetime
    ends_at: datetime
    claims: int


class Somebody(NamedTuple):
    """A resident, by name, and the home they live in."""

    id: int
    name: str
    home_id: int | None


class Line(NamedTuple):
    """A line of the stock ledger about a claim."""

    id: int
    kind: str
    shelf: int
    by_id: int | None
    to_id: int | None
    at: datetime


HELPED = and_(helpers.c.id == claims.c.helper_id, helpers.c.state == ResidentState.RESIDENT)
_all = (
    select(
        *COLUMNS_OF_CLAIM,
        *COLUMNS,
        *WINDOW,
        residents.c.name,
        residents.c.street,
        residents.c.household_id,
        helpers.c.name,
    )
    .select_from(
        SOURCE.join(claims, claims.c.batch_id == batches.c.id)
        .join(residents, residents.c.id == claims.c.resident_id)
        .outerjoin(windows, windows.c.id == claims.c.window_id)
        .outerjoin(helpers, HELPED)
    )
    .order_by(residents.c.name, claims.c.id)
)
_one = _all.where(claims.c.id == bindparam("claim_id"))
_by_code = _all.where(claims.c.code == bindparam("code"))
_open = _all.where(claims.c.state == ClaimState.HELD)
_of_batches = _open.where(claims.c.batch_id.in_(bindparam("these", expanding=True)))
_these = _open.where(claims.c.id.in_(bindparam("these", expanding=True)))
_names = (
    select(claims.c.id, residents.c.name, helpers.c.name)
    .select_from(claims.join(residents, residents.c.id == claims.c.resident_id).outerjoin(helpers, HELPED))
    .where(claims.c.state == ClaimState.HELD, claims.c.batch_id.in_(bindparam("these", expanding=True)))
    .order_by(residents.c.name, claims.c.id)
)
_next = (
    select(
        windows.c.batch_id,
        func.min(windows.c.starts_at).label("starts_at"),
        func.min(windows.c.ends_at).label("ends_at"),
    )
    .where(windows.c.settled_at.is_(None), windows.c.ends_at > bindparam("now"))
    .group_by(windows.c.batch_id)
    .subquery("next")
)
_waiting = (
    select(func.count())
    .where(claims.c.batch_id == batches.c.id, claims.c.state == ClaimState.HELD)
    .correlate(batches)
    .scalar_subquery()
)
_at_hand = (
    select(*COLUMNS, _next.c.starts_at, _next.c.ends_at, _waiting)
    .select_from(SOURCE.join(_next, _next.c.batch_id == batches.c.id))
    .where(IN_SALE)
    .order_by(_next.c.starts_at, batches.c.id)
)
_people = (
    select(residents.c.id, residents.c.name, residents.c.household_id)
    .where(
        residents.c.household_id.in_(bindparam("homes", expanding=True)), residents.c.state == ResidentState.RESIDENT
    )
    .order_by(residents.c.name, residents.c.id)
)
_set_helper = (
    update(claims)
    .where(claims.c.id == bindparam("b_claim"), claims.c.state == ClaimState.HELD)
    .values(helper_id=bindparam("b_helper"))
)
_needless = _all.where(
    claims.c.helper_id.is_not(None), claims.c.state.not_in([ClaimState.HELD, ClaimState.COLLECTED])
).limit(bindparam("most"))
_drop_helper = (
    update(claims)
    .where(
        claims.c.id == bindparam("b_claim"),
        claims.c.helper_id == bindparam("b_helper"),
        claims.c.state.not_in([ClaimState.HELD, ClaimState.COLLECTED]),
    )
    .values(helper_id=None)
)
_last_line = (
    select(*(stock.c[name] for name in Line._fields))
    .where(stock.c.claim_id == bindparam("claim_id"))
    .order_by(stock.c.id.desc())
    .limit(1)
)
_last_handed = (
    select(*(stock.c[name] for name in Line._fields))
    .where(stock.c.claim_id == bindparam("claim_id"), stock.c.kind == StockKind.HANDED_OVER)
    .order_by(stock.c.id.desc())
    .limit(1)
)
_take_back = (
    update(claims)
    .where(
        claims.c.id == bindparam("b_claim"),
        claims.c.state.in_([ClaimState.HELD, ClaimState.COLLECTED]),
        claims.c.handed >= bindparam("b_amount"),
    )
    .values(
        handed=claims.c.handed - bindparam("b_amount"),
        state=ClaimState.HELD.value,
        code=bindparam("b_code"),
        changed_at=bindparam("b_now"),
    )
)


def _held_of(row: Any) -> Held:
    at, end = len(COLUMNS_OF_CLAIM), len(COLUMNS_OF_CLAIM) + len(COLUMNS)
    window = row[end : end + len(WINDOW)]
    return Held(
        ClaimRow(*row[:at]),
        batch_of(row[at:end]),
        None if window[0] is None else Window(*window),
        *row[end + len(WINDOW) :],
    )


async def get(unit: Unit, claim_id: int) -> Held | None:
    """One claim, whatever has become of it."""
    row = await unit.first(_one, claim_id=claim_id)
    return None if row is None else _held_of(row)


async def by_code(unit: Unit, code: str) -> Held | None:
    """The claim that is collected with a code."""
    row = await unit.first(_by_code, code=code)
    return None if row is None else _held_of(row)


async def open_claims(unit: Unit, batch_ids: Collection[int]) -> list[Held]:
    """What is still to be collected of some batches, by name."""
    if not batch_ids:
        return []
    return [_held_of(row) for row in await unit.rows(_of_batches, these=sorted(batch_ids))]


async def names_of(unit: Unit, batch_ids: Collection[int]) -> list[tuple[int, str, str]]:
    """Of what is still to be collected of some batches, by name: the claim, whose it is, and their helper or ""."""
    if not batch_ids:
        return []
    return [(row[0], row[1], row[2] or "") for row in await unit.rows(_names, these=sorted(batch_ids))]


async def still_open(unit: Unit, claim_ids: Collection[int]) -> list[Held]:
    """What is still to be collected of some claims, by name."""
    if not claim_ids:
        return []
    return [_held_of(row) for row in await unit.rows(_these, these=sorted(claim_ids))]


async def at_hand(unit: Unit, now: datetime) -> list[AtHand]:
    """The batches that are still to be handed over, or in the middle of it; the nearest first."""
    rows = await unit.rows(_at_hand, now=now)
    return [AtHand(batch_of(row), *row[len(COLUMNS) :]) for row in rows]


async def living(unit: Unit, home_ids: Collection[int]) -> list[Somebody]:
    """Who lives in some homes, by name."""
    if not home_ids:
        return []
    return [Somebody(*row) for row in await unit.rows(_people, homes=sorted(home_ids))]


async def set_helper(unit: Unit, claim_id: int, helper_id: int | None) -> bool:
    """Name who else may collect a claim, or nobody. False when there is nothing to collect."""
    return await unit.run(_set_helper, b_claim=claim_id, b_helper=helper_id) == 1


async def needless_helpers(unit: Unit, *, most: int = 50) -> list[Held]:
    """Claims of which nothing is to be collected any more, though somebody is asked to."""
    return [_held_of(row) for row in await unit.rows(_needless, most=most)]


async def drop_helper(unit: Unit, claim_id: int, helper_id: int) -> bool:
    """Have somebody not be asked any more to collect what is not there. False when they were not, or it is again."""
    return await unit.run(_drop_helper, b_claim=claim_id, b_helper=helper_id) == 1


async def last_line(unit: Unit, claim_id: int) -> Line | None:
    """The last line of the stock ledger about a claim."""
    row = await unit.first(_last_line, claim_id=claim_id)
    return None if row is None else Line(*row)


async def last_handed(unit: Unit, claim_id: int) -> Line | None:
    """The line of the last handing over of a claim."""
    row = await unit.first(_last_handed, claim_id=claim_id)
    return None if row is None else Line(*row)


async def take_back(unit: Unit, claim_id: int, *, amount: int, code: str, now: datetime) -> bool:
    """Have an amount that was handed over be held again, with another code. The batch's row is locked."""
    return await unit.run(_take_back, b_claim=claim_id, b_amount=amount, b_code=code, b_now=now) == 1
