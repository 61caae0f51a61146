"""Delivery to Telegram by python-telegram-bot, at a pace that Telegram accepts.

The only module that imports `telegram`. PTB's stock limiter does not pace private chats and forgets a 429 as soon as
any other request ends; `TownRateLimiter` does neither.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import BaseRateLimiter, ExtBot
from telegram.request import BaseRequest, RequestData

from bot.delivery.http import Failed, Http
from bot.delivery.outcome import Choice, Delivered, Departure, Leaving, Outcome, Outgoing
from bot.delivery.pace import ChatId, Lane, Pace
from bot.delivery.uploads import Uploads

log = logging.getLogger(__name__)

TELEGRAM = "https://api.telegram.org"
LARGEST_FILE = 50 * 2**20  # bytes a bot may upload (https://core.telegram.org/bots/api#sending-files)
# Requests that name a chat but are no messages, so that Telegram's message limits do not count them.
UNCOUNTED = frozenset({"sendChatAction", "getChat", "getChatMember", "getChatMemberCount", "getChatAdministrators"})
UPLOAD_TIMEOUT = 120.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
LINK_SCHEMES = ("https://", "http://", "tg://")

UNKNOWN_FILE = ("wrong file identifier", "wrong remote file", "file_id", "file reference")
"""What Telegram says of a file id that it does not know, or no more."""

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


def make_sender_bot(
    token: str,
    api_base: str | None,
    pace: Pace,
    *,
    retries: int = 2,
    read_timeout: float = 20.0,
    connections: int = 320,
) -> ExtBot[Turn]:
    """The bot that delivers: requests in turn with `pace`, timeouts in seconds.

    `api_base` is the address of a Bot API server, Telegram's own when None. `connections` is how many requests may be
    on their way: more than the delivery has rows in hand, so that a slow minute at Telegram does not exhaust the pool.
    """
    request = Request(connections, read_timeout)
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
        self._photos = Uploads()

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
        self, address: str, message: int, outgoing: Outgoing, *, lane: Lane = Lane.BULK, leaving: Leaving | None = None
    ) -> Delivered:
        """Change the words and buttons of a message that was sent before; `leaving` as above.

        SENT too for one that says so already, REFUSED for one that somebody has taken away.
        """
        try:
            await self._bot.edit_message_text(
                outgoing.html, int(address), message, parse_mode=ParseMode.HTML, link_preview_options=NO_PREVIEW,
                reply_markup=keyboard(outgoing.buttons), rate_limit_args=Turn(lane, leaving),
            )  # fmt: skip
        except BadRequest as error:
            if "message is not modified" not in str(error).lower():
                return outcome_of(error)
        except TelegramError as error:
            return outcome_of(error)
        return Delivered(Outcome.SENT, reference=str(message))

    async def _send(self, chat_id: int, screen: Outgoing, turn: Turn) -> Message:
        markup = keyboard(screen.buttons)
        if screen.document is not None:
            name, content = screen.document
            return await self._bot.send_document(
                chat_id, content, caption=screen.html, parse_mode=ParseMode.HTML, reply_markup=markup, filename=name,
                rate_limit_args=turn,
            )  # fmt: skip
        if screen.photo is not None:
            try:
                return await self._send_photo(chat_id, screen.photo, screen.html, markup, turn)
            except BadRequest as error:
                if outcome_of(error).outcome is not Outcome.REFUSED:
                    raise
                log.warning("Telegram does not take a picture, whose words go alone: %s", error)
        return await self._bot.send_message(
            chat_id, screen.html, parse_mode=ParseMode.HTML, reply_markup=markup, link_preview_options=NO_PREVIEW,
            rate_limit_args=turn,
        )  # fmt: skip

    async def _send_photo(
        self, chat_id: int, photo: bytes, html: str, markup: InlineKeyboardMarkup | None, turn: Turn
    ) -> Message:
        """Send a picture; one that Telegram has already is only named, and uploaded once more if it is not known."""
        known = self._photos.get(photo)
        if known is not None:
            try:
                return await self._bot.send_photo(
                    chat_id, known, caption=html, parse_mode=ParseMode.HTML, reply_markup=markup, rate_limit_args=turn
                )
            except BadRequest as error:
                if not any(words in str(error).lower() for words in UNKNOWN_FILE):
                    raise
                self._photos.forget(photo)
        message = await self._bot.send_photo(
            chat_id, photo, caption=html, parse_mode=ParseMode.HTML, reply_markup=markup, rate_limit_args=turn
        )
        if message.photo:
            self._photos.keep(photo, message.photo[-1].file_id)
        return message


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
    return isinstance(error.__cause__, Failed) and error.__cause__.left
