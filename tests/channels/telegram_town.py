"""A very small town on the Telegram emulator: the real channel, intake and transactions around a few plain commands.

`/say WORD` answers with the word, `/count` with how often anything was counted, `/break` fails, `/ask` shows a button.
Each adds one to a number in the town's own row, so that a test sees whether an effect took place once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message
from pydantic import SecretStr
from sqlalchemy import text, update
from sqlmodel import select

from bot.channels.telegram import Patience, TelegramChannel
from bot.channels.telegram_updates import key_of
from bot.clock import StoppedClock
from bot.delivery.pace import Limits, Pace
from bot.intake.intake import Intake
from bot.intake.state import AccountState
from bot.intake.unit import UnitMiddleware
from bot.settings import Settings, load
from handlers.groups.capability import capability as groups
from handlers.kit.capability import Command as MenuCommand
from handlers.kit.reply import Reply, show
from handlers.kit.screens import Choice, Screen
from handlers.presence.capability import capability as presence
from storage.engine import Database
from storage.tables import Account, Inbox, Town, metadata, table_of
from storage.unit import Unit
from tests.emulators.telegram import TelegramEmulator

town, accounts, inbox = table_of(Town), table_of(Account), table_of(Inbox)

COMMANDS = (
    MenuCommand("start", "Join the town", "start"),
    MenuCommand("desk", "The coordinator's desk", "desk", role="coordinator"),
    MenuCommand("town", "The town's settings", "town", role="mayor"),
)
QUICK = Patience(poll=5, start=1.0, stop=2.0, retry=0.05)


async def _count(unit: Unit) -> int:
    await unit.run(update(town).values(clock_offset=town.c.clock_offset + 1))
    return int(await unit.value(select(town.c.clock_offset)))


def plain_room() -> Router:
    room = Router(name="plain")

    @room.message(Command("say"))
    async def on_say(message: Message, command: CommandObject, unit: Unit) -> Reply:
        await _count(unit)
        return show(message, Screen(command.args or "nothing"))

    @room.message(Command("count"))
    async def on_count(message: Message, unit: Unit) -> Reply:
        return show(message, Screen(str(await _count(unit))))

    @room.message(Command("break"))
    async def on_break(message: Message, unit: Unit) -> Reply:
        await unit.execute(text("SELECT no_such_column FROM town"))
        raise AssertionError("the database refuses the statement")

    @room.message(Command("ask"))
    async def on_ask(message: Message) -> Reply:
        return show(message, Screen("Shall we?", ((Choice("Yes", "yes"),),)))

    @room.callback_query(F.data == "yes")
    async def on_yes(tap: CallbackQuery, unit: Unit) -> Reply:
        return show(tap, Screen(f"Yes, {await _count(unit)}"), toast="Done")

    return room


class TelegramTown:
    """One town's database, which outlives the channels that are started on it."""

    def __init__(self, telegram: TelegramEmulator, database: Database, folder: Path) -> None:
        self.telegram = telegram
        self.database = database
        self.folder = folder
        self.clock = StoppedClock(datetime(2026, 11, 21, 12, tzinfo=UTC))
        self.pace = Pace(Limits().scaled(0.01))
        self.intake = self._intake()

    def settings(self, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "telegram_token": SecretStr(self.telegram.token),
            "telegram_api_base": self.telegram.url,
            "data_dir": self.folder,
        }
        return load(_env_file=None, **(values | changes))

    def _intake(self) -> Intake:
        dispatcher = Dispatcher(storage=AccountState(), disable_fsm=True)
        dispatcher.update.outer_middleware(UnitMiddleware(self.database, self.clock))
        dispatcher.update.outer_middleware(dispatcher.fsm)
        for router in (groups.router(), presence.router(), plain_room()):
            dispatcher.include_router(router)
        return Intake(dispatcher)

    def channel(self, *, patience: Patience = QUICK, **changes: Any) -> TelegramChannel:
        """A channel that is not started yet."""
        return TelegramChannel(
            self.settings(**changes),
            self.database,
            self.clock,
            self.intake,
            pace=self.pace,
            patience=patience,
            commands=lambda: COMMANDS,
        )

    @asynccontextmanager
    async def running(self, **changes: Any) -> AsyncIterator[TelegramChannel]:
        """A channel that takes updates in for as long as the block lasts."""
        channel = self.channel(**changes)
        try:
            await channel.start()
            yield channel
        finally:
            await channel.stop()

    async def effects(self) -> int:
        """How many effects were committed."""
        async with self.database.reading() as unit:
            return int(await unit.value(select(town.c.clock_offset)))

    async def account(self, address: int) -> Any:
        """The account of an address (id, language, reachable), or None."""
        async with self.database.reading() as unit:
            return await unit.first(
                select(accounts.c.id, accounts.c.language, accounts.c.reachable).where(
                    accounts.c.channel == "telegram", accounts.c.address == str(address)
                )
            )

    async def handled(self) -> list[str]:
        """The keys of the updates that were handled."""
        async with self.database.reading() as unit:
            return [row.key for row in await unit.rows(select(inbox.c.key).order_by(inbox.c.key))]

    def keys(self, *numbers: int) -> list[str]:
        """What updates with these numbers are remembered by, as `handled` lists them."""
        return sorted(key_of(Bot(self.telegram.token), number) for number in numbers)


@asynccontextmanager
async def a_town(folder: Path) -> AsyncIterator[TelegramTown]:
    database = Database(f"sqlite+aiosqlite:///{folder}/town.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.unit() as unit:
        await unit.add(Town(id=1))
    try:
        async with TelegramEmulator() as telegram:
            yield TelegramTown(telegram, database, folder)
    finally:
        await database.close()


async def until(is_so: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something is so. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - nobody announces what a test looks at
            await asyncio.sleep(0.01)
