"""Filters that rooms share.

They are classes, not magic filters (`F.data.startswith(…)`), wherever an update passes on its way to its room: aiogram
runs a magic filter in a thread, and a dozen hand-overs between threads cost more than the rest of an update.
"""

from __future__ import annotations

from aiogram.filters import Filter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, TelegramObject

from handlers.kit.seat import Seat
from handlers.kit.who import Who


class ResidentsOnly(Filter):
    """Passes residents; anybody else falls through to the sign-up, which answers last."""

    async def __call__(self, event: TelegramObject, who: Who) -> bool:
        return who.is_resident


residents_only = ResidentsOnly()


class NotYetResident(Filter):
    """Passes everybody who has not been made a resident: strangers, applicants, those who left."""

    async def __call__(self, event: TelegramObject, who: Who) -> bool:
        return not who.is_resident


not_yet_resident = NotYetResident()


class Tapped(Filter):
    """Passes taps whose data is one of these words, or begins with one that ends with a colon."""

    def __init__(self, *words: str) -> None:
        self.whole = frozenset(word for word in words if not word.endswith(":"))
        self.starts = tuple(word for word in words if word.endswith(":"))

    async def __call__(self, tap: CallbackQuery) -> bool:
        return self.hears(tap.data or "")

    def hears(self, data: str) -> bool:
        """Whether taps with this data pass."""
        return data in self.whole or data.startswith(self.starts)


class Doing(Filter):
    """Passes taps of one kind that ask for one of these things, and gives them to the handler as `callback_data`.

    The first field of every kind says what is to be done, so most taps are told apart before they are unpacked.
    """

    def __init__(self, kind: type[CallbackData], *dos: str) -> None:
        self.kind = kind
        self.starts = tuple(kind.__separator__.join((kind.__prefix__, do, "")) for do in dos)

    async def __call__(self, tap: CallbackQuery) -> bool | dict[str, CallbackData]:
        if tap.data is None or not tap.data.startswith(self.starts):
            return False
        try:
            return {"callback_data": self.kind.unpack(tap.data)}
        except (TypeError, ValueError):  # a forged one
            return False


class InGroup(Filter):
    """Passes what is written in a group."""

    async def __call__(self, message: Message) -> bool:
        return message.chat.type in ("group", "supergroup")


class NoCommand(Filter):
    """Passes everything but a command."""

    async def __call__(self, message: Message) -> bool:
        return not (message.text or "").startswith("/")


class InWizard(Filter):
    """Passes what somebody writes while their conversation stands in a wizard."""

    def __init__(self, name: str) -> None:
        self.prefix = f"{name}:"

    async def __call__(self, event: TelegramObject, seat: Seat) -> bool:
        return seat.state is not None and seat.state.startswith(self.prefix)


class Words(Filter):
    """Passes messages of words."""

    async def __call__(self, message: Message) -> bool:
        return message.text is not None
