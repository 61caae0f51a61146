"""Paper: PDF pages to print, with every letter that the town's names are written in.

fpdf2 takes a third of a second to import and to read its letters: it is loaded when somebody asks for a page, and
works beside the loop, after the commit (`files.Printed`): a page is kept as its words until it leaves. The letters are
DejaVu's, which come with matplotlib.
"""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

MARGIN, LETTERS, SMALL, TITLE = 15, 11, 9, 16
"""Millimetres; then points."""

LINE = 6
"""Millimetres from one line to the next."""

PAD = 1.2
"""Millimetres around the text of a cell."""

BOX = "☐"
"""What is ticked by hand."""

_writing = Lock()
"""The caches of the letters are not made for threads."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on each page; `widths` are the columns' shares of the page's width.

    Columns in `right` (numbers, from 0) are set to the right, as amounts are.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (PNG or JPEG, in base64, since a page is kept as JSON), as wide as the page or half as high."""

    image: str

    @classmethod
    def of(cls, content: bytes) -> Picture:
        return cls(b64encode(content).decode())


Part = str | Table | Picture


@dataclass(frozen=True, slots=True)
class Page:
    """What is printed on A4: a title, then paragraphs (plain text), tables and pictures one below the other.

    `foot` stands in small letters below each page, before its number.
    """

    title: str
    parts: Sequence[Part]
    foot: str = ""
    language: str = "en"

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, kept: str) -> Page:
        """The page that `as_json` wrote."""
        fields = json.loads(kept)
        return cls(parts=[_part(part) for part in fields.pop("parts")], **fields)


def _part(kept: str | dict[str, Any]) -> Part:
    if isinstance(kept, str):
        return kept
    return Picture(**kept) if "image" in kept else Table(**kept)


async def drawn(page: Page) -> bytes:
    """A page as a PDF."""
    return await asyncio.to_thread(_write, page)


def _letters() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf")


@contextmanager
def sheets(kind: type[Any], title: str, language: str) -> Iterator[Any]:
    """An A4 document of a kind of fpdf2's, with our letters ("DejaVu") and its first page. Not for the loop."""
    for noisy in ("fontTools", "fpdf"):  # they tell of each letter that is kept, or has no picture
        logging.getLogger(noisy).setLevel(logging.ERROR)
    with _writing:
        pages = kind(format="A4")
        pages.set_margin(MARGIN)
        pages.set_auto_page_break(True, MARGIN + 4)
        folder = _letters()
        pages.add_font("DejaVu", fname=folder / "DejaVuSans.ttf")
        pages.add_font("DejaVu", "B", fname=folder / "DejaVuSans-Bold.ttf")
        pages.set_title(title)
        pages.set_lang(language)
        pages.add_page()
        yield pages


def _write(page: Page) -> bytes:
    from fpdf import FPDF  # only where something is printed: most processes never do

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_y(-MARGIN + 2)
            self.set_font("DejaVu", size=SMALL)
            number = f"{self.page_no()}/{{nb}}"
            self.cell(text=f"{page.foot} · {number}" if page.foot else number)

    with sheets(Pages, page.title, page.language) as pages:
        pages.set_font("DejaVu", "B", TITLE)
        pages.multi_cell(0, LINE * 1.5, page.title, new_x="LMARGIN", new_y="NEXT", align="L")
        for part in page.parts:
            pages.ln(LINE / 3)
            pages.set_font("DejaVu", size=LETTERS)
            if isinstance(part, Table):
                _table(pages, part)
            elif isinstance(part, Picture):
                _picture(pages, part)
            else:
                pages.multi_cell(0, LINE, part, new_x="LMARGIN", new_y="NEXT", align="L")
        return bytes(pages.output())


def _picture(pages: Any, part: Picture) -> None:
    """The picture, whole: on the next page where no room is left for it."""
    from PIL import Image  # as fpdf2 does

    content = BytesIO(b64decode(part.image))
    wide, high = Image.open(content).size
    scale = min(pages.epw / wide, pages.eph / 2 / high)
    pages.image(content, x=pages.l_margin, w=wide * scale, h=high * scale)


def _table(pages: Any, part: Table) -> None:
    """The table, drawn line by line: fpdf2's own take several times as long, and a list may have a thousand rows."""
    whole = pages.epw / sum(part.widths)
    widths = [share * whole for share in part.widths]
    for number, cells in enumerate((part.head, *part.rows)):
        pages.set_font("DejaVu", "" if number else "B", LETTERS)
        lines = [_lines(pages, cell, width - 2 * PAD) for cell, width in zip(cells, widths, strict=True)]
        height = LINE * max(map(len, lines)) + 2 * PAD
        if number and pages.will_page_break(height):
            pages.add_page()
            _row(pages, [[cell] for cell in part.head], widths, part.right, "B")
        _row(pages, lines, widths, part.right, "" if number else "B")


def _lines(pages: Any, text: str, width: float) -> list[str]:
    """A cell's text in lines that fit; most do as they are."""
    if "\n" not in text and pages.get_string_width(text) <= width:
        return [text]
    found: list[str] = pages.multi_cell(width, LINE, text, align="L", padding=0, dry_run=True, output="LINES")
    return found or [""]


def _row(
    pages: Any, lines: Sequence[Sequence[str]], widths: Sequence[float], right: tuple[int, ...], style: str
) -> None:
    """One row, and the rule below it."""
    pages.set_font("DejaVu", style, LETTERS)
    x, y = pages.l_margin, pages.get_y()
    height = LINE * max(map(len, lines)) + 2 * PAD
    for at, (cell, width) in enumerate(zip(lines, widths, strict=True)):
        for number, line in enumerate(cell):
            pages.set_xy(x + PAD, y + PAD + number * LINE)
            pages.cell(width - 2 * PAD, LINE, line, align="R" if at in right else "L")
        x += width
    pages.line(pages.l_margin, y + height, pages.l_margin + pages.epw, y + height)
    pages.set_xy(pages.l_margin, y + height)
