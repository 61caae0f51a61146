"""Claiming goods: the one way in which part of a batch becomes somebody's, or they stand in line for it.

Rows are locked in one order: residents, who shares an allowance, batches by id, claims.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from handlers.goods.benefits import entitled, last_week
from handlers.goods.codes import new_code
from handlers.goods.passing import pass_on
from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from storage.queries import allowances, batches, claim_changes, claims
from storage.queries.batches import BatchRow, Window
from storage.queries.claim_making import Claimed, Used, take, used
from storage.queries.claims import ClaimRow, ToClaim
from storage.tables import ClaimState
from storage.unit import Unit
from town.amounts import MOST
from town.facts import (
    AlreadyEntered,
    AmountStep,
    BadAmount,
    BatchOver,
    BatchRecalled,
    DrawClosed,
    MixedClaim,
    MustPay,
    NoBenefits,
    NotFound,
    NothingLeft,
    OverAllowance,
    Undecided,
    WindowOver,
)


class Got(NamedTuple):
    """What became of asking for goods: `amount` is theirs of the batch, or `wanted` is asked for.

    `state` is that of the claim: held, entered (in a draw, as `number`) or waiting (at `position` in line). `price` is
    for one unit, None when it is free.
    """

    batch: BatchRow
    window: Window
    claim_id: int
    state: str
    amount: int
    wanted: int = 0
    code: str = ""
    number: int = 0
    position: int = 0
    price: int | None = None


class _Wish(NamedTuple):
    """What somebody asks for, as `ask` is told."""

    amount: int
    window_id: int | None
    wait: bool
    order: bool
    in_all: bool

    def more_than(self, mine: ClaimRow | None) -> int:
        """How much that is beside what they have; 0 when they have as much."""
        had = mine.amount if self.in_all and mine is not None else 0
        return max(0, self.amount - had)


async def ask(
    unit: Unit,
    *,
    who: Who,
    batch_id: int,
    amount: int,
    now: datetime,
    window_id: int | None = None,
    wait: bool = False,
    order: bool = False,
    in_all: bool = False,
) -> Got:
    """Have an amount (thousandths) of a batch: claim it, enter its draw, or with `wait` stand in line for it.

    With `in_all` the amount is what they would have of the batch altogether, so that asking twice changes nothing.
    Somebody without the benefits orders it, if they say so (`order`) and it has a price. Raises NotFound, NotAllowed,
    BadAmount, AmountStep, BatchOver, BatchRecalled, WindowOver, NoBenefits, MustPay, MixedClaim, OverAllowance,
    NothingLeft, DrawClosed, Undecided or AlreadyEntered.
    """
    me, wish = must_be_resident(who), _Wish(amount, window_id, wait, order, in_all)
    found = await claims.to_claim(unit, batch_id, me, before=last_week(who, now))
    if found is None:
        raise NotFound(what="batch")
    batch, more = found.batch, wish.more_than(found.mine)
    check_amount(amount, batch)
    window = open_window(found, now, window_id)
    if found.mine is not None and not more:
        return _got(batch, window, found.mine)
    price = await _price(unit, who, found, now, order=order)
    if batch.undrawn:
        return await _enter(unit, me, found, window, more, price, now)
    waits = wait or (found.mine is not None and found.mine.state == ClaimState.WAITING)  # then some may just have come
    if batch.free < more and not waits:  # nobody is waited for, only to find that it is still so
        raise NothingLeft(item=batch.item, free=batch.free, unit=batch.unit)
    got = await take(unit, found, me, amount=more, window_id=window.id, price=price, code=new_code(), now=now)
    if got is None:
        return await _else(unit, who, batch_id, wish, now)
    # It may have waited for somebody who moved the batch: to another place, another time.
    batch, window = await batches.where_and_when(unit, batch, window)
    return _held(batch, window, got, price)


def check_amount(amount: int, batch: BatchRow) -> None:
    """Raises BadAmount or AmountStep."""
    if not 0 < amount <= MOST:
        raise BadAmount(given=str(amount))
    if amount % batch.step:
        raise AmountStep(step=batch.step, unit=batch.unit)


def check_open(batch: BatchRow) -> None:
    """Raises BatchRecalled or BatchOver."""
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    if batch.closed_at is not None:
        raise BatchOver(item=batch.item)


def open_window(found: ToClaim, now: datetime, window_id: int | None = None) -> Window:
    """The pick-up window a claim is for: one's own choice, or the next. Raises BatchRecalled, BatchOver, WindowOver."""
    check_open(found.batch)
    first = found.window(now)
    if first is None:
        raise BatchOver(item=found.batch.item)
    kept = window_id
    if kept is None and found.mine is not None and found.mine.state == ClaimState.HELD:
        kept = found.mine.window_id
    if kept is None:
        return first
    chosen = next((one for one in found.windows if one.id == kept and not one.late), None)
    if chosen is None or chosen.ends_at <= now or chosen.settled_at is not None:
        if window_id is None:
            return first
        raise WindowOver(item=found.batch.item)
    return chosen


async def _price(unit: Unit, who: Who, found: ToClaim, now: datetime, *, order: bool) -> int | None:
    """What one unit costs somebody; None when it is free for them."""
    batch, mine = found.batch, found.mine
    price = None
    if not await entitled(unit, who, now=now, before=found.standing):
        if batch.price is None:
            raise NoBenefits(item=batch.item)
        if not order:
            raise MustPay(item=batch.item, price=batch.price, unit=batch.unit, currency=who.town.currency)
        if batch.undrawn and batch.draw_at is not None:
            raise Undecided(item=batch.item, draw_at=batch.draw_at)
        price = batch.price
    if mine is not None and mine.left and (mine.price is None) != (price is None):
        raise MixedClaim(item=batch.item)
    return mine.price if mine is not None and mine.left else price  # what was ordered stays at what it was ordered for


def over_allowance(batch: BatchRow, had: Used, amount: int) -> OverAllowance | None:
    """What is wrong with an amount more of a batch; None when it is within the allowances of its week."""
    own = (batch.allowance or MOST) - had.own
    home = (batch.home_allowance or MOST) - had.home
    if amount <= min(own, home):
        return None
    most = (batch.home_allowance if home < own else batch.allowance) or MOST
    return OverAllowance(item=batch.item, most=most, left=max(0, min(own, home)), unit=batch.unit, home=home < own)


async def check_allowance(unit: Unit, found: ToClaim, resident_id: int, amount: int) -> None:
    """Raises OverAllowance."""
    over = over_allowance(found.batch, await used(unit, found, resident_id), amount)
    if over is not None:
        raise over


async def _enter(
    unit: Unit, me: int, found: ToClaim, window: Window, amount: int, price: int | None, now: datetime
) -> Got:
    """Enter the draw of a batch, or change what one entered it for."""
    await check_allowance(unit, found, me, amount)
    batch = await batches.lock(unit, found.batch.id)
    if batch is not None:
        check_open(batch)
    if batch is None or not batch.undrawn or batch.draw_at is None or now >= batch.draw_at:
        raise DrawClosed(item=found.batch.item, draw_at=found.batch.draw_at or now)
    batch, window = await batches.where_and_when(unit, batch, window)
    entered = await claim_changes.enter(unit, found, me, wanted=amount, price=price, now=now)
    if entered is None:
        raise AlreadyEntered(item=batch.item)
    return _got(batch, window, entered)


async def _else(unit: Unit, who: Who, batch_id: int, wish: _Wish, now: datetime) -> Got:
    """Look once more, with the batch locked: claim it after all, say why not, or stand in line.

    The one statement may have waited for somebody who gave back or left the line, and knows only the stock as it is
    after that. Before it, part of it may have come to them, or it may be shared by lot by now. And those in line whose
    allowances are used up keep nobody from what is free.
    """
    me = who.me
    await batches.lock(unit, batch_id)
    found = await claims.to_claim(unit, batch_id, me, before=last_week(who, now), lock=False)
    if found is None:
        raise NotFound(what="batch")
    batch, window, amount = found.batch, open_window(found, now, wish.window_id), wish.more_than(found.mine)
    if found.mine is not None and not amount:
        return _got(batch, window, found.mine)
    price = await _price(unit, who, found, now, order=wish.order)
    if batch.undrawn:
        return await _enter(unit, me, found, window, amount, price, now)
    await check_allowance(unit, found, me, amount)
    enough = batch.free >= amount
    if enough and not await allowances.others_in_line(unit, batch_id, step=batch.step, but=me):
        got = await take(
            unit, found, me, amount=amount, window_id=window.id, price=price, code=new_code(), now=now, passing=True
        )
        if got is not None:
            return _held(batch, window, got, price)
    if not wish.wait or (found.mine is not None and found.mine.state == ClaimState.HELD):
        # Where there is enough, it is for those who wait already.
        raise NothingLeft(item=batch.item, free=0 if enough else batch.free, unit=batch.unit)
    waiting = await claim_changes.enter(unit, found, me, wanted=amount, price=price, now=now)
    if waiting is None:
        raise AlreadyEntered(item=batch.item)
    if await pass_on(unit, batch, now=now, but=me):  # what is free may be theirs at once
        waiting = await claim_changes.get(unit, waiting.id) or waiting
    return _got(batch, window, waiting, await claim_changes.position(unit, waiting.id))


def _held(batch: BatchRow, window: Window, got: Claimed, price: int | None) -> Got:
    after = batch._replace(free=got.free)
    return Got(after, window, got.claim_id, ClaimState.HELD, got.amount, code=got.code, price=price)


def _got(batch: BatchRow, window: Window, claim: ClaimRow, position: int = 0) -> Got:
    return Got(
        batch,
        window,
        claim.id,
        claim.state,
        claim.amount,
        wanted=claim.wanted,
        code=claim.code or "",
        number=claim.number or 0,
        position=position,
        price=claim.price,
    )
