"""From Telegram's raw updates to arrivals: what is for the conversation, what is for a group, what is for nobody."""

from __future__ import annotations

import hmac
import logging
from typing import Any

from aiogram import Bot
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import CallbackQuery, Chat, ChatMemberAdministrator, ChatMemberUpdated, Message, Update, User

from bot.channels.taking import Arrived
from bot.intake.arrival import Arrival
from locales import best

log = logging.getLogger(__name__)

CHANNEL = "telegram"
KINDS = ["message", "callback_query", "my_chat_member"]
"""What we ask Telegram for (`allowed_updates`)."""

GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
BOARDS = (*GROUPS, ChatType.CHANNEL)
"""Chats that are not a person's: the bot is put into them, and out."""


RIGHTS = {name: False for name, field in ChatMemberAdministrator.model_fields.items() if field.annotation is bool}
"""The rights of an administrator, none of which is granted."""


def number_of(raw: Any) -> int | None:
    """The update_id of something that claims to be an update."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def translate(raw: Any, bot: Bot, username: str) -> Arrived | None:
    """The arrival that a raw update is, or None for one that can be acknowledged as it is.

    A malformed one is logged by its number alone: its content is somebody's words.
    """
    number = number_of(raw)
    try:
        update = Update.model_validate(_with_rights(raw), context={"bot": bot})
    except (ValueError, TypeError, OverflowError, RecursionError):  # pydantic's own error is a ValueError
        log.warning("update %s is malformed and was skipped", number)
        return None
    found = _address(update, username)
    if found is None:
        return None
    address, author = found
    language = best(author.language_code if author is not None else None)
    return Arrived(Arrival(CHANNEL, key_of(bot, update.update_id), str(address), language), update)


def _with_rights(raw: Any) -> Any:
    """The same with every right of an administrator named: a Bot API server older than aiogram leaves new ones out."""
    change = raw.get("my_chat_member") if isinstance(raw, dict) else None
    if not isinstance(change, dict):
        return raw
    ends = {key: change.get(key) for key in ("old_chat_member", "new_chat_member")}
    named = {
        key: RIGHTS | member
        for key, member in ends.items()
        if isinstance(member, dict) and member.get("status") == ChatMemberStatus.ADMINISTRATOR
    }
    return raw | {"my_chat_member": change | named}


def key_of(bot: Bot, number: int) -> str:
    """What an update is remembered by: not its number, for the gaps between numbers count what is not remembered.

    Of a voter's updates they would tell how often a secret ballot was marked between them.
    """
    return f"{bot.id}:{hmac.digest(bot.token.encode(), str(number).encode(), 'sha256').hex()[:24]}"


def _address(update: Update, username: str) -> tuple[int, User | None] | None:
    """Whose update it is: the person's id, a group's or channel's for what concerns it; None for nobody's.

    What is written in a channel is not for us, and we do not ask for it.
    """
    if update.message is not None:
        return _of_message(update.message, username)
    if update.callback_query is not None:
        return _of_tap(update.callback_query)
    if update.my_chat_member is not None:
        return _of_membership(update.my_chat_member)
    return None


def _of_message(message: Message, username: str) -> tuple[int, User | None] | None:
    if message.chat.type in GROUPS:
        is_news = is_move(message) or message.new_chat_title is not None
        wanted = is_news or addressed_to(message) == username.lower()
        return (message.chat.id, message.from_user) if wanted else None
    if message.from_user is None or message.from_user.is_bot:
        return None  # two bots that answer each other would never stop
    return _if_private(message.chat, message.from_user)


def _of_tap(tap: CallbackQuery) -> tuple[int, User | None] | None:
    if tap.message is not None and tap.message.chat.type != ChatType.PRIVATE:
        return None  # our buttons in groups are links
    return tap.from_user.id, tap.from_user


def _of_membership(change: ChatMemberUpdated) -> tuple[int, User | None] | None:
    if change.chat.type in BOARDS:
        return change.chat.id, change.from_user
    return _if_private(change.chat, change.from_user)


def _if_private(chat: Chat, author: User) -> tuple[int, User | None] | None:
    return (chat.id, author) if chat.type == ChatType.PRIVATE else None


def is_move(message: Message) -> bool:
    """Whether a group says that it has, or had, another id."""
    return message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None


def addressed_to(message: Message) -> str | None:
    """The bot that a command in a group is addressed to ("/start@riverbend_bot"), in lower case."""
    if message.text is None or not message.text.startswith("/"):
        return None
    _command, at, name = message.text.split(maxsplit=1)[0].partition("@")
    return name.lower() if at else None
