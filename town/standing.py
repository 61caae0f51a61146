"""Standing: what a resident's hours amount to, week by week, from the ledger alone (`town.md`, policies).

Decisions, where the policy leaves room:

* A week's own minutes count first, carried ones after that. Carried minutes are spent only when they make the week
  participating; a week that stays short leaves them whole for a later one.
* Minutes above the requirement are carried, up to the cap in all. What would exceed the cap is not added; minutes
  carried before are never taken away by it. Carried minutes do not age, so "oldest first" needs no dates.
* Own minutes that reach the requirement make any week participating, exempt and welcome weeks too: whoever gave the
  hours shares in what they bring. Otherwise an exemption comes before the welcome.
* In exempt and welcome weeks nothing is asked: carried minutes are not spent and nothing is missing.
* Corrections can bring the sum of a week below zero: it counts as zero and burdens no other week.
* Minutes dated before the week of sign-up are not counted.
* A loss always follows a warning: a short week takes the benefits of the next one only from those who were warned in
  it. A week in which the town did not warn costs nobody anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from town.settings import WEEKDAYS, TownSettings
from town.week import at_local, bounds, week_of

_WEEK = timedelta(days=7)
_NOTES_LAST = timedelta(days=1)


class Standing(StrEnum):
    """Of one resident in one week."""

    PARTICIPATING = "participating"
    SHORT = "short"
    EXEMPT = "exempt"
    WELCOME = "welcome"


@dataclass(frozen=True, slots=True)
class WeekResult:
    """One week of one resident. All figures are minutes, none below zero.

    `carried_in` is what was there when the week began and `carried_out` what the next week finds; `missing` is what
    would still make a short week participating.
    """

    week: date
    minutes: int
    carried_in: int
    carried_out: int
    standing: Standing
    missing: int


def reckon(
    minutes_by_week: Mapping[date, int],
    *,
    joined: date,
    upto: date,
    required: int,
    cap: int,
    exempt: Collection[date] = (),
    since: date | None = None,
    carried: int = 0,
) -> tuple[WeekResult, ...]:
    """The weeks from `joined` (the week of sign-up) to `upto`, both Mondays and included, oldest first.

    `minutes_by_week` has the confirmed minutes by Monday, corrections included; `required` and `cap` are minutes,
    `exempt` the Mondays of exempt weeks. With `since`, a later Monday, the weeks from there on, into which `carried`
    minutes are brought. Empty when `upto` comes before the first week. Raises ValueError for another weekday than
    Monday.
    """
    if joined.weekday() or upto.weekday():
        raise ValueError("weeks are named by their Monday")
    exempted = frozenset(exempt)
    results: list[WeekResult] = []
    week = joined if since is None else since
    while week <= upto:
        result = _reckon_week(
            week,
            minutes=max(0, minutes_by_week.get(week, 0)),
            carried=carried,
            required=required,
            cap=cap,
            excused=_excuse(week, joined, exempted),
        )
        results.append(result)
        carried, week = result.carried_out, week + _WEEK
    return tuple(results)


def has_benefits(results: Sequence[WeekResult], week: date, *, warned: Collection[date]) -> bool:
    """Whether the resident has the benefits of participation in `week`, given what `reckon` returned.

    The week before decides: they are lost by a short one alone, if it is among `warned`, the Mondays of the weeks in
    which a warning was sent. As soon as `week` itself is participating, they are back.
    """
    before = _result(results, week - _WEEK)
    if before is not None and keeps(before.standing, warned=before.week in warned):
        return True
    current = _result(results, week)
    return current is not None and current.standing is Standing.PARTICIPATING


def keeps(standing: Standing, *, warned: bool) -> bool:
    """Whether a week of this standing gives the benefits of the next one; `warned`: a warning was sent in it."""
    return standing is not Standing.SHORT or not warned


def without_since(results: Sequence[WeekResult], week: date, *, warned: Collection[date]) -> date | None:
    """The Monday since which the resident has been without the benefits that they lack in `week`; None if they do not.

    None too for the week of sign-up, before which there was nothing to lose.
    """
    since = None
    while _result(results, week - _WEEK) is not None and not has_benefits(results, week, warned=warned):
        since, week = week, week - _WEEK
    return since


def exempt_weeks(spans: Iterable[tuple[date, date]]) -> frozenset[date]:
    """The Mondays of all weeks in `spans`, each from one Monday to another, both included."""
    return frozenset(first + _WEEK * number for first, last in spans for number in range((last - first).days // 7 + 1))


def note_at(monday: date, settings: TownSettings) -> datetime:
    """When, in the week of `monday`, those who are short of hours get a note (UTC)."""
    return at_local(monday + timedelta(days=WEEKDAYS.index(settings.note_day)), settings.note_at, settings.tz)


def note_until(monday: date, settings: TownSettings) -> datetime:
    """Until when such notes are still written: whoever has none by then was not warned in this week (UTC)."""
    return min(note_at(monday, settings) + _NOTES_LAST, bounds(monday, settings.tz)[1])


def warning_expires(monday: date, settings: TownSettings) -> datetime:
    """From when on such a note would come too late to do something about it, and is dropped (UTC)."""
    return min(note_at(monday, settings) + 2 * _NOTES_LAST, bounds(monday, settings.tz)[1])


def next_note(now: datetime, settings: TownSettings) -> datetime:
    """When the next notes fall due (UTC), always later than `now`."""
    monday = week_of(now, settings.tz)
    due = note_at(monday, settings)
    return due if due > now else note_at(monday + _WEEK, settings)


def next_close(now: datetime, settings: TownSettings) -> datetime:
    """When the running week is over and can be closed (UTC), always later than `now`."""
    return bounds(week_of(now, settings.tz), settings.tz)[1]


def _excuse(week: date, joined: date, exempt: frozenset[date]) -> Standing | None:
    if week in exempt:
        return Standing.EXEMPT
    return Standing.WELCOME if week - joined <= _WEEK else None


def _reckon_week(
    week: date, *, minutes: int, carried: int, required: int, cap: int, excused: Standing | None
) -> WeekResult:
    shortfall = required - minutes
    if shortfall <= 0:
        kept = carried + min(-shortfall, max(0, cap - carried))
        return WeekResult(week, minutes, carried, kept, Standing.PARTICIPATING, 0)
    if excused is not None:
        return WeekResult(week, minutes, carried, carried, excused, 0)
    if carried >= shortfall:
        return WeekResult(week, minutes, carried, carried - shortfall, Standing.PARTICIPATING, 0)
    return WeekResult(week, minutes, carried, carried, Standing.SHORT, shortfall - carried)


def _result(results: Sequence[WeekResult], week: date) -> WeekResult | None:
    if not results:
        return None
    index, rest = divmod((week - results[0].week).days, 7)
    return results[index] if rest == 0 and 0 <= index < len(results) else None
