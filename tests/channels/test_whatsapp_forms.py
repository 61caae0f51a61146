"""What a message becomes on WhatsApp: the words survive, the choices fit, and nothing is a mark that was not meant."""

import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.outcome import Outgoing
from bot.delivery.whatsapp_forms import Form, data_of, forms_of, number_of, split
from bot.delivery.whatsapp_marks import UNSEEN, guarded, marked
from handlers.kit.screens import Choice
from handlers.kit.typed import as_tap
from tests.emulators import whatsapp_checks as checks
from tests.emulators.whatsapp_world import Choice as Shown
from town.text import utf16_units

JPEG = b"\xff\xd8\xff" + b"\0" * 20
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20

# What the app takes for a mark: a sign at a word's edge, close to words, and its like at another edge of the line.
A_MARK = re.compile(r"(?<![\w\u200c])([*_~`])(?=[^\s*_~`\u200c])[^\n]*?(?<=[^\s\u200c])\1(?![\w\u200c])")


def shown(form: Form) -> tuple[str, list[Shown]]:
    """What the emulator, which refuses what WhatsApp refuses, makes of a form: words and choices."""
    content = form.with_file("7") if form.upload is not None else form.content
    if form.kind == "text":
        return checks.text(content), []
    if form.kind in ("image", "document"):
        assert checks.media_source(content, form.kind) == "7"
        return checks.caption(content, form.kind), []
    kind = content["type"]
    words, _file = checks.interactive_words(content, kind)
    if kind == "cta_url":
        checks.link_button(content["action"])
        return words, []
    return words, checks.CHOICES[kind](content["action"])


def outgoing(text: str, *labels: str, photo: bytes | None = None, document: Any = None) -> Outgoing:
    return Outgoing(text, tuple(((label, f"c:{n}"),) for n, label in enumerate(labels)), document, photo)


# --- marks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_html", "expected"),
    [
        ("Bread at five", "Bread at five"),
        ("<b>Bread</b> at <i>five</i>", "*Bread* at _five_"),
        ("<strong>Bread</strong>, <em>five</em>, <s>six</s>", "*Bread*, _five_, ~six~"),
        ("<u>under</u> <tg-spoiler>hidden</tg-spoiler>", "under hidden"),
        ("<b>Bread </b>now", "*Bread* now"),
        ("<b>two\nlines</b>", "*two*\n*lines*"),
        ("<b>a <i>b</i></b>", "*a _b_*"),
        ("<code>AB_12*</code>", "`AB_12*`"),
        ("<pre>a\n  b</pre>", "```a\n  b```"),
        ("<pre><code>x</code></pre>", "```x```"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ("Say:\n<blockquote>one\ntwo</blockquote>\nNow", "Say:\n> one\n> two\n\nNow"),
        ("Say: <blockquote>one</blockquote>", "Say: \n> one\n"),
        ('<a href="https://t.me/x?a=1&amp;b=2">here</a>', "here (https://t.me/x?a=1&b=2)"),
        ('<a href="https://a.b/c_d_">https://a.b/c_d_</a>', "https://a.b/c_d_"),
        ('<a href="tg://user?id=7">Anna</a>', "Anna"),
        ("5<b>00</b>", "500"),  # signs in the middle of a word would be shown
        ("<b>5</b>kg", "5kg"),
        ("<b></b><i> </i>x", " x"),
        ("a < b <i>c", "a < b _c_"),
    ],
)
def test_marks(given_html: str, expected: str) -> None:
    assert marked(given_html) == expected


@pytest.mark.parametrize(
    "said", ["*loud*", "_soft_", "~gone~", "`code`", "```block```", "x *y z* w", "(_a_)", "> said"]
)
def test_what_people_write_is_no_mark(said: str) -> None:
    words = guarded(said)
    assert words.replace(UNSEEN, "") == said
    assert not A_MARK.search(words)
    assert not words.startswith(">")
    assert marked(f"<b>{html.escape(said)}</b>").replace(UNSEEN, "") == f"*{said}*"


@pytest.mark.parametrize("said", ["snake_case_name", "2*3", "https://a.b/_c_?d=*e*", "a~b", "anna_b@example.org"])
def test_what_can_be_no_mark_stays_as_it_is(said: str) -> None:
    assert guarded(said) == said


ON_A_LINE = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters=UNSEEN)
WORDS = st.text(ON_A_LINE, max_size=40)
TAGS = st.sampled_from(["b", "i", "s", "u"])


@given(st.lists(st.tuples(st.none() | TAGS, WORDS), max_size=6))
def test_the_words_survive(parts: list[tuple[str | None, str]]) -> None:
    text = "".join(
        html.escape(words) if tag is None else f"<{tag}>{html.escape(words)}</{tag}>" for tag, words in parts
    )
    plain = "".join(words for _tag, words in parts)
    left = marked(text).replace(UNSEEN, "")
    signs = str.maketrans("", "", "*_~")
    assert left.translate(signs) == plain.translate(signs)
    for sign in "*_~":
        assert left.count(sign) >= plain.count(sign)


@given(WORDS)
def test_words_alone_become_no_mark(said: str) -> None:
    assert not A_MARK.search(marked(html.escape(said)))


# --- forms ----------------------------------------------------------------------------------------------------------


def test_three_choices_are_buttons() -> None:
    (form,) = forms_of(outgoing("<b>Bread</b>?", "Yes", "No", "Later"))
    assert shown(form) == ("*Bread*?", [Shown("Yes", "c:0"), Shown("No", "c:1"), Shown("Later", "c:2")])


def test_four_choices_are_a_list() -> None:
    (form,) = forms_of(outgoing("Which?", *"abcd"))
    words, choices = shown(form)
    assert (words, [choice.title for choice in choices]) == ("Which?", ["a", "b", "c", "d"])
    assert form.content["action"]["button"] == "Choose"


def test_more_than_ten_choices_are_several_lists() -> None:
    forms = forms_of(outgoing("Which?", *(f"Choice {n}" for n in range(23))))
    assert [len(shown(form)[1]) for form in forms] == [10, 10, 3]


def test_what_is_cut_stands_in_the_body_with_the_number_that_can_be_typed() -> None:
    labels = ["Tell the others that I am late", "Tell the others why I am late", "No"]
    (form,) = forms_of(outgoing("Late?", *labels))
    words, choices = shown(form)
    assert words == "Late?\n\n1. Tell the others that I am late\n2. Tell the others why I am late\n3. No"
    assert len({choice.title for choice in choices}) == 3
    offered = [Choice(label, f"c:{n}") for n, label in enumerate(labels)]
    for line in words.splitlines()[2:]:
        number, _dot, label = line.partition(". ")
        assert as_tap(number, offered) == as_tap(label, offered) == f"c:{int(number) - 1}"


@pytest.mark.parametrize("count", [3, 6])
def test_choices_that_lead_to_the_same_are_told_apart(count: int) -> None:
    (form,) = forms_of(Outgoing("Which?", tuple(((f"Choice {n}", "home"),) for n in range(count))))
    ids = [choice.id for choice in shown(form)[1]]
    assert len(set(ids)) == count
    assert {data_of(one) for one in ids} == {"home"}


@pytest.mark.parametrize("label", ["🍞" * 30, "ab" + "🍞" * 30, "🍞" * 9 + "bread and more bread", "🍞" * 10, "x" * 80])
@pytest.mark.parametrize("count", [2, 5])
def test_titles_fit_however_signs_are_counted(label: str, count: int) -> None:
    (form,) = forms_of(outgoing("Which?", *[f"{label}{number}" for number in range(count)]))
    action = form.content["action"]
    most = 20 if count == 2 else 24
    titles = [button["reply"]["title"] for button in action.get("buttons", ())] or [
        row["title"] for row in action["sections"][0]["rows"]
    ]
    assert len(set(titles)) == count
    assert all(most // 2 <= utf16_units(title) <= most for title in titles), titles
    rows = action["sections"][0]["rows"] if count == 5 else []
    assert all(utf16_units(row["description"]) <= 72 for row in rows if "description" in row)


def test_a_row_says_below_what_its_title_cannot() -> None:
    long = "The bakery, early, on Saturday the twenty-first"
    (form,) = forms_of(outgoing("Which?", long, "b", "c", "d"))
    row = form.content["action"]["sections"][0]["rows"][0]
    assert row == {"id": "c:0", "title": "The bakery, early, on…", "description": long}


def test_one_link_is_a_button_and_more_are_lines() -> None:
    one = (("Open the map", "https://example.org/a"),)
    (form,) = forms_of(Outgoing("See", (one,)))
    assert form.content["action"]["parameters"] == {"display_text": "Open the map", "url": "https://example.org/a"}
    (lines,) = forms_of(Outgoing("See", (one, (("List_", "https://example.org/b_"),))))
    assert (
        shown(lines)[0] == f"See\n\nOpen the map: https://example.org/a\nList{UNSEEN}_{UNSEEN}: https://example.org/b_"
    )
    (both,) = forms_of(Outgoing("See", (one, (("Back", "home"),))))
    assert shown(both) == ("See\n\nOpen the map: https://example.org/a", [Shown("Back", "home")])


def test_a_link_whose_label_is_too_long_is_a_line() -> None:
    (form,) = forms_of(Outgoing("See", ((("Look at the whole plan of the week", "https://example.org/"),),)))
    assert form.kind == "text"


def test_a_body_too_long_for_buttons_goes_ahead() -> None:
    paragraphs = "\n\n".join(["word " * 60] * 6)
    *texts, last = forms_of(outgoing(paragraphs, "Yes", "No"))
    assert " ".join(shown(text)[0] for text in texts).split() == paragraphs.split()
    assert shown(last) == ("What next?", [Shown("Yes", "c:0"), Shown("No", "c:1")])


def test_a_list_takes_a_long_body() -> None:
    (form,) = forms_of(outgoing("x" * 4000, *"abcd"))
    assert shown(form)[0] == "x" * 4000


def test_a_picture_is_above_the_buttons() -> None:
    (form,) = forms_of(outgoing("Look", "Yes", photo=JPEG))
    assert form.with_file("7")["header"] == {"type": "image", "image": {"id": "7"}}
    assert form.upload is not None
    assert (form.upload.media_type, form.upload.content) == ("image/jpeg", JPEG)
    assert form.content["header"] == {"type": "image", "image": {}}


def test_a_picture_with_a_list_goes_ahead_of_it() -> None:
    picture, choices = forms_of(outgoing("Look", *"abcd", photo=PNG))
    assert (picture.kind, shown(picture)[0]) == ("image", "")
    assert picture.upload is not None
    assert picture.upload.media_type == "image/png"
    assert shown(choices)[0] == "Look"


@pytest.mark.parametrize("nothing", ["", " ", "\n \t\n", "<b> </b>"])
def test_choices_without_words_have_some(nothing: str) -> None:
    assert [shown(form)[0] for form in forms_of(outgoing(nothing, "Yes", "No"))] == ["What next?"]
    assert [shown(form)[0] for form in forms_of(outgoing(nothing, *"ABCD"))] == ["What next?"]
    assert forms_of(outgoing(nothing)) == []


def test_words_below_a_file_as_far_as_they_fit() -> None:
    (form,) = forms_of(outgoing("The week", document=("week.pdf", b"%PDF-1")))
    assert (form.kind, form.with_file("7")) == ("document", {"filename": "week.pdf", "caption": "The week", "id": "7"})
    file, words = forms_of(outgoing("w " * 600, photo=JPEG))
    assert (file.kind, "caption" in file.content, words.kind) == ("image", False, "text")
    (calendar,) = forms_of(outgoing("", document=("week.ics", b"BEGIN")))
    assert calendar.upload is not None
    assert (calendar.upload.media_type, calendar.content) == ("text/plain", {"filename": "week.ics"})


LABELS = st.lists(
    st.text(ON_A_LINE, min_size=1, max_size=60).filter(str.strip),
    max_size=13,
    unique_by=lambda label: label[:20].casefold(),
)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=3000), LABELS, st.sampled_from([None, JPEG]))
def test_whatever_is_said_whatsapp_takes_it(text: str, labels: list[str], photo: bytes | None) -> None:
    forms = forms_of(outgoing(html.escape(text), *labels, photo=photo))
    seen = [shown(form) for form in forms]
    assert [choice.id for _words, choices in seen for choice in choices] == [f"c:{n}" for n in range(len(labels))]
    assert all(utf16_units(words) <= 4096 for words, _choices in seen)
    said = "".join("".join(words for words, _choices in seen).replace(UNSEEN, "").split())
    assert said.startswith("".join(text.replace(UNSEEN, "").split()))


@given(st.text(max_size=400), st.integers(40, 90))
def test_a_text_is_parted_and_nothing_is_lost(text: str, most: int) -> None:
    parts = split(text, most)
    assert all(part.strip() and utf16_units(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_numbers_for_addresses() -> None:
    numbers = {number_of(f"ZA.{n}") for n in range(1000)}
    assert len(numbers) == 1000
    assert all(0 < number < 2**52 for number in numbers)
    assert number_of("ZA.1349120865530274") == number_of("ZA.1349120865530274")
