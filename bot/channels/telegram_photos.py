"""Photos from Telegram: which of their sizes is fetched, and which photo of an album."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import aclosing

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramNotFound
from aiogram.types import Message, PhotoSize
from aiohttp import ClientError

from bot.channels.photos import PATIENCE, Away, Gone, Photos, remember
from bot.channels.taking import Arrived
from bot.intake import pictures
from storage.engine import Database

WIDEST = 1280
"""Pixels: Telegram has each photo in several sizes, and larger ones would only be made smaller."""


class TelegramPhotos(Photos):
    """Adds to an arrival the photo that its conversation waits for."""

    def __init__(self, bot: Bot, database: Database) -> None:
        super().__init__(database)
        self._bot = bot
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
        ready = await super().add(arrived)
        if album[0] and ready is not None and isinstance(ready.arrival.picture, bytes):
            remember(self._albums, arrival.address, album)
        return ready

    async def download(self, message: Message) -> bytes | None:
        """The bytes of a photo; None when there are too many. Raises Gone, Away."""
        size = best_size(message.photo or [])
        if (size.file_size or 0) > pictures.MOST_BYTES:
            return None
        try:
            return await self._download(size)
        except (TelegramBadRequest, TelegramNotFound) as error:
            raise Gone(type(error).__name__) from None
        except (TelegramAPIError, ClientError) as error:
            # Its text holds the address, and so the bot's token: it goes no further.
            raise Away(type(error).__name__) from None

    async def _download(self, size: PhotoSize) -> bytes | None:
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
