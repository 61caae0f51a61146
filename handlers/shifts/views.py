"""What the shifts room says of one shift: its page, and what became of a tap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.facts import sentence
from handlers.kit.links import SHIFT
from handlers.kit.nav import back, home
from handlers.kit.place_words import kinds_line
from handlers.kit.screens import Choice, Row, Screen, in_rows
from handlers.kit.shift_words import Fitting, open_buttons, paragraphs, suited
from handlers.kit.taps import CalendarTap, CheckTap, ListTap, SeriesTap, ShiftTap, SwapTap
from handlers.kit.topics import named, topic_name
from handlers.shifts.actions import Left, Page
from handlers.shifts.placing import Placed
from locales import _, a_length, a_moment, a_span, a_time, an_ordinal, listed, ngettext
from storage.queries.shifts import ShiftRow
from storage.queries.skills import KindRow
from storage.tables import SignupState

CHECK_IN_FROM = timedelta(hours=1)
"""How long before a shift one can say that one is there."""


def shift_page(page: Page, now: datetime, zone: ZoneInfo) -> Screen:
    """One shift with all there is to know, and what one can do."""
    shift = page.mine.shift
    can_change = shift.cancelled_at is None and now < shift.starts_at
    return Screen(
        paragraphs(
            _about(shift, zone),
            _places(page) if can_change else "",
            _asks_for(page.needs),
            _who(page),
            _own_state(page, now, zone),
        ),
        (*in_rows(_can_do(page, now)), _others()),
    )


def _can_do(page: Page, now: datetime) -> list[Choice]:
    """What somebody can do with a shift, by where they stand with it."""
    shift, state = page.mine.shift, page.mine.state
    going = shift.cancelled_at is None and now < shift.ends_at
    soon = going and now >= shift.starts_at - CHECK_IN_FROM
    choices = []
    if soon and state == SignupState.HELD and page.mine.checked_in_at is None:
        choices.append(Choice(_("I am here"), CheckTap(do="in", shift=shift.id).pack()))
    if not going or now >= shift.starts_at:
        return choices
    if state == SignupState.HELD:
        choices += [
            Choice(_("Can't come"), _tap("leave", shift)),
            Choice(_("Swap or hand over"), SwapTap(do="open", shift=shift.id).pack()),
            Choice(_("For my calendar"), CalendarTap(do="shift", shift=shift.id).pack()),
        ]
    elif state == SignupState.OFFERED:
        choices += _answers(shift)
    elif state == SignupState.WAITING:
        if page.can_join:
            choices.append(Choice(_("Join"), _tap("join", shift)))
        choices.append(Choice(_("Leave the waiting list"), _tap("unwait", shift)))
    elif page.can_join:
        choices.append(Choice(_("Join"), _tap("join", shift)))
    elif page.line_open and page.refused is None:
        choices.append(Choice(_("Wait for a place"), _tap("join", shift)))
    if shift.series_id is not None:
        choices.append(Choice(_("Every week"), SeriesTap(do="every", id=shift.series_id).pack()))
    return [*choices, Choice(_("Tell a neighbour"), _tap("share", shift))]


def _answers(shift: ShiftRow) -> list[Choice]:
    """What one can say to an offered place."""
    return [
        Choice(_("Yes, I take it"), _tap("accept", shift)),
        Choice(_("No, thank you"), _tap("decline", shift)),
    ]


def joined(placed: Placed, zone: ZoneInfo) -> Screen:
    """A place was taken, or the next one on the waiting list."""
    shift = placed.shift
    if placed.state == SignupState.WAITING:
        nth = an_ordinal(placed.position)
        if shift.free > 0:
            said = _(
                "The places still free are kept for a skill, or for learners beside a master. "
                "You are {nth} on the waiting list; as soon as one is for you, I offer it to you.",
                nth=nth,
            )
        else:
            said = _(
                "All places are taken at the moment. You are {nth} on the waiting list; "
                "as soon as a place is free, I offer it to you.",
                nth=nth,
            )
        ways = [Choice(_("Leave the waiting list"), _tap("unwait", shift))]
        return Screen(paragraphs(said, _about(shift, zone)), (*in_rows(ways), _others()))
    learning = _("It is a learner's place: a master works beside you.") if placed.kind.learner else ""
    return Screen(
        paragraphs(_("Thank you! You have a place:"), _about(shift, zone), learning, free_places(shift)),
        (
            (Choice(_("Can't come"), _tap("leave", shift)),),
            (Choice(_("For my calendar"), CalendarTap(do="shift", shift=shift.id).pack()),),
            *(
                ((Choice(_("Every week"), SeriesTap(do="every", id=shift.series_id).pack()),),)
                if shift.series_id is not None
                else ()
            ),
            (Choice(_("Tell a neighbour"), _tap("share", shift)),),
            _others(),
        ),
    )


def left_line(shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """The waiting list was left."""
    return Screen(paragraphs(_("You are off the waiting list."), _about(shift, zone)), (_others(),))


def declined(shift: ShiftRow, best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    """An offered place was declined; other shifts that would suit."""
    said = _("All right, the place on “{title}” goes to somebody else. Thank you for saying so.", title=shift.title)
    others = [_("Perhaps another one suits you:"), *suited(best, zone)] if best else []
    return Screen(paragraphs(said, *others), (*open_buttons(best, zone), _others()))


def really_leave(shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """Asked before a place is given back that somebody counts on soon."""
    return Screen(
        paragraphs(
            _about(shift, zone),
            _("It starts soon and the others count on you. Shall I give your place back? I will tell the coordinator."),
        ),
        (
            (Choice(_("Yes, give it back"), _tap("release", shift)),),
            (Choice(_("No, I keep it"), _tap("open", shift)),),
        ),
    )


def released(left: Left, best: Sequence[Fitting], zone: ZoneInfo) -> Screen:
    """A place was given back; other shifts that would suit."""
    title, told = left.shift.title, _("The coordinator is being told.") if left.told else ""
    if left.passed_on:
        said = _("Your place on “{title}” is offered to the next on the waiting list. Thank you!", title=title)
    elif left.called:
        said = _("Your place on “{title}” is free again, and I ask others whether they can step in.", title=title)
    else:
        said = _("Your place on “{title}” is free again. Thank you for saying so.", title=title)
    said = Markup(" ").join(part for part in (said, told) if part)
    others = [_("Perhaps another one suits you:"), *suited(best, zone)] if best else []
    return Screen(paragraphs(said, *others), (*open_buttons(best, zone), _others()))


def coming(shift: ShiftRow, first: bool, zone: ZoneInfo) -> Screen:
    """Somebody said that they are coming."""
    said = _("Thank you, see you there!") if first else _("I had noted that already: you are coming. See you there!")
    return Screen(
        paragraphs(said, _about(shift, zone)),
        ((Choice(_("I can't come after all"), _tap("leave", shift)),), _others()),
    )


def share(shift_id: int, link: str | None) -> Screen:
    """How to pass a shift on to somebody."""
    if link is None:
        text = _(
            "Whoever writes this to me sees the shift: <code>/start {payload}</code>", payload=f"{SHIFT}{shift_id}"
        )
    else:
        text = _("Pass this link on; it opens the shift:\n{link}", link=link)
    return Screen(text, ((back(ShiftTap(do="open", shift=shift_id).pack()), home()),))


# -- parts -----------------------------------------------------------------------------------------------------------


def _about(shift: ShiftRow, zone: ZoneInfo) -> Markup:
    when = a_span(shift.starts_at, shift.ends_at, zone)
    lines = [Markup("<b>{}</b>").format(shift.title), shift.project, f"{when} ({a_length(shift.minutes)})", shift.place]
    return Markup("\n").join(part for part in lines if part)


def free_places(shift: ShiftRow) -> Markup:
    """How many places are free."""
    if shift.free <= 0:
        return ngettext("Its one place is taken.", "All {n} places are taken.", shift.places)
    return ngettext("{free} of {n} place is free.", "{free} of {n} places are free.", shift.places, free=shift.free)


def _places(page: Page) -> Markup:
    """How many places are free, what they are for, and who waits for one."""
    lines = [free_places(page.mine.shift), kinds_line(page.needs)]
    if page.waiting and not page.position:
        lines.append(
            ngettext("{n} person is on the waiting list.", "{n} people are on the waiting list.", page.waiting)
        )
    return Markup("\n").join(line for line in lines if line)


def _asks_for(needs: Sequence[KindRow]) -> Markup:
    """The skills that are wished for: nobody is kept out by them."""
    wished = [need for need in needs if not need.places and not need.learners]
    if not wished:
        return Markup()
    asked = _("It asks for: {skills}.", skills=named([topic_name(need.topic) for need in wished]))
    lacking = [topic_name(need.topic) for need in wished if need.level is None]
    if not lacking:
        return asked
    return _(
        "{asked} You have not told me that you know {lacking}: come along if you are willing to learn.",
        asked=asked,
        lacking=named(lacking),
    )


def _who(page: Page) -> Markup:
    if not page.coordinators:
        return Markup()
    return _("Ask {names} if you have questions.", names=listed([one.name for one in page.coordinators[:3]]))


def _own_state(page: Page, now: datetime, zone: ZoneInfo) -> Markup:
    shift, mine = page.mine.shift, page.mine
    if shift.cancelled_at is not None:
        return _("This shift was cancelled.")
    if mine.state == SignupState.ATTENDED:
        return _("You were there, and your hours are confirmed. Thank you!")
    if mine.state == SignupState.MISSED:
        return _("You were marked as missed. If that is not so, say it under “Earlier weeks”.")
    if mine.state == SignupState.HELD and now >= shift.ends_at:
        return _("It is over; your hours wait to be confirmed.")
    if mine.state == SignupState.HELD and mine.checked_in_at is not None:
        return _("You are here since {time}. Have a good time!", time=a_time(mine.checked_in_at, zone))
    if mine.state == SignupState.HELD:
        return _("You said that you are coming.") if mine.coming_at else _("You hold a place.")
    if now >= shift.ends_at:
        return _("It is over.")
    if now >= shift.starts_at:
        return _("It has started.")
    if mine.state == SignupState.WAITING:
        return _("You are {nth} on the waiting list.", nth=an_ordinal(page.position))
    if mine.state == SignupState.OFFERED and mine.offer_until is not None:
        return _("A place is kept for you until {when}. Do you take it?", when=a_moment(mine.offer_until, zone))
    if page.refused is not None and shift.free > 0:
        return sentence(page.refused, zone)
    return Markup()


def _others() -> Row:
    return Choice(_("Other shifts"), ListTap(by="").pack()), home()


def _tap(do: str, shift: ShiftRow) -> str:
    return ShiftTap(do=do, shift=shift.id).pack()
