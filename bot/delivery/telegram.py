"""Delivery to Telegram by python-telegram-bot, at a pace that Telegram accepts.

With `bot.delivery.telegram_turns` the only module that imports `telegram`.
"""

from __future__ import annotations

import logging

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import ExtBot

from bot.delivery.http import Failed
from bot.delivery.outcome import Choice, Delivered, Leaving, Outcome, Outgoing
from bot.delivery.pace import Lane, Pace
from bot.delivery.telegram_turns import Request, TownRateLimiter, Turn, seconds_to_wait
from bot.delivery.uploads import Uploads

log = logging.getLogger(__name__)

TELEGRAM = "https://api.telegram.org"
LARGEST_FILE = 50 * 2**20  # bytes a bot may upload (https://core.telegram.org/bots/api#sending-files)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
LINK_SCHEMES = ("https://", "http://", "tg://")

TOKEN_REFUSED = "Telegram refuses the bot's token: was it revoked at @BotFather?"

UNKNOWN_FILE = ("wrong file identifier", "wrong remote file", "file_id", "file reference")
"""What Telegram says of a file id that it does not know, or no more."""


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

    async def why_away(self) -> str | None:
        """Why Telegram does not say who we are; None while it does, also where it asks for silence."""
        limiter = self._bot.rate_limiter
        if isinstance(limiter, TownRateLimiter) and limiter.pace.halted_for():
            return None
        try:
            await self._bot.get_me()
        except RetryAfter:
            return None
        except InvalidToken:
            return TOKEN_REFUSED
        except TelegramError as error:
            return str(error)
        return None

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
