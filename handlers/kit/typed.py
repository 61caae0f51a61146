"""Words instead of taps: every choice on a screen can also be typed, by its label or by its number."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from handlers.kit.screens import SURVIVES, Choice


def plain(text: str) -> str:
    """Text for comparing: no case, no accents, no signs around it, single spaces."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        char if char.isalnum() or char in " :/+-" else " " for char in flat if not unicodedata.combining(char)
    )
    return " ".join(kept.split()).strip(" :/+-")


def is_number(text: str) -> bool:
    """Whether somebody typed a bare number that a screen's choice could have."""
    wanted = plain(text)
    return wanted.isdecimal() and len(wanted) < 3


def as_tap(text: str, choices: Sequence[Choice]) -> str | None:
    """The callback data of the choice that was typed, or None.

    "2" is the second choice. A label may be typed whole, or as the part of it that survives on the smallest button.
    """
    wanted = plain(text)
    if not wanted:
        return None
    tappable = [choice for choice in choices if choice.data]
    if is_number(text):
        return tappable[int(wanted) - 1].data if 0 < int(wanted) <= len(tappable) else None
    for choice in tappable:
        if wanted in (plain(choice.label), plain(choice.label[:SURVIVES])):
            return choice.data
    return None
