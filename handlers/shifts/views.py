"""What the shifts room says of one shift: its page, and what became of a tap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.links import SHIFT
from handlers.kit.nav import back, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import Fitting, open_buttons, paragraphs, suited
from handlers.kit.taps import ListTap, ShiftTap
from handlers.kit.topics import named, topic_name
from handlers.shifts.actions import Left, Page
from locales import _, a_length, a_span, listed, ngettext
from storage.queries.shifts import Need, ShiftRow
from storage.tables import SignupState


def shift_page(page: Page, now: datetime, zone: ZoneInfo) -> Screen:
    """One shift with all there is to know, and what one can do."""
    shift, state = page.mine.shift, page.mine.state
    can_change = shift.cancelled_at is None and now < shift.starts_at
    rows: list[Row] = []
    if can_change and state == SignupState.HELD:
        rows.append((Choice(_("Give my place back"), _tap("leave", shift)),))
    elif can_change and shift.free > 0:
        rows.append((Choice(_("Join"), _tap("join", shift)),))
    if can_change:
        rows.append((Choice(_("Tell a neighbour"), _tap("share", shift)),))
    return Screen(
        paragraphs(
            _about(shift, zone),
            _places(shift) if can_change else "",
            _asks_for(page.needs),
            _who(page),
            _own_state(page, now),
        ),
        (*rows, _others()),
    )


def joined(shift: ShiftRow, zone: ZoneInfo) -> Screen:
    """A place was taken."""
    return Screen(
        paragraphs(_("Thank you! You have a place:"), _about(shift, zone), _places(shift)),
        (
            (Choice(_("Give my place back"), _tap("leave", shift)),),
            (Choice(_("Tell a neighbour"), _tap("share", shift)),),
            _others(),
        ),
    )


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
    said = (
        _("Your place on “{title}” is free again, and the coordinator is being told.", title=left.shift.title)
        if left.told
        else _("Your place on “{title}” is free again. Thank you for saying so.", title=left.shift.title)
    )
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


def _places(shift: ShiftRow) -> Markup:
    if shift.free <= 0:
        return ngettext("Its one place is taken.", "All {n} places are taken.", shift.places)
    return ngettext("{free} of {n} place is free.", "{free} of {n} places are free.", shift.places, free=shift.free)


def _asks_for(needs: Sequence[Need]) -> Markup:
    if not needs:
        return Markup()
    asked = _("It asks for: {skills}.", skills=named([topic_name(need.topic) for need in needs]))
    lacking = [topic_name(need.topic) for need in needs if not need.have]
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


def _own_state(page: Page, now: datetime) -> Markup:
    shift, state = page.mine.shift, page.mine.state
    if shift.cancelled_at is not None:
        return _("This shift was cancelled.")
    if state == SignupState.ATTENDED:
        return _("You were there, and your hours are confirmed. Thank you!")
    if state == SignupState.MISSED:
        return _("You were marked as missed. If that is not so, please talk to the coordinator.")
    if state == SignupState.HELD and now >= shift.ends_at:
        return _("It is over; your hours wait to be confirmed.")
    if state == SignupState.HELD:
        return _("You said that you are coming.") if page.mine.coming_at else _("You hold a place.")
    if now >= shift.ends_at:
        return _("It is over.")
    return _("It has started.") if now >= shift.starts_at else Markup()


def _others() -> Row:
    return Choice(_("Other shifts"), ListTap(by="").pack()), home()


def _tap(do: str, shift: ShiftRow) -> str:
    return ShiftTap(do=do, shift=shift.id).pack()
