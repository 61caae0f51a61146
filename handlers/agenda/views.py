"""What the calendar room says, in the chat and in the calendar itself."""

from __future__ import annotations

from markupsafe import Markup

from handlers.agenda.actions import Agenda
from handlers.agenda.files import Words, calendar_file
from handlers.agenda.occasions import occasions
from handlers.kit.links import Links
from handlers.kit.nav import back, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import CalendarTap, MeTap
from locales import _, ngettext, speaking
from storage.queries.agenda import Entry
from storage.tables import SignupState
from town.settings import TownSettings


def file(agenda: Agenda, town: TownSettings, links: Links) -> bytes:
    """A calendar file, in its owner's language."""
    with speaking(agenda.language):
        name = _("Shifts in {town}", town=town.name).unescape()
        texts = {entry.shift.id: _text(entry).unescape() for entry in agenda.entries}
        called = occasions(agenda.meetings, links)
    urls = {number: link for number in texts if (link := links.shift(number)) is not None}
    return calendar_file(
        agenda.entries,
        words=Words(name, texts),
        zone=town.zone,
        leads=(agenda.owner.early, agenda.owner.late),
        urls=urls,
        also=called,
    )


def file_caption(entry: Entry) -> Markup:
    """Under the file of one shift."""
    if entry.shift.cancelled_at is not None:
        return _(
            "<b>{title}</b> was cancelled. Open this file and your calendar strikes it out.", title=entry.shift.title
        )
    if entry.state in (SignupState.HELD, SignupState.ATTENDED):
        return _("<b>{title}</b> for your calendar: open the file to add it.", title=entry.shift.title)
    return _("<b>{title}</b> for your calendar, as not yet certain: open the file to add it.", title=entry.shift.title)


def all_caption(count: int) -> Markup:
    """Under the file of all shifts."""
    return ngettext(
        "Your shift for your calendar: open the file to add it. It does not change by itself later.",
        "Your {n} shifts for your calendar: open the file to add them. They do not change by themselves later.",
        count,
    )


def no_shifts() -> Screen:
    """There is nothing to write into a file."""
    return Screen(
        _("You hold no place on a coming shift, so there is nothing for a calendar yet."), ((back(_me()), home()),)
    )


def no_web() -> Screen:
    """The town has no address on the web that a calendar could ask."""
    return Screen(
        _(
            "A calendar that keeps itself up to date needs a web address, and this town has none. But I can give you "
            "your shifts as a file, and each shift's page has one of its own."
        ),
        ((_all(),), (back(_me()), home())),
    )


def feed(address: str | None, *, said: str = "") -> Screen:
    """The private address of somebody's calendar, or what it would be good for."""
    if address is None:
        offer = _(
            "I can keep your calendar up to date: on your phone or computer, all your shifts, and what changes about "
            "them.\n\nFor that I make you a secret address, which you add to your calendar once. Whoever has it sees "
            "your shifts, so keep it to yourself. You can change it or switch it off at any time."
        )
        return Screen(paragraphs(said, offer), ((_choice(_("Make my address"), "on"),), (_all(),), _ways()))
    text = _(
        "The secret address of your calendar:\n\n<code>{address}</code>\n\nIn your calendar, choose “add by address” "
        "or “subscribe”, and paste it there. On a phone or a Mac it often opens by itself when you write webcal:// in "
        "place of {scheme}\n\nWhoever has it sees your shifts, so keep it to yourself.",
        address=address,
        scheme=address.partition("//")[0] + "//",
    )
    rows: tuple[Row, ...] = (
        (_choice(_("Make a new address"), "renew"),),
        (_choice(_("Switch it off"), "off"),),
        (_all(),),
        _ways(),
    )
    return Screen(paragraphs(said, text), rows)


def renewed() -> Markup:
    return _("Done: here is a new address. The old one shows nothing from now on.")


def switched_off() -> Markup:
    return _("Done: the address shows nothing any more, and your calendar gets no more from me.")


def _text(entry: Entry) -> Markup:
    """What stands in the calendar beneath a shift."""
    if entry.shift.cancelled_at is not None:
        said = _("This shift was cancelled.")
    elif entry.state in (SignupState.HELD, SignupState.ATTENDED):
        said = _("You hold a place on this shift.")
    elif entry.state == SignupState.OFFERED:
        said = _("A place is offered to you: take it in the chat, or it passes on.")
    else:
        said = _("You are on the waiting list of this shift.")
    return Markup("{}\n{}").format(_("A shift of {project}.", project=entry.shift.project), said)


def _all() -> Choice:
    return _choice(_("All my shifts as a file"), "all")


def _choice(label: str, do: str) -> Choice:
    return Choice(label, CalendarTap(do=do).pack())


def _me() -> str:
    return MeTap(do="open").pack()


def _ways() -> Row:
    return (back(_me()), home())
