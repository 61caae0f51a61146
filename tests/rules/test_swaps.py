"""The rules of swapping shifts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from town.facts import Fact
from town.limits import caps
from town.settings import TownSettings
from town.shifts import ALWAYS_FREE, ShiftFacts, covers, overlap
from town.swaps import Side, check_side, needed_parts, stands_until
from town.week import local, monday_of

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
TOWN = TownSettings(zone="Europe/Berlin")


@st.composite
def some_shifts(draw: st.DrawFn, first: int, most: int = 5) -> tuple[ShiftFacts, ...]:
    """Shifts of the next days, some of which clash."""
    found = []
    for number in range(draw(st.integers(1, most))):
        starts = NOW + timedelta(hours=draw(st.integers(1, 120)))
        length = timedelta(hours=draw(st.integers(1, 8)))
        found.append(ShiftFacts(first + number, "Bread", starts, starts + length, places=5))
    return tuple(found)


def allowed(held: tuple[ShiftFacts, ...]) -> bool:
    """Whether somebody may hold all of these: each of them beside the others."""
    try:
        for shift in held:
            check_side(Side(held), shift, gives=(shift.id,), now=NOW, settings=TOWN)
    except Fact:
        return False
    return True


@given(some_shifts(100), some_shifts(200))
def test_a_swap_that_is_allowed_leaves_both_with_what_they_may_hold(
    one: tuple[ShiftFacts, ...], other: tuple[ShiftFacts, ...]
) -> None:
    give, take = one[0], other[0]
    before = allowed(one), allowed(other)
    try:
        check_side(Side(other), give, gives=(take.id,), now=NOW, settings=TOWN)
        check_side(Side(one), take, gives=(give.id,), now=NOW, settings=TOWN)
    except Fact:
        return
    for was, gave, got, fine in ((one, give, take, before[0]), (other, take, give, before[1])):
        held = (*(shift for shift in was if shift.id != gave.id), got)
        assert len(held) == len(was)
        assert not any(overlap(got, shift) for shift in held if shift is not got)
        if fine:
            assert allowed(held)
            _check_by_hand(held)


def _check_by_hand(held: tuple[ShiftFacts, ...]) -> None:
    """Clashes, rest and limits, reckoned in another way than the rules do."""
    in_order = sorted(held, key=lambda shift: shift.starts_at)
    days = [local(shift.starts_at, TOWN.tz).date() for shift in in_order]
    for (before, day), (after, next_day) in pairwise(zip(in_order, days, strict=True)):
        rest = after.starts_at - before.ends_at
        assert rest >= timedelta(0) if day == next_day else rest >= timedelta(minutes=TOWN.rest_minutes)
    most = caps(None, days[0], TOWN)
    for day in days:
        of_day = [shift.minutes for shift, on in zip(in_order, days, strict=True) if on == day]
        of_week = [shift.minutes for shift, on in zip(in_order, days, strict=True) if monday_of(on) == monday_of(day)]
        assert sum(of_day) <= most.day
        assert sum(of_week) <= most.week


@given(
    st.integers(0, ALWAYS_FREE),
    st.datetimes(datetime(2026, 11, 23), datetime(2026, 12, 6)),
    st.integers(1, 24 * 60),
)
def test_somebody_is_free_when_they_are_free_in_all_needed_parts(mask: int, starts: datetime, minutes: int) -> None:
    ends = starts + timedelta(minutes=minutes)
    starts, ends = starts.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    parts = needed_parts(starts, ends)
    assert covers(mask, starts, ends) == (parts is not None and mask & parts == parts)


@given(st.integers(0, 5000), st.lists(st.integers(1, 5000), min_size=1, max_size=2))
def test_a_request_never_outlives_a_shift(minutes: int, starts: list[int]) -> None:
    instants = [NOW + timedelta(minutes=start) for start in starts]
    until = stands_until(NOW, minutes, instants)
    assert until <= min(instants)
    assert until in (NOW + timedelta(minutes=minutes), min(instants))
