"""aiogram's session of the web chat: what handlers return is written into the chat's history."""

from __future__ import annotations

import html
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from aiogram.methods import (
    AnswerCallbackQuery,
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    SendChatAction,
    SendDocument,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.methods.base import TelegramType
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup, Message

from bot.channels.own_session import NotOurs, OwnSession
from bot.channels.web.body import Rows, as_message, rows_of
from bot.channels.web.chats import TROUBLE, Chats, NoChat, NoMessage, NoText, NotModified, Upload, Written
from bot.channels.web.limits import MOST_ANSWER, BadContent, check_keyboard
from bot.intake.intake import in_place_of, reply_key
from handlers.kit.files import Printed
from town.text import utf16_units

_SENTENCES: dict[type[Exception], str] = {
    NoChat: "chat not found",
    NoMessage: "message to edit not found",
    NoText: "there is no text in the message to edit",
    NotModified: "message is not modified: specified new message content and reply markup are exactly the same",
}


@dataclass(slots=True)
class Toast:
    """The answer to a tap, as far as it has come."""

    text: str = ""
    alert: bool = False


Aside = dict[str, Any]
"""What one page is shown in place of what the chat keeps: {"message": its id, "html", "buttons"}."""

_asides: ContextVar[list[Aside] | None] = ContextVar("asides", default=None)


def said_aside() -> bool:
    """Whether something was said aside in this block."""
    return bool(_asides.get())


@contextmanager
def hearing_asides() -> Iterator[list[Aside]]:
    """Gather what is said aside for as long as the block lasts: it is for the page that waits for the answer alone."""
    gathered: list[Aside] = []
    token = _asides.set(gathered)
    try:
        yield gathered
    finally:
        _asides.reset(token)


class WebSession(OwnSession):
    """Carries out the methods of our conversations on the stored chats, and refuses what the Bot API refuses."""

    def __init__(self, chats: Chats) -> None:
        super().__init__()
        self._chats = chats
        self._waiting: dict[str, list[Toast]] = {}

    @contextmanager
    def waiting(self, tap_id: str) -> Iterator[Toast]:
        """Wait for the answer to a tap for as long as the block lasts."""
        toast = Toast()
        waiting = self._waiting.setdefault(tap_id, [])
        waiting.append(toast)
        try:
            yield toast
        finally:
            waiting.remove(toast)
            if not waiting:
                del self._waiting[tap_id]

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's own signature
    ) -> TelegramType:
        """Raises TelegramBadRequest as the Bot API would, TelegramNetworkError while the database is away, NotOurs."""
        try:
            return cast(TelegramType, await self._carry_out(bot, method))
        except BadContent as error:
            raise TelegramBadRequest(method, f"Bad Request: {error}") from error
        except tuple(_SENTENCES) as error:
            raise TelegramBadRequest(method, f"Bad Request: {_SENTENCES[type(error)]}") from error
        except TROUBLE as error:
            raise TelegramNetworkError(method, "the database is away") from error

    async def _carry_out(self, bot: Bot, method: TelegramMethod[Any]) -> Message | bool:
        aside = in_place_of.get()
        if aside is not None and isinstance(method, SendMessage | EditMessageText):
            return await self._say_aside(bot, method, aside.kept)
        match method:
            case SendMessage() | SendPhoto() | SendDocument():
                return await self._send(bot, method)
            case EditMessageText() | EditMessageReplyMarkup():
                return await self._edit(bot, method)
            case AnswerCallbackQuery():
                return self._answer(method)
            case DeleteMessage():
                await self._chats.take_away(str(method.chat_id), method.message_id)
                return True
            case SendChatAction():
                return True
        raise NotOurs(f"{type(method).__name__} has no place in the web chat")

    async def _send(self, bot: Bot, method: SendMessage | SendPhoto | SendDocument) -> Message:
        words = method.text if isinstance(method, SendMessage) else method.caption or ""
        written = await self._chats.say(
            str(method.chat_id),
            _html(bot, words, method.parse_mode),
            _rows(method.reply_markup),
            key=reply_key.get() or f"town:{secrets.token_urlsafe(16)}",
            upload=await _upload(method),
        )
        return _message(bot, written, int(method.chat_id))

    async def _edit(self, bot: Bot, method: EditMessageText | EditMessageReplyMarkup) -> Message:
        if method.chat_id is None or method.message_id is None:
            raise NoMessage(method.message_id)
        words = None
        if isinstance(method, EditMessageText):
            words = _html(bot, method.text or "", method.parse_mode)
        written = await self._chats.change(
            str(method.chat_id), method.message_id, _rows(method.reply_markup), html=words
        )
        return _message(bot, written, int(method.chat_id))

    async def _say_aside(
        self, bot: Bot, method: SendMessage | EditMessageText, kept: TelegramMethod[Any] | None
    ) -> bool:
        """Keep what is to be kept, and show the rest to the page that waits, if there is one."""
        message_id = method.message_id if isinstance(method, EditMessageText) else None
        if isinstance(kept, SendMessage):
            message_id = (await self._send(bot, kept)).message_id
        gathered = _asides.get()
        if message_id is not None and gathered is not None:
            html = _html(bot, method.text or "", method.parse_mode)
            gathered.append({"message": message_id, "html": html, "buttons": _rows(method.reply_markup)})
        return True

    def _answer(self, method: AnswerCallbackQuery) -> bool:
        text = method.text or ""
        if utf16_units(text) > MOST_ANSWER:
            raise BadContent("MESSAGE_TOO_LONG")
        waiting = self._waiting.get(method.callback_query_id)
        if not waiting:
            raise BadContent("query is too old and response timeout expired or query ID is invalid")
        for toast in waiting:
            toast.text, toast.alert = text, bool(method.show_alert)
        return True


def _html(bot: Bot, words: str, parse_mode: str | Default | None) -> str:
    mode = bot.default[parse_mode.name] if isinstance(parse_mode, Default) else parse_mode
    if mode is None:
        return html.escape(words)
    if str(mode).upper() != "HTML":
        raise BadContent(f"unsupported parse_mode {mode}")
    return words


def _rows(markup: object) -> Rows:
    if markup is None:
        return []
    if not isinstance(markup, InlineKeyboardMarkup):
        raise NotOurs(f"{type(markup).__name__} has no place in the web chat")
    check_keyboard(markup)
    return rows_of(markup)


async def _upload(method: SendMessage | SendPhoto | SendDocument) -> Upload | None:
    if isinstance(method, SendMessage):
        return None
    file = method.photo if isinstance(method, SendPhoto) else method.document
    if isinstance(file, Printed):
        return Upload(file.filename or "", await file.content(), is_photo=False)
    if not isinstance(file, BufferedInputFile):
        raise NotOurs("files must be in memory")
    return Upload(file.filename or "", file.data, isinstance(method, SendPhoto))


def _message(bot: Bot, written: Written, chat_id: int) -> Message:
    return as_message(written.id, written.at, written.body, chat_id).as_(bot)
