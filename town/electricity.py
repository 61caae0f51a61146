"""Free electricity (T3): which meters are entitled in a week, and the files that tell the utility.

A file names meters and weeks, never people, and says no more of why than how many of a home's adults have the benefits.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from town.facts import BadMeter

HEADER = ("week", "meter", "entitled", "reason")
_METER = re.compile("[A-Z0-9][A-Z0-9/.-]{2,29}")


class Reason(StrEnum):
    """Why a meter is entitled, or is not. Only adults count; in a home without any, everybody does."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a home in a week: whether they have the benefits of participation, and are under age."""

    benefits: bool
    minor: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What the utility is told of one meter and week; `week` is its Monday."""

    week: date
    meter: str
    entitled: bool
    reason: Reason


def read_meter(text: str) -> str:
    """A meter's number as it was typed, in one way of writing it. Raises BadMeter."""
    typed = "".join(text.upper().split())
    if not _METER.fullmatch(typed) or not any(sign.isdigit() for sign in typed):
        raise BadMeter(given=text.strip()[:60])
    return typed


def entitled(members: Sequence[Member], rule: str) -> tuple[bool, Reason]:
    """Whether a home of these people is entitled under the town's `household_rule` ("all" or "any"), and why."""
    counted = [member for member in members if not member.minor] or list(members)
    having = sum(member.benefits for member in counted)
    if counted and having == len(counted):
        return True, Reason.ALL
    if having:
        return rule == "any", Reason.SOME
    return False, Reason.NONE


def changed(told: Iterable[Line], now: Iterable[Line]) -> list[Line]:
    """The lines that differ from what the utility was told last, or that it was not told yet, in order.

    Why a meter is entitled does not matter to it: only whether it is.
    """
    known = {(line.week, line.meter): line.entitled for line in told}
    return sorted(
        (line for line in now if known.get((line.week, line.meter)) is not line.entitled),
        key=lambda line: (line.week, line.meter),
    )


def as_csv(lines: Iterable[Line]) -> str:
    """The file (RFC 4180): a header, then a line for each meter. Weeks as ISO 8601 names them, such as 2026-W48."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for line in lines:
        year, week, _day = line.week.isocalendar()
        writer.writerow((f"{year}-W{week:02}", line.meter, "yes" if line.entitled else "no", line.reason.value))
    return text.getvalue()


def week_named(text: str) -> date | None:
    """The Monday of a week such as "2026-W48"; None for anything else."""
    found = re.fullmatch("([0-9]{4})-?W([0-9]{2})", text.strip().upper())
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


def week_name(monday: date) -> str:
    """The other way round."""
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02}"
