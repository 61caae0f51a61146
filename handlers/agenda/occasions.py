"""Meetings as they stand in a calendar, and the file of one, for the room that calls them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from handlers.agenda.actions import Agenda
from handlers.agenda.files import Occasion, Words, calendar_file
from handlers.kit.links import MEETING, Links
from locales import _, speaking
from storage.queries.meetings import Dated
from town.settings import TownSettings


def file(agenda: Agenda, town: TownSettings, links: Links) -> bytes:
    """A calendar file of meetings alone, in its owner's language."""
    with speaking(agenda.language):
        name = _("Meetings in {town}", town=town.name).unescape()
        called = occasions(agenda.meetings, links)
    leads = (town.meeting_early_minutes, town.meeting_late_minutes)
    return calendar_file((), words=Words(name, {}), zone=town.zone, leads=leads, urls={}, also=called)


def occasions(found: Iterable[Dated], links: Links) -> list[Occasion]:
    """Meetings in the current language."""
    return [_occasion(one, links) for one in found]


def _occasion(one: Dated, links: Links) -> Occasion:
    meeting, starts_at = one.meeting, one.meeting.starts_at
    assert starts_at is not None  # only those with a date stand in a calendar
    changed = [moment for moment in (meeting.called_at, one.told_at, meeting.cancelled_at) if moment is not None]
    return Occasion(
        key=f"meeting:{meeting.id}",
        title=meeting.title,
        place=meeting.place or (meeting.link if one.coming is not None else ""),
        text=_text(one),
        status=_status(one),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=meeting.length),
        made_at=meeting.made_at,
        changed_at=max([meeting.made_at, *changed]),
        url=links.start(f"{MEETING}{meeting.id}"),
    )


def _status(one: Dated) -> str:
    if one.meeting.cancelled_at is not None:
        return "CANCELLED"
    return "CONFIRMED" if one.coming == "yes" else "TENTATIVE"


def _text(one: Dated) -> str:
    """What stands in the calendar beneath a meeting."""
    if one.meeting.cancelled_at is not None:
        said = _("This meeting was called off.")
    elif one.coming == "yes":
        said = _("You come to this meeting.")
    else:
        said = _("You are invited to this meeting.")
    online = one.coming is not None and one.meeting.link
    return "\n".join(
        part
        for part in (
            said.unescape(),
            one.meeting.about,
            _("Online: {link}", link=one.meeting.link).unescape() if online else "",
        )
        if part
    )
