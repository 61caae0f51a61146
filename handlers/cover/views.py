"""What the cover room says: which shift one cannot come to, what became of an answer, and who is being asked."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.cover.actions import Around, Short, TooSlow
from handlers.kit.nav import back, home, page_of, pager
from handlers.kit.screens import Choice, Row, Screen, cut
from handlers.kit.shift_words import LABEL, Fitting, line, open_buttons, paragraphs, suited
from handlers.kit.taps import CalendarTap, CoverTap, DeskTap, ListTap, ShiftTap
from handlers.shifts.placing import Placed
from locales import _, a_length, a_moment, a_span, a_time, ngettext, short_day
from storage.queries.shifts import ShiftRow
from town.facts import ShiftCancelled, ShiftStarted

SHORT_PAGE = 3
"""Shifts short of people on a page: each has two buttons."""

# -- "can't come" ------------------------------------------------------------------------------------------------------


def which(coming: Sequence[ShiftRow], page: int, zone: ZoneInfo) -> Screen:
    """Asked of somebody who cannot come: to which of their shifts."""
    if not coming:
        said = _("You hold no place on a coming shift, so nobody waits for you. Take good care of yourself!")
        return Screen(said, (_leave(),))
    if len(coming) == 1:
        return really(coming[0], zone, alone=True)
    shown, page = page_of(coming, page)
    said = _("I am sorry to hear that, and thank you for saying so. Which shift can't you come to?")
    lines = [_one_of_mine(number, shift, zone) for number, shift in enumerate(shown, 1)]
    rows = tuple((_which_button(number, shift, zone),) for number, shift in enumerate(shown, 1))
    turn = pager(len(coming), page, lambda to: CoverTap(do="mine", page=to).pack())
    return Screen(paragraphs(said, *lines), (*rows, *turn, _leave()))


def really(shift: ShiftRow, zone: ZoneInfo, *, alone: bool) -> Screen:
    """Asked before a place is given back; `alone`: it is the only shift they hold."""
    question = _("You can't come to this one? Then I give your place back and tell the coordinator.")
    keep = Choice(_("No, I keep it"), ShiftTap(do="open", shift=shift.id).pack())
    ways = (home(),) if alone else (back(CoverTap(do="mine").pack()), home())
    give = Choice(_("Yes, give it back"), ShiftTap(do="release", shift=shift.id).pack())
    return Screen(paragraphs(_about(shift, zone), question), ((give,), (keep,), ways))


def _one_of_mine(number: int, shift: ShiftRow, zone: ZoneInfo) -> Markup:
    when = a_span(shift.starts_at, shift.ends_at, zone)
    return Markup("{}. <b>{}</b> · {}\n{}").format(number, shift.title, shift.project, when)


def _which_button(number: int, shift: ShiftRow, zone: ZoneInfo) -> Choice:
    when = f"{short_day(shift.starts_at.astimezone(zone).date())} {a_time(shift.starts_at, zone)}"
    return Choice(cut(f"{number}. {when} {shift.title}", LABEL), CoverTap(do="which", id=shift.id).pack())


def _leave() -> Row:
    return Choice(_("My shifts"), ListTap(by="mine").pack()), home()


# -- answers -----------------------------------------------------------------------------------------------------------


def stepped_in(placed: Placed, zone: ZoneInfo) -> Screen:
    """Somebody took the place."""
    shift = placed.shift
    learning = _("It is a learner's place: a master works beside you.") if placed.kind.learner else ""
    return Screen(
        paragraphs(
            _("Thank you, that is kind of you! The place is yours:"),
            _about(shift, zone),
            learning,
            _("The coordinator is being told."),
        ),
        (
            (Choice(_("For my calendar"), CalendarTap(do="shift", shift=shift.id).pack()),),
            (Choice(_("I can't come after all"), ShiftTap(do="leave", shift=shift.id).pack()),),
            _others(),
        ),
    )


def too_slow(gone: TooSlow, best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    """Somebody would have come, and there is no place for them any more; other shifts that would suit."""
    title = gone.shift.title
    if isinstance(gone.why, ShiftCancelled):
        said = _("Thank you! “{title}” was cancelled in the meantime, so nobody has to come.", title=title)
    elif isinstance(gone.why, ShiftStarted):
        said = _("Thank you! “{title}” has started by now, so it is too late for this one.", title=title)
    else:
        said = _("Thank you for offering! Somebody else was a little quicker, and “{title}” is covered.", title=title)
    return _with_others(said, best, zone)


def moved(shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """Somebody would have come at the time the shift had when they were asked."""
    said = _("Thank you! The time of this shift has changed since I asked you. It is now:")
    still = Choice(_("I'll come"), ShiftTap(do="join", shift=shift.id).pack())
    question = _("Can you come then as well?")
    return Screen(paragraphs(said, _about(shift, zone), question), ((still,), _others()))


def declined(shift: ShiftRow, best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    """Somebody cannot step in; other shifts that would suit."""
    said = _("That is all right, thank you for saying so. I won't ask you again about “{title}”.", title=shift.title)
    return _with_others(said, best, zone)


def _with_others(said: Markup, best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    others = [_("Perhaps another one suits you:"), *suited(best, zone)] if best else []
    return Screen(paragraphs(said, *others), (*open_buttons(best, zone), _others()))


def _others() -> Row:
    return Choice(_("Other shifts"), ListTap(by="").pack()), home()


# -- for coordinators --------------------------------------------------------------------------------------------------


def around(done: Around, zone: ZoneInfo) -> Screen:
    """People are being asked to take free places; or there is nobody to ask."""
    asked, at = done.round.asked, done.round.at
    if asked:
        said = ngettext(
            "I have asked {n} person to step in, and go on asking until somebody says yes.",
            "I have asked {n} people to step in, and go on asking until somebody says yes.",
            asked,
        )
    elif at is not None:
        said = _("It is late: I begin to ask people at {when}.", when=a_moment(at, zone))
    elif done.before:
        said = ngettext(
            "I am asking already: {n} person so far, and more will follow.",
            "I am asking already: {n} people so far, and more will follow.",
            done.before,
        )
    else:
        said = _("I found nobody whom I could ask: whoever may come was asked already, or is on it.")
    return Screen(
        paragraphs(_about(done.shift, zone), _free(done.shift), said),
        (
            (_desk(done.shift),),
            (Choice(_("Short of people"), CoverTap(do="short").pack()), home()),
        ),
    )


def short(found: Sequence[Short], page: int, zone: ZoneInfo) -> Screen:
    """The shifts of today and tomorrow that have free places."""
    if not found:
        text = _("Until the end of tomorrow all places of your projects are taken. Well done!")
        return Screen(text, ((back(DeskTap(do="home").pack()), home()),))
    shown, page = page_of(found, page, SHORT_PAGE)
    lines, rows = [], []
    for number, one in enumerate(shown, 1):
        about = line(number, one.shift, zone)
        lines.append(Markup("{} · {}").format(about, _("I am asking around")) if one.asking else about)
        ask_around = Choice(_("{n}. Ask around", n=number), CoverTap(do="ask", id=one.shift.id).pack())
        desk = Choice(_("{n}. At the desk", n=number), DeskTap(do="shift", id=one.shift.id).pack())
        rows.append((ask_around, desk))
    turn = pager(len(found), page, lambda to: CoverTap(do="short", page=to).pack(), SHORT_PAGE)
    head = _("These shifts are short of people until the end of tomorrow:")
    return Screen(paragraphs(head, *lines), (*rows, *turn, (back(DeskTap(do="home").pack()), home())))


def _desk(shift: ShiftRow) -> Choice:
    return Choice(_("The shift at the desk"), DeskTap(do="shift", id=shift.id).pack())


def _free(shift: ShiftRow) -> Markup:
    return ngettext("{free} of {n} place is free.", "{free} of {n} places are free.", shift.places, free=shift.free)


def _about(shift: ShiftRow, zone: ZoneInfo) -> Markup:
    when = a_span(shift.starts_at, shift.ends_at, zone)
    lines = [Markup("<b>{}</b>").format(shift.title), shift.project, f"{when} ({a_length(shift.minutes)})", shift.place]
    return Markup("\n").join(part for part in lines if part)
