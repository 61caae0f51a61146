"""Lengths of time as people write them, in the language they speak."""

from __future__ import annotations

from locales import language
from locales.words import vocabulary
from town.dates import parse_length


def read_length(text: str) -> int:
    """Minutes from "3 h", "90 min", "1 h 30". Raises BadDate or BadLength."""
    return parse_length(text, vocabulary(language()))
