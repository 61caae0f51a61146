"""Meetings: how long they may be, when one can check in, and what a quorum asks for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from town.facts import BadCompany, BadLink
from town.text import clean

TITLE_MOST, ABOUT_MOST, PLACE_MOST, LINK_MOST = 120, 1000, 120, 300
"""UTF-16 units of a meeting's texts."""

LONGEST = 12 * 60
"""Minutes that a meeting may be at most."""

OPENS_BEFORE = timedelta(minutes=30)
"""How long before its start one can check in at a meeting, and begin it."""

OVERRUNS = timedelta(hours=6)
"""So long after its end a meeting that nobody ended is ended by itself."""

MOST_PEOPLE = 20
"""How many may come with one answer, whoever answers included."""

MOST_DATES = 8
"""How many dates a date poll may ask about."""

DATE_POLL_AHEAD = timedelta(days=1)
"""So long before the earliest of its dates a date poll is closed, where there is time enough."""


class Held(Protocol):
    """What the rules need of a meeting."""

    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def length(self) -> int: ...
    @property
    def opened_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...
    @property
    def quorum(self) -> int: ...
    @property
    def quorum_people(self) -> bool: ...
    @property
    def invited(self) -> int: ...


def ends_at(meeting: Held) -> datetime | None:
    """When it is planned to end; None while it has no date."""
    return None if meeting.starts_at is None else meeting.starts_at + timedelta(minutes=meeting.length)


def ended_by_itself_at(meeting: Held) -> datetime | None:
    """When it is ended if nobody does; None while it has no date."""
    planned = ends_at(meeting)
    return None if planned is None else planned + OVERRUNS


def has_begun(meeting: Held, now: datetime) -> bool:
    """Whether somebody began it, or its time has come."""
    return meeting.opened_at is not None or (meeting.starts_at is not None and now >= meeting.starts_at)


def is_over(meeting: Held, now: datetime) -> bool:
    """Whether it was ended, or its time has passed: one that was begun goes on until it is ended."""
    planned = ended_by_itself_at(meeting) if meeting.opened_at is not None else ends_at(meeting)
    return meeting.closed_at is not None or (planned is not None and now >= planned)


def opens_at(starts_at: datetime) -> datetime:
    """When one can first check in."""
    return starts_at - OPENS_BEFORE


def is_open(meeting: Held, now: datetime) -> bool:
    """Whether one can check in: from half an hour before the start until the end."""
    if meeting.starts_at is None or meeting.cancelled_at is not None or is_over(meeting, now):
        return False
    return opens_at(meeting.starts_at) <= now


def quorum_of(meeting: Held) -> int:
    """How many must be there, 0 where no quorum is asked for; a share is of those who were invited, rounded up."""
    if meeting.quorum_people:
        return meeting.quorum
    return -(-meeting.quorum * meeting.invited // 100)


def reaches(meeting: Held, here: int) -> bool:
    """Whether so many are enough."""
    return here >= quorum_of(meeting)


def date_poll_closes(now: datetime, earliest: datetime, minutes: int) -> datetime:
    """When a date poll closes: after so many minutes, but a day before the earliest date, or half-way to it."""
    latest = earliest - DATE_POLL_AHEAD
    if latest < now + DATE_POLL_AHEAD:
        latest = now + (earliest - now) / 2
    return min(now + timedelta(minutes=minutes), latest)


def read_people(text: str) -> int:
    """How many people come, from "3" or "3 people". Raises BadCompany."""
    found = re.fullmatch(r"\D{0,20}([0-9]{1,3})\D{0,20}", text.strip())
    if found is None or not 1 <= int(found[1]) <= MOST_PEOPLE:
        raise BadCompany(most=MOST_PEOPLE)
    return int(found[1])


def read_link(text: str) -> str:
    """A link that somebody typed, https alone. Raises BadLink, TextEmpty or TextTooLong."""
    link = clean(text, LINK_MOST)
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        raise BadLink from None
    if parts.scheme.lower() != "https" or "." not in host or parts.username is not None or " " in link:
        raise BadLink
    return link
