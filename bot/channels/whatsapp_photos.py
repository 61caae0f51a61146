"""Photos from WhatsApp, which are fetched by their ids."""

from __future__ import annotations

from aiogram.types import Message

from bot.channels.photos import Away, Gone, Photos
from bot.delivery.whatsapp import WhatsAppClient, WhatsAppRefused
from bot.intake import pictures
from storage.engine import Database

NO_MORE = {100, 131009, 131051, 131052, 404, 410}
"""What WhatsApp says of a file that it does not have, or no more."""


class WhatsAppPhotos(Photos):
    """Adds to an arrival the photo that its conversation waits for."""

    def __init__(self, client: WhatsAppClient, database: Database) -> None:
        super().__init__(database)
        self._client = client

    async def download(self, message: Message) -> bytes | None:
        """The bytes of a photo; None when there are too many. Raises Gone, Away."""
        photo = (message.photo or [])[0]
        try:
            return await self._client.download(photo.file_id, pictures.MOST_BYTES)
        except WhatsAppRefused as refused:
            raise (Gone if refused.code in NO_MORE else Away)(f"WhatsApp says {refused.code}") from None
