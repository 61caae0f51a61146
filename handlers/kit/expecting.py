"""What a conversation takes for an answer, by the state that it stands in: the wizards say so as they are made."""

from __future__ import annotations

from collections.abc import Iterable

_words: set[str] = set()
_counted: set[str] = set()
_pictured: set[str] = set()


def expect(*, words: Iterable[str] = (), counted: Iterable[str] = (), pictured: Iterable[str] = ()) -> None:
    """Say what is taken in these states: words as they are, words of which none is a number, photos."""
    _words.update(words)
    _counted.update(counted)
    _pictured.update(pictured)


def expects_words(state: str | None) -> bool:
    """Whether a conversation in this state takes typed words as they are, numbers among them."""
    return state in _words


def expects_numbers(state: str | None) -> bool:
    """Whether a typed number stands for a choice in this state: everywhere but where it may be an answer itself."""
    return state not in _words or state in _counted


def expects_picture(state: str | None) -> bool:
    """Whether a conversation in this state takes a photo: no other is fetched, or kept."""
    return state in _pictured
