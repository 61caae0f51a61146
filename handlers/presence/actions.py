"""Keeping account of who can be reached."""

from __future__ import annotations

from datetime import datetime

from handlers.kit.who import Who
from storage import inbox
from storage.unit import Unit


async def note_presence(unit: Unit, *, who: Who, reachable: bool, now: datetime) -> None:
    """Deliver to this account from now on, or leave it alone until it comes back."""
    if reachable:
        await inbox.set_reachable(unit, channel=who.channel, address=who.address, now=now)
    else:
        await inbox.set_unreachable(unit, channel=who.channel, address=who.address)
