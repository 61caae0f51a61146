"""Making the draws that are due.

Rows are locked in the order of `storage.queries.claims`: first those who share an allowance and win something, waiting
for them; then the batch; and whoever wins only under its lock is tried. Somebody who enters, leaves or claims at this
moment is decided before the draw or after it. When one of the winners cannot be locked, nothing of that draw is done:
at the next tick its lots are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from handlers.draws.telling import lost_row, off_row, won_row
from handlers.goods.codes import new_code
from handlers.goods.telling import tell
from storage.queries import allowances, batches, claim_changes, draws
from storage.queries.allowances import Allowed
from storage.queries.batches import BatchRow, Window
from storage.queries.draws import Secret
from storage.tables import ClaimState, Sharing, StockKind
from storage.unit import Unit
from town.draw import Entry, Outcome, decide, homes_shared, turns
from town.draw_file import document
from town.published import dump
from town.settings import TownSettings
from town.week import local

MOST_ENTRIES = 5_000
"""How many entries one transaction draws among, if it is more than one draw: others are drawn at the next tick."""


class Drawing(NamedTuple):
    """A draw: its entries with the claims they stand for, what the homes that share have left, and what it decides."""

    secret: Secret
    claims: tuple[Allowed, ...]
    entries: tuple[Entry, ...]
    homes: dict[int, int]
    lost: dict[int, int]
    outcome: Outcome

    def holders(self) -> set[int]:
        """Who shares an allowance with somebody who wins, as `storage.lease.HOLDERS` counts them."""
        winners = {number for number, _amount in self.outcome.given}
        return {_holder(one) for one in self.claims if one.claim.number in winners}


async def make_due(unit: Unit, *, town: TownSettings, now: datetime) -> int:
    """Make the draws that are due, in order of their batches' ids; how many were made."""
    due, entries, locked = list[int](), 0, set[int]()
    for batch_id in await draws.due(unit, now):
        batch = await batches.get(unit, batch_id)
        if batch is None:
            continue
        entries += await draws.entered(unit, batch_id)
        if due and entries > MOST_ENTRIES:
            break
        due.append(batch_id)
        if _has_allowance(batch) and not unit.is_sqlite:
            locked |= (await prepare(unit, batch, town)).holders()
    await draws.lock_holders(unit, locked)
    return sum([await _make(unit, batch_id, locked, town, now) for batch_id in due])


async def prepare(unit: Unit, batch: BatchRow, town: TownSettings) -> Drawing:
    """What a draw would decide as things are; nothing is written."""
    kept, claims = await draws.secret(unit, batch.id), await allowances.entries(unit, batch.id)
    lost = await draws.lost_before(unit, batch)
    before = await _before(unit, batch, claims, lost, town)
    shared = homes_shared([one.home_id for one in claims])
    if batch.home_allowance is None:
        shared = [None] * len(claims)
    homes: dict[int, int] = {}
    for one, home in zip(claims, shared, strict=True):
        if home is not None:  # whoever has some from before they moved in leaves less for themselves alone
            homes[home] = max(0, one.home_left, homes.get(home, 0))
    entries = [
        _entry(one, home, homes.get(home or 0), before[one.claim.id], batch)
        for one, home in zip(claims, shared, strict=True)
    ]
    outcome = decide(kept.seed, batch.id, amount=batch.free, step=batch.step, entries=entries, homes=homes)
    return Drawing(kept, tuple(claims), tuple(entries), homes, lost, outcome)


def _entry(one: Allowed, home: int | None, home_left: int | None, before: int, batch: BatchRow) -> Entry:
    own = one.own_left if batch.allowance is not None else None
    if batch.home_allowance is not None and one.home_left != home_left:
        own = one.home_left if own is None else min(own, one.home_left)
    limit = None if own is None else max(0, own)
    return Entry(_number(one), one.claim.wanted, limit, home, before)


async def _before(
    unit: Unit, batch: BatchRow, claims: Iterable[Allowed], lost: dict[int, int], town: TownSettings
) -> dict[int, int]:
    """What orders each claim ahead of its lot."""
    if batch.sharing == Sharing.LEAST:
        last = await draws.last_served(unit, batch)
        served: dict[int, date | None] = {}
        for one in claims:
            at = last.get(one.claim.resident_id)
            served[one.claim.id] = None if at is None else local(at, town.tz).date()
        return turns(served)
    return {one.claim.id: -lost.get(one.claim.resident_id, 0) if batch.precedence else 0 for one in claims}


async def _make(unit: Unit, batch_id: int, locked: set[int], town: TownSettings, now: datetime) -> bool:
    """Make one draw. False when it was made or put off meanwhile, cannot be made any more, or has to wait a little."""
    batch = await batches.lock(unit, batch_id)
    if batch is None or not batch.undrawn or batch.recalled_at is not None:
        return False
    if batch.draw_at is None or batch.draw_at > now:
        return False
    window = await batches.next_window(unit, batch_id, now)
    if window is None or batch.closed_at is not None:
        return await _call_off(unit, batch, now)
    while True:
        drawing = await prepare(unit, batch, town)
        missing = drawing.holders() - locked if _has_allowance(batch) else set()
        if not missing:
            break
        if not await draws.try_lock_holders(unit, missing):
            return False
        locked |= missing  # and look again: what they had left may have been another amount before
    await _write(unit, batch, window, drawing, town, now)
    return True


async def _write(
    unit: Unit, batch: BatchRow, window: Window, drawing: Drawing, town: TownSettings, now: datetime
) -> None:
    outcome, claims = drawing.outcome, {_number(one): one.claim for one in drawing.claims}
    homes = {one.claim.id: one.home_id for one in drawing.claims}
    full, lost, many = set(outcome.full), drawing.lost, len(claims)
    won = [(claims[number], amount, new_code()) for number, amount in outcome.given]
    line = [(claims[number], lost.get(claims[number].resident_id, 0) + (number not in full)) for number in outcome.line]
    whole = sum(amount for _claim, amount, _code in won)
    if not await claim_changes.free_more(unit, batch.id, -whole):
        raise LookupError(f"batch {batch.id} changed under its lock")
    lines = [(claim.id, -amount) for claim, amount, _code in won]
    await claim_changes.write_lines(unit, batch.id, StockKind.CLAIMED, lines, now)
    await draws.win(unit, [(claim.id, homes[claim.id], amount, code) for claim, amount, code in won], window.id, now)
    await draws.line_up(unit, [(claim.id, times) for claim, times in line], now)
    here = {claim.resident_id for claim in claims.values()}
    await draws.keep_lost(unit, batch.id, [(one, times) for one, times in lost.items() if one not in here])
    await draws.publish(unit, batch.id, await _published(unit, batch, drawing, town, now), now)
    await tell(unit, [won_row(claim, batch, window, amount, code, now=now) for claim, amount, code in won])
    await tell(
        unit,
        [
            lost_row(claim, batch, position, many, full=claim.number in full, now=now)
            for position, (claim, _times) in enumerate(line, 1)
        ],
    )


async def _published(unit: Unit, batch: BatchRow, drawing: Drawing, town: TownSettings, now: datetime) -> str:
    if batch.draw_at is None:
        raise LookupError(f"batch {batch.id} is shared without a draw")
    made = document(
        town=town.name,
        batch=batch.id,
        item=batch.item,
        unit=batch.unit,
        amount=batch.free,
        step=batch.step,
        sharing=batch.sharing,
        precedence=batch.precedence,
        opened_at=drawing.secret.opened_at,
        closed_at=batch.draw_at,
        drawn_at=now,
        seed=drawing.secret.seed,
        numbers=await draws.numbers(unit, batch.id),
        entries=list(drawing.entries),
        homes=drawing.homes,
        outcome=drawing.outcome,
    )
    return dump(made)


async def _call_off(unit: Unit, batch: BatchRow, now: datetime) -> bool:
    """Have those who entered a draw that was not made in time wait no more: its pick-up is over. Never a draw."""
    entered = await claim_changes.of_batch(unit, batch.id, [ClaimState.ENTERED])
    await claim_changes.end_all(unit, [one.id for one in entered], ClaimState.ENDED, was=ClaimState.ENTERED, now=now)
    await tell(unit, [off_row(one, batch, now=now) for one in entered])
    return False


def _has_allowance(batch: BatchRow) -> bool:
    """Whether it matters what the winners have of the item besides."""
    return batch.allowance is not None or batch.home_allowance is not None


def _holder(one: Allowed) -> int:
    return -one.claim.resident_id if one.home_id is None else one.home_id


def _number(one: Allowed) -> int:
    if one.claim.number is None:
        raise LookupError(f"claim {one.claim.id} entered a draw without a number")
    return one.claim.number
