"""The words that end what somebody is told, and begin it again."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po

from handlers import catalogue
from handlers.kit.stop_words import STARTS, STOPS, says_start, says_stop
from locales import LANGUAGES, catalogue_path


def test_every_language_has_some() -> None:
    assert set(STOPS) == set(STARTS) == set(LANGUAGES)


@pytest.mark.parametrize("word", [word for words in STOPS.values() for word in words])
def test_a_stop_is_heard_however_it_is_written(word: str) -> None:
    for written in (word, word.upper(), word.title(), f" {word}! ", f"“{word}”.", f"/{word}", f"{word}\n"):
        assert says_stop(written), written
    for written in (f"please {word} now", f"{word} {word}", f"{word} 1"):
        assert not says_stop(written), written
    assert not says_start(word)


def test_an_ordinary_word_is_none_to_those_who_mean_it() -> None:
    assert says_stop("Misa", "zu")
    assert says_stop("Misa", "en")
    assert not says_stop("Misa", "es")
    assert says_stop("Yeka", "es")


@pytest.mark.parametrize("word", [word for words in STARTS.values() for word in words])
def test_a_start_is_heard_however_it_is_written(word: str) -> None:
    for written in (word, word.upper(), f"{word}!", f"  {word}."):
        assert says_start(written), written
    assert not says_stop(word)
    assert not says_start(f"when does it {word}?")


def test_telegram_s_own_start_is_no_wish() -> None:
    assert not says_start("/start")
    assert not says_start("/START")
    assert not says_start("/start 42")
    assert says_stop("/stop")


@pytest.mark.parametrize("text", ["", " ", "/", "…", "stop" * 2000, "no", "más", "s t o p", "stopp", "12"])
def test_nothing_else_is(text: str) -> None:
    assert not says_stop(text)
    assert not says_start(text)


def test_they_take_no_command_s_name() -> None:
    assert [name for name in catalogue.names() if says_stop(name) or says_start(name)] == ["start"]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_nothing_to_tap_is_called_stop(language: str) -> None:
    """Whoever typed its label would not get what it says."""
    with catalogue_path(language).open("rb") as file:
        said = [word for message in read_po(file) for word in (message.id, message.string) if isinstance(word, str)]
    assert [word for word in said if says_stop(word)] == []
