"""What a channel saw and what the database remembers, set against each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from aiogram import Bot

from bot.channels.telegram_updates import key_of
from bot.channels.whatsapp_session import Correspondent, WhatsAppSession, answering
from bot.delivery.whatsapp_forms import Form
from bot.intake.frozen import thaw
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_world import Call
from tests.emulators.whatsapp import Person as OnWhatsApp
from tests.faults.child import rows

TOAST = "answerCallbackQuery"


class Reply(NamedTuple):
    """One reply, recognisable in Telegram's record of calls. `to` is a chat's id, or a tap's for its toast."""

    method: str
    to: str
    message_id: str
    words: str


def replies_of(stored: str) -> list[Reply]:
    """The replies of an inbox row."""
    return [_reply(kept[""][0].lower() + kept[""][1:], kept) for kept in json.loads(stored)]


def _reply(method: str, params: dict[str, Any]) -> Reply:
    where = params["callback_query_id"] if method == TOAST else params["chat_id"]
    return Reply(method, str(where), str(params.get("message_id", "")), str(params.get("text") or ""))


def arrived(calls: Iterable[Call]) -> Counter[Reply]:
    """How often each reply reached its person. A repetition that Telegram refuses as one has arrived before."""
    again = ("message is not modified", "query is too old")
    return Counter(
        _reply(call.method, call.params)
        for call in calls
        if call.method in {"sendMessage", "editMessageText", TOAST}
        and (call.ok or any(words in call.error for words in again))
    )


def inbox(file: Path, tg: TelegramEmulator, numbers: Iterable[int]) -> dict[int, list[Reply]]:
    """The replies of those of these updates that are committed, by the updates' numbers."""
    stored = dict(rows(file, "SELECT key, replies FROM inbox"))
    bot = Bot(tg.token)
    keys = {number: key_of(bot, number) for number in numbers}
    return {number: replies_of(stored[key]) for number, key in keys.items() if key in stored}


# -- on WhatsApp -------------------------------------------------------------------------------------------------------


class Came(NamedTuple):
    """One message as WhatsApp had it: to whom, of which kind, and its content as JSON."""

    to: str
    kind: str
    content: str


class _Paper:
    """Takes what a session sends, and sends nothing."""

    def __init__(self) -> None:
        self.written: list[Came] = []

    async def send(self, address: str, form: Form, **_how: Any) -> str:
        self.written.append(Came(address, form.kind, json.dumps(form.content, sort_keys=True)))
        return f"wamid.{len(self.written)}"


async def as_messages(stored: str, address: str) -> list[Came]:
    """The messages that an inbox row's replies come to at an address, in English."""
    paper: Any = _Paper()

    async def english(_address: str) -> str:
        return "en"

    async with Bot("42:paper", session=WhatsAppSession(paper, english)).context() as bot:
        with answering(Correspondent(address)):
            for method in thaw(stored):
                await bot(method)
    written: list[Came] = paper.written
    return written


def came_to(people: Iterable[OnWhatsApp]) -> Counter[Came]:
    """How often each message came to these people, after the one that they began with."""
    return Counter(
        Came(person.user_id, message.kind, json.dumps(message.content, sort_keys=True))
        for person in people
        for message in person.messages[1:]
    )
