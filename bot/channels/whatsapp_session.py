"""aiogram's session of WhatsApp: what handlers return is sent as messages, for nothing there can be changed later."""

from __future__ import annotations

import html
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import (
    AnswerCallbackQuery,
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
from bot.delivery.outcome import Outgoing
from bot.delivery.pace import Lane
from bot.delivery.whatsapp import WhatsAppClient, WhatsAppRefused
from bot.delivery.whatsapp_errors import MEANINGS, Meaning, meaning_of
from bot.delivery.whatsapp_forms import forms_of, number_of
from bot.intake import made
from bot.intake.intake import reply_key
from handlers.kit.files import Printed
from handlers.kit.seat import current_seat
from locales import _, speaking

log = logging.getLogger(__name__)

REMEMBERED = 4096


class Correspondent(NamedTuple):
    """Who is being answered."""

    address: str
    phone: str | None = None


LanguageOf = Callable[[str], Awaitable[str]]
"""The language of whoever has an address. Raises Unavailable."""


_answering: ContextVar[Correspondent | None] = ContextVar("answering", default=None)


@contextmanager
def answering(whom: Correspondent) -> Iterator[None]:
    """Everything that is sent within this block goes to `whom`: aiogram knows people by numbers, WhatsApp does not."""
    token = _answering.set(whom)
    try:
        yield
    finally:
        _answering.reset(token)


class WhatsAppSession(OwnSession):
    """Carries out the methods of our conversations by `client`, and refuses as the Bot API would."""

    def __init__(self, client: WhatsAppClient, language_of: LanguageOf) -> None:
        super().__init__()
        self._client = client
        self._language_of = language_of
        self._gone: OrderedDict[str, int] = OrderedDict()  # by the reply's key: how many of its messages have left

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's own signature
    ) -> TelegramType:
        """Raises what aiogram raises for Telegram's errors, and NotOurs."""
        try:
            return cast(TelegramType, await self._carry_out(bot, method))
        except WhatsAppRefused as refused:
            raise _as_aiogram(method, refused) from refused

    async def _carry_out(self, bot: Bot, method: TelegramMethod[Any]) -> Any:
        match method:
            case SendMessage() | EditMessageText():
                outgoing = Outgoing(_html(bot, method.text or "", method.parse_mode), _rows(method.reply_markup))
            case SendPhoto():
                words = _html(bot, method.caption or "", method.parse_mode)
                outgoing = Outgoing(words, _rows(method.reply_markup), photo=(await _file(method.photo))[1])
            case SendDocument():
                words = _html(bot, method.caption or "", method.parse_mode)
                outgoing = Outgoing(words, _rows(method.reply_markup), document=await _file(method.document))
            case AnswerCallbackQuery(text=str(words)) if words.strip():
                outgoing = Outgoing(html.escape(words))  # all that is said to this tap: there is no button to show it
            case AnswerCallbackQuery() | EditMessageReplyMarkup() | SendChatAction():
                return True  # there is no button that waits, no message that could be changed
            case _:
                raise NotOurs(f"{type(method).__name__} has no place on WhatsApp")
        whom = _answering.get()
        if whom is None or getattr(method, "chat_id", None) not in (None, number_of(whom.address)):
            raise NotOurs("somebody else than who is being answered")
        return await self._send(bot, whom, outgoing)

    async def _send(self, bot: Bot, whom: Correspondent, outgoing: Outgoing) -> Message:
        seat = current_seat.get(None)  # unset where an update has come again and is answered as it was before
        with speaking(seat.language if seat is not None else await self._language_of(whom.address)):
            wamid = await self._send_parts(whom, outgoing)
        author = made.person(bot.id)
        return made.message(number_of(wamid), datetime.now(UTC), chat=number_of(whom.address), author=author).as_(bot)

    async def _send_parts(self, whom: Correspondent, outgoing: Outgoing) -> str:
        """Send what has not left yet; returns the id of the last. Without its file, if WhatsApp does not take that."""
        key, wamid = reply_key.get(), ""
        for form in forms_of(outgoing)[self._gone.get(key, 0) :]:
            try:
                wamid = await self._client.send(whom.address, form, phone=whom.phone, lane=Lane.PERSONAL)
            except WhatsAppRefused as refused:
                if form.upload is None or meaning_of(refused.code) is not Meaning.MEDIA:
                    raise
                log.warning("WhatsApp does not take a file, whose words go alone: %s", refused)
                sorry = _("The file could not be sent. Please ask for it again later.")
                words = f"{outgoing.html}\n\n{sorry}" if outgoing.html.strip() else str(sorry)
                return await self._send_parts(whom, replace(outgoing, html=words, photo=None, document=None))
            self._has_left(key)
        return wamid

    def _has_left(self, key: str) -> None:
        """Remember that one more message of a reply has left, for when it is tried again, or its update comes again."""
        if not key:
            return
        self._gone[key] = self._gone.pop(key, 0) + 1
        if len(self._gone) > REMEMBERED:
            self._gone.popitem(last=False)


def _as_aiogram(method: TelegramMethod[Any], refused: WhatsAppRefused) -> TelegramAPIError:
    """The error by which the intake knows what to do: wait, try again, leave the update for later, or let it go."""
    words = str(refused)
    match meaning_of(refused.code):
        case Meaning.PAIR | Meaning.FLOOD:
            return TelegramRetryAfter(method, words, retry_after=math.ceil(refused.retry_after or 6))
        case Meaning.WINDOW | Meaning.REST | Meaning.STOPPED | Meaning.GONE | Meaning.UNLISTED:
            return TelegramForbiddenError(method, words)  # nobody who could be answered
        case Meaning.TOWN | Meaning.SPAM:
            return TelegramNetworkError(method, words)  # it takes nothing of ours for now, whoever it is for
        case Meaning.PASSING if refused.code in MEANINGS or refused.may_have_arrived:
            return TelegramServerError(method, words)
        case _:
            return TelegramBadRequest(method, words)


def _html(bot: Bot, words: str, parse_mode: str | Default | None) -> str:
    mode = bot.default[parse_mode.name] if isinstance(parse_mode, Default) else parse_mode
    if mode is None:
        return html.escape(words)
    if str(mode).upper() != "HTML":
        raise NotOurs(f"unsupported parse_mode {mode}")
    return words


def _rows(markup: object) -> tuple[tuple[tuple[str, str], ...], ...]:
    if markup is None:
        return ()
    if not isinstance(markup, InlineKeyboardMarkup):
        raise NotOurs(f"{type(markup).__name__} has no place on WhatsApp")
    return tuple(
        tuple((button.text, button.callback_data or button.url or "") for button in row)
        for row in markup.inline_keyboard
    )


async def _file(file: object) -> tuple[str, bytes]:
    if isinstance(file, Printed):
        return file.filename or "", await file.content()
    if isinstance(file, BufferedInputFile):
        return file.filename or "", file.data
    raise NotOurs("files must be in memory")
