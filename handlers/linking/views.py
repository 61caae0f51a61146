"""The words of linking: one's chats, the code for another one, and what is asked where it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.capability import Command
from handlers.kit.links import Way
from handlers.kit.nav import HOME, back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, distinct, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.kit.taps import MeTap
from handlers.linking.actions import Linked, Looked, NewCode
from handlers.linking.codes import LASTS
from handlers.linking.taps import ChatTap
from handlers.linking.words import about_chat, channel_name, chat_labels, good_until, on_channel
from locales import N_, _, a_time
from storage.queries.links import Asked, Chat, Elsewhere

COMMANDS = (
    Command(
        "link", N_("Use another chat too: a code links it"), N_("link|link a chat|another phone|another chat|new phone")
    ),
    Command("chats", N_("Your chats, and where I write first"), N_("chats|my chats|my accounts|linked chats")),
)
SHOWN = 4
"""Chats a page: few have more than two."""


def _to(do: str, account_id: int = 0, other: int = 0, page: int = 0) -> str:
    return ChatTap(do=do, id=account_id, other=other, page=page).pack()


def to_chats() -> Choice:
    return back(_to("open"))


# -- one's chats -------------------------------------------------------------------------------------------------------


def chats(
    listed: list[Chat], page: int, *, here: int, coordinates: bool, elsewhere: bool, now: datetime, zone: ZoneInfo
) -> Screen:
    """One's own chats. `coordinates`: there is a way to those of others; `elsewhere`: to their phones."""
    size = SHOWN - elsewhere
    labels = chat_labels(listed)
    shown, page = page_of(list(zip(listed, labels, strict=True)), page, size)
    lines = [about_chat(chat, label, here=here, now=now, zone=zone) for chat, label in shown]
    head = _("<b>Your chats with me</b>")
    if not listed:
        head = _("You have no chat of your own: you speak through somebody else’s.")
    then = [
        Choice(_("Link another chat"), _to("code")),
        *([Choice(_("Phones of others"), _to("phones"))] if elsewhere else ()),
        *([Choice(_("Chats of somebody else"), _to("find"))] if coordinates else ()),
        back(MeTap(do="more").pack()),
        home(),
    ]
    rows = menu(
        [(label, _to("chat", chat.id)) for chat, label in shown],
        pages=pager(len(listed), page, lambda to: _to("open", page=to), size),
        then=then,
        across=2,
    )
    return Screen(paragraphs(head, *lines, _explained(listed)), rows)


def _explained(listed: Sequence[Chat]) -> Markup:
    if len(listed) < 2:
        return _("Link another chat, on another phone or channel, and whatever you do in one is in both.")
    if any(chat.preferred for chat in listed):
        return _("Whatever you do in one is in all. Where that one cannot be reached, I write to another.")
    return _("Whatever you do in one is in all. I write to the one that you used last.")


def chat(one: Chat, label: str, *, here: int, alone: bool, now: datetime, zone: ZoneInfo) -> Screen:
    """One of one's own chats. `alone`: there is no other."""
    choices = []
    if not alone and one.preferred:
        choices.append(Choice(_("No chat goes first"), _to("any")))
    elif not alone:
        choices.append(Choice(_("Write here first"), _to("prefer", one.id)))
    choices.append(Choice(_("Let this chat go"), _to("go", one.id)))
    rows = (*in_rows(choices), (to_chats(), home()))
    return Screen(about_chat(one, label, here=here, now=now, zone=zone), rows)


def sure_to_let_go(one: Chat, label: str, *, here: int) -> Screen:
    """Asked before a chat is let go."""
    if one.id == here:
        what = _("This very chat will not know you any more. Nothing of yours is lost: it is all in your other chats.")
    else:
        what = _("It will not know you any more, and I write nothing there. Nothing of yours is lost.")
    choices = [Choice(_("Yes, let it go"), _to("gone", one.id)), Choice(_("Keep it"), _to("chat", one.id)), home()]
    return Screen(paragraphs(_("Shall I let <b>{chat}</b> go?", chat=label), what), in_rows(choices))


def let_go(channel: str, *, here: bool) -> Screen:
    """A chat was let go. `here`: it is the very one."""
    if here:
        text = _("Done: this chat is not linked any more. Go well! Write again whenever you like.")
        return Screen(text, ((Choice(_("Begin anew"), HOME),),))
    text = _("Done: the chat {on} is not linked any more.", on=on_channel(channel))
    return Screen(text, ((to_chats(), home()),))


def phones(listed: Sequence[Elsewhere], page: int) -> Screen:
    """The phones of others on which one may speak; a tap takes one off."""
    labels = distinct([one.owner for one in listed])
    shown, page = page_of(list(zip(listed, labels, strict=True)), page, SHOWN)
    text = _("<b>Phones of others</b>\n\nYou can speak through these too. From whose shall I take you off?")
    if not listed:
        text = _("You speak through nobody else’s phone.")
    rows = menu(
        [(label, _to("off", one.id)) for one, label in shown],
        pages=pager(len(listed), page, lambda to: _to("phones", page=to), SHOWN),
        then=[to_chats(), home()],
        across=2,
    )
    return Screen(text, rows)


def taken_off(phone: Elsewhere) -> Screen:
    """One speaks through somebody else's phone no more."""
    text = _("Done: nobody can speak for you on the phone of {name} any more.", name=phone.owner)
    return Screen(text, ((to_chats(), home()),))


def goes_first(label: str | None) -> str:
    """Said when the order of the chats has been changed."""
    if label is None:
        return _("I write to the chat that you used last.").unescape()
    return _("I write to {chat} first.", chat=label).unescape()


# -- the code ----------------------------------------------------------------------------------------------------------


def code(new: NewCode, ways: Sequence[Way], zone: ZoneInfo) -> Screen:
    """A new code, and what to do with it. `ways` are links that carry the code to the other channels."""
    steps = _(
        "1. Open the other chat with me: on another phone, or in another app.\n2. Send me this code there:",
    )
    text = paragraphs(
        _("<b>Link another chat</b>"),
        Markup("{}\n\n<b><code>{}</code></b>").format(steps, new.code),
        good_until(new.until, zone),
        _("Show it to nobody: whoever sends it can become you."),
    )
    links = [Choice(channel_name(way.channel), url=way.url) for way in ways]
    return Screen(text, (*in_rows([*links, Choice(_("A new code"), _to("code"))]), (to_chats(), home())))


def trouble(why: Markup, *, known: bool) -> Screen:
    """A code that is good for nothing. `known`: they are a resident, who can ask for one."""
    ways = [Choice(_("Ask for a code here"), _to("code")), home()] if known else [Choice(_("Go on"), HOME)]
    return Screen(why, in_rows(ways))


def only_residents() -> Screen:
    """To a stranger who sends /link without a code."""
    text = _(
        "Do you have a chat with me already? Send /link there: it gives you a code, which you then send me here. "
        "If you are new, just go on."
    )
    return Screen(text, ((Choice(_("Go on"), HOME),),))


# -- where a code came -------------------------------------------------------------------------------------------------


def is_it_you(looked: Looked, *, zone: ZoneInfo) -> Screen:
    """Whose a code is, and what that means in this chat."""
    asked = looked.asked
    if looked.other:
        return _two_meet(asked, zone)
    ask = _(
        "<b>Is that you?</b> Then this chat becomes yours too: one week, one balance, one vote, whichever chat you use."
    )
    choices = [Choice(_("Yes, link"), _to("yes")), Choice(_("No"), _to("no"))]
    return Screen(paragraphs(_whose(asked, zone), ask), in_rows(choices, 2))


def _whose(asked: Asked, zone: ZoneInfo) -> Markup:
    time, on = a_time(asked.expires_at - LASTS, zone), on_channel(asked.channel)
    if asked.asker_id != asked.resident_id and asked.asker is not None:
        return _(
            "This code is for <b>{name}</b>. {by} asked for it at {time}.", name=asked.name, by=asked.asker, time=time
        )
    return _("This is the code of <b>{name}</b>, asked for {on} at {time}.", name=asked.name, on=on, time=time)


def _two_meet(asked: Asked, zone: ZoneInfo) -> Screen:
    ask = _("But in this chat I know another resident already. <b>How is it?</b>")
    beware = _("Did somebody else ask you to send it? Then leave it as it is.")
    choices = [
        Choice(_("I am both: make us one"), _to("twice")),
        Choice(_("We share this phone"), _to("share")),
        Choice(_("Leave it as it is"), _to("no")),
    ]
    return Screen(paragraphs(_whose(asked, zone), ask, beware), in_rows(choices))


def linked(done: Linked) -> Screen:
    """This chat is theirs now."""
    welcome = _(
        "Welcome, {name}! This chat is yours now as well: whatever you do in one chat is in all of them.",
        name=done.name,
    )
    told = _("I have told your other chats.") if done.told else ""
    return Screen(paragraphs(welcome, told), in_rows([Choice(_("My chats"), _to("open")), home()]))


def left_it(*, known: bool) -> Screen:
    """They said no."""
    way = home() if known else Choice(_("Go on"), HOME)
    return Screen(_("All right: nothing was linked."), ((way,),))


def shared(asked: Asked) -> Screen:
    """Another of the home speaks through this phone now."""
    text = _("Done: {name} can speak through this phone too. I ask who it is when it has been quiet.", name=asked.name)
    return Screen(text, ((home(),),))


# -- two who are one ---------------------------------------------------------------------------------------------------


def would_be(asked: Asked, what: Markup) -> Screen:
    """What making two residents one would do (`what`, of the merging room), before it is asked for."""
    ask = _(
        "Shall I ask {name} in the other chat? With a yes there the two become one: whoever has that chat has all of "
        "this too, so go on only if it is you.",
        name=asked.name,
    )
    choices = [Choice(_("Yes, ask there"), _to("ask")), Choice(_("Leave it as it is"), _to("no"))]
    return Screen(paragraphs(what, ask), in_rows(choices))


def asked_there(asked: Asked) -> Screen:
    text = _(
        "I have asked {name} in the other chat. Say yes there within a day, and the two become one. Until then "
        "everything stays as it is.",
        name=asked.name,
    )
    return Screen(text, ((home(),),))


def same(name: str, what: Markup, *, account_id: int, other_id: int) -> Screen:
    """Asked once more in the first chat, with what would become of the two."""
    ask = _("Is {name} in the other chat you as well?", name=name)
    choices = [
        Choice(_("Yes, that is me"), _to("one", account_id, other_id)),
        Choice(_("No, not me"), _to("notme", account_id, other_id)),
        home(),
    ]
    return Screen(paragraphs(what, ask), in_rows(choices))


def made_one() -> Screen:
    text = _("Done: the two are one now. What you did in either is yours, in both chats.")
    return Screen(text, in_rows([Choice(_("My chats"), _to("open")), home()]))


def not_one() -> Screen:
    text = _("Good that I asked. Nothing was changed. If you did not give that code away yourself, look at your chats.")
    return Screen(text, in_rows([Choice(_("My chats"), _to("open")), home()]))
