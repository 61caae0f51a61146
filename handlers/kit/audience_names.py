"""What the kinds of people of an audience are called, as it is kept: for `handlers.kit.audience_words`."""

from __future__ import annotations

from handlers.kit.audience_words import Called, street_name
from storage.queries import audience_lists, projects, saved_audiences, topics
from storage.unit import Unit
from town.audience import INTEREST, PROJECT, SAVED, SKILL, STREET, Audience, Chosen
from town.settings import TownSettings
from town.week import local


async def names_of(unit: Unit, chosen: Chosen, town: TownSettings) -> dict[Audience, Called]:
    """The names of an audience, of whatever is still there; in no language, so that everybody reads them in theirs."""
    terms = set(chosen.terms)
    found: dict[Audience, Called] = {}
    for occasion in await audience_lists.occasion_names(unit, terms):
        found[occasion.audience] = Called(occasion.title, local(occasion.starts_at, town.tz).date())
    streets = {one.word for one in terms if one.kind == STREET}
    written = await audience_lists.written(unit, streets)
    found |= {Audience(STREET, word=area): Called(street_name(written.get(area, area))) for area in streets}
    known = await topics.some(unit, [one.id for one in terms if one.kind in (SKILL, INTEREST)])
    for one in terms:
        if one.kind == PROJECT:
            found[one] = Called(await projects.name_of(unit, one.id))
        elif one.kind in (SKILL, INTEREST) and one.id in known:
            found[one] = Called(known[one.id].name)
        elif one.kind == SAVED and (kept := await saved_audiences.get(unit, one.id)) is not None:
            found[one] = Called(kept.name)
    return found
