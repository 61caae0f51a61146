"""What is said in a group. Only commands to the bot and the group's moves come here: the channel lets no more in."""

import re
from datetime import datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import Message

from handlers.groups import views
from handlers.groups.actions import follow_group, may_answer
from handlers.kit.filters import InGroup
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from storage.unit import Unit


def router() -> Router:
    room = Router(name="groups")
    room.message.filter(InGroup())

    @room.message(F.migrate_to_chat_id)
    async def on_moved_away(message: Message, who: Who, unit: Unit) -> None:
        await follow_group(unit, who=who, old=message.chat.id, new=message.migrate_to_chat_id or 0)

    @room.message(F.migrate_from_chat_id)
    async def on_moved_here(message: Message, who: Who, unit: Unit) -> None:
        await follow_group(unit, who=who, old=message.migrate_from_chat_id or 0, new=message.chat.id)

    @room.message(Command(re.compile(r"\w+"), ignore_mention=True))
    async def on_command(message: Message, command: CommandObject, seat: Seat, now: datetime) -> Reply:
        if command.mention is None or not may_answer(seat, now=now):
            return []
        return show(message, views.talk_to_me(command.mention))

    @room.message()
    async def on_talk(message: Message) -> Reply:
        return []  # what people say to each other is theirs

    return room
