"""The words of *My week*."""

from __future__ import annotations

from datetime import date, timedelta

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.goods_taps import GoodsTap
from handlers.kit.screens import MOST_CHOICES, Choice, Screen, bar, distinct, in_rows
from handlers.kit.shift_words import because
from handlers.kit.taps import LedgerTap, ListTap, MeTap, ReportTap, ShiftTap, StandingTap
from handlers.kit.who import Who
from handlers.week.actions import MyWeek
from locales import N_, _, a_length, a_moment, a_time, short_day
from town.standing import Standing
from town.week import local

COMMANDS = (Command("week", N_("Your week: hours, next shift, what would fit"), N_("week|my week|hours|my hours")),)


_ALL, _MINE = ListTap(by="").pack(), ListTap(by="mine").pack()
_REPORT, _ANSWERS = ReportTap(do="new").pack(), MeTap(do="open").pack()
_GOODS = GoodsTap(do="open").pack()
"""Where the card always leads: packed once, since everybody looks at it many times a day."""


def card(mine: MyWeek, who: Who) -> Screen:
    """The card: confirmed of required as a bar, the next shift, what is missing and what would fit."""
    result, required = mine.result, who.town.required_minutes
    done = result.minutes + result.carried_in
    lines = [
        _(
            "<b>My week</b>, {first} – {last}",
            first=short_day(mine.monday),
            last=short_day(mine.monday + timedelta(days=6)),
        ),
        Markup("{} {}").format(bar(done, required), _("{done} of {required} min", done=done, required=required)),
    ]
    if result.carried_in:
        lines.append(_("{length} of it carried over from earlier weeks", length=a_length(result.carried_in)))
    if mine.waiting:
        lines.append(_("{length} wait to be confirmed", length=a_length(mine.waiting)))
    lines += [Markup(""), _standing(mine), Markup("")]
    choices = []
    if mine.next_shift is not None:
        coming = mine.next_shift
        lines.append(
            _(
                "<b>Next:</b> {title}, {when}–{end}, {place}",
                title=coming.title,
                when=a_moment(coming.starts_at, who.zone),
                end=a_time(coming.ends_at, who.zone),
                place=coming.place,
            )
        )
        choices.append(Choice(_("My next shift"), ShiftTap(do="open", shift=coming.id).pack()))
    else:
        lines.append(_("You hold no place on a coming shift."))
    choices += _fitting(mine, who, lines)
    monday = mine.monday.isoformat()
    more = [
        Choice(_("All shifts"), _ALL),
        Choice(_("My shifts"), _MINE),
        Choice(_("Report hours"), _REPORT),
        Choice(_("Why?"), StandingTap(do="why", key=monday).pack()),
        Choice(_("Earlier weeks"), LedgerTap(do="week", key=monday).pack()),
        Choice(_("My answers"), _ANSWERS),
    ]
    if len(choices) + len(more) < MOST_CHOICES:  # where it is full, there is still the command
        more.append(Choice(_("Free goods"), _GOODS))
    return Screen(Markup("\n").join(lines), (*in_rows(choices), *in_rows(more, 3)))


def _fitting(mine: MyWeek, who: Who, lines: list[Markup]) -> list[Choice]:
    labels: list[str] = []
    before: date | None = None
    for offer in mine.fitting:
        shift = offer.shift
        if shift.week != before:
            lines.append(_("These would fit you:") if shift.week == mine.monday else _("Next week:"))
            before = shift.week
        there = local(shift.starts_at, who.zone)
        lines.append(
            _(
                "• {title}, {when}, {length}",
                title=shift.title,
                when=a_moment(shift.starts_at, who.zone),
                length=a_length(shift.minutes),
            )
        )
        lines.append(Markup("<i>{}</i>").format(because(offer.reasons)))
        labels.append(f"{short_day(there.date()).split(',')[0]} {a_time(shift.starts_at, who.zone)} {shift.title}")
    taps = [ShiftTap(do="open", shift=offer.shift.id).pack() for offer in mine.fitting]
    return [Choice(label, data) for label, data in zip(distinct(labels, 40), taps, strict=True)]


def _standing(mine: MyWeek) -> Markup:
    match mine.result.standing:
        case Standing.PARTICIPATING:
            return _("You are taking part: free electricity and goods are yours, now and next week. Thank you!")
        case Standing.WELCOME:
            if mine.benefits:
                return _("You are newly here: free electricity and goods are yours, this week and next.")
            return _("You are newly here: from Monday on, free electricity and goods are yours while you look around.")
        case Standing.EXEMPT:
            return _("You are exempt this week: the benefits are yours.")
    missing, waiting = a_length(mine.result.missing), min(mine.result.missing, mine.waiting)
    if waiting:
        return _still_with(missing, a_length(waiting), kept=mine.benefits)
    if mine.benefits:
        return _("Still missing: {length}. With it, free electricity and goods stay yours next week.", length=missing)
    return _("Still missing: {length}. With it, free electricity and goods are yours again, at once.", length=missing)


def _still_with(missing: Markup, waiting: Markup, *, kept: bool) -> Markup:
    """What is missing by the ledger, where work that is done already is part of it."""
    if kept:
        return _(
            "Still missing: {length}, of which {waiting} wait to be confirmed. "
            "With all of it, free electricity and goods stay yours next week.",
            length=missing,
            waiting=waiting,
        )
    return _(
        "Still missing: {length}, of which {waiting} wait to be confirmed. "
        "With all of it, free electricity and goods are yours again, at once.",
        length=missing,
        waiting=waiting,
    )
