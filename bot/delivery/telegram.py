"""Delivery to Telegram by python-telegram-bot, at a pace that Telegram accepts.

The only module that imports `telegram`. PTB's stock limiter does not pace private chats and forgets a 429 as soon as
any other request ends; `TownRateLimiter` does neither.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from httpx import ConnectError, ConnectTimeout, HTTPError, PoolTimeout
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.delivery.outcome import Choice, Delivered, Leaving, Outcome, Outgoing
from bot.delivery.pace import Lane, Pace

log = logging.getLogger(__name__)

TELEGRAM = "https://api.telegram.org"
LARGEST_FILE = 50 * 2**20  # bytes a bot may upload (https://core.telegram.org/bots/api#sending-files)
# Requests that name a chat but are no messages, so that Telegram's message limits do not count them.
UNCOUNTED = frozenset({"sendChatAction", "getChat", "getChatMember", "getChatMemberCount", "getChatAdministrators"})
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
LINK_SCHEMES = ("https://", "http://", "tg://")

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
            if chat_id is None:
                await self.pace.resumed()
            else:
                await self.pace.turn(chat_id, turn.lane)
            if turn.leaving is not None:
                await turn.leaving()
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                wait = seconds_to_wait(error)
                self.pace.halt(wait)
                log.warning("Telegram asks for %.0f s of silence (%s)", wait, endpoint)
                if tries_left <= 0 or wait > self.patience:
                    raise
                tries_left -= 1


def make_sender_bot(
    token: str, api_base: str | None, pace: Pace, *, retries: int = 2, read_timeout: float = 20.0
) -> ExtBot[Turn]:
    """The bot that delivers: requests in turn with `pace`, timeouts in seconds.

    `api_base` is the address of a Bot API server, Telegram's own when None.
    """
    # The pace lets at most 30 requests a second out; a slow minute at Telegram must not exhaust the pool.
    request = HTTPXRequest(
        connection_pool_size=64,
        connect_timeout=5.0,
        read_timeout=read_timeout,
        write_timeout=20.0,
        pool_timeout=30.0,
        media_write_timeout=120.0,
    )
    base = (api_base or TELEGRAM).rstrip("/")
    return ExtBot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        rate_limiter=TownRateLimiter(pace, retries=retries),
    )


def keyboard(rows: tuple[tuple[Choice, ...], ...]) -> InlineKeyboardMarkup | None:
    """The buttons below a message: links open an address, all others call back."""
    if not rows:
        return None
    return InlineKeyboardMarkup([[_button(label, carried) for label, carried in row] for row in rows])


def _button(label: str, carried: str) -> InlineKeyboardButton:
    if carried.startswith(LINK_SCHEMES):
        return InlineKeyboardButton(label, url=carried)
    return InlineKeyboardButton(label, callback_data=carried)


class TelegramSender:
    """Sends rendered messages and says what became of each; raises nothing that Telegram or the network may do."""

    idempotent = False  # Telegram has no key by which it would know a message again

    def __init__(self, bot: ExtBot[Turn]) -> None:
        self._bot = bot

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.request.shutdown()
        await self._bot.shutdown()

    async def send(
        self, address: str, outgoing: Outgoing, *, lane: Lane, key: str = "", leaving: Leaving | None = None
    ) -> Delivered:
        """Send a message to the chat whose id is `address`; `key` is for channels that know a message again.

        `leaving` is awaited when the message's turn has come; what it raises, this raises, and nothing is sent.
        RETRY after a timeout or a broken connection does not say that nothing arrived: Telegram gives no way to know.
        """
        try:
            chat_id = int(address)
        except ValueError:
            return Delivered(Outcome.REFUSED, f"not a chat id: {address!r}")
        if outgoing.document is not None and len(outgoing.document[1]) > LARGEST_FILE:
            return Delivered(Outcome.REFUSED, "the document is larger than 50 MB")
        try:
            message = await self._send(chat_id, outgoing, Turn(lane, leaving))
        except TelegramError as error:
            return outcome_of(error)
        return Delivered(Outcome.SENT, reference=str(message.message_id))

    async def edit(
        self, address: str, message_id: int, outgoing: Outgoing, *, leaving: Leaving | None = None
    ) -> Delivered:
        """Change the words and buttons of a message that was sent before; `leaving` as above.

        SENT too for one that says so already, REFUSED for one that somebody has taken away.
        """
        try:
            await self._bot.edit_message_text(
                outgoing.html, int(address), message_id, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW,
                reply_markup=keyboard(outgoing.buttons), rate_limit_args=Turn(Lane.BULK, leaving),
            )  # fmt: skip
        except BadRequest as error:
            if "message is not modified" not in str(error).lower():
                return outcome_of(error)
        except TelegramError as error:
            return outcome_of(error)
        return Delivered(Outcome.SENT, reference=str(message_id))

    async def _send(self, chat_id: int, screen: Outgoing, turn: Turn) -> Message:
        markup = keyboard(screen.buttons)
        if screen.document is not None:
            name, content = screen.document
            return await self._bot.send_document(
                chat_id, content, caption=screen.html, parse_mode=ParseMode.HTML, reply_markup=markup, filename=name,
                rate_limit_args=turn,
            )  # fmt: skip
        if screen.photo is not None:
            return await self._bot.send_photo(
                chat_id, screen.photo, caption=screen.html, parse_mode=ParseMode.HTML, reply_markup=markup,
                rate_limit_args=turn,
            )  # fmt: skip
        return await self._bot.send_message(
            chat_id, screen.html, parse_mode=ParseMode.HTML, reply_markup=markup, link_preview_options=NO_PREVIEW,
            rate_limit_args=turn,
        )  # fmt: skip


def outcome_of(error: TelegramError) -> Delivered:
    """What an error of python-telegram-bot means for the outbox."""
    detail = str(error)
    match error:
        case RetryAfter():
            return Delivered(Outcome.RETRY, detail, retry_after=seconds_to_wait(error))
        case ChatMigrated():
            return Delivered(Outcome.MOVED, detail, moved_to=str(error.new_chat_id))
        case Forbidden():
            return Delivered(Outcome.BLOCKED, detail)
        case BadRequest() if "chat not found" in detail.lower():
            return Delivered(Outcome.BLOCKED, detail)
        case BadRequest():
            return Delivered(Outcome.REFUSED, detail)
        case _:
            # Timeouts, broken connections, 5xx, garbled answers. And a refused token: that is the town's trouble,
            # not the message's, whose row waits for a good one.
            return Delivered(Outcome.RETRY, detail, may_have_arrived=_left(error))


def _left(error: TelegramError) -> bool:
    """Whether the request was on its way when it failed: then Telegram may have acted on it."""
    cause = error.__cause__
    return isinstance(cause, HTTPError) and not isinstance(cause, ConnectError | ConnectTimeout | PoolTimeout)
