from __future__ import annotations

import unicodedata
from itertools import zip_longest

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from town.facts import TextEmpty, TextTooLong
from town.text import clean, utf16_units

PLENTY = 100_000
# Anything at all, lone surrogates too, and often what is invisible, joins, composes or turns the direction.
NASTY = st.sampled_from(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad\u034f\u2060\u061c\u3164\u2800\ufe0f\ufe0e"
    "\u0301\u0327\u0344\u0958\ufb1d\u1100\u1161\u11a8\u09c7\u09be\u0646\u0645\u0915\u094d\u0937👩🏽🌾❤🏳🏴\U000e0067"
    "\x00\x07\x1b\x7f\x85\t\n\r\v\f\x1c\u2028\u2029\u3000\u00a0<&ae"
)
TEXTS = st.text(st.characters(codec=None) | NASTY) | st.text(NASTY)


def cleaned(text: str, *, lines: bool = False) -> str:
    try:
        return clean(text, PLENTY, lines=lines)
    except TextEmpty:
        return ""


@given(TEXTS, st.booleans())
@example("e\u200b\u0301", False)
@example("\u0646\u200c\u200b\u200c\u0646", False)
def test_cleaning_twice_changes_nothing_more(text: str, lines: bool) -> None:
    once = cleaned(text, lines=lines)
    assert cleaned(once, lines=lines) == once


@given(TEXTS, st.booleans())
def test_it_never_grows(text: str, lines: bool) -> None:
    # NFC alone can lengthen a text: U+0958 is always written as two characters.
    assert utf16_units(cleaned(text, lines=lines)) <= utf16_units(unicodedata.normalize("NFC", text))


@given(TEXTS, st.booleans())
def test_nothing_unseen_is_left(text: str, lines: bool) -> None:
    once = cleaned(text, lines=lines)
    shown = once.replace("\n", "") if lines else once
    assert unicodedata.is_normalized("NFC", once)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(character) for character in shown}
    assert not set("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u00ad") & set(shown)
    assert once == once.strip()
    assert "  " not in once
    assert "\n\n\n" not in once
    once.encode("utf-8")


@given(
    st.lists(st.sampled_from("abcXYZ019&<>\"'é\u05e9\u4e2d🥖"), min_size=1),
    st.lists(st.sampled_from("\u200b\u200d\u200e\u202e\u2066\ufeff\u00ad\u034f\u3164\x00\x1b\ud800")),
)
def test_what_is_seen_stays_and_what_is_not_goes(seen: list[str], unseen: list[str]) -> None:
    mixed = "".join(a + b for a, b in zip_longest(seen, unseen, fillvalue=""))
    assume("🥖\u200d🥖" not in mixed)  # two pictures that are joined are one
    assert cleaned(mixed) == "".join(seen)


@given(TEXTS, st.integers(1, 20))
def test_the_limit_counts_utf16_units(text: str, most: int) -> None:
    whole = cleaned(text)
    units = len(whole.encode("utf-16-le")) // 2
    if not whole:
        with pytest.raises(TextEmpty):
            clean(text, most)
    elif units > most:
        with pytest.raises(TextTooLong) as refused:
            clean(text, most)
        assert refused.value.most == most
    else:
        assert clean(text, most) == whole


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Thandi \t Nkosi\n", "Thandi Nkosi"),
        ("Jose\u0301", "José"),
        ("Jose\u200b\u0301", "José"),
        ("ma\u200dry", "mary"),
        ("\u202eevil\u202c", "evil"),
        ("a\x00b\x07c", "abc"),
        ("\ufeffName\u00ad", "Name"),
        ("a\ud800b", "ab"),
        ("محمد علي", "محمد علي"),
        ("שלום", "שלום"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200cمی\u200c خواهم\u200c", "می خواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩🏽\u200d🌾", "👩🏽\u200d🌾"),
        ("❤️\u200d🔥", "❤️\u200d🔥"),
        ("👩\u200d", "👩"),
        ("\ufe0fa", "a"),
        ("a\u2028b\r\nc", "a b c"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("a\u3164b\u2800c", "ab c"),
    ],
)
def test_names(typed: str, kept: str) -> None:
    assert clean(typed, 64) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\u200b\u200d\u2060",
        "\u3164",
        "\u2800\u2800",
        "\u202e\u202c",
        "\ufe0f",
        "\n\r\t",
        "\u115f\u1160",
        "\ud83d",
    ],
)
def test_a_name_of_nothing_visible_is_empty(typed: str) -> None:
    with pytest.raises(TextEmpty):
        clean(typed, 64)


def test_ten_thousand_characters_are_refused() -> None:
    for name in ("x" * 10_000, "é" * 10_000, "\u05d0" * 10_000):
        with pytest.raises(TextTooLong):
            clean(name, 64)
    assert clean("x" + "\u200b" * 10_000, 64) == "x"


def test_an_emoji_counts_twice() -> None:
    assert clean("🥖🥖", 4) == "🥖🥖"
    with pytest.raises(TextTooLong):
        clean("🥖🥖", 3)


def test_lines_stay_where_they_are_wanted() -> None:
    typed = "  Bring  gloves.\r\n\r\n\r\n\n Meet at\u2028the gate. \n"
    assert clean(typed, 100, lines=True) == "Bring gloves.\n\nMeet at\nthe gate."
    assert clean(typed, 100) == "Bring gloves. Meet at the gate."
