"""Shifts as a calendar file (RFC 5545), for any calendar to read.

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


def calendar_file(
    entries: Iterable[Entry], *, words: Words, zone: str, leads: Iterable[int | None], urls: dict[int, str]
) -> bytes:
    """A calendar of these shifts. The same shifts and words give the same bytes, so that a copy can be compared.

    `leads` are minutes before a shift at which the calendar is to remind; None, or 0, is off.
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
    for entry in entries:
        calendar.add_component(_event(entry, words.texts[entry.shift.id], wanted, urls.get(entry.shift.id)))
    content: bytes = calendar.to_ical()
    return content


def uid(entry: Entry) -> str:
    """What a calendar knows a shift by, whatever changes: the same in every file, another in every town."""
    return f"{uuid5(NAMESPACE_URL, f'townbell:shift:{entry.shift.id}:{_stamp(entry.made_at)}')}@townbell"


def sequence(entry: Entry) -> int:
    """The number of a revision, higher for each later one: seconds from putting a shift up to its last change."""
    return max(0, _stamp(entry.changed_at) - _stamp(entry.made_at))


def status(entry: Entry) -> str:
    """CONFIRMED, TENTATIVE (offered or waited for) or CANCELLED."""
    if entry.shift.cancelled_at is not None:
        return "CANCELLED"
    return "CONFIRMED" if entry.state in (SignupState.HELD, SignupState.ATTENDED) else "TENTATIVE"


def _event(entry: Entry, text: str, leads: list[int], url: str | None) -> Event:
    shift, changed = entry.shift, _whole(entry.changed_at)
    from icalendar import Event

    event = Event()
    event.add("uid", uid(entry))
    # Not the moment at which the file is made: of a published calendar it is that of the revision.
    event.add("dtstamp", changed)
    event.add("created", _whole(entry.made_at))
    event.add("last-modified", changed)
    event.add("sequence", sequence(entry))
    event.add("dtstart", _whole(shift.starts_at))
    event.add("dtend", _whole(shift.ends_at))
    event.add("summary", shift.title)
    event.add("location", (shift.place or shift.project)[:_LONGEST])
    event.add("description", text)
    event.add("status", status(entry))
    event.add("transp", "TRANSPARENT" if status(entry) == "CANCELLED" else "OPAQUE")
    if url is not None:
        event.add("url", url)
    if status(entry) == "CONFIRMED":
        for lead in leads:
            event.add_component(_alarm(shift.title, lead))
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
