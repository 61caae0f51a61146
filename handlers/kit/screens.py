"""Screens: what a person sees, within what the weakest channel can show.

A screen that no channel could show whole is refused where it is built (`ScreenTooBig`), not where it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import ClassVar

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from markupsafe import Markup

MOST_TEXT = 4000  # UTF-16 units without the marks; Telegram 4096, WhatsApp 4096: room is left for a line put before it
MOST_WITH_LINE = 4096  # the same once that line is there
MOST_CAPTION = 1024  # the same of a text below a picture, on Telegram
MOST_CHOICES = 10  # a WhatsApp list has ten rows in all
MOST_LABEL = 60
SURVIVES = 20  # a WhatsApp reply button cuts a label here
MOST_DATA = 64  # bytes, Telegram's callback data
MOST_OWN_DATA = MOST_DATA - 7
"""Bytes of a tap's own data: room is left to say for whom it is (`handlers.kit.speaking.as_one`)."""

MARKED = ("as:", "~")
"""What the data of a tap begins with that says for whom it is."""

_MARK = re.compile("<[^>]*>")


class ScreenTooBig(ValueError):
    """A screen breaks the weakest channel's limits: a mistake in a view, found when it is built."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to tap: `data` goes back to the town, `url` opens a page. The label is plain text."""

    label: str
    data: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.label, Markup):
            object.__setattr__(self, "label", self.label.unescape())
        if not self.label.strip() or len(self.label) > MOST_LABEL:
            raise ScreenTooBig(f"label of {len(self.label)} characters: {self.label[:40]!r}")
        if bool(self.data) == bool(self.url):
            raise ScreenTooBig(f"{self.label!r} needs either data or a link")
        if len(self.data.encode()) > (MOST_DATA if self.data.startswith(MARKED) else MOST_OWN_DATA):
            raise ScreenTooBig(f"callback data of {len(self.data.encode())} bytes: {self.data!r}")


Row = tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """A text (HTML, parameters escaped) and rows of choices, at most ten in all and told apart by 20 characters."""

    html: str
    rows: tuple[Row, ...] = ()
    most: ClassVar[int] = MOST_TEXT

    def __post_init__(self) -> None:
        if not self.html.strip() or (len(self.html) > self.most // 2 and _units(self.html) > self.most):
            raise ScreenTooBig(f"text of {len(self.html)} characters")
        labels = [choice.label for row in self.rows for choice in row]
        if len(labels) > MOST_CHOICES:
            raise ScreenTooBig(f"{len(labels)} choices: {labels}")
        if len({_look(label) for label in labels}) < len(labels):
            raise ScreenTooBig(f"labels that look alike in {SURVIVES} characters: {labels}")

    @property
    def choices(self) -> list[Choice]:
        return [choice for row in self.rows for choice in row]

    @property
    def fits_a_picture(self) -> bool:
        """Whether its text is short enough to stand below a picture."""
        return len(self.html) <= MOST_CAPTION // 2 or _units(self.html) <= MOST_CAPTION

    def before(self, line: str) -> Screen:
        """The same screen with a line put before it."""
        return Led(f"{line}\n\n{self.html}", self.rows)


class Led(Screen):
    """A screen with a line put before it."""

    __slots__ = ()
    most: ClassVar[int] = MOST_WITH_LINE


def cut(text: str, most: int = SURVIVES) -> str:
    """A label that fits: cut at a word where one ends near, with an ellipsis."""
    if len(text) <= most:
        return text
    short = text[: most - 1]
    space = short.rfind(" ")
    return (short[:space] if space > most // 2 else short).rstrip(" ,.;:–-") + "…"


def distinct(labels: Sequence[str], most: int = SURVIVES, *, besides: Iterable[str] = ()) -> list[str]:
    """Labels cut to `most` characters, and numbered where two look alike in what survives of them everywhere.

    `besides` are the other labels of the screen, which stay as they are.
    """
    seen = {_look(label) for label in besides}
    result = []
    for label in labels:
        short, again = cut(label, most), 1
        while _look(short) in seen:
            again += 1
            mark = f" ({again})"
            short = cut(label, min(most, SURVIVES) - len(mark)) + mark
        seen.add(_look(short))
        result.append(short)
    return result


def _look(label: str) -> str:
    """What is left of a label on the smallest button."""
    return label[:SURVIVES].casefold()


def _units(html: str) -> int:
    """How long a text is as the channels count it: in UTF-16 units, without its marks."""
    return len(unescape(_MARK.sub("", html)).encode("utf-16-le")) // 2


def in_rows(choices: Iterable[Choice], across: int = 1) -> tuple[Row, ...]:
    """Choices laid out in rows of at most `across`."""
    flat = list(choices)
    return tuple(tuple(flat[i : i + across]) for i in range(0, len(flat), across))


def keyboard(screen: Screen) -> InlineKeyboardMarkup | None:
    if not screen.rows:
        return None
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text=choice.label, callback_data=choice.data or None, url=choice.url or None)
                for choice in row
            ]
            for row in screen.rows
        ]
    )


def bar(done: int, whole: int, width: int = 12) -> str:
    """Progress in blocks: done of whole, full only when it is reached."""
    filled = width if done >= whole else max(0, min(width - 1, done * width // max(whole, 1)))
    return "▓" * filled + "░" * (width - filled)
