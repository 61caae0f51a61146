"""When polls open and close, as people write it."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from handlers.kit.lengths import read_length
from handlers.kit.who import Who
from locales import LANGUAGES, language, ngettext
from locales.words import vocabulary
from town.dates import parse_day, parse_when
from town.facts import BadDate, BadLength, DateInPast, Fact
from town.week import at_local, local

FARTHEST = timedelta(days=366)
OPENS, CLOSES = time(8), time(20)
"""When a poll opens or closes on a day that was named without a time: not in the usual quiet hours."""


def read_moment(text: str, who: Who, now: datetime, *, at: time) -> datetime:
    """The instant (UTC) that somebody wrote, in their language or another; `at` where they name a day alone.

    Raises BadDate or DateInPast.
    """
    first: Fact | None = None
    wall = local(now, who.zone).replace(tzinfo=None)
    for code in dict.fromkeys((language(), *LANGUAGES)):
        try:
            found = _moment(text, code, wall, at)
        except (BadDate, DateInPast) as fact:
            first = first if first is not None and isinstance(fact, BadDate) else fact
        else:
            if found > wall + FARTHEST:
                raise BadDate(given=text)
            return at_local(found.date(), found.time(), who.zone)
    raise first or BadDate(given=text)


def _moment(text: str, code: str, wall: datetime, at: time) -> datetime:
    words = vocabulary(code)
    try:
        return parse_when(text, vocabulary=words, now_local=wall)
    except BadDate:
        found = datetime.combine(parse_day(text, vocabulary=words, now_local=wall), at)
    if found <= wall:
        raise DateInPast(given=text)
    return found


def read_close(text: str, who: Who, now: datetime) -> datetime | int:
    """When a poll closes, as an instant, or how long it is open, in minutes: "Sat 18:00", "36 h", "10 days".

    Raises BadDate or DateInPast.
    """
    try:
        return read_moment(text, who, now, at=CLOSES)
    except BadDate:
        try:
            minutes = _in_days(text) or read_length(text)
        except (BadDate, BadLength):
            minutes = 0
        if not minutes or re.fullmatch(r"\s*\d+\s*", text) or minutes > FARTHEST.total_seconds() / 60:
            raise
        return minutes


def _in_days(text: str) -> int:
    """Minutes from days or weeks as the choices call them: "10 days", "2 weeks"; 0 for anything else."""
    found = re.search(r"[0-9]{1,3}", text)
    if found is None:
        return 0
    many, said = int(found[0]), " ".join(text.split()).casefold()
    for days, label in ((1, ngettext("{n} day", "{n} days", many)), (7, ngettext("{n} week", "{n} weeks", many))):
        if label.unescape().casefold() == said:
            return many * days * 1440
    return 0
