"""The catalogues are complete, up to date, and say the same with the same placeholders and marks."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from locales import LANGUAGES, catalogue
from tests.checks.messages import TRANSLATED, extracted, read, texts

MARK = re.compile(r"</?([a-z]+)>")
COMMAND = re.compile(r"/[a-z]+\b(?!>)")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _messages(language: str) -> list[Message]:
    return [message for message in read(language) if message.id]


@pytest.mark.parametrize("language", TRANSLATED)
def test_up_to_date(language: str) -> None:
    """Run `make messages` after a change of the texts."""
    wanted = {str(message.id) for message in extracted() if message.id}
    assert {str(message.id) for message in _messages(language)} == wanted


@pytest.mark.parametrize("language", TRANSLATED)
def test_complete(language: str) -> None:
    missing = [message.id for message in _messages(language) if message.fuzzy or not all(texts(message.string))]
    assert not missing


@pytest.mark.parametrize("language", TRANSLATED)
def test_placeholders_and_marks_survive(language: str) -> None:
    wrong = []
    for message in _messages(language):
        source = texts(message.id)
        allowed = set().union(*map(_fields, source))
        for form in texts(message.string):
            plural = len(source) > 1
            same_fields = _fields(form) <= allowed if plural else _fields(form) == allowed
            same_marks = sorted(MARK.findall(form)) == sorted(MARK.findall(source[0]))
            same_commands = sorted(COMMAND.findall(form)) == sorted(COMMAND.findall(source[0]))
            if not (same_fields and same_marks and same_commands):
                wrong.append((source[0], form))
    assert not wrong


@pytest.mark.parametrize("language", TRANSLATED)
def test_plurals_have_every_form(language: str) -> None:
    forms = read(language).num_plurals
    for message in _messages(language):
        if not isinstance(message.id, str):
            assert len(texts(message.string)) == forms


@pytest.mark.parametrize("language", TRANSLATED)
def test_really_translated(language: str) -> None:
    """Few sentences of several words may stay as they are in English."""
    long = [m for m in _messages(language) if isinstance(m.id, str) and len(re.sub(r"{\w+}", "", m.id).split()) > 3]
    same = [m.id for m in long if m.id == m.string]
    assert len(same) <= len(long) // 50, same


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiles(language: str) -> None:
    assert catalogue(language).gettext("Back")


def test_the_fallback_is_what_is_written_in_the_source() -> None:
    assert catalogue("en").gettext("Back") == "Back"
