"""Whether a channel is there at all. What fails because it is not is no message's fault, and costs none of its tries.

there ──a message came to nothing──► asked ──no answer──► away ──a pause is over──► asked again …
  ▲                                    └──it answers──► there: then it is about that message
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.clock import Clock
from bot.delivery.lanes import Lane
from bot.delivery.outcome import Delivered, Outcome
from storage.outbox import PUT_OFF

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=2)
FOR_MANY = timedelta(minutes=5)
"""How long at least what goes out in bulk waits: thousands of rows are not to be looked at every few seconds."""

PATIENCE = 8.0
"""Seconds in which a channel answers a question that costs it nothing; a stop waits for longer."""

SURE = timedelta(seconds=5)
"""How long an answer is taken for one: of many messages that fail together only the first asks."""


@runtime_checkable
class Answering(Protocol):
    """A channel that can be asked whether it is there, without telling anybody anything."""

    async def why_away(self) -> str | None:
        """What is in the way, for the log; None while it is there."""


class Outage:
    """How it stands with one channel. While it is away it is asked after longer and longer pauses, by one at a time."""

    def __init__(self, name: str, channel: Answering, clock: Clock) -> None:
        self._name = name
        self.channel = channel
        self._clock = clock
        self._asking = asyncio.Lock()
        self._until: datetime | None = None
        self._answered_at: datetime | None = None
        self._pause = timedelta(0)

    async def closed(self, lane: Lane) -> Delivered | None:
        """Why nothing of this lane goes out now; None while the channel is there, as far as is known.

        Nobody waits while somebody else asks: rows of other channels would wait behind them.
        """
        if self._until is None:
            return None
        if self._asking.locked():
            return self.waits(lane)
        async with self._asking:
            return self.waits(lane) if await self._is_away() else None

    async def blamed(self, failed: Delivered) -> bool:
        """Whether a delivery failed since the channel is away; asked anew, unless it has answered just now."""
        if failed.outcome is not Outcome.RETRY or (failed.retry_after is not None and not failed.may_have_arrived):
            return False
        if self._until is not None and self._asking.locked():
            return True
        async with self._asking:
            return await self._is_away(anew=True)

    async def _is_away(self, *, anew: bool = False) -> bool:
        now = self._clock.now()
        if self._until is None:
            known = self._answered_at is not None and now - self._answered_at < SURE
            must_ask = anew and not known
        else:
            must_ask = now >= self._until
        if must_ask:
            await self._ask()
        return self._until is not None

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                why = await self.channel.why_away()
        except TimeoutError:
            why = f"it says nothing for {PATIENCE:.0f} s"
        now = self._clock.now()
        if why is None:
            if self._until is not None:
                log.warning("the channel %s answers again", self._name)
            self._until, self._pause, self._answered_at = None, timedelta(0), now
            return
        if self._until is None:
            log.error("the channel %s does not answer (%s): what is to be said there waits", self._name, why)
        self._pause = max(FIRST_PAUSE, min(2 * self._pause, LONGEST_PAUSE))
        self._until = now + self._pause

    def waits(self, lane: Lane) -> Delivered:
        """What is said of a row of this lane while the channel is away."""
        assert self._until is not None
        wait = max(self._until - self._clock.now(), FOR_MANY if lane is Lane.BULK else FIRST_PAUSE)
        detail, away_for = f"{PUT_OFF}{self._name} does not answer", self._pause.total_seconds()
        return Delivered(Outcome.LATER, detail, retry_after=wait.total_seconds(), away_for=away_for)


class Outages:
    """How it stands with each channel that can be asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._of: dict[str, Outage] = {}

    def of(self, name: str, channel: object) -> Outage | None:
        """None for a channel that cannot be asked, as the town's own."""
        known = self._of.get(name)
        if known is None or known.channel is not channel:
            if not isinstance(channel, Answering):
                return None
            known = self._of[name] = Outage(name, channel, self._clock)
        return known
