"""What can be wrong, as facts without words.

A fact is raised wherever it is noticed and turned into a sentence in one place, in the resident's language. A subclass
declares its fields as annotations; they are given by keyword, kept in ``.fields`` and readable as attributes::

    raise ShiftFull(title="Bakery")
"""

from __future__ import annotations

from datetime import datetime
from inspect import get_annotations
from typing import ClassVar, dataclass_transform


@dataclass_transform(kw_only_default=True, eq_default=False)
class Fact(Exception):
    """The base of all facts. Raises TypeError when a field is missing or was never declared."""

    names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.names = (*cls.names, *(name for name in get_annotations(cls) if name not in cls.names))

    def __init__(self, **fields: object) -> None:
        super().__init__()
        if fields.keys() != set(self.names):
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.names) or 'no fields'}; got {sorted(fields)}")
        self.fields: dict[str, object] = fields
        for name, value in fields.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={self.fields[name]!r}' for name in self.names)})"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (type(self), self.fields)


def _rebuilt(kind: type[Fact], fields: dict[str, object]) -> Fact:
    # Exceptions are copied and pickled through positional arguments; ours have none.
    return kind(**fields)


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
