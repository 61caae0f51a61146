"""What the room's screens and its notices have in common."""

from __future__ import annotations

import json

from handlers.kit.poll_taps import PollTap, TellerTap
from handlers.kit.screens import Choice
from locales import _, language


def to(do: str, poll_id: int, n: int = 0, page: int = 0, key: str = "") -> str:
    return TellerTap(do=do, id=poll_id, n=n, page=page, key=key).pack()


def to_home(poll_id: int) -> Choice:
    return Choice(_("Votes on paper"), to("home", poll_id))


def to_poll(poll_id: int) -> Choice:
    return Choice(_("The poll"), PollTap(do="page", id=poll_id).pack())


def asked(question: str, words: str) -> str:
    """A poll's question in the current language."""
    said: dict[str, str] = json.loads(words).get(language(), {})
    return said.get("question", question)
