"""The needs survey's sums: projected to the town, and what a single home could be known by."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.needs.reading import needed
from locales import speaking
from storage.queries.items import ItemRow
from town.amounts import UNITS
from town.facts import AmountStep, BadAmount, BadPeople, NeedTooMuch, UnknownItem
from town.needs import (
    LEAST_HOMES,
    MOST_PEOPLE,
    Answers,
    a_week,
    population,
    projected,
    reached,
    read_need,
    read_people,
    usual,
)

amounts = st.integers(0, 10**15)
counts = st.integers(1, 10**6)


@given(amount=amounts, people=counts, residents=st.integers(0, 10**6))
def test_a_projection_is_right_to_the_thousandth(amount: int, people: int, residents: int) -> None:
    exact = Decimal(amount) * max(residents, people) / people
    assert abs(projected(amount, people, residents) - exact) <= Decimal("0.5000001")
    assert projected(amount, people, people) == amount
    assert projected(amount, people, residents) >= amount


@pytest.mark.parametrize(
    ("amount", "people", "town", "need"),
    [(1, 2, 3, 2), (1, 3, 4, 1), (220_000, 120, 2400, 4_400_000), (0, 5, 9, 0), (7, 0, 9, 0), (1000, 3, 10, 3333)],
)
def test_projections(amount: int, people: int, town: int, need: int) -> None:
    assert projected(amount, people, town) == need


@pytest.mark.parametrize(
    ("residents", "covered", "people", "all_people"),
    [(5000, 1000, 1400, 7000), (6, 3, 10, 20), (3, 3, 9, 9), (5, 0, 0, 5), (5, 0, 7, 7), (7, 5, 5, 7)],
)
def test_those_who_did_not_answer_have_as_many_children(
    residents: int, covered: int, people: int, all_people: int
) -> None:
    assert population(residents, covered, people) == all_people


@given(made=amounts, weeks=st.integers(1, 8))
def test_a_week_is_the_mean(made: int, weeks: int) -> None:
    mean = Decimal(made) / weeks
    assert a_week(made, weeks) == int(mean.quantize(Decimal(1), ROUND_HALF_UP))


@given(made=amounts, need=amounts)
def test_how_far_it_reaches(made: int, need: int) -> None:
    found = reached(made, need)
    assert (found is None) == (need == 0)
    if found is not None:
        assert found * need <= made * 100 < (found + 1) * need
        assert (found >= 100) == (made >= need)


def test_no_single_home_is_seen() -> None:
    assert LEAST_HOMES == 3
    assert not Answers().shown
    assert not Answers(homes=2, needing=2, people=4, amount=9).shown
    assert not Answers(homes=100, needing=1, people=400, amount=9).shown
    assert not Answers(homes=100, needing=2, people=400, amount=9).shown
    assert Answers(homes=3, needing=3, people=4, amount=9).shown
    assert Answers(homes=3, needing=0, people=4).shown


@pytest.mark.parametrize(("text", "people"), [("4", 4), (" 12 ", 12), ("we are 7", 7), ("somos 3", 3), ("50", 50)])
def test_people(text: str, people: int) -> None:
    assert read_people(text) == people


@pytest.mark.parametrize(
    "text", ["", "many", "0", "-3", "51", "99999999999", "1.5", "2,5", "½", "3-4", "2 adults, 3 children"]
)
def test_no_people(text: str) -> None:
    with pytest.raises(BadPeople) as bad:
        read_people(text)
    assert bad.value.most == MOST_PEOPLE


@pytest.mark.parametrize(
    ("text", "amount"), [("0", 0), ("0 kg", 0), ("0,0", 0), ("1,5", 1500), ("½", 500), ("500 g", 500), ("1000", 10**6)]
)
def test_a_need(text: str, amount: int) -> None:
    assert read_need(text, "kg", 100) == amount


@pytest.mark.parametrize(
    ("text", "fact"),
    [("1000.1", NeedTooMuch), ("0.05", AmountStep), ("-1", BadAmount), ("", BadAmount), ("x", BadAmount)],
)
def test_no_need(text: str, fact: type[Exception]) -> None:
    with pytest.raises(fact):
        read_need(text, "kg", 100)


@given(unit=st.sampled_from(sorted(UNITS)), step=st.integers(1, 20_000))
def test_amounts_to_tap_are_multiples_of_the_step(unit: str, step: int) -> None:
    found = usual(unit, step)
    assert list(found) == sorted(set(found))
    assert len(found) == 4
    assert all(amount > 0 and amount % step == 0 for amount in found)


# -- several in one message --------------------------------------------------------------------------------------------


KNOWN = datetime(2026, 11, 1, tzinfo=UTC)


def item(number: int, name: str, unit: str = "loaf", **names: str) -> ItemRow:
    return ItemRow(
        number, name, json.dumps(names), unit, UNITS[unit].step, None, None, None, "first", None, 1, KNOWN, None
    )


LIST = (item(1, "Bread", es="Pan"), item(2, "Milk", "litre", es="Leche"), item(3, "Tomatoes", "kg"), item(4, "Rye 100"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bread 3, milk 2", [(1, 3000), (2, 2000)]),
        ("3 bread,2 milk", [(1, 3000), (2, 2000)]),
        ("Bread: 2\nmilk = 1,5 l", [(1, 2000), (2, 1500)]),
        ("milk 0.5; bread 1", [(2, 500), (1, 1000)]),
        ("3 loaves of bread", [(1, 3000)]),
        ("2x bread", [(1, 2000)]),
        ("500 ml milk", [(2, 500)]),
        ("pan 2, leche 1,5", [(1, 2000), (2, 1500)]),
        ("tomato 1", [(3, 1000)]),
        ("breads 2", [(1, 2000)]),
        ("bread 0", [(1, 0)]),
        ("1 1/2 l milk", [(2, 1500)]),
        ("½ milk", [(2, 500)]),
        ("milk", [(2, None)]),
        ("rye 100", [(4, None)]),
        (" , ;", []),
    ],
)
def test_several(text: str, found: list[tuple[int, int | None]]) -> None:
    with speaking("es"):
        assert [(one.id, amount) for one, amount in needed(text, LIST)] == found


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("caviar 2", UnknownItem),
        ("3", UnknownItem),
        ("bread 1.5", AmountStep),
        ("bread 1e9", BadAmount),
        ("bread 3 milk 2", BadAmount),
        ("bread 2, nothing else", UnknownItem),
        ("bread 5000", NeedTooMuch),
    ],
)
def test_not_understood(text: str, fact: type[Exception]) -> None:
    with pytest.raises(fact):
        needed(text, LIST)


@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = needed(text, LIST)
    except (UnknownItem, BadAmount, AmountStep, NeedTooMuch):
        return
    assert all(amount is None or 0 <= amount <= 10**6 for _item, amount in found)
