"""What can be wrong with skills, age, exemptions and homes."""

from __future__ import annotations

from datetime import date, datetime

from town.facts.base import Fact

# -- skills ------------------------------------------------------------------------------------------------------------


class KindsTooMany(Fact):
    """Of a shift with `most` places, `kept` would be for skills."""

    kept: int
    most: int


class OpenPlacesTaken(Fact):
    """`taken` places that anybody may take are taken, so that at most `most` can be kept for skills."""

    taken: int
    most: int


class FewestPlaces(Fact):
    """A shift keeps `kept` places for skills and others are taken: it cannot have fewer than `fewest`."""

    kept: int
    fewest: int


class OwnSkill(Fact):
    """Nobody judges their own skill."""


# -- age ---------------------------------------------------------------------------------------------------------------


class BadBirthDate(Fact):
    """What somebody typed is no birth date."""

    given: str


class NotUnderAge(Fact):
    """Who was born then is `age` or older, so the date is not kept."""

    age: int


# -- exemptions --------------------------------------------------------------------------------------------------------


class BadSpan(Fact):
    """An exemption begins last week at the earliest, ends no earlier than it begins, and has at most `most` weeks."""

    most: int


class AlreadyExempt(Fact):
    """The resident asked for an exemption in some of these weeks, or has one."""


class OwnExemption(Fact):
    """Nobody decides on their own exemption."""


class ExemptionDecided(Fact):
    """There is nothing to decide on this exemption any more."""


# -- homes and their meters --------------------------------------------------------------------------------------------


class BadMeter(Fact):
    """`given` is no number of a meter."""

    given: str


class MeterTaken(Fact):
    """Another home has this meter."""

    meter: str


class HasHome(Fact):
    """The resident belongs to a home already."""


class NoHome(Fact):
    """The resident belongs to no home."""


class WeekNotYet(Fact):
    """The utility's file of a week is made when the week before is closed: not before `since` (aware)."""

    since: datetime


class WeekBefore(Fact):
    """The town has not closed the week before, since it was not there: the first file is of the week of `first`."""

    first: date


class AlreadyFiled(Fact):
    """The utility was told of this week already; what changed since goes into adjustments."""


class NothingChanged(Fact):
    """Nothing has changed since the utility was told last."""
