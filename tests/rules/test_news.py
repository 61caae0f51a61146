"""The weekly update: its week, its moments, and the address of a video."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from town.facts import BadVideo, TextEmpty
from town.news import MOST_VIDEO, draft_of, due_of, read_video, reminders, told_since, week_at
from town.settings import WEEKDAYS, TownSettings
from town.week import local

TOWN = TownSettings(zone="Africa/Johannesburg")
MONDAY = date(2026, 11, 23)


def at(day: int, hour: int, minute: int = 0, zone: str = "Africa/Johannesburg") -> datetime:
    """A moment of November 2026 on the town's clocks."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone))


def test_it_is_drafted_on_friday_and_goes_out_on_sunday() -> None:
    assert draft_of(MONDAY, TOWN) == at(27, 9)
    assert due_of(MONDAY, TOWN) == at(29, 17)
    assert week_at(at(24, 9), TOWN) == MONDAY
    assert week_at(at(29, 16, 59), TOWN) == MONDAY
    assert week_at(at(29, 17), TOWN) == MONDAY + timedelta(weeks=1)


@pytest.mark.parametrize("day", WEEKDAYS)
@pytest.mark.parametrize("draft_day", WEEKDAYS)
def test_each_week_has_one_on_whatever_day(day: str, draft_day: str) -> None:
    """It tells of the week of which more than half is behind it, and its draft comes within a week before it."""
    town = replace(TOWN, update_day=day, update_draft_day=draft_day)
    due = due_of(MONDAY, town)
    there = local(due, town.tz)
    assert WEEKDAYS[there.weekday()] == day
    assert MONDAY + timedelta(days=3) <= there.date() <= MONDAY + timedelta(days=9)
    assert due_of(MONDAY + timedelta(weeks=1), town) - due == timedelta(weeks=1)
    made = draft_of(MONDAY, town)
    assert WEEKDAYS[local(made, town.tz).weekday()] == draft_day
    assert timedelta() < due - made <= timedelta(days=7, hours=8)
    assert week_at(due - timedelta(seconds=1), town) == MONDAY
    assert week_at(due, town) == MONDAY + timedelta(weeks=1)


def test_a_draft_on_the_same_day_comes_before_it_or_a_week_before() -> None:
    same = replace(TOWN, update_draft_day="sunday")
    assert draft_of(MONDAY, same) == at(29, 9)
    later = replace(same, update_draft_at=TOWN.update_at)
    assert draft_of(MONDAY, later) == at(22, 17)


def test_the_clocks_are_the_towns_own() -> None:
    town = replace(TOWN, zone="Europe/Madrid")
    summer = date(2026, 10, 19)  # on its Sunday the clocks go back
    assert due_of(summer, town) == datetime(2026, 10, 25, 16, tzinfo=UTC)
    assert draft_of(summer, town) == datetime(2026, 10, 23, 7, tzinfo=UTC)


def test_reminders_in_the_morning_shortly_before_and_when_it_is_time() -> None:
    assert reminders(at(29, 17), TOWN.tz) == (at(29, 9), at(29, 15), at(29, 17))
    assert reminders(at(29, 10), TOWN.tz) == (at(29, 8), at(29, 10))


def test_what_happened_since_the_last_one_is_told() -> None:
    assert told_since(MONDAY, None, TOWN.tz) == at(23, 0)
    assert told_since(MONDAY, at(22, 17), TOWN.tz) == at(22, 17)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" https://youtu.be/abc?t=1 ", "https://youtu.be/abc?t=1"),
        ("HTTPS://Video.example/1", "https://Video.example/1"),
        ("youtu.be/abc", "https://youtu.be/abc"),
        ("https://vidéo.example-town.org:8443/1", "https://vidéo.example-town.org:8443/1"),
    ],
)
def test_an_address_of_a_video(typed: str, kept: str) -> None:
    assert read_video(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "http://youtu.be/abc",
        "javascript://youtu.be/%0aalert(1)",
        "https://localhost/x",
        "https://me@youtu.be/abc",
        "https://youtu.be/a b",
        'https://youtu.be/"><b>',
        "https://youtu.be:99999/",
        "https://youtu..be/abc",
        "https://my_video.be/abc",
        "https://10.0.0.7/abc",
        "https://youtu.b/abc",
        "https://[::1/",
        "my video",
        "https://youtu.be/" + "a" * MOST_VIDEO,
    ],
)
def test_what_is_no_address_of_a_video(typed: str) -> None:
    with pytest.raises(BadVideo):
        read_video(typed)


def test_nothing_is_no_video_either() -> None:
    with pytest.raises(TextEmpty):
        read_video("  ")
