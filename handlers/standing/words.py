"""Words that the screens and the notices of this room share."""

from __future__ import annotations

from datetime import date, timedelta

from markupsafe import Markup

from handlers.kit.screens import Choice
from handlers.kit.taps import StandingTap
from locales import _, a_day, a_length
from town.exemptions import ExemptionKind


def kind_name(kind: str) -> Markup:
    """Why somebody is exempt, in a word."""
    return {
        ExemptionKind.AGE: _("age"),
        ExemptionKind.ILLNESS: _("illness"),
        ExemptionKind.PREGNANCY: _("pregnancy"),
        ExemptionKind.CARE: _("caring for somebody"),
    }[ExemptionKind(kind)]


def span_words(first: date, last: date) -> Markup:
    """From the first day of the first week to the last day of the last one."""
    return _("from {first} to {last}", first=a_day(first), last=a_day(last + timedelta(days=6)))


def week_words(monday: date) -> Markup:
    """A week by its first and last day."""
    return _("{first} – {last}", first=a_day(monday), last=a_day(monday + timedelta(days=6)))


def counted(minutes: int, carried: int, required: int) -> Markup:
    """What a week came to: "1 h of 3 h, and 30 min carried over"."""
    done = _("{done} of {required}", done=a_length(minutes), required=a_length(required))
    if not carried:
        return done
    return _("{done}, and {carried} carried over", done=done, carried=a_length(carried))


def why_choice(monday: date) -> Choice:
    """The way to everything that a standing is made of."""
    return Choice(_("Why?"), StandingTap(do="why", key=monday.isoformat()).pack())


def to(do: str, id: int = 0, page: int = 0) -> str:
    """A tap of this room."""
    return StandingTap(do=do, id=id, page=page).pack()
