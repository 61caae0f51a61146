"""The words of the questions about a series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from handlers.series import words
from locales import _, a_day, a_weekday, listed, ngettext, number
from town.series import Pattern


def weekdays() -> Markup:
    return _("On which days of the week? Tap each of them, then “Done”.")


def done() -> str:
    return _("Done").unescape()


def weekday_label(day: int, *, chosen: bool) -> str:
    return f"✓ {a_weekday(day)}" if chosen else a_weekday(day)


def weeks() -> Markup:
    return _("How often does it come?")


def weeks_label(count: int) -> str:
    if count == 1:
        return _("Every week").unescape()
    if count == 2:
        return _("Every second week").unescape()
    return _("Every {n} weeks", n=number(count)).unescape()


def first() -> Markup:
    return _("From which day on? Choose one, or write it: “tomorrow”, “3 December”.")


def last() -> Markup:
    return _("Until which day? Write it, for example “18 December”, or let it go on.")


def no_end() -> str:
    return _("With no end").unescape()


def start() -> Markup:
    return _("When does it start? Choose, or write it: “9”, “14:30”.")


def preview(draft: dict[str, Any], every: Pattern, project: str | None, skills: Sequence[Markup]) -> Markup:
    """`draft` has title, start and length (minutes), place and places."""
    return words.lines(
        _("<b>Shall I put up this series?</b>"),
        _("Project: {name}", name=project) if project else _("The project is no longer there: choose another."),
        _("Title: {title}", title=draft["title"]),
        _(
            "When: {span}",
            span=Markup("{}, {}").format(words.every(every), words.hours(draft["start"], draft["length"])),
        ),
        _("Where: {place}", place=draft["place"]),
        _("Places: {n}", n=number(draft["places"])),
        _("Skills needed: {skills}", skills=listed(skills)) if skills else _("Skills needed: none"),
    )


def first_dates(first_day: date, last_day: date | None, days: Sequence[date]) -> Markup:
    """How long it lasts, and its first few days."""
    if not days:
        return _("On no day at all would there be a shift. Please choose one, or a later end.")
    return words.lines(words.lasts(first_day, last_day), _("The first dates: {dates}", dates=words.dates(days)))


def preview_choices() -> dict[str, str]:
    """What can be changed from the preview, by step."""
    labels = {
        "title": _("Change the title"),
        "weekdays": _("Other days or weeks"),
        "first": _("First and last day"),
        "start": _("Time and length"),
        "place": _("Another place"),
        "places": _("How many people"),
        "skills": _("Which skills"),
    }
    return {step: label.unescape() for step, label in labels.items()}


def since() -> Markup:
    return _("From which shift on? Choose it, or write its day. It and all later ones change; the earlier ones stay.")


def sure(said: str, *, shifts: int, taken: int, told: bool) -> Markup:
    """`said` is what changes. `taken` places are on the made `shifts` it changes; `told`: their people hear of it."""
    about = ngettext(
        "{n} shift that is made already changes, and all later ones.",
        "{n} shifts that are made already change, and all later ones.",
        shifts,
    )
    if not shifts:
        about = _("No shift is made yet: all that come are made like this.")
    heard = ""
    if told and taken:
        heard = ngettext(
            "{n} place on them is taken: I tell whoever holds it.",
            "{n} places on them are taken: I tell everybody who holds one.",
            taken,
        )
    return words.lines(said, about, heard)


def changes_to(name: str, value: str) -> Markup:
    """`name` is the label of what changes."""
    return Markup("<b>{}:</b> {}").format(name, value)


def sure_last(last_day: date | None, *, shifts: int, taken: int) -> Markup:
    if last_day is None:
        return _("The series goes on with no end.")
    said = _("The last day is {day}.", day=a_day(last_day, year=True))
    return words.lines(said, cancels(shifts, taken))


def cancels(shifts: int, taken: int) -> Markup:
    """How many made shifts would be cancelled, with so many places taken."""
    if not shifts:
        return _("No shift has to be cancelled.")
    said = ngettext("{n} shift is cancelled.", "{n} shifts are cancelled.", shifts)
    if not taken:
        return words.lines(said, _("Nobody is on it, so nobody needs to be told."))
    heard = ngettext(
        "{n} place is taken: I tell whoever holds it.",
        "{n} places are taken: I tell everybody who holds one.",
        taken,
    )
    return words.lines(said, heard)


def change_it() -> str:
    return _("Change it").unescape()


def left_out() -> Markup:
    return _("Which day shall be left out? Choose it, or write it: “25 December”.")


def sure_left_out(day: date, taken: int) -> Markup:
    return words.lines(_("Leave out {day}?", day=a_day(day, year=True)), cancels(1, taken))


def leave_it_out() -> str:
    return _("Leave it out").unescape()
