"""What people are told where several speak through one account."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from handlers.kit.screens import Screen, cut, distinct
from handlers.kit.speaking import MEANT, choice_as
from handlers.kit.typed import plain
from locales import _

MOST_NAME = 40
"""Characters of a name in a line that is put before a screen, which leaves room for so much (`screens.Led`)."""


def who_is_it(people: Sequence[tuple[int, str]]) -> Screen:
    """The question at the beginning of a conversation on a phone that a home shares; ids and names, at most ten."""
    labels = distinct([name for _id, name in people])
    rows = tuple((choice_as(label, one[0], MEANT),) for label, one in zip(labels, people, strict=True))
    return Screen(_("Hello! Several of you share this chat. <b>Who is speaking?</b>"), rows)


def notice_for(name: str) -> Markup:
    """What a notice begins with that comes to somebody who shares the account."""
    return _("<b>For {name}:</b>", name=cut(name, MOST_NAME))


def on_behalf_of(name: str) -> Markup:
    """What each screen begins with while a steward speaks for somebody."""
    return _("<i>You speak for {name} now.</i>", name=cut(name, MOST_NAME))


def myself_again() -> Markup:
    """The way back to oneself."""
    return _("Speak for myself")


def says_myself(text: str | None) -> bool:
    """Whether somebody writes that they are themself again: heard on every screen, with or without a button for it."""
    return text is not None and plain(text) == plain(myself_again().unescape())
