"""The sample town's page: everybody's phones, and a clock to move."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from bot.channels.web.live import CLOCK, Hub
from bot.channels.web.looks import Looks, chips, language_of
from bot.channels.web.security import Guard, body_of
from bot.clock import Clock
from bot.settings import Settings
from locales import a_day, a_time, speaking
from storage.engine import Database
from storage.queries import web as queries
from storage.tables import Role
from storage.unit import Unit
from town import settings as town_settings
from town.settings import TownSettings

STEPS = ("hour", "day", "monday")


class Someone(Protocol):
    """A person of the sample town, with the account of their web chat."""

    @property
    def account_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def label(self) -> str: ...


class Sample(Protocol):
    """The sample town, as its page needs it."""

    async def people(self, unit: Unit) -> Sequence[Someone]:
        """Everybody whose phone may be looked at."""

    async def phones(self, unit: Unit) -> tuple[int, int, int]:
        """The accounts of the three phones shown first."""

    async def move(self, by: str) -> None:
        """Put the clock forward by an "hour" or a "day", or to next "monday", and do all that falls due on the way."""


class SampleApi:
    """The routes of the sample town."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, sample: Sample, hub: Hub, guard: Guard, looks: Looks
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._sample = sample
        self._hub = hub
        self._guard = guard
        self._looks = looks
        self._moving = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.page),
            web.get("/sample/people", self.people),
            web.get("/sample/clock", self.clock),
            web.post("/sample/clock", self.move),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        language = self._language(request)
        town = await self._town()
        every_chip = chips(language, frozenset(Role))
        return self._looks.page("sample.html", language=language, town=town.name, chips=every_chip)

    async def people(self, request: web.Request) -> web.StreamResponse:
        """`{"people": [{"account", "name", "role", "label"}], "phones": [three accounts]}`."""
        async with self._database.reading() as unit:
            with speaking(self._language(request)):
                people = await self._sample.people(unit)
            phones = await self._sample.phones(unit)
        listed = [{"account": one.account_id, "name": one.name, "role": one.role, "label": one.label} for one in people]
        return web.json_response({"people": listed, "phones": list(phones)})

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """`{"now", "day", "time"}`, in the town's zone."""
        return web.json_response(clock_face(self._clock, await self._town(), self._language(request)))

    async def move(self, request: web.Request) -> web.StreamResponse:
        """`{"by": "hour" | "day" | "monday"}` → the clock, when all that fell due on the way is done."""
        self._guard.check_post(request)
        try:
            fields = json.loads(await body_of(request))
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest from error
        by = fields.get("by") if isinstance(fields, dict) else None
        if by not in STEPS:
            raise web.HTTPBadRequest
        async with self._moving:
            await self._sample.move(by)
        self._hub.hear(CLOCK)
        return await self.clock(request)

    def _language(self, request: web.Request) -> str:
        return language_of(request, self._settings.town_language)

    async def _town(self) -> TownSettings:
        async with self._database.reading() as unit:
            return town_settings.parse(await queries.town_settings(unit))


def clock_face(clock: Clock, town: TownSettings, language: str) -> dict[str, str]:
    """The town's time as it is shown."""
    now = clock.now().astimezone(town.tz)
    with speaking(language):
        return {"now": now.isoformat(timespec="seconds"), "day": a_day(now.date()), "time": a_time(now, town.tz)}
