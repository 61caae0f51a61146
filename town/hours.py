"""Hours: who may confirm how many minutes. The ledger is append-only; a correction is a reversal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from town.facts import BadLength, BadMinutes, DayOutside, OwnHours, SameMinutes, TooLateToContest

LONGER_BY = 60
"""Minutes by which confirmed work may exceed the planned length of its shift."""


class EntryKind(StrEnum):
    """What a line of the hours ledger is."""

    SHIFT = "shift"
    REPORT = "report"
    REVERSAL = "reversal"
    CORRECTION = "correction"


class ReportState(StrEnum):
    """How far a report of work outside a shift has come."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ContestState(StrEnum):
    """How far a contest has come; upheld: the resident was right."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


SHORTEST_REPORT, LONGEST_REPORT = 15, 720
"""Minutes of work that can be reported for one day in one report."""

REPORT_DAYS = 14
"""How far back the day of a report may lie."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the ledger about one piece of work: a resident's hours on one shift, or in one report.

    `reverses` is the id of the line that this one takes back.
    """

    id: int
    minutes: int
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to be written. `key` is unique in the whole ledger, so it can be written once only."""

    key: str
    minutes: int
    kind: EntryKind
    reverses: int | None = None


def check_confirm(*, confirmer: int, resident: int, minutes: int, shift_minutes: int) -> None:
    """Whether resident `confirmer` may confirm `minutes` of `resident` on a shift planned for `shift_minutes`.

    Raises OwnHours when they are the same resident, BadMinutes outside 0 … `shift_minutes` + 60.
    """
    if confirmer == resident:
        raise OwnHours()
    most = shift_minutes + LONGER_BY
    if not 0 <= minutes <= most:
        raise BadMinutes(most=most)


def shift_key(shift_id: int, resident_id: int) -> str:
    """The key of the first line about somebody's hours on a shift."""
    return f"shift:{shift_id}:{resident_id}"


def report_key(report_id: int) -> str:
    """The key of the first line about a report."""
    return f"report:{report_id}"


def counting(lines: Sequence[Line]) -> Line | None:
    """Of the lines about one piece of work, the one that counts: neither a reversal nor reversed. None without any.

    There is one at most, since a correction takes back the line before it.
    """
    gone = {line.reverses for line in lines}
    return next((line for line in reversed(lines) if line.reverses is None and line.id not in gone), None)


def net(lines: Sequence[Line]) -> int:
    """What the lines about one piece of work come to."""
    return sum(line.minutes for line in lines)


def corrected(lines: Sequence[Line], minutes: int, *, first_key: str) -> tuple[NewLine, ...]:
    """What is to be written, in this order, so that the lines about one piece of work come to `minutes` (not negative).

    The line that counts is taken back by one with its minutes negated, and another one counts from then on; also one
    of no minutes, so that it is known who said so. Nothing is to be written when `minutes` is what counts already.
    `first_key` is for work about which nothing is written yet. Raises ValueError below zero.
    """
    if minutes < 0:
        raise ValueError(f"{minutes} minutes")
    now = counting(lines)
    if now is None:
        return (NewLine(first_key, minutes, EntryKind.CORRECTION),)
    if now.minutes == minutes:
        return ()
    return (
        NewLine(f"reversal:{now.id}", -now.minutes, EntryKind.REVERSAL, now.id),
        NewLine(f"correction:{now.id}", minutes, EntryKind.CORRECTION),
    )


def check_report_day(day: date, *, today: date, since: date) -> date:
    """A day of which work may be reported: today or up to 14 days ago, and not before `since`. Raises DayOutside."""
    first = max(today - timedelta(days=REPORT_DAYS), since)
    if not first <= day <= today:
        raise DayOutside(first=first, last=today)
    return day


def check_report_minutes(minutes: int, *, given: str) -> int:
    """Minutes that may be reported. Raises BadLength (`given` is what was typed)."""
    if not SHORTEST_REPORT <= minutes <= LONGEST_REPORT:
        raise BadLength(given=given)
    return minutes


def contest_until(decided_at: datetime, days: int) -> datetime:
    """Until when what was decided then can be contested."""
    return decided_at + timedelta(days=days)


def check_contest(*, decided_at: datetime, now: datetime, days: int) -> None:
    """Raises TooLateToContest."""
    if now > contest_until(decided_at, days):
        raise TooLateToContest(days=days)


def check_claim(minutes: int, *, written: int, shift_minutes: int) -> int:
    """The minutes somebody says they worked on a shift, where `written` are in the ledger.

    Raises BadMinutes (none, or more than an hour over the shift's length) or SameMinutes.
    """
    most = shift_minutes + LONGER_BY
    if not 0 < minutes <= most:
        raise BadMinutes(most=most)
    if minutes == written:
        raise SameMinutes(minutes=minutes)
    return minutes
