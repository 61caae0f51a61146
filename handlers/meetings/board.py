"""A meeting's check-in page, in the town's words."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.boards import Board
from handlers.kit.links import Links
from handlers.meetings import words
from handlers.meetings.checking import on_page
from locales import speaking
from storage.unit import Unit
from town.checkin import shown
from town.settings import TownSettings


async def board(unit: Unit, *, of_id: int, token: str, town: TownSettings, links: Links, now: datetime) -> Board | None:
    """What the page of a meeting shows now; None where the address is not right, or was of another day."""
    of = await on_page(unit, meeting_id=of_id, token=token, town=town, links=links, now=now)
    if of is None:
        return None
    with speaking(town.language):
        return Board(
            title=of.meeting.title,
            when=words.span(of.meeting, town.tz),
            place=of.meeting.place,
            state=of.state,
            code=shown(of.code) if of.code else "",
            scan=of.scan,
            note=words.room_note(of, town.tz),
            count=words.presence(of.presence).unescape(),
        )
