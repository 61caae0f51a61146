"""The catalogues are complete, up to date, and say the same with the same placeholders and marks."""

from __future__ import annotations

import gettext
import os
import re
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message

from locales import LANGUAGES, catalogue, compiled
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


def _said(source: Path, message: str) -> str:
    return gettext.GNUTranslations(BytesIO(compiled(source, "es"))).gettext(message)


def _write(source: Path, translation: str, at: int) -> None:
    source.write_text(f'msgid "Good day"\nmsgstr "{translation}"\n')
    os.utime(source, (at, at))


def test_a_catalogue_is_compiled_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    source = tmp_path / "townbell.po"
    _write(source, "Buenos días", 1_000)
    assert _said(source, "Good day") == "Buenos días"
    kept = tmp_path / "townbell.mo"
    made = kept.stat().st_ino
    assert _said(source, "Good day") == "Buenos días"
    assert kept.stat().st_ino == made
    for at in (2_000, 500):  # also when an older one is put back
        _write(source, f"Buenas, {at}", at)
        assert _said(source, "Good day") == f"Buenas, {at}"
    assert {path.name for path in tmp_path.iterdir()} == {"townbell.po", "townbell.mo"}


def test_where_nothing_can_be_written_a_language_is_spoken_all_the_same(tmp_path: Path) -> None:
    source = tmp_path / "townbell.po"
    _write(source, "Buenos días", 1_000)
    (tmp_path / f"townbell.{os.getpid()}.mo").mkdir()  # whoever runs the tests may be allowed to write everywhere
    assert _said(source, "Good day") == "Buenos días"
    assert not (tmp_path / "townbell.mo").exists()


def test_what_cannot_be_read_is_compiled_anew(tmp_path: Path) -> None:
    """It may be kept by somebody else, who lets nobody read it."""
    source = tmp_path / "townbell.po"
    _write(source, "Buenos días", 1_000)
    (tmp_path / "townbell.mo").mkdir()
    os.utime(tmp_path / "townbell.mo", (1_000, 1_000))
    assert _said(source, "Good day") == "Buenos días"
