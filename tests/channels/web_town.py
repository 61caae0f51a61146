"""A running web channel with a small dispatcher of its own, and browsers to visit it with."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiogram import Dispatcher, F, Router
from aiogram.filters import Command, CommandObject
from aiogram.methods import AnswerCallbackQuery, EditMessageText, SendDocument, SendMessage, SendPhoto
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)
from aiohttp import ClientResponse, ClientSession, ClientWebSocketResponse, CookieJar

from bot.channels.web import WebChannel
from bot.channels.web.buckets import Pace, Paces
from bot.clock import StoppedClock
from bot.intake.intake import Intake
from bot.intake.state import AccountState
from bot.intake.unit import UnitMiddleware
from handlers import catalogue
from handlers.kit.capability import Capability
from handlers.kit.capability import Command as MenuCommand
from storage.engine import Database
from storage.sql import insert
from storage.tables import Account, Town, metadata, table_of
from storage.unit import Unit
from tests.conftest import settings_for

OPENING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
"""A Tuesday, 09:30 in the town's zone."""

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
AMPLE = Paces(posts=Pace(10_000, 1000.0), wrong_codes=Pace(3, 0.01), new_sessions=Pace(50, 1.0))
COMMANDS = (
    MenuCommand("start", "Begin", "start|hello"),
    MenuCommand("week", "Your week", "my week|week"),
    MenuCommand("desk", "The desk", "desk", role="coordinator"),
)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
EFFECT = "effect:"
"""How the announcement of an effect begins."""


@dataclass(frozen=True)
class Someone:
    account_id: int
    name: str
    role: str
    label: str


@dataclass
class SampleTown:
    """The sample town as its page sees it."""

    clock: StoppedClock
    accounts: list[int]
    moves: list[str] = field(default_factory=list)

    async def people(self, unit: Unit) -> list[Someone]:
        return [Someone(account, f"Person {account}", "resident", "Resident") for account in self.accounts]

    async def phones(self, unit: Unit) -> tuple[int, int, int]:
        first, second, third = self.accounts[:3]
        return first, second, third

    async def move(self, by: str) -> None:
        self.moves.append(by)
        self.clock.move_to(self.clock.now() + timedelta(hours=1))


def keyboard(*choices: tuple[str, str]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=text, callback_data=data)] for text, data in choices]
    )


class Answers:
    """Handlers that say back what they were told.

    `effects` are what was committed: where the same thing comes several times at once, a handler may run in several
    transactions, of which all but one are undone.
    """

    def __init__(self) -> None:
        self.effects: list[str] = []
        self.taps: list[CallbackQuery] = []
        self.busy = asyncio.Event()
        self.go_on = asyncio.Event()

    def router(self) -> Router:
        router = Router()
        router.message.register(self.start, Command("start"))
        router.message.register(self.keys, Command("keys"))
        router.message.register(self.files, Command("files"))
        router.message.register(self.slow, Command("slow"))
        router.callback_query.register(self.again, F.data == "same")
        router.callback_query.register(self.tap)
        router.message.register(self.echo)
        return router

    def hear(self, topic: str) -> None:
        """Note an effect whose transaction was committed."""
        if topic.startswith(EFFECT):
            self.effects.append(topic.removeprefix(EFFECT))

    async def start(self, message: Message, command: CommandObject, unit: Unit) -> list[Any]:
        unit.announce(f"{EFFECT}start {command.args or ''}".strip())
        return [_send(message, f"<b>Welcome</b> {command.args or ''}".strip())]

    async def keys(self, message: Message) -> list[Any]:
        return [_send(message, "Which?", keyboard(("Edit", "edit"), ("Alert", "alert"), ("Same", "same")))]

    async def files(self, message: Message) -> list[Any]:
        chat = message.chat.id
        table = BufferedInputFile("a,ä\n".encode(), filename="../hours <1>.csv")
        return [
            SendPhoto(chat_id=chat, photo=BufferedInputFile(PNG, filename="x.png"), caption="A <i>bell</i>\nin town",
                      parse_mode="HTML"),
            SendDocument(chat_id=chat, document=table, caption="The hours", parse_mode="HTML"),
        ]  # fmt: skip

    async def slow(self, message: Message, unit: Unit) -> list[Any]:
        self.busy.set()
        await self.go_on.wait()
        unit.announce(f"{EFFECT}slow")
        return [_send(message, "Done")]

    async def again(self, tap: CallbackQuery) -> list[Any]:
        assert isinstance(tap.message, Message)
        return [_edit(tap.message, str(tap.message.text), tap.message.reply_markup)]

    async def tap(self, tap: CallbackQuery, unit: Unit) -> list[Any]:
        unit.announce(f"{EFFECT}tap {tap.data}")
        self.taps.append(tap)
        assert isinstance(tap.message, Message)
        toast = AnswerCallbackQuery(
            callback_query_id=tap.id, text=f"You tapped {tap.data}", show_alert=tap.data == "alert"
        )
        times = 1 + sum(effect.startswith("tap ") for effect in self.effects)
        return [_edit(tap.message, f"Tapped: {times}", keyboard(("More", "more"))), toast]

    async def echo(self, message: Message, unit: Unit) -> list[Any]:
        unit.announce(f"{EFFECT}{message.text}")
        return [_send(message, f"You said: {message.html_text}")]


def _send(message: Message, html: str, markup: InlineKeyboardMarkup | None = None) -> SendMessage:
    return SendMessage(
        chat_id=message.chat.id, text=html, parse_mode="HTML", reply_markup=markup, link_preview_options=NO_PREVIEW
    )


def _edit(message: Message, html: str, markup: InlineKeyboardMarkup | None) -> EditMessageText:
    return EditMessageText(
        chat_id=message.chat.id,
        message_id=message.message_id,
        text=html,
        parse_mode="HTML",
        reply_markup=markup,
        link_preview_options=NO_PREVIEW,
    )


class Browser:
    """One browser: its cookies, and the calls that the page's scripts make."""

    def __init__(self, http: ClientSession, address: str, phone: str = "/chat/me") -> None:
        self.http = http
        self.address = address
        self.phone = phone

    async def get(self, path: str, **options: Any) -> ClientResponse:
        return await self.http.get(self.address + path, allow_redirects=False, **options)

    async def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> ClientResponse:
        given = {"X-Townbell": "1", "Content-Type": "application/json", "Origin": self.address} | (headers or {})
        kept = {name: value for name, value in given.items() if value}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.http.post(self.address + path, data=data, headers=kept, allow_redirects=False)

    async def form(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> ClientResponse:
        given = {"Origin": self.address} | (headers or {})
        return await self.http.post(self.address + path, data=fields, headers=given, allow_redirects=False)

    async def csrf(self, path: str = "/join") -> str:
        text = await (await self.get(path)).text()
        found = re.search(r'name="csrf" value="([\w-]{43})"', text)
        assert found is not None, text
        return found[1]

    async def join(self, code: str = "", **headers: str) -> ClientResponse:
        return await self.form("/join", {"csrf": await self.csrf(), "code": code}, headers)

    async def say(self, text: object, client_id: str | None = None) -> ClientResponse:
        return await self.post(f"{self.phone}/messages", {"id": client_id or str(uuid.uuid4()), "text": text})

    async def tap(self, message: object, data: object, client_id: str | None = None) -> ClientResponse:
        body = {"id": client_id or str(uuid.uuid4()), "message": message, "data": data}
        return await self.post(f"{self.phone}/taps", body)

    async def history(self, query: str = "") -> dict[str, Any]:
        answer = await self.get(f"{self.phone}/messages{query}")
        assert answer.status == 200, await answer.text()
        history: dict[str, Any] = await answer.json()
        return history

    async def last(self) -> dict[str, Any]:
        message: dict[str, Any] = (await self.history())["messages"][-1]
        return message

    async def words(self) -> list[str]:
        """Everything in the chat, oldest first."""
        return [message.get("html") or message.get("text") for message in (await self.history())["messages"]]

    async def live(self, after: int, **headers: str) -> ClientWebSocketResponse:
        given = {"Origin": self.address} | headers
        return await self.http.ws_connect(f"{self.address}{self.phone}/live?after={after}", headers=given)


class WebTown:
    """The server, and what stands behind it."""

    def __init__(self, channel: WebChannel, database: Database, clock: StoppedClock, answers: Answers) -> None:
        self.channel = channel
        self.database = database
        self.clock = clock
        self.answers = answers
        self.sample: SampleTown | None = None
        self._sessions: list[ClientSession] = []

    def browser(self, phone: str = "/chat/me") -> Browser:
        session = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self._sessions.append(session)
        return Browser(session, self.channel.address, phone)

    async def visitor(self) -> Browser:
        """A browser that has signed in, with the town's greeting in its chat."""
        browser = self.browser()
        answer = await browser.join()
        assert answer.status == 303, await answer.text()
        return browser

    async def close(self) -> None:
        for session in self._sessions:
            await session.close()
        await self.channel.stop()
        await self.database.close()


@contextmanager
def only_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """The answers, as the only room of the house, which speaks English."""
    answers = Answers()
    room = Capability("answers", router=answers.router, commands=COMMANDS)
    cached = (catalogue.commands, catalogue._words)
    with monkeypatch.context() as patched:
        patched.setattr(catalogue, "capabilities", lambda: (room,))
        patched.setattr(catalogue, "LANGUAGES", ("en",))
        for function in cached:
            function.cache_clear()
        yield answers
    for function in cached:
        function.cache_clear()


async def make_tables(database: Database, town: dict[str, Any]) -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(
            insert(table_of(Town)), {"id": 1, "settings": json.dumps(town), "clock_offset": 0, "is_sample": False}
        )


async def add_account(database: Database, address: str) -> int:
    async with database.unit() as unit:
        account = await unit.add(Account(channel="web", address=address, language="en", created_at=OPENING))
        return int(account.id)


@asynccontextmanager
async def a_web_town(
    database_url: str,
    folder: Path,
    answers: Answers,
    *,
    paces: Paces = AMPLE,
    is_sample: bool = False,
    settings: dict[str, Any] | None = None,
    extra_routes: Any = (),
    **town: Any,
) -> AsyncIterator[WebTown]:
    """A started web channel. `town` changes the town's settings, `settings` the operator's."""
    database = Database(database_url)
    database.subscribe(answers.hear)
    kept = {"name": "Riverbend", "zone": "Africa/Johannesburg", "join_policy": "open"} | town
    await make_tables(database, kept)
    clock = StoppedClock(OPENING)
    dispatcher = Dispatcher(storage=AccountState(), disable_fsm=True)
    dispatcher.update.outer_middleware(UnitMiddleware(database, clock))
    dispatcher.update.outer_middleware(dispatcher.fsm)
    dispatcher.include_router(answers.router())
    sample = None
    if is_sample:
        sample = SampleTown(clock, [await add_account(database, str(1000 + number)) for number in range(3)])
    channel = WebChannel(
        settings_for(database_url, folder, sample=is_sample, **(settings or {})),
        database,
        clock,
        Intake(dispatcher),
        sample=sample,
        extra_routes=extra_routes,
        paces=paces,
    )
    web_town = WebTown(channel, database, clock, answers)
    web_town.sample = sample
    await channel.start()
    try:
        yield web_town
    finally:
        await web_town.close()
