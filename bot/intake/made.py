"""Updates of our own making, which need no validators.

aiogram's models check what a stranger sends. What the web chat and the sample town say is put together here from parts
that were checked where they came in, and to check it again would build the validators of messages and all they reach:
7 MB and a tenth of a second, which a town without Telegram never needs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, Update, User


def person(address: int, *, name: str = "", language: str | None = None) -> User:
    """Whoever has this address in the web chat."""
    return User.model_construct(id=address, is_bot=False, first_name=name, language_code=language)


def message(message_id: int, at: datetime, *, chat: int, author: User, **content: Any) -> Message:
    """A message in the private chat with an address; `content` is its text, its keyboard or its file."""
    where = Chat.model_construct(id=chat, type="private")
    return Message.model_construct(message_id=message_id, date=at, chat=where, from_user=author, **content)


def saying(said: Message, bot: Bot, *, number: int = 0) -> Update:
    """The update of something said. It knows its bot, or aiogram would make it anew by way of JSON."""
    return Update.model_construct(update_id=number, message=said.as_(bot)).as_(bot)


def tapping(on: Message, bot: Bot, *, key: str, author: User, data: str, number: int) -> Update:
    """The update of a tap on one of the town's messages; `key` is what its answer is known by."""
    tap = CallbackQuery.model_construct(
        id=key, from_user=author, chat_instance=str(on.chat.id), message=on.as_(bot), data=data
    ).as_(bot)
    return Update.model_construct(update_id=number, callback_query=tap).as_(bot)
