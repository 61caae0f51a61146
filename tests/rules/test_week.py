from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from town.week import at_local, bounds, local, monday_of, month_of, next_monday, week_of

NEW_YORK = ZoneInfo("America/New_York")
# Half-hour changes, changes at midnight, far east, far west, none at all.
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            *("UTC", "Africa/Johannesburg", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana"),
            *("America/Sao_Paulo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca", "Asia/Kathmandu"),
        )
    ]
)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


@given(INSTANTS, ZONES)
def test_an_instant_lies_within_its_week(instant: datetime, zone: ZoneInfo) -> None:
    monday = week_of(instant, zone)
    first, after = bounds(monday, zone)
    assert monday.weekday() == 0
    assert first <= instant < after
    assert first.tzinfo is UTC
    assert after == next_monday(instant, zone)


@given(INSTANTS, ZONES)
def test_weeks_leave_no_gap_and_never_overlap(instant: datetime, zone: ZoneInfo) -> None:
    monday = week_of(instant, zone)
    after = bounds(monday, zone)[1]
    assert after == bounds(monday + timedelta(days=7), zone)[0]
    assert week_of(after, zone) == monday + timedelta(days=7)
    assert week_of(after - timedelta(microseconds=1), zone) == monday


@pytest.mark.parametrize(
    ("monday", "hours"), [(date(2026, 3, 2), 167), (date(2026, 10, 26), 169), (date(2026, 6, 1), 168)]
)
def test_weeks_of_a_clock_change(monday: date, hours: int) -> None:
    first, after = bounds(monday, NEW_YORK)
    assert after - first == timedelta(hours=hours)


def test_bounds_wants_a_monday() -> None:
    with pytest.raises(ValueError, match="2026-11-24 is not a Monday"):
        bounds(date(2026, 11, 24), NEW_YORK)


def test_a_skipped_time_moves_forward_by_the_gap() -> None:
    instant = at_local(date(2026, 3, 8), time(2, 30), NEW_YORK)
    assert instant == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert local(instant, NEW_YORK).time() == time(3, 30)


def test_of_a_repeated_time_the_first_is_meant() -> None:
    for fold in (0, 1):
        instant = at_local(date(2026, 11, 1), time(1, 30, fold=fold), NEW_YORK)
        assert instant == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@given(INSTANTS, ZONES)
def test_local_and_back(instant: datetime, zone: ZoneInfo) -> None:
    shown = local(instant, zone)
    back = at_local(shown.date(), shown.time(), zone)
    assert back == instant or (shown.fold == 1 and back < instant)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        week_of(datetime(2026, 11, 24, 9), NEW_YORK)


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)))
@example(date(2026, 11, 23))
@example(date(2026, 11, 29))
def test_monday_of(day: date) -> None:
    assert monday_of(day).weekday() == 0
    assert timedelta() <= day - monday_of(day) < timedelta(days=7)


@given(st.dates())
def test_a_month_has_all_its_days(day: date) -> None:
    first, last = month_of(day)
    assert first <= day <= last
    assert {first.day, (last.year, last.month)} == {1, (day.year, day.month)}
    assert last == date.max or (last + timedelta(days=1)).day == 1
