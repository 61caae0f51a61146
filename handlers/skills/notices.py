"""What people are told about their skills."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.taps import SkillTap
from handlers.kit.topics import topic_name
from locales import _
from storage.queries.topics import SKILL, Named
from town.settings import TownSettings


def _signed_off(fields: Fields, town: TownSettings) -> Screen:
    """Fields of all of these: skill (its name), by (a person's name)."""
    return _screen(
        _(
            "Well done! {by}, a master of <b>{skill}</b>, has signed it off for you: its places are open to you.",
            by=fields["by"],
            skill=_skill(fields),
        )
    )


def _taken_back(fields: Fields, town: TownSettings) -> Screen:
    return _screen(
        _(
            "{by} has taken back that <b>{skill}</b> is signed off for you. What you learned stays in your record, and "
            "a master can sign it off again. If you wonder why, please talk to {by}.",
            by=fields["by"],
            skill=_skill(fields),
        )
    )


def _master(fields: Fields, town: TownSettings) -> Screen:
    return _screen(
        _(
            "{by} has made you a <b>master of {skill}</b>. Where you have a place, others can learn beside you, and "
            "you can sign it off for them. Thank you for teaching!",
            by=fields["by"],
            skill=_skill(fields),
        ),
        Choice(_("Sign skills off"), SkillTap(do="signoff").pack()),
    )


def _master_ended(fields: Fields, town: TownSettings) -> Screen:
    return _screen(
        _(
            "{by} has ended your office as a master of <b>{skill}</b>. It stays signed off for you. Thank you for what "
            "you taught!",
            by=fields["by"],
            skill=_skill(fields),
        )
    )


def _skill(fields: Fields) -> str:
    return topic_name(Named(0, SKILL, fields["skill"]))


def _screen(text: Markup, *choices: Choice) -> Screen:
    record = Choice(_("My skills and learning"), SkillTap(do="mine").pack())
    return Screen(text, in_rows(map(anew, (*choices, record, home()))))


NOTICES = (
    Notice("skill.signed_off", _signed_off),
    Notice("skill.taken_back", _taken_back),
    Notice("skill.master", _master),
    Notice("skill.master_ended", _master_ended),
)
