"""Calling a meeting: who is invited is written down at this moment, and they are told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.meetings.poll_words import date_names, date_question
from handlers.polls.opening import NewPoll
from handlers.polls.opening import make as make_poll
from storage.queries import audiences, guests, meetings
from storage.queries.meetings import MeetingRow
from storage.queries.polls import Option
from storage.unit import Unit
from town.audience import parse
from town.meetings import date_poll_closes, ends_at
from town.polls import Kind
from town.reminders import cannot_wait
from town.settings import TownSettings
from town.week import week_of

DATE = "date:"
"""What the subject of a date poll begins with; the meeting's id follows."""


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """A meeting as somebody calls it; as the columns of `storage.tables.Meeting`.

    `starts_at` None: a date poll over `dates` looks for one.
    """

    title: str
    audience: str
    length: int
    starts_at: datetime | None = None
    dates: tuple[datetime, ...] = ()
    about: str = ""
    place: str = ""
    link: str = ""
    benefits_only: bool = False
    quorum: int = 0
    quorum_people: bool = False
    project_id: int | None = None
    secretary_id: int | None = None


async def call(unit: Unit, *, by: int, new: NewMeeting, town: TownSettings, now: datetime) -> int:
    """Call a meeting and invite its audience; its id. Who may do so was checked before.

    With `dates` the audience is asked for one, and invited when it is found: they hear of it by the poll.
    """
    meeting_id = await meetings.make(
        unit,
        title=new.title,
        about=new.about,
        place=new.place,
        link=new.link,
        length=new.length,
        audience=new.audience,
        benefits_only=new.benefits_only,
        quorum=new.quorum,
        quorum_people=new.quorum_people,
        project_id=new.project_id,
        secretary_id=new.secretary_id,
        made_by=by,
        made_at=now,
        **when(new.starts_at, town, now),
    )
    without = await audiences.without_benefits(unit, week_of(now, town.tz), town) if new.benefits_only else []
    invited = await guests.invite(unit, meeting_id, parse(new.audience), now=now, without=without)
    await meetings.change(unit, meeting_id, invited=invited)
    meeting = await meetings.get(unit, meeting_id)
    assert meeting is not None  # written above
    if meeting.starts_at is not None:
        at_once = urgent(meeting.starts_at, town, now)
        expires_at = ends_at(meeting)
        await guests.tell(
            unit, meeting_id, guests.INVITED, said(meeting), now=now, expires_at=expires_at, urgent=at_once
        )
    elif new.dates:
        await _ask_for_date(unit, meeting, new, by=by, town=town, now=now)
    return meeting_id


def urgent(starts_at: datetime, town: TownSettings, now: datetime) -> bool:
    """Whether what is said of a meeting must break into the quiet hours: after them it would come too late."""
    return cannot_wait(starts_at, now, town.tz, town.quiet_from, town.quiet_until)


def when(starts_at: datetime | None, town: TownSettings, now: datetime) -> dict[str, Any]:
    """The columns of a meeting whose date is told now: reminders that would come after this are out already."""
    if starts_at is None:
        return {"starts_at": None}
    leads = {"early_at": town.meeting_early_minutes, "late_at": town.meeting_late_minutes}
    return {"starts_at": starts_at, "called_at": now} | {
        name: now if now >= starts_at - timedelta(minutes=minutes) else None for name, minutes in leads.items()
    }


async def _ask_for_date(
    unit: Unit, meeting: MeetingRow, new: NewMeeting, *, by: int, town: TownSettings, now: datetime
) -> None:
    """Open the date poll. Nobody stands in for somebody else in it: a proxy does not know when they have time."""
    dates = sorted(set(new.dates))
    names, translated = date_names(dates, town)
    question, words = date_question(meeting, town)
    options = tuple(
        Option(name, others, at.isoformat()) for name, others, at in zip(names, translated, dates, strict=True)
    )
    poll = NewPoll(
        question=question,
        kind=Kind.APPROVAL,
        options=options,
        audience=new.audience,
        closes_at=date_poll_closes(now, dates[0], town.poll_minutes),
        about=meeting.about,
        words=json.dumps(words, ensure_ascii=False),
        benefits_only=new.benefits_only,
        proxies=False,
        project_id=new.project_id,
        meeting_id=meeting.id,
        subject=f"{DATE}{meeting.id}",
    )
    await make_poll(unit, by=by, new=poll, town=town, now=now)


def said(meeting: MeetingRow, **more: Any) -> dict[str, Any]:
    """A meeting as its notices tell of it."""
    return {
        "meeting": meeting.id,
        "title": meeting.title,
        "about": meeting.about,
        "starts_at": None if meeting.starts_at is None else meeting.starts_at.isoformat(),
        "length": meeting.length,
        "place": meeting.place,
        "link": meeting.link,
    } | more
