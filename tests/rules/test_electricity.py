"""Which meters are entitled, and what the utility is told of them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from town.electricity import HEADER, Line, Member, Reason, as_csv, changed, entitled, read_meter, week_name, week_named
from town.facts import BadMeter

MONDAY = date(2026, 11, 23)
members = st.lists(st.builds(Member, benefits=st.booleans(), minor=st.booleans()), max_size=5)
lines = st.lists(
    st.builds(
        Line,
        week=st.sampled_from([MONDAY, MONDAY + timedelta(weeks=1)]),
        meter=st.sampled_from(["A1", "B2", "C3"]),
        entitled=st.booleans(),
        reason=st.sampled_from(Reason),
    ),
    unique_by=lambda line: (line.week, line.meter),
)


@pytest.mark.parametrize("typed", ["no", "12", "", "a;b1", "=1+1", "1" * 31, "ABCDEF"])
def test_what_is_no_meter(typed: str) -> None:
    with pytest.raises(BadMeter):
        read_meter(typed)


def test_a_meter_is_written_in_one_way() -> None:
    assert read_meter(" za-12 34 5/x ") == "ZA-12345/X"


def test_a_home_of_grown_ups_and_children() -> None:
    parent, other, child = Member(True, False), Member(False, False), Member(False, True)
    assert entitled([parent, child], "all") == (True, Reason.ALL)
    assert entitled([parent, other], "all") == (False, Reason.SOME)
    assert entitled([parent, other], "any") == (True, Reason.SOME)
    assert entitled([other, Member(True, True)], "any") == (False, Reason.NONE)
    assert entitled([], "any") == (False, Reason.NONE)


@given(members, st.sampled_from(["all", "any"]))
def test_more_people_with_benefits_never_take_it_away(people: list[Member], rule: str) -> None:
    before = entitled(people, rule)[0]
    better = [Member(True, member.minor) for member in people]
    assert entitled(better, rule)[0] >= before
    assert entitled(people, "any")[0] >= entitled(people, "all")[0]


@given(lines, lines)
def test_adjustments_bring_the_utility_up_to_date(told: list[Line], now: list[Line]) -> None:
    different = changed(told, now)
    known = {(line.week, line.meter): line for line in told} | {(line.week, line.meter): line for line in different}
    assert all(known[line.week, line.meter].entitled is line.entitled for line in now)
    assert changed(known.values(), now) == [], "what was told is not told again"


@given(lines)
def test_the_file_is_read_back(told: list[Line]) -> None:
    rows = list(csv.reader(io.StringIO(as_csv(told))))
    assert tuple(rows[0]) == HEADER
    assert [(week_named(row[0]), row[1], row[2] == "yes", Reason(row[3])) for row in rows[1:]] == [
        (line.week, line.meter, line.entitled, line.reason) for line in told
    ]


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_weeks_by_name(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    assert week_named(week_name(monday)) == monday
    assert week_named("2026-W60") is None
    assert week_named("now") is None
