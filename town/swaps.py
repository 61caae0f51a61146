"""Swapping shifts and handing one over: who may, until when a request stands, and who is free for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from town.limits import check_limits
from town.settings import TownSettings
from town.shifts import PARTS, FreeTimes, ShiftFacts, bit, check_can_join

MOST_OPEN = 5
"""Requests of one resident that may stand at the same time."""


class SwapState(StrEnum):
    """What became of a request; `failed`: a rule stood in the way, or what it was about is no more."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


class Rule(StrEnum):
    """What stands in the way of somebody's working on a shift, for those who may not know more about them."""

    GONE = "gone"
    CANCELLED = "cancelled"
    STARTED = "started"
    CHANGED = "changed"
    NOT_HELD = "not_held"
    HELD = "held"
    CLASH = "clash"
    REST = "rest"
    DAY = "day"
    WEEK = "week"
    YOUNG = "young"
    SKILL = "skill"
    MASTER = "master"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: the shifts they hold, those they came to of late, and their birth date where it is kept."""

    held: tuple[ShiftFacts, ...]
    done: tuple[ShiftFacts, ...] = ()
    born: date | None = None


def check_side(side: Side, takes: ShiftFacts, *, gives: Collection[int], now: datetime, settings: TownSettings) -> None:
    """Whether one of the two may work on `takes` once they have given up the shifts `gives` (ids).

    Raises what `town.shifts.check_can_join` and `town.limits.check_limits` raise.
    """
    kept = [shift for shift in side.held if shift.id not in gives]
    check_can_join(takes, kept, now)
    check_limits(takes, [*kept, *side.done], born=side.born, settings=settings)


def stands_until(heard: datetime, minutes: int, starts: Iterable[datetime]) -> datetime:
    """Until when a request stands that is `heard` of then: so many minutes, or until the first of the shifts starts."""
    return min(heard + timedelta(minutes=minutes), *starts)


def needed_parts(starts_local: datetime, ends_local: datetime) -> FreeTimes | None:
    """The parts of a day that somebody has to be free in for a shift (wall times of the town).

    None where no free times can cover it: at night, over midnight. See `town.shifts.covers`.
    """
    starts, ends = starts_local.time(), ends_local.time()
    one_day = starts_local.date() == ends_local.date() and starts < ends
    if not one_day or starts < PARTS[0].starts or ends > PARTS[-1].ends:
        return None
    mask = 0
    for part in PARTS:
        if starts < part.ends and part.starts < ends:
            mask |= bit(starts_local.weekday(), part)
    return mask
