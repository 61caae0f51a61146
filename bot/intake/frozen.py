"""Replies as text, so that an update that is delivered again gets the same answer again."""

from __future__ import annotations

import base64
import json
from typing import Any

from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import BufferedInputFile, InlineKeyboardMarkup

from handlers.kit.confiding import Aside, Confided
from handlers.kit.files import Printed, kept_page
from handlers.kit.reply import NO_PREVIEW
from handlers.kit.screens import Choice

Method = TelegramMethod[Any]

FIELDS: dict[type[Method], tuple[str, ...]] = {
    SendMessage: ("chat_id", "text"),
    EditMessageText: ("chat_id", "message_id", "text"),
    EditMessageReplyMarkup: ("chat_id", "message_id"),
    AnswerCallbackQuery: ("callback_query_id", "text", "show_alert"),
    SendDocument: ("chat_id", "caption"),
    SendPhoto: ("chat_id", "caption"),
}
"""The methods that conversations may return, with what is kept of each. Every channel's session handles just these."""

BY_NAME = {method.__name__: method for method in FIELDS}
FILES = {SendDocument: "document", SendPhoto: "photo"}
WITH_TEXT = (SendMessage, EditMessageText)


class UnknownReply(TypeError):
    """A handler returned something that not every channel can show: a mistake in the handler."""


class Told(list[Aside]):
    """Replies that are not kept as they are (`handlers.kit.confiding`): what is sent, and what is kept in its place."""

    @property
    def kept(self) -> list[Method]:
        return [aside.kept for aside in self if aside.kept is not None]


Replies = list[Method] | Told
"""What is to be sent for an update: kept as it is, or not."""


def flatten(result: Any) -> Replies:
    """A handler's result as a list of methods. Raises UnknownReply."""
    if result is None:
        return []
    if isinstance(result, Confided):
        flatten([method for aside in result.asides for method in (aside.told, aside.kept) if method is not None])
        return Told(result.asides)
    methods = list(result) if isinstance(result, (list, tuple)) else [result]
    for method in methods:
        if type(method) not in FIELDS:
            raise UnknownReply(f"{type(method).__name__} cannot be shown in every channel")
    return methods


def freeze(replies: Replies) -> str:
    """What is kept of replies, as JSON. Raises UnknownReply for an upload that is not in memory."""
    methods = replies.kept if isinstance(replies, Told) else replies
    return json.dumps([_freeze(method) for method in methods], ensure_ascii=False, separators=(",", ":"))


def _freeze(method: Method) -> dict[str, Any]:
    kind = type(method)
    kept: dict[str, Any] = {"": kind.__name__}
    for name in FIELDS[kind]:
        value = getattr(method, name)
        if value is not None:
            kept[name] = value
    markup = getattr(method, "reply_markup", None)
    if isinstance(markup, InlineKeyboardMarkup):
        kept["rows"] = [
            [[button.text, button.callback_data or "", button.url or ""] for button in row]
            for row in markup.inline_keyboard
        ]
    if kind in FILES:
        file = getattr(method, FILES[kind])
        if isinstance(file, Printed):
            kept["page"] = [file.filename, file.page.as_json()]
        elif isinstance(file, BufferedInputFile):
            kept["file"] = [file.filename, base64.b64encode(file.data).decode()]
        else:
            raise UnknownReply("files must be in memory")
    return kept


def thaw(text: str) -> list[Method]:
    """The replies that `freeze` wrote."""
    return [_thaw(kept) for kept in json.loads(text)]


def _thaw(kept: dict[str, Any]) -> Method:
    kind = BY_NAME[kept[""]]
    values: dict[str, Any] = {name: kept[name] for name in FIELDS[kind] if name in kept}
    if "rows" in kept:
        rows = [
            [{"text": text, "callback_data": data or None, "url": url or None} for text, data, url in row]
            for row in kept["rows"]
        ]
        values["reply_markup"] = InlineKeyboardMarkup.model_validate({"inline_keyboard": rows})
    if "file" in kept:
        name, content = kept["file"]
        values[FILES[kind]] = BufferedInputFile(base64.b64decode(content), filename=name)
    if "page" in kept:
        name, page = kept["page"]
        values[FILES[kind]] = Printed(kept_page(page), name)
    if kind in WITH_TEXT:
        values |= {"parse_mode": "HTML", "link_preview_options": NO_PREVIEW}
    if kind in FILES:
        values["parse_mode"] = "HTML"
    return kind(**values)


def choices_of(text: str) -> list[Choice]:
    """The choices of the last screen among stored replies: what somebody who types an answer is looking at."""
    for kept in reversed(json.loads(text)):
        if kept.get("rows"):
            return [Choice(label, data, url) for row in kept["rows"] for label, data, url in row]
    return []
