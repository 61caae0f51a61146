"""Placards: one A4 page for a wall, read from two metres, with a QR code to scan.

The capitals of its headline are 14 mm high and those of its lines 7 mm, a three-hundredth of that distance. The code
is drawn as black squares, not as a picture, so that it is sharp at any size.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from handlers.kit import paper

CODE = 125.0
"""Millimetres at most, the white around it included."""

QUIET = 4
"""Modules of white around a code, which scanners need (ISO/IEC 18004)."""

HEADLINE, LINES, LINK, NAME = 54, 26, 17, 24
"""Points at most: what does not fit is set smaller, down to a half."""

FOOT = 17.0
"""Millimetres of the black band at the foot, on which the town's name stands."""

MM = 25.4 / 72
"""Millimetres of a point."""

SPACING, APART = 1.25, 0.3
"""From line to line, in heights of the letters; and between paragraphs, in lines."""


@dataclass(frozen=True, slots=True)
class Placard:
    """What a placard says: a headline, some lines, what its code holds, that in letters, and whose it is."""

    headline: str
    lines: Sequence[str]
    code: str
    links: Sequence[str]
    name: str
    language: str = "en"

    def as_json(self) -> str:
        return json.dumps({"placard": asdict(self)}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, kept: str) -> Placard:
        """The placard that `as_json` wrote."""
        return cls(**json.loads(kept)["placard"])


def is_one(kept: str) -> bool:
    """Whether this is a placard as it is kept."""
    return kept.startswith('{"placard":')


async def drawn(placard: Placard) -> bytes:
    """A placard as a PDF."""
    return await asyncio.to_thread(_write, placard)


def matrix(text: str) -> list[list[bool]]:
    """The modules of a text's QR code, row by row, without the white around it; True is black."""
    import segno  # only where a code is shown: most processes never do

    return [[bool(module) for module in row] for row in segno.make(text, error="q", micro=False).matrix]


def _write(placard: Placard) -> bytes:
    from fpdf import FPDF  # only where something is printed: most processes never do

    with paper.sheets(FPDF, placard.headline, placard.language) as page:
        page.set_auto_page_break(False)  # which takes the margin at the foot away
        band_at = page.h - paper.MARGIN - FOOT
        _centred(page, [placard.headline], "B", HEADLINE, most=62)
        page.ln(4)
        _centred(page, placard.lines, "", LINES, most=62)
        links_high = 9.0 * len(placard.links)
        room = band_at - page.get_y() - links_high - 10
        size = min(CODE, room)
        top = page.get_y() + 3 + (room - size) / 2
        _code(page, placard.code, top, size)
        page.set_y(top + size)
        _centred(page, placard.links, "", LINK, most=links_high, whole=True)
        _band(page, placard.name, band_at)
        return bytes(page.output())


def _band(page: Any, name: str, top: float) -> None:
    page.set_fill_color(0, 0, 0)
    page.rect(page.l_margin, top, page.epw, FOOT, style="F", round_corners=True, corner_radius=4)
    page.set_text_color(255, 255, 255)
    points, _lines = _set(page, [name], "B", NAME, most=FOOT - 5, whole=True)
    page.set_y(top + (FOOT - points * MM * SPACING) / 2)
    _centred(page, [name], "B", NAME, most=FOOT - 5, whole=True)


def _centred(page: Any, lines: Sequence[str], style: str, points: float, *, most: float, whole: bool = False) -> None:
    """Paragraphs in the middle, as large as `most` millimetres of height allow; `whole`: each on one line.

    The lines of a paragraph are about as long as each other, and a little room parts it from the next.
    """
    points, found = _set(page, lines, style, points, most=most, whole=whole)
    step = points * MM * SPACING
    for at, paragraph in enumerate(found):
        if at and not whole:
            page.ln(step * APART)
        for line in paragraph:
            page.cell(0, step, line, align="C", new_x="LMARGIN", new_y="NEXT")


def _set(
    page: Any, lines: Sequence[str], style: str, points: float, *, most: float, whole: bool
) -> tuple[float, list[list[str]]]:
    """The points in which some paragraphs fit, and their lines; the page's letters are that large then."""
    smallest = points / 2
    while True:
        page.set_font("DejaVu", style, points)
        found = [_broken(page, line) for line in lines]
        high = (sum(map(len, found)) + (0 if whole else APART * (len(found) - 1))) * points * MM * SPACING
        fits = high <= most and not (whole and any(len(one) > 1 for one in found))
        if (fits and not _is_wide(page, lines)) or points <= smallest:
            return points, found
        points *= 0.94


def _broken(page: Any, text: str) -> list[str]:
    """The lines of a paragraph: as few as its width allows, and of those the ones that are most alike in length."""
    wide = page.epw - 2
    fewest = _filled(page, text, wide)
    narrow = 2 * page.c_margin + max(map(page.get_string_width, text.split()), default=0.0)
    while len(fewest) > 1 and wide - narrow > 1:  # the narrowest column in which they are as few
        column = (narrow + wide) / 2
        if len(lines := _filled(page, text, column)) > len(fewest):
            narrow = column
        else:
            fewest, wide = lines, column
    return fewest


def _filled(page: Any, text: str, width: float) -> list[str]:
    """The lines of a paragraph in a column of `width` millimetres, each as full as can be; long words are parted."""
    found: list[str] = page.multi_cell(
        width, 1, text, align="C", dry_run=True, output="LINES", new_x="LMARGIN", new_y="TOP"
    )
    return [line.strip() for line in found]


def _is_wide(page: Any, lines: Sequence[str]) -> bool:
    """Whether a single word is wider than the page, so that it would be parted."""
    most = page.epw - 2 - 2 * page.c_margin
    return any(page.get_string_width(word) > most for line in lines for word in line.split())


def _code(page: Any, text: str, top: float, size: float) -> None:
    modules = matrix(text)
    side = size / (len(modules) + 2 * QUIET)
    left = (page.w - size) / 2
    page.set_fill_color(0, 0, 0)
    for down, row in enumerate(modules):
        for first, length in _runs(row):
            x, y = left + (first + QUIET) * side, top + (down + QUIET) * side
            page.rect(x, y, length * side, side, style="F")


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """The black stretches of a row: where each begins, and how long it is."""
    found: list[tuple[int, int]] = []
    for at, black in enumerate(row):
        if black and found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif black:
            found.append((at, 1))
    return found
