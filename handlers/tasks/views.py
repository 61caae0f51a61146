"""What the room says: whom to call, the last look, what became of a call, and of an answer to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.audience_words import hearing_words, muted_words
from handlers.kit.nav import home, menu, page_of, pager
from handlers.kit.news_taps import CastTap, TaskTap
from handlers.kit.screens import Choice, Row, Screen, in_rows
from handlers.kit.shift_words import Fitting, open_buttons, paragraphs, suited
from handlers.kit.shift_words import line as a_line
from handlers.kit.taps import CalendarTap, DeskTap, ListTap, ShiftTap
from handlers.shifts.placing import Placed
from handlers.tasks.actions import Called, Declined, Draft, Late, Way
from handlers.tasks.notices import call_words, come_label, no_label
from handlers.tasks.whom import Whom
from locales import _, a_length, a_span, a_time, ngettext, short_day
from storage.queries.shifts import ShiftRow
from storage.tables import BroadcastState
from town.facts import NeedsSkill, ShiftCancelled, ShiftStarted
from town.settings import TownSettings

# -- calling -----------------------------------------------------------------------------------------------------------


def which(open_shifts: Sequence[ShiftRow], page: int, zone: ZoneInfo) -> Screen:
    """The coming shifts that one may call for."""
    desk = Choice(_("The desk"), DeskTap(do="home").pack())
    if not open_shifts:
        return Screen(_("All places of your coming shifts are taken: no hands are needed."), ((desk, home()),))
    shown, page = page_of(open_shifts, page)
    lines = [a_line(number, shift, zone) for number, shift in enumerate(shown, 1)]
    rows = menu(
        [(_label(number, shift, zone), TaskTap(do="ask", id=shift.id).pack()) for number, shift in enumerate(shown, 1)],
        pages=pager(len(open_shifts), page, lambda to: TaskTap(do="which", page=to).pack()),
        then=[desk, home()],
    )
    return Screen(paragraphs(_("For which shift do you want to call people?"), *lines), rows)


def _label(number: int, shift: ShiftRow, zone: ZoneInfo) -> str:
    day = short_day(shift.starts_at.astimezone(zone).date())
    return f"{number}. {day} {a_time(shift.starts_at, zone)} {shift.title}"


def whom(shift: ShiftRow, ways: Mapping[Whom, Way], zone: ZoneInfo) -> Markup:
    """Whom to call, with how many each choice is."""
    free = ngettext("{n} place is free.", "{n} places are free.", shift.free)
    if not ways:
        nobody = _("Nobody whom I could ask is free then. You can still choose people yourself.")
        return paragraphs(_about(shift, zone), free, nobody)
    lines = [
        _("{whom}: {count}", whom=_whom_words(which, shift), count=_people(way.seen.hearing))
        for which, way in ways.items()
    ]
    head = _("Whom shall I ask? I ask only who is free then, has not said no to it, and was not asked since yesterday:")
    return paragraphs(_about(shift, zone), free, Markup("\n").join([head, *lines]))


def _whom_words(whom: Whom, shift: ShiftRow) -> Markup:
    match whom:
        case Whom.SUITS:
            return _("Those it suits best, who still owe hours this week")
        case Whom.PROJECT:
            return _("The people of {project}", project=shift.project)
        case Whom.SKILL:
            return _("Those who have a skill it asks for")
        case Whom.ALL:
            return _("Everybody in town")


def _people(count: int) -> Markup:
    return ngettext("{n} person", "{n} people", count)


def whom_label(whom: Whom) -> str:
    return {
        Whom.SUITS: _("Those it suits"),
        Whom.PROJECT: _("The project's people"),
        Whom.SKILL: _("Who has the skill"),
        Whom.ALL: _("Everybody"),
    }[whom].unescape()


def choose_label() -> str:
    return _("Choose myself…").unescape()


def preview(found: Draft, town: TownSettings) -> Markup:
    """A call as people get it, and who they are."""
    seen = found.way.seen
    if not seen.hearing:
        nobody = _("Nobody of these could come, or hears of shifts. Please go back and choose others.")
        return paragraphs(_about(found.shift, town.tz), nobody)
    below = _("Below it: “{come}”, “{no}”.", come=come_label(), no=no_label())
    needs = ""
    if found.needed > 1:
        needs = ngettext(
            "So many people are asked only when {n} other person has said yes to it.",
            "So many people are asked only when {n} other people have said yes to it.",
            found.needed - 1,
        )
    return paragraphs(
        _("This is what they get, each in their own language:"),
        Markup("<blockquote>{}</blockquote>").format(call_words(found.fields, town)),
        below,
        _("It goes to {people}", people=hearing_words(seen)),
        muted_words(seen),
        needs,
        _("It stops by itself when all places are taken."),
    )


def send_label() -> str:
    return _("Send it").unescape()


def line_label(there: bool) -> str:
    return (_("Change my line") if there else _("Add a line of my own")).unescape()


def line() -> Markup:
    return _("What else should they know? One line, such as “Please bring gloves”. It goes out in your words.")


def without_line() -> str:
    return _("Without a line").unescape()


def called(done: Called, zone: ZoneInfo) -> Screen:
    """A call goes out, waits for a yes, or was there already."""
    one, shift = done.broadcast, done.shift
    if not done.new:
        said = _("People are being asked for this shift already.")
    elif one.state == BroadcastState.PROPOSED:
        said = _("I ask for somebody else's yes, as it goes to many. As soon as it is there, the call goes out.")
    else:
        said = ngettext(
            "It goes out to {n} person. Below, a card shows how it stands, and you can hold it there.",
            "It goes out to {n} people. Below, a card shows how it stands, and you can hold it there.",
            one.people,
        )
    ways = [
        Choice(_("The message"), CastTap(do="page", id=one.id).pack()),
        Choice(_("The shift"), DeskTap(do="shift", id=shift.id).pack()),
        home(),
    ]
    return Screen(paragraphs(said, _about(shift, zone)), in_rows(ways, 2))


# -- answers -----------------------------------------------------------------------------------------------------------


def joined(placed: Placed, zone: ZoneInfo) -> Screen:
    """Somebody took a place."""
    shift = placed.shift
    learning = _("It is a learner's place: a master works beside you.") if placed.kind.learner else ""
    return Screen(
        paragraphs(_("Thank you! You have a place:"), _about(shift, zone), learning, _free(shift)),
        (
            (Choice(_("For my calendar"), CalendarTap(do="shift", shift=shift.id).pack()),),
            (Choice(_("Can't come"), ShiftTap(do="leave", shift=shift.id).pack()), _page(shift)),
            _others(),
        ),
    )


def late(gone: Late, best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    """Somebody would have come, and there is no place for them; the waiting list, or other shifts that would suit."""
    title = gone.shift.title
    if isinstance(gone.why, ShiftCancelled):
        said = _("Thank you! “{title}” was cancelled in the meantime, so nobody has to come.", title=title)
    elif isinstance(gone.why, ShiftStarted):
        said = _("Thank you! “{title}” has started by now, so it is too late for this one.", title=title)
    elif isinstance(gone.why, NeedsSkill):
        said = _("Thank you! The places still free on “{title}” are kept for people with a certain skill.", title=title)
    else:
        said = _("Thank you for offering! All places on “{title}” are taken by now.", title=title)
    wait: tuple[Row, ...] = ()
    if gone.line_open:
        said = Markup("{} {}").format(said, _("You can wait for one: if a place falls free, I offer it to you."))
        wait = ((Choice(_("Wait for a place"), ShiftTap(do="join", shift=gone.shift.id).pack()),),)
    return _with_others(said, best, zone, wait)


def moved(shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """Somebody would have come to the shift as it was when they were asked."""
    said = _("Thank you! This shift has changed since I asked you. It is now:")
    still = Choice(come_label(), ShiftTap(do="join", shift=shift.id).pack())
    return Screen(paragraphs(said, _about(shift, zone), _("Can you come all the same?")), ((still,), _others()))


def declined(done: Declined, broadcast_id: int, now: datetime, zone: ZoneInfo) -> Screen:
    """Somebody cannot come this time; but where it has changed since they were asked, perhaps it suits them now."""
    shift = done.shift
    is_open = shift.cancelled_at is None and shift.free > 0 and now < shift.starts_at
    yes = TaskTap(do="come", id=broadcast_id).pack()
    if done.as_told:
        said = _(
            "That is all right, thank you for saying so. I won't ask you again about “{title}”.", title=shift.title
        )
    elif not is_open:
        said = _("That is all right, thank you for saying so.")
    else:
        yes = ShiftTap(do="join", shift=shift.id).pack()
        changed = _("That is all right, thank you for saying so. This shift has changed, though. It is now:")
        said = paragraphs(changed, _about(shift, zone))
    rows: tuple[Row, ...] = ((Choice(_("I can come after all"), yes),),) if is_open else ()
    return Screen(said, (*rows, _others()))


def _with_others(said: Markup, best: Sequence[Fitting], zone: ZoneInfo, rows: tuple[Row, ...] = ()) -> Screen:
    others = [_("Perhaps another one suits you:"), *suited(best, zone)] if best else []
    return Screen(paragraphs(said, *others), (*rows, *open_buttons(best, zone), _others()))


def _others() -> Row:
    return Choice(_("Other shifts"), ListTap(by="").pack()), home()


def _page(shift: ShiftRow) -> Choice:
    return Choice(_("The shift's page"), ShiftTap(do="open", shift=shift.id).pack())


def _free(shift: ShiftRow) -> Markup:
    if shift.free <= 0:
        return ngettext("Its one place is taken.", "All {n} places are taken.", shift.places)
    return ngettext("{free} of {n} place is free.", "{free} of {n} places are free.", shift.places, free=shift.free)


def _about(shift: ShiftRow, zone: ZoneInfo) -> Markup:
    when = a_span(shift.starts_at, shift.ends_at, zone)
    lines = [Markup("<b>{}</b>").format(shift.title), shift.project, f"{when} ({a_length(shift.minutes)})", shift.place]
    return Markup("\n").join(part for part in lines if part)
