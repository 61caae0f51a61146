"""Rest at night, most a day and a week, and the limits of the young."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.facts import RestTooShort, TooLateForMinor, TooMuchInADay, TooMuchInAWeek, TooYoung
from town.limits import age_on, caps, check_limits, is_minor
from town.settings import TownSettings
from town.shifts import ShiftFacts
from town.week import at_local, local

ZONES = ("Europe/Berlin", "America/New_York", "Africa/Johannesburg", "Pacific/Apia", "Asia/Kathmandu")
TUESDAY = date(2026, 11, 24)
TOWN = TownSettings(zone="Africa/Johannesburg")


def shift(id: int, day: date, at: str, minutes: int, town: TownSettings = TOWN) -> ShiftFacts:
    starts = at_local(day, time.fromisoformat(at), town.tz)
    return ShiftFacts(id, f"Shift {id}", starts, starts + timedelta(minutes=minutes), places=1)


def test_the_night_between_two_days_of_work() -> None:
    late = shift(1, TUESDAY, "20:00", 120)
    check_limits(shift(2, TUESDAY + timedelta(days=1), "09:00", 60), [late], born=None, settings=TOWN)
    with pytest.raises(RestTooShort) as bad:
        check_limits(shift(2, TUESDAY + timedelta(days=1), "08:59", 60), [late], born=None, settings=TOWN)
    assert (bad.value.other, bad.value.rest) == ("Shift 1", 660)
    with pytest.raises(RestTooShort):  # looked at from the other side
        check_limits(late, [shift(2, TUESDAY + timedelta(days=1), "08:59", 60)], born=None, settings=TOWN)


def test_breaks_within_a_day_are_ones_own() -> None:
    check_limits(shift(2, TUESDAY, "11:00", 60), [shift(1, TUESDAY, "09:00", 120)], born=None, settings=TOWN)


def test_most_a_day_and_a_week() -> None:
    morning = shift(1, TUESDAY, "06:00", 480)
    check_limits(shift(2, TUESDAY, "16:00", 240), [morning], born=None, settings=TOWN)
    with pytest.raises(TooMuchInADay) as bad:
        check_limits(shift(2, TUESDAY, "16:00", 241), [morning], born=None, settings=TOWN)
    assert (bad.value.most, bad.value.minor) == (720, False)
    week = [shift(n, TUESDAY + timedelta(days=n), "08:00", 600) for n in range(-1, 3)]
    with pytest.raises(TooMuchInAWeek):
        check_limits(shift(9, TUESDAY + timedelta(days=5), "08:00", 15), week, born=None, settings=TOWN)
    check_limits(shift(9, TUESDAY + timedelta(days=6), "08:00", 15), week, born=None, settings=TOWN)


def test_the_young() -> None:
    born = date(2010, 11, 25)  # sixteen the day after
    check_limits(shift(1, TUESDAY, "16:00", 240), [], born=born, settings=TOWN)
    with pytest.raises(TooLateForMinor):
        check_limits(shift(1, TUESDAY, "16:01", 240), [], born=born, settings=TOWN)
    with pytest.raises(TooLateForMinor):
        check_limits(shift(1, TUESDAY, "05:30", 60), [], born=born, settings=TOWN)
    with pytest.raises(TooMuchInADay) as bad:
        check_limits(shift(1, TUESDAY, "10:00", 241), [], born=born, settings=TOWN)
    assert bad.value.minor
    with pytest.raises(TooYoung):
        check_limits(shift(1, TUESDAY, "10:00", 60), [], born=date(2013, 1, 1), settings=TOWN)
    check_limits(shift(1, TUESDAY, "20:00", 300), [], born=date(2008, 11, 24), settings=TOWN)  # eighteen today


def test_birthdays() -> None:
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18
    assert not is_minor(None, TUESDAY, TOWN)
    assert not is_minor(date(2020, 1, 1), TUESDAY, TownSettings(adult_age=0))


@given(
    zone=st.sampled_from(ZONES),
    first=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    second=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    minutes=st.tuples(st.integers(15, 600), st.integers(15, 600)),
)
def test_whether_two_go_together_does_not_hang_on_their_order(
    zone: str, first: datetime, second: datetime, minutes: tuple[int, int]
) -> None:
    """Also where the clocks change: what is refused one way round is refused the other."""
    town = TownSettings(zone=zone)
    one, other = (
        ShiftFacts(n, str(n), at.replace(tzinfo=UTC), at.replace(tzinfo=UTC) + timedelta(minutes=length), places=1)
        for n, (at, length) in enumerate(zip((first, second), minutes, strict=True))
    )

    def refused(wanted: ShiftFacts, held: ShiftFacts) -> type[Exception] | None:
        try:
            check_limits(wanted, [held], born=None, settings=town)
        except (RestTooShort, TooMuchInADay, TooMuchInAWeek) as fact:
            return type(fact)
        return None

    assert refused(one, other) == refused(other, one)
    tz = ZoneInfo(zone)
    days = [local(shift.starts_at, tz).date() for shift in (one, other)]
    apart = max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)
    assert (refused(one, other) is RestTooShort) == (days[0] != days[1] and apart < timedelta(hours=11))


@given(st.dates(date(1990, 1, 1), date(2025, 1, 1)), st.dates(date(2026, 1, 1), date(2040, 1, 1)))
def test_nobody_may_do_more_because_they_are_young(born: date, day: date) -> None:
    young, grown = caps(born, day, TOWN), caps(None, day, TOWN)
    assert (young.day, young.week) <= (grown.day, grown.week)
    assert young.minor == (age_on(born, day) < 18)
