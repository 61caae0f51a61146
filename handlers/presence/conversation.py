"""Whether the bot may write to an account, or to a group, as the channel tells it. Nothing is answered."""

from datetime import datetime

from aiogram import Router
from aiogram.types import ChatMemberUpdated

from handlers.kit.who import Who
from handlers.presence.actions import note_presence
from storage.unit import Unit

AWAY = frozenset({"kicked", "left"})


def router() -> Router:
    room = Router(name="presence")

    @room.my_chat_member()
    async def on_change(change: ChatMemberUpdated, who: Who, unit: Unit, now: datetime) -> None:
        await note_presence(unit, who=who, now=now, reachable=change.new_chat_member.status not in AWAY)

    return room
