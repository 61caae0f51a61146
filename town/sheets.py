"""Files for spreadsheets: RFC 4180, and nothing in them that a spreadsheet would reckon out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"\s*[=+\-@|%\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header, then the rows. What people wrote that looks like a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: object) -> str:
    shown = "" if cell is None else str(cell)
    return f"'{shown}" if _FORMULA.match(shown) and not _NUMBER.fullmatch(shown) else shown
