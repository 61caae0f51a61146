"""Links into the town's conversation, for people to pass on to each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

SHIFT = "shift_"
"""What a shift's start payload begins with; its id follows."""

CHECK_IN = "in_"
"""What the payload of a shift's check-in begins with; its id and a code follow (`town.checkin`)."""

VOTE = "vote_"
"""What a poll's start payload begins with; its id follows."""

MEETING = "meet_"
"""What a meeting's start payload begins with; its id follows."""

AT_MEETING = "at_"
"""What the payload of a meeting's room code begins with; the meeting's id and the code follow."""

ASK, CALL = "poll_new", "meeting_new"
"""The payloads with which a group's button leads to asking a question, and to calling a meeting."""

PICK_UP = "get_"
"""What the payload of a claim's QR code begins with; its code follows."""

POSTER = "p_"
"""What a poster's start payload begins with; its code follows."""

MOST_ID = 2**31 - 1

_ID = "([0-9]{1,10})"
_LEADS_TO = {
    re.compile(f"{SHIFT}{_ID}"): SHIFT,
    re.compile(f"{CHECK_IN}{_ID}_[A-Za-z0-9]+"): SHIFT,
    re.compile(f"{VOTE}{_ID}"): VOTE,
    re.compile(f"{MEETING}{_ID}"): MEETING,
    re.compile(f"{AT_MEETING}{_ID}_[A-Za-z0-9]+"): MEETING,
}
"""What payloads look like that lead to a page, and to what kind of page."""


class Way(NamedTuple):
    """A link to the town, on a channel."""

    channel: str
    url: str


@dataclass(slots=True)
class Links:
    """Where the town can be reached from outside: a bot's username, a web chat's address, a number on WhatsApp (in
    digits); None where there is none.

    One object serves the whole house: the channels put the username and the number in as soon as they are told them.
    """

    telegram_username: str | None = None
    web_url: str | None = None
    whatsapp_number: str | None = None
    here: str | None = None
    """The address of a sample town, for its pages: on this computer they can be looked at, though not from outside."""

    def shift(self, shift_id: int) -> str | None:
        """A link that opens a shift's page, or None in a town that nothing leads to from outside."""
        return self.start(f"{SHIFT}{shift_id}")

    def start(self, payload: str) -> str | None:
        """A link that sends `/start payload`: the way that asks least of whoever follows it, or None."""
        ways = self.ways(payload)
        return ways[0].url if ways else None

    def ways(self, payload: str) -> list[Way]:
        """All links that send `/start payload`, one for each channel. On WhatsApp the words stand there, to be sent."""
        ways = []
        if (telegram := self.on_telegram()) is not None:
            ways.append(Way("telegram", f"{telegram}?start={payload}"))
        if self.web_url:
            ways.append(Way("web", f"{self.web_url.rstrip('/')}/?start={payload}"))
        if (whatsapp := self.on_whatsapp()) is not None:
            ways.append(Way("whatsapp", f"{whatsapp}?text={quote(f'/start {payload}', safe='')}"))
        return ways

    def public(self, path: str) -> str | None:
        """The address of a page for whoever reads it elsewhere, "/news/7", or None where nobody outside can open it."""
        return f"{self.web_url.rstrip('/')}{path}" if self.web_url else None

    def bot(self) -> str | None:
        """The address at which anybody begins to talk with the town, or None."""
        return self.on_telegram() or self.public("/join") or self.on_whatsapp()

    def on_telegram(self) -> str | None:
        """The address of the town's bot, or None."""
        return f"https://t.me/{self.telegram_username}" if self.telegram_username else None

    def on_whatsapp(self) -> str | None:
        """The address of the town's number (https://faq.whatsapp.com/5913398998672934), or None."""
        return f"https://wa.me/{self.whatsapp_number}" if self.whatsapp_number else None

    def page(self, path: str) -> str | None:
        """The address of one of the town's pages, "/checkin/…", or None in a town that has none to look at."""
        base = self.web_url or self.here
        return f"{base.rstrip('/')}{path}" if base else None


_leading: ContextVar[Links | None] = ContextVar("links", default=None)


@contextmanager
def leading(links: Links) -> Iterator[None]:
    """While this lasts, whatever is gathered or written leads to the town by these links: the delivery says so."""
    token = _leading.set(links)
    try:
        yield
    finally:
        _leading.reset(token)


def links_now() -> Links:
    """The town's links, for a notice; without any where nobody has said which town it is."""
    return _leading.get() or Links()


def parted(payload: str) -> tuple[str, str | None]:
    """What a start payload brings: a code (or ""), and the page that it leads to ("shift_7", "vote_3", or None)."""
    code, _space, last = payload.strip().rpartition(" ")
    if last.startswith((PICK_UP, POSTER)) or last in (ASK, CALL):  # nothing that a newcomer could do anything with
        return code.strip(), None
    if last.startswith((SHIFT, VOTE, MEETING)) and id_in(last, SHIFT, VOTE, MEETING) is None:
        return code.strip(), None  # a link that somebody has spoilt is no code
    for looks, page in _LEADS_TO.items():
        found = looks.fullmatch(last)
        if found is not None and int(found[1]) <= MOST_ID:
            return code.strip(), f"{page}{int(found[1])}"
    return payload.strip(), None


def poster_in(payload: str) -> str | None:
    """What a start payload says of the poster that somebody scanned, if it does: "p_k7m2qx" and a code before it."""
    last = payload.strip().rpartition(" ")[2]
    return last.removeprefix(POSTER) if last.startswith(POSTER) else None


def id_in(payload: str, *pages: str) -> int | None:
    """The id in a payload that leads to one of these kinds of pages; None where there is none to look up."""
    for page in pages:
        number = payload.removeprefix(page)
        if number != payload and re.fullmatch("[0-9]{1,10}", number) and int(number) <= MOST_ID:
            return int(number)
    return None
