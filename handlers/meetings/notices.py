"""What the meetings room says unasked: dates and places stand in the text itself."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.poll_taps import MeetTap
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.meetings import words
from handlers.series.words import lines
from locales import _
from town.settings import TownSettings
from town.topics import MEETINGS


def invited(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `calling.said`."""
    text = paragraphs(
        _("You are invited to a meeting."),
        words.of_notice(fields, town.tz),
        Markup.escape(fields["about"]),
        _("Do you come?"),
    )
    return Screen(text, (_answers(fields), _ways(fields)))


def dated(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `calling.said`, noted (1: down as coming, because they approved of the date)."""
    if fields.get("noted"):
        ask = _("You said that this date suits you, so I have noted that you come. If that is not so, tell me here.")
    else:
        ask = _("Do you come?")
    text = paragraphs(
        _("There is a date for the meeting."), words.of_notice(fields, town.tz), Markup.escape(fields["about"]), ask
    )
    return Screen(text, (_answers(fields), _ways(fields)))


def changed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `calling.said`, what (the names of what changed: starts_at, length, place, link)."""
    moved = {"starts_at", "length"} & set(fields["what"])
    if moved and {"place", "link"} & set(fields["what"]):
        head = _("A meeting has another time and another place now:")
    elif moved:
        head = _("A meeting has another time now:")
    else:
        head = _("A meeting has another place now:")
    text = paragraphs(head, words.of_notice(fields, town.tz), _("Do you come? What you answered before still counts."))
    return Screen(text, (_answers(fields), _ways(fields)))


def off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `calling.said`, reason."""
    when = _("It was to be on {when}.", when=words.span_of(fields, town.tz)) if fields["starts_at"] else ""
    text = lines(
        _("The meeting <b>{title}</b> is called off.", title=fields["title"]),
        when,
        _("Because: {reason}", reason=fields["reason"]) if fields["reason"] else "",
    )
    return Screen(text, ((anew(Choice(_("Other meetings"), MeetTap(do="coming").pack())), anew(home())),))


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `calling.said`, noted (1: they said that they come)."""
    ask = _("You said that you come. If that has changed, tell me here.") if fields.get("noted") else _("Do you come?")
    text = paragraphs(_("A reminder of a meeting:"), words.of_notice(fields, town.tz), ask)
    return Screen(text, (_answers(fields), _ways(fields)))


def undated(fields: Fields, town: TownSettings) -> Screen:
    """Fields: meeting, title. To who called it."""
    text = _(
        "There is no date for <b>{title}</b>: nobody voted for one, or those that won have passed. "
        "Please set one yourself; everybody hears of it then.",
        title=fields["title"],
    )
    set_date = Choice(_("Set a date"), MeetTap(do="set", id=fields["meeting"], n=SET_WHEN).pack())
    return Screen(text, ((anew(set_date),), _ways(fields)))


SET_WHEN = 3
"""The number of "when" among what can be changed (`question_words.change_labels`)."""


def _answers(fields: Fields) -> Row:
    choices = {"yes": _("Yes"), "maybe": _("Maybe"), "no": _("No")}
    return tuple(Choice(label, MeetTap(do=do, id=fields["meeting"]).pack()) for do, label in choices.items())


def _ways(fields: Fields) -> Row:
    return (anew(Choice(_("The meeting"), MeetTap(do="page", id=fields["meeting"]).pack())), anew(home()))


def topic_of(fields: Fields) -> str:
    """Whoever said that they come hears what becomes of it, whatever they have turned off."""
    return "" if fields.get("noted") else MEETINGS


NOTICES = (
    Notice(key="meeting.invited", render=invited, topic=MEETINGS),
    Notice(key="meeting.dated", render=dated, topic=topic_of),
    Notice(key="meeting.changed", render=changed, topic=topic_of),
    Notice(key="meeting.off", render=off, topic=topic_of),
    Notice(key="meeting.reminder", render=reminder, once=True, topic=topic_of),
    Notice(key="meeting.undated", render=undated),
)
