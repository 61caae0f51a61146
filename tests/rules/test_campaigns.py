"""The plans of the three rounds, and the codes of posters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from handlers.campaigns.posting import MOST_LINES, read_lines
from handlers.campaigns.words import WORDS, poster_words, template_text
from handlers.kit.links import parted, poster_in
from locales import LANGUAGES, speaking
from town.campaigns import CODE_LENGTH, LETTERS, ROUNDS, dated, new_code, poster_code, template_of
from town.facts import TextEmpty, TextTooLong
from town.settings import TownSettings

MONDAY = date(2026, 11, 23)
RIVERBEND = TownSettings(name="Riverbend")


def test_each_round_is_a_plan_of_eight_steps_in_the_order_of_their_days() -> None:
    assert list(ROUNDS) == [1, 2, 3]
    for of_round, plan in ROUNDS.items():
        assert len(plan) == 8
        days = [day for _template, day in dated(of_round, MONDAY)]
        assert days[0] == MONDAY
        assert days == sorted(days)
        assert all(one.key.startswith(f"{of_round}.") for one in plan)
    assert [day - MONDAY for _one, day in dated(1, MONDAY)][-1] == timedelta(days=21)
    assert {one.key for plan in ROUNDS.values() for one in plan} == set(WORDS)
    assert template_of("") is template_of("9.x") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_says_which_town_it_is_about(language: str) -> None:
    with speaking(language):
        for key in WORDS:
            text = template_text(key, RIVERBEND)
            assert "Riverbend" in text or "[" in text, (language, key)
            assert "{" not in text, (language, key)
            assert "&" not in text, (language, key)
    for of_round in ROUNDS:
        headline, lines = poster_words(of_round, language, RIVERBEND)
        assert "Riverbend" in headline
        assert len(headline) <= 50
        assert read_lines(lines) == lines
        assert 2 <= len(lines.split("\n")) <= 3


def test_a_posters_code_is_read_in_any_case_and_nothing_else_is_one() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert len(code) == CODE_LENGTH
        assert set(code) <= set(LETTERS)
        assert poster_code(f" {code.upper()}") == code
    for wrong in ("", "k7m2q", "k7m2qxx", "k7m2qo", "<b>", "k7m2q\n", "k7 m2x", "٣" * 6):
        assert poster_code(wrong) is None, wrong


@pytest.mark.parametrize(
    ("payload", "code", "poster"),
    [
        ("p_k7m2qx", "", "k7m2qx"),
        ("BREAD p_k7m2qx", "BREAD", "k7m2qx"),
        ("p_", "", ""),
        ("BREAD", "BREAD", None),
        ("shift_7", "", None),
        ("", "", None),
    ],
)
def test_a_posters_link_is_no_code_to_join_with(payload: str, code: str, poster: str | None) -> None:
    assert parted(payload)[0] == code
    assert poster_in(payload) == poster


def test_a_poster_has_three_lines_at_most() -> None:
    assert read_lines("one\n\n two \nthree") == "one\ntwo\nthree"
    assert read_lines("a\nb\nc\nd\ne") == "a\nb\nc d e"
    with pytest.raises(TextEmpty):
        read_lines(" \n ")
    with pytest.raises(TextTooLong):
        read_lines("x" * (MOST_LINES + 1))
