"""What a capability brings into the house: its conversation, commands, notices and jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiogram import Router

from handlers.kit.screens import Screen
from storage.tables import Role
from storage.unit import Unit
from town.settings import TownSettings

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the menu. `about` and `words` are message ids: `words` are what somebody may type, parted by "|"."""

    name: str
    about: str
    words: str
    role: str = ""
    """The role whose menu shows it; empty for everybody."""


def shown_to(roles: Collection[str]) -> frozenset[str]:
    """The roles whose commands somebody with these roles is shown: a mayor can do what all others can."""
    return frozenset(("", *Role) if Role.MAYOR in roles else ("", *roles))


@dataclass(frozen=True, slots=True)
class Notice:
    """A message the town sends unasked: how its fields become a screen, in the recipient's language.

    `quiet`: it waits out the quiet hours. `once`: after a crash in the middle of sending it is not sent again, so that
    it comes at most once; any other is sent again, so that it comes at least once. `picture` draws what stands above
    the words (PNG or JPEG), also in the recipient's language; where they are too long to stand below one, it is not
    asked.

    `gather` reads what the fields only name (a broadcast's text is kept once, not in each row), before it is rendered;
    None says that it is of no use any more. What it gives is used for all rows with the same fields that are sent in
    the same moments. `topic`: who has turned that one off (`town.topics`) does not get it; "" is for everybody. It may
    depend on the fields, as gathered.
    """

    key: str
    render: Callable[[Fields, TownSettings], Screen]
    quiet: bool = True
    once: bool = False
    picture: Callable[[Fields, TownSettings], Awaitable[bytes | None]] | None = None
    gather: Callable[[Unit, Fields], Awaitable[Fields | None]] | None = None
    topic: str | Callable[[Fields], str] = ""


@dataclass(frozen=True, slots=True)
class Job:
    """What the ticker runs: `run` does all that is due at a moment and says how much that was.

    `next_due` is the next moment at which it has something to do, as far as the tables know: the sample town's clock
    goes from one to the next.
    """

    name: str
    run: Callable[[Unit, datetime, TownSettings], Awaitable[int]]
    next_due: Callable[[Unit, datetime, TownSettings], Awaitable[datetime | None]]


@dataclass(frozen=True, slots=True)
class Capability:
    """One room of the house. `by_steward`: who speaks for a resident without a phone may come here for them."""

    name: str
    router: Callable[[], Router]
    commands: tuple[Command, ...] = ()
    notices: tuple[Notice, ...] = ()
    jobs: tuple[Job, ...] = ()
    by_steward: bool = False
