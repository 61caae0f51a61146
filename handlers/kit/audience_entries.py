"""What can be chosen of each kind of people, as the questions about an audience list it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from zlib import crc32

from handlers.kit import audience_asking as asking
from handlers.kit.audience_words import street_label
from handlers.kit.lengths import read_length
from handlers.kit.topics import topic_name
from handlers.kit.wizard import Scene
from locales import LANGUAGES
from storage.queries import audience_lists, projects, saved_audiences, topics
from town.audience import (
    INTEREST,
    LANGUAGE,
    OWES,
    PROJECT,
    ROLE,
    SAVED,
    SKILL,
    STANDING,
    STREET,
    Audience,
    area_of,
)
from town.dates import fold
from town.facts import BadLength
from town.week import local

BACK, AHEAD = timedelta(days=90), timedelta(days=14)
"""Shifts and meetings of this time can be chosen."""

OWED = (15, 60)
SHORT_KEY = 24
LEAST_SOUGHT = 2
"""Characters by which something is looked for within names."""


class Entry(NamedTuple):
    """Something that can be chosen: how its button is called, and by which words it is found."""

    audience: Audience
    label: str
    name: str = ""

    @property
    def key(self) -> str:
        """What stands for it in a tap, which has not room for a street."""
        text = str(self.audience)
        return text if text.isascii() and len(text) <= SHORT_KEY else f"{crc32(text.encode()):08x}"

    @property
    def found_by(self) -> str:
        return fold(self.name or self.label)


Mine = frozenset[int] | None
"""The projects whose people somebody may write to; None: they may write to anybody."""


async def of_kind(scene: Scene, kind: str, mine: Mine) -> list[Entry]:
    """What can be chosen of a kind."""
    unit, town = scene.unit, scene.who.town
    if kind == asking.PROJECT:
        found = [one for one in await projects.listed(unit) if mine is None or one.id in mine]
        return [Entry(Audience(PROJECT, one.id), one.name) for one in found]
    if kind in (asking.SKILL, asking.INTEREST):
        of = SKILL if kind == asking.SKILL else INTEREST
        listed = [Entry(Audience(of, one.id), topic_name(one)) for one in await topics.listed(unit, of)]
        return sorted(listed, key=lambda one: one.found_by)
    if kind == asking.ROLE:
        return [Entry(Audience(ROLE, word=role), label) for role, label in asking.roles().items()]
    if kind == asking.HOURS:
        whole = town.required_minutes
        owed = sorted({*(minutes for minutes in OWED if minutes < whole), whole} - {0})
        owing = [Entry(Audience(OWES, minutes), asking.owes(minutes, whole)) for minutes in owed]
        return owing + [Entry(Audience(STANDING, word=word), label) for word, label in asking.standings().items()]
    if kind == asking.LANGUAGE:
        return [Entry(Audience(LANGUAGE, word=code), name) for code, name in LANGUAGES.items()]
    return await _places(scene) if kind == asking.PLACE else await _occasions(scene, mine)


async def _places(scene: Scene) -> list[Entry]:
    named = [Entry(Audience(SAVED, one.id), one.name) for one in await saved_audiences.listed(scene.unit)]
    return named + [
        Entry(Audience(STREET, word=one.area), street_label(one.written, one.people), one.area)
        for one in await audience_lists.streets(scene.unit)
    ]


async def _occasions(scene: Scene, mine: Mine) -> list[Entry]:
    found = await audience_lists.occasions(scene.unit, since=scene.now - BACK, until=scene.now + AHEAD, projects=mine)
    return [
        Entry(one.audience, asking.occasion(one.title, local(one.starts_at, scene.who.zone).date()), one.title)
        for one in found
    ]


def matching(entries: Sequence[Entry], typed: str) -> list[Entry]:
    """The entries that some words mean: those of that name, or else all whose name has the words in it."""
    name, area = fold(typed), area_of(typed)

    def sought(one: Entry) -> str:
        return area if one.audience.kind == STREET else name

    same = [one for one in entries if sought(one) and one.found_by == sought(one)]
    return same or [one for one in entries if len(sought(one)) >= LEAST_SOUGHT and sought(one) in one.found_by]


def written_out(kind: str, typed: str) -> Audience | None:
    """What somebody wrote that no list has: a street, or how much people owe."""
    if kind == asking.PLACE and (area := area_of(typed)[:120].strip()):
        return Audience(STREET, word=area)
    if kind == asking.HOURS:
        try:
            return Audience(OWES, read_length(typed))
        except BadLength:
            return None
    return None
