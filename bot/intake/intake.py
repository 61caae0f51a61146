"""Taking updates in: the same way for every channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import Update

from bot.intake.arrival import Arrival
from bot.intake.frozen import Method, Replies, Told
from bot.intake.lately import Lately
from handlers.kit.confiding import Aside
from storage.engine import TROUBLE

log = logging.getLogger(__name__)

PATIENCE = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds between tries when the database, or a channel, cannot be reached just now."""

reply_key: ContextVar[str] = ContextVar("reply_key", default="")
"""While a reply is sent: what makes it the same reply when it is sent again."""


in_place_of: ContextVar[Aside | None] = ContextVar("in_place_of", default=None)
"""While a reply is sent that is not to be kept: what is kept in its place, for a channel that keeps what it shows."""


class Unavailable(Exception):
    """An update could not be handled now. It was not acknowledged, so it will come again."""


class Intake:
    """Hands updates to the dispatcher and sends the replies once they are committed.

    `take` returns when the effects are committed and the replies have been tried: only then may a channel acknowledge.
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self._lately = Lately()

    async def take(self, bot: Bot, arrival: Arrival, update: Update) -> None:
        """Handle one update, once. Raises Unavailable."""
        replies = self._lately.again(arrival, await self._handle(bot, arrival, update))
        each: Sequence[Method | Aside] = replies
        for number, reply in enumerate(each):
            aside = reply if isinstance(reply, Aside) else None
            tokens = reply_key.set(f"{arrival.key}/{number}"), in_place_of.set(aside)
            try:
                await _send(bot, reply.told if isinstance(reply, Aside) else reply)
            finally:
                reply_key.reset(tokens[0])
                in_place_of.reset(tokens[1])

    async def _handle(self, bot: Bot, arrival: Arrival, update: Update) -> Replies:
        for pause in (*PATIENCE, None):
            try:
                result: Any = await self.dispatcher.feed_update(bot, update, arrival=arrival)
                if result is UNHANDLED or result is None:
                    return []
                return result if isinstance(result, Told) else list(result)
            except TROUBLE as error:
                # Another delivery of the same update has just committed, or the database is away: look again.
                if pause is None:
                    raise Unavailable(f"update {arrival.key} of {arrival.channel}") from error
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")


async def _send(bot: Bot, method: Method) -> None:
    """Send one reply. What the person cannot receive is let go; what may pass is tried again. Raises Unavailable."""
    for pause in (*PATIENCE, None):
        try:
            await bot(method)
            return
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
        except TelegramForbiddenError:
            return  # they have blocked the bot since; its own update says so
        except TelegramBadRequest as error:
            await _refused(bot, method, error)
            return
        except (TelegramNetworkError, TelegramServerError) as error:
            if pause is None:
                raise Unavailable(type(method).__name__) from error
            await asyncio.sleep(pause)
        except TelegramAPIError as error:
            log.error("a reply was refused: %s: %s", type(method).__name__, error)
            return
    raise Unavailable(type(method).__name__)


async def _refused(bot: Bot, method: Method, error: TelegramBadRequest) -> None:
    """A screen that can no longer be changed is sent anew; an answer nobody waits for any more is let go."""
    text = error.message.lower()
    if "message is not modified" in text or "query is too old" in text or "query id is invalid" in text:
        return
    if isinstance(method, EditMessageText) and ("to edit not found" in text or "can't be edited" in text):
        await _send(
            bot,
            SendMessage(
                chat_id=method.chat_id or 0,
                text=method.text or "",
                parse_mode=method.parse_mode,
                reply_markup=method.reply_markup,
                link_preview_options=method.link_preview_options,
            ),
        )
        return
    log.error("a reply was refused: %s: %s", type(method).__name__, error)
