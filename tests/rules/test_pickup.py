"""When those who have not come for their goods are reminded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.pickup import remind_at

FOUR = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "minutes", "late", "after"),
    [(120, 60, False, 60), (120, 180, False, 0), (30, 60, False, 0), (60, 60, True, 30), (60, 10, True, 50)],
)
def test_the_moment(length: int, minutes: int, late: bool, after: int) -> None:
    ends_at = FOUR + timedelta(minutes=length)
    assert remind_at(FOUR, ends_at, minutes, late=late) == FOUR + timedelta(minutes=after)


@given(st.integers(1, 10_000), st.integers(0, 1440), st.booleans())
def test_never_before_it_begins_and_always_before_it_ends(length: int, minutes: int, late: bool) -> None:
    ends_at = FOUR + timedelta(minutes=length)
    at = remind_at(FOUR, ends_at, minutes, late=late)
    assert (at is None) == (minutes == 0)
    assert at is None or FOUR <= at < ends_at
