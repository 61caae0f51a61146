"""Whether the bot may write to an account, a group or a channel, as Telegram tells it. Nothing is answered."""

from datetime import datetime

from aiogram import Router
from aiogram.enums import ChatType
from aiogram.types import ChatMemberAdministrator, ChatMemberRestricted, ChatMemberUpdated

from handlers.boards.actions import note_board, note_gone
from handlers.kit.who import Who
from handlers.presence.actions import note_presence
from storage.queries.boards import CHANNEL, GROUP
from storage.unit import Unit

AWAY = frozenset({"kicked", "left"})


def router() -> Router:
    room = Router(name="presence")

    @room.my_chat_member()
    async def on_change(change: ChatMemberUpdated, who: Who, unit: Unit, now: datetime) -> None:
        reachable = may_write(change)
        await note_presence(unit, who=who, now=now, reachable=reachable)
        if change.chat.type == ChatType.PRIVATE:
            return
        if reachable:
            title, kind = change.chat.title or "", CHANNEL if change.chat.type == ChatType.CHANNEL else GROUP
            await note_board(unit, who=who, title=title, kind=kind, by=change.from_user.id, now=now)
        else:
            await note_gone(unit, account_id=who.account_id, now=now)

    return room


def may_write(change: ChatMemberUpdated) -> bool:
    """Whether the bot may write into the chat now: in a channel, only as an administrator who posts."""
    member = change.new_chat_member
    if member.status in AWAY:
        return False
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    if change.chat.type == ChatType.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return True
