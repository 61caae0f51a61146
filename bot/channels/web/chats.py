"""Writing into chats: what the town says (replies and notices alike) and what people say, each once by its key."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.channels.web.body import MINE, Rows, dump, load
from bot.channels.web.limits import check_caption, check_document, check_text, picture_type, plain_of
from bot.clock import Clock
from storage import inbox, outbox
from storage.engine import Database
from storage.queries import reach, web
from storage.queries.web import File, Turn
from storage.unit import Unit

MOST_ALT = 120
TROUBLE = (DBAPIError, PoolTimeout, OSError)
"""What a write may raise while the database is away."""


class NoChat(LookupError):
    """There is no web account at this address."""


class NoMessage(LookupError):
    """There is no such message of the town's in this chat."""


class NotModified(ValueError):
    """The message is already as it was to become."""


class NoText(ValueError):
    """A photo or document has no text of its own to change."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send; a photo is shown in place."""

    name: str
    content: bytes
    is_photo: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it now stands in its chat."""

    id: int
    at: datetime
    body: dict[str, Any]


def topic(account_id: int) -> str:
    """What is announced when a chat has changed."""
    return f"web:{account_id}"


class Chats:
    """The web chats of a database. Every write is a unit of its own; addresses are those of web accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def say(self, address: str, html: str, rows: Rows, *, key: str, upload: Upload | None = None) -> Written:
        """Write a message of the town's; one with the same key is given back as it is. Raises BadContent, NoChat."""
        body: dict[str, Any] = {"html": html} | ({"rows": rows} if rows else {})
        file = None
        if upload is None:
            check_text(html)
        else:
            check_caption(html)
            file = _file_of(upload)
            body |= _mention(upload, file, html)
        async with self._turn(address) as (unit, turn):
            at = self._clock.now()
            message_id = await web.put(unit, turn, key=key, mine=False, body=dump(body), at=at)
            if message_id is None:
                kept = await web.by_key(unit, turn.account_id, key)
                return Written(kept.id, kept.at, load(kept.body))
            if file is not None:
                file_id = (body.get("photo") or body["document"])["id"]
                await web.put_file(unit, file_id, turn.account_id, file, at, shared=True)
            unit.announce(topic(turn.account_id))
            return Written(message_id, at, body)

    async def hear(
        self, address: str, text: str, *, client_id: str, photo: bytes | None = None
    ) -> tuple[int, datetime]:
        """Write what a person said, once; returns its id and when they said it first. Raises NoChat.

        A `photo` stands in the chat in place of its text, which is what is read out instead.
        """
        body: dict[str, Any] = {"text": text}
        if photo is not None:
            body = {"text": "", "photo": {"id": secrets.token_urlsafe(16), "alt": text}}
        async with self._turn(address) as (unit, turn):
            key, at = f"{MINE}{client_id}", self._clock.now()
            message_id = await web.put(unit, turn, key=key, mine=True, body=dump(body), at=at)
            if message_id is None:
                kept = await web.by_key(unit, turn.account_id, key)
                return kept.id, kept.at
            if photo is not None:
                file = File("", picture_type(photo), photo)
                await web.put_file(unit, body["photo"]["id"], turn.account_id, file, at)
            unit.announce(topic(turn.account_id))
            return message_id, at

    async def state_before(self, address: str, key: str) -> str | None:
        """Where the conversation stands before an update of this key; None too if that one was handled already."""
        async with self._database.reading() as unit:
            return await inbox.state_before(unit, channel=web.CHANNEL, address=address, key=key)

    async def change(self, address: str, message_id: int, rows: Rows, *, html: str | None = None) -> Written:
        """Change a message: its text and keyboard, or without `html` its keyboard alone.

        Raises BadContent, NoChat, NoMessage, NotModified, NoText.
        """
        if html is not None:
            check_text(html)
        async with self._turn(address) as (unit, turn):
            kept = await web.message(unit, turn.account_id, message_id)
            if kept is None or kept.mine:
                raise NoMessage(message_id)
            body = load(kept.body)
            if html is not None and ("photo" in body or "document" in body):
                raise NoText(message_id)
            if html in (None, body["html"]) and rows == body.get("rows", []):
                raise NotModified(message_id)
            body |= {"rows": rows} | ({} if html is None else {"html": html})
            await web.change(unit, turn, message_id, body=dump(body), edited_at=self._clock.now())
            unit.announce(topic(turn.account_id))
            return Written(message_id, kept.at, body)

    async def seen(self, account_id: int, message_id: int) -> int:
        """Note that an account's reader has seen the messages up to this one; how many notices they have read by it."""
        async with self._database.reading() as unit:  # most of what is seen are answers, which nobody asks after
            if not await reach.any_unread(unit, account_id):
                return 0
        async with self._database.unit() as unit:
            return await outbox.read_until(unit, account_id, message_id, self._clock.now())

    async def unsay(self, address: str, message_id: int, mark: str) -> None:
        """Put a mark in the place of what a person said. Raises NoChat, NoMessage."""
        async with self._turn(address) as (unit, turn):
            kept = await web.message(unit, turn.account_id, message_id)
            if kept is None:
                raise NoMessage(message_id)
            await web.change(unit, turn, message_id, body=dump({"text": mark}), edited_at=kept.edited_at)
            unit.announce(topic(turn.account_id))

    async def take_away(self, address: str, message_id: int) -> None:
        """Take a message out of the chat; nothing of its words is kept. Raises NoChat, NoMessage."""
        async with self._turn(address) as (unit, turn):
            kept = await web.message(unit, turn.account_id, message_id)
            if kept is None:
                raise NoMessage(message_id)
            await web.change(unit, turn, message_id, body="{}", edited_at=kept.edited_at, gone=True)
            unit.announce(topic(turn.account_id))

    @asynccontextmanager
    async def _turn(self, address: str) -> AsyncIterator[tuple[Unit, Turn]]:
        async with self._database.unit() as unit:
            turn = await web.next_rev(unit, address)
            if turn is None:
                raise NoChat(address)
            yield unit, turn


def _file_of(upload: Upload) -> File:
    if upload.is_photo:
        return File("", picture_type(upload.content), upload.content)
    check_document(upload.content)
    name = "".join(char for char in upload.name.replace("\\", "/").rpartition("/")[2] if char.isprintable())[:150]
    media_type, encoding = mimetypes.guess_type(name)
    if media_type is None or encoding is not None:  # a compressed file is not of the type inside it
        media_type = "application/octet-stream"
    return File(name or "file", media_type, upload.content)


def _mention(upload: Upload, file: File, html: str) -> dict[str, Any]:
    file_id = secrets.token_urlsafe(16)
    if upload.is_photo:
        first_line = plain_of(html).partition("\n")[0]
        return {"photo": {"id": file_id, "alt": first_line[:MOST_ALT]}}
    return {"document": {"id": file_id, "name": file.name, "size": len(file.content)}}
