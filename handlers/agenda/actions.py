"""A resident's calendar: files of their shifts, and the secret address that a calendar asks."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.kit.who import Who
from storage.queries import agenda, meetings
from storage.queries.agenda import Entry, Owner
from storage.queries.meetings import Dated
from storage.tables import SignupState
from storage.unit import Unit
from town.facts import NotAllowed, NotForStewards, NotFound, NotHeld
from town.settings import TownSettings

BACK = timedelta(weeks=4)
"""How far back a calendar that keeps itself up to date goes."""

KEY_BYTES = 32
"""Of a secret address: 256 bits, which nobody guesses."""

KEY = re.compile(r"[A-Za-z0-9_-]{43}")
NOBODYS = "-" * 43
"""Looked for in place of what cannot be a key: every wrong address costs the same one look. (No key ends with "-".)"""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What goes into a calendar: somebody's shifts and meetings, and what they want of it, in their `language`."""

    owner: Owner
    entries: tuple[Entry, ...]
    language: str
    meetings: tuple[Dated, ...] = ()


async def of_shift(unit: Unit, *, who: Who, shift_id: int) -> Agenda:
    """One shift for somebody's calendar: one they hold, are offered or wait for, also when it was cancelled.

    Raises NotAllowed, NotFound or NotHeld.
    """
    me = _resident(who)
    entry = await agenda.one(unit, me, shift_id)
    if entry is None or entry.state not in (*agenda.SHOWN, SignupState.WAITING):
        title = await agenda.title(unit, shift_id)
        if title is None:
            raise NotFound(what="shift")
        raise NotHeld(title=title)
    return Agenda(await agenda.owner(unit, me), (entry,), who.language)


async def of_meeting(unit: Unit, *, who: Who, meeting_id: int) -> Agenda:
    """One meeting for somebody's calendar. Raises NotAllowed, or NotFound for one that has no date."""
    me = _resident(who)
    found = await meetings.dated(unit, me, meeting_id)
    if found is None:
        raise NotFound(what="meeting")
    return Agenda(await agenda.owner(unit, me), (), who.language, (found,))


async def coming(unit: Unit, *, who: Who, now: datetime) -> Agenda:
    """All coming shifts of somebody. Raises NotAllowed."""
    me = _resident(who)
    entries = [one for one in await agenda.since(unit, me, now) if one.shift.cancelled_at is None]
    return Agenda(await agenda.owner(unit, me), tuple(entries), who.language)


async def of_key(unit: Unit, *, key: str, town: TownSettings, now: datetime) -> Agenda | None:
    """What a calendar gets that asks with this key; None for a key that is nobody's."""
    owner = await agenda.by_key(unit, key if KEY.fullmatch(key) else NOBODYS)
    if owner is None:
        return None
    entries = await agenda.since(unit, owner.id, now - BACK)
    called = await meetings.in_calendar(unit, owner.id, now - BACK)
    spoken = await agenda.language(unit, owner.id) or town.language
    return Agenda(owner, tuple(entries), spoken, tuple(called))


async def feed_key(unit: Unit, *, who: Who) -> str | None:
    """The key of somebody's calendar, None while they have none. Raises NotAllowed, NotForStewards."""
    return (await agenda.owner(unit, _themself(who))).key


async def switch_on(unit: Unit, *, who: Who) -> str:
    """Give somebody's calendar an address, if it has none; its key. Raises NotAllowed, NotForStewards."""
    me, key = _themself(who), _new_key()
    if await agenda.first_key(unit, me, key):
        return key
    return (await agenda.owner(unit, me)).key or key


async def renew(unit: Unit, *, who: Who) -> str:
    """Give somebody's calendar another address: the old one ends at once. Raises NotAllowed, NotForStewards."""
    key = _new_key()
    await agenda.set_key(unit, _themself(who), key)
    return key


async def switch_off(unit: Unit, *, who: Who) -> None:
    """End somebody's address. Raises NotAllowed, NotForStewards."""
    await agenda.set_key(unit, _themself(who), None)


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)


def _themself(who: Who) -> int:
    """Their id; nobody gets an address for another: it would go on telling when the help has ended."""
    if who.steward_id is not None:
        raise NotForStewards(name=who.name)
    return _resident(who)


def _resident(who: Who) -> int:
    if not who.is_resident:
        raise NotAllowed(needed="resident")
    return who.me
