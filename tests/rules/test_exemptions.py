from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.exemptions import check_span, ended_early, overlap, read_weeks
from town.facts import BadSpan

MONDAY = date(2026, 11, 23)
WORDS = ("week", "weeks", "for", "semanas", "amasonto", "ama")


def week(number: int) -> date:
    return MONDAY + timedelta(days=7 * number)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (-1, 0), (-1, 2), (1, 4), (4, 7)])
def test_spans_that_may_be_asked_for(first: int, last: int) -> None:
    check_span(week(first), week(last), monday=MONDAY, most=4)


@pytest.mark.parametrize(("first", "last"), [(-2, 0), (-1, -1), (2, 1), (0, 4), (5, 5)])
def test_spans_that_may_not(first: int, last: int) -> None:
    with pytest.raises(BadSpan) as bad:
        check_span(week(first), week(last), monday=MONDAY, most=4)
    assert bad.value.most == 4


@given(*[st.integers(-5, 5)] * 4)
def test_spans_overlap_when_they_share_a_week(first: int, last: int, other_first: int, other_last: int) -> None:
    shared = set(range(first, last + 1)) & set(range(other_first, other_last + 1))
    if first <= last and other_first <= other_last:
        assert overlap(week(first), week(last), week(other_first), week(other_last)) == bool(shared)


def test_the_week_in_which_one_is_ended_stays_exempt() -> None:
    assert ended_early(week(-3), MONDAY) == MONDAY
    assert ended_early(MONDAY, MONDAY) == MONDAY
    assert ended_early(week(1), MONDAY) is None


@pytest.mark.parametrize("text", ["4", "4 weeks", "for 4 weeks", "4 SEMANAS", "amasonto ama-4", " 4weeks. "])
def test_numbers_of_weeks(text: str) -> None:
    assert read_weeks(text, WORDS) == 4


@pytest.mark.parametrize("text", ["", "weeks", "4 5", "4 months", "24/12", "until 24 December", "1234"])
def test_what_is_no_number_of_weeks(text: str) -> None:
    assert read_weeks(text, WORDS) is None
