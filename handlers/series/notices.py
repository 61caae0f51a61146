"""What is told unasked of series: a week without a place, places given back or cancelled in one, the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import ListTap, SeriesTap, ShiftTap
from handlers.series import reasons, words
from locales import _, a_span, an_ordinal, ngettext
from town.series import pattern_of
from town.settings import TownSettings

MOST_WEEKS = 8
"""Named in one notice."""


def missed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: series, title, and weeks, each with a shift's fields and either `position` or `reason`."""
    weeks = fields["weeks"]
    text = words.lines(
        ngettext(
            "I keep a place for you on <b>{title}</b> every time, but one week did not work:",
            "I keep a place for you on <b>{title}</b> every time, but some weeks did not work:",
            len(weeks),
            title=fields["title"],
        ),
        *_listed(weeks, lambda week: _week(week, town)),
        _("The other weeks stay as they are."),
    )
    choices = [
        anew(Choice(_("Where I come every time"), SeriesTap(do="every", id=fields["series"]).pack())),
        anew(Choice(_("Other shifts"), ListTap(by="").pack())),
        anew(home()),
    ]
    if len(weeks) == 1:
        page = Choice(_("The shift's page"), ShiftTap(do="open", shift=weeks[0]["shift"]).pack())
        choices.insert(0, anew(page))
    return Screen(text, in_rows(choices))


def _week(week: Mapping[str, Any], town: TownSettings) -> Markup:
    if "reason" in week:
        why = reasons.in_words(week["reason"], town.tz)
    else:
        why = _("all places are taken; you are {nth} on the waiting list.", nth=an_ordinal(week["position"]))
    return Markup("– {}: {}").format(_span(week, town), why)


def stopped(fields: Fields, town: TownSettings) -> Screen:
    """Fields: series, title, name, called, and weeks, each with a shift's fields, free (places) and passed_on."""
    weeks = fields["weeks"]
    text = words.lines(
        ngettext(
            "{name} no longer comes to <b>{title}</b> every time, and gave back this place:",
            "{name} no longer comes to <b>{title}</b> every time, and gave back these places:",
            len(weeks),
            name=fields["name"],
            title=fields["title"],
        ),
        *_listed(weeks, lambda week: Markup("– {}: {}").format(_span(week, town), _left_over(week))),
        _("I am asking others whether they can step in.") if fields["called"] else "",
    )
    series = Choice(_("The series"), SeriesTap(do="open", id=fields["series"]).pack())
    return Screen(text, in_rows([anew(series), anew(home())]))


def _left_over(week: Mapping[str, Any]) -> Markup:
    if week["passed_on"]:
        return _("It is offered to the next on the waiting list.")
    return ngettext("{n} place is free now.", "{n} places are free now.", week["free"])


def cancelled(fields: Fields, town: TownSettings) -> Screen:
    """Fields: title, project, and weeks, each with a shift's fields. The reader was on all of them or in line."""
    text = words.lines(
        _("“{title}” ({project}) is cancelled on these days:", title=fields["title"], project=fields["project"]),
        *_listed(fields["weeks"], lambda week: Markup("– {}").format(_span(week, town))),
        _("You need not come. There are other shifts that would be glad of you: /shifts"),
    )
    return Screen(text, in_rows([anew(Choice(_("Other shifts"), ListTap(by="").pack())), anew(home())]))


def _listed(weeks: Sequence[Mapping[str, Any]], line: Callable[[Mapping[str, Any]], Markup]) -> list[Markup]:
    """A line for each week, as many as a notice names, and how many more there are."""
    more = len(weeks) - MOST_WEEKS
    lines = [line(week) for week in weeks[:MOST_WEEKS]]
    return [*lines, ngettext("{n} more", "{n} more", more)] if more > 0 else lines


def _span(week: Mapping[str, Any], town: TownSettings) -> str:
    starts, ends = (datetime.fromisoformat(week[name]) for name in ("starts_at", "ends_at"))
    return a_span(starts, ends, town.tz)


def ended(fields: Fields, town: TownSettings) -> Screen:
    """Fields: title, project, pattern."""
    text = _(
        "“{title}” ({project}, {every}) has come to its end, so I no longer keep places for you there. "
        "Thank you for coming! There are other shifts that would be glad of you.",
        title=fields["title"],
        project=fields["project"],
        every=words.every(pattern_of(fields["pattern"])),
    )
    choices = [anew(Choice(_("Other shifts"), ListTap(by="").pack())), anew(home())]
    return Screen(text, in_rows(choices))


NOTICES = (
    Notice("series.missed", missed),
    Notice("series.stopped", stopped),
    Notice("series.cancelled", cancelled),
    Notice("series.ended", ended),
)
