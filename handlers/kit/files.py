"""Files that a room hands out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from aiogram import Bot
from aiogram.methods import SendDocument, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, InputFile

from handlers.kit import paper, placard
from handlers.kit.paper import Page
from handlers.kit.placard import Placard
from handlers.kit.reply import Event, Reply, answer, chat_of, is_tapped, send
from handlers.kit.screens import Screen, keyboard


class Printed(InputFile):
    """A page that is drawn when it leaves, after the commit: nobody waits for the database meanwhile."""

    def __init__(self, page: Page | Placard, filename: str) -> None:
        super().__init__(filename=filename)
        self.page = page
        self._content: bytes | None = None

    async def content(self) -> bytes:
        """The PDF; drawn once, however often it is sent."""
        if self._content is None:
            draw = placard.drawn(self.page) if isinstance(self.page, Placard) else paper.drawn(self.page)
            self._content = await draw
        return self._content

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        yield await self.content()


def kept_page(kept: str) -> Page | Placard:
    """The page that its own `as_json` wrote."""
    return Placard.from_json(kept) if placard.is_one(kept) else Page.from_json(kept)


def hand_out(event: Event, name: str, content: str | bytes | Page | Placard, caption: str, screen: Screen) -> Reply:
    """A file with a line about it, and below it the way on."""
    methods: list[TelegramMethod[Any]] = [
        SendDocument(
            chat_id=chat_of(event),
            document=_file(name, content),
            caption=str(caption),
            parse_mode="HTML",
        ),
        send(chat_of(event), screen),
    ]
    if is_tapped(event):
        methods.append(answer(event))
    return methods


def _file(name: str, content: str | bytes | Page | Placard) -> InputFile:
    if isinstance(content, Page | Placard):
        return Printed(content, name)
    return BufferedInputFile(content.encode() if isinstance(content, str) else content, filename=name)


def show_photo(event: Event, content: bytes, name: str, screen: Screen) -> Reply:
    """A screen below a picture; the message it was asked for on stays as it is."""
    photo = SendPhoto(
        chat_id=chat_of(event),
        photo=BufferedInputFile(content, filename=name),
        caption=str(screen.html),
        parse_mode="HTML",
        reply_markup=keyboard(screen),
    )
    return [photo, answer(event)] if is_tapped(event) else [photo]
