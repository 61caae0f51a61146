"""What can be wrong with projects, shifts and places, roles, codes and settings."""

from __future__ import annotations

from datetime import datetime

from town.facts.base import Fact


class NotAllowed(Fact):
    """The resident lacks the role that this needs."""

    needed: str


class NotFound(Fact):
    """There is no such thing (any more); `what` is a word of the glossary such as ``"project"``."""

    what: str


class ShiftGone(Fact):
    """The shift is no longer there."""

    title: str


class ShiftCancelled(Fact):
    """The shift was cancelled."""

    title: str


class ShiftStarted(Fact):
    """The shift has already started."""

    title: str


class ShiftFull(Fact):
    """All places are taken."""

    title: str


class ShiftClash(Fact):
    """The resident already holds `other`, from `starts_at` to `ends_at` (aware), at the time of `title`."""

    title: str
    other: str
    starts_at: datetime
    ends_at: datetime


class RestTooShort(Fact):
    """Between `title` and `other`, on another day, lie fewer than the `rest` minutes the town asks for."""

    title: str
    other: str
    rest: int


class TooMuchInADay(Fact):
    """With `title` the resident would work more than `most` minutes of shifts in a day. `minor`: as a young person."""

    title: str
    most: int
    minor: bool


class TooMuchInAWeek(Fact):
    """With `title` the resident would work more than `most` minutes of shifts in its week. `minor` as above."""

    title: str
    most: int
    minor: bool


class TooYoung(Fact):
    """Places on shifts are for people from `age` years on."""

    age: int


class TooLateForMinor(Fact):
    """`title` does not lie between 6:00 and `until` (local "HH:MM") on one day, when young people may work."""

    title: str
    until: str


class NeedsSkill(Fact):
    """The places still free on `title` are for people with one of `skills` (ids of topics). `proof`: signed off."""

    title: str
    skills: tuple[int, ...]
    proof: bool


class NeedsMaster(Fact):
    """The places still free on `title` are for learners of `skills` (ids), and no master of it holds a place yet."""

    title: str
    skills: tuple[int, ...]


class AlreadyWaiting(Fact):
    """The resident is on the waiting list of this shift already."""

    title: str


class OfferGone(Fact):
    """The place that was offered has passed on."""

    title: str


class OtherBusy(Fact):
    """The other person is just changing something themself: to be tried again."""


class AlreadyHeld(Fact):
    """The resident already holds a place on this shift."""

    title: str


class NotHeld(Fact):
    """The resident holds no place on this shift."""

    title: str


class TooLate(Fact):
    """The moment for this has passed."""


class NotYetOver(Fact):
    """The shift runs until `ends_at` (aware); its hours are confirmed after that."""

    title: str
    ends_at: datetime


class AlreadyConfirmed(Fact):
    """The hours of this shift were confirmed before."""

    title: str


class OwnHours(Fact):
    """Nobody confirms their own hours."""


class BadMinutes(Fact):
    """Not a number of minutes from 0 to `most`."""

    most: int


class BadDate(Fact):
    """No day or time could be read from `given`, as typed."""

    given: str


class DateInPast(Fact):
    """`given` was understood, but it has passed."""

    given: str


class BadLength(Fact):
    """`given` is no length, or not one that the town allows."""

    given: str


class BadLead(Fact):
    """`given` is no time before a shift at which a reminder can come: `most` minutes before at the earliest."""

    given: str
    most: int


class LeadsCross(Fact):
    """The reminder `which` would not keep its place: the other one comes `minutes` before a shift."""

    which: str
    minutes: int


class BadPlaces(Fact):
    """`given` is not a number of places that the town allows."""

    given: str


class PlacesTaken(Fact):
    """The shift cannot have fewer places than the `taken` ones."""

    taken: int


class NameTaken(Fact):
    """Another project is called `name`."""

    name: str


class TextTooLong(Fact):
    """The text has more than `most` UTF-16 units."""

    most: int


class TextEmpty(Fact):
    """Nothing visible is left of the text."""


class CodeWrong(Fact):
    """No such code."""


class CodeUsed(Fact):
    """The code was used before."""


class TooManyTries(Fact):
    """So many wrong codes in an hour that no more are looked at."""


class AlreadyRole(Fact):
    """The resident has this role already."""


class LastMayor(Fact):
    """The town would be left without a mayor."""


class NeedConsent(Fact):
    """The privacy notice has to be accepted first."""


class BadSetting(Fact):
    """The setting `key` does not take this value; `low` and `high` are its bounds, None where it has none."""

    key: str
    low: int | None
    high: int | None
