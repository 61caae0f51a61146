"""The very small town of `telegram_town`, with a number on the WhatsApp emulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiogram import Dispatcher
from pydantic import SecretStr
from sqlmodel import select

from bot.channels.whatsapp import Patience, WhatsAppChannel
from bot.clock import SystemClock
from bot.delivery.pace import Limits, Pace
from bot.intake.intake import Intake
from bot.intake.state import AccountState
from bot.intake.unit import UnitMiddleware
from bot.settings import Settings, load
from storage.engine import Database
from storage.tables import Account, Inbox, Town, metadata, table_of
from tests.channels.telegram_town import plain_room
from tests.emulators.whatsapp import WhatsAppEmulator

town, accounts, inbox = table_of(Town), table_of(Account), table_of(Inbox)

QUICK = Patience(start=1.0, stop=2.0, retry=0.05)
PATH = "/whatsapp"


class WhatsAppTown:
    """One town's database, which outlives the channels that are started on it."""

    def __init__(self, wa: WhatsAppEmulator, database: Database, folder: Path) -> None:
        self.wa = wa
        self.database = database
        self.folder = folder
        self.clock = SystemClock()
        self.pace = Pace(Limits().scaled(0.001))
        dispatcher = Dispatcher(storage=AccountState(), disable_fsm=True)
        dispatcher.update.outer_middleware(UnitMiddleware(database, self.clock))
        dispatcher.update.outer_middleware(dispatcher.fsm)
        dispatcher.include_router(plain_room())
        self.intake = Intake(dispatcher)

    def settings(self, **changes: Any) -> Settings:
        values: dict[str, Any] = {
            "whatsapp_token": SecretStr(self.wa.token),
            "whatsapp_phone_id": self.wa.phone_number_id,
            "whatsapp_business_id": self.wa.waba_id,
            "whatsapp_app_secret": SecretStr(self.wa.app_secret),
            "whatsapp_verify_token": SecretStr(self.wa.verify_token),
            "whatsapp_api_base": self.wa.url,
            "data_dir": self.folder,
            "web_enabled": False,
            "web_port": 0,
        }
        return load(_env_file=None, **(values | changes))

    def channel(self, *, patience: Patience = QUICK, **changes: Any) -> WhatsAppChannel:
        """A channel that is not started yet."""
        return WhatsAppChannel(
            self.settings(**changes), self.database, self.clock, self.intake, pace=self.pace, patience=patience
        )

    @asynccontextmanager
    async def running(self, **changes: Any) -> AsyncIterator[WhatsAppChannel]:
        """A channel that takes updates in for as long as the block lasts."""
        channel = self.channel(**changes)
        try:
            await channel.start()
            self.wa.hook = f"http://127.0.0.1:{channel.port}{PATH}"
            yield channel
        finally:
            await channel.stop()

    async def effects(self) -> int:
        """How many effects were committed."""
        async with self.database.reading() as unit:
            return int(await unit.value(select(town.c.clock_offset)))

    async def accounts(self) -> list[Any]:
        """All accounts: address, phone, marketing_off, reachable, language, heard_at; the oldest first."""
        columns = ("address", "phone", "marketing_off", "reachable", "language", "heard_at")
        async with self.database.reading() as unit:
            return list(await unit.rows(select(*(accounts.c[name] for name in columns)).order_by(accounts.c.id)))

    async def handled(self) -> list[str]:
        """The keys of the updates that were handled, sorted."""
        async with self.database.reading() as unit:
            return [row.key for row in await unit.rows(select(inbox.c.key).order_by(inbox.c.key))]


@asynccontextmanager
async def a_town(folder: Path) -> AsyncIterator[WhatsAppTown]:
    database = Database(f"sqlite+aiosqlite:///{folder}/town.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.unit() as unit:
        await unit.add(Town(id=1))
    try:
        async with WhatsAppEmulator() as wa:
            yield WhatsAppTown(wa, database, folder)
    finally:
        await database.close()
