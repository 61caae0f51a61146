"""What can be wrong with who somebody is, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from locales import _, ngettext
from town import facts
from town.facts import Fact

IDENTITY: dict[type[Fact], Callable[[Any, ZoneInfo], Markup]] = {
    facts.NotTheirVoice: lambda fact, zone: _(
        "That was for somebody whom I do not know on this phone any more. I did nothing."
    ),
    facts.NotForStewards: lambda fact, zone: _(
        "This is for {name} alone: nobody can do it for them. I did nothing.", name=fact.name
    ),
    facts.LinkOwn: lambda fact, zone: _(
        "You asked for that code right here. Send it from the other chat that you want to link."
    ),
    facts.LinkTogether: lambda fact, zone: _("These two chats are linked already: whatever you do in one is in both."),
    facts.ChatGone: lambda fact, zone: _("That chat is not linked here, or not any more. I did nothing."),
    facts.LastAccount: lambda fact, zone: _(
        "This is the only chat in which I can reach you, so it stays. Link another one first."
    ),
    facts.MergeWaits: lambda fact, zone: _(
        "You voted in “{question}” in both chats, and a secret vote cannot be taken back. "
        "Please try again when that poll is over.",
        question=fact.question,
    ),
    facts.MergeOver: lambda fact, zone: ngettext(
        "That cannot be undone any more: there is {n} day for it, and only once.",
        "That cannot be undone any more: there are {n} days for it, and only once.",
        fact.days,
    ),
    facts.MergedSince: lambda fact, zone: _(
        "{name} was made one with somebody else since. Undo that one first, then this one.", name=fact.name
    ),
    facts.MergeOwn: lambda fact, zone: _("That is about yourself, so another coordinator has to do it."),
    facts.HasSteward: lambda fact, zone: _("{name} speaks for them already.", name=fact.name),
    facts.HasAccounts: lambda fact, zone: _("{name} has a chat of their own, and speaks for themself.", name=fact.name),
    facts.PhoneFull: lambda fact, zone: ngettext(
        "At most {n} person can share one phone.",
        "At most {n} people can share one phone.",
        fact.most,
    ),
    facts.OnlyPhone: lambda fact, zone: _(
        "{name} has no other phone: I could not reach them any more, so they stay.", name=fact.name
    ),
    facts.HelpsThem: lambda fact, zone: _(
        "You speak for {name}, so this is for somebody else to decide.", name=fact.name
    ),
}
