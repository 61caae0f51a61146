"""Audiences: whom something is for, as a short text that a row can keep ("town", "project:3", "role:council")."""

from __future__ import annotations

import re
from typing import NamedTuple

TOWN, PROJECT, ROLE, MEETING = "town", "project", "role", "meeting"
_ROLES = frozenset({"mayor", "coordinator", "treasurer", "council"})
_FORM = re.compile(r"town|project:[1-9][0-9]{0,9}|meeting:[1-9][0-9]{0,9}|role:[a-z]+")


class Audience(NamedTuple):
    """Everybody of the town; who takes part in a project; who holds a role; who is there at a meeting.

    `id` is that of the project or the meeting, 0 otherwise; `role` a role's name, "" otherwise.
    """

    kind: str
    id: int = 0
    role: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or self.role}" if self.id or self.role else self.kind


def parse(text: str) -> Audience:
    """The audience that a text stands for. Raises ValueError."""
    if not _FORM.fullmatch(text):
        raise ValueError(f"no audience: {text!r}")
    kind, _colon, what = text.partition(":")
    if kind == ROLE:
        if what not in _ROLES:
            raise ValueError(f"no audience: {text!r}")
        return Audience(kind, role=what)
    return Audience(kind, int(what) if what else 0)
