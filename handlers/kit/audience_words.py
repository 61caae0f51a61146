"""Audiences in words: whom something is for, step by step as it was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from handlers.kit.topics import topic_name
from locales import LANGUAGES, _, a_day, a_length, listed, ngettext, number
from storage.queries.audiences import Look
from storage.queries.topics import Named
from town.audience import (
    CAN,
    INTEREST,
    LANGUAGE,
    MEETING,
    OWES,
    PROJECT,
    ROLE,
    SAVED,
    SHIFT,
    SKILL,
    STANDING,
    STREET,
    Audience,
    Chosen,
    How,
)


class Called(NamedTuple):
    """What an audience is named after, as it is kept, and of a shift or a meeting the day."""

    name: str
    day: date | None = None


Names = Mapping[Audience, Called]
"""The names of the kinds of people of an audience that have one: `handlers.kit.audience_names`."""

NOBODY = Called("–")


def audience_words(chosen: Chosen, names: Names) -> Markup:
    """Whom an audience means, as part of a sentence: "the people of Bakery, also those who can do Driving"."""
    said = people_words(chosen.first, names)
    for how, audience in chosen.then:
        people = people_words(audience, names)
        match how:
            case How.ALSO:
                said = _("{before}; also {people}", before=said, people=people)
            case How.ONLY:
                said = _("{before}; of them only {people}", before=said, people=people)
            case How.NOT:
                said = _("{before}; but not {people}", before=said, people=people)
    return said


def people_words(audience: Audience, names: Names) -> Markup:
    """One kind of people, as part of a sentence."""
    called = names.get(audience, NOBODY)
    if audience.kind in (SHIFT, MEETING):
        return _there(audience, called)
    if audience.kind in (ROLE, STANDING):
        return _worded(audience.word)
    if audience.kind in (SKILL, INTEREST):
        topic = topic_name(Named(audience.id, audience.kind, called.name))
        skill = audience.kind == SKILL
        return _("those who can do {skill}", skill=topic) if skill else _("those who like {interest}", interest=topic)
    if audience.kind == PROJECT:
        return _("the people of {project}", project=called.name or "–")
    if audience.kind == OWES:
        return _("those who owe {length} or more this week", length=a_length(audience.id))
    if audience.kind == LANGUAGE:
        return _("those who read {language}", language=LANGUAGES.get(audience.word, audience.word))
    if audience.kind == STREET:
        return _("those who live in {street}", street=called.name)
    if audience.kind == CAN:
        return _("those who could come to it")
    return Markup("“{}”").format(called.name) if audience.kind == SAVED else _("all residents")


def _there(audience: Audience, called: Called) -> Markup:
    day = a_day(called.day) if called.day is not None else "–"
    if audience.kind == SHIFT:
        return _("those of the shift “{title}” on {day}", title=called.name, day=day)
    return _("those who were at “{title}” on {day}", title=called.name, day=day)


def _worded(word: str) -> Markup:
    return {
        "mayor": _("the mayor"),
        "coordinator": _("all coordinators"),
        "treasurer": _("the treasurers"),
        "council": _("the council"),
        "participating": _("those who gave their hours last week"),
        "short": _("those who fell short of hours last week"),
        "exempt": _("those who are excused from hours"),
        "welcome": _("those who are new here"),
    }[word]


def hearing_words(seen: Look) -> Markup:
    """How many would get something, and a few of their names: "12 people: Anna, Ben, Cora and 9 others"."""
    people: list[object] = list(seen.names)
    if more := seen.hearing - len(people):
        people.append(ngettext("{n} other", "{n} others", more))
    return _("<b>{count}</b>: {names}", count=ngettext("{n} person", "{n} people", seen.hearing), names=listed(people))


def muted_words(seen: Look) -> Markup:
    """Who is left out because they turned such messages off; nothing to say of nobody."""
    if not seen.muted:
        return Markup("")
    return ngettext(
        "{n} person has turned such messages off, and does not get it.",
        "{n} people have turned such messages off, and do not get it.",
        seen.muted,
    )


def street_label(written: str, people: int) -> str:
    """A street on a button, with how many live there."""
    return _("{street} ({n})", street=street_name(written), n=number(people)).unescape()


def street_name(written: str) -> str:
    """A street without its house number, as somebody who lives there writes it."""
    words = written.replace(",", " ").replace(";", " ").split()
    name = " ".join(word for word in words if not any(sign.isdigit() for sign in word))
    return name.title() if name == name.lower() else name
