"""A message that brings a code."""

from __future__ import annotations

from aiogram.filters import Filter
from aiogram.types import Message

from handlers.linking.codes import Brought, brought_by


class BringsCode(Filter):
    """Passes a message that brings a code, and gives it to the handler as `brought`."""

    async def __call__(self, message: Message) -> bool | dict[str, Brought]:
        found = brought_by(message.text or "")
        return {"brought": found} if found is not None else False
