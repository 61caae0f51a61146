"""The picture of the town's labour: bars for eight weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.kit import drawing
from handlers.kit.drawing import BLUE, GREY, ORANGE, Axes, Frame

WIDTH = 0.28
"""Of a bar; three of them make a week."""


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


async def png(
    words: Words, offered: Sequence[int], filled: Sequence[int], confirmed: Sequence[int], *, asked: int | None
) -> bytes:
    """The picture of minutes by week."""
    kinds = (
        (offered, GREY, words.offered),
        (filled, BLUE, words.filled),
        (confirmed, ORANGE, words.confirmed),
    )

    def paint(axes: Axes) -> None:
        for place, (minutes, colour, name) in enumerate(kinds):
            hours = [one / 60 for one in minutes]
            drawing.bars(axes, hours, colour, name, width=WIDTH, beside=(place - 1) * WIDTH)
        if asked:
            drawing.line(axes, asked / 60, words.asked)

    return await drawing.png(Frame(words.title, words.weeks, lambda hours: words.number(round(hours))), paint)
