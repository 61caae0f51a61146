"""Check-in codes: good for two minutes at one shift, whatever the town's clocks do."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.checkin import (
    LASTS,
    LENGTH,
    LETTERS,
    changes_in,
    code_at,
    code_in,
    code_now,
    good_until,
    in_payload,
    is_open,
    is_right,
    may_show,
    minute_of,
    new_key,
    opens_at,
    payload,
    screen_token,
    shown,
)
from town.week import at_local

ZONE = ZoneInfo("Africa/Johannesburg")
KEY = "a key of a shift"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

instants = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
shifts = st.integers(0, 2**31 - 1)
zones = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kathmandu")]
)


@given(now=instants, later=st.integers(0, 240), shift=shifts)
def test_a_code_is_good_to_the_end_of_the_next_minute(now: datetime, later: int, shift: int) -> None:
    code = code_now(KEY, shift, now)
    then = now + timedelta(seconds=later)
    assert is_right(KEY, shift, code, then) == (then < good_until(now))
    assert timedelta(minutes=1) < good_until(now) - now <= LASTS
    assert not is_right(KEY, shift, code, now - timedelta(minutes=1))


@given(now=instants)
def test_it_changes_with_the_minute(now: datetime) -> None:
    wait = changes_in(now)
    assert timedelta() < wait <= timedelta(minutes=1)
    assert minute_of(now + wait) == minute_of(now) + 1
    assert minute_of(now + wait - timedelta(microseconds=1)) == minute_of(now)


@given(now=instants, shift=shifts, zone=zones)
def test_the_clocks_of_a_zone_do_not_count(now: datetime, shift: int, zone: ZoneInfo) -> None:
    assert code_now(KEY, shift, now.astimezone(zone)) == code_now(KEY, shift, now)
    assert good_until(now.astimezone(zone)) == good_until(now)


@pytest.mark.parametrize("change", ["2026-03-29T01:00:00", "2026-10-25T01:00:00"])
def test_the_hour_that_comes_twice_has_each_code_once(change: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begins = datetime.fromisoformat(change).replace(tzinfo=UTC) - timedelta(hours=2)
    codes = [code_now(KEY, 7, (begins + timedelta(minutes=at)).astimezone(berlin)) for at in range(240)]
    assert len(set(codes)) == len(codes)


@given(key=st.text(min_size=1, max_size=50), shift=shifts, minute=st.integers(0, 2**33))
def test_a_code_survives_being_shown_sent_and_typed(key: str, shift: int, minute: int) -> None:
    code = code_at(key, shift, minute)
    assert re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", code)
    for typed in (code, shown(code), code.lower(), f" {code[:2]} {code[2:].lower()} ", f"{code[:3]}-{code[3:]}"):
        assert code_in(typed) == code
    sent = payload(shift, code)
    assert re.fullmatch("[A-Za-z0-9_-]{1,64}", sent)
    assert in_payload(sent) == (shift, code)


def test_what_differs_has_another_code() -> None:
    codes = {code_at(key, shift, minute) for key in ("one", "two") for shift in range(50) for minute in range(50)}
    assert len(codes) == 2 * 50 * 50
    assert new_key() != new_key()
    with pytest.raises(ValueError, match="time zone"):
        minute_of(NOON.replace(tzinfo=None))


@given(st.text())
def test_any_text_may_be_looked_at(text: str) -> None:
    found = code_in(text)
    assert found is None or re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", found)
    in_payload(text)


@pytest.mark.parametrize("text", ["", "hello", "bakery", "K4MP7", "K4MP7TT", "K4MP7T K4MP7T", "9:00", "in_1_K4MP7T"])
def test_words_are_no_codes(text: str) -> None:
    assert code_in(text) is None


def test_digits_that_no_code_has_are_read_as_letters() -> None:
    assert code_in("1x5 2g8") == "LXSZGB"


@pytest.mark.parametrize(
    "text", ["in_", "in_1", "in__K4MP7T", "in_x_K4MP7T", "in_99999999999_K4MP7T", "in_2147483648_K4"]
)
def test_other_payloads_are_none(text: str) -> None:
    assert in_payload(text) is None


def test_a_payload_with_something_else_for_a_code_has_none() -> None:
    assert in_payload("in_7_AEIOU") == (7, "")


def test_one_checks_in_from_an_hour_before_to_the_end() -> None:
    starts, ends = NOON, NOON + timedelta(hours=2)
    tick = timedelta(microseconds=1)
    assert opens_at(starts) == NOON - timedelta(hours=1)
    moments = (opens_at(starts) - tick, opens_at(starts), starts, ends - tick, ends)
    assert [is_open(starts, ends, now) for now in moments] == [False, True, True, True, False]


def test_the_page_is_good_on_the_day_of_the_shift() -> None:
    day = date(2026, 11, 24)
    token = screen_token(KEY, 7, day)
    assert re.fullmatch("[A-Za-z0-9_-]{32}", token)
    assert len({token, screen_token(KEY, 8, day), screen_token(KEY, 7, date(2026, 11, 25)), code_at(KEY, 7, 0)}) == 4

    def good(now: datetime, *, given: str = token, starts: datetime = NOON, ends: datetime | None = None) -> bool:
        ends = ends or starts + timedelta(hours=2)
        return may_show(KEY, 7, given, starts_at=starts, ends_at=ends, now=now, zone=ZONE)

    midnight = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # of the 24th in the town's zone
    assert [good(midnight + timedelta(hours=at)) for at in (-1, 0, 12, 23, 24, 48)] == [False, True, True, True] + [
        False
    ] * 2
    assert not good(NOON, given=screen_token("another", 7, day))
    assert not good(NOON, given="é" * 32)
    assert not good(NOON, starts=NOON + timedelta(days=1)), "the shift was put off to another day"
    night = at_local(day, datetime(2026, 1, 1, 22).time(), ZONE)
    assert good(night + timedelta(hours=7), starts=night, ends=night + timedelta(hours=8)), "it ends the next morning"
    early = midnight + timedelta(minutes=15)
    assert good(early - timedelta(minutes=30), starts=early), "people come before midnight"
