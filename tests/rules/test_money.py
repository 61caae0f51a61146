"""What things cost, prices as they are typed, and files that no spreadsheet reckons out."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.facts import BadPrice
from town.money import MOST_PRICE, due, due_for_part, plainly, read_price
from town.sheets import as_csv


@given(st.integers(0, MOST_PRICE), st.integers(0, 10**9))
def test_what_is_due_is_rounded_half_up(price: int, thousandths: int) -> None:
    exact = Decimal(price) * thousandths / 1000
    assert due(price, thousandths) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_what_is_due() -> None:
    assert due(1250, 1500) == 1875  # 1.5 kg at R12.50
    assert due(1, 500) == 1
    assert due(1, 499) == 0
    assert due(150, 700) == 105  # yen, which have no minor unit


@given(st.integers(0, MOST_PRICE), st.lists(st.integers(1, 10**7), min_size=1, max_size=9))
def test_parts_come_to_the_whole(price: int, parts: list[int]) -> None:
    left = whole = sum(parts)
    paid = 0
    for part in parts:
        one = due_for_part(price, left, part)
        assert abs(one - due(price, part)) <= 1
        paid, left = paid + one, left - part
        assert paid + due(price, left) == due(price, whole), "what is shown as left to pay is what is asked for"
    assert paid == due(price, whole)


@pytest.mark.parametrize(
    ("typed", "digits", "price"),
    [
        ("12.50", 2, 1250),
        ("12,5", 2, 1250),
        ("R12.50", 2, 1250),
        ("R 12,50", 2, 1250),
        ("12 ZAR", 2, 1200),
        ("R$ 5", 2, 500),
        ("5 kr.", 2, 500),
        ("3 €", 2, 300),
        ("0", 2, 0),
        ("１２", 2, 1200),
        ("¥500", 0, 500),
        ("1.234", 3, 1234),
        ("12 500", 2, 1_250_000),
    ],
)
def test_prices_are_read(typed: str, digits: int, price: int) -> None:
    assert read_price(typed, digits) == price


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("", 2), ("-3", 2), ("1,250", 2), ("12.555", 2), ("5.5", 0), ("=1", 2), ("1e5", 2), ("free", 2), ("9" * 9, 2)],
)
def test_what_is_no_price_is_refused(typed: str, digits: int) -> None:
    with pytest.raises(BadPrice):
        read_price(typed, digits)


@given(st.text(max_size=60), st.integers(0, 3))
def test_whatever_is_typed_is_a_price_or_refused(typed: str, digits: int) -> None:
    price = 0
    with suppress(BadPrice):
        price = read_price(typed, digits)
    assert 0 <= price <= MOST_PRICE


@given(st.integers(0, MOST_PRICE), st.integers(0, 3))
def test_a_price_is_read_as_a_file_has_it(price: int, digits: int) -> None:
    assert read_price(plainly(price, digits), digits) == price


def test_amounts_in_files() -> None:
    assert [plainly(one, 2) for one in (1875, 0, -50)] == ["18.75", "0.00", "-0.50"]
    assert plainly(1875, 0) == "1875"


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), max_size=5))
def test_a_file_holds_what_was_written(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(as_csv(("a", "b", "c"), rows), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read[1:]] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "|x", "%x", "=cmd|' /C'!A0"])
def test_nothing_in_a_file_is_a_formula(cell: str) -> None:
    [_head, [kept]] = csv.reader(io.StringIO(as_csv(("a",), [(cell,)]), newline=""))
    assert kept == f"'{cell}"


def test_numbers_stay_numbers() -> None:
    assert as_csv(("a", "b"), [("-18.75", None)]) == "a,b\r\n-18.75,\r\n"
