"""Photos that people send: fetched where a conversation waits for one, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import OrderedDict
from typing import TypeVar

from aiogram.types import Message

from bot.channels.taking import Arrived
from bot.intake import pictures
from bot.intake.intake import Unavailable
from handlers.kit.expecting import expects_picture
from storage import inbox
from storage.engine import TROUBLE, Database
from town.facts import Fact, PictureBad, PictureLost

log = logging.getLogger(__name__)

Value = TypeVar("Value")

TRIES = 4
"""How often a photo is asked for that the channel does not give us just now; then its sender is asked for it again."""

PATIENCE = 20
"""Seconds for one photo."""

AT_ONCE = 4
REMEMBERED = 1000
"""Albums, and photos that could not be fetched, that we keep in mind."""


class Gone(Exception):
    """The channel does not have a photo, and will not have it later."""


class Away(Exception):
    """A photo cannot be fetched just now. Its text names no address: that may hold a token."""


class Photos(ABC):
    """Adds to an arrival the photo that its conversation waits for. A channel says how it is fetched (`download`)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._failures: OrderedDict[str, int] = OrderedDict()

    @abstractmethod
    async def download(self, message: Message) -> bytes | None:
        """The bytes of a message's photo; None when there are too many. Raises Gone, Away."""

    async def add(self, arrived: Arrived) -> Arrived | None:
        """The arrival with its photo, if one is waited for; as it is, if not. Raises Unavailable."""
        message = arrived.update.message
        if message is None or not message.photo or not await self.is_expected(arrived):
            return arrived
        return arrived.with_picture(await self.fetched(message, arrived.arrival.key))

    async def is_expected(self, arrived: Arrived) -> bool:
        """Whether the conversation waits for a photo. Raises Unavailable."""
        arrival = arrived.arrival
        try:
            async with self._database.reading() as unit:
                state = await inbox.state_before(
                    unit, channel=arrival.channel, address=arrival.address, key=arrival.key
                )
        except TROUBLE as error:
            raise Unavailable(f"update {arrival.key} of {arrival.channel}") from error
        return expects_picture(state)

    async def fetched(self, message: Message, key: str) -> bytes | Fact:
        """A message's photo, made fit, or why there is none. Raises Unavailable while it is worth to try again."""
        try:
            async with self._turn, asyncio.timeout(PATIENCE):
                content = await self.download(message)
        except Gone as error:
            log.warning("the photo of %s is not to be had: %s", key, error)
            return PictureLost()
        except (Away, TimeoutError) as error:
            what = str(error) or type(error).__name__
            failures = self._failures.pop(key, 0) + 1
            if failures < TRIES:
                remember(self._failures, key, failures)
                raise Unavailable(f"the photo of {key}: {what}") from None
            log.warning("the photo of %s could not be fetched: %s", key, what)
            return PictureLost()
        self._failures.pop(key, None)
        return PictureBad(most=pictures.MOST_BYTES) if content is None else await pictures.fit(content)


def remember(kept: OrderedDict[str, Value], key: str, value: Value) -> None:
    """Keep the latest few."""
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)
