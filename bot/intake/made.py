"""Updates of our own making, which need no validators.

aiogram's models check what a stranger sends. What the web chat and the sample town say is put together here from parts
that were checked where they came in, and to check it again would build the validators of messages and all they reach:
7 MB and a tenth of a second, which a town without Telegram never needs.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.types import CallbackQuery, Chat, Message, TelegramObject, Update, User

Kind = TypeVar("Kind", bound=TelegramObject)


def put_together(kind: type[Kind], **parts: Any) -> Kind:
    """One of aiogram's models from parts that were checked already, each by its field's name."""
    made: Kind = _blank(kind).model_copy(update=parts)  # looking up a hundred defaults takes sixty times as long
    return made


@cache
def _blank(kind: type[Kind]) -> Kind:
    return kind.model_construct()


def person(address: int, *, name: str = "", language: str | None = None) -> User:
    """Whoever has this address in the web chat."""
    return put_together(User, id=address, is_bot=False, first_name=name, language_code=language)


def message(message_id: int, at: datetime, *, chat: int, author: User, **content: Any) -> Message:
    """A message in the private chat with an address; `content` is its text, its keyboard or its file."""
    where = put_together(Chat, id=chat, type="private")
    return put_together(Message, message_id=message_id, date=at, chat=where, from_user=author, **content)


def saying(said: Message, bot: Bot, *, number: int = 0) -> Update:
    """The update of something said. It knows its bot, or aiogram would make it anew by way of JSON."""
    return put_together(Update, update_id=number, message=said.as_(bot)).as_(bot)


def tapping(on: Message, bot: Bot, *, key: str, author: User, data: str, number: int) -> Update:
    """The update of a tap on one of the town's messages; `key` is what its answer is known by."""
    tap = put_together(
        CallbackQuery, id=key, from_user=author, chat_instance=str(on.chat.id), message=on.as_(bot), data=data
    ).as_(bot)
    return put_together(Update, update_id=number, callback_query=tap).as_(bot)
