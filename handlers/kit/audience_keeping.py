"""Keeping an audience under a name."""

from __future__ import annotations

from datetime import datetime

from storage.queries import saved_audiences
from storage.unit import Unit
from town.audience import MOST_STEPS, SAVED, Chosen, parse_chosen
from town.facts import AudienceNameTaken, NameWithinName
from town.text import clean

MOST_NAME = 40


async def keep(unit: Unit, *, name: str, chosen: Chosen, by: int, now: datetime) -> str:
    """Keep an audience; the name as it is kept. Raises TextEmpty, TextTooLong, AudienceNameTaken, NameWithinName."""
    said = clean(name, MOST_NAME)
    whole = await _written_out(unit, chosen)
    if await saved_audiences.keep(unit, name=said, audience=str(whole), by=by, now=now) is None:
        raise AudienceNameTaken(name=said)
    return said


async def _written_out(unit: Unit, chosen: Chosen) -> Chosen:
    """The same without names: one that it begins with is put in its place, for each step takes what is before as a
    whole; one in the middle cannot be. Raises NameWithinName."""
    if chosen.first.kind == SAVED and (kept := await saved_audiences.get(unit, chosen.first.id)) is not None:
        first = parse_chosen(kept.audience)
        chosen = Chosen(first.first, (*first.then, *chosen.then))
    if len(chosen.terms) > MOST_STEPS or any(one.kind == SAVED for one in chosen.terms):
        raise NameWithinName
    return chosen
