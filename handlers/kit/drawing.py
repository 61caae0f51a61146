"""Pictures of numbers, drawn with matplotlib: what all of them have in common, and those of numbers by week.

matplotlib takes most of a second to import, and an update that draws holds the database's one writer (SQLite): so it is
imported beside the loop as soon as somebody looks at what a picture is one tap away from. Drawing takes less than a
tenth of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Any

DPI = 108
SIZE = (7.2, 8.0)
"""Inches: 778 × 864 pixels, twice the width of a small phone, where its letters are 12 pixels high."""

LETTERS, TITLE = 16, 19
"""Points."""

GREY, BLUE, ORANGE, INK = "#c9c9c9", "#0072b2", "#e69f00", "#222222"
"""Okabe and Ito's colours, which differ for every eye (https://jfly.uni-koeln.de/color/), and in light too."""

Axes = Any
Figure = Any
"""matplotlib's, which have no types without being imported."""

_drawing = Lock()
"""matplotlib's caches are not made for threads."""

_warming: set[asyncio.Future[None]] = set()


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the numbers, in somebody's language: a title, the weeks, and how a number is written.

    `whole`: the numbers beside the picture are whole ones.
    """

    title: str
    weeks: tuple[str, ...]
    number: Callable[[float], str]
    whole: bool = True


def warm() -> None:
    """Begin to import what draws, beside the loop. Nothing waits for it."""
    work = asyncio.get_running_loop().run_in_executor(None, _import)
    _warming.add(work)
    work.add_done_callback(_warming.discard)


async def png(frame: Frame, paint: Callable[[Axes], None]) -> bytes:
    """The picture, whose numbers `paint` puts on its axes: one place from 0 for each week."""
    return await asyncio.to_thread(_draw, frame, paint)


def bars(axes: Axes, numbers: list[float], colour: str, name: str, *, width: float, beside: float = 0) -> None:
    """A bar for each week; `beside` moves it away from the week's middle."""
    at = [week + beside for week in range(len(numbers))]
    axes.bar(at, numbers, width, color=colour, edgecolor=INK, linewidth=0.8, label=name, zorder=2)


def line(axes: Axes, height: float, name: str, *, dots: tuple[float, ...] = (4, 3), colour: str = INK) -> None:
    """A line across all weeks; `dots` are lengths of ink and gaps."""
    axes.axhline(height, color=colour, linewidth=2, linestyle=(0, dots), label=name, zorder=3)


def _import() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: F401 - kept by Python for `_draw`
    from matplotlib.figure import Figure  # noqa: F401 - as above


def painted(size: tuple[float, float], paint: Callable[[Figure], None]) -> bytes:
    """A picture of a size in inches, all of which `paint` draws. Takes a tenth of a second: not for the loop."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _drawing:
        figure = Figure(figsize=size, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        paint(figure)
        file = BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def wrapped(text: str, inches: float, points: float, most: int, *, bold: bool = False) -> list[str]:
    """A text as at most so many lines, none of them wider: what does not fit ends in an ellipsis. Not for the loop.

    Signs that the font lacks, as most emoji, are left out where there are words without them.
    """
    room, lines = inches * 72 / points, [""]
    with _drawing:
        for piece in _pieces(_drawable(text, bold=bold), room, bold=bold):
            longer = f"{lines[-1]} {piece}" if lines[-1] else piece
            if _wide(longer, bold=bold) > room:
                lines.append(piece)
            else:
                lines[-1] = longer
        if len(lines) > most:
            last = lines[most - 1]
            while _wide(f"{last} …", bold=bold) > room:
                last = last[:-1]
            lines[most - 1 :] = [f"{last.rstrip()} …"]
    return lines


def _pieces(text: str, room: float, *, bold: bool) -> Iterator[str]:
    """The words of a text, those parted that are wider than a line."""
    for word in text.split():
        piece = ""
        for sign in word:
            if piece and _wide(piece + sign, bold=bold) > room:
                yield piece
                piece = ""
            piece += sign
        yield piece


def _drawable(text: str, *, bold: bool) -> str:
    known = "".join(sign for sign in text if _advance(sign, bold=bold) is not None)
    return known if any(map(str.isalnum, known)) else text


def _wide(text: str, *, bold: bool) -> float:
    """How wide a line is, in widths of an em."""
    return sum(_advance(sign, bold=bold) or 1.0 for sign in text)


@lru_cache(maxsize=4096)
def _advance(sign: str, *, bold: bool) -> float | None:
    """The same of a sign; None for one that the font lacks."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(weight="bold" if bold else "normal")))
    if not sign.isspace() and not font.get_char_index(ord(sign)):
        return None
    font.set_size(100, 72)
    advance: int = font.load_char(ord(sign)).linearHoriAdvance
    return advance / 65536 / 100


def _draw(frame: Frame, paint: Callable[[Axes], None]) -> bytes:
    def all_of_it(figure: Figure) -> None:
        axes = figure.add_axes((0.14, 0.1, 0.84, 0.71))
        paint(axes)
        _dress(figure, axes, frame)

    return painted(SIZE, all_of_it)


def _dress(figure: Figure, axes: Axes, frame: Frame) -> None:
    """Words, ticks and lines."""
    figure.text(0.02, 0.975, frame.title, fontsize=TITLE, fontweight="bold", color=INK, va="top", wrap=True)
    figure.legend(
        loc="upper left", bbox_to_anchor=(0.01, 0.93), ncols=2, fontsize=LETTERS, frameon=False, columnspacing=1.2
    )
    axes.set_xticks(range(len(frame.weeks)), [week.replace(" ", "\n") for week in frame.weeks], fontsize=LETTERS)
    axes.tick_params(axis="x", length=0)
    axes.tick_params(axis="y", labelsize=LETTERS, length=0)
    axes.yaxis.set_major_locator(_ticks(whole=frame.whole))
    axes.yaxis.set_major_formatter(lambda height, _place: frame.number(height))
    axes.set_ylim(bottom=0)
    axes.margins(x=0.02)
    axes.grid(axis="y", color="#dddddd", zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _ticks(*, whole: bool) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=6, integer=whole)
