"""Meetings: their times, their quorum, and what people write about them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.checkin import MEETING, in_payload, payload
from town.facts import BadCompany, BadLink, BadQuorum
from town.meetings import (
    MOST_PEOPLE,
    OVERRUNS,
    date_poll_closes,
    has_begun,
    is_open,
    is_over,
    quorum_of,
    reaches,
    read_link,
    read_people,
)
from town.polls import read_quorum

OPENING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
START = OPENING + timedelta(days=1)


@dataclass(frozen=True)
class Meeting:
    """One that starts at START, for an hour."""

    starts_at: datetime | None = START
    length: int = 60
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    quorum: int = 0
    quorum_people: bool = False
    invited: int = 0


def meeting(**columns: Any) -> Meeting:
    return replace(Meeting(), **columns)


@pytest.mark.parametrize(
    ("columns", "minutes", "state"),
    [
        ({}, -31, "coming"),
        ({}, -30, "open"),
        ({}, 0, "open begun"),
        ({}, 59, "open begun"),
        ({}, 60, "begun over"),
        ({"opened_at": START}, 60, "open begun"),
        ({"opened_at": START}, 60 + 359, "open begun"),
        ({"opened_at": START}, 60 + 360, "begun over"),
        ({"opened_at": START, "closed_at": START}, 1, "begun over"),
        ({"opened_at": START - timedelta(minutes=9)}, -5, "open begun"),
        ({"cancelled_at": OPENING}, 0, "begun"),
        ({"starts_at": None}, 0, "coming"),
    ],
)
def test_when_one_can_check_in(columns: dict[str, Any], minutes: int, state: str) -> None:
    one, now = meeting(**columns), START + timedelta(minutes=minutes)
    found = {"open": is_open(one, now), "begun": has_begun(one, now), "over": is_over(one, now)}
    assert " ".join(name for name, so in found.items() if so) == state.removeprefix("coming")
    assert timedelta(minutes=360) == OVERRUNS


@given(st.integers(1, 100), st.integers(0, 10_000))
def test_a_share_of_those_invited_is_rounded_up(percent: int, invited: int) -> None:
    one = meeting(quorum=percent, invited=invited)
    needed = quorum_of(one)
    assert needed * 100 >= percent * invited > (needed - 1) * 100
    assert reaches(one, needed)
    assert not needed or not reaches(one, needed - 1)


def test_a_number_of_people_is_that_number() -> None:
    assert quorum_of(meeting(quorum=20, quorum_people=True, invited=7)) == 20
    assert quorum_of(meeting(quorum=50, invited=94)) == 47
    assert reaches(meeting(invited=94), 0)


@given(st.integers(1, 60 * 24 * 90), st.integers(5, 60 * 24 * 60))
def test_a_date_poll_closes_before_its_first_date(ahead: int, minutes: int) -> None:
    earliest = OPENING + timedelta(minutes=ahead)
    closes = date_poll_closes(OPENING, earliest, minutes)
    assert OPENING < closes < earliest
    assert closes <= OPENING + timedelta(minutes=minutes)


@pytest.mark.parametrize(("text", "people"), [("1", 1), ("20", 20), ("3 people", 3), ("we are 4", 4), (" 2 ", 2)])
def test_how_many_people_come(text: str, people: int) -> None:
    assert read_people(text) == people


@pytest.mark.parametrize("text", ["0", "21", "", "many", "-", "3 or 4", "9" * 30, "²", "1.5"])
def test_no_number_of_people(text: str) -> None:
    with pytest.raises(BadCompany) as refused:
        read_people(text)
    assert refused.value.most == MOST_PEOPLE


@pytest.mark.parametrize("link", ["https://meet.example/a?b=c#d", "HTTPS://meet.example:8443/x"])
def test_links(link: str) -> None:
    assert read_link(f" {link}\n") == link


@pytest.mark.parametrize(
    "text",
    [
        *("http://meet.example", "javascript:alert(1)", "meet.example", "https://", "https://nowhere", "https://a.b c"),
        *("https://me:secret@meet.example/", "https://[::1", "ftp://a.b", "x https://a.b"),
    ],
)
def test_no_links(text: str) -> None:
    with pytest.raises(BadLink):
        read_link(text)


def test_a_rooms_payload_is_no_shifts() -> None:
    assert payload(7, "KMP4R7", MEETING) == "at_7_KMP4R7"
    assert in_payload("at_7_KMP4R7", MEETING) == (7, "KMP4R7")
    assert in_payload("at_7_KMP4R7") is None
    assert in_payload("in_7_KMP4R7", MEETING) is None
    assert in_payload("at_99999999999_KMP4R7", MEETING) is None


@pytest.mark.parametrize(
    ("typed", "share", "people"),
    [
        ("50 %", 50, False),
        ("50%", 50, False),
        ("50 Percent", 50, False),
        ("50 per cent", 50, False),
        ("50 por ciento", 50, False),
        ("50 persent", 50, False),
        ("50 amaphesenti", 50, False),
        ("20 people", 20, True),
        ("20 personas", 20, True),
        ("20", 20, True),
    ],
)
def test_a_quorum_is_a_share_or_people(typed: str, share: int, people: bool) -> None:
    assert read_quorum(typed) == (share, people)


@pytest.mark.parametrize("typed", ["", "lots", "101 %", "0 percent", "5 0", "-1", "20 people here"])
def test_what_is_no_quorum(typed: str) -> None:
    with pytest.raises(BadQuorum):
        read_quorum(typed)
