"""What the room of the shared phone says unasked."""

from __future__ import annotations

from markupsafe import Markup

from handlers.helping.taps import AidTap
from handlers.household.views import all_see, to_phone
from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.linking.taps import ChatTap
from locales import _
from town.settings import TownSettings


def joined(fields: Fields, town: TownSettings) -> Screen:
    """Fields: owner, and account, their phone. Who did not ask for it is off again with one tap."""
    text = _(
        "You can speak through {owner}’s phone now as well: there, begin by saying who you are. What you hold and do "
        "is the same in both chats.",
        owner=fields["owner"],
    )
    off = Choice(_("Take me off it"), ChatTap(do="off", id=fields["account"]).pack())
    beware = _("Whoever holds that phone can read what is written there: notices, votes and receipts too.")
    return Screen(paragraphs(text, beware), in_rows([anew(off), anew(home())]))


def shared(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, first (nobody shared it before)."""
    head = _("{name} speaks through your phone now as well.", name=fields["name"])
    text = paragraphs(head, all_see()) if fields["first"] else head
    return Screen(text, in_rows([anew(to_phone()), anew(home())]))


def off(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name."""
    text = _("{name} has taken you off the phone that you shared. Nothing else has changed.", name=fields["name"])
    return Screen(text, in_rows([anew(home())]))


def asked(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, other, resident."""
    given = {"name": fields["name"], "other": fields["other"]}
    text: Markup = _(
        "{name} would like {other} to leave the phone that they share, and {other} has no other. Please ask {other}: a "
        "chat of their own can be linked, or a coordinator speaks for them.",
        **given,
    )
    take = Choice(_("Speak for them"), AidTap(do="take", id=fields["resident"]).pack())
    return Screen(text, in_rows([anew(take), anew(home())]))


NOTICES = (
    Notice("household.joined", joined, quiet=False),
    Notice("household.shared", shared),
    Notice("household.off", off),
    Notice("household.asked", asked),
)
