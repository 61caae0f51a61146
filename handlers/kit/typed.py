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


def as_tap(text: str, choices: Sequence[Choice], *, numbers: bool = True) -> str | None:
    """The callback data of the choice that was typed, or None.

    `numbers`: "2" is the second choice; not where a number is itself an answer. A label may be typed whole, or as
    the part of it that survives on the smallest button.
    """
    wanted = plain(text)
    if not wanted:
        return None
    tappable = [choice for choice in choices if choice.data]
    if numbers and wanted.isdecimal() and len(wanted) < 3:
        return tappable[int(wanted) - 1].data if 0 < int(wanted) <= len(tappable) else None
    for choice in tappable:
        if wanted in (plain(choice.label), plain(choice.label[:SURVIVES])):
            return choice.data
    return None
