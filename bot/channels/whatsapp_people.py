"""Which account a message on WhatsApp is from, whatever its author is known by today."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime

from storage.engine import Database
from storage.queries import whatsapp
from storage.queries.whatsapp import Change, Preference

log = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Pairs of an id and a phone of which we know that nobody else has either."""


class People:
    """Everybody who writes, as the database knows them. All of it raises what `storage.engine.TROUBLE` names."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._met: OrderedDict[tuple[str, str | None], None] = OrderedDict()

    async def address_of(self, user_id: str | None, phone: str | None, *, key: str) -> str:
        """The address of the account that a message is from, which may be new. Raises ValueError for nobody's.

        One that comes again under a name that its author had before is still theirs: its `key` says so.
        """
        if user_id is not None:
            if (user_id, phone) in self._met:
                return user_id
            return await self._meet(user_id, phone, key)
        if phone is None:
            raise ValueError("a message that is from nobody")
        async with self._database.reading() as unit:
            earlier = await whatsapp.whose(unit, key)
            if earlier is not None:
                return earlier
            found = await whatsapp.known(unit, user_id=None, phone=phone)
        by_phone = next((one.address for one in found if one.address == phone), None)
        return by_phone or next((one.address for one in found), phone)

    async def hear(self, told: Change | Preference, now: datetime) -> None:
        """Keep what WhatsApp tells of somebody; nothing happens when it was told before, or is about a stranger."""
        async with self._database.unit() as unit:
            if isinstance(told, Change):
                done = await whatsapp.change(unit, told, now)
            else:
                done = await whatsapp.prefer(unit, told, now)
        self._met.clear()
        if not done:
            log.info("what WhatsApp tells of somebody (%s) was known, or is about nobody here", told.key)

    async def _meet(self, user_id: str, phone: str | None, key: str) -> str:
        async with self._database.reading() as unit:
            found = await whatsapp.known(unit, user_id=user_id, phone=phone)
            if all(one.address != user_id for one in found):
                earlier = await whatsapp.whose(unit, key)
                if earlier is not None:
                    return earlier
        if phone is not None and not whatsapp.at_home(found, user_id=user_id):
            async with self._database.unit() as unit:
                await whatsapp.meet(unit, user_id=user_id, phone=phone)
            self._met.clear()
        self._met[user_id, phone] = None
        if len(self._met) > REMEMBERED:
            self._met.popitem(last=False)
        return user_id
