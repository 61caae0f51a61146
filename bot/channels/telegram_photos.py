"""Photos from Telegram: fetched where a conversation waits for one, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import aclosing
from typing import TypeVar

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramNotFound
from aiogram.types import Message, PhotoSize
from aiohttp import ClientError

from bot.channels.telegram_updates import Arrived
from bot.intake import pictures
from bot.intake.intake import Unavailable
from handlers.kit.expecting import expects_picture
from storage import inbox
from storage.engine import TROUBLE, Database
from town.facts import Fact, PictureBad, PictureLost

log = logging.getLogger(__name__)

Value = TypeVar("Value")

WIDEST = 1280
"""Pixels: Telegram has each photo in several sizes, and larger ones would only be made smaller."""

TRIES = 4
"""How often a photo is asked for that Telegram does not give us just now; then its sender is asked for it again."""

PATIENCE = 20
"""Seconds for one photo."""

AT_ONCE = 4
REMEMBERED = 1000
"""Albums, and photos that could not be fetched, that we keep in mind."""


class Photos:
    """Adds to an arrival the photo that its conversation waits for."""

    def __init__(self, bot: Bot, database: Database) -> None:
        self._bot = bot
        self._database = database
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._failures: OrderedDict[str, int] = OrderedDict()
        self._albums: OrderedDict[str, tuple[str, str]] = OrderedDict()

    async def add(self, arrived: Arrived) -> Arrived | None:
        """The arrival with its photo, if one is waited for; as it is, if not. Raises Unavailable.

        None for the other photos of an album whose first one was the answer: each comes as an update of its own.
        """
        message, arrival = arrived.update.message, arrived.arrival
        if message is None or not message.photo or message.chat.type != "private":
            return arrived
        album = (message.media_group_id or "", arrival.key)
        first = self._albums.get(arrival.address, ("", ""))
        if album[0] and first[0] == album[0] and first[1] != album[1]:
            return None
        if not await self._is_expected(arrived):
            return arrived
        picture = await self._fetched(message, arrival.key)
        if album[0] and isinstance(picture, bytes):
            _remember(self._albums, arrival.address, album)
        return arrived.with_picture(picture)

    async def _is_expected(self, arrived: Arrived) -> bool:
        arrival = arrived.arrival
        try:
            async with self._database.reading() as unit:
                state = await inbox.state_before(
                    unit, channel=arrival.channel, address=arrival.address, key=arrival.key
                )
        except TROUBLE as error:
            raise Unavailable(f"update {arrival.key} of {arrival.channel}") from error
        return expects_picture(state)

    async def _fetched(self, message: Message, key: str) -> bytes | Fact:
        """A message's photo, made fit, or why there is none. Raises Unavailable while it is worth to try again."""
        size = best_size(message.photo or [])
        if (size.file_size or 0) > pictures.MOST_BYTES:
            return PictureBad(most=pictures.MOST_BYTES)
        try:
            async with self._turn, asyncio.timeout(PATIENCE):
                content = await self._download(size)
        except (TelegramBadRequest, TelegramNotFound) as error:
            log.warning("the photo of %s is not to be had: %s", key, type(error).__name__)
            return PictureLost()
        except (TelegramAPIError, ClientError, TimeoutError) as error:
            # Its text holds the address, and so the bot's token: it goes no further.
            failures = self._failures.pop(key, 0) + 1
            if failures < TRIES:
                _remember(self._failures, key, failures)
                raise Unavailable(f"the photo of {key}: {type(error).__name__}") from None
            log.warning("the photo of %s could not be fetched: %s", key, type(error).__name__)
            return PictureLost()
        self._failures.pop(key, None)
        return PictureBad(most=pictures.MOST_BYTES) if content is None else await pictures.fit(content)

    async def _download(self, size: PhotoSize) -> bytes | None:
        """The bytes of a photo; None when there are too many. Raises TelegramAPIError, ClientError."""
        file = await self._bot.get_file(size.file_id)
        if file.file_path is None:
            return None
        url = self._bot.session.api.file_url(self._bot.token, file.file_path)
        content = bytearray()
        async with aclosing(self._bot.session.stream_content(url, timeout=PATIENCE)) as chunks:
            async for chunk in chunks:
                content += chunk
                if len(content) > pictures.MOST_BYTES:
                    return None
        return bytes(content)


def best_size(sizes: list[PhotoSize]) -> PhotoSize:
    """The largest size of a photo that is not wider or higher than 1280 pixels; else the smallest there is."""
    by_area = sorted(sizes, key=lambda size: size.width * size.height)
    small = [size for size in by_area if max(size.width, size.height) <= WIDEST]
    return small[-1] if small else by_area[0]


def _remember(kept: OrderedDict[str, Value], key: str, value: Value) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
