"""What the town says in a group."""

from __future__ import annotations

from handlers.kit.screens import Choice, Screen
from locales import _


def talk_to_me(username: str) -> Screen:
    return Screen(
        _("I talk with each resident in a chat of their own, so that groups stay calm. Tap below and say hello."),
        ((Choice(_("Talk to me"), url=f"https://t.me/{username}"),),),
    )
