"""How replies leave for Telegram: in their turn, at the pace that all senders of one token share."""

from __future__ import annotations

import logging
from typing import Any

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramAPIError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import AnswerCallbackQuery, TelegramMethod
from pydantic import ValidationError

from bot.delivery.pace import Lane, Pace

log = logging.getLogger(__name__)

PATIENCE = 30.0
"""Seconds for one answer from Telegram; a long poll has its own wait on top."""


class InTurn(BaseRequestMiddleware):
    """Gives each message to a chat its turn, ahead of what is sent in bulk; a 429 halts everybody.

    Requests that are no messages (getUpdates, the menus) have flood limits of their own, which silence nobody.
    """

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Any, method: TelegramMethod[Any]
    ) -> Any:
        chat_id = getattr(method, "chat_id", None)
        try:
            if chat_id is not None:
                async with self.pace.turn(chat_id, Lane.PERSONAL):
                    return await make_request(bot, method)
            if isinstance(method, AnswerCallbackQuery):
                await self.pace.resumed()
            return await make_request(bot, method)
        except TelegramRetryAfter as error:
            if chat_id is not None or isinstance(method, AnswerCallbackQuery):
                self.pace.halt(error.retry_after)
                log.warning("Telegram asks for %s s of silence (%s)", error.retry_after, type(method).__name__)
            raise
        except ClientDecodeError as error:
            # Its text holds the whole answer, and so residents' words: it goes no further.
            raise _unreadable(method, error) from None


def _unreadable(method: TelegramMethod[Any], error: ClientDecodeError) -> TelegramAPIError:
    """A proxy's error page may pass; an answer in a shape we do not know means that the request was carried out."""
    if isinstance(error.original, ValidationError):
        return TelegramAPIError(method=method, message="the answer has an unknown shape")
    return TelegramServerError(method=method, message="the answer is not JSON")


def make_session(api_base: str | None, pace: Pace) -> AiohttpSession:
    """A session with Telegram's own server, or with the one at `api_base`."""
    api = TelegramAPIServer.from_base(api_base) if api_base else PRODUCTION
    session = AiohttpSession(api=api, timeout=PATIENCE)
    session.middleware.register(InTurn(pace))
    return session
