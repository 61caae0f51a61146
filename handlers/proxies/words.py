"""What the room's screens and its notices have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from handlers.kit.poll_taps import PollTap, ProxyTap, VoteTap
from handlers.kit.screens import Choice
from locales import _, language


def to(do: str, id: int = 0, page: int = 0) -> str:
    return ProxyTap(do=do, id=id, page=page).pack()


def to_mine() -> Choice:
    return Choice(_("Proxies"), to("mine"))


def to_poll(poll_id: int) -> Choice:
    return Choice(_("The poll"), PollTap(do="page", id=poll_id).pack())


def to_ballot(poll_id: int, giver_id: int) -> str:
    """A ballot paper for somebody else."""
    return VoteTap(do="take", id=poll_id, who=giver_id).pack()


def asked(question: str, words: str) -> str:
    """A poll's question in the current language."""
    said: dict[str, str] = json.loads(words).get(language(), {})
    return said.get("question", question)


def scope(question: str | None, words: str | None) -> Markup:
    """Where a proxy is good."""
    if question is None:
        return _("in every poll")
    return _("in “{question}”", question=asked(question, words or "{}"))


def scope_of(fields: Mapping[str, Any]) -> Markup:
    return scope(fields["question"], fields["words"])
