"""WhatsApp: by the webhook of one business number, and answers by the Cloud API."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass

from aiogram import Bot
from aiohttp import web
from pywa.utils import webhook_updates_validator

from bot.channels.backoff import Backoff
from bot.channels.hook_server import HookServer
from bot.channels.whatsapp_hook import WhatsAppHook
from bot.channels.whatsapp_people import People
from bot.channels.whatsapp_photos import WhatsAppPhotos
from bot.channels.whatsapp_session import WhatsAppSession
from bot.channels.whatsapp_taker import WhatsAppTaker
from bot.channels.whatsapp_updates import CHANNEL
from bot.clock import Clock
from bot.delivery.pace import Pace
from bot.delivery.whatsapp import WhatsAppClient, WhatsAppRefused, limits
from bot.delivery.whatsapp_sender import WhatsAppSender
from bot.delivery.whatsapp_trackers import Trackers
from bot.intake.intake import Intake, Unavailable
from bot.problems import StartupProblem
from bot.settings import Settings
from handlers.kit.links import Links
from storage.engine import TROUBLE, Database
from storage.queries import whatsapp

log = logging.getLogger(__name__)

TOKEN = "42:whatsapp"
"""aiogram wants one for every bot; ours has no server to show it to."""

REFUSED = {
    190: "WhatsApp refuses the token: make a new one (a system user's, which does not run out) for "
    "TOWNBELL_WHATSAPP_TOKEN.",
    10: "The token of TOWNBELL_WHATSAPP_TOKEN may not send messages: give its system user the right "
    "whatsapp_business_messaging.",
    100: "WhatsApp does not know the number of TOWNBELL_WHATSAPP_PHONE_ID for this token: copy the phone number's id "
    "(not the number itself) from the app's page, and let the token's system user use it.",
}
"""What nobody but the operator can mend, by WhatsApp's code."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: how long the start waits for WhatsApp and the stop for what is in flight, and the first pause after a
    failure."""

    start: float = 3.0
    stop: float = 5.0
    retry: float = 1.0


class WhatsAppChannel:
    """The town's number on WhatsApp. `client` sends for replies and notices alike.

    `start` raises StartupProblem when WhatsApp refuses the token or the number. When WhatsApp cannot be reached the
    town starts all the same: the webhook works, and this goes on trying. `server` takes the webhook where there is no
    web chat. `pace` is as fast as the settings say where none is given.
    """

    name = CHANNEL

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        intake: Intake,
        *,
        pace: Pace | None = None,
        links: Links | None = None,
        patience: Patience = Patience(),
        server: HookServer | None = None,
    ) -> None:
        secrets = (settings.whatsapp_token, settings.whatsapp_app_secret, settings.whatsapp_verify_token)
        token, secret, word = (one.get_secret_value() if one is not None else "" for one in secrets)
        if not (token and secret and word and settings.whatsapp_phone_id):
            raise ValueError("WhatsApp needs a token, a phone number's id and an app secret")
        phone_id = settings.whatsapp_phone_id
        self.links = links or Links()
        self.patience = patience
        pace = pace or Pace(limits(settings.whatsapp_messages_per_second))
        self.client = WhatsAppClient(token, phone_id, settings.whatsapp_business_id, settings.whatsapp_api_base, pace)
        trackers = Trackers(secret)
        self.sender = WhatsAppSender(
            self.client, database, clock, trackers, people_per_day=settings.whatsapp_people_per_day
        )
        self._database = database
        self._language = settings.town_language
        self.bot = Bot(TOKEN, session=WhatsAppSession(self.client, self._language_of))
        photos = WhatsAppPhotos(self.client, database)
        people = People(database)
        self._taker = WhatsAppTaker(self.bot, intake, photos, database, clock, people, settings.town_language)
        self._hook = WhatsAppHook(
            settings.whatsapp_path, phone_id, word,
            lambda body, signature: webhook_updates_validator(secret, body, signature), trackers, self._taker,
        )  # fmt: skip
        self._server: HookServer | None = None
        if not settings.web_enabled:
            self._server = server or HookServer(settings.web_host, settings.web_port, patience=patience.stop)
            self._server.add(self.routes())
        self._trying: asyncio.Task[None] | None = None

    def routes(self) -> list[web.RouteDef]:
        """What the web server has to route here: the webhook."""
        return self._hook.routes()

    @property
    def port(self) -> int | None:
        """The port of the webhook's own server, if it runs one."""
        return None if self._server is None else self._server.port

    async def start(self) -> None:
        """Begin to take updates in. Raises StartupProblem, and OSError when the webhook's own port cannot be had."""
        if self._server is not None:
            await self._server.open()
        try:
            async with asyncio.timeout(self.patience.start):
                await self._introduce()
        except (WhatsAppRefused, TimeoutError) as error:
            log.warning("WhatsApp does not answer (%s); trying again until it does", str(error) or type(error).__name__)
            self._trying = asyncio.create_task(self._go_on_trying())

    async def _introduce(self) -> None:
        """Learn our own number. Raises StartupProblem, WhatsAppRefused."""
        try:
            told = await self.client.number()
        except WhatsAppRefused as refused:
            code = 10 if 200 <= refused.code < 300 else refused.code
            if code in REFUSED:
                raise StartupProblem(f"{REFUSED[code]} (WhatsApp says: {refused})") from None
            raise
        self.links.whatsapp_number = re.sub(r"\D", "", str(told.get("display_phone_number", ""))) or None

    async def _go_on_trying(self) -> None:
        backoff, said = Backoff(self.patience.retry), ""
        while True:
            await asyncio.sleep(backoff.next())
            try:
                await self._introduce()
                return
            except StartupProblem as problem:
                if str(problem) != said:
                    log.error("%s", problem)
                said = str(problem)
            except WhatsAppRefused:
                continue

    async def stop(self) -> None:
        """Take nothing more in, and finish what is in flight (a few seconds at most); the rest comes again."""
        self._taker.stop()
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        try:
            async with asyncio.timeout(self.patience.stop):
                await self._hook.quiet()
        except TimeoutError:
            log.warning("calls of WhatsApp were left unfinished; it will call again")
        if self._server is not None:
            await self._server.close()
        await self.client.close()

    async def _language_of(self, address: str) -> str:
        """The language of whoever is answered once more. Raises Unavailable."""
        try:
            async with self._database.reading() as unit:
                return await whatsapp.language_of(unit, address) or self._language
        except TROUBLE as error:
            raise Unavailable(f"an answer on {CHANNEL}") from error
