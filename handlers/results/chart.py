"""The picture of a result: a bar for each option, and of a run-off what came over from those that were out.

Everybody who is told of a result gets the same picture in their language: it is drawn once, and kept for a while.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from threading import Lock

from handlers.kit import drawing
from handlers.kit.drawing import BLUE, GREY, INK, LETTERS, ORANGE, TITLE, Axes, Figure

WIDE, MARGIN = 7.2, 0.2
"""Inches."""
HEAD, FOOT, LINE, BAR = 0.75, 0.55, 0.34, 0.42
"""Inches of the picture's parts: around the bars, of a line of words, of a bar with the gap below it."""
MOST_LINES, TITLE_LINES, FOOT_LINES, MOST_KEPT = 2, 3, 3, 24
CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 1}
"""Behind words, so that no line runs through them."""
FOOT_LINE = 0.25
"""Inches of every line of the foot after the first."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An option: what it had by itself, what came over to it, and the words for both.

    `won`: it is one of those that came first; `out`: it was out before the last round.
    """

    name: str
    own: int
    over: int
    said: str
    won: bool
    out: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A result as it is drawn. `needed` gets a line, if it is not 0; `legend` names its parts where there are several:
    (own, came over, needed), each "" where there is none."""

    title: str
    bars: tuple[Bar, ...]
    needed: int
    legend: tuple[str, str, str]
    foot: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The words of a picture as lines that fit into it: of its title, of each bar's name, and below all of them."""

    title: list[str]
    names: list[list[str]]
    foot: list[str]

    @property
    def head(self) -> float:
        """Inches of the title."""
        return len(self.title) * LINE * TITLE / LETTERS

    @property
    def below(self) -> float:
        """Inches of the foot."""
        return FOOT + (len(self.foot) - 1) * FOOT_LINE


_kept: dict[Picture, bytes] = {}
_turn = Lock()


async def png(picture: Picture) -> bytes:
    """The picture's bytes."""
    kept = _kept.get(picture)
    return await asyncio.to_thread(_once, picture) if kept is None else kept


def _once(picture: Picture) -> bytes:
    with _turn:  # thousands ask for the same one as soon as a poll is closed
        if picture not in _kept:
            lines = _lines(picture)
            size = (WIDE, _height(picture, lines))
            drawn = drawing.painted(size, lambda figure: _paint(figure, picture, lines))
            while len(_kept) >= MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[picture] = drawn
        return _kept[picture]


def _lines(picture: Picture) -> Lines:
    room = WIDE - 2 * MARGIN
    return Lines(
        drawing.wrapped(picture.title, room, TITLE, TITLE_LINES, bold=True),
        [drawing.wrapped(bar.name, room, LETTERS, MOST_LINES, bold=bar.won) for bar in picture.bars],
        drawing.wrapped(picture.foot, room, LETTERS - 2, FOOT_LINES),
    )


def _height(picture: Picture, lines: Lines) -> float:
    names = sum(map(len, lines.names)) * LINE
    legend = LINE if any(picture.legend) else 0
    return HEAD + lines.head + legend + names + len(picture.bars) * BAR + lines.below


def _paint(figure: Figure, picture: Picture, lines: Lines) -> None:
    height, left = _height(picture, lines), MARGIN / WIDE
    title, foot = "\n".join(lines.title), "\n".join(lines.foot)
    figure.text(
        left, 1 - MARGIN / height, title, fontsize=TITLE, fontweight="bold", color=INK, va="top", parse_math=False
    )
    figure.text(left, MARGIN / height, foot, fontsize=LETTERS - 2, color=INK, va="bottom", parse_math=False)
    head = HEAD - 0.25 + lines.head + (LINE if any(picture.legend) else 0)
    bottom = lines.below / height
    axes = figure.add_axes((left, bottom, 1 - 2 * left, 1 - bottom - head / height))
    _bars(axes, picture, lines)
    if any(picture.legend):
        figure.legend(
            loc="upper left", bbox_to_anchor=(0.01, 1 - (head - LINE - 0.1) / height), ncols=3, fontsize=LETTERS - 2,
            frameon=False, columnspacing=1, handlelength=1.5, borderaxespad=0,
        )  # fmt: skip


def _bars(axes: Axes, picture: Picture, lines: Lines) -> None:
    """Bars from above, each below its name; measured in inches downwards."""
    most = max([bar.own + bar.over for bar in picture.bars] + [picture.needed, 1])
    own, over, needed = picture.legend
    some_won, at = any(bar.won for bar in picture.bars), 0.0
    if own:
        axes.barh(0, 0, 0, color=BLUE, edgecolor=INK, linewidth=0.8, label=own)
    for place, (bar, name) in enumerate(zip(picture.bars, lines.names, strict=True)):
        weight = "bold" if bar.won else "normal"
        axes.text(
            0, at, "\n".join(name), fontsize=LETTERS, fontweight=weight, color=INK, va="top", parse_math=False,
            zorder=4, bbox=CLEAR,
        )  # fmt: skip
        at += len(name) * LINE
        middle, thick = at + 0.12, 0.27
        colour = GREY if bar.out or (some_won and not bar.won) else BLUE
        axes.barh(middle, bar.own, thick, color=colour, edgecolor=INK, linewidth=0.8, zorder=2)
        if bar.over:
            axes.barh(
                middle, bar.over, thick, left=bar.own, color=ORANGE, edgecolor=INK, linewidth=0.8, zorder=2,
                hatch="//", label=over if over and not any(one.over for one in picture.bars[:place]) else None,
            )  # fmt: skip
        axes.text(
            bar.own + bar.over + most * 0.015, middle, bar.said, fontsize=LETTERS, color=INK, va="center",
            parse_math=False, zorder=4, bbox=CLEAR,
        )  # fmt: skip
        at += BAR
    if picture.needed:
        axes.axvline(picture.needed, color=INK, linewidth=2, linestyle=(0, (4, 3)), label=needed, zorder=3)
    axes.set_xlim(0, most * (1.05 + 0.02 * max(len(bar.said) for bar in picture.bars)))
    axes.set_ylim(at, 0)
    axes.set_axis_off()
