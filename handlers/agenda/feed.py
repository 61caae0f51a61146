"""The calendar of somebody who has a private address, for whatever asks there."""

from __future__ import annotations

from datetime import datetime

from handlers.agenda import views
from handlers.agenda.actions import of_key
from handlers.kit.links import Links
from storage.unit import Unit
from town.settings import TownSettings


async def feed(unit: Unit, *, key: str, town: TownSettings, now: datetime, links: Links) -> bytes | None:
    """The calendar file of this key, in its owner's language; None for a key that is nobody's."""
    found = await of_key(unit, key=key, town=town, now=now)
    return None if found is None else views.file(found, town, links)
