"""What a sender is given and what it reports, in words that no channel owns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.kit.screens import Screen


class Outcome(StrEnum):
    """What became of one delivery, and so what the outbox does with its row."""

    SENT = "sent"  # the channel took it
    RETRY = "retry"  # it may go well later; whether it arrived may be unknown
    BLOCKED = "blocked"  # this account cannot be reached until its person comes back
    MOVED = "moved"  # the chat has another address now
    REFUSED = "refused"  # the channel will never take this message
    CLOSED = "closed"  # this account takes nothing of this kind before its person writes again
    LATER = "later"  # it was not tried: it is not the time for it, or the town is in trouble with the channel


class Learned(StrEnum):
    """What a delivery has taught of an account."""

    WINDOW_SHUT = "window shut"  # it takes free text no more, before its person writes again
    NO_MARKETING = "no marketing"  # its person told the channel to take no advertising
    SPARED = "spared"  # the channel spares its person advertising for a day
    NOT_LISTED = "not listed"  # the channel lets nothing through to its person before they write


@dataclass(frozen=True, slots=True)
class Delivered:
    """The report of one delivery.

    `detail` is the channel's own words, for the log. `retry_after` is seconds to wait, if the channel said.
    `moved_to` is the new address of a moved chat. `reference` is the channel's id of the message sent.
    `may_have_arrived`: the message left, and nobody knows whether it got there. `away_for`: the channel as a whole is
    away, and is left alone for so many seconds at a time. `template` is the approved text that it was sent as; whatever
    was `learned` is to be remembered of the account.
    """

    outcome: Outcome
    detail: str = ""
    retry_after: float | None = None
    moved_to: str | None = None
    reference: str | None = None
    may_have_arrived: bool = False
    away_for: float | None = None
    template: str = ""
    learned: tuple[Learned, ...] = ()


Leaving = Callable[[], Awaitable[None]]
"""What is to be done when a message's turn has come, just before it leaves."""


class Departure:
    """A `Leaving` that knows whether its message may be on its way: one that waits for its turn can be called back."""

    __slots__ = ("_mark", "left")

    def __init__(self, mark: Leaving | None = None) -> None:
        self._mark = mark
        self.left = False

    async def __call__(self) -> None:
        self.left = True
        if self._mark is not None:
            await self._mark()

    def refused(self) -> None:
        """The channel did not take it, and it waits for its turn once more."""
        self.left = False


Choice = tuple[str, str]
"""A label, and what it carries: callback data, or an address (`https:`, `http:`, `tg:`) to open."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One rendered message. `html` is Telegram's HTML; `document` is a file name and its bytes; `photo` a picture's.

    `screen` is what it was made of, for channels that have to say it otherwise.

    Raises ValueError when built with both a document and a photo: a message carries one file.
    """

    html: str
    buttons: tuple[tuple[Choice, ...], ...] = ()
    document: tuple[str, bytes] | None = None
    photo: bytes | None = None
    screen: Screen | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.document is not None and self.photo is not None:
            raise ValueError("a message carries a document or a photo, not both")
