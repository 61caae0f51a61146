"""The pick-up desk: finding what somebody comes for, handing it over, and taking that back when it was a mistake."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from handlers.goods import handing
from handlers.goods.codes import new_code
from handlers.goods.handing import Handed
from handlers.goods.telling import about
from handlers.kit.who import Who
from handlers.orders import paying
from handlers.pickup import telling
from handlers.roles.actions import must_coordinate
from locales import N_
from storage import outbox
from storage.queries import batches, pickup
from storage.queries.batches import BatchRow
from storage.queries.pickup import AtHand, Held, Somebody
from storage.tables import ClaimState, StockKind
from storage.unit import Unit
from town.dates import fold
from town.facts import BatchRecalled, CannotTakeBack, NotCollectedYet, NotFound, PickupCodeWrong
from town.money import due, due_for_part

EARLY = timedelta(minutes=60)
"""So long before its first window may a batch be handed over: whoever is there before the others need not wait."""

UNDO = timedelta(minutes=10)
"""So long may a handing over be taken back at the desk."""

MOST_FOUND = 60
"""So many of those who are called alike are shown."""

MISTAKE = N_("Written down as handed over by mistake")


class Card(NamedTuple):
    """A claim at the desk. `people` may collect it, whose it is first.

    `opens_at`: it is too early, it can be handed over from then on. `total` is to be paid for all that is left of an
    order, 0 when it is free.
    """

    held: Held
    people: tuple[Somebody, ...]
    opens_at: datetime | None
    total: int

    def due(self, amount: int | None) -> int:
        """What is to be paid for a part of it."""
        claim = self.held.claim
        return self.total if amount is None else due_for_part(claim.price or 0, claim.left, amount)


class Done(NamedTuple):
    """What was handed over to somebody. `total` was paid, with the receipt of this `number`; None when it was free.

    `line_id` is its line of the stock ledger.
    """

    handed: Handed
    to: Somebody
    total: int
    number: int | None
    line_id: int


class OnPaper(NamedTuple):
    """What is still to be collected of a batch, each with the others who may collect it."""

    batch: BatchRow
    lines: tuple[tuple[Held, tuple[str, ...]], ...]
    window: tuple[datetime, datetime] | None


# -- finding it --------------------------------------------------------------------------------------------------------


async def at_hand(unit: Unit, *, who: Who, now: datetime) -> list[AtHand]:
    """What somebody has to hand over now or later, the nearest first. Raises NotAllowed."""
    duties = await must_coordinate(unit, who)
    return [one for one in await pickup.at_hand(unit, now) if duties.covers(one.batch.project_id)]


async def batch_of(unit: Unit, *, who: Who, batch_id: int) -> BatchRow:
    """A batch that somebody hands over. Raises NotFound or NotAllowed."""
    batch = await batches.get(unit, batch_id)
    await must_coordinate(unit, who, None if batch is None else batch.project_id)
    if batch is None:
        raise NotFound(what="batch")
    return batch


async def card(unit: Unit, *, who: Who, claim_id: int, now: datetime) -> Card:
    """A claim at the desk. Raises NotFound, NotAllowed, BatchRecalled, or PickupCodeWrong when nothing is left."""
    held = await pickup.get(unit, claim_id)
    await must_coordinate(unit, who, None if held is None else held.batch.project_id)
    if held is None:
        raise NotFound(what="claim")
    return await _card(unit, held, now)


async def by_code(unit: Unit, *, who: Who, code: str, now: datetime) -> Card:
    """The claim of a code. Raises PickupCodeWrong, NotAllowed (also where it is another project's) or BatchRecalled."""
    await must_coordinate(unit, who)
    held = await pickup.by_code(unit, code)
    if held is None:
        raise PickupCodeWrong
    await must_coordinate(unit, who, held.batch.project_id)
    return await _card(unit, held, now)


async def by_name(unit: Unit, *, who: Who, batch_id: int, text: str, now: datetime) -> list[Held]:
    """What is to be collected by people, or helpers, whose name has these words in it: of a batch, or (0) of all of
    one's own; the first of them, where there are many. Raises NotAllowed or NotFound."""
    words = fold(text).split()
    if not words:
        return []
    if batch_id:
        these = [(await batch_of(unit, who=who, batch_id=batch_id)).id]
    else:
        these = [one.batch.id for one in await at_hand(unit, who=who, now=now)]
    named = await pickup.names_of(unit, these)
    found = [claim for claim, name, helper in named if _called(name, words) or _called(helper, words)]
    return await pickup.still_open(unit, found[:MOST_FOUND])


async def open_claims(unit: Unit, *, who: Who, batch_id: int) -> list[Held]:
    """What is still to be collected of a batch. Raises NotAllowed or NotFound."""
    return await pickup.open_claims(unit, [(await batch_of(unit, who=who, batch_id=batch_id)).id])


async def on_paper(unit: Unit, *, who: Who, batch_id: int, now: datetime) -> OnPaper:
    """A batch's list for the desk. Raises NotFound or NotAllowed."""
    batch = await batch_of(unit, who=who, batch_id=batch_id)
    held = await pickup.open_claims(unit, [batch.id])
    living = await pickup.living(unit, {one.home_id for one in held if one.home_id is not None})
    window = await batches.next_window(unit, batch.id, now)
    lines = []
    for one in held:
        at_home = [other.name for other in living if other.home_id == one.home_id and other.id != one.claim.resident_id]
        lines.append((one, tuple(dict.fromkeys(([one.helper] if one.helper else []) + at_home))))
    return OnPaper(batch, tuple(lines), None if window is None else (window.starts_at, window.ends_at))


# -- handing it over ---------------------------------------------------------------------------------------------------


async def hand(
    unit: Unit, *, who: Who, claim_id: int, code: str, amount: int | None, to_id: int, now: datetime
) -> Done:
    """Hand an amount of a claim (all that is left without one) over to somebody who may collect it, against its code.

    What is to be paid is paid by that: the books and the receipt are written in the same transaction. Raises NotFound,
    NotAllowed, NotCollectedYet, BatchRecalled, PickupCodeWrong or MoreThanClaimed.
    """
    found = await pickup.get(unit, claim_id)
    await must_coordinate(unit, who, None if found is None else found.batch.project_id)
    if found is None:
        raise NotFound(what="claim")
    if found.claim.code != code:
        raise PickupCodeWrong
    shown = await _card(unit, found, now)
    if shown.opens_at is not None:
        raise NotCollectedYet(item=found.batch.item, starts_at=shown.opens_at + EARLY)
    to = next((one for one in shown.people if one.id == to_id), None)
    if to is None:
        raise NotFound(what="resident")
    handed = await handing.hand_over(unit, who=who, claim_id=claim_id, code=code, amount=amount, to_id=to_id, now=now)
    helper_id = handed.claim.helper_id
    if to_id == found.claim.helper_id != helper_id:  # in this very moment they are asked no more
        raise NotFound(what="resident")
    line = await pickup.last_line(unit, claim_id)
    if line is None:
        raise LookupError(f"claim {claim_id} was handed over without a line")
    await telling.tell_handed(unit, handed, to_id=to_id, to=to.name, now=now)
    if not handed.claim.left and helper_id is not None and helper_id != to_id:
        await telling.tell_not_needed(unit, found, helper_id, now=now)
    number = await paying.paid(unit, who=who, handed=handed, town=who.town, now=now)  # the last lock is its
    return Done(handed, to, paying.to_pay(handed), number, line.id)


async def take_back(unit: Unit, *, who: Who, claim_id: int, line_id: int, now: datetime) -> Held:
    """Take back what was handed over just now by mistake: it is held again, with another code, and they are told.

    What was written as paid for it counts no more. Raises NotFound, NotAllowed, BatchRecalled, OwnPurchase, or
    CannotTakeBack when it is too long ago, was paid back, or more has happened since: all before anything is written.
    TakenBack, where it is paid back in this very moment, undoes the update.
    """
    found = await pickup.get(unit, claim_id)
    batch = None if found is None else await batches.lock(unit, found.batch.id)
    await must_coordinate(unit, who, None if batch is None else batch.project_id)
    if found is None or batch is None:
        raise NotFound(what="claim")
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    line = await pickup.last_line(unit, claim_id)
    held = await pickup.get(unit, claim_id)  # as it is under the batch's lock
    sale = await paying.last_paid(unit, who=who, claim_id=claim_id)
    if (
        line is None
        or held is None
        or line.id != line_id
        or line.kind != StockKind.HANDED_OVER
        or now > line.at + UNDO
        or held.window is None
        or held.window.settled_at is not None
        or (sale is not None and sale.back_number is not None)
        or not await pickup.take_back(unit, claim_id, amount=-line.shelf, code=new_code(), now=now)
    ):
        raise CannotTakeBack(item=batch.item)
    amount = -line.shelf
    await batches.move(
        unit,
        batch.id,
        StockKind.CORRECTED,
        shelf=amount,
        now=now,
        claim_id=claim_id,
        by=who.me,
        to=line.to_id,
        reason=MISTAKE,
    )
    await outbox.withdraw(unit, about(batch.id), resident_id=held.claim.resident_id)
    after = await pickup.get(unit, claim_id)
    if after is None:
        raise LookupError(f"claim {claim_id} is gone")
    await telling.tell_taken_back(unit, after, amount=amount, now=now)
    if sale is not None:
        await paying.unpaid(unit, sale, who=who, reason=MISTAKE, now=now)  # the last lock is its
    return after


# -- parts -------------------------------------------------------------------------------------------------------------


async def _card(unit: Unit, held: Held, now: datetime) -> Card:
    batch, claim = held.batch, held.claim
    if batch.recalled_at is not None:
        raise BatchRecalled(item=batch.item, reason=batch.recall_reason)
    if claim.state != ClaimState.HELD:
        raise PickupCodeWrong  # it was handed over since, or is not theirs any more
    opens = [one.starts_at for one in (await batches.windows_of(unit, [batch.id]))[batch.id]]
    opens_at = min(opens) - EARLY if opens else now
    people = [Somebody(claim.resident_id, held.name, held.home_id)]
    if claim.helper_id is not None and held.helper is not None:
        people.append(Somebody(claim.helper_id, held.helper, None))
    people += await pickup.living(unit, [] if held.home_id is None else [held.home_id])
    once = {one.id: one for one in reversed(people)}
    return Card(
        held,
        tuple(once[one_id] for one_id in dict.fromkeys(one.id for one in people)),
        opens_at if now < opens_at else None,
        due(claim.price or 0, claim.left),
    )


def _called(name: str, words: Collection[str]) -> bool:
    return bool(name) and all(word in fold(name) for word in words)
