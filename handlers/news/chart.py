"""The picture of an update: the mayor's photos, and below them the town's hours by week against what it asks for.

Everybody gets the same one in their language: it is drawn once for each, and kept for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from handlers.kit import drawing
from handlers.kit.drawing import BLUE, GREY, INK, LETTERS, ORANGE, TITLE, Axes, Figure

SIZE = (7.2, 5.6)
"""Inches of the bars: 777 pixels wide, twice the width of a small phone."""

HEIGHTS = {1: 437, 2: 330, 3: 260}
"""Pixels of a row of so many photos."""

GAP, QUALITY, MOST_KEPT, LEAST_WEEKS = 6, 85, 12, 5

Photo = tuple[int, bytes]
"""The id of a picture, and its JPEG."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn, in somebody's language: hours by week, each with its words; `asked` is a line, unless it is 0."""

    title: str
    weeks: tuple[str, ...]
    hours: tuple[int, ...]
    said: tuple[str, ...]
    given: str
    asked: int
    asked_said: str


_kept: dict[tuple[Picture, tuple[int, ...]], bytes] = {}
_turn = Lock()


async def drawn(picture: Picture, photos: Sequence[Photo]) -> bytes:
    """The picture's bytes: a PNG of the bars alone, or a JPEG with the photos above them."""
    kept = _kept.get(_key(picture, photos))
    return await asyncio.to_thread(_once, picture, photos) if kept is None else kept


def _key(picture: Picture, photos: Sequence[Photo]) -> tuple[Picture, tuple[int, ...]]:
    return picture, tuple(number for number, _content in photos)


def _once(picture: Picture, photos: Sequence[Photo]) -> bytes:
    key = _key(picture, photos)
    with _turn:  # a whole town asks for the same one as soon as it goes out
        if key not in _kept:
            bars = drawing.painted(SIZE, lambda figure: _paint(figure, picture))
            made = _composed(bars, [content for _number, content in photos]) if photos else bars
            while len(_kept) >= MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = made
        return _kept[key]


def _paint(figure: Figure, picture: Picture) -> None:
    axes: Axes = figure.add_axes((0.03, 0.14, 0.94, 0.65))
    last, most = len(picture.hours) - 1, max(*picture.hours, picture.asked, 1)
    axes.bar(0, 0, 0, color=ORANGE, edgecolor=INK, linewidth=0.8, label=picture.given)
    for at, (hours, said) in enumerate(zip(picture.hours, picture.said, strict=True)):
        colour = ORANGE if at == last else GREY
        axes.bar(at, hours, 0.72, color=colour, edgecolor=INK, linewidth=0.8, zorder=2)
        axes.text(
            at, hours + most * 0.02, said, fontsize=LETTERS - 2, fontweight="bold" if at == last else "normal",
            color=INK, ha="center", va="bottom", zorder=4, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    if picture.asked:
        drawing.line(axes, picture.asked, picture.asked_said, colour=BLUE)
    figure.text(0.03, 0.96, picture.title, fontsize=TITLE, fontweight="bold", color=INK, va="top", wrap=True)
    figure.legend(
        loc="upper left", bbox_to_anchor=(0.01, 0.89), ncols=2, fontsize=LETTERS, frameon=False, columnspacing=1.2
    )
    axes.set_xticks(range(last + 1), [week.replace(" ", "\n") for week in picture.weeks], fontsize=LETTERS - 2)
    axes.tick_params(axis="x", length=0)
    axes.set_yticks([])
    axes.set_ylim(0, most * 1.14)
    beside = 0.6 + max(0, LEAST_WEEKS - last - 1) / 2  # a bar alone is no wall
    axes.set_xlim(-beside, last + beside)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _composed(bars: bytes, photos: Sequence[bytes]) -> bytes:
    """The photos in a row, each cut to its share of the width, above the bars."""
    from PIL import Image, ImageOps

    below = Image.open(BytesIO(bars)).convert("RGB")
    height = HEIGHTS[len(photos)]
    whole = Image.new("RGB", (below.width, height + GAP + below.height), "white")
    left = 0
    for at, content in enumerate(photos, 1):
        right = (below.width + GAP) * at // len(photos) - GAP
        one = ImageOps.fit(Image.open(BytesIO(content)).convert("RGB"), (right - left, height))
        whole.paste(one, (left, 0))
        left = right + GAP
    whole.paste(below, (0, height + GAP))
    out = BytesIO()
    whole.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
