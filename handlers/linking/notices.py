"""What the chats of a resident are told about each other."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.capability import Fields, Notice
from handlers.kit.nav import HOME, anew, home
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.linking.taps import ChatTap
from handlers.linking.words import on_channel
from locales import _
from town.settings import TownSettings


def _chats() -> Choice:
    return anew(Choice(_("My chats"), ChatTap(do="open").pack()))


def _linked(fields: Fields, town: TownSettings) -> Screen:
    """Fields: channel and account, of the chat that was linked; town."""
    text = _(
        "Your chat {on} is linked now: whatever you do there is here too. Wasn’t it you? Unlink it.",
        on=on_channel(fields["channel"]),
    )
    choices = [Choice(_("Unlink it"), ChatTap(do="gone", id=fields["account"]).pack()), _chats(), anew(home())]
    return Screen(text, in_rows(choices))


def _let_go(fields: Fields, town: TownSettings) -> Screen:
    """Fields: channel, of the chat that was let go; by, the coordinator who did it, or ""."""
    on = on_channel(fields["channel"])
    if fields["by"]:
        text = _("{by} let your chat {on} go: it is not linked with you any more.", by=fields["by"], on=on)
    else:
        text = _("You let your chat {on} go: it is not linked with you any more.", on=on)
    more = _("If that is not right, link it again with /link, or talk to a coordinator.")
    return Screen(paragraphs(text, more), in_rows([_chats(), anew(home())]))


def _gone(fields: Fields, town: TownSettings) -> Screen:
    """Fields: town. To the chat that was let go."""
    text = _(
        "This chat was let go from elsewhere: {town} does not know you here any more. If that is not right, send /link "
        "in another chat of yours, or talk to a coordinator.",
        town=fields["town"],
    )
    return Screen(text, ((anew(Choice(_("Go on"), HOME)),),))


def _vouched(fields: Fields, town: TownSettings) -> Screen:
    """Fields: by, the coordinator who asked for a code."""
    text = _(
        "{by} made a code for you, so that you can link another phone. Did you not ask for that? Then tell the mayor.",
        by=fields["by"],
    )
    return Screen(text, in_rows([_chats(), anew(home())]))


def _vouched_for(fields: Fields, town: TownSettings) -> Screen:
    """Fields: by, the coordinator who asked for a code; name, for whom. To the mayor.

    With other: by said for name, who has no phone, that other is the same person.
    """
    if fields.get("other"):
        return Screen(_said_for(fields), in_rows([anew(home())]))
    text = _(
        "{by} made a code for {name}, who has a new phone or lost one. With it a new chat becomes {name}’s. If that "
        "seems odd to you, ask the two.",
        by=fields["by"],
        name=fields["name"],
    )
    return Screen(text, in_rows([anew(home())]))


def _said_for(fields: Fields) -> Markup:
    return _(
        "{by} speaks for {name}, who has no phone, and said for them that {other} is the same person: they are one "
        "resident now. If that seems odd to you, ask {name}. It can be undone: /merged",
        by=fields["by"],
        name=fields["name"],
        other=fields["other"],
    )


def _same(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, channel and account, of the chat where the code was sent; other, its resident."""
    text = paragraphs(
        _(
            "Your code was sent {on}, where I know {name}. <b>Is that you as well?</b>",
            on=on_channel(fields["channel"]),
            name=fields["name"],
        ),
        _("If so, I make the two one: the hours, places, goods and votes of both become yours."),
    )
    ids = {"id": fields["account"], "other": fields["other"]}
    choices = [
        Choice(_("Yes, that is me"), ChatTap(do="one", **ids).pack()),
        Choice(_("No, not me"), ChatTap(do="notme", **ids).pack()),
        anew(home()),
    ]
    return Screen(text, in_rows(choices))


def _not_same(fields: Fields, town: TownSettings) -> Screen:
    """Fields: name, of who said no."""
    text = _("{name} says that you are two different people, so nothing was changed.", name=fields["name"])
    return Screen(text, in_rows([anew(home())]))


NOTICES = (
    Notice("linking.linked", _linked, quiet=False),
    Notice("linking.let_go", _let_go, quiet=False),
    Notice("linking.gone", _gone, quiet=False),
    Notice("linking.vouched", _vouched, quiet=False),
    Notice("linking.vouched_for", _vouched_for),
    Notice("linking.same", _same, quiet=False),
    Notice("linking.not_same", _not_same),
)
