"""What a message holds, in its three forms: stored JSON, the browser's JSON, and aiogram's `Message`.

Stored: `{"text", "photo"}` for one of mine; for the town's `{"html", "rows": [[{"text", "data" | "url"}]],
"photo": {"id", "alt"}, "document": {"id", "name", "size"}}`; without what it has not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from aiogram.types import Document, InlineKeyboardMarkup, Message, PhotoSize, User

from bot.channels.web.limits import plain_of
from bot.intake import made
from handlers.kit.expecting import expects_picture
from locales import a_day, a_time, speaking
from storage.queries.web import Kept, Phone
from town import settings as town_settings

Rows = list[list[dict[str, str]]]

MINE = "me:"
"""What the key of a message of mine begins with; the browser's own id follows."""

TOWN = User(id=1, is_bot=True, first_name="Townbell")


def dump(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text)
    return body


def rows_of(markup: InlineKeyboardMarkup | None) -> Rows:
    """A checked keyboard as it is stored."""
    if markup is None:
        return []
    return [
        [
            {"text": button.text} | ({"url": button.url} if button.url else {"data": button.callback_data or ""})
            for button in row
        ]
        for row in markup.inline_keyboard
        if row
    ]


def markup_of(rows: Rows) -> InlineKeyboardMarkup | None:
    """A stored keyboard as aiogram's."""
    if not rows:
        return None
    buttons = [
        [{"text": button["text"], "url": button.get("url"), "callback_data": button.get("data")} for button in row]
        for row in rows
    ]
    return InlineKeyboardMarkup.model_validate({"inline_keyboard": buttons})


def shown(messages: Sequence[Kept], phone: Phone, base: str) -> list[dict[str, Any]]:
    """Messages for the browser, times in the town's zone, days in the account's language."""
    zone = town_settings.parse(phone.settings).tz
    with speaking(phone.language):
        day = lru_cache(a_day)  # many messages, few days
        return [_shown(message, load(message.body), zone, day, base) for message in messages]


def expected(phone: Phone) -> dict[str, Any]:
    """What the conversation waits for, besides words and taps: a photo, or nothing."""
    return {"expects": "photo" if expects_picture(phone.state) else None}


def _shown(
    message: Kept, body: dict[str, Any], zone: ZoneInfo, day: Callable[[date], str], base: str
) -> dict[str, Any]:
    at = message.at.astimezone(zone)
    photo, document = body.get("photo"), body.get("document")
    words = {"text": body["text"]} if message.mine else {"html": body["html"]}
    return words | {
        "id": message.id,
        "rev": message.rev,
        "from": "me" if message.mine else "town",
        "client_id": message.key.removeprefix(MINE) if message.mine else None,
        "at": at.isoformat(timespec="seconds"),
        "time": a_time(at, zone),
        "day": day(at.date()),
        "photo": photo and {"url": f"{base}/files/{photo['id']}", "alt": photo["alt"]},
        "document": document
        and {"url": f"{base}/files/{document['id']}", "name": document["name"], "size": document["size"]},
        "buttons": body.get("rows", []),
        "edited": message.edited_at is not None,
    }


def as_message(message_id: int, at: datetime, body: dict[str, Any], chat_id: int) -> Message:
    """A message of the town's as aiogram knows it: what a send returns, and what a tap was made on."""
    words = plain_of(body["html"])
    values: dict[str, Any] = {}
    if photo := body.get("photo"):
        size = PhotoSize(file_id=photo["id"], file_unique_id=photo["id"], width=0, height=0)
        values = {"photo": [size], "caption": words or None}
    elif document := body.get("document"):
        file = Document(
            file_id=document["id"],
            file_unique_id=document["id"],
            file_name=document["name"],
            file_size=document["size"],
        )
        values = {"document": file, "caption": words or None}
    else:
        values = {"text": words}
    markup = markup_of(body.get("rows", []))
    return made.message(message_id, at, chat=chat_id, author=TOWN, reply_markup=markup, **values)
