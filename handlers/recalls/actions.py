"""Recalling a batch, saying that this was a mistake, and who has heard of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.goods.telling import about, fields_of
from handlers.kit.reasons import MOST
from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident, must_coordinate
from handlers.stock.actions import theirs
from storage import outbox
from storage.queries import batches, claim_changes, recall_reach, recalls
from storage.queries.batches import BatchRow
from storage.queries.recall_reach import Reach, Told
from storage.queries.recalls import URGENT, Concerned, RecallRow, Sold
from storage.tables import Priority, StockKind
from storage.unit import Unit
from town.facts import BatchRecalled, NotFound, NotRecalled, RecallTooOld
from town.text import clean

DAYS = 365
"""How long after its end a batch can be recalled: as long as notices are remembered."""

PAGE = 5


@dataclass(frozen=True, slots=True)
class Page:
    """A batch, and its last recall: who has heard of it, and who bought some of it without a claim."""

    batch: BatchRow
    recall: RecallRow
    reach: Reach
    customers: Sequence[Sold]

    @property
    def stands(self) -> bool:
        return self.recall.cleared_at is None


@dataclass(frozen=True, slots=True)
class Mine:
    """A recall as it concerns one person."""

    batch: BatchRow
    recall: RecallRow
    told: Told

    @property
    def paid(self) -> bool:
        """Whether what they collected was an order, which they paid for."""
        return self.told.price is not None and self.told.handed > 0


def subject(batch_id: int) -> str:
    """What the urgent notices of a recall are filed under."""
    return f"recall:{batch_id}"


async def recent(unit: Unit, *, who: Who, page: int, now: datetime) -> tuple[list[BatchRow], int, int]:
    """A page of the batches that somebody could recall: these, the page it is, and how many there are in all.

    Raises NotAllowed.
    """
    duties = await must_coordinate(unit, who)
    mine = None if duties.everywhere else duties.projects
    since = now - timedelta(days=DAYS)
    found, total = await recall_reach.recent(unit, mine, since=since, now=now, most=PAGE, skip=page * PAGE)
    last = max(0, (total - 1) // PAGE)
    if page > last:
        page = last
        found, total = await recall_reach.recent(unit, mine, since=since, now=now, most=PAGE, skip=page * PAGE)
    return found, page, total


async def to_recall(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> tuple[BatchRow, Concerned, list[Sold]]:
    """A batch that may be recalled, whom that would be told to, and who bought some of it without a claim.

    Raises NotFound, NotAllowed, BatchRecalled or RecallTooOld.
    """
    batch = await theirs(unit, who=who, batch_id=batch_id)
    _check(batch, now)
    return batch, await recalls.concerned(unit, batch_id), await recalls.customers(unit, batch_id)


async def recall(unit: Unit, *, who: Who, batch_id: int, reason: str, now: datetime) -> Page:
    """Recall a batch: nothing more of it is had or handed over, and everybody who has, or took, some is told urgently.

    Recalled before, it stays as it is. Raises NotFound, NotAllowed, TextEmpty, TextTooLong or RecallTooOld.
    """
    words = clean(reason, MOST)
    batch = await theirs(unit, who=who, batch_id=batch_id, lock=True)
    if batch.recalled_at is None:
        _check(batch, now)
        await _recall(unit, who, batch, words, now)
    return await page(unit, who=who, batch_id=batch_id)


async def _recall(unit: Unit, who: Who, batch: BatchRow, reason: str, now: datetime) -> None:
    recall_id = await recalls.make(unit, batch.id, reason=reason, by=who.me, now=now)
    await outbox.withdraw(unit, about(batch.id))  # nothing of what was going to be said is so any more
    await outbox.withdraw(unit, subject(batch.id))
    fields = {**fields_of(batch), "made_on": batch.made_on.isoformat(), "reason": reason}
    await recalls.tell_line(
        unit, recall_id, batch.id, "recall.off", fields=fields_of(batch), now=now, subject=about(batch.id)
    )
    back = await recalls.take_back_claims(unit, batch.id, reason=reason, by=who.me, now=now)
    await recalls.tell_people(
        unit, recall_id, URGENT, fields=fields, now=now, subject=subject(batch.id), priority=Priority.URGENT
    )
    if back and not await claim_changes.free_more(unit, batch.id, back):
        raise LookupError(f"batch {batch.id} changed under its lock")
    if batch.shelf and not await batches.move(
        unit,
        batch.id,
        StockKind.RECALLED,
        free=-(batch.free + back),
        shelf=-batch.shelf,
        now=now,
        by=who.me,
        reason=reason,
    ):
        raise LookupError(f"the stock of batch {batch.id} is not the sum of its ledger")


def _check(batch: BatchRow, now: datetime) -> None:
    """Raises BatchRecalled or RecallTooOld."""
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    if batch.ends_at <= now - timedelta(days=DAYS):
        raise RecallTooOld(item=batch.item, days=DAYS)


async def clear(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> Page:
    """Say that a recall was a mistake, to everybody it was told to. The batch stays closed.

    Raises NotFound, NotAllowed or NotRecalled.
    """
    batch = await theirs(unit, who=who, batch_id=batch_id, lock=True)
    found = await recall_reach.latest(unit, batch_id)
    if found is None or not await recalls.clear(unit, found, by=who.me, now=now):
        raise NotRecalled(item=batch.item)
    await outbox.withdraw(unit, subject(batch_id))
    fields = {**fields_of(batch), "made_on": batch.made_on.isoformat()}
    await recalls.tell_people(
        unit,
        found.id,
        "recall.clear",
        fields=fields,
        now=now,
        subject=subject(batch_id),
        priority=Priority.URGENT,
    )
    return await page(unit, who=who, batch_id=batch_id)


# -- who has heard of it -----------------------------------------------------------------------------------------------


async def page(unit: Unit, *, who: Who, batch_id: int) -> Page:
    """A batch's last recall and how far it has come. Raises NotFound, NotAllowed or NotRecalled."""
    batch = await theirs(unit, who=who, batch_id=batch_id)
    found = await recall_reach.latest(unit, batch_id)
    if found is None:
        raise NotRecalled(item=batch.item)
    reach = await recall_reach.reach(unit, found.id)
    return Page(batch, found, reach, await recalls.customers(unit, batch_id))


async def people(unit: Unit, *, who: Who, batch_id: int, page_number: int) -> tuple[Page, list[Told], int]:
    """A page of those whom a recall is told to, and which page it is. Raises NotFound, NotAllowed or NotRecalled."""
    found = await page(unit, who=who, batch_id=batch_id)
    number = min(page_number, max(0, (found.reach.all - 1) // PAGE))
    return found, await recall_reach.told(unit, found.recall.id, most=PAGE, skip=number * PAGE), number


async def everybody(unit: Unit, *, who: Who, batch_id: int) -> tuple[Page, list[Told]]:
    """All of them. Raises NotFound, NotAllowed or NotRecalled."""
    found = await page(unit, who=who, batch_id=batch_id)
    return found, await recall_reach.told(unit, found.recall.id)


async def person(unit: Unit, *, who: Who, batch_id: int, resident_id: int) -> Mine:
    """One of them. Raises NotFound, NotAllowed or NotRecalled."""
    found = await page(unit, who=who, batch_id=batch_id)
    told = await recall_reach.one_told(unit, found.recall.id, resident_id)
    if told is None:
        raise NotFound(what="resident")
    return Mine(found.batch, found.recall, told)


async def told_in_person(unit: Unit, *, who: Who, batch_id: int, resident_id: int, now: datetime) -> Mine:
    """Note that somebody was told at their door. Raises NotFound, NotAllowed or NotRecalled."""
    one = await person(unit, who=who, batch_id=batch_id, resident_id=resident_id)
    if one.recall.cleared_at is not None:
        raise NotRecalled(item=one.batch.item)
    await recall_reach.note_read(unit, one.recall.id, resident_id, by=who.me, now=now)
    return await person(unit, who=who, batch_id=batch_id, resident_id=resident_id)


# -- for whom it concerns ----------------------------------------------------------------------------------------------


async def mine(unit: Unit, *, who: Who, batch_id: int) -> Mine:
    """A batch's recall as it concerns somebody themselves. Raises NotAllowed or NotFound."""
    me = must_be_resident(who)
    batch, found = await batches.get(unit, batch_id), await recall_reach.latest(unit, batch_id)
    told = None if found is None else await recall_reach.one_told(unit, found.id, me)
    if batch is None or found is None or told is None:
        raise NotFound(what="batch")
    return Mine(batch, found, told)


async def read(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> Mine:
    """Note that somebody has read of a recall; harmless a second time. Raises NotAllowed or NotFound."""
    one = await mine(unit, who=who, batch_id=batch_id)
    if one.recall.cleared_at is not None:
        return one
    await recall_reach.note_read(unit, one.recall.id, who.me, now=now)
    return await mine(unit, who=who, batch_id=batch_id)
