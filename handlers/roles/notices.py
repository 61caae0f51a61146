"""What people are told about roles and about joining."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.goods_taps import OrderTap
from handlers.kit.nav import anew, home
from handlers.kit.poll_taps import PollTap
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import DeskTap, TownTap
from handlers.roles import views
from locales import _
from storage.tables import Role
from town.settings import TownSettings


def _given(fields: Fields, town: TownSettings) -> Screen:
    mayor, treasurer = fields["role"] == Role.MAYOR, fields["role"] == Role.TREASURER
    council = fields["role"] == Role.COUNCIL
    role = views.role_name(fields["role"], fields["project"])
    lines = [_("{by} gave you a role: {role}.", by=fields["by"], role=role)]
    if treasurer:
        lines.append(_("What the town takes in is under /takings."))
        choices = [Choice(_("Takings"), OrderTap(do="takings").pack())]
    elif council:
        lines.append(_("What the council is asked is under /polls, and its meetings are under /meetings."))
        choices = [Choice(_("Polls"), PollTap(do="open").pack())]
    else:
        under_desk = _("Your desk is under /desk.")
        lines.append(_("The town's affairs are under /town, its projects under /desk.") if mayor else under_desk)
        choices = [Choice(_("The desk"), DeskTap(do="home").pack())]
    if mayor:
        choices.insert(0, Choice(_("The town"), TownTap(do="home").pack()))
    return Screen(Markup("\n").join(lines), in_rows([*map(anew, choices), anew(home())]))


def _ended(fields: Fields, town: TownSettings) -> Screen:
    text = _(
        "{by} ended your role: {role}. Thank you for what you did in it.",
        by=fields["by"],
        role=views.role_name(fields["role"], fields["project"]),
    )
    return Screen(text, in_rows([anew(home())]))


def _asked(fields: Fields, town: TownSettings) -> Screen:
    text = _("{name} would like to join {town}.", name=fields["name"], town=town.name)
    choices = [
        Choice(_("Let them in"), TownTap(do="letin", id=fields["applicant"]).pack()),
        Choice(_("Not now"), TownTap(do="turnaway", id=fields["applicant"]).pack()),
        Choice(_("All who wait"), TownTap(do="waiting").pack()),
        anew(home()),
    ]
    return Screen(text, in_rows(choices))


def _accepted(fields: Fields, town: TownSettings) -> Screen:
    text = _("Welcome! You are a resident of {town} now. Your week and the shifts are open to you.", town=town.name)
    return Screen(text, in_rows([anew(home())]))


def _declined(fields: Fields, town: TownSettings) -> Screen:
    text = _("{town} can't let you in just now. Please talk to a coordinator in the town hall.", town=town.name)
    return Screen(text, in_rows([anew(home())]))


NOTICES = (
    Notice("role.given", _given),
    Notice("role.ended", _ended),
    Notice("join.asked", _asked),
    Notice("join.accepted", _accepted),
    Notice("join.declined", _declined),
)
