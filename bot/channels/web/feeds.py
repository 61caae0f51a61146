"""Residents' calendars, for whatever calendar asks with the right secret address."""

from __future__ import annotations

import hashlib
import math

from aiohttp import web

from bot.channels.web.buckets import Buckets, Pace
from bot.channels.web.security import Guard
from bot.clock import Clock
from handlers.agenda.feed import feed
from handlers.agenda.files import MEDIA_TYPE
from handlers.kit.links import Links
from storage.engine import Database
from storage.queries import web as queries
from town import settings as town_settings

PATH = "/calendar/{key}.ics"


class Feeds:
    """The one route of the private calendars. The address is the secret: it is in no log, page or referrer of ours."""

    def __init__(self, database: Database, clock: Clock, guard: Guard, links: Links, wrong_keys: Pace) -> None:
        self._database = database
        self._clock = clock
        self._guard = guard
        self._links = links
        self._wrong_keys = Buckets(wrong_keys)

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.calendar)]

    async def calendar(self, request: web.Request) -> web.StreamResponse:
        """A resident's calendar; 304 to a copy that is still right. An address that is nobody's is not found."""
        caller = self._guard.caller(request)
        if wait := self._wrong_keys.take(caller):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})
        content = await self._content(request.match_info["key"])
        if content is None:
            raise web.HTTPNotFound
        self._wrong_keys.give_back(caller)
        etag = hashlib.sha256(content).hexdigest()[:32]
        answer = web.Response(
            headers={
                # To be asked for each time: an address that was switched off shows nothing from then on.
                "Cache-Control": "private, no-cache",
                "Content-Disposition": 'inline; filename="shifts.ics"',
                "X-Robots-Tag": "noindex",
                "Referrer-Policy": "no-referrer",
            }
        )
        answer.etag = etag
        if any(given.value in (etag, "*") for given in request.if_none_match or ()):
            answer.set_status(304)
            return answer
        answer.body = content
        answer.content_type, answer.charset = MEDIA_TYPE, "utf-8"
        return answer

    async def _content(self, key: str) -> bytes | None:
        async with self._database.reading() as unit:
            town = town_settings.parse(await queries.town_settings(unit))
            return await feed(unit, key=key, town=town, now=self._clock.now(), links=self._links)
