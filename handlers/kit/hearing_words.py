"""What residents can turn off, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup

from handlers.kit.nav import home
from handlers.kit.news_taps import ChoiceTap
from handlers.kit.screens import Choice, Screen, in_rows
from locales import _, a_day, listed
from town.topics import APPEALS, GOODS, MEETINGS, SHIFTS, UPDATES


def topic_label(topic: str) -> str:
    """A topic's name."""
    return {
        SHIFTS: _("Shifts"),
        GOODS: _("Goods"),
        MEETINGS: _("Meetings"),
        UPDATES: _("The week’s news"),
        APPEALS: _("Appeals"),
    }[topic]


def topic_line(topic: str) -> Markup:
    """What comes under a topic."""
    return {
        SHIFTS: _("somebody asks for hands, or a place that suits you is offered"),
        GOODS: _("what there is to have, and where"),
        MEETINGS: _("invitations, votes, minutes"),
        UPDATES: _("the mayor’s words every week, with the week in numbers"),
        APPEALS: _("what a coordinator or the mayor asks of many people"),
    }[topic]


def topics_listed(topics: Iterable[str]) -> str:
    """Some topics, one after the other in a sentence."""
    return listed([topic_label(topic) for topic in topics])


def what_comes() -> Markup:
    """What nobody can turn off."""
    return _(
        "What always comes: reminders and changes of what you hold yourself, answers to what you asked, and "
        "emergencies."
    )


def what_reaches_me() -> Choice:
    return Choice(_("What reaches me"), ChoiceTap(do="open").pack())


def come_back() -> Choice:
    return Choice(_("Turn it on again"), ChoiceTap(do="back").pack())


def offer(stopped_on: date) -> Screen:
    """To somebody who wrote STOP and opens the chat again: nothing is turned on unless they say so."""
    text = _(
        "You wrote STOP on {day}, so I only write when it is about something of your own. It stays so, unless you "
        "want it otherwise.",
        day=a_day(stopped_on),
    )
    return Screen(text, in_rows([come_back(), what_reaches_me(), home()]))
