"""python-telegram-bot's requests: each in its turn with a `Pace`, and carried by aiohttp.

PTB's stock limiter does not pace private chats and forgets a 429 as soon as any other request ends; `TownRateLimiter`
does neither. With `bot.delivery.telegram` the only module that imports `telegram`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter
from telegram.request import BaseRequest, RequestData

from bot.delivery.http import Failed, Http
from bot.delivery.outcome import Departure, Leaving
from bot.delivery.pace import ChatId, Lane, Pace

log = logging.getLogger(__name__)

# Requests that name a chat but are no messages, so that Telegram's message limits do not count them.
UNCOUNTED = frozenset({"sendChatAction", "getChat", "getChatMember", "getChatMemberCount", "getChatAdministrators"})
UPLOAD_TIMEOUT = 120.0

Answer = bool | dict[str, Any] | list[dict[str, Any]]


def seconds_to_wait(error: RetryAfter) -> float:
    """The wait that a 429 demands, in seconds."""
    wait = error.retry_after  # a timedelta where PTB_TIMEDELTA is set, and from a later PTB on
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a request tells the limiter. `leaving` runs each time its turn has come, before the request goes out."""

    lane: Lane = Lane.BULK
    leaving: Leaving | None = None


class TownRateLimiter(BaseRateLimiter[Turn]):
    """Gives PTB's requests their turn in a `Pace` shared with the replies; `rate_limit_args` is a `Turn`.

    After a 429 everything halts for the time Telegram asks, and the request is tried again up to `retries` times.
    It is not when the wait is longer than `patience` seconds: the outbox keeps the row better than a waiting task.
    """

    def __init__(self, pace: Pace, *, retries: int = 2, patience: float = 30.0) -> None:
        self.pace = pace
        self.retries = retries
        self.patience = patience

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release: the pace outlives the bot."""

    @asynccontextmanager
    async def _turn(self, chat_id: ChatId | None, lane: Lane) -> AsyncIterator[None]:
        """The turn of a message; of what is none, only a halt is waited for."""
        if chat_id is None:
            await self.pace.resumed()
            yield
        else:
            async with self.pace.turn(chat_id, lane):
                yield

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Turn | None,
    ) -> Answer:
        """Carry out a request in its turn. Raises RetryAfter when out of retries, and any other error at once."""
        chat_id = None if endpoint in UNCOUNTED else data.get("chat_id")
        turn = rate_limit_args or Turn()
        tries_left = self.retries
        while True:
            try:
                async with self._turn(chat_id, turn.lane):
                    if turn.leaving is not None:
                        await turn.leaving()
                    return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait = seconds_to_wait(error)
                self.pace.halt(wait)
                log.warning("Telegram asks for %.0f s of silence (%s)", wait, endpoint)
                if tries_left <= 0 or wait > self.patience:
                    raise
                tries_left -= 1
                if isinstance(turn.leaving, Departure):
                    turn.leaving.refused()


class Request(BaseRequest):
    """How python-telegram-bot's requests travel; timeouts in seconds."""

    def __init__(self, connections: int, read_timeout: float) -> None:
        self._http = Http(connections, connect_timeout=5.0, pool_timeout=30.0)
        self._read_timeout = read_timeout

    @property
    def read_timeout(self) -> float | None:
        """How long an answer may take."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Nothing to prepare: it opens when it is first used."""

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **timeouts: Any
    ) -> tuple[int, bytes]:
        """The status and the body of Telegram's answer. Raises TimedOut or NetworkError, whose cause is a `Failed`."""
        fields = request_data.json_parameters if request_data is not None else {}
        files = request_data.multipart_data if request_data is not None and request_data.contains_files else {}
        patience = UPLOAD_TIMEOUT if files else self._read_timeout
        try:
            return await self._http.post(url, fields, files, patience=patience)
        except Failed as failed:
            raise (TimedOut() if failed.timeout else NetworkError(str(failed))) from failed
