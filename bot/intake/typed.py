"""Words instead of taps, for every screen of every capability: a typed choice becomes the tap it stands for."""

from __future__ import annotations

import json
from datetime import datetime

from aiogram.types import CallbackQuery, InaccessibleMessage, Message, Update

from bot.intake.frozen import choices_of
from handlers import catalogue
from handlers.kit.nav import ANEW
from handlers.kit.reply import TYPED
from handlers.kit.screens import Choice
from handlers.kit.seat import Seat
from handlers.kit.typed import as_tap
from handlers.kit.wizard import expects_words
from storage import inbox, outbox
from storage.unit import Unit
from town.settings import TownSettings


async def from_words(unit: Unit, update: Update, seat: Seat, town: TownSettings) -> Update:
    """The update itself, or the tap or command that its words stand for."""
    message = update.message
    if message is None or message.text is None:
        return update
    if message.text.startswith("/"):
        return _nearest(update, message, message.text)
    free = expects_words(seat.state)
    for choices in await _in_sight(unit, seat.account_id, town):
        data = as_tap(message.text, choices, numbers=not free)
        if data is not None:
            return _tap(update, message, data)
    if free:
        return update
    command = catalogue.command_for(message.text)
    return update if command is None else _command(update, message, command)


def led_away(update: Update) -> Update:
    """A tap that leads away from a message worth keeping is handled as if that message could not be changed."""
    tap = update.callback_query
    if tap is None or not (tap.data or "").startswith(ANEW):
        return update
    kept = InaccessibleMessage(chat=tap.message.chat, message_id=tap.message.message_id) if tap.message else None
    away = tap.model_copy(update={"data": (tap.data or "")[len(ANEW) :], "message": kept})
    return Update(update_id=update.update_id, callback_query=away)


async def _in_sight(unit: Unit, account_id: int, town: TownSettings) -> list[list[Choice]]:
    """The screens somebody may be answering, the newest first: the last reply with choices, and the last notice."""
    seen: list[tuple[datetime, list[Choice]]] = []
    for replies, at in await inbox.latest_replies(unit, account_id):
        if choices := choices_of(replies):
            seen.append((at, choices))
            break
    notice = await outbox.last_sent(unit, account_id)
    if notice is not None:
        screen = catalogue.render(notice.notice, json.loads(notice.fields), town)
        seen.append((notice.sent_at, screen.choices))
    return [choices for _, choices in sorted(seen, key=lambda pair: pair[0], reverse=True)]


def _nearest(update: Update, message: Message, text: str) -> Update:
    """A command as it is; one that is written another way ("/Week", "/my week", "/semana") as the one it means."""
    if text[1:].partition(" ")[0].partition("@")[0] in catalogue.names():
        return update
    command = catalogue.command_for(text[1:])
    return update if command is None else _command(update, message, command)


def _tap(update: Update, message: Message, data: str) -> Update:
    assert message.from_user is not None  # a private chat's message has its author
    tap = CallbackQuery(id=TYPED, from_user=message.from_user, chat_instance=TYPED, message=message, data=data)
    return Update(update_id=update.update_id, callback_query=tap)


def _command(update: Update, message: Message, command: str) -> Update:
    return Update(update_id=update.update_id, message=message.model_copy(update={"text": f"/{command}"}))
