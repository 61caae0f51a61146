"""Keeping account of who can be reached."""

from __future__ import annotations

from handlers.kit.who import Who
from storage import inbox
from storage.unit import Unit


async def note_presence(unit: Unit, *, who: Who, reachable: bool) -> None:
    """Deliver to this account from now on, or leave it alone until it comes back."""
    await inbox.set_reachable(unit, channel=who.channel, address=who.address, reachable=reachable)
