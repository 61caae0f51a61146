"""From screens to the methods that a handler returns. Nothing here sends."""

from __future__ import annotations

from typing import Any, TypeGuard

from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendMessage, TelegramMethod
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message
from markupsafe import Markup, escape

from handlers.kit.nav import home
from handlers.kit.screens import Screen, keyboard

Reply = TelegramMethod[Any] | list[TelegramMethod[Any]]
"""What a handler returns: one method of the Bot API or several, sent in order after the commit."""

Event = Message | CallbackQuery

TYPED = "typed"
"""The id of a tap that was typed in words: there is no button to answer and no message to change."""

MOST_TOAST = 200
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def chat_of(event: Event) -> int:
    """The private chat an event belongs to."""
    if isinstance(event, Message):
        return event.chat.id
    return event.message.chat.id if event.message is not None else event.from_user.id


def is_tapped(event: Event) -> TypeGuard[CallbackQuery]:
    """Whether there is a button that waits for its answer: not where the choice was typed."""
    return isinstance(event, CallbackQuery) and event.id != TYPED


def send(chat_id: int, screen: Screen) -> SendMessage:
    return SendMessage(
        chat_id=chat_id,
        text=str(screen.html),
        parse_mode="HTML",
        reply_markup=keyboard(screen),
        link_preview_options=NO_PREVIEW,
    )


def show(event: Event, screen: Screen, *, toast: str = "", alert: bool = False) -> Reply:
    """Show a screen: in place of the one that was tapped, as a new message to somebody who typed.

    `toast` is a short plain line about what has just happened; for somebody who typed, it comes first in the message.
    """
    if not is_tapped(event):
        return [send(chat_of(event), screen.before(escape(toast)) if toast else screen)]
    return [_in_place(event, screen), answer(event, toast, alert=alert)]


def say(event: Event, screen: Screen) -> Reply:
    """Show a screen as a new message, also to somebody who tapped: the tapped one stays as it is."""
    message = send(chat_of(event), screen)
    return [message, answer(event)] if is_tapped(event) else [message]


def answer(tap: CallbackQuery, text: str = "", *, alert: bool = False) -> TelegramMethod[Any]:
    """The short answer that a button shows; its words, if there are any, as a message to somebody who typed."""
    plain = text.unescape() if isinstance(text, Markup) else str(text)
    if plain and not is_tapped(tap):
        return send(chat_of(tap), Screen(escape(text), ((home(),),)))
    if len(plain) > MOST_TOAST:
        plain = plain[: MOST_TOAST - 1] + "…"
    return AnswerCallbackQuery(callback_query_id=tap.id, text=plain or None, show_alert=alert or None)


def _in_place(tap: CallbackQuery, screen: Screen) -> TelegramMethod[Any]:
    if not isinstance(tap.message, Message) or tap.message.photo or tap.message.document:
        return send(chat_of(tap), screen)  # too old for Telegram to change, or a picture, which has no text to change
    return EditMessageText(
        chat_id=tap.message.chat.id,
        message_id=tap.message.message_id,
        text=str(screen.html),
        parse_mode="HTML",
        reply_markup=keyboard(screen),
        link_preview_options=NO_PREVIEW,
    )
