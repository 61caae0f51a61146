"""The words around a notice that is opened."""

from __future__ import annotations

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import home
from handlers.kit.screens import Choice, Screen
from handlers.kit.taps import ListTap
from locales import _
from town.settings import TownSettings


def whole(notice: Notice, fields: Fields, town: TownSettings) -> Screen:
    """The notice itself, with its choices."""
    return notice.render(fields, town)


def over() -> Screen:
    """To somebody who opens what has no more to say."""
    text = _("That is over by now: there is nothing left to read or to answer. Here is what is on at present.")
    return Screen(text, ((home(), Choice(_("Shifts"), ListTap(by="").pack())),))


def nothing() -> Screen:
    """To somebody who asks to be shown what nobody has sent them."""
    text = _("There is nothing that I have not shown you in full. Here is what is on at present.")
    return Screen(text, ((home(), Choice(_("Shifts"), ListTap(by="").pack())),))
