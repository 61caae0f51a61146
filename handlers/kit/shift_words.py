"""Shifts in a line or two, for every room that shows some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.screens import Choice, Row, cut
from handlers.kit.taps import ShiftTap
from locales import _, a_length, a_span, a_time, ngettext, short_day
from storage.queries.shifts import ShiftRow

LABEL = 40
"""Characters of a button that opens a shift: its number and its time come first, and survive everywhere."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a shift suits somebody. Names are in words already.

    `gives` is minutes of what they still owe this week, `later` minutes of what a coming week asks of them.
    """

    likes: str = ""
    skills: tuple[str, ...] = ()
    free: bool = False
    gives: int = 0
    later: int = 0


@dataclass(frozen=True, slots=True)
class Fitting:
    """A shift that suits somebody, how well (`town.shifts.suitability`), and why."""

    shift: ShiftRow
    score: int
    reasons: Reasons


def because(reasons: Reasons) -> Markup:
    """The reasons in brief: "Bread and food · Baking · you are free then"."""
    names = dict.fromkeys(name for name in (reasons.likes, *reasons.skills) if name)
    parts: list[str] = [*names]
    if reasons.free:
        parts.append(_("you are free then"))
    if reasons.gives:
        parts.append(_("{length} of what is missing", length=a_length(reasons.gives)))
    if reasons.later:
        parts.append(_("{length} of that week's hours", length=a_length(reasons.later)))
    return Markup(" · ").join(parts)


def room(shift: ShiftRow) -> Markup:
    """How many places are free."""
    if shift.free <= 0:
        return _("full")
    return ngettext("{n} place free", "{n} places free", shift.free)


def line(number: int, shift: ShiftRow, zone: ZoneInfo, *, day: bool = True) -> Markup:
    """One entry of a list; without `day` only the time of day is said."""
    hours = f"{a_time(shift.starts_at, zone)}–{a_time(shift.ends_at, zone)}"
    when = a_span(shift.starts_at, shift.ends_at, zone) if day else hours
    return Markup("{}. <b>{}</b> · {}\n{} · {}").format(number, shift.title, shift.project, when, room(shift))


def suited(found: Sequence[Fitting], zone: ZoneInfo) -> list[Markup]:
    """Entries of a list, each with the reasons why."""
    return [
        Markup("{}\n<i>{}</i>").format(line(number, one.shift, zone), because(one.reasons))
        for number, one in enumerate(found, 1)
    ]


def buttons(shifts: Sequence[ShiftRow], zone: ZoneInfo, *, day: bool = True) -> tuple[Row, ...]:
    """A row for each shift, which opens its page. The number comes first, so that no two look alike."""
    return tuple((_button(number, shift, zone, day=day),) for number, shift in enumerate(shifts, 1))


def open_buttons(found: Sequence[Fitting], zone: ZoneInfo) -> tuple[Row, ...]:
    """The same for shifts that suit."""
    return buttons([one.shift for one in found], zone)


def bold(text: str) -> Markup:
    """A heading."""
    return Markup("<b>{}</b>").format(text)


def paragraphs(*parts: str) -> Markup:
    """Parts one below the other, empty ones left out. What is not from a steward of `locales` is escaped."""
    return Markup("\n\n").join(part for part in parts if part)


def _button(number: int, shift: ShiftRow, zone: ZoneInfo, *, day: bool) -> Choice:
    there = shift.starts_at.astimezone(zone)
    time = a_time(shift.starts_at, zone)
    when = f"{short_day(there.date())} {time}" if day else time
    return Choice(cut(f"{number}. {when} {shift.title}", LABEL), ShiftTap(do="open", shift=shift.id).pack())
