"""What residents do with goods: look, ask for an amount, change it, give it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.goods.benefits import entitled, last_week
from handlers.goods.claiming import Got, ask, check_amount
from handlers.goods.giving import give_back
from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from handlers.week.actions import MyWeek, my_week
from storage.queries import allowances, batches, claim_changes, claims, goods_lists, pictures
from storage.queries.batches import BatchRow, Window
from storage.queries.claim_making import Used, used
from storage.queries.claims import ClaimRow
from storage.queries.goods_lists import Counts, Offered, ToCollect
from storage.tables import ClaimState
from storage.unit import Unit
from town.amounts import MOST
from town.facts import NoClaim, NotFound
from town.week import local

SHORT_NOTICE = timedelta(hours=2)
"""Nearer to the pick-up, giving back asks once more: there is little time left for anybody else to come."""


@dataclass(frozen=True, slots=True)
class Page:
    """A batch as one resident finds it at `now`. Quantities are thousandths.

    `windows` are those in which it can still be collected; `used` is what counts towards the allowances; `for_others`:
    what is free is for others in line; `position` is whose turn they are in it; `free_for_me`: they have the benefits;
    `has_home`: they share an allowance with a home.
    """

    batch: BatchRow
    windows: Sequence[Window]
    mine: ClaimRow | None
    used: Used
    counts: Counts
    for_others: bool
    position: int
    free_for_me: bool
    has_home: bool
    now: datetime

    @property
    def open(self) -> bool:
        """Whether something of it may be had."""
        return self.batch.closed_at is None and self.batch.recalled_at is None and bool(self.windows)

    @property
    def state(self) -> str:
        """That of one's claim, or ""."""
        return "" if self.mine is None else self.mine.state

    @property
    def had(self) -> int:
        """What is theirs of it, or was collected."""
        return 0 if self.mine is None else self.mine.amount

    @property
    def own_left(self) -> int:
        return max(0, (self.batch.allowance or MOST) - self.used.own)

    @property
    def home_left(self) -> int:
        return max(0, (self.batch.home_allowance or MOST) - self.used.home)

    @property
    def allowed(self) -> int:
        """What the allowances leave, of all that there is of the batch."""
        return min(self.own_left, self.home_left, self.batch.quantity)

    @property
    def room(self) -> int:
        """How much could be claimed at once: nothing of what is drawn, or is for others in line."""
        return 0 if self.for_others or self.batch.undrawn else min(self.batch.free, self.allowed)

    @property
    def most(self) -> int | None:
        """The most that one could have in all; None where that is only as much as there is."""
        if self.room >= self.batch.step:
            return self.had + self.room // self.batch.step * self.batch.step
        limited = self.batch.allowance is not None or self.batch.home_allowance is not None
        return self.had + self.allowed if limited else None

    @property
    def home_counts(self) -> bool:
        """Whether there is an allowance of the home to speak of: to whoever lives alone, only if it is the smaller."""
        own, home = self.batch.allowance, self.batch.home_allowance
        return home is not None and (self.has_home or own is None or home < own)

    @property
    def entries_open(self) -> bool:
        return self.batch.undrawn and self.batch.draw_at is not None and self.now < self.batch.draw_at

    @property
    def window(self) -> Window | None:
        """The one in which one's claim is to be collected."""
        kept = None if self.mine is None else self.mine.window_id
        return next((one for one in self.windows if one.id == kept), None)

    @property
    def others(self) -> list[Window]:
        """Other times at which one's claim could be collected."""
        return [one for one in self.windows if not one.late and one.id != getattr(self.window, "id", None)]

    @property
    def in_all(self) -> int:
        """What one has asked for altogether: collected, held, entered or waited for."""
        return 0 if self.mine is None else self.mine.amount + self.mine.wanted


async def open_batch(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> Page:
    """A batch's page. Raises NotAllowed or NotFound."""
    me = must_be_resident(who)
    found = await claims.to_claim(unit, batch_id, me, before=last_week(who, now), lock=False)
    if found is None:
        raise NotFound(what="batch")
    batch, mine, counts = found.batch, found.mine, await goods_lists.counts(unit, batch_id)
    waits = mine is not None and mine.state == ClaimState.WAITING
    line = counts.waiting - waits and batch.free >= batch.step
    return Page(
        batch=batch,
        windows=[one for one in found.windows if one.ends_at > now and one.settled_at is None],
        mine=mine,
        used=await used(unit, found, me),
        counts=counts,
        for_others=bool(line) and await allowances.others_in_line(unit, batch_id, step=batch.step, but=me),
        position=await claim_changes.position(unit, mine.id) if mine is not None and waits else 0,
        free_for_me=await entitled(unit, who, now=now, before=found.standing),
        has_home=found.household_id is not None,
        now=now,
    )


async def change_to(
    unit: Unit, *, who: Who, batch_id: int, amount: int, now: datetime, order: bool = False
) -> Got | None:
    """Have just so much of a batch in all: more or less of a claim, of an entry, or of what one waits for.

    None when part of a claim was given back for it. Raises what `ask` and `give_back` raise.
    """
    me = must_be_resident(who)
    found = await claims.to_claim(unit, batch_id, me, before=last_week(who, now), lock=False)
    if found is None:
        raise NotFound(what="batch")
    check_amount(amount, found.batch)
    mine = found.mine
    if mine is not None and mine.state == ClaimState.HELD and amount < mine.amount:
        await give_back(unit, who=who, batch_id=batch_id, now=now, keep=amount)
        return None  # the batch is locked now, so nothing is asked for after it
    going_on = mine is not None and (mine.left > 0 or mine.wanted > 0)
    return await ask(
        unit,
        who=who,
        batch_id=batch_id,
        amount=amount,
        now=now,
        wait=mine is not None and mine.state == ClaimState.WAITING,
        order=order or (going_on and mine is not None and mine.price is not None),
        in_all=True,
    )


async def may_give_back(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> tuple[Page, bool]:
    """A batch of which one holds something that is not collected, and whether it is late for giving it back.

    Raises NotAllowed, NotFound or NoClaim.
    """
    page = await open_batch(unit, who=who, batch_id=batch_id, now=now)
    if page.mine is None or not page.mine.left:
        raise NoClaim(item=page.batch.item)
    return page, page.window is not None and page.window.starts_at - now < SHORT_NOTICE


@dataclass(frozen=True, slots=True)
class Shelves:
    """What there is: batches whose pick-up is today, and those of later days."""

    today: Sequence[Offered]
    coming: Sequence[Offered]


async def shelves(unit: Unit, *, who: Who, now: datetime) -> Shelves:
    """What there is to be had, the soonest pick-up first. Raises NotAllowed."""
    me = must_be_resident(who)
    today = local(now, who.zone).date()
    found = await goods_lists.offered(unit, me, now)
    is_today = [local(one.window.starts_at, who.zone).date() <= today for one in found]
    return Shelves(
        today=[one for one, now_there in zip(found, is_today, strict=True) if now_there],
        coming=[one for one, now_there in zip(found, is_today, strict=True) if not now_there],
    )


async def mine(unit: Unit, *, who: Who) -> list[ToCollect]:
    """One's own goods, entries and places in line, then what one may collect for others. Raises NotAllowed."""
    return await goods_lists.for_resident(unit, must_be_resident(who))


async def standing_of(unit: Unit, *, who: Who, now: datetime) -> MyWeek:
    """Why goods are not free for somebody now, and what they can do about it. Raises NotAllowed."""
    must_be_resident(who)
    return await my_week(unit, who=who, now=now)


async def picture_of(unit: Unit, *, who: Who, batch_id: int) -> tuple[BatchRow, bytes, str]:
    """A batch, and its item's picture with its media type. Raises NotAllowed or NotFound."""
    must_be_resident(who)
    batch = await batches.get(unit, batch_id)
    if batch is None:
        raise NotFound(what="batch")
    found = None if batch.picture_id is None else await pictures.content(unit, batch.picture_id)
    if found is None:
        raise NotFound(what="picture")
    return batch, *found
