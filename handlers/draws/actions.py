"""Looking at draws: which there are, how each works, what came of it, and the file to check it with."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from handlers.kit.who import Who
from handlers.roles.actions import must_be_resident
from storage.queries import batches, claim_changes, claims, draws
from storage.queries.batches import BatchRow
from storage.queries.claims import ClaimRow
from storage.tables import ClaimState, Sharing
from storage.unit import Unit
from town.draw_file import load
from town.facts import NotFound

MOST_NAME = 40
LONG_AGO = date(1970, 1, 1)
"""A week of which no standing is known: here nobody's matters."""


class Drawn(NamedTuple):
    """What a draw decided: how many entered and how many of them got something, `given` in all (thousandths)."""

    entered: int
    winners: int
    given: int
    mine: int
    digest: str


class Seen(NamedTuple):
    """A draw as somebody sees it: `mine` is their claim, `entered` how many are in it until it is made.

    `drawn` is what came of it, None until then; of it `Drawn.mine` is what they got by the draw itself. `position` is
    their place in line now, 0 when they do not wait.
    """

    batch: BatchRow
    mine: ClaimRow | None
    entered: int
    drawn: Drawn | None
    position: int


class File(NamedTuple):
    """The published file of a draw."""

    batch: BatchRow
    name: str
    text: str


async def every(unit: Unit, *, who: Who) -> list[BatchRow]:
    """The draws that are to come, then those that were made, the latest first. Raises NotAllowed."""
    must_be_resident(who)
    return [*await draws.coming(unit), *await draws.past(unit)]


async def one(unit: Unit, *, who: Who, batch_id: int) -> Seen:
    """A batch's draw. Raises NotAllowed or NotFound."""
    me = must_be_resident(who)
    found = await claims.to_claim(unit, batch_id, me, before=LONG_AGO, lock=False)
    if found is None or found.batch.sharing == Sharing.FIRST:
        raise NotFound(what="draw")
    batch, mine = found.batch, found.mine
    if batch.undrawn:
        return Seen(batch, mine, await draws.entered(unit, batch_id), None, 0)
    waits = mine is not None and mine.state == ClaimState.WAITING
    position = await claim_changes.position(unit, mine.id) if waits and mine is not None else 0
    text = await draws.published(unit, batch_id)
    number = None if mine is None else mine.number
    return Seen(batch, mine, 0, None if text is None else _drawn(text, number), position)


async def file_of(unit: Unit, *, who: Who, batch_id: int) -> File:
    """The published file of a batch's draw. Raises NotAllowed, or NotFound until the draw is made."""
    must_be_resident(who)
    batch, text = await batches.get(unit, batch_id), await draws.published(unit, batch_id)
    if batch is None or text is None:
        raise NotFound(what="draw")
    return File(batch, f"draw-{batch_id}-{_plain(batch.item)}.json", text)


class _Read(NamedTuple):
    """What the file of a draw says: how many entered, how much each number got, the fingerprint."""

    entered: int
    given: dict[int, int]
    digest: str


@lru_cache(maxsize=8)
def _read(text: str) -> _Read:
    """Read the file of a draw. When it was made, everybody looks at once, and it may be of thousands."""
    made = load(text)
    given = {one["number"]: one["amount"] for one in made["result"]["given"]}
    return _Read(len(made["entries"]), given, made["digest"])


def _drawn(text: str, number: int | None) -> Drawn:
    read = _read(text)
    return Drawn(
        entered=read.entered,
        winners=len(read.given),
        given=sum(read.given.values()),
        mine=read.given.get(number or 0, 0),
        digest=read.digest,
    )


def _plain(name: str) -> str:
    """A name as part of a file's: small letters of every keyboard, and hyphens."""
    flat = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", flat).strip("-")[:MOST_NAME] or "goods"
