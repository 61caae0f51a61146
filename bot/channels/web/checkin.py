"""The page at the place: a shift's check-in code and its QR code, in large, new every minute."""

from __future__ import annotations

import math
import re
from typing import Any

from aiohttp import web

from bot.channels.web.buckets import Buckets, Pace
from bot.channels.web.looks import Looks
from bot.channels.web.security import Guard
from bot.clock import Clock
from handlers.checkin import pictures
from handlers.checkin.actions import OnScreen, on_page
from handlers.checkin.page_words import count, note
from handlers.kit.links import MOST_ID, Links
from locales import a_span, speaking
from storage.engine import Database
from storage.queries import web as queries
from town import settings as town_settings
from town.checkin import changes_in, shown
from town.settings import TownSettings

PATH = "/checkin/{shift}/{token}"
NUMBER = re.compile("[0-9]{1,10}")


class CheckInPages:
    """The page and what it asks for every few seconds. Its address is the secret, good for the day of the shift.

    It shows nobody's name: it hangs where everybody sees it. The time that counts is the server's.
    """

    def __init__(
        self, database: Database, clock: Clock, guard: Guard, looks: Looks, links: Links, wrong_keys: Pace
    ) -> None:
        self._database = database
        self._clock = clock
        self._guard = guard
        self._looks = looks
        self._links = links
        self._wrong_keys = Buckets(wrong_keys)

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.page), web.get(PATH + "/now", self.now)]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The page as it is now; from then on it renews itself. In the town's language, since everybody reads it."""
        of, town = await self._found(request)
        with speaking(town.language):
            shows = _shows(of, town)
            when = a_span(of.shift.starts_at, of.shift.ends_at, town.tz)
        answer = self._looks.page(
            "checkin.html",
            language=town.language,
            town=town.name,
            title=of.shift.title,
            when=when,
            place=of.shift.place or of.shift.project,
            source=f"{request.path}/now",
            shows=shows,
        )
        return _secret(answer)

    async def now(self, request: web.Request) -> web.StreamResponse:
        """`{"state", "code", "qr", "note", "count", "changes_in": ms}`, in the town's words."""
        of, town = await self._found(request)
        with speaking(town.language):
            return _secret(
                web.json_response(
                    _shows(of, town) | {"changes_in": math.ceil(changes_in(self._clock.now()).total_seconds() * 1000)}
                )
            )

    async def _found(self, request: web.Request) -> tuple[OnScreen, TownSettings]:
        """What is to be shown. Raises HTTPNotFound for a wrong or old address, HTTPTooManyRequests after many."""
        caller = self._guard.caller(request)
        if wait := self._wrong_keys.take(caller):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})
        number, token = request.match_info["shift"], request.match_info["token"]
        if not NUMBER.fullmatch(number) or int(number) > MOST_ID:
            raise web.HTTPNotFound
        async with self._database.reading() as unit:
            town = town_settings.parse(await queries.town_settings(unit))
            of = await on_page(
                unit, shift_id=int(number), token=token, town=town, links=self._links, now=self._clock.now()
            )
        if of is None:
            raise web.HTTPNotFound
        self._wrong_keys.give_back(caller)
        return of, town


def _shows(of: OnScreen, town: TownSettings) -> dict[str, Any]:
    return {
        "state": of.state,
        "code": shown(of.code) if of.code else "",
        "qr": pictures.svg(of.scan) if of.scan else "",
        "note": note(of, town.tz),
        "count": count(of),
    }


def _secret(answer: web.Response) -> web.Response:
    """No search engine keeps it, and no page that it leads to hears of it."""
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
