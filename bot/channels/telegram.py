"""Telegram: by long polling, or by webhook where the town has a public address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiohttp import web

from bot.channels.backoff import Backoff
from bot.channels.hook_server import HookServer
from bot.channels.lines import Lines
from bot.channels.telegram_hook import Hook
from bot.channels.telegram_menus import Menus
from bot.channels.telegram_photos import TelegramPhotos
from bot.channels.telegram_poll import Poller
from bot.channels.telegram_session import make_session
from bot.channels.telegram_taker import Taker
from bot.channels.telegram_updates import CHANNEL, KINDS
from bot.clock import Clock
from bot.delivery.outcome import Delivered, Leaving, Outcome, Outgoing
from bot.delivery.pace import Lane, Pace
from bot.delivery.telegram import TelegramSender, make_sender_bot
from bot.intake.intake import Intake
from bot.problems import StartupProblem
from bot.settings import Settings
from handlers import catalogue
from handlers.kit.capability import Command
from handlers.kit.links import Links
from storage.engine import Database

log = logging.getLogger(__name__)

CONNECTIONS = 40
"""How many calls Telegram may make at the same time in webhook mode (it allows up to 100)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: how long Telegram may hold a poll, how long the start waits for it and the stop for what is in flight,
    and the first pause after a failure."""

    poll: int = 25
    start: float = 3.0
    stop: float = 5.0
    retry: float = 0.5


class TelegramChannel:
    """The town's Telegram bot. `sender` delivers what the town says unasked; `username` is the bot's, once it is known.

    `start` raises StartupProblem when Telegram refuses the token or the webhook. When Telegram cannot be reached the
    town starts all the same, and this goes on trying. `server` takes the webhook where there is no web chat.
    """

    name = CHANNEL

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        intake: Intake,
        *,
        pace: Pace,
        links: Links | None = None,
        patience: Patience = Patience(),
        commands: Callable[[], Sequence[Command]] = catalogue.commands,
        server: HookServer | None = None,
    ) -> None:
        if settings.telegram_token is None or settings.telegram_webhook_secret is None:
            raise ValueError("Telegram needs a token")
        token, base = settings.telegram_token.get_secret_value(), settings.telegram_api_base
        self.settings = settings
        self.links = links or Links()
        self.patience = patience
        self.bot = Bot(token, session=make_session(base, pace))
        self.sender = Sender(TelegramSender(make_sender_bot(token, base, pace)), patience=patience.stop)
        self._taker = Taker(self.bot, intake, TelegramPhotos(self.bot, database), first_pause=patience.retry)
        self._menus = Menus(self.bot, database, commands, first_pause=patience.retry)
        self._poller = Poller(
            self.bot, self._taker.until_done, poll_seconds=patience.poll, backoff=Backoff(patience.retry)
        )
        self._hook: Hook | None = None
        if settings.telegram_webhook_url is not None:
            secret = settings.telegram_webhook_secret.get_secret_value()
            self._hook = Hook(settings.telegram_webhook_url, secret, self._taker)
        self._server: HookServer | None = None
        if self._hook is not None and not settings.web_enabled:
            self._server = server or HookServer(settings.web_host, settings.web_port, patience=patience.stop)
            self._server.add(self.routes())
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def username(self) -> str | None:
        """The bot's name at t.me, None until Telegram has told it."""
        return self._taker.username or None

    def routes(self) -> list[web.RouteDef]:
        """What the web server has to route here: the webhook, where one is set."""
        return [] if self._hook is None else self._hook.routes()

    # --- start ------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to take updates in. Raises StartupProblem, and OSError when the webhook's own port cannot be had."""
        if self._server is not None:
            await self._server.open()
        known = await self._try_to_introduce()
        self._tasks.append(asyncio.create_task(self._run(known)))

    @property
    def port(self) -> int | None:
        """The port of the webhook's own server, if it runs one."""
        return None if self._server is None else self._server.port

    async def _introduce(self) -> None:
        """Learn who we are and tell Telegram how we want our updates. Raises StartupProblem, TelegramAPIError."""
        try:
            me = await self.bot.me()
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise StartupProblem(
                "Telegram does not know this token: copy it again from @BotFather into TOWNBELL_TELEGRAM_TOKEN."
            ) from error
        try:
            await self._choose_way_in()
        except TelegramBadRequest as error:
            raise StartupProblem(
                f"Telegram refuses the webhook ({error.message}): correct TOWNBELL_TELEGRAM_WEBHOOK_URL, or remove it "
                "to use long polling."
            ) from error
        self._taker.username = me.username or ""
        self.links.telegram_username = me.username

    async def _choose_way_in(self) -> None:
        if self._hook is None:
            await self.bot.delete_webhook(drop_pending_updates=False)
            return
        assert self.settings.telegram_webhook_url is not None
        assert self.settings.telegram_webhook_secret is not None
        await self.bot.set_webhook(
            self.settings.telegram_webhook_url,
            secret_token=self.settings.telegram_webhook_secret.get_secret_value(),
            allowed_updates=KINDS,
            max_connections=CONNECTIONS,
            drop_pending_updates=False,
        )

    async def _try_to_introduce(self) -> bool:
        """The first try, which the start waits for. Raises StartupProblem."""
        try:
            async with asyncio.timeout(self.patience.start):
                await self._introduce()
        except (TelegramAPIError, TimeoutError) as error:
            log.warning("Telegram does not answer (%s); trying again until it does", type(error).__name__)
            return False
        return True

    async def _run(self, known: bool) -> None:
        """Serve until cancelled, whatever happens."""
        backoff = Backoff(self.patience.retry)
        while not known:
            wait = 0.0
            try:
                await self._introduce()
                known = True
            except StartupProblem as problem:
                log.error("%s", problem)
            except TelegramAPIError as error:
                wait = error.retry_after if isinstance(error, TelegramRetryAfter) else 0.0
            if not known:
                await asyncio.sleep(backoff.next(wait))
        self._tasks.append(asyncio.create_task(self._menus.run()))
        while self._hook is None:
            try:
                await self._poller.run()
            except Exception:
                log.exception("the polling of Telegram failed")
                await asyncio.sleep(backoff.next())

    # --- stop -------------------------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Take nothing more in, finish what is in flight (a few seconds at most), and acknowledge it."""
        self._taker.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._hook is None:
            await self._poller.finish(self.patience.stop)
        else:
            await self._let_calls_finish()
        if self._server is not None:
            await self._server.close()
        await self.bot.session.close()
        await self.sender.close()

    async def _let_calls_finish(self) -> None:
        try:
            async with asyncio.timeout(self.patience.stop):
                await self._taker.lines.emptied()
        except TimeoutError:
            log.warning("calls of the webhook were left unfinished; Telegram will call again")


class Sender:
    """Delivers to Telegram. The key is of no use here: Telegram cannot be asked whether it has seen a message."""

    idempotent = False

    def __init__(self, sender: TelegramSender, *, patience: float) -> None:
        self._sender = sender
        self._patience = patience
        self._closing = False
        self._sending = Lines()

    async def why_away(self) -> str | None:
        """What keeps Telegram from answering; None while it is there. Not asked while the town stops."""
        return None if self._closing else await self._sender.why_away()

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str, leaving: Leaving | None = None
    ) -> Delivered:
        if self._closing:
            return Delivered(Outcome.RETRY, "the town is stopping")
        async with self._sending.at(key):
            return await self._sender.send(address, outgoing, lane=lane, leaving=leaving)

    async def edit(
        self,
        address: str,
        message: int,
        outgoing: Outgoing,
        *,
        key: str,
        lane: Lane = Lane.BULK,
        leaving: Leaving | None = None,
    ) -> Delivered:
        if self._closing:
            return Delivered(Outcome.RETRY, "the town is stopping")
        async with self._sending.at(key):
            return await self._sender.edit(address, message, outgoing, lane=lane, leaving=leaving)

    async def close(self) -> None:
        """Send nothing more, let what is on its way arrive, and close the connections."""
        self._closing = True
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._sending.emptied()
        await self._sender.close()
