"""The words of what became of a message: fates, reasons, and what a notice was about without telling what it said."""

from __future__ import annotations

from markupsafe import Markup

from handlers.kit.screens import cut
from locales import _, ngettext
from storage.queries.broadcasts import BroadcastRow
from storage.queries.reach import Why
from storage.tables import BroadcastKind

CHANNELS = {"telegram": "Telegram", "whatsapp": "WhatsApp", "web": "Web"}
SHOWN = 80
"""Characters of a message by which it is known again."""


def about(one: BroadcastRow) -> Markup:
    """What a broadcast was, in a line."""
    match one.kind:
        case BroadcastKind.UPDATE:
            return _("The week’s news")
        case BroadcastKind.TASK if not one.text:
            return _("A call for hands")
    return Markup("“{}”").format(cut(" ".join(one.text.split()), SHOWN))


def group_title(group: str) -> Markup:
    """The name of a list of people."""
    return {
        "read": _("Read or answered"),
        "sent": _("Sent"),
        "waiting": _("On the way"),
        "failed": _("Not reached"),
        "off": _("Turned off meanwhile"),
        "spared": _("No longer needed"),
    }[group]


def why(reason: str | None) -> Markup:
    """Why somebody was not reached."""
    return {
        Why.NONE: _("they have no account"),
        Why.BLOCKED: _("they blocked the bot, or closed their account"),
        Why.GONE: _("their address is gone"),
        Why.SILENCE: _("WhatsApp lets it through only once they write; then they get it"),
        Why.SILENT: _("the channel did not answer, though I tried for long"),
        Why.REFUSED: _("the channel would not take it"),
        Why.OURS: _("a mistake in the program; whoever runs it finds it in the log"),
    }[Why(reason or Why.REFUSED)]


def why_label(reason: str) -> str:
    """The same on a button."""
    return {
        Why.NONE: _("No account"),
        Why.BLOCKED: _("Blocked the bot"),
        Why.GONE: _("Address gone"),
        Why.SILENCE: _("When they write"),
        Why.SILENT: _("No answer"),
        Why.REFUSED: _("Not taken"),
        Why.OURS: _("Our mistake"),
    }[Why(reason)]


def notices(count: int) -> Markup:
    return ngettext("{n} notice", "{n} notices", count)


def title(notice: str) -> Markup:
    """What a notice was about, and no more: what it said is between the town and its resident."""
    room, _dot, what = notice.partition(".")
    if room == "broadcast":
        return _("An emergency") if what == "emergency" else _("A message to many")
    return _titles().get(room) or _("Something from the town")


def _titles() -> dict[str, Markup]:
    """By the part of a notice's key before the dot. What could tell of somebody's health or vote is said broadly."""
    rooms: tuple[tuple[str, Markup], ...] = (
        ("shift signup waiting cover swap series plan", _("About a shift")),
        ("hours ledger report contest", _("About hours")),
        ("standing exempt", _("About their standing")),
        ("skill", _("About a skill")),
        ("role join", _("About a role or joining")),
        ("goods draw pickup stock repeat order", _("About goods")),
        ("recall", _("A recall of goods")),
        ("poll proxy teller paper", _("About a vote")),
        ("meeting motion minutes", _("About a meeting")),
        ("followup", _("About something they took on")),
        ("task", _("A call for hands")),
        ("news", _("The week’s news")),
        ("board", _("About a group or channel")),
        ("campaign", _("About a campaign")),
        ("household linking merging", _("About their chats with the town")),
        ("helping", _("About who speaks for them")),
    )
    return {key: words for keys, words in rooms for key in keys.split()}
