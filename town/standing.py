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
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_WEEK = timedelta(days=7)


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
) -> tuple[WeekResult, ...]:
    """The weeks from `joined` (the week of sign-up) to `upto`, both Mondays and included, oldest first.

    `minutes_by_week` has the confirmed minutes by Monday, corrections included; `required` and `cap` are minutes,
    `exempt` the Mondays of exempt weeks. Empty when `upto` comes before `joined`. Raises ValueError for another weekday
    than Monday.
    """
    if joined.weekday() or upto.weekday():
        raise ValueError("weeks are named by their Monday")
    exempted = frozenset(exempt)
    results: list[WeekResult] = []
    carried, week = 0, joined
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


def has_benefits(results: Sequence[WeekResult], week: date) -> bool:
    """Whether the resident has the benefits of participation in `week`, given what `reckon` returned.

    The week before decides, unless it was short; and as soon as `week` itself is participating, they are back.
    """
    before = _result(results, week - _WEEK)
    if before is not None and before.standing is not Standing.SHORT:
        return True
    current = _result(results, week)
    return current is not None and current.standing is Standing.PARTICIPATING


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
