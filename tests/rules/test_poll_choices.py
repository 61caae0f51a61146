"""What a ballot may say: read the same again, junk refused, and every paper's marks come to a choice that is taken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.ballots import marking
from handlers.ballots.reading import read
from handlers.kit.nav import ANEW
from handlers.kit.poll_taps import VoteTap
from handlers.kit.screens import MOST_DATA
from town.facts import BadBallot
from town.polls import (
    ABSTAIN,
    MOST_OPTIONS,
    MOST_POINTS,
    PLACES,
    Kind,
    Question,
    box_of,
    code_before,
    has_code,
    in_groups,
    key_in,
    new_key,
    place_of,
    points_of,
    read_choice,
    receipt_in,
    receipt_of,
)

NAMES = ("Well", "Road", "School", "Bakery, and its mill")


@st.composite
def questions(draw: st.DrawFn) -> Question:
    kind = draw(st.sampled_from(list(Kind)))
    options = 2 if kind is Kind.YESNO else draw(st.integers(2, MOST_OPTIONS))
    points = draw(st.integers(1, MOST_POINTS)) if kind is Kind.POINTS else 0
    most = draw(st.integers(0, options)) if kind is Kind.APPROVAL else 0
    return Question(kind, options, points=points, most=most)


@st.composite
def marked(draw: st.DrawFn) -> tuple[Question, str]:
    """A paper after any taps that it takes."""
    question, draft = draw(questions()), ""
    for number, less in draw(st.lists(st.tuples(st.integers(1, question.options), st.booleans()), max_size=50)):
        after = marking.tapped(question, draft, number, less=less)
        try:
            draft = marking.checked(question, after)
        except BadBallot:
            continue
    return question, draft


@given(marked())
def test_a_whole_paper_comes_to_a_choice(paper: tuple[Question, str]) -> None:
    question, draft = paper
    if not marking.is_whole(question, draft):
        return
    choice = marking.choice_of(question, draft)
    assert choice != ABSTAIN
    assert read_choice(question, choice) == choice
    assert marking.draft_of(question, choice) == draft
    if question.kind is Kind.POINTS:
        assert sum(points_of(choice).values()) == question.points


@given(questions(), st.data())
def test_a_choice_that_was_read_is_read_the_same(question: Question, data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet="0123456789,>:", max_size=20) | st.text(max_size=20))
    try:
        choice = read_choice(question, text)
    except BadBallot:
        return
    assert read_choice(question, choice) == choice
    assert choice == ABSTAIN or re.fullmatch(r"[0-9]+([,>:][0-9]+)*", choice)
    assert marking.choice_of(question, marking.draft_of(question, choice)) == choice


@given(questions(), st.text(alphabet=marking.SIGNS + "-:٣é", max_size=15))
def test_a_forged_draft_is_refused_or_fits(question: Question, draft: str) -> None:
    try:
        kept = marking.checked(question, draft)
    except BadBallot:
        return
    assert marking.checked(question, kept) == kept
    found = marking.marks(question, kept)
    assert all(1 <= number <= question.options for number in found)
    assert question.kind is not Kind.POINTS or marking.left(question, kept) >= 0


@pytest.mark.parametrize(
    ("kind", "junk"),
    [
        (Kind.YESNO, ("3", "0", "1,2", "1>2", "yes", "1:1", " 1", "+1", "1\n", "١")),
        (Kind.SINGLE, ("4", "0", "1,2", "-1", "01:1", "1,", "999999999")),
        (Kind.APPROVAL, ("1,1", "1>2", "4", "1,,2", "1:2", "1,2,3")),
        (Kind.RANKED, ("1,2", "1>1", "1>4", ">1", "1>2,3", "1:2")),
        (Kind.POINTS, ("1:4", "1:2,2:2", "1:5,1:0", "4:5", "5", "1:-1,2:6", "1:5,", "0:5", "1:2:3", "1:2>2:3")),
    ],
)
def test_junk_is_refused(kind: Kind, junk: tuple[str, ...]) -> None:
    question = Question(kind, 2 if kind is Kind.YESNO else 3, points=5 if kind is Kind.POINTS else 0, most=2)
    for text in junk:
        with pytest.raises(BadBallot):
            read_choice(question, text)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_tap_of_the_longest_paper_fits_into_a_button(kind: Kind) -> None:
    options = 2 if kind is Kind.YESNO else MOST_OPTIONS
    question = Question(kind, options, points=MOST_POINTS if kind is Kind.POINTS else 0)
    choice = {
        Kind.POINTS: f"1:{MOST_POINTS}",
        Kind.RANKED: ">".join(map(str, range(options, 0, -1))),
        Kind.APPROVAL: ",".join(map(str, range(1, options + 1))),
    }.get(kind, str(options))
    draft = marking.draft_of(question, read_choice(question, choice))
    for do in ("mark", "less", "full", "cast", "take", "anew"):
        tap = VoteTap(do=do, id=9_999_999, key=new_key(), draft=draft, page=1, who=9_999_999)
        assert len((ANEW + tap.pack()).encode()) <= MOST_DATA
        assert VoteTap.unpack(tap.pack()) == tap
    assert marking.choice_of(question, draft) == read_choice(question, choice)


@pytest.mark.parametrize(
    ("kind", "text", "choice"),
    [
        (Kind.YESNO, "YES!", "1"),
        (Kind.YESNO, "2", "2"),
        (Kind.YESNO, "si", "1"),
        (Kind.YESNO, "Nee", "2"),
        (Kind.YESNO, "Abstain.", ""),
        (Kind.YESNO, "maybe", None),
        (Kind.YESNO, "1 2", None),
        (Kind.SINGLE, "school", "3"),
        (Kind.SINGLE, "bakery, and its mill", "4"),
        (Kind.SINGLE, "5", None),
        (Kind.APPROVAL, "2 1", "1,2"),
        (Kind.APPROVAL, "road; well", "1,2"),
        (Kind.APPROVAL, "road road", None),
        (Kind.APPROVAL, "1, 1", None),
        (Kind.RANKED, "2 1 3", "2>1>3"),
        (Kind.RANKED, "2>1>3", "2>1>3"),
        (Kind.RANKED, "school > 1", "3>1"),
        (Kind.RANKED, "bakery, and its mill", "4"),
        (Kind.RANKED, "2, 2", None),
        (Kind.POINTS, "1:4 3:6", "1:4,3:6"),
        (Kind.POINTS, "4 0 6 0", "1:4,3:6"),
        (Kind.POINTS, "4, 0, 6, 0", "1:4,3:6"),
        (Kind.POINTS, "Well 4, School: 6", "1:4,3:6"),
        (Kind.POINTS, "well = 4; 3 = 6", "1:4,3:6"),
        (Kind.POINTS, "4 0 6", None),
        (Kind.POINTS, "1:4 1:6", None),
        (Kind.POINTS, "10", None),
        (Kind.POINTS, "well", None),
        (Kind.SINGLE, "", None),
        (Kind.SINGLE, ",,,", None),
    ],
)
def test_a_vote_in_words(kind: Kind, text: str, choice: str | None) -> None:
    question = Question(kind, 2 if kind is Kind.YESNO else 4, points=10 if kind is Kind.POINTS else 0)
    assert read(question, ("Yes", "No") if kind is Kind.YESNO else NAMES, text) == choice


@given(questions(), st.text(alphabet="0123456789 ,>:;=\nabWell٣", max_size=25))
def test_whatever_is_written_is_a_choice_or_none(question: Question, text: str) -> None:
    names = [f"Option {number}" for number in range(1, question.options + 1)]
    choice = read(question, names, text)
    assert choice is None or read_choice(question, choice) == choice


@given(st.integers(1, 2**31 - 1), st.integers(1, 65_536))
def test_codes_and_receipts(poll_id: int, boxes: int) -> None:
    key = new_key()
    receipt = receipt_of(poll_id, key)
    assert receipt == receipt_of(poll_id, key) != receipt_of(poll_id + 1, key)
    assert key_in(in_groups(key).lower()) == key_in(f" {key} ") == key
    assert receipt_in(in_groups(receipt)) == receipt
    assert key_in(receipt) is receipt_in(key) is None
    assert 0 <= box_of(receipt, boxes) == place_of(receipt) * boxes // PLACES < boxes
    assert code_before(f"{in_groups(key).lower()} 2, 1") == (in_groups(key).lower(), "2, 1")
    assert code_before(key) == (key, "")
    assert has_code(f"my receipt is {in_groups(receipt)}.")


@pytest.mark.parametrize("text", ["", "bake some good rolls", "congregation", "12", "2B3X", "1:4,3:6"])
def test_other_words_are_no_codes(text: str) -> None:
    assert code_before(text) is None
    assert not has_code(text)
