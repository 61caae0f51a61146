"""Patterns of series: the right days, at the same time by the clocks, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.series.pattern import days, next_days
from town.facts import NoDays
from town.series import Pattern, check_pattern, clock, exists, first_from, minutes_of, pattern_of, span
from town.week import local, monday_of

BERLIN, NEW_YORK, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
ZONES = st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Africa/Johannesburg"), APIA, ZoneInfo("Asia/Kathmandu")])
DAYS = st.dates(date(2009, 1, 1), date(2040, 12, 31))
PATTERNS = st.builds(
    lambda weekdays, weeks: Pattern(tuple(sorted(weekdays)), weeks),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(1, 4),
)


@given(PATTERNS, DAYS)
def test_the_days_of_a_pattern_are_those_that_counting_by_hand_finds(pattern: Pattern, day: date) -> None:
    first = first_from(day, pattern)
    by_hand = [
        one
        for one in (first + timedelta(days=ahead) for ahead in range(12 * 7))
        if one.weekday() in pattern.weekdays and (monday_of(one) - monday_of(first)).days // 7 % pattern.weeks == 0
    ]
    assert by_hand[0] == first
    assert list(days(pattern.rule, first, None, since=first, until=first + timedelta(days=12 * 7 - 1))) == by_hand


@given(PATTERNS, DAYS, st.integers(0, 200), st.integers(0, 200))
def test_looking_in_parts_finds_the_same_days_as_looking_at_once(
    pattern: Pattern, day: date, until: int, more: int
) -> None:
    first = first_from(day, pattern)
    one, two = first + timedelta(days=until), first + timedelta(days=until + more)
    parts = [
        *days(pattern.rule, first, None, since=first, until=one),
        *days(pattern.rule, first, None, since=one + timedelta(days=1), until=two),
    ]
    assert parts == list(days(pattern.rule, first, None, since=first, until=two))


@given(PATTERNS, DAYS, st.integers(0, 100))
def test_it_ends_with_its_last_day_and_leaves_out_what_it_shall(pattern: Pattern, day: date, lasts: int) -> None:
    first = first_from(day, pattern)
    last = first + timedelta(days=lasts)
    every = list(days(pattern.rule, first, last, since=date.min))
    assert every[0] == first
    assert every[-1] <= last
    without = every[::2]
    assert list(days(pattern.rule, first, last, since=first, without=without)) == every[1::2]
    assert next_days(pattern.rule, first, last, since=first, most=2) == every[:2]


@given(PATTERNS)
def test_a_rule_is_read_back(pattern: Pattern) -> None:
    assert pattern_of(pattern.rule) == pattern


@given(DAYS, st.integers(0, 1439), st.integers(15, 720), ZONES)
def test_a_shift_starts_by_the_clocks_and_lasts_as_long_as_it_does(
    day: date, start: int, length: int, zone: ZoneInfo
) -> None:
    starts, ends = span(day, start, length, zone)
    assert ends - starts == timedelta(minutes=length)
    assert starts.tzinfo is UTC
    there = local(starts, zone)
    if exists(day, zone) and there.replace(tzinfo=None) != datetime.combine(day, clock(start)):
        # The clocks skip it: the same instant, by the clocks of before.
        before = (starts - timedelta(hours=3)).astimezone(zone).utcoffset()
        assert before is not None
        assert starts == datetime.combine(day, clock(start), tzinfo=UTC) - before
        assert there.date() == day


@given(PATTERNS, DAYS, st.integers(0, 1439), ZONES)
def test_the_shifts_of_a_series_follow_each_other_a_day_each(
    pattern: Pattern, day: date, start: int, zone: ZoneInfo
) -> None:
    first = first_from(day, pattern)
    found = [one for one in islice(days(pattern.rule, first, None, since=first), 40) if exists(one, zone)]
    begins = [span(one, start, 60, zone)[0] for one in found]
    assert all(before < after for before, after in pairwise(begins))
    assert [local(moment, zone).date() for moment in begins] == found


@pytest.mark.parametrize(
    ("zone", "first", "offsets"),
    [
        ("Europe/Berlin", date(2026, 10, 22), (2, 1)),
        ("Europe/Berlin", date(2027, 3, 25), (1, 2)),
        ("America/New_York", date(2026, 10, 29), (-4, -5)),
        ("America/New_York", date(2027, 3, 11), (-5, -4)),
        ("Africa/Johannesburg", date(2026, 10, 22), (2, 2)),
        ("Pacific/Apia", date(2020, 9, 24), (13, 14)),
        ("Asia/Kathmandu", date(2026, 10, 22), (5.75, 5.75)),
    ],
)
def test_nine_o_clock_stays_nine_o_clock(zone: str, first: date, offsets: tuple[float, float]) -> None:
    found = [span(day, 540, 180, ZoneInfo(zone))[0] for day in (first, first + timedelta(days=7))]
    assert [local(moment, ZoneInfo(zone)).time() for moment in found] == [time(9), time(9)]
    there = [local(moment, ZoneInfo(zone)).utcoffset() for moment in found]
    assert there == [timedelta(hours=hours) for hours in offsets]


def test_a_time_that_the_clocks_skip_is_moved_and_one_they_show_twice_is_the_first() -> None:
    skipped, _ends = span(date(2027, 3, 28), 150, 60, BERLIN)
    assert local(skipped, BERLIN).time() == time(3, 30)
    twice, ends = span(date(2026, 10, 25), 150, 60, BERLIN)
    assert local(twice, BERLIN).utcoffset() == timedelta(hours=2)
    assert local(ends, BERLIN).time() == time(2, 30)


def test_a_day_that_never_was_has_no_shift() -> None:
    """Samoa crossed the date line: after Thursday 29 December 2011 came Saturday the 31st."""
    around = list(
        days("FREQ=WEEKLY;BYDAY=TH,FR,SA", date(2011, 12, 29), None, since=date.min, until=date(2011, 12, 31))
    )
    assert [day.day for day in around if exists(day, APIA)] == [29, 31]


def test_what_is_no_pattern() -> None:
    for weekdays, weeks in (((), 1), ((7,), 1), ((0,), 0), ((0,), 5)):
        with pytest.raises(NoDays):
            check_pattern(weekdays, weeks)
    with pytest.raises(ValueError, match="not a weekly rule"):
        pattern_of("FREQ=DAILY")
    assert check_pattern([3, 1, 3], 2) == Pattern((1, 3), 2)
    assert minutes_of(clock(510)) == 510
