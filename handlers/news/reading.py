"""Past updates, for everybody: a list, a search, and each as one reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handlers.kit.nav import PAGE
from handlers.kit.who import Who
from handlers.minutes.registering import words_in
from handlers.news import telling
from handlers.roles.actions import duties_here, must_be_resident
from storage.queries import updates
from storage.queries.updates import SENT, UpdateRow
from storage.unit import Unit
from town.facts import NotFound
from town.news import MOST_CORRECTIONS


@dataclass(frozen=True, slots=True)
class Found:
    """A page of updates, the newest first: what was searched for, how many there are, those of the page.

    `writes`: whoever looks writes the update.
    """

    words: tuple[str, ...]
    total: int
    page: int
    listed: list[UpdateRow]
    writes: bool


@dataclass(frozen=True, slots=True)
class Read:
    """An update to be read, as `telling` takes it; `may_correct`: whoever reads may add what is to be put right."""

    update: UpdateRow
    fields: dict[str, Any]
    may_correct: bool


async def search(unit: Unit, *, who: Who, text: str, page: int) -> Found:
    """A page of the updates that have all these words in them, or of all. Raises NotAllowed for who is no resident."""
    must_be_resident(who)
    words = words_in(text)
    total = await updates.count_sent(unit, words)
    page = min(page, max(0, (total - 1) // PAGE))
    listed = await updates.sent(unit, words, most=PAGE, skip=page * PAGE)
    return Found(words, total, page, listed, (await duties_here(unit, who)).mayor)


async def one(unit: Unit, *, who: Who, update_id: int) -> Read:
    """An update that was sent. Raises NotAllowed, NotFound."""
    must_be_resident(who)
    update = await updates.get(unit, update_id)
    if update is None or update.state != SENT:
        raise NotFound(what="update")
    may = (await duties_here(unit, who)).mayor and len(update.corrected) < MOST_CORRECTIONS
    return Read(update, await telling.fields_of(unit, update), may)
