"""How a ballot is tapped, and how it is written, in words."""

from __future__ import annotations

from markupsafe import Markup

from locales import _, ngettext
from town.polls import Kind, Question


def way(asked: Question) -> Markup:
    """How to vote by tapping."""
    if asked.kind is Kind.APPROVAL and asked.most:
        return ngettext(
            "Tap up to {n} that you agree with, and then “Put it in”.",
            "Tap up to {n} that you agree with, and then “Put it in”.",
            asked.most,
        )
    if asked.kind is Kind.POINTS:
        return ngettext(
            "Each tap gives a point. When the {n} point is given, tap “Put it in”.",
            "Each tap gives a point. When all {n} points are shared out, tap “Put it in”.",
            asked.points,
        )
    return {
        Kind.YESNO: _("Tap your answer, or write it."),
        Kind.SINGLE: _("Tap your choice, or write its number."),
        Kind.APPROVAL: _("Tap all that you agree with, and then “Put it in”."),
        Kind.RANKED: _("Tap them in your order: the first tap is your first place. Then tap “Put it in”."),
    }[asked.kind]


def as_written(asked: Question) -> Markup:
    """How to vote in words."""
    if asked.kind is Kind.APPROVAL and asked.most:
        return ngettext(
            "Please write the number of one option, or “abstain”.",
            "Please write the numbers of at most {n} options, like “1, 2”, or “abstain”.",
            asked.most,
        )
    if asked.kind is Kind.POINTS:
        return ngettext(
            "Please write which option gets the {n} point, like “2:1”, or “abstain”.",
            "Please share out {n} points, like “1:2, 3:1” (the number of an option, and its points), or “abstain”.",
            asked.points,
        )
    return {
        Kind.YESNO: _("Please write “yes”, “no” or “abstain”."),
        Kind.SINGLE: _("Please write the number or the name of one option, or “abstain”."),
        Kind.APPROVAL: _("Please write the numbers of all that you agree with, like “1, 3”, or “abstain”."),
        Kind.RANKED: _("Please write the numbers in your order, the best first, like “2, 1, 3”, or “abstain”."),
    }[asked.kind]


def too_much(asked: Question) -> Markup:
    """Why a tap marked nothing more."""
    if asked.kind is Kind.POINTS:
        return _("All points are shared out. Take one away first.")
    if not asked.most:
        return _("I could not read that as a vote. Please tap one of the choices, or write its number.")
    return ngettext("Please choose {n} of them at most.", "Please choose {n} of them at most.", asked.most)
