from __future__ import annotations

from collections import deque
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.settings import WEEKDAYS, TownSettings
from town.standing import (
    Standing,
    WeekResult,
    exempt_weeks,
    has_benefits,
    next_close,
    next_note,
    note_at,
    note_until,
    reckon,
    warning_expires,
    without_since,
)

JOINED = date(2026, 1, 5)


def week(number: int) -> date:
    return JOINED + timedelta(days=7 * number)


def run(*minutes: int, exempt: tuple[int, ...] = (), required: int = 180, cap: int = 720) -> tuple[WeekResult, ...]:
    return reckon(
        {week(number): amount for number, amount in enumerate(minutes)},
        joined=JOINED,
        upto=week(len(minutes) - 1),
        required=required,
        cap=cap,
        exempt=[week(number) for number in exempt],
    )


def standings(results: tuple[WeekResult, ...]) -> str:
    return "".join(result.standing.value[0] for result in results)


def test_three_hours_make_a_week() -> None:
    assert standings(run(0, 0, 180, 179, 181)) == "wwpsp"


def test_the_first_two_weeks_are_welcome_and_nothing_is_missing() -> None:
    first, second, third = run(0, 60, 60)
    assert (first.standing, first.missing) == (Standing.WELCOME, 0)
    assert (second.standing, second.missing) == (Standing.WELCOME, 0)
    assert (third.standing, third.missing) == (Standing.SHORT, 120)


def test_a_newcomer_who_gives_three_hours_participates() -> None:
    assert standings(run(180, 0)) == "pw"


def test_minutes_above_carry_and_are_spent_where_they_suffice() -> None:
    results = run(0, 0, 400, 100, 50, 180)
    assert standings(results) == "wwpppp"
    assert [result.carried_in for result in results] == [0, 0, 0, 220, 140, 10]
    assert [result.carried_out for result in results] == [0, 0, 220, 140, 10, 10]


def test_a_short_week_leaves_carried_minutes_whole() -> None:
    results = run(0, 0, 240, 60, 120)
    assert standings(results) == "wwpsp"
    assert (results[3].missing, results[3].carried_in, results[3].carried_out) == (60, 60, 60)
    assert results[4].carried_out == 0


def test_the_cap_holds_in_all() -> None:
    results = run(0, 0, 800, 800, 0)
    assert [result.carried_out for result in results[2:]] == [620, 720, 540]


def test_exempt_weeks_ask_nothing_and_carry() -> None:
    results = run(0, 0, 300, 100, 500, 0, exempt=(3, 4))
    assert standings(results) == "wwpepp"
    assert [result.carried_out for result in results[2:]] == [120, 120, 440, 260]
    assert results[3].missing == 0


def test_an_exemption_comes_before_the_welcome() -> None:
    assert standings(run(0, 0, exempt=(0,))) == "ew"


def test_corrections_below_zero_burden_no_other_week() -> None:
    results = run(0, 0, -500, 180)
    assert results[2] == WeekResult(week(2), 0, 0, 0, Standing.SHORT, 180)
    assert results[3].standing is Standing.PARTICIPATING


def test_minutes_before_the_sign_up_do_not_count() -> None:
    results = reckon({week(-1): 900}, joined=JOINED, upto=week(2), required=180, cap=720)
    assert standings(results) == "wws"


def test_nothing_before_the_sign_up() -> None:
    assert reckon({}, joined=week(1), upto=JOINED, required=180, cap=720) == ()


@pytest.mark.parametrize(("joined", "upto"), [(date(2026, 1, 6), week(4)), (JOINED, date(2026, 1, 11))])
def test_weeks_are_mondays(joined: date, upto: date) -> None:
    with pytest.raises(ValueError, match="Monday"):
        reckon({}, joined=joined, upto=upto, required=180, cap=720)


def warned(*numbers: int) -> frozenset[date]:
    return frozenset(week(number) for number in numbers)


ALWAYS = warned(*range(-1, 60))


def test_benefits_follow_the_week_before_and_return_at_once() -> None:
    results = run(0, 0, 0, 180, 0, 0, 0, exempt=(6,))
    assert standings(results) == "wwspsse"
    wanted = [False, True, True, True, True, False, False, True]
    assert [has_benefits(results, week(number), warned=ALWAYS) for number in range(8)] == wanted
    assert not has_benefits(results, week(8), warned=ALWAYS)
    assert not has_benefits((), week(0), warned=ALWAYS)


def test_nothing_is_lost_without_a_warning() -> None:
    results = run(0, 0, 0, 0, 0, 0)
    assert standings(results) == "wwssss"
    assert [has_benefits(results, week(number), warned=()) for number in range(7)] == [False, *[True] * 6]
    told = [has_benefits(results, week(number), warned=warned(3, 5)) for number in range(7)]
    assert told == [False, True, True, True, False, True, False]


def test_since_when_somebody_is_without() -> None:
    results = run(0, 0, 0, 0, 0, 180, 0, 0)
    assert standings(results) == "wwsssp" + "ss"
    since = [without_since(results, week(number), warned=ALWAYS) for number in range(9)]
    third, last = week(3), week(7)
    assert since == [None, None, None, third, third, None, None, last, last]
    assert without_since(results, week(4), warned=warned(3)) == week(4)


def test_spans_of_exempt_weeks() -> None:
    spans = [(week(0), week(2)), (week(2), week(2)), (week(5), week(6))]
    assert exempt_weeks(spans) == {week(number) for number in (0, 1, 2, 5, 6)}
    assert exempt_weeks([]) == frozenset()


MINUTES = st.lists(st.integers(-300, 1500), min_size=1, max_size=30)
EXEMPT = st.sets(st.integers(0, 29)).map(tuple)
REQUIRED = st.integers(0, 400)
CAP = st.integers(0, 1000)


@given(MINUTES, EXEMPT, REQUIRED, CAP)
def test_no_minute_is_made_or_counted_twice(
    minutes: list[int], exempt: tuple[int, ...], required: int, cap: int
) -> None:
    carried = 0
    for number, result in enumerate(run(*minutes, exempt=exempt, required=required, cap=cap)):
        assert result.week == week(number)
        assert result.minutes == max(0, minutes[number])
        assert result.carried_in == carried
        assert 0 <= result.carried_out <= cap
        spent = max(0, result.carried_in - result.carried_out)
        if spent:
            assert result.standing is Standing.PARTICIPATING
            assert result.minutes + spent == required
        gained = max(0, result.carried_out - result.carried_in)
        assert gained <= max(0, result.minutes - required)
        assert (result.missing > 0) == (result.standing is Standing.SHORT)
        if result.standing is Standing.SHORT:
            assert result.minutes + result.carried_in + result.missing == required
        carried = result.carried_out


def by_the_minute(minutes: list[int], exempt: tuple[int, ...], required: int, cap: int) -> str:
    """The same rules, told naively: a purse of single minutes, oldest first."""
    purse: deque[int] = deque()
    told = ""
    for number, amount in enumerate(minutes):
        own = max(0, amount)
        if own >= required:
            told += "p"
            for _ in range(own - required):
                if len(purse) < cap:
                    purse.append(number)
        elif number in exempt:
            told += "e"
        elif number < 2:
            told += "w"
        elif own + len(purse) >= required:
            told += "p"
            while own < required:
                purse.popleft()
                own += 1
        else:
            told += "s"
    return told


@given(MINUTES, EXEMPT, REQUIRED, CAP)
def test_it_agrees_with_the_rules_told_naively(
    minutes: list[int], exempt: tuple[int, ...], required: int, cap: int
) -> None:
    results = run(*minutes, exempt=exempt, required=required, cap=cap)
    assert standings(results) == by_the_minute(minutes, exempt, required, cap)


@given(MINUTES, st.data())
def test_more_minutes_never_take_benefits_of_that_week_away(minutes: list[int], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(minutes) - 1))
    more = [*minutes]
    more[number] += data.draw(st.integers(0, 500))
    before, after = run(*minutes), run(*more)
    told = warned(*data.draw(st.sets(st.integers(0, 29))))
    for at in (number, number + 1):
        assert has_benefits(after, week(at), warned=told) >= has_benefits(before, week(at), warned=told)


def test_ten_years_are_quick() -> None:
    results = run(*([200] * 520))
    assert results[-1].carried_out == 720
    assert len(results) == 520


# -- when: five zones, in the weeks in which their clocks change -----------------------------------------------------

CHANGES = [
    ("Europe/Berlin", date(2026, 3, 23), 167),
    ("Europe/Berlin", date(2026, 10, 19), 169),
    ("America/New_York", date(2026, 3, 2), 167),
    ("America/New_York", date(2026, 10, 26), 169),
    ("Africa/Johannesburg", date(2026, 3, 23), 168),
    ("Pacific/Apia", date(2011, 12, 26), 144),  # the Friday that Samoa left out
    ("Asia/Kathmandu", date(1985, 12, 30), 168),  # the clocks went from +05:30 to +05:45 in the first minute of 1986
]


@pytest.mark.parametrize(("zone", "monday", "hours"), CHANGES)
def test_a_week_is_closed_when_it_is_over(zone: str, monday: date, hours: int) -> None:
    settings = TownSettings(zone=zone)
    begins = next_close(
        datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo(zone)) - timedelta(hours=3), settings
    )
    ends = next_close(begins, settings)
    assert begins.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(monday, time())
    assert ends.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(monday + timedelta(days=7), time())
    about = timedelta(minutes=15) if zone == "Asia/Kathmandu" else timedelta()
    assert ends - begins == timedelta(hours=hours) - about


@pytest.mark.parametrize(("zone", "monday", "hours"), CHANGES)
@pytest.mark.parametrize("day", WEEKDAYS)
def test_the_note_comes_at_its_hour_on_the_towns_clocks(zone: str, monday: date, hours: int, day: str) -> None:
    settings = TownSettings(zone=zone, note_day=day, note_at=time(17, 30))
    there = note_at(monday, settings).astimezone(ZoneInfo(zone))
    if (zone, day) == ("Pacific/Apia", "friday"):
        assert there.date() == monday + timedelta(days=5)  # there was no Friday
    else:
        assert there.replace(tzinfo=None) == datetime.combine(
            monday + timedelta(days=WEEKDAYS.index(day)), time(17, 30)
        )


@given(
    st.datetimes(datetime(2010, 1, 1), datetime(2035, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    st.sampled_from(sorted({zone for zone, _monday, _hours in CHANGES})),
    st.sampled_from(WEEKDAYS),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_the_next_note_and_close_lie_ahead_and_in_order(now: datetime, zone: str, day: str, at: time) -> None:
    settings = TownSettings(zone=zone, note_day=day, note_at=at)
    close = next_close(now, settings)
    assert now < close <= now + timedelta(days=8)
    assert next_close(close, settings) > close
    monday = close.astimezone(settings.tz).date() - timedelta(days=7)
    note = next_note(now, settings)
    assert note > now
    assert note in (note_at(monday, settings), note_at(monday + timedelta(days=7), settings))
    due = note_at(monday, settings)
    assert due <= note_until(monday, settings) <= warning_expires(monday, settings) <= close
