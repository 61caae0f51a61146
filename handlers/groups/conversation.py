"""What is said in a group. Only commands to the bot and the group's moves come here: the channel lets no more in."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message, TelegramObject

from handlers.boards.actions import note_heard
from handlers.groups import views
from handlers.groups.actions import coming_meetings, follow_group, may_answer, post_cards
from handlers.kit.filters import InGroup
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from locales import speaking
from storage.unit import Unit
from town.facts import NotAllowed

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


def router() -> Router:
    room = Router(name="groups")
    room.message.filter(InGroup())
    room.message.middleware(_heard)

    @room.message(F.migrate_to_chat_id)
    async def on_moved_away(message: Message, who: Who, unit: Unit) -> None:
        await follow_group(unit, who=who, old=message.chat.id, new=message.migrate_to_chat_id or 0)

    @room.message(F.migrate_from_chat_id)
    async def on_moved_here(message: Message, who: Who, unit: Unit) -> None:
        await follow_group(unit, who=who, old=message.migrate_from_chat_id or 0, new=message.chat.id)

    room.message.register(on_poll, Command("poll", "polls", ignore_case=True, ignore_mention=True))
    room.message.register(on_meeting, Command("meeting", "meetings", ignore_case=True, ignore_mention=True))
    room.message.register(on_command, Command(re.compile(r"\w+"), ignore_mention=True))

    @room.message()
    async def on_talk(message: Message) -> Reply:
        return []  # what people say to each other is theirs

    return room


async def _heard(handler: Handler, message: TelegramObject, data: dict[str, Any]) -> Any:
    """Whatever comes from a group says that it is there, and what it is called."""
    assert isinstance(message, Message)
    if message.migrate_to_chat_id is None:  # of one that has moved away, only where it is now counts
        title, who = message.chat.title or "", data["who"]
        await note_heard(data["unit"], account_id=who.account_id, title=title, now=data["now"])
    return await handler(message, data)


async def on_poll(message: Message, command: CommandObject, who: Who, unit: Unit, seat: Seat, now: datetime) -> Reply:
    try:
        posted = await post_cards(unit, who=who, user_id=_speaker(message), now=now)
    except NotAllowed:
        return await on_command(message, command, seat, now)
    if posted.new:
        return []  # their cards are the answer
    bot = command.mention or ""
    with speaking(who.town.language):
        return show(message, views.already_here(posted.there, bot) if posted.there else views.no_poll(bot))


async def on_meeting(
    message: Message, command: CommandObject, who: Who, unit: Unit, seat: Seat, now: datetime
) -> Reply:
    try:
        coming = await coming_meetings(unit, user_id=_speaker(message), now=now)
    except NotAllowed:
        return await on_command(message, command, seat, now)
    bot = command.mention or ""
    with speaking(who.town.language):
        return show(message, views.meetings(coming, bot, who.zone) if coming else views.no_meeting(bot))


async def on_command(message: Message, command: CommandObject, seat: Seat, now: datetime) -> Reply:
    if command.mention is None or not may_answer(seat, now=now):
        return []
    return show(message, views.talk_to_me(command.mention))


def _speaker(message: Message) -> int:
    """The id of who wrote; of nobody for who writes in the name of a group or channel."""
    return message.from_user.id if message.from_user is not None and message.sender_chat is None else 0
