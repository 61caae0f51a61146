"""What the room of motions says unasked."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.reasons import in_words
from handlers.kit.screens import Row, Screen
from handlers.kit.shift_words import paragraphs
from handlers.motions.actions import MOTION
from handlers.motions.words import to_agenda, to_item
from locales import _, a_moment
from town.settings import TownSettings


def on(fields: Fields, town: TownSettings) -> Screen:
    """Fields: those of `actions.about`."""
    text = _("“{title}” is on the agenda of {meeting}.", title=fields["title"], meeting=_meeting(fields, town))
    return Screen(text, _ways(fields))


def proposed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same, and on (it needs no seconders)."""
    given = {"name": fields["name"], "title": fields["title"], "meeting": _meeting(fields, town)}
    if fields["kind"] == MOTION:
        head = _("{name} brings a motion to {meeting}: <b>{title}</b>", **given)
    else:
        head = _("{name} brings a topic to {meeting}: <b>{title}</b>", **given)
    if fields["on"]:
        way = _("It is on the agenda.")
    else:
        way = _("It is on the agenda once enough others second it. You can also put it there at once, or decline it.")
    return Screen(paragraphs(head, fields["about"], way), _ways(fields))


def declined(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same as `on`, decliner, reason, was_on."""
    given = {"name": fields["decliner"], "title": fields["title"], "meeting": _meeting(fields, town)}
    if fields["was_on"]:
        head = _("{name} has taken “{title}” off the agenda of {meeting}.", **given)
    else:
        head = _("{name} has declined “{title}” for the agenda of {meeting}.", **given)
    reason = _("The reason: “{reason}”.", reason=in_words(fields["reason"]))
    return Screen(paragraphs(head, reason), ((anew(to_agenda(fields["meeting"])),), (anew(home()),)))


def changed(fields: Fields, town: TownSettings) -> Screen:
    """Fields: the same as `on`, changer."""
    head = _(
        "{name} has changed the words of what you brought to {meeting}. It reads now: <b>{title}</b>",
        name=fields["changer"],
        title=fields["title"],
        meeting=_meeting(fields, town),
    )
    return Screen(paragraphs(head, fields["about"]), _ways(fields))


def _meeting(fields: Fields, town: TownSettings) -> Markup:
    if fields["starts_at"] is None:
        return _("“{title}”", title=fields["of"])
    when = a_moment(datetime.fromisoformat(fields["starts_at"]), town.tz)
    return _("“{title}” ({when})", title=fields["of"], when=when)


def _ways(fields: Fields) -> tuple[Row, ...]:
    return ((anew(to_item(fields["item"])),), (anew(to_agenda(fields["meeting"])),), (anew(home()),))


NOTICES = (
    Notice(key="motion.on", render=on),
    Notice(key="motion.proposed", render=proposed),
    Notice(key="motion.declined", render=declined),
    Notice(key="motion.changed", render=changed),
)
