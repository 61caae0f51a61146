"""Handing updates to the intake: one person's in order, different persons' at the same time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import NamedTuple, Protocol

from aiogram import Bot
from aiogram.types import Update

from bot.channels.lines import Lines
from bot.intake.arrival import Arrival
from bot.intake.intake import Intake
from town.facts import Fact

STUBBORN = 8
"""Tries after which an update that fails is let go, if others have gone through since it failed first."""

MOST_FAILING = 1000


class Arrived(NamedTuple):
    """An update that somebody in the house has to see."""

    arrival: Arrival
    update: Update

    def with_picture(self, picture: bytes | Fact) -> Arrived:
        """The same with its photo, or with why there is none."""
        return self._replace(arrival=replace(self.arrival, picture=picture))


class AddsPhotos(Protocol):
    """Adds to an arrival the photo that its conversation waits for."""

    async def add(self, arrived: Arrived) -> Arrived | None:
        """The arrival as it is to be taken, None for one that is not. Raises Unavailable."""
        ...


class Failing:
    """Updates that failed, for channels that bring them again: how often each did, and what had gone through before.

    One that fails again and again while others go through is at fault itself: it is let go, so that it does not come
    for days, and others with it. As long as nothing goes through, nothing is let go.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def is_at_fault(self, key: str, gone_through: int) -> bool:
        """Note that an update failed once more; whether it is to be let go. `gone_through`: all that ever went well."""
        tries, before = self._failures.pop(key, (0, gone_through))
        if tries + 1 >= STUBBORN and gone_through > before:
            return True
        self._failures[key] = (tries + 1, before)
        if len(self._failures) > MOST_FAILING:
            self._failures.popitem(last=False)
        return False

    def went_well(self, key: str) -> None:
        self._failures.pop(key, None)


class Taking:
    """What the takers of all channels have in common."""

    def __init__(self, bot: Bot, intake: Intake, photos: AddsPhotos) -> None:
        self.bot = bot
        self.intake = intake
        self.photos = photos
        self.lines = Lines()
        self._stopping = asyncio.Event()
        self._gone_through = 0

    def stop(self) -> None:
        """Begin nothing more beyond what has begun; that goes on."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    async def once(self, arrived: Arrived) -> bool:
        """Handle an update in its turn. False when we are stopping and did not begin it. Raises Unavailable."""
        async with self.lines.at(arrived.arrival.address):
            if self.stopping:
                return False
            await self._take(arrived)
            return True

    async def _take(self, arrived: Arrived) -> None:
        ready = await self.photos.add(arrived)
        if ready is not None:
            async with self.lines.counter:
                await self.intake.take(self.bot, ready.arrival, ready.update)
        self._gone_through += 1

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until we stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
