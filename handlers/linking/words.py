"""How the linking room names a chat."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handlers.kit.screens import distinct
from handlers.linking.codes import LASTS
from locales import _, a_date, a_time, ngettext
from storage.queries.links import Chat
from town.week import local


def channel_name(channel: str) -> str:
    """A channel as a label."""
    return {"telegram": "Telegram", "whatsapp": "WhatsApp"}.get(channel) or _("Web chat").unescape()


def on_channel(channel: str) -> Markup:
    """A channel within a sentence: "on Telegram"."""
    return {"telegram": _("on Telegram"), "whatsapp": _("on WhatsApp")}.get(channel) or _("on the web")


def chat_labels(chats: list[Chat]) -> list[str]:
    """A label for each chat: numbered where there are several on one channel."""
    return distinct([channel_name(chat.channel) for chat in chats])


def about_chat(chat: Chat, label: str, *, here: int, now: datetime, zone: ZoneInfo) -> Markup:
    """A chat in a few lines. `here` is the account in which this is read."""
    parts = [
        _("<b>{chat}</b> (this one)", chat=label) if chat.id == here else _("<b>{chat}</b>", chat=label),
        _("since {day}", day=a_date(local(chat.created_at, zone).date())),
        _last_used(chat, now),
    ]
    if chat.shared:
        parts.append(_("others of your home speak here too"))
    if not chat.reachable:
        parts.append(_("I cannot write there now"))
    if chat.preferred:
        parts.append(_("<b>I write here first</b>"))
    return Markup(" · ").join(parts)


def good_until(until: datetime, zone: ZoneInfo) -> Markup:
    """How long a code is good."""
    return ngettext(
        "It is good for {n} minute, until {time}, and only once.",
        "It is good for {n} minutes, until {time}, and only once.",
        LASTS.seconds // 60,
        time=a_time(until, zone),
    )


def _last_used(chat: Chat, now: datetime) -> Markup:
    """Roughly: it is for telling chats apart, not for keeping watch."""
    known = [at for at in (chat.used_at, chat.heard_at) if at is not None]
    days = (now - max(known)).days if known else None
    if days is None or days >= 7:
        return _("not used for a week or more")
    return _("used in the last day") if days < 1 else _("used in the last week")
