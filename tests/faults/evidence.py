"""What Telegram saw and what the database remembers, set against each other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from aiogram import Bot

from bot.channels.telegram_updates import key_of
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_world import Call
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
