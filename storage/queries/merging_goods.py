"""Of two residents who are one: their claims and orders, what they fetch for others, and what they need."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from storage.queries import batches
from storage.queries.batches import items
from storage.queries.claims import claims
from storage.queries.merging_rows import Journal, Pair, Thing, Values
from storage.queries.needs import lines as need_lines
from storage.queries.needs import needs
from storage.queries.recalls import people
from storage.sql import bindparam, select
from storage.tables import ClaimState, StockKind
from storage.unit import Unit

IN_LINE = (ClaimState.ENTERED, ClaimState.WAITING)
ALIVE = (*IN_LINE, ClaimState.HELD)
_CONTENT = (
    *("household_id", "window_id", "state", "amount", "handed", "wanted", "price", "code", "number", "lost"),
    *("waiting_since", "made_at", "changed_at"),
)


class Spare(NamedTuple):
    """Goods that one person had twice: they are still counted as claimed."""

    batch_id: int
    claim_id: int
    amount: int


class Both(NamedTuple):
    """A batch that both have a part of, or wait for: the item, and how each stands."""

    item: str
    kept: str
    gone: str


_mine, _theirs = claims.alias("mine"), claims.alias("theirs")
_both = (
    select(items.c.name, _mine.c.state, _theirs.c.state)
    .select_from(_mine.join(_theirs, _theirs.c.batch_id == _mine.c.batch_id).join(items, items.c.id == _mine.c.item_id))
    .where(
        _mine.c.resident_id == bindparam("kept_id"),
        _theirs.c.resident_id == bindparam("gone_id"),
        _theirs.c.state.in_(ALIVE),
    )
    .order_by(_mine.c.id)
)
_of_gone = (
    select(claims.c.batch_id)
    .where(claims.c.resident_id == bindparam("gone_id"), claims.c.state.in_(ALIVE))
    .order_by(claims.c.batch_id)
)


async def both(unit: Unit, *, kept: int, gone: int) -> list[Both]:
    """The batches that both have to do with, and where the one who is gone has something to lose."""
    return [Both(*row) for row in await unit.rows(_both, kept_id=kept, gone_id=gone)]


async def count(unit: Unit, gone: int) -> int:
    """How many batches somebody has a part of that is not collected, or waits for."""
    return len(await unit.rows(_of_gone, gone_id=gone))


async def lock_batches(unit: Unit, gone: int) -> None:
    """Have the stock of the batches that somebody has a part of, or waits for, stay as it is, one after the other."""
    for row in await unit.rows(_of_gone, gone_id=gone):
        await batches.lock(unit, row.batch_id)


async def make_one(journal: Journal) -> list[Spare]:
    """Give what both have claimed to the kept one. The goods that are one part too many are the caller's to give back.

    A claim has its place in the books by its id: so where the other one's stands, what is in the two changes places.
    """
    spare = []
    for pair in await journal.pairs(claims, "resident_id", "batch_id"):
        thing = f"batch:{pair.key}"
        if pair.kept is None:
            helper: Values = {} if pair.mine["helper_id"] != journal.kept else {"helper_id": None}
            await journal.change(claims, [pair.mine], thing=thing, resident_id=journal.kept, **helper)
        elif pair.mine["state"] in ALIVE:
            spare += await _one_of(journal, pair, pair.kept, thing)
    fetched = claims.c.state == ClaimState.HELD
    for row in await journal.rows(claims, claims.c.helper_id == journal.gone, fetched):
        helper_id = None if row["resident_id"] == journal.kept else journal.kept
        await journal.change(claims, [row], thing=f"batch:{row['batch_id']}", helper_id=helper_id)
    for row in await journal.rows(claims, claims.c.helper_id == journal.kept, claims.c.resident_id == journal.kept):
        await journal.change(claims, [row], thing=f"batch:{row['batch_id']}", helper_id=None)
    await _recalls(journal)
    await _needs(journal)
    return spare


async def _one_of(journal: Journal, pair: Pair, kept: Values, thing: str) -> list[Spare]:
    mine = pair.mine
    swapped = not kept["amount"] and bool(mine["amount"]) and not mine["handed"]
    loser = kept if swapped else mine
    over = _over(loser, journal.now)
    if not swapped:
        await journal.change(claims, [mine], thing=thing, **over)
        left = int(mine["amount"] - mine["handed"])
        return [Spare(pair.key, mine["id"], left)] if left else []
    content = {name: mine[name] for name in _CONTENT}
    helper = mine["helper_id"] if mine["helper_id"] != journal.kept else None
    ended = {name: kept[name] for name in _CONTENT} | over
    # No two claims have one code: the first of the two has lost its own by the time when the second gets it.
    await journal.change(claims, [mine], thing=thing, helper_id=None, **ended)
    await journal.change(claims, [kept], thing=thing, helper_id=helper, **content)
    return []


def _over(claim: Values, now: datetime) -> Values:
    """A claim that is given up, what was collected of it apart; one that was over already stays as it is."""
    if claim["state"] not in ALIVE:
        return {}
    state = ClaimState.ENDED if claim["state"] in IN_LINE else ClaimState.GIVEN_BACK
    over: Values = {"state": ClaimState.COLLECTED.value if claim["handed"] else state.value, "amount": claim["handed"]}
    return over | {"wanted": 0, "code": None, "waiting_since": None, "changed_at": now}


async def _recalls(journal: Journal) -> None:
    """Who had some of a recalled batch twice is told once, of all of it."""
    for pair in await journal.pairs(people, "resident_id", "recall_id"):
        thing = f"recall:{pair.key}"
        if pair.kept is None:
            await journal.change(people, [pair.mine], thing=thing, resident_id=journal.kept)
            continue
        sums: dict[str, Any] = {name: pair.kept[name] + pair.mine[name] for name in ("handed", "carried")}
        told = {name: pair.kept[name] or pair.mine[name] for name in ("read_at", "told_by")}
        await journal.change(people, [pair.kept], thing=thing, **sums, **told)
        await journal.take(people, [pair.mine], thing=thing)


async def _needs(journal: Journal) -> None:
    """One answer to the needs survey: lines belong to an answer, so they are taken and written with it."""
    kept, mine = [await journal.rows(needs, needs.c.resident_id == one) for one in journal.both]
    lines = await journal.rows(need_lines, need_lines.c.resident_id == journal.gone)
    await journal.take(need_lines, lines, thing="needs:0")
    await journal.take(needs, mine, thing="needs:0")
    if kept or not mine:
        return
    await journal.add(needs, mine[0] | {"resident_id": journal.kept}, thing="needs:0")
    for line in lines:
        await journal.add(need_lines, line | {"resident_id": journal.kept}, thing="needs:0")


# -- going back --------------------------------------------------------------------------------------------------------


async def claimed_again(unit: Unit, thing: Thing, now: datetime) -> bool:
    """Make goods claimed again that the merge gave back, if they are still to be had. False: all stays as it is."""
    batch = await batches.lock(unit, thing.id)
    if batch is None:
        return False
    revived = [one for one in thing.changes if one.table is claims and one.was is not None and "state" in one.was]
    was = [one.was for one in revived if one.was is not None]
    left = [one.left for one in revived if one.left is not None]
    if any(one["state"] in ALIVE for one in was) and (batch.closed_at is not None or batch.recalled_at is not None):
        return False
    if any(one["state"] == ClaimState.ENTERED for one in was) and not batch.undrawn:
        return False
    more = sum(one["amount"] for one in was) - sum(one["amount"] for one in left)
    if more <= 0:
        return True
    of = next(one.key["id"] for one in revived if one.was is not None and one.was["amount"])
    return await batches.move(unit, batch.id, StockKind.CLAIMED, free=-more, now=now, claim_id=of)
