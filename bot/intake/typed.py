"""Words instead of taps, for every screen of every capability: a typed choice becomes the tap it stands for.

Labels are looked for on all screens in sight, the newest first. A bare number says less, so it belongs to the newest
one alone, and on a notice, which comes unasked, it never does what cannot be undone (`handlers.kit.taps.by_number`).
Within a wizard no notice is in sight. STOP and its like (`handlers.kit.stop_words`) come before all of it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from aiogram.types import CallbackQuery, InaccessibleMessage, Message, Update

from bot.intake.frozen import choices_of
from handlers import catalogue
from handlers.kit.capability import Fields
from handlers.kit.expecting import ends_with_command, expects_numbers, expects_words, looks_away
from handlers.kit.nav import ANEW, LEAVE
from handlers.kit.reply import TYPED
from handlers.kit.screens import Choice, Screen
from handlers.kit.seat import Seat
from handlers.kit.speaking import as_one, choice_as, parted
from handlers.kit.stop_words import RESUME, STOP, says_start, says_stop
from handlers.kit.taps import by_number
from handlers.kit.typed import as_tap, is_number
from storage import inbox, outbox
from storage.queries import mutes
from storage.unit import Unit
from town.settings import TownSettings

log = logging.getLogger(__name__)

_unrenderable: set[str] = set()
"""Notices that could not be shown again, so that each is logged once."""


class Sight(NamedTuple):
    """A screen that somebody may be answering."""

    choices: Sequence[Choice]
    at: datetime
    is_notice: bool = False


async def from_words(unit: Unit, update: Update, seat: Seat, town: TownSettings, *, sees: bool = True) -> Update:
    """The update itself, or the tap or command that its words stand for.

    Not `sees`: they answer no screen, such as what somebody said before they told who they are.
    """
    message = update.message
    if message is None or message.text is None:
        return update
    if says_stop(message.text, seat.language) and message.chat.type == "private":
        return _command(update, message, STOP)  # whatever is being asked: nobody may be kept from it
    if message.text.startswith("/"):
        if ends_with_command(seat.state):
            seat.state = None
        return _nearest(update, message, message.text)
    free = expects_words(seat.state)
    seen = await _in_sight(unit, seat, town) if sees else []
    numbers = expects_numbers(seat.state) or (bool(seen) and looks_away(seat.state, _leads_to(seen[0])))
    data = _stands_for(message.text, seen, numbers=numbers)
    if data is not None:
        return as_typed(update, message, data)
    if free:
        return update
    command = catalogue.command_for(message.text)
    if seat.state is None and says_start(message.text):  # "start" is also how the town is greeted
        is_wish = command is None or await mutes.is_any(unit, seat.account_id)
        command = RESUME if is_wish else command
    return update if command is None else _command(update, message, command)


def led_away(update: Update) -> Update:
    """A tap that leads away from a message worth keeping is handled as if that message could not be changed."""
    tap = update.callback_query
    if tap is None or not (tap.data or "").startswith(ANEW):
        return update
    kept = InaccessibleMessage(chat=tap.message.chat, message_id=tap.message.message_id) if tap.message else None
    away = tap.model_copy(update={"data": (tap.data or "")[len(ANEW) :], "message": kept})
    return Update(update_id=update.update_id, callback_query=away)


def _stands_for(text: str, seen: Sequence[Sight], *, numbers: bool) -> str | None:
    """The data of the choice that was typed, or None."""
    if is_number(text):
        if not numbers or not seen:
            return None
        data = as_tap(text, seen[0].choices)
        return _by_number(data) if data is not None and seen[0].is_notice else data
    return next((data for sight in seen if (data := as_tap(text, sight.choices)) is not None), None)


def _by_number(data: str) -> str:
    whose, own = parted(data)
    return by_number(own) if whose is None else as_one(whose, by_number(own))


def _leads_to(sight: Sight) -> list[str]:
    """The data of a screen's choices."""
    return [parted(choice.data)[1].removeprefix(ANEW) for choice in sight.choices]


async def _in_sight(unit: Unit, seat: Seat, town: TownSettings) -> list[Sight]:
    """The screens somebody may be answering, the newest first."""
    replies = [
        Sight(choices, at)
        for kept, at in await inbox.latest_replies(unit, seat.account_id)
        if (choices := choices_of(kept))
    ]
    if seat.state is not None:
        return _of_step(seat.state, replies)
    notice = await _last_notice(unit, seat.account_id, town)
    seen = replies[:1] if notice is None else [*replies[:1], notice]
    return sorted(seen, key=lambda sight: sight.at, reverse=True)


def _of_step(state: str, replies: Sequence[Sight]) -> list[Sight]:
    """What is in sight within a wizard: the last reply, and the question that is open.

    A reply that offers nothing but to leave, such as an apology, does not cover the question it is about.
    """
    newest = replies[0] if replies else None
    question = next((one for one in replies if any(data.startswith(f"w:{state}:") for data in _leads_to(one))), newest)
    if newest is None or question is None or question is newest:
        return list(replies[:1])
    covered = _leads_to(newest) != [LEAVE]
    return [newest, question] if covered else [question, newest]


async def _last_notice(unit: Unit, account_id: int, town: TownSettings) -> Sight | None:
    """The last notice as its reader sees it; None when there is none, or none that this program can still show."""
    notice = await outbox.last_sent(unit, account_id)
    if notice is None:
        return None
    try:
        screen = await _as_read(unit, notice.notice, json.loads(notice.fields), town)
    except Exception:
        if notice.notice not in _unrenderable:
            _unrenderable.add(notice.notice)
            log.warning("the notice %r cannot be shown again, so nobody can answer it", notice.notice, exc_info=True)
        return None
    choices = screen.choices
    if notice.resident_id is not None and notice.resident_id != notice.owner_id:  # as its reader was sent it
        choices = [
            choice if choice.url else choice_as(choice.label, notice.resident_id, choice.data) for choice in choices
        ]
    return Sight(choices, notice.sent_at, is_notice=True)


async def _as_read(unit: Unit, key: str, fields: Fields, town: TownSettings) -> Screen:
    """A notice as its reader sees it. What is of no use any more can still be answered."""
    gather = catalogue.notices()[key].gather
    gathered = await gather(unit, fields) if gather is not None else None
    return catalogue.render(key, fields if gathered is None else gathered, town)


def _nearest(update: Update, message: Message, text: str) -> Update:
    """A command as it is; one that is written another way ("/Week", "/my week", "/semana") as the one it means."""
    if text[1:].partition(" ")[0].partition("@")[0] in catalogue.names():
        return update
    if says_start(text):
        return _command(update, message, RESUME)
    command = catalogue.command_for(text[1:])
    return update if command is None else _command(update, message, command)


def as_typed(update: Update, message: Message, data: str) -> Update:
    """The tap that words stand for."""
    assert message.from_user is not None  # a private chat's message has its author
    tap = CallbackQuery(id=TYPED, from_user=message.from_user, chat_instance=TYPED, message=message, data=data)
    return Update(update_id=update.update_id, callback_query=tap)


def _command(update: Update, message: Message, command: str) -> Update:
    return Update(update_id=update.update_id, message=message.model_copy(update={"text": f"/{command}"}))
