"""The command menus in Telegram: one per language for everybody, and one for each chat of somebody with a role."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import DeleteMyCommands, SetMyCommands, TelegramMethod
from aiogram.types import BotCommand, BotCommandScopeChat, BotCommandScopeDefault

from bot.channels.backoff import Backoff
from bot.channels.telegram_updates import CHANNEL
from handlers.kit.capability import Command, shown_to
from locales import FALLBACK, LANGUAGES, _, speaking
from storage.engine import Database
from storage.queries.accounts import MenuOwner, menu_owners

log = logging.getLogger(__name__)

TOPIC = "roles:"
"""What is announced when a resident's roles or language change, followed by the resident's id."""

TOGETHER = 0.3
"""Seconds in which changes of one resident's roles and language are gathered."""

TRIES = 5
LONGEST_ABOUT = 256  # characters of a command's description (https://core.telegram.org/bots/api#botcommand)


class Menus:
    """Sets the menus at the start and when roles or languages change.

    What Telegram refuses is logged: a menu is only a help.
    """

    def __init__(
        self,
        bot: Bot,
        database: Database,
        commands: Callable[[], Sequence[Command]],
        *,
        together: float = TOGETHER,
        first_pause: float = 0.5,
    ) -> None:
        self.bot = bot
        self.database = database
        self.commands = commands
        self.together = together
        self.first_pause = first_pause
        self._changed: set[int] = set()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Set all menus, then follow the changes, until cancelled."""
        unsubscribe = self.database.subscribe(self._hear)
        try:
            await self._guarded(self.set_all)
            while True:
                await self._wake.wait()
                await asyncio.sleep(self.together)
                self._wake.clear()
                while self._changed:
                    resident_id = self._changed.pop()
                    await self._guarded(partial(self.set_of, resident_id))
        finally:
            unsubscribe()

    async def set_all(self) -> None:
        """Everybody's menu in each language, the fallback's for all other languages, and those of the roles."""
        for code in ("", *LANGUAGES):
            menu = self._menu(frozenset(), code or FALLBACK)
            await self._call(SetMyCommands(commands=menu, scope=BotCommandScopeDefault(), language_code=code or None))
        async with self.database.reading() as unit:
            owners = await menu_owners(unit, channel=CHANNEL)
        for owner in owners:
            await self._set(owner)

    async def set_of(self, resident_id: int) -> None:
        """The menus in the chats of one resident."""
        async with self.database.reading() as unit:
            owners = await menu_owners(unit, channel=CHANNEL, resident_id=resident_id)
        for owner in owners:
            await self._set(owner)

    def _hear(self, topic: str) -> None:
        number = topic.removeprefix(TOPIC)
        if topic.startswith(TOPIC) and number.isdecimal():
            self._changed.add(int(number))
            self._wake.set()

    async def _set(self, owner: MenuOwner) -> None:
        scope = BotCommandScopeChat(chat_id=int(owner.address))
        if owner.roles:
            await self._call(SetMyCommands(commands=self._menu(owner.roles, owner.language), scope=scope))
        else:
            await self._call(DeleteMyCommands(scope=scope))

    def _menu(self, roles: frozenset[str], language: str) -> list[BotCommand]:
        """The commands of these roles in a language."""
        shown = shown_to(roles)
        with speaking(language):
            return [
                BotCommand(command=command.name, description=_(command.about).unescape()[:LONGEST_ABOUT])
                for command in self.commands()
                if command.role in shown
            ]

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Menus must not end with one that fails, say because the database is away for a moment."""
        try:
            await work()
        except Exception:
            log.exception("the command menus could not be set")

    async def _call(self, method: TelegramMethod[bool]) -> None:
        backoff = Backoff(self.first_pause)
        for _try in range(TRIES):
            try:
                await self.bot(method)
                return
            except TelegramRetryAfter as error:
                await asyncio.sleep(backoff.next(error.retry_after))
            except (TelegramNetworkError, TelegramServerError):
                await asyncio.sleep(backoff.next())
            except TelegramAPIError as error:
                log.warning("Telegram refuses a command menu: %s", error.message)
                return
        log.warning("a command menu could not be set: Telegram does not answer")
