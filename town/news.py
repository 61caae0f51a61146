"""The weekly update: which week it tells of, when its draft is made and when it goes out.

An update tells of the week that has the larger part behind it when it goes out: from Thursday to Sunday of the running
one, from Monday to Wednesday of the one before. So each week has just one update, on whatever day a town sends it.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from town.facts import BadVideo
from town.settings import WEEKDAYS, TownSettings
from town.text import clean
from town.week import Week, at_local, bounds, local, monday_of

MOST_PHOTOS = 3
MOST_WORDS = 2000
"""UTF-16 units of the mayor's words in one language: with the numbers they fit into one message of any channel."""

MOST_CORRECTION = 200
MOST_CORRECTIONS = 2
MOST_VIDEO = 300

STALE = timedelta(days=2)
"""A ready update that could not go out by then waits for the mayor again: its words may be of days gone by."""

MORNING = time(9)
SOON = timedelta(hours=2)

_WEEK = timedelta(days=7)
_NAME = re.compile(r"(?:[^\W_](?:[^\W_]|-){0,62}\.)+[^\W\d_](?:[^\W_]|-)+")  # a host's: not "10.0.0.7"
_LARGER_PART = timedelta(days=3)


def due_of(week: Week, town: TownSettings) -> datetime:
    """When the update of a week goes out."""
    day = WEEKDAYS.index(town.update_day)
    monday = week if day >= _LARGER_PART.days else week + _WEEK
    return at_local(monday + timedelta(days=day), town.update_at, town.tz)


def draft_of(week: Week, town: TownSettings) -> datetime:
    """When the draft of a week's update is made: the last draft day before it goes out."""
    due = due_of(week, town)
    day = local(due, town.tz).date()
    for back in range(8):
        before = day - timedelta(days=back)
        made = at_local(before, town.update_draft_at, town.tz)
        if before.weekday() == WEEKDAYS.index(town.update_draft_day) and made < due:
            return made
    raise ValueError("a week has seven days")


def week_at(now: datetime, town: TownSettings) -> Week:
    """The week of the next update that goes out after `now`."""
    week = monday_of(local(now, town.tz).date()) - _WEEK
    while due_of(week, town) <= now:
        week += _WEEK
    return week


def reminders(due_at: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the mayor is reminded of a draft that is not ready, earliest first.

    In the morning of the day, two hours before its time, and when that has come.
    """
    morning, soon = at_local(local(due_at, zone).date(), MORNING, zone), due_at - SOON
    return (morning, soon, due_at) if morning < soon else (soon, due_at)


def next_week(week: Week, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The week after the one that an update tells of: its first instant, and the first one after it."""
    return bounds(week + _WEEK, zone)


def told_since(week: Week, told_at: datetime | None, zone: ZoneInfo) -> datetime:
    """From when on an update tells what happened: `told_at` is up to when that of the week before did, if it was sent.

    What happens between two updates is told in the later one, also in the hours after the first went out.
    """
    return bounds(week, zone)[0] if told_at is None else told_at


def read_video(text: str) -> str:
    """An address of a video as it is kept. Raises BadVideo for what is no https address, TextEmpty for nothing.

    Its host is a name that anybody can look up: a button that leads nowhere would keep the whole update from leaving.
    """
    typed = clean(text, 10 * MOST_VIDEO)
    address = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError as bad:
        raise BadVideo(most=MOST_VIDEO) from bad
    good = parts.scheme == "https" and _NAME.fullmatch(host) and "@" not in parts.netloc
    if not good or any(sign.isspace() or sign in '<>"\\' for sign in address) or len(address) > MOST_VIDEO:
        raise BadVideo(most=MOST_VIDEO)
    return f"https{address[5:]}"
