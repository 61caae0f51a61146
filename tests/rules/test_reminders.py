from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.reminders import after_quiet, cannot_wait, quiet, reminder_times
from town.week import local

NEW_YORK = ZoneInfo("America/New_York")
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("at", "is_quiet"),
    [(time(20, 59), False), (time(21), True), (time(0), True), (time(6, 59), True), (time(7), False)],
)
def test_quiet_over_midnight(at: time, is_quiet: bool) -> None:
    assert quiet(at, time(21), time(7)) is is_quiet


@given(TIMES, TIMES)
def test_equal_ends_are_never_quiet(at: time, end: time) -> None:
    assert not quiet(at, end, end)


@given(TIMES, TIMES, TIMES)
def test_a_time_is_quiet_in_one_span_or_the_other(at: time, one: time, other: time) -> None:
    if one != other:
        assert quiet(at, one, other) != quiet(at, other, one)


def by_the_minute(instant: datetime, zone: ZoneInfo, quiet_from: time, quiet_until: time) -> datetime:
    while quiet(local(instant, zone).time(), quiet_from, quiet_until):
        instant += MINUTE
    return instant


# Instants in the days around clock changes: by one hour, by half an hour, at midnight, and in a zone without any.
CHANGES = st.sampled_from(
    [
        ("America/New_York", datetime(2026, 3, 8)),
        ("America/New_York", datetime(2026, 11, 1)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3)),
        ("America/Havana", datetime(2026, 3, 8)),
        ("America/Havana", datetime(2026, 11, 1)),
        ("Asia/Beirut", datetime(2026, 10, 24)),
        ("Africa/Johannesburg", datetime(2026, 11, 24)),
    ]
)


@given(CHANGES, st.integers(-24 * 60, 36 * 60), TIMES, TIMES)
def test_it_agrees_with_waiting_minute_by_minute(
    change: tuple[str, datetime], minutes: int, quiet_from: time, quiet_until: time
) -> None:
    zone = ZoneInfo(change[0])
    instant = change[1].replace(tzinfo=UTC) + minutes * MINUTE
    moment = after_quiet(instant, zone, quiet_from, quiet_until)
    assert moment == by_the_minute(instant, zone, quiet_from, quiet_until)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("instant", "until", "wanted"),
    [
        (datetime(2026, 11, 24, 3, 0, 0, 250, tzinfo=UTC), time(7), datetime(2026, 11, 24, 12, tzinfo=UTC)),
        (datetime(2026, 11, 24, 15, tzinfo=UTC), time(7), datetime(2026, 11, 24, 15, tzinfo=UTC)),
        (datetime(2026, 3, 8, 5, tzinfo=UTC), time(7), datetime(2026, 3, 8, 11, tzinfo=UTC)),
        (datetime(2026, 3, 8, 5, tzinfo=UTC), time(2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (datetime(2026, 11, 1, 4, tzinfo=UTC), time(7), datetime(2026, 11, 1, 12, tzinfo=UTC)),
        (datetime(2026, 11, 1, 6, 10, tzinfo=UTC), time(1, 30), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
    ids=["a night", "by day", "a short night", "an end that is skipped", "a long night", "the second 1:10"],
)
def test_after_quiet_in_new_york(instant: datetime, until: time, wanted: datetime) -> None:
    assert after_quiet(instant, NEW_YORK, time(21), until) == wanted


@pytest.mark.parametrize(
    ("now", "starts", "wanted"),
    [("00:06", "20:00", False), ("00:06", "08:01", False), ("00:06", "08:00", True), ("12:00", "12:30", False)],
)
def test_only_what_would_come_too_late_breaks_into_the_quiet_hours(now: str, starts: str, *, wanted: bool) -> None:
    said, start = (datetime.combine(datetime(2026, 11, 24), time.fromisoformat(at), UTC) for at in (now, starts))
    assert cannot_wait(start, said, ZoneInfo("UTC"), time(21), time(7)) is wanted


def test_reminders_a_day_and_two_hours_before() -> None:
    starts = datetime(2026, 11, 24, 9, tzinfo=UTC)
    early, late = reminder_times(starts, [120, 1440, 120, 0, -30])
    assert (early.lead, early.due_at, early.expires_at) == (1440, starts - timedelta(days=1), starts - 720 * MINUTE)
    assert (late.lead, late.due_at, late.expires_at) == (120, starts - 120 * MINUTE, starts - 60 * MINUTE)


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)), st.lists(st.integers(-5, 20_000)))
def test_each_lead_reminds_once_and_before_the_start(starts: datetime, leads: list[int]) -> None:
    due = reminder_times(starts, leads)
    assert [one.due_at for one in due] == sorted({starts - lead * MINUTE for lead in leads if lead > 0})
    for one in due:
        assert one.due_at < one.expires_at < starts
        assert one.expires_at - one.due_at == starts - one.expires_at
