"""A shift's check-in page, in the town's words."""

from __future__ import annotations

from datetime import datetime

from handlers.checkin.actions import on_page
from handlers.checkin.page_words import count, note
from handlers.kit.boards import Board
from handlers.kit.links import Links
from locales import a_span, speaking
from storage.unit import Unit
from town.checkin import shown
from town.settings import TownSettings


async def board(unit: Unit, *, of_id: int, token: str, town: TownSettings, links: Links, now: datetime) -> Board | None:
    """What the page of a shift shows now; None where the address is not right, or was of another day."""
    of = await on_page(unit, shift_id=of_id, token=token, town=town, links=links, now=now)
    if of is None:
        return None
    with speaking(town.language):
        return Board(
            title=of.shift.title,
            when=a_span(of.shift.starts_at, of.shift.ends_at, town.tz),
            place=of.shift.place or of.shift.project,
            state=of.state,
            code=shown(of.code) if of.code else "",
            scan=of.scan,
            note=note(of, town.tz),
            count=count(of),
        )
