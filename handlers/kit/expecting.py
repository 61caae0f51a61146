"""What a conversation takes for an answer, by the state that it stands in: the wizards say so as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from handlers.kit.nav import LEAVE

_words: set[str] = set()
_counted: set[str] = set()
_pictured: set[str] = set()
_confided: dict[str, tuple[str, ...]] = {}
_brief: set[str] = set()
_confided_words: list[Callable[[str], bool]] = []


def expect(*, words: Iterable[str] = (), counted: Iterable[str] = (), pictured: Iterable[str] = ()) -> None:
    """Say what is taken in these states: words as they are, words of which none is a number, photos."""
    _words.update(words)
    _counted.update(counted)
    _pictured.update(pictured)


def confide(
    *states: str, on: Iterable[str] = (), words: Callable[[str], bool] | None = None, brief: bool = False
) -> None:
    """Say that what somebody writes in these states is read, and not kept: the web chat keeps a mark in its place.

    `on` is what the data of their own screen's choices begins with. `words` tells what is never kept in any state.
    `brief`: a command ends these states.
    """
    _brief.update(states if brief else ())
    _confided.update({state: tuple(on) for state in states})
    _words.update(states)
    if words is not None:
        _confided_words.append(words)


def confides(state: str | None, text: str) -> bool:
    """Whether what is written in this state is not kept."""
    return state in _confided or any(tells(text) for tells in _confided_words)


def ends_with_command(state: str | None) -> bool:
    """Whether somebody who sends a command in this state is at something else from then on."""
    return state in _brief


def looks_away(state: str | None, choices: Sequence[str]) -> bool:
    """Whether the newest screen, with choices of this data, is another one than the one that is confided on.

    An apology, which offers nothing but to leave, is no other.
    """
    own = _confided.get(state or "")
    return own is not None and choices != [LEAVE] and not any(data.startswith(own) for data in choices)


def expects_words(state: str | None) -> bool:
    """Whether a conversation in this state takes typed words as they are, numbers among them."""
    return state in _words


def expects_numbers(state: str | None) -> bool:
    """Whether a typed number stands for a choice in this state: everywhere but where it may be an answer itself."""
    return state not in _words or state in _counted


def expects_picture(state: str | None) -> bool:
    """Whether a conversation in this state takes a photo: no other is fetched, or kept."""
    return state in _pictured
