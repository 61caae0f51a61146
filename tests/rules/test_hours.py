from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from town.facts import BadLength, BadMinutes, DayOutside, OwnHours, SameMinutes, TooLateToContest
from town.hours import (
    EntryKind,
    Line,
    check_claim,
    check_confirm,
    check_contest,
    check_report_day,
    check_report_minutes,
    contest_until,
    corrected,
    counting,
    net,
    report_key,
    shift_key,
)


@given(st.integers(1, 720), st.data())
def test_up_to_an_hour_over_is_fine(length: int, data: st.DataObject) -> None:
    minutes = data.draw(st.integers(0, length + 60))
    check_confirm(confirmer=1, resident=2, minutes=minutes, shift_minutes=length)


@pytest.mark.parametrize("minutes", [-1, 241, 10**9])
def test_other_minutes_are_refused(minutes: int) -> None:
    with pytest.raises(BadMinutes) as refused:
        check_confirm(confirmer=1, resident=2, minutes=minutes, shift_minutes=180)
    assert refused.value.most == 240


def test_nobody_confirms_their_own() -> None:
    with pytest.raises(OwnHours):
        check_confirm(confirmer=1, resident=1, minutes=-5, shift_minutes=180)


def test_kinds_are_kept_as_words() -> None:
    assert [kind.value for kind in EntryKind] == ["shift", "report", "reversal", "correction"]


TODAY = date(2026, 11, 24)


@given(st.integers(-400, 400), st.integers(-30, 30))
def test_days_that_can_be_reported(back: int, lived_here: int) -> None:
    day, since = TODAY - timedelta(days=back), TODAY - timedelta(days=lived_here)
    if 0 <= back <= 14 and day >= since:
        assert check_report_day(day, today=TODAY, since=since) == day
        return
    with pytest.raises(DayOutside) as refused:
        check_report_day(day, today=TODAY, since=since)
    assert refused.value.last == TODAY


@pytest.mark.parametrize("minutes", [14, 721, 0, -15])
def test_lengths_that_cannot_be_reported(minutes: int) -> None:
    assert check_report_minutes(15, given="15 min") == 15
    assert check_report_minutes(720, given="12 h") == 720
    with pytest.raises(BadLength):
        check_report_minutes(minutes, given="x")


def test_a_fortnight_to_contest() -> None:
    decided = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    until = contest_until(decided, 14)
    check_contest(decided_at=decided, now=until, days=14)
    with pytest.raises(TooLateToContest):
        check_contest(decided_at=decided, now=until + timedelta(seconds=1), days=14)


def test_what_can_be_claimed() -> None:
    assert check_claim(180, written=60, shift_minutes=120) == 180
    for minutes in (0, -1, 181):
        with pytest.raises(BadMinutes):
            check_claim(minutes, written=60, shift_minutes=120)
    with pytest.raises(SameMinutes):
        check_claim(60, written=60, shift_minutes=120)


def test_minutes_below_zero_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="-5 minutes"):
        corrected([], -5, first_key="shift:1:1")


class Book(RuleBasedStateMachine):
    """Confirmations, corrections, reports, rejections and contests in any order, and a model of what they come to.

    Work is named by (kind, id, resident); shifts 1 and 2 lie in two weeks, and so do the reports.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: defaultdict[tuple[str, int, int], list[Line]] = defaultdict(list)
        self.by: dict[int, tuple[int, int]] = {}
        self.keys: list[str] = []
        self.model: dict[tuple[str, int, int], int] = {}
        self.first: dict[tuple[str, int, int], int] = {}
        self.contested: set[tuple[str, int, int]] = set()

    residents = st.integers(1, 3)
    works = st.tuples(st.sampled_from(["shift", "report"]), st.integers(1, 2), residents)

    def _write(self, work: tuple[str, int, int], key: str, minutes: int, by: int, reverses: int | None = None) -> None:
        assert key not in self.keys
        self.keys.append(key)
        self.lines[work].append(Line(len(self.keys), minutes, reverses))
        self.by[len(self.keys)] = (work[2], by)

    def _correct(self, work: tuple[str, int, int], minutes: int, by: int) -> None:
        for new in corrected(self.lines[work], minutes, first_key=_key(work)):
            self._write(work, new.key, new.minutes, by, new.reverses)
        self.model[work] = minutes

    @rule(work=works, minutes=st.integers(0, 180), by=residents)
    def decide(self, work: tuple[str, int, int], minutes: int, by: int) -> None:
        """A roster or report is settled, once; a rejected report writes nothing."""
        if work in self.first or by == work[2]:
            return
        self.first[work] = by
        self.model[work] = minutes
        if minutes or work[0] == "shift":
            self._write(work, _key(work), minutes, by)

    @rule(work=works, minutes=st.integers(0, 180), by=residents)
    def correct(self, work: tuple[str, int, int], minutes: int, by: int) -> None:
        if work in self.first and by != work[2]:
            self.first[work] = by
            self._correct(work, minutes, by)

    @rule(work=works, minutes=st.integers(1, 180), by=residents, upheld=st.booleans())
    def contest(self, work: tuple[str, int, int], minutes: int, by: int, upheld: bool) -> None:
        if work in self.contested or work not in self.first or by in (work[2], self.first[work]):
            return
        self.contested.add(work)
        if upheld:
            self._correct(work, minutes, by)

    @invariant()
    def sums_are_those_of_the_model(self) -> None:
        sums: Counter[tuple[int, int]] = Counter()
        for (_kind, week, resident), lines in self.lines.items():
            sums[resident, week] += sum(line.minutes for line in lines)
        wanted: Counter[tuple[int, int]] = Counter()
        for (_kind, week, resident), minutes in self.model.items():
            wanted[resident, week] += minutes
        assert +sums == +wanted

    @invariant()
    def nothing_is_below_zero_or_taken_back_twice(self) -> None:
        for work, lines in self.lines.items():
            assert net(lines) == self.model.get(work, 0) >= 0
            reversed_ids = [line.reverses for line in lines if line.reverses is not None]
            assert len(set(reversed_ids)) == len(reversed_ids)
            counted = counting(lines)
            assert counted is None or counted.minutes == net(lines)
        assert all(resident != by for resident, by in self.by.values())


def _key(work: tuple[str, int, int]) -> str:
    kind, id, resident = work
    return shift_key(id, resident) if kind == "shift" else report_key(id * 10 + resident)


TestBook = Book.TestCase
TestBook.settings = settings(max_examples=40)
