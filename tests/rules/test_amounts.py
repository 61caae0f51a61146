"""Amounts as people type them, and those that are offered to tap."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.amounts import MOST, UNITS, WHOLE, choices, read_amount
from town.facts import AmountStep, BadAmount

steps = st.sampled_from([1, 50, 100, 250, 500, 1000, 2000])
units = st.sampled_from(sorted(UNITS))
SIGNS = "0123456789.,/½¼¾⅓⅔⁄ kKgmlcdLx-+e٣２∞\n"


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("2", "loaf", 2000),
        (" 2 loaves. ", "loaf", 2000),
        ("2 Brote", "loaf", 2000),
        ("2.", "loaf", 2000),
        ("2 kilos", "kg", 2000),
        ("1 l", "litre", 1000),
        ("0.5", "kg", 500),
        ("0,5", "kg", 500),
        (",5 kg", "kg", 500),
        ("1.500", "kg", 1500),
        ("500 g", "kg", 500),
        ("500g", "kg", 500),
        ("250 ML", "litre", 250),
        ("2 dl", "litre", 200),
        ("5 cl", "litre", 50),
        ("½", "kg", 500),
        ("1½ kg", "kg", 1500),
        ("1 1/2", "kg", 1500),
        ("1/2 kg", "kg", 500),
        ("11/2", "kg", 5500),
        ("10/4", "kg", 2500),
        ("３", "loaf", 3000),
        ("٣", "loaf", 3000),
        ("1000000", "loaf", MOST),
        ("1,000", "loaf", 1_000_000),
        ("60.000 panes", "loaf", 60_000_000),
        ("1 000 loaves", "loaf", 1_000_000),
        ("1.000 kg", "kg", 1000),
    ],
)
def test_what_people_type(text: str, unit: str, amount: int) -> None:
    assert read_amount(text, unit, 50 if unit != "loaf" else WHOLE) == amount


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "many", "0", "0.0", "-2", "+2", "2 3", "1e3", "1/0", "1.5/2", "½½", ".", "1,000.5", "1000001"),
        *("99999999", "500 g", "2 kg", "1 l", "2 lb"),
    ],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(BadAmount) as caught:
        read_amount(text, "loaf", WHOLE)
    assert caught.value.fields == {"given": text}


@pytest.mark.parametrize(("text", "step"), [("1.5", 1000), ("1/3", 1), ("0.0001", 1), ("3", 2000), ("0,55", 100)])
def test_what_is_not_shared_out_like_that(text: str, step: int) -> None:
    with pytest.raises(AmountStep):
        read_amount(text, "kg", step)


@given(st.text(alphabet=SIGNS, max_size=12) | st.text(max_size=12), units, steps)
def test_whatever_is_typed_is_an_amount_or_a_fact(text: str, unit: str, step: int) -> None:
    try:
        amount = read_amount(text, unit, step)
    except (BadAmount, AmountStep):
        return
    assert 0 < amount <= MOST
    assert amount % step == 0


measured = units.filter(lambda unit: not UNITS[unit].counted)


@given(st.integers(1, MOST), st.sampled_from([".", ","]), measured)
def test_an_amount_is_read_as_it_is_written(amount: int, point: str, unit: str) -> None:
    whole, part = divmod(amount, WHOLE)
    assert read_amount(f"{whole}{point}{part:03}", unit, 1) == amount
    assert read_amount(f"{whole}{point}{part:03} {UNITS[unit].symbol or unit}", unit, 1) == amount


@given(st.integers(1, MOST // WHOLE), st.sampled_from([".", ",", " ", "\u202f"]), units)
def test_what_is_counted_is_read_in_groups_as_it_is_shown(count: int, between: str, unit: str) -> None:
    if UNITS[unit].counted:
        assert read_amount(f"{count:,}".replace(",", between), unit, WHOLE) == count * WHOLE


@given(st.integers(0, 99), st.integers(1, 99), st.integers(1, 99))
def test_a_fraction_is_what_it_says(whole: int, over: int, under: int) -> None:
    exact = (whole + Fraction(over, under)) * WHOLE
    text = f"{whole} {over}/{under}" if whole else f"{over}/{under}"
    if exact.denominator == 1:
        assert read_amount(text, "kg", 1) == exact
    else:
        with pytest.raises(AmountStep):
            read_amount(text, "kg", 1)


@given(st.integers(-5000, 2_000_000), steps, st.integers(1, 6))
def test_a_few_amounts_to_tap(left: int, step: int, most: int) -> None:
    offered = choices(left, step, most=most)
    assert len(offered) <= most
    assert list(offered) == sorted(set(offered))
    assert all(0 < one <= left and one % step == 0 for one in offered)
    assert (max(offered, default=0) == left - left % step) if left >= step else offered == ()
