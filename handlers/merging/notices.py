"""What somebody hears who was made one with themself, or two again."""

from __future__ import annotations

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.linking.taps import ChatTap
from locales import _, ngettext
from town.settings import TownSettings


def done(fields: Fields, town: TownSettings) -> Screen:
    text = ngettext(
        "{name} and {other} are one resident now, and all your chats are one: hours, places, goods and votes together. "
        "Was that wrong? Tell a coordinator: they can undo it for {n} day.",
        "{name} and {other} are one resident now, and all your chats are one: hours, places, goods and votes together. "
        "Was that wrong? Tell a coordinator: they can undo it for {n} days.",
        fields["days"],
        name=fields["name"],
        other=fields["other"],
    )
    return Screen(text, ((home(),),))


def undone(fields: Fields, town: TownSettings) -> Screen:
    text = _(
        "A coordinator has made {name} and {other} two residents again. Each has their own chats, hours, places and "
        "goods as before; what has happened meanwhile stays with {name}.",
        name=fields["name"],
        other=fields["other"],
    )
    look = _("Please look at your chats: is each of them yours?")
    chats = Choice(_("My chats"), ChatTap(do="open").pack())
    return Screen(paragraphs(text, look), in_rows([anew(chats), anew(home())]))


NOTICES = (Notice("merging.done", done, quiet=False), Notice("merging.undone", undone, quiet=False))
