"""The words of an update as it is posted: short enough to stand below its picture, with the way to the rest of it."""

from __future__ import annotations

from markupsafe import Markup, escape

from handlers.kit.capability import Fields
from handlers.kit.screens import MOST_CAPTION, Choice, Screen
from handlers.kit.shift_words import paragraphs
from handlers.news import telling, words
from locales import _
from town.settings import TownSettings
from town.text import utf16_units

CORNER = 20
"""Units that are left free below a picture: line breaks, and a dot more or less."""


def post(fields: Fields, town: TownSettings, *, page: str | None, join: str | None) -> Screen:
    """An update in a group or a channel. Nobody can tap there but links: to the page, and to the town's chat.

    Where there is no page to read on, it is said in full.
    """
    head = Markup("📣 <b>{}</b>\n{}").format(town.name, telling.headline(fields))
    text, mark = telling.said(fields)
    numbers = telling.numbers_in(fields)
    lines = [words.hours_line(numbers)] if page is not None else words.number_lines(numbers, town.tz)
    beside = [mark, Markup("\n").join(lines), escape(fields["video"])]
    if page is not None and text:
        room = MOST_CAPTION - CORNER - sum(utf16_units(part.striptags()) + 2 for part in (head, *beside))
        text = telling.shortened(text, room)
    return Screen(paragraphs(head, mark, escape(text), *beside[1:]), _ways(page, join))


def _ways(page: str | None, join: str | None) -> tuple[tuple[Choice, ...], ...]:
    ways = []
    if page is not None:
        ways.append((Choice(_("Read it all"), url=page),))
    if join is not None:
        ways.append((Choice(_("Join the town"), url=join),))
    return tuple(ways)
