"""Shifts and meetings as a calendar file (RFC 5545), for any calendar to read.

Instants are written in UTC, which is right in every zone and in the hour that a change of clocks shows twice; calendars
show them on their owner's clocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from storage.queries.agenda import Entry
from storage.tables import SignupState

if TYPE_CHECKING:
    from icalendar import Alarm, Event

MEDIA_TYPE = "text/calendar"
LOOK_AGAIN = timedelta(hours=1)
"""How often a calendar may look for changes."""

_LONGEST = 400
"""Characters of a text in the file, by far more than any of ours."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a file says in somebody's language: of each entry its text, by the shift's id."""

    name: str
    texts: dict[int, str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What stands in a calendar. `key` is what it is known by in its town ("shift:7"); `changed_at` its last change.

    `status` is CONFIRMED, TENTATIVE or CANCELLED.
    """

    key: str
    title: str
    place: str
    text: str
    status: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    changed_at: datetime
    url: str | None = None


def calendar_file(
    entries: Iterable[Entry],
    *,
    words: Words,
    zone: str,
    leads: Iterable[int | None],
    urls: dict[int, str],
    also: Iterable[Occasion] = (),
) -> bytes:
    """A calendar of these shifts, and what there is `also`. The same ones and words give the same bytes, so that a copy
    can be compared.

    `leads` are minutes before it at which the calendar is to remind; None, or 0, is off.
    """
    from icalendar import Calendar  # 6 MB, for a town in which somebody asks for a calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Townbell//Shifts//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", words.name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    wanted = sorted({lead for lead in leads if lead}, reverse=True)
    shifts = [_occasion(entry, words.texts[entry.shift.id], urls.get(entry.shift.id)) for entry in entries]
    for occasion in (*shifts, *also):
        calendar.add_component(_event(occasion, wanted))
    content: bytes = calendar.to_ical()
    return content


def uid(entry: Entry) -> str:
    """What a calendar knows a shift by, whatever changes: the same in every file, another in every town."""
    return _uid(f"shift:{entry.shift.id}", entry.made_at)


def sequence(entry: Entry) -> int:
    """The number of a revision, higher for each later one: seconds from putting a shift up to its last change."""
    return _sequence(entry.made_at, entry.changed_at)


def _uid(key: str, made_at: datetime) -> str:
    return f"{uuid5(NAMESPACE_URL, f'townbell:{key}:{_stamp(made_at)}')}@townbell"


def _sequence(made_at: datetime, changed_at: datetime) -> int:
    return max(0, _stamp(changed_at) - _stamp(made_at))


def status(entry: Entry) -> str:
    """CONFIRMED, TENTATIVE (offered or waited for) or CANCELLED."""
    if entry.shift.cancelled_at is not None:
        return "CANCELLED"
    return "CONFIRMED" if entry.state in (SignupState.HELD, SignupState.ATTENDED) else "TENTATIVE"


def _occasion(entry: Entry, text: str, url: str | None) -> Occasion:
    shift = entry.shift
    return Occasion(
        key=f"shift:{shift.id}",
        title=shift.title,
        place=shift.place or shift.project,
        text=text,
        status=status(entry),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        made_at=entry.made_at,
        changed_at=entry.changed_at,
        url=url,
    )


def _event(of: Occasion, leads: list[int]) -> Event:
    from icalendar import Event

    event, changed = Event(), _whole(of.changed_at)
    event.add("uid", _uid(of.key, of.made_at))
    # Not the moment at which the file is made: of a published calendar it is that of the revision.
    event.add("dtstamp", changed)
    event.add("created", _whole(of.made_at))
    event.add("last-modified", changed)
    event.add("sequence", _sequence(of.made_at, of.changed_at))
    event.add("dtstart", _whole(of.starts_at))
    event.add("dtend", _whole(of.ends_at))
    event.add("summary", of.title)
    event.add("location", of.place[:_LONGEST])
    event.add("description", of.text)
    event.add("status", of.status)
    event.add("transp", "TRANSPARENT" if of.status == "CANCELLED" else "OPAQUE")
    if of.url is not None:
        event.add("url", of.url)
    if of.status == "CONFIRMED":
        for lead in leads:
            event.add_component(_alarm(of.title, lead))
    return event


def _alarm(title: str, lead: int) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -timedelta(minutes=lead))
    return alarm


def _whole(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _stamp(instant: datetime) -> int:
    return int(instant.timestamp())
