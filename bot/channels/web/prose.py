"""What somebody wrote as plain text, for a page: paragraphs, line breaks and links, and nothing of its own HTML."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_TRAILING = ".,;:!?…)]}»”’"
"""What ends a sentence is no part of the address before it, unless it closes a bracket that the address opened."""


def paragraphs(text: str) -> list[Markup]:
    """The paragraphs of a text: parted by empty lines, with `<br>` for other line ends and `<a>` for addresses."""
    found = re.split(r"\n\s*\n", text.strip())
    return [Markup("<br>").join(_linked(line.strip()) for line in one.split("\n")) for one in found if one.strip()]


def _linked(line: str) -> Markup:
    parts, done = [], 0
    for link in _LINK.finditer(line):
        address = _without_end(link[0])
        parts += [
            escape(line[done : link.start()]),
            Markup('<a href="{0}" rel="nofollow noopener">{0}</a>').format(address),
        ]
        done = link.start() + len(address)
    return Markup().join([*parts, escape(line[done:])])


def _without_end(address: str) -> str:
    while address and address[-1] in _TRAILING:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address
