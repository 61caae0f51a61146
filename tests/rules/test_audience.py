"""Audiences as text: what is put together step by step comes back as it was, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.audience_entries import Entry, matching
from handlers.kit.audience_words import Called, audience_words, street_label, street_name
from town.audience import MOST_STEPS, Audience, Chosen, How, area_of, parse, parse_chosen

numbers = st.integers(1, 9_999_999_999)
streets = st.text("abcdefgh éñ-'", min_size=1, max_size=40)
words = st.sampled_from(["mayor", "coordinator", "treasurer", "council"])
numbered = st.sampled_from(["project", "meeting", "shift", "skill", "interest", "owes", "can", "saved"])
none = st.just("")
audiences = st.one_of(
    st.just(Audience("town")),
    st.builds(Audience, numbered, numbers, none),
    st.builds(Audience, st.just("street"), st.just(0), streets),
    st.builds(Audience, st.just("role"), st.just(0), words),
    st.builds(Audience, st.just("language"), st.just(0), st.sampled_from(["en", "zu", "fil"])),
)
chosen = st.builds(
    Chosen, audiences, st.lists(st.tuples(st.sampled_from(list(How)), audiences), max_size=MOST_STEPS - 1).map(tuple)
)


@given(chosen)
def test_there_and_back(one: Chosen) -> None:
    assert parse_chosen(str(one)) == one
    assert [parse(str(term)) for term in one.terms] == list(one.terms)


@given(st.text(max_size=30))
def test_anything_else_is_no_audience(text: str) -> None:
    try:
        found = parse_chosen(text)
    except ValueError:
        return
    assert str(found) == text


REFUSED: tuple[str, ...] = (
    "",
    "town:1",
    "project:0",
    "project:x",
    "role:admin",
    "standing:rich",
    "street:",
    "town\n",
    "town\n?town",
)
REFUSED += ("town\ntown", "\n".join(["town", *["+town"] * (MOST_STEPS + 1)]), "owes:-5", "skill:٣", "everybody")


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no audience|not a valid How"):
        parse_chosen(text)


def test_no_step_too_many() -> None:
    full = Chosen(Audience("town"), ((How.NOT, Audience("role", word="mayor")),) * (MOST_STEPS - 1))
    with pytest.raises(ValueError, match="too many steps"):
        full.and_then(How.ALSO, Audience("town"))


def test_plainly_everybody() -> None:
    everybody = Chosen(Audience("town"))
    assert everybody.is_town
    assert everybody.and_then(How.ALSO, Audience("project", 3)).is_town
    assert not everybody.and_then(How.NOT, Audience("project", 3)).is_town
    assert not Chosen(Audience("project", 3)).is_town


@pytest.mark.parametrize(
    ("written", "area"),
    [
        ("12 Mill Lane", "mill lane"),
        ("mill lane 12b", "mill lane"),
        ("MILL  LANE, flat 3", "mill lane flat"),
        ("Río Seco 4", "rio seco"),
        ("42", ""),
    ],
)
def test_streets_are_compared_without_numbers_accents_and_capitals(written: str, area: str) -> None:
    assert area_of(written) == area


def test_streets_as_they_are_shown() -> None:
    assert street_name("12 Mill Lane, 3b") == "Mill Lane"
    assert street_name("mill lane") == "Mill Lane"
    assert street_label("Mill Lane 2", 1200) == "Mill Lane (1,200)"


def test_what_was_said_in_the_order_it_was_said() -> None:
    one = parse_chosen("project:1\n+skill:2\n&street:mill lane\n-role:mayor")
    names = {
        Audience("project", 1): Called("Bakery"),
        Audience("skill", 2): Called("Driving"),
        Audience("street", word="mill lane"): Called("Mill Lane"),
    }
    assert audience_words(one, names) == (
        "the people of Bakery; also those who can do Driving; of them only those who live in Mill Lane; "
        "but not the mayor"
    )


def test_what_typed_words_mean() -> None:
    entries = [
        Entry(Audience("project", 1), "Bakery"),
        Entry(Audience("skill", 2), "Baking"),
        Entry(Audience("street", word="mill lane"), "Mill Lane (3)", "mill lane"),
        Entry(Audience("street", word="old mill lane"), "Old Mill Lane (1)", "old mill lane"),
    ]
    assert [one.label for one in matching(entries, "bakery")] == ["Bakery"]
    assert [one.label for one in matching(entries, "BAK")] == ["Bakery", "Baking"]
    assert [one.label for one in matching(entries, "7 Mill Lane")] == ["Mill Lane (3)"], "the very name comes first"
    assert matching(entries, "b") == matching(entries, "42") == matching(entries, "") == []


@given(streets)
def test_a_choice_fits_a_button(street: str) -> None:
    """Whatever a street is called, what a button carries of it is short."""
    assert len(Entry(Audience("street", word=street), street).key.encode()) <= 24
