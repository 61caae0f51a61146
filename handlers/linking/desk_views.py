"""The words of a coordinator's help: somebody lost a phone, or a chat was linked that is not theirs."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.nav import back, home, menu, page_of, pager
from handlers.kit.screens import Choice, Screen, in_rows
from handlers.kit.shift_words import paragraphs
from handlers.linking.actions import NewCode
from handlers.linking.chats import Theirs
from handlers.linking.taps import ChatTap
from handlers.linking.words import about_chat, chat_labels, good_until
from locales import _
from storage.queries.links import Chat

SHOWN = 4


def _to(do: str, account_id: int = 0, other: int = 0, page: int = 0) -> str:
    return ChatTap(do=do, id=account_id, other=other, page=page).pack()


def ask_whom() -> Markup:
    return _(
        "Whose chats are they? Write the name. It is for somebody who lost a phone, or has a chat linked that is not "
        "theirs: be sure who stands before you."
    )


def theirs(seen: Theirs, page: int, *, now: datetime, zone: ZoneInfo) -> Screen:
    """Somebody's chats, to let one go, and the way to a code for a new one."""
    labels = chat_labels(seen.chats)
    shown, page = page_of(list(zip(seen.chats, labels, strict=True)), page, SHOWN)
    person = seen.person
    head = _("The chats of <b>{name}</b>, {street}", name=person.name, street=person.street)
    lines = [about_chat(chat, label, here=0, now=now, zone=zone) for chat, label in shown]
    ask = _("Which one shall I let go?") if shown else _("There is none.")
    more = _("Nobody can write to {name} now: make a code.", name=person.name) if seen.is_out_of_reach else Markup("")
    rows = menu(
        [(label, _to("drop", chat.id, person.id)) for chat, label in shown],
        pages=pager(len(seen.chats), page, lambda to: _to("theirs", other=person.id, page=to), SHOWN),
        then=[Choice(_("A code for a new chat"), _to("vouch", other=person.id)), back(_to("open")), home()],
        across=2,
    )
    return Screen(paragraphs(head, *lines, ask, more), rows)


def sure_to_drop(seen: Theirs, chat: Chat, *, now: datetime, zone: ZoneInfo) -> Screen:
    """Asked before somebody's chat is let go."""
    label = dict(zip([one.id for one in seen.chats], chat_labels(seen.chats), strict=True))[chat.id]
    ask = _(
        "Shall I let this chat of {name} go? It will not know them any more; nothing of theirs is lost.",
        name=seen.person.name,
    )
    choices = [
        Choice(_("Yes, let it go"), _to("dropped", chat.id, seen.person.id)),
        back(_to("theirs", other=seen.person.id)),
        home(),
    ]
    return Screen(paragraphs(about_chat(chat, label, here=0, now=now, zone=zone), ask), in_rows(choices))


def dropped() -> str:
    return _("It is let go.").unescape()


def code(seen: Theirs, new: NewCode, zone: ZoneInfo) -> Screen:
    """A code that a coordinator gives to somebody who stands before them."""
    text = paragraphs(*to_send(seen.person.name, new, zone), _("Their other chats are told.") if seen.chats else "")
    return Screen(text, ((back(_to("theirs", other=seen.person.id)), home()),))


def to_send(name: str, new: NewCode, zone: ZoneInfo) -> tuple[Markup, ...]:
    """What somebody is told who has a code for another."""
    return (
        _("Let <b>{name}</b> send me this from the new phone:", name=name),
        Markup("<b><code>{}</code></b>").format(new.code),
        good_until(new.until, zone),
        _("Whoever sends it can become them, so give it to nobody else."),
    )
