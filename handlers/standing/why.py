"""Why somebody stands as they do in a week: everything that the answer is made of, for them to reckon along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.kit.shift_words import Fitting
from handlers.kit.who import Who
from handlers.shifts.fitting import AHEAD, rank
from storage import outbox
from storage.queries import exemptions, ledger, reports, warnings
from storage.queries.exemptions import Span
from storage.queries.ledger import Entry
from storage.queries.outlook import Outlook, outlook
from storage.queries.standing import WEEK
from storage.unit import Unit
from town.exemptions import overlap
from town.standing import WeekResult, has_benefits, reckon, without_since
from town.week import local, monday_of, week_of

LOOKED_AT = 200
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Why:
    """A week of one resident. `before` is the week before it, None in the week of sign-up; minutes everywhere.

    `warned`: there was a warning in the week before; `benefits` of this week, None where that is too long ago to tell;
    `since`: the Monday since which they are without them; `keeps`: whether the next week's are theirs as it stands.
    `waiting` is work that is done or reported and that nobody has confirmed yet. `fitting` are shifts that mend it.
    """

    result: WeekResult
    before: WeekResult | None
    monday: date
    first: date
    required: int
    entries: Sequence[Entry]
    exemption: Span | None
    warned: bool
    warned_now: bool
    benefits: bool | None
    since: date | None
    waiting: int
    fitting: Sequence[Fitting]

    @property
    def running(self) -> bool:
        return self.result.week == self.monday


async def why(unit: Unit, *, who: Who, key: str, now: datetime) -> Why:
    """The week of which `key` is a day (YYYY-MM-DD); the running one where that is no day or a day to come.

    A week before their sign-up gives the week of that.
    """
    monday = week_of(now, who.zone)
    before = await outlook(unit, who.me, now=now, ends=now + AHEAD, most=LOOKED_AT)
    first = min(week_of(before.joined_at, who.zone), monday)
    week = min(max(_week(key, monday), first), monday)
    results = _reckoned(before, who, first, monday)
    at = (week - first).days // 7
    warned = await warnings.weeks_warned(unit, who.me)
    known = week >= monday_of(local(now - outbox.REMEMBERED, who.zone).date()) + 2 * WEEK
    spans = await exemptions.of_resident(unit, who.me)
    covers = (
        span
        for span in spans
        if span.state == exemptions.APPROVED and overlap(span.from_week, span.until_week, week, week)
    )
    mends = week == monday and results[at].missing
    return Why(
        result=results[at],
        before=results[at - 1] if at else None,
        monday=monday,
        first=first,
        required=who.town.required_minutes,
        entries=await ledger.of_week(unit, who.me, week),
        exemption=next(covers, None),
        warned=week - WEEK in warned,
        warned_now=week in warned,
        benefits=has_benefits(results, week, warned=warned) if known else None,
        since=without_since(results, week, warned=warned) if known else None,
        waiting=await _waiting(unit, who.me, week, before, now),
        fitting=rank(before, who.town, monday, most=SHOWN, weeks=1) if mends else (),
    )


def _reckoned(before: Outlook, who: Who, first: date, monday: date) -> tuple[WeekResult, ...]:
    return reckon(
        before.by_week,
        joined=first,
        upto=monday,
        required=who.town.required_minutes,
        cap=who.town.carry_cap_minutes,
        exempt=before.exempt,
    )


async def _waiting(unit: Unit, me: int, week: date, before: Outlook, now: datetime) -> int:
    done = sum(shift.minutes for shift in before.held if shift.ends_at <= now and shift.week == week)
    reported = await reports.of_week(unit, me, week)
    return done + sum(report.minutes for report in reported if report.waits)


def _week(key: str, monday: date) -> date:
    try:
        return monday_of(date.fromisoformat(key)) if key else monday
    except (ValueError, OverflowError):
        return monday
