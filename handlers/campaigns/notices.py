"""What the room of campaigns says unasked."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from handlers.campaigns.words import round_name, template_title, to
from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Row, Screen
from handlers.kit.shift_words import paragraphs
from locales import _, a_day
from town.settings import TownSettings


def _title(fields: Fields) -> str:
    return fields["title"] or template_title(fields["key"])


def _rows(fields: Fields) -> tuple[Row, ...]:
    step = fields["step"]
    done = anew(Choice(_("It is done"), to("done", step)))
    look = anew(Choice(_("Look at it"), to("step", step)))
    return ((done,), (look,), (anew(home()),))


def _until(fields: Fields) -> Markup:
    if fields["due"] is None:
        return _("There is no date for it.")
    return _("Its day is {day}. I remind you then.", day=a_day(date.fromisoformat(fields["due"])))


def given(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`, by."""
    text = _("{by} counts on you for this: <b>{title}</b>", by=fields["by"], title=_title(fields))
    of = _("It is a step of the town’s campaign “{round}”, and its text is there to be used.", round=_round(fields))
    return Screen(paragraphs(text, of, _until(fields)), _rows(fields))


def off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`, by."""
    text = _("{by} has taken this off your list: <b>{title}</b>", by=fields["by"], title=_title(fields))
    more = _("There is nothing left for you to do about it.")
    return Screen(paragraphs(text, more), ((anew(Choice(_("My steps"), to("mine"))),), (anew(home()),)))


def due(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`."""
    text = _("This is for today: <b>{title}</b>", title=_title(fields))
    return Screen(paragraphs(text, _campaign(fields)), _rows(fields))


def nobodys(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`; for the mayor."""
    text = _("This is for today, and nobody has it: <b>{title}</b>", title=_title(fields))
    return Screen(paragraphs(text, _campaign(fields)), _rows(fields))


def overdue(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `telling.fields_of`; for the mayor."""
    day = a_day(date.fromisoformat(fields["due"]))
    text = _("This was to be done on {day}: <b>{title}</b>", day=day, title=_title(fields))
    who = _("{name} has it.", name=fields["owner"]) if fields["owner"] else _("Nobody has it.")
    return Screen(paragraphs(text, who, _campaign(fields)), _rows(fields))


def _campaign(fields: Fields) -> Markup:
    return _("Campaign: {round}", round=_round(fields))


def _round(fields: Fields) -> Markup:
    return round_name(fields["round"])


NOTICES = (
    Notice(key="campaign.given", render=given),
    Notice(key="campaign.off", render=off),
    Notice(key="campaign.due", render=due),
    Notice(key="campaign.nobodys", render=nobodys),
    Notice(key="campaign.overdue", render=overdue),
)
