"""The picture of an item: what was made in each week, with lines for what the town needs and for its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.kit import drawing
from handlers.kit.drawing import BLUE, ORANGE, Axes, Frame
from town.amounts import WHOLE

WIDTH = 0.6
"""Of a bar; one of them is a week."""

DOTS = (1, 2)
"""The goal's line, beside the dashes of the need."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is written into the picture, in somebody's language."""

    frame: Frame
    made: str
    need: str
    goal: str


async def png(words: Words, made: Sequence[int], *, need: int | None, goal: int | None) -> bytes:
    """The picture of thousandths by week; a line that is None is left out."""

    def paint(axes: Axes) -> None:
        drawing.bars(axes, [one / WHOLE for one in made], BLUE, words.made, width=WIDTH)
        if need is not None:
            drawing.line(axes, need / WHOLE, words.need)
        if goal is not None:
            drawing.line(axes, goal / WHOLE, words.goal, dots=DOTS, colour=ORANGE)

    return await drawing.png(words.frame, paint)
