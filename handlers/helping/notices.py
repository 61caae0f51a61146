"""What coordinators are told of people without a phone."""

from __future__ import annotations

from markupsafe import Markup

from handlers.helping.views import person_choice, take_choice
from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from locales import _
from town.settings import TownSettings


def _screen(text: Markup, *ways: Choice) -> Screen:
    return Screen(text, in_rows([anew(way) for way in (*ways, home())]))


def passed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, by, resident."""
    text = _(
        "{by} asks whether you would speak for {name}, who has no phone. If you would, ask {name} too: it takes their "
        "consent anew.",
        by=fields["by"],
        name=fields["name"],
    )
    return _screen(text, take_choice(fields["resident"]))


def taken(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, by, resident."""
    text = _("{by} speaks for {name} from now on, with their consent. Thank you!", by=fields["by"], name=fields["name"])
    return _screen(text, person_choice(fields["resident"]))


def ended(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, by, resident."""
    text = _(
        "{by} has ended that you speak for {name}. Thank you for what you did.", by=fields["by"], name=fields["name"]
    )
    return _screen(text)


def own(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, by, resident."""
    text = _("{name} has a chat of their own now, and speaks for themself. Thank you!", name=fields["name"])
    return _screen(text)


def alone(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, by, resident."""
    text = _(
        "{by} is no coordinator any more, so nobody speaks for {name}, who has no phone. Please ask {name} whether you "
        "may.",
        by=fields["by"],
        name=fields["name"],
    )
    return _screen(text, take_choice(fields["resident"]))


def begun(fields: Fields, town: TownSettings) -> Screen:
    """To whom it is about, on a phone that they share. Fields: name, by, resident."""
    text = _(
        "{by} speaks for you with the town from now on, as you agreed. If you did not, please tell any coordinator.",
        by=fields["by"],
    )
    return _screen(text)


NOTICES = (
    Notice("helping.begun", begun),
    Notice("helping.passed", passed),
    Notice("helping.taken", taken),
    Notice("helping.ended", ended),
    Notice("helping.own", own),
    Notice("helping.alone", alone),
)
