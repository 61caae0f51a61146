"""Files that a room hands out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from aiogram import Bot
from aiogram.methods import SendDocument, SendPhoto, TelegramMethod
from aiogram.types import BufferedInputFile, CallbackQuery, InputFile

from handlers.kit import paper
from handlers.kit.paper import Page
from handlers.kit.reply import TYPED, Event, Reply, answer, chat_of, send
from handlers.kit.screens import Screen, keyboard


class Printed(InputFile):
    """A page that is drawn when it leaves, after the commit: nobody waits for the database meanwhile."""

    def __init__(self, page: Page, filename: str) -> None:
        super().__init__(filename=filename)
        self.page = page
        self._content: bytes | None = None

    async def content(self) -> bytes:
        """The PDF; drawn once, however often it is sent."""
        if self._content is None:
            self._content = await paper.drawn(self.page)
        return self._content

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:
        yield await self.content()


def hand_out(event: Event, name: str, content: str | bytes | Page, caption: str, screen: Screen) -> Reply:
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
    if isinstance(event, CallbackQuery) and event.id != TYPED:
        methods.append(answer(event))
    return methods


def _file(name: str, content: str | bytes | Page) -> InputFile:
    if isinstance(content, Page):
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
    return [photo, answer(event)] if isinstance(event, CallbackQuery) and event.id != TYPED else [photo]
