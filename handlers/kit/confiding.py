"""Replies that nobody keeps: a secret ballot is shown to its voter, and to nobody who reads the database later.

Every other reply is kept with its update, so that an update that comes again gets it again, and the web chat keeps what
it shows. A confided reply is kept as a stand-in, which says nothing of what was confided.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aiogram.methods import EditMessageText, SendMessage, TelegramMethod
from markupsafe import escape

from handlers.kit.expecting import confide
from handlers.kit.reply import Event, answer, chat_of, is_tapped, send, show
from handlers.kit.screens import Screen

__all__ = ["Aside", "Confided", "confide", "confided", "told"]


@dataclass(frozen=True, slots=True)
class Aside:
    """A method that is sent, and what is kept in its place: None where nothing is."""

    told: TelegramMethod[Any]
    kept: TelegramMethod[Any] | None


@dataclass(frozen=True, slots=True)
class Confided:
    """What a handler returns in place of a reply that is not to be kept.

    `trace`: the update itself is remembered, with what is kept of its replies. Without it nothing at all is: only for
    an update that changed nothing, so that to handle it again does no harm.
    """

    asides: list[Aside] = field(default_factory=list)
    trace: bool = True


def confided(
    event: Event, screen: Screen, kept: Screen, *, toast: str = "", trace: bool = True, anew: bool = False
) -> Confided:
    """Show a screen that is not kept: in place of the one that was tapped, or as a new message to somebody who typed.

    `kept` is remembered in place of a new message; of one that is changed in place nothing is. `toast` is kept; for
    somebody who typed it comes first in the message, as in `show`. With `anew` it is a new message in any case.
    """
    asides: list[Aside] = []
    if toast and not is_tapped(event):
        screen = screen.before(escape(toast))
    for method in [send(chat_of(event), screen)] if anew else _methods(event, screen):
        if isinstance(method, SendMessage):
            asides.append(Aside(method, send(chat_of(event), kept)))
        elif isinstance(method, EditMessageText):
            asides.append(Aside(method, None))
    return Confided([*asides, *told(event, toast)], trace=trace)


def told(event: Event, toast: str) -> list[Aside]:
    """The answer to a tap, which is kept as it is; nothing for what was typed."""
    if not is_tapped(event):
        return []
    said = answer(event, toast)
    return [Aside(said, said)]


def _methods(event: Event, screen: Screen) -> list[TelegramMethod[Any]]:
    shown = show(event, screen)
    return shown if isinstance(shown, list) else [shown]
