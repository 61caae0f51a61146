"""What this room says unasked."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.taps import ListTap, ReportTap, ShiftTap
from handlers.standing.words import counted, kind_name, span_words, to, why_choice
from locales import _, a_day, a_length, a_moment, a_time, short_day
from town.settings import TownSettings
from town.week import local

WEEK = timedelta(days=7)
LABEL = 40


# -- the week --------------------------------------------------------------------------------------------------------


def note(fields: Fields, town: TownSettings) -> Screen:
    """Fields: week, required, minutes, carried, missing, promised (minutes), kept (the benefits), shifts."""
    monday = _date(fields["week"])
    done = counted(fields["minutes"], fields["carried"], fields["required"])
    if fields["promised"] >= fields["missing"]:
        return _promised(fields, monday, done)
    parts = [
        _("<b>Your week:</b> {done} so far.", done=done),
        _what_it_means(fields, monday),
    ]
    if fields["shifts"]:
        lines = [_("These would fit you:")]
        for shift in fields["shifts"]:
            when = a_moment(datetime.fromisoformat(shift["starts_at"]), town.tz)
            lines.append(Markup("• {}, {}, {}").format(shift["title"], when, a_length(shift["minutes"])))
        parts.append(Markup("\n").join(lines))
    else:
        parts.append(_("No shift of this week fits you now. Work outside a shift counts too, when somebody saw it."))
    return Screen(Markup("\n\n").join(parts), (*_shift_rows(fields, town), *_ways(monday)))


def _what_it_means(fields: Fields, monday: date) -> Markup:
    missing, next_monday = a_length(fields["missing"]), a_day(monday + WEEK)
    if fields["kept"]:
        said = _(
            "Still missing: {missing}. Without it, free electricity and goods end on {day}.",
            missing=missing,
            day=next_monday,
        )
    else:
        said = _(
            "Still missing: {missing}. With it, free electricity and goods are yours again at once; without it they "
            "stay away from {day} on too.",
            missing=missing,
            day=next_monday,
        )
    if fields["promised"]:
        promised = a_length(fields["promised"])
        held = _("You hold places for {length} of it: those count once somebody confirms them.", length=promised)
        return Markup("{} {}").format(said, held)
    return said


def _promised(fields: Fields, monday: date, done: Markup) -> Screen:
    """To those who hold places, or wait for hours, that fill the week: it is a warning all the same."""
    text = _(
        "<b>Your week:</b> {done} so far, and with the {promised} you hold places for it is complete. You need to do "
        "nothing else. Only if that work is not done or not confirmed, free electricity and goods end on {day}.",
        done=done,
        promised=a_length(fields["promised"]),
        day=a_day(monday + WEEK),
    )
    if not fields["kept"]:
        text = _(
            "<b>Your week:</b> {done} so far, and with the {promised} you hold places for it is complete. Once that is "
            "confirmed, free electricity and goods are yours again.",
            done=done,
            promised=a_length(fields["promised"]),
        )
    mine = Choice(_("My shifts"), ListTap(by="mine").pack())
    return Screen(text, ((anew(mine), anew(why_choice(monday))), (anew(home()),)))


def ended(fields: Fields, town: TownSettings) -> Screen:
    """Fields: week (that was short), required, minutes, carried, missing; corrected: an hour was taken back later."""
    monday = _date(fields["week"])
    length = a_length(fields["missing"])
    done = counted(fields["minutes"], fields["carried"], fields["required"])
    if fields.get("corrected"):
        why = _(
            "The hours of last week were corrected: it came to {done}, so {length} is missing.",
            done=done,
            length=length,
        )
    else:
        why = _("Last week came to {done}, so {length} was missing, as I had written to you.", done=done, length=length)
    parts = [
        _("<b>Free electricity and goods have ended for now.</b>"),
        why,
        _(
            "They are back the moment {required} of this week are confirmed, with what you carried over, or the hours "
            "that last week lacks. If work of last week still waits for that, you need to do nothing.",
            required=a_length(fields["required"]),
        ),
    ]
    shifts = Choice(_("Find a shift"), ListTap(by="").pack())
    report = Choice(_("Report hours"), ReportTap(do="new").pack())
    rows = ((anew(shifts), anew(report)), (anew(why_choice(monday + WEEK)), anew(home())))
    return Screen(Markup("\n\n").join(parts), rows)


def spared(fields: Fields, town: TownSettings) -> Screen:
    """Fields: week (that was short), required, minutes, carried, missing."""
    monday = _date(fields["week"])
    text = _(
        "Last week came to {done}, so {length} was missing. I had not warned you, so nothing is lost: free electricity "
        "and goods stay yours this week. With {required} this week they stay yours after it too.",
        done=counted(fields["minutes"], fields["carried"], fields["required"]),
        length=a_length(fields["missing"]),
        required=a_length(fields["required"]),
    )
    return Screen(text, _ways(monday + WEEK))


def restored(fields: Fields, town: TownSettings) -> Screen:
    """Fields: week (the one before), current (minutes of the running week)."""
    monday = _date(fields["week"]) + WEEK
    text = _("<b>Free electricity and goods are yours again</b>, from now on. Thank you for your hours!")
    return Screen(text, ((anew(why_choice(monday)), anew(home())),))


def _shift_rows(fields: Fields, town: TownSettings) -> tuple[Row, ...]:
    return tuple((anew(_shift(number, shift, town)),) for number, shift in enumerate(fields["shifts"], 1))


def _shift(number: int, shift: Fields, town: TownSettings) -> Choice:
    starts = datetime.fromisoformat(shift["starts_at"])
    when = f"{short_day(local(starts, town.tz).date())} {a_time(starts, town.tz)}"
    return Choice(cut(f"{number}. {when} {shift['title']}", LABEL), ShiftTap(do="open", shift=shift["shift"]).pack())


def _ways(monday: date) -> tuple[Row, ...]:
    shifts = Choice(_("All shifts"), ListTap(by="").pack())
    return ((anew(shifts), anew(why_choice(monday))), (anew(home()),))


# -- exemptions ------------------------------------------------------------------------------------------------------


def asked(fields: Fields, town: TownSettings) -> Screen:
    """Fields: exemption, name, kind, first, last."""
    text = _(
        "{name} asks to be exempt {span}. The reason: {kind}.",
        name=fields["name"],
        span=_span(fields),
        kind=kind_name(fields["kind"]),
    )
    decide = Choice(_("Decide"), to("open", fields["exemption"]))
    return Screen(text, ((anew(decide), anew(Choice(_("Exemptions"), to("exempts")))), (anew(home()),)))


def approved(fields: Fields, town: TownSettings) -> Screen:
    """Fields: by, kind, first, last."""
    text = _(
        "You are exempt {span}: {by} approved it. Nothing is asked of you in these weeks, and the benefits stay yours. "
        "Whenever you can again, you may end it early.",
        span=_span(fields),
        by=fields["by"],
    )
    return Screen(text, _exempt_ways())


def declined(fields: Fields, town: TownSettings) -> Screen:
    """Fields: by, kind, first, last."""
    text = _(
        "{by} could not approve that you are exempt {span}. Please talk to {by} about it; you may ask again.",
        by=fields["by"],
        span=_span(fields),
    )
    return Screen(text, _exempt_ways())


def ended_early(fields: Fields, town: TownSettings) -> Screen:
    """Fields: by, first, last, state (whether it was taken back whole)."""
    if fields["state"] == "withdrawn":
        text = _(
            "{by} took back your exemption {span}: hours are asked for as usual.", by=fields["by"], span=_span(fields)
        )
    else:
        text = _(
            "{by} ended your exemption: it is {span} now. After that hours are asked for as usual.",
            by=fields["by"],
            span=_span(fields),
        )
    return Screen(text, _exempt_ways())


def _exempt_ways() -> tuple[Row, ...]:
    return ((anew(Choice(_("My exemptions"), to("ask"))), anew(home())),)


def _span(fields: Fields) -> Markup:
    return span_words(_date(fields["first"]), _date(fields["last"]))


def _date(text: str) -> date:
    return date.fromisoformat(text)


NOTICES = (
    Notice("standing.note", note),
    Notice("standing.ended", ended),
    Notice("standing.spared", spared),
    Notice("standing.back", restored),
    Notice("exempt.asked", asked),
    Notice("exempt.approved", approved),
    Notice("exempt.declined", declined),
    Notice("exempt.ended", ended_early),
)
