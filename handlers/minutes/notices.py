"""What the room of minutes says unasked."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen
from handlers.kit.shift_words import paragraphs
from handlers.minutes.views import read_way, write_way
from handlers.minutes.words import dated, to
from locales import _, a_day
from town.settings import TownSettings
from town.topics import MEETINGS


def published(fields: Fields, town: TownSettings) -> Screen:
    """Fields: meeting, title, starts_at (None without a date)."""
    if fields["starts_at"] is None:
        text = _("The minutes of “{title}” are published.", title=fields["title"])
    else:
        day = dated(datetime.fromisoformat(fields["starts_at"]), town.tz)
        text = _("The minutes of “{title}” ({day}) are published.", title=fields["title"], day=day)
    more = _("If you were there and something is not right, say so: the secretary hears of it.")
    return Screen(paragraphs(text, more), ((anew(read_way(fields["meeting"])),), (anew(home()),)))


def approved(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same."""
    text = _("The minutes of “{title}” are approved: from now on they stay as they are.", title=fields["title"])
    return Screen(text, ((anew(read_way(fields["meeting"])),), (anew(home()),)))


def objection(fields: Fields, town: TownSettings) -> Screen:
    """Fields: meeting, title, name, text."""
    text = _(
        "{name} was at “{title}” and says that the minutes are not right:\n“{text}”",
        name=fields["name"],
        title=fields["title"],
        text=fields["text"],
    )
    more = _("Change them, or speak of it before they are approved.")
    meeting = fields["meeting"]
    return Screen(paragraphs(text, more), ((anew(read_way(meeting)),), (anew(write_way(meeting)),), (anew(home()),)))


def given(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `assigning.fields_of`, by."""
    text = _(
        "{by} counts on you for this, after “{title}”: <b>{text}</b>",
        by=fields["by"],
        title=fields["title"],
        text=fields["text"],
    )
    return Screen(paragraphs(text, _until(fields)), _ways(fields))


def reminder(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same, without by."""
    text = _("You took this on after “{title}”: <b>{text}</b>", title=fields["title"], text=fields["text"])
    return Screen(paragraphs(text, _until(fields)), _ways(fields))


def overdue(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same."""
    text = _("You took this on after “{title}”: <b>{text}</b>", title=fields["title"], text=fields["text"])
    was = _("It was to be done until {day}. Is it?", day=a_day(date.fromisoformat(fields["due"])))
    return Screen(paragraphs(text, was), _ways(fields))


def cannot(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same, name, why."""
    text = _(
        "{name} cannot do this after “{title}”: <b>{text}</b>\nThe reason: “{why}”.",
        name=fields["name"],
        title=fields["title"],
        text=fields["text"],
        why=fields["why"],
    )
    more = _("Nobody has it now. Give it to somebody else, make a shift of it, or drop it.")
    look = Choice(_("Look at it"), to("todo", fields["follow"]))
    return Screen(paragraphs(text, more), ((anew(look),), (anew(home()),)))


def off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `assigning.fields_of`, by."""
    text = _(
        "{by} has taken this off your list, after “{title}”: <b>{text}</b>",
        by=fields["by"],
        title=fields["title"],
        text=fields["text"],
    )
    more = _("There is nothing left for you to do about it.")
    look = Choice(_("Look at it"), to("todo", fields["follow"]))
    return Screen(paragraphs(text, more), ((anew(look),), (anew(home()),)))


def _until(fields: Fields) -> Markup:
    if fields["due"] is None:
        return _("There is no date for it.")
    return _("Please do it until {day}.", day=a_day(date.fromisoformat(fields["due"])))


def _ways(fields: Fields) -> tuple[tuple[Choice, ...], ...]:
    follow = fields["follow"]
    return (
        (anew(Choice(_("It is done"), to("done", follow))),),
        (anew(Choice(_("I can’t do it"), to("cant", follow))),),
        (anew(Choice(_("Look at it"), to("todo", follow))),),
        (anew(home()),),
    )


NOTICES = (
    Notice(key="minutes.published", render=published, topic=MEETINGS),
    Notice(key="minutes.approved", render=approved, topic=MEETINGS),
    Notice(key="minutes.objection", render=objection),
    Notice(key="followup.given", render=given),
    Notice(key="followup.reminder", render=reminder),
    Notice(key="followup.overdue", render=overdue),
    Notice(key="followup.cannot", render=cannot),
    Notice(key="followup.off", render=off),
)
