"""Pictures of numbers by week, drawn with matplotlib: what all of them have in common.

matplotlib takes most of a second to import, and an update that draws holds the database's one writer (SQLite): so it is
imported beside the loop as soon as somebody looks at what a picture is one tap away from. Drawing takes less than a
tenth of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
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
"""matplotlib's, which has no types without being imported."""

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


def _draw(frame: Frame, paint: Callable[[Axes], None]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _drawing:
        figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.14, 0.1, 0.84, 0.71))
        paint(axes)
        _dress(figure, axes, frame)
        file = BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def _dress(figure: Any, axes: Axes, frame: Frame) -> None:
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
