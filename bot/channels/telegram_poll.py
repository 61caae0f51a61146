"""Long polling, with an update acknowledged only when it was committed and answered.

    getUpdates(offset) ──► each new update begins at once ──► committed and answered ──► the offset may pass it

Telegram forgets whatever lies below the offset, so the offset stands at the oldest update that is not finished. While
one is slow, we go on asking with the same offset: others that have come meanwhile are begun too, and nobody waits for a
person who is not them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramConflictError, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.methods import TelegramMethod

from bot.channels.backoff import Backoff
from bot.channels.telegram_updates import KINDS, number_of
from bot.delivery.telegram import TOKEN_REFUSED

log = logging.getLogger(__name__)

LULL = (0.1, 1.0)
"""Seconds between two looks at what has come while something is still being handled: at first, and at most."""

LEAST_FINISH = 0.5
"""Seconds that the last acknowledgement may take, however little time is left to stop."""


class GetRawUpdates(TelegramMethod[list[Any]]):
    """getUpdates, each update as it came: one that we cannot read must not spoil the others."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class Poller:
    """Asks for updates and hands each to `take`, which says whether it is finished and may be acknowledged.

    `poll_seconds` is how long Telegram holds an answer while there is nothing to say.
    """

    def __init__(
        self, bot: Bot, take: Callable[[Any], Coroutine[Any, Any, bool]], *, poll_seconds: int, backoff: Backoff
    ) -> None:
        self.bot = bot
        self.take = take
        self.poll_seconds = poll_seconds
        self.backoff = backoff
        self._begun: dict[int, asyncio.Task[bool]] = {}
        self._lull = LULL[0]
        self._told = ""

    async def run(self) -> None:
        """Ask until cancelled; what was begun then goes on (see `finish`)."""
        while True:
            try:
                updates = await self._ask(self._offset(), 0 if self._unfinished() else self.poll_seconds)
            except TelegramAPIError as error:
                await asyncio.sleep(self._trouble(error))
                continue
            if self._told:
                log.warning("Telegram answers again")
            self._told = ""
            self.backoff.reset()
            fresh = self._begin(updates)
            await self._wait(fresh=fresh, idle=bool(updates) and not fresh)

    async def finish(self, seconds: float) -> None:
        """Wait up to `seconds` for what is being handled, then acknowledge what is finished, so that it stays so."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        if unfinished := self._unfinished():
            await asyncio.wait(unfinished, timeout=seconds)
        for task in self._unfinished():
            task.cancel()
        await asyncio.gather(*self._begun.values(), return_exceptions=True)
        offset = self._offset()
        if offset is None:
            return
        with suppress(TelegramAPIError, TimeoutError):  # what is not acknowledged comes again, and is known then
            async with asyncio.timeout(max(LEAST_FINISH, until - loop.time())):
                await self._ask(offset, 0, limit=1)

    async def _ask(self, offset: int | None, seconds: int, limit: int | None = None) -> list[Any]:
        """What Telegram has from `offset` on; below it, it forgets everything, and so do we."""
        method = GetRawUpdates(offset=offset, limit=limit, timeout=seconds, allowed_updates=KINDS)
        patience = int(self.bot.session.timeout) + seconds
        updates = await self.bot(method, request_timeout=patience)
        if offset is not None:
            self._begun = {number: task for number, task in self._begun.items() if number >= offset}
        return updates

    def _offset(self) -> int | None:
        """The oldest unfinished update, or the one after the newest finished. None: there is nothing to acknowledge.

        Only what is known now counts: after a week without updates, Telegram numbers them afresh, maybe lower.
        """
        unfinished = [number for number, task in self._begun.items() if not _is_finished(task)]
        if unfinished:
            return min(unfinished)
        return max(self._begun) + 1 if self._begun else None

    def _unfinished(self) -> list[asyncio.Task[bool]]:
        return [task for task in self._begun.values() if not task.done()]

    def _begin(self, updates: list[Any]) -> bool:
        """Begin each update that is not begun yet; says whether there was one."""
        fresh = False
        for update in updates:
            number = number_of(update)
            if number is None:
                log.warning("something without a number came as an update and was skipped")
            elif number not in self._begun or self._failed(number):
                self._begun[number] = asyncio.create_task(self.take(update))
                fresh = True
        return fresh

    def _failed(self, number: int) -> bool:
        task = self._begun[number]
        return task.done() and not _is_finished(task)

    async def _wait(self, *, fresh: bool, idle: bool) -> None:
        """Wait until it makes sense to ask again: at once when all is finished, now and then before."""
        self._lull = LULL[0] if fresh else min(2 * self._lull, LULL[1])
        if unfinished := self._unfinished():
            await asyncio.wait(unfinished, timeout=self._lull)
        elif idle:
            await asyncio.sleep(self._lull)

    def _trouble(self, error: TelegramAPIError) -> float:
        """Say once what keeps Telegram from answering. Returns how many seconds to leave it alone."""
        match error:
            case TelegramConflictError():
                text = (
                    "another program takes this bot's updates, or a webhook does: two of them take each other's "
                    f"messages, so stop the other one ({error.message})"
                )
            case TelegramUnauthorizedError():
                text = TOKEN_REFUSED
            case _:
                text = f"Telegram does not answer ({type(error).__name__}); trying again until it does"
        if text != self._told:
            log.warning(text)
            self._told = text
        return self.backoff.next(error.retry_after if isinstance(error, TelegramRetryAfter) else 0.0)


def _is_finished(task: asyncio.Task[bool]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None and task.result()
