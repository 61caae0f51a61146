"""The web channel: one server for the pages, the API and whatever else the town has to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from aiogram import Bot
from aiohttp import web

from bot.channels.web.api import Api, Phones
from bot.channels.web.buckets import Buckets, Paces
from bot.channels.web.chats import Chats
from bot.channels.web.checkin import CheckInPages
from bot.channels.web.cookies import Sessions
from bot.channels.web.doorway import Doorway
from bot.channels.web.feeds import Feeds
from bot.channels.web.live import Hub, Live
from bot.channels.web.looks import STATIC, Looks, language_of
from bot.channels.web.news import NewsPages
from bot.channels.web.pages import Pages
from bot.channels.web.problems import Problems
from bot.channels.web.sample_api import Sample, SampleApi, clock_face
from bot.channels.web.security import Guard, add_headers
from bot.clock import Clock

# The module, not its class: each of the two may be imported first, and then finds the other half made.
from bot.delivery import web as delivery
from bot.intake.intake import Intake
from bot.settings import Settings
from handlers.kit.links import Links
from handlers.signup.consent import privacy
from locales import speaking
from storage.engine import Database
from storage.queries import web as queries
from town import settings as town_settings

GRACE = 5.0  # seconds for what is in flight when the town stops
GOODBYE = 1.0  # seconds for open pages to answer that the line is closed


class WebChannel:
    """The web chat. With `sample` it serves everybody's phone to this computer, without it each resident's own.

    `extra_routes` are served beside it, as they are: Telegram's webhook shares the port.
    """

    name = "web"

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        intake: Intake,
        sample: Sample | None = None,
        extra_routes: Iterable[web.AbstractRouteDef] = (),
        *,
        paces: Paces | None = None,
        links: Links | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._looks = Looks()
        self._guard = Guard(settings, loopback_only=sample is not None)
        self._hub = Hub()
        chats = Chats(database, clock)
        self.sender = delivery.WebSender(chats)
        self._doorway = Doorway(chats, intake, clock)
        self._live, routes = self._wire(
            clock, sample, paces or Paces(), links or Links(web_url=settings.web_public_url)
        )
        self._app = self._make_app(routes, tuple(extra_routes))
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._deafen: Callable[[], None] | None = None

    @property
    def bot(self) -> Bot:
        """aiogram's bot of this channel."""
        return self._doorway.bot

    @property
    def address(self) -> str:
        """Where the server can be reached from this computer, "http://127.0.0.1:8080"."""
        host = self._settings.web_host
        host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        return f"http://{host}:{self._site.port if self._site is not None else self._settings.web_port}"

    async def start(self) -> None:
        """Open the server. Raises OSError when its address cannot be had."""
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=GRACE)
        await runner.setup()
        site = web.TCPSite(runner, self._settings.web_host, self._settings.web_port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner, self._site = runner, site
        self._deafen = self._database.subscribe(self._hub.hear)

    async def stop(self) -> None:
        """Take nothing more in; what is in flight has five seconds to finish."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        if self._deafen is not None:
            self._deafen()
            self._deafen = None

    def _wire(self, clock: Clock, sample: Sample | None, paces: Paces, links: Links) -> tuple[Live, list[web.RouteDef]]:
        sessions = Sessions(self._database, clock, is_secure=self._guard.is_secure)
        phones = Phones(sessions, is_sample=sample is not None)
        live = Live(
            self._database,
            self._hub,
            phones.find,
            lambda phone: {"type": "clock", **clock_face(clock, town_settings.parse(phone.settings), phone.language)},
        )
        api = Api(self._database, phones, self._doorway, live, self._guard, Buckets(paces.posts))
        pages: SampleApi | Pages
        if sample is not None:
            pages = SampleApi(self._settings, self._database, clock, sample, self._hub, self._guard, self._looks)
        else:
            pages = Pages(self._database, clock, self._doorway, sessions, self._guard, self._looks, paces)
        feeds = Feeds(self._database, clock, self._guard, links, paces.wrong_keys)
        checkin = CheckInPages(self._database, clock, self._guard, self._looks, links, paces.wrong_keys)
        news = NewsPages(self._database, self._guard, self._looks, links, paces.looks)
        beside = [*feeds.routes(), *checkin.routes(), *news.routes()]
        return live, [*api.routes(), *pages.routes(), *beside, web.get("/privacy", self._privacy)]

    def _make_app(self, routes: list[web.RouteDef], extra: tuple[web.AbstractRouteDef, ...]) -> web.Application:
        lent: list[web.AbstractRoute] = []
        problems = Problems(
            self._settings, self._looks, self._guard, lambda request: request.match_info.route not in lent
        )
        app = web.Application(middlewares=[problems.middleware()])
        lent += app.add_routes(extra)
        app.add_routes(routes)
        app.router.add_static("/static", STATIC)
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._hang_up)
        return app

    async def _hang_up(self, _app: web.Application) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self._live.close()

    async def _privacy(self, request: web.Request) -> web.StreamResponse:
        """The privacy notice that everybody is shown before they agree to it."""
        async with self._database.reading() as unit:
            town = town_settings.parse(await queries.town_settings(unit))
        language = language_of(request, town.language)
        with speaking(language):
            notice = privacy(town.name)
        return self._looks.page("privacy.html", language=language, town=town.name, notice=notice)
