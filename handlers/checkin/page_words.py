"""What is said of a shift on its check-in page and in chat alike; the page takes plain text."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.checkin.actions import OnScreen
from locales import _, a_moment, a_time, ngettext
from town.checkin import opens_at


def note(of: OnScreen, zone: ZoneInfo) -> str:
    """What there is to do here now."""
    if of.until is not None:
        return _(
            "Scan this, or write the code to the town. It works until {time}; a new one comes every minute.",
            time=a_time(of.until, zone),
        ).unescape()
    if of.state == "early":
        return _("Checking in begins: {time}.", time=a_moment(opens_at(of.shift.starts_at), zone)).unescape()
    if of.state == "cancelled":
        return _("This shift was cancelled.").unescape()
    return _("This shift is over. Thank you all!").unescape()


def count(of: OnScreen) -> str:
    """How many of those who hold a place are there."""
    return how_many(of.here, of.expected).unescape()


def how_many(present: int, expected: int) -> Markup:
    """ "12 of 20 people are here." """
    if not expected:
        return _("Nobody has joined yet.")
    return ngettext("{here} of {n} person is here.", "{here} of {n} people are here.", expected, here=present)
