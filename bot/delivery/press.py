"""From a row to the message that is sent: made once for all rows that say the same, and used for a moment."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

from bot.delivery.notes import Notes
from bot.delivery.outcome import Outgoing
from handlers.kit.capability import Fields, Notice
from handlers.kit.links import Links, leading
from handlers.kit.screens import Screen
from handlers.kit.speaking import screen_for
from handlers.kit.speaking_words import notice_for
from locales import speaking
from storage.dispatch import Taken
from storage.engine import Database
from town.settings import TownSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

LIFE = 10.0
"""Seconds, by the machine's clock, for which what was made is used: what it was made of may change meanwhile."""

KEPT = 64
"""How many are kept: a few notices in a few languages go out at any time, some of them with a picture."""


class Press:
    """Gathers and renders. What one row is given, another with the same notice, fields and language is given too."""

    def __init__(self, database: Database, notes: Notes, links: Links) -> None:
        self._database = database
        self._notes = notes
        self._links = links
        self._settings: TownSettings | None = None
        self._made: OrderedDict[Hashable, tuple[float, asyncio.Future[Any]]] = OrderedDict()

    def forget(self) -> None:
        """Make everything anew from here on."""
        self._made.clear()

    async def fields(self, row: Taken, notice: Notice) -> Fields | None:
        """What a row's text is made of; None where it is of no use any more."""
        if notice.gather is None:
            fields: Fields = json.loads(row.fields)
            return fields
        return await self._once((row.notice, row.fields), lambda: self._gather(row, notice))

    async def outgoing(
        self, row: Taken, notice: Notice, fields: Fields, language: str, town: TownSettings, for_name: str | None = None
    ) -> Outgoing:
        """A row's message in a language; with `for_name` it says for whom it is, and its taps are that resident's.

        A picture that cannot be drawn does not keep the words back.
        """
        if town is not self._settings:
            if self._settings is not None:
                self.forget()
            self._settings = town
        whose = (row.resident_id, for_name) if row.resident_id is not None and for_name is not None else None
        return await self._once(
            (row.notice, row.fields, language, whose), lambda: _render(row, notice, fields, language, town, whose)
        )

    async def _gather(self, row: Taken, notice: Notice) -> Fields | None:
        assert notice.gather is not None
        gather, named = notice.gather, json.loads(row.fields)
        with leading(self._links):
            return await self._notes.insist(self._database.reading, lambda unit: gather(unit, named))

    async def _once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What was made for this key a moment ago, or is being made, or else is made now; a failure is not kept."""
        now = asyncio.get_running_loop().time()
        since, making = self._made.get(key, (0.0, None))
        if making is None or now - since > LIFE:
            making = asyncio.create_task(make())
            self._made[key] = (now, making)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        try:
            # Whoever is called back does not take it from the others.
            made: T = making.result() if making.done() else await asyncio.shield(making)
        except Exception:
            if self._made.get(key, (0.0, None))[1] is making:
                del self._made[key]
            raise
        return made


async def _render(
    row: Taken, notice: Notice, fields: Fields, language: str, town: TownSettings, whose: tuple[int, str] | None
) -> Outgoing:
    with speaking(language):
        screen, photo = notice.render(fields, town), None
        if whose is not None:
            screen = screen_for(screen, whose[0], notice_for(whose[1]))
        if notice.picture is not None and screen.fits_a_picture:
            try:
                photo = await notice.picture(fields, town)
            except Exception:
                log.exception("the picture of the notice %r in row %d cannot be drawn", row.notice, row.id)
    return outgoing_of(screen, photo)


def outgoing_of(screen: Screen, photo: bytes | None = None) -> Outgoing:
    """A screen as the senders take it."""
    return Outgoing(
        html=str(screen.html),
        buttons=tuple(tuple((choice.label, choice.data or choice.url) for choice in row) for row in screen.rows),
        photo=photo,
        screen=screen,
    )
