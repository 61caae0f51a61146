"""What aiogram's sessions of our own channels share: those of the web chat and of WhatsApp, which are no Bot API."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from aiogram.client.session.base import BaseSession


class NotOurs(TypeError):
    """A method that no conversation of ours uses."""


class OwnSession(BaseSession):
    """A session that holds nothing open, and whose files have no addresses."""

    async def close(self) -> None:
        """Nothing is held open: whatever it works with is closed by whoever made it."""

    def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """Raises NotOurs."""
        raise NotOurs("files of this channel are not fetched by an address")
