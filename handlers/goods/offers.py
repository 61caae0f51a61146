"""What a batch's page offers to ask for: which amounts, and what tapping one does."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from handlers.goods.actions import Page
from locales import _
from storage.tables import ClaimState
from town.amounts import choices

LESS, MORE = 3, 3
"""How many smaller and larger amounts a change offers to tap."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Amounts to tap, in all (thousandths); `do` is what a tap on one does: got or wait."""

    question: Markup
    do: str
    amounts: tuple[int, ...]


def offer(found: Page) -> Offer | None:
    """What somebody who has nothing of a batch, or has collected it, can ask for; None where it is nothing."""
    batch, mine = found.batch, found.mine
    busy = mine is not None and (mine.left > 0 or mine.wanted > 0)
    if busy or not found.open or (not found.free_for_me and batch.price is None):
        return None
    had = found.had
    if batch.undrawn:
        if not found.entries_open or not found.free_for_me:
            return None
        return _of(had, _("For how much do you enter the draw?"), "got", found.allowed, batch.step)
    if found.room >= batch.step:
        return _of(had, _("How much would you like?"), "got", found.room, batch.step)
    if found.for_others:
        question = _("What is free is for those who wait already. For how much shall I put you in line?")
    else:
        question = _("Nothing of it is left now. For how much shall I put you in line?")
    return _of(had, question, "wait", found.allowed, batch.step)


def _of(had: int, question: Markup, do: str, most: int, step: int) -> Offer | None:
    amounts = tuple(had + amount for amount in choices(most, step))
    if had and amounts:
        question = Markup("{} {}").format(question, _("(In all, with what you have collected.)"))
    return Offer(question, do, amounts) if amounts else None


def totals(found: Page) -> tuple[int, ...]:
    """Other amounts than what somebody has asked for now, in all: a few smaller ones and a few larger ones."""
    batch, mine = found.batch, found.mine
    if mine is None:
        return ()
    if mine.state != ClaimState.HELD:
        every = (mine.amount + one for one in choices(found.allowed, batch.step, most=LESS + MORE))
        return tuple(one for one in every if one != found.in_all)
    less = (mine.handed + one for one in choices(mine.left - batch.step, batch.step, most=LESS))
    more = (mine.amount + one for one in choices(found.room, batch.step, most=MORE))
    return (*less, *more)
