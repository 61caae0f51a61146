"""Everything is wired here: from settings to a running town."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from aiogram import Dispatcher

from bot import founding
from bot.channels.hook_server import HookServer
from bot.channels.web import WebChannel
from bot.channels.web.buckets import Paces
from bot.clock import Clock, MovingClock, SystemClock
from bot.delivery.cards import Cards
from bot.delivery.pace import Limits, Pace
from bot.delivery.progress import Progress
from bot.delivery.worker import DeliveryWorker, Sender, window_for
from bot.intake.intake import Intake
from bot.intake.rooms import Rooms
from bot.intake.state import AccountState
from bot.intake.unit import UnitMiddleware
from bot.lockfile import LockFile
from bot.planner import Planner
from bot.problems import StartupProblem
from bot.sample import SampleTown
from bot.settings import Settings
from bot.ticker import Ticker
from handlers import catalogue
from handlers.kit.links import Links
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries import town

if TYPE_CHECKING:
    from bot.channels.telegram import TelegramChannel
    from bot.channels.whatsapp import WhatsAppChannel


class App:
    """A town that can be started and stopped. The channels are None where they are not configured."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        lock: LockFile,
        *,
        pace: Pace,
        paces: Paces,
        whatsapp_pace: Pace | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.clock = clock
        self.lock = lock
        self.links = Links(telegram_username=None, web_url=settings.web_public_url if settings.web_enabled else None)
        self.intake = Intake(make_dispatcher(database, clock, self.links))
        self.ticker = Ticker(database, clock)
        self.planner = Planner(database, clock)
        hooks = HookServer(settings.web_host, settings.web_port)
        self.telegram = self._make_telegram(pace, hooks) if settings.telegram_token is not None else None
        self.whatsapp = self._make_whatsapp(whatsapp_pace, hooks) if settings.whatsapp_token is not None else None
        senders: dict[str, Sender] = {}
        window = window_for(settings.telegram_messages_per_second)
        self.delivery = DeliveryWorker(database, clock, senders, window=window, links=self.links)
        self.cards = Cards(database, clock, self.telegram.sender if self.telegram is not None else None, self.links)
        self.progress = Progress(database, clock, senders)
        self.sample = (
            SampleTown(database, clock, self.ticker, self.delivery, self.planner) if settings.is_sample else None
        )
        self.web = self._make_web(paces) if settings.web_enabled else None
        channels = (self.telegram, self.whatsapp, self.web)
        senders.update({channel.name: channel.sender for channel in channels if channel is not None})
        self._background: list[asyncio.Task[None]] = []

    def _make_telegram(self, pace: Pace, hooks: HookServer) -> TelegramChannel:
        from bot.channels.telegram import TelegramChannel  # a quarter of a second, and 15 MB, for who has a bot

        return TelegramChannel(
            self.settings, self.database, self.clock, self.intake, pace=pace, links=self.links, server=hooks
        )

    def _make_whatsapp(self, pace: Pace | None, hooks: HookServer) -> WhatsAppChannel:
        from bot.channels.whatsapp import WhatsAppChannel  # as much again for pywa, for who has a number

        return WhatsAppChannel(
            self.settings, self.database, self.clock, self.intake, pace=pace, links=self.links, server=hooks
        )

    def _make_web(self, paces: Paces) -> WebChannel:
        """The web chat; the webhooks of the others are served beside it."""
        hooked = (self.telegram, self.whatsapp)
        routes = [route for channel in hooked if channel is not None for route in channel.routes()]
        return WebChannel(
            self.settings,
            self.database,
            self.clock,
            self.intake,
            sample=self.sample,
            extra_routes=routes,
            paces=paces,
            links=self.links,
        )

    @property
    def address(self) -> str:
        """Where the town can be visited, for the operator: what people outside are to be given, where there is such."""
        ways = [self.settings.web_public_url or self.web.address] if self.web is not None else []
        for channel, way in ((self.telegram, self.links.on_telegram()), (self.whatsapp, self.links.on_whatsapp())):
            if channel is not None and way is not None:
                ways.append(way)
        unknown = "Telegram" if self.telegram is not None else "WhatsApp"
        return " and ".join(ways) or f"{unknown} (its address will be known when {unknown} answers)"

    def welcome(self) -> list[tuple[str, str]]:
        """The people to try in the sample town: name and role."""
        return self.sample.welcome() if self.sample is not None else []

    async def start(self) -> None:
        """Open the channels. Raises OSError for a taken port, StartupProblem for a refused token."""
        for channel in (self.web, self.telegram, self.whatsapp):
            if channel is not None:
                await channel.start()
        if self.sample is not None and self.web is not None:
            self.links.here = self.web.address
            await self.sample.greet(self.intake, self.web.bot)
        running = (self.delivery.run(), self.cards.run(), self.progress.run(), self.database.listen())
        self._background = [asyncio.create_task(one) for one in running]
        self.planner.start()
        self.ticker.start()

    async def stop(self) -> None:
        """Take nothing more in, finish what is in flight, and close. Nothing is lost: the tables know the rest."""
        await self.ticker.stop()
        await self.planner.stop()
        await self.delivery.stop()
        await self.cards.stop()
        await self.progress.stop()
        for channel in (self.telegram, self.whatsapp, self.web):
            if channel is not None:
                await channel.stop()
        for task in self._background:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await self.database.close()
        self.lock.release()


def make_dispatcher(database: Database, clock: Clock, links: Links) -> Dispatcher:
    """aiogram's dispatcher with our transaction around each update and the rooms in order."""
    dispatcher = Dispatcher(storage=AccountState(), disable_fsm=True, links=links)
    dispatcher.update.outer_middleware(UnitMiddleware(database, clock))
    dispatcher.update.outer_middleware(dispatcher.fsm)  # reads the state inside the transaction
    dispatcher.include_router(make_rooms())
    return dispatcher


def make_rooms() -> Rooms:
    """Every room's router, in order: they know nothing of a town."""
    rooms = Rooms()
    for capability in catalogue.capabilities():
        names = [command.name for command in capability.commands]
        rooms.add(capability.router(), by_steward=capability.by_steward, commands=names)
    return rooms


async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    pace: Pace | None = None,
    paces: Paces | None = None,
    whatsapp_pace: Pace | None = None,
) -> App:
    """A town that is ready to start: its database is up to date, and it is founded.

    `pace` is how fast the town may talk on Telegram, `whatsapp_pace` on WhatsApp, and `paces` how fast people may talk
    to it on the web. Raises StartupProblem when another Townbell runs on the same database file.
    """
    lock = LockFile.take(settings.sqlite_file)
    database: Database | None = None
    try:
        await upgrade(settings.database_url)
        database = Database(settings.database_url)
        await _check_whose(database, settings)
        if settings.is_sample:
            clock = clock or MovingClock(await _offset(database))
            await SampleTown.found(database, clock)
        else:
            await founding.found(database, settings)
        pace = pace or Pace(Limits(overall=settings.telegram_messages_per_second))
        return App(
            settings,
            database,
            clock or SystemClock(),
            lock,
            pace=pace,
            paces=paces or Paces(),
            whatsapp_pace=whatsapp_pace,
        )
    except BaseException:
        if database is not None:
            await database.close()
        lock.release()
        raise


async def _check_whose(database: Database, settings: Settings) -> None:
    """A sample town stays one, and a real town never becomes one. Raises StartupProblem."""
    async with database.reading() as unit:
        is_sample = await town.is_sample(unit)
    if is_sample is None or is_sample == settings.is_sample:
        return
    shown = settings.sqlite_file or settings.safe_database_url
    if is_sample:
        raise StartupProblem(
            f"{shown} holds the sample town, whose people are made up: give your own town a database of its own with "
            "TOWNBELL_DATABASE_URL."
        )
    raise StartupProblem(
        f"{shown} holds a real town, where the sample would let anybody speak as anybody: set TOWNBELL_SAMPLE=false "
        "(or the town's TOWNBELL_TELEGRAM_TOKEN), or try the sample with another TOWNBELL_DATA_DIR."
    )


async def _offset(database: Database) -> timedelta:
    async with database.reading() as unit:
        return await town.clock_offset(unit)
