"""What can be wrong with reported and contested hours, swaps, check-in, series and plans."""

from __future__ import annotations

from datetime import date, datetime

from town.facts.base import Fact
from town.facts.general import CodeWrong

# -- reports, contests and corrections ---------------------------------------------------------------------------------


class DayOutside(Fact):
    """Work is reported of the days from `first` to `last`."""

    first: date
    last: date


class OwnWitness(Fact):
    """Nobody is the witness of their own work."""


class ReportDecided(Fact):
    """A report waits no longer: `state` is confirmed, rejected or withdrawn, `name` who decided, `mine` oneself."""

    state: str
    name: str
    mine: bool


class SameMinutes(Fact):
    """These `minutes` are what is written already."""

    minutes: int


class NothingDecided(Fact):
    """Nobody has said anything yet about the hours on `title`."""

    title: str


class DecidedUnsigned(Fact):
    """The hours on `title` were decided before it was written down by whom, so that nobody is known to be another."""

    title: str


class TooLateToContest(Fact):
    """What was decided more than `days` days ago stays as it is."""

    days: int


class AlreadyContested(Fact):
    """The resident has contested this before; `state` is open, upheld or dismissed."""

    state: str


class ContestOpen(Fact):
    """`name` has contested these hours, and somebody else decides about them first."""

    name: str


class ContestDecided(Fact):
    """A contest is decided: `upheld` when the resident was right; by `name`, `mine` when that is oneself."""

    upheld: bool
    name: str
    mine: bool


class DecidedFirst(Fact):
    """Whoever decided first does not decide again."""


# Swaps


class SwapOver(Fact):
    """The request was answered, or is over, before: `state` says how (`town.swaps.SwapState`)."""

    state: str


class SwapAsked(Fact):
    """The resident has asked `name` about this shift already, and waits for the answer."""

    name: str


class TooManySwaps(Fact):
    """The resident has `most` open requests already."""

    most: int


class OthersRule(Fact):
    """A rule keeps somebody else, `name`, from working on `title`: `rule` is a `town.swaps.Rule`."""

    name: str
    rule: str
    title: str


# Checking in


class CheckInWrong(CodeWrong):
    """No shift shows this code now, or a minute ago."""


class CheckInEarly(Fact):
    """At `title` one can check in from `opens_at` (aware) on."""

    title: str
    opens_at: datetime


class ShiftOver(Fact):
    """The shift `title` has ended."""

    title: str


class NobodyChecked(Fact):
    """On `title`, nobody who checked in waits for their hours."""

    title: str


# -- series ------------------------------------------------------------------------------------------------------------


class NoDays(Fact):
    """No shift would come of it: no weekday is chosen, or the series is over before its first day."""


class NotItsDay(Fact):
    """The series has no shift on the day that is `given`, or that shift cannot be left out any more."""

    given: str


class SeriesEnded(Fact):
    """The shift `title` does not come again any more."""

    title: str


# -- plans ------------------------------------------------------------------------------------------------------------


class NoOpenPlaces(Fact):
    """A project has no open places in that week for which there is still time to ask anybody."""


class PlanGone(Fact):
    """A plan was put aside: there is a newer one, or its week is over."""


class PlanNotReady(Fact):
    """A plan is still being made, or could not be made."""


class PlanSent(Fact):
    """A plan was sent already: its offers are out."""


class LineGone(Fact):
    """Somebody is not in a plan any more."""
