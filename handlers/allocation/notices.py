"""What is said unasked: to coordinators of their plans, to residents of the places that they are offered."""

from __future__ import annotations

from datetime import date, datetime

from handlers.allocation.views import to
from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import ShiftTap
from locales import _, a_day, a_moment, a_span, ngettext
from town.settings import TownSettings
from town.topics import SHIFTS


def ready(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `making`: plan, project_id, project, week, placed, places."""
    text = ngettext(
        "The proposal for <b>{project}</b>, week from {day}, is ready: people for {placed} of {n} open place. "
        "Nothing is sent before you say so.",
        "The proposal for <b>{project}</b>, week from {day}, is ready: people for {placed} of {n} open places. "
        "Nothing is sent before you say so.",
        fields["places"],
        project=fields["project"],
        day=a_day(date.fromisoformat(fields["week"])),
        placed=fields["placed"],
    )
    return Screen(text, ((_see(fields),), (anew(home()),)))


def again(fields: Fields, town: TownSettings) -> Screen:
    """Fields: as `ready`; made since offers were not taken."""
    open_again = ngettext(
        "Not every offer was taken: in <b>{project}</b>, week from {day}, {n} place is open.",
        "Not every offer was taken: in <b>{project}</b>, week from {day}, {n} places are open.",
        fields["places"],
        project=fields["project"],
        day=a_day(date.fromisoformat(fields["week"])),
    )
    found = ngettext(
        "I have found somebody else for one of them. Nothing is sent before you say so.",
        "I have found other people for {n} of them. Nothing is sent before you say so.",
        fields["placed"],
    )
    nobody = _("I have found nobody else for them. The proposal says why.")
    return Screen(paragraphs(open_again, found if fields["placed"] else nobody), ((_see(fields),), (anew(home()),)))


def failed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: as `ready`."""
    text = _(
        "I could not make the proposal for <b>{project}</b>, week from {day}. Nothing was changed; please try again.",
        project=fields["project"],
        day=a_day(date.fromisoformat(fields["week"])),
    )
    return Screen(text, ((Choice(_("Try again"), to("open", fields["project_id"])),), (anew(home()),)))


def offer(fields: Fields, town: TownSettings) -> Screen:
    """Fields: shift, title, project, place, starts_at, ends_at, until, learner."""
    starts, ends, until = (datetime.fromisoformat(fields[name]) for name in ("starts_at", "ends_at", "until"))
    text = _(
        "Could you help here? There is a place for you:\n\n<b>{title}</b>\n{project}\n{when}\n{place}",
        title=fields["title"],
        project=fields["project"],
        when=a_span(starts, ends, town.tz),
        place=fields["place"] or fields["project"],
    )
    learn = _("You would learn there, beside a master.") if fields["learner"] else ""
    kept = _("I keep it for you until {until}. A no is fine too.", until=a_moment(until, town.tz))
    shift = fields["shift"]
    yes = Choice(_("Yes, I take it"), ShiftTap(do="accept", shift=shift).pack())
    no = Choice(_("No, thank you"), ShiftTap(do="decline", shift=shift).pack())
    page = Choice(_("The shift's page"), ShiftTap(do="open", shift=shift).pack())
    return Screen(paragraphs(text, learn, kept), ((yes, no), (anew(page), anew(home()))))


def _see(fields: Fields) -> Choice:
    return Choice(_("See the proposal"), to("see", fields["plan"]))


NOTICES = (
    Notice("plan.ready", ready, quiet=False),
    Notice("plan.again", again),
    Notice("plan.failed", failed, quiet=False),
    Notice("plan.offer", offer, topic=SHIFTS),
)
