"""The picture of the town's labour: bars for eight weeks.

matplotlib takes most of a second to import, and an update that draws holds the database's one writer (SQLite): so it is
imported beside the loop as soon as somebody looks at the card, from which the picture is one tap away. Drawing takes
less than a tenth of a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any

DPI = 108
SIZE = (7.2, 8.0)
"""Inches: 778 × 864 pixels, twice the width of a small phone, where its letters are 12 pixels high."""

LETTERS, TITLE = 16, 19
"""Points."""

OFFERED, FILLED, CONFIRMED, INK = "#c9c9c9", "#0072b2", "#e69f00", "#222222"
"""Okabe and Ito's colours, which differ for every eye (https://jfly.uni-koeln.de/color/), and in light too."""

WIDTH = 0.28
"""Of a bar; three of them make a week."""

_drawing = Lock()
"""matplotlib's caches are not made for threads."""

_warming: set[asyncio.Future[None]] = set()


@dataclass(frozen=True, slots=True)
class Words:
    """What is written into the picture, in somebody's language; `number` writes a whole one."""

    title: str
    offered: str
    filled: str
    confirmed: str
    asked: str
    weeks: tuple[str, ...]
    number: Callable[[int], str]


def warm() -> None:
    """Begin to import what draws, beside the loop. Nothing waits for it."""
    work = asyncio.get_running_loop().run_in_executor(None, _import)
    _warming.add(work)
    work.add_done_callback(_warming.discard)


async def png(
    words: Words, offered: Sequence[int], filled: Sequence[int], confirmed: Sequence[int], *, asked: int | None
) -> bytes:
    """The picture of minutes by week."""
    return await asyncio.to_thread(_draw, words, offered, filled, confirmed, asked)


def _import() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: F401 - kept by Python for `_draw`
    from matplotlib.figure import Figure  # noqa: F401 - as above


def _draw(
    words: Words, offered: Sequence[int], filled: Sequence[int], confirmed: Sequence[int], asked: int | None
) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _drawing:
        figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.14, 0.1, 0.84, 0.71))
        bars = (
            (offered, OFFERED, words.offered),
            (filled, FILLED, words.filled),
            (confirmed, CONFIRMED, words.confirmed),
        )
        for place, (minutes, colour, name) in enumerate(bars):
            at = [week + (place - 1) * WIDTH for week in range(len(minutes))]
            hours = [one / 60 for one in minutes]
            axes.bar(at, hours, WIDTH, color=colour, edgecolor=INK, linewidth=0.8, label=name, zorder=2)
        if asked:
            axes.axhline(asked / 60, color=INK, linewidth=2, linestyle=(0, (4, 3)), label=words.asked, zorder=3)
        _dress(figure, axes, words)
        file = BytesIO()
        figure.savefig(file, format="png")
    return file.getvalue()


def _dress(figure: Any, axes: Any, words: Words) -> None:
    """Words, ticks and lines."""
    figure.text(0.02, 0.975, words.title, fontsize=TITLE, fontweight="bold", color=INK, va="top", wrap=True)
    figure.legend(
        loc="upper left", bbox_to_anchor=(0.01, 0.93), ncols=2, fontsize=LETTERS, frameon=False, columnspacing=1.2
    )
    axes.set_xticks(range(len(words.weeks)), [week.replace(" ", "\n") for week in words.weeks], fontsize=LETTERS)
    axes.tick_params(axis="x", length=0)
    axes.tick_params(axis="y", labelsize=LETTERS, length=0)
    axes.yaxis.set_major_locator(_whole_hours())
    axes.yaxis.set_major_formatter(lambda hours, _place: words.number(round(hours)))
    axes.set_ylim(bottom=0)
    axes.margins(x=0.02)
    axes.grid(axis="y", color="#dddddd", zorder=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _whole_hours() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=6, integer=True)
