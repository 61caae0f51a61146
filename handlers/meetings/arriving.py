"""The room's code, scanned or typed just so: whoever sends it is there.

The room of check-in takes this router in before its own words, so that a code finds its meeting wherever a conversation
stands, as it finds its shift.
"""

from __future__ import annotations

from datetime import datetime

from aiogram import F, Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import CommandObject, CommandStart, Filter
from aiogram.types import Message

from handlers.kit.facts import sentence
from handlers.kit.filters import residents_only
from handlers.kit.links import AT_MEETING
from handlers.kit.reply import Reply, show
from handlers.kit.seat import Seat
from handlers.kit.who import Who
from handlers.meetings import checking, views
from handlers.roles.codes import counted
from storage.unit import Unit
from town.checkin import MEETING, code_in, in_payload
from town.facts import CheckInWrong, CodeWrong, NotInvited, TooManyTries


class LooksLikeRoomCode(Filter):
    """Passes a message that is nothing but something like a room's code."""

    async def __call__(self, message: Message) -> bool:
        return code_in(message.text or "") is not None


def router() -> Router:
    words = Router(name="meetings.codes")
    words.message.filter(residents_only)
    words.message.register(
        on_link, CommandStart(deep_link=True, ignore_mention=True, magic=F.args.startswith(AT_MEETING))
    )
    words.message.register(on_words, LooksLikeRoomCode())
    return words


async def on_link(message: Message, command: CommandObject, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A scanned code. A wrong one is counted, so it is answered here: a fact that is raised would undo the counting."""
    meeting_id, code = in_payload(command.args or "", MEETING) or (0, "")
    return await _sent(message, who, unit, now, seat, code, meeting_id)


async def on_words(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat) -> Reply:
    """A code that is typed: it finds its meeting by itself. Any other is a shift's, or something else."""
    code = code_in(message.text or "") or ""
    try:
        meeting = checking.which(await checking.rooms(unit, now), code, now)
    except CheckInWrong:
        raise SkipHandler from None
    return await _sent(message, who, unit, now, seat, code, meeting.id)


async def _sent(message: Message, who: Who, unit: Unit, now: datetime, seat: Seat, code: str, meeting_id: int) -> Reply:
    try:
        with counted(seat, now):
            meeting = await checking.scanned(unit, meeting_id=meeting_id, code=code, now=now)
    except (CodeWrong, TooManyTries) as fact:
        return show(message, views.wrong(sentence(fact, who.zone)))
    seat.state = None
    try:
        return show(message, views.arrived(await checking.check_in(unit, who=who, meeting=meeting, now=now), who.zone))
    except NotInvited as fact:
        return show(message, views.wrong(sentence(fact, who.zone)))
