"""What a tap costs on one channel beside another: from the body of the webhook's call to the body of the answer.

Both are the channels themselves, on a town each; in place of the networks are a request that is there at once and an
answer that comes at once.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import httpx
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.methods import TelegramMethod
from aiohttp import web
from multidict import CIMultiDict
from pydantic import SecretStr
from sqlalchemy import func, update

from bench.figures import Compared, Run, compare
from bench.updates import PEOPLE, ROUNDS, RUNS, TOKEN, found_town, join_tap, tap
from bot.app import make_dispatcher
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_hook import SECRET_HEADER
from bot.channels.telegram_session import make_session
from bot.channels.whatsapp import WhatsAppChannel
from bot.channels.whatsapp_hook import SIGNATURE
from bot.clock import SystemClock
from bot.delivery.pace import Limits, Pace
from bot.delivery.whatsapp_http import OverAiohttp
from bot.intake.intake import Intake
from bot.settings import Settings
from handlers.kit.links import Links
from storage.engine import Database
from storage.migrate import upgrade
from storage.queries.whatsapp import CHANNEL
from storage.sql import select
from storage.tables import Account, Inbox, table_of

SECRET = "a-secret-of-no-value"
PHONE_ID, APP_SECRET = "106540352242922", "0123456789abcdef"
AT_ONCE = Limits(chat_spacing=0.0, overall=10**9)
WANTED = "You have a place"

accounts = table_of(Account)
Hook = Any
"""The `answer` of a channel's webhook: a request, and the response to it."""


class Call:
    """A request whose body is there."""

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        self.headers = CIMultiDict(headers)
        self.content_length = len(body)
        self.content = self
        self._body = body

    async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
        yield self._body


class Screens:
    """Counts the screens that say what is measured."""

    def __init__(self) -> None:
        self.count = 0

    def look(self, body: str) -> None:
        self.count += WANTED in body


class Telegram(AiohttpSession):
    """aiogram's session, but for the network: the form is built, and an answer is read."""

    def __init__(self, screens: Screens, session: AiohttpSession) -> None:
        super().__init__(api=session.api)
        self.middleware = session.middleware
        self.screens = screens

    async def make_request(self, bot: Any, method: TelegramMethod[Any], timeout: int | None = None) -> Any:  # noqa: ASYNC109 - aiogram's
        self.build_form_data(bot, method)
        self.screens.look(getattr(method, "text", None) or "")
        sent = {"message_id": 8, "date": 1_795_500_000, "chat": {"id": 1, "type": "private"}, "text": "…"}
        is_message = "chat_id" in type(method).model_fields
        answer = json.dumps({"ok": True, "result": sent if is_message else True})
        return self.check_response(bot=bot, method=method, status_code=200, content=answer).result


class Wire(OverAiohttp):
    """WhatsApp, answering at once."""

    def __init__(self, screens: Screens) -> None:
        super().__init__(1, patience=1.0)
        self.screens = screens

    async def post(self, url: str, body: bytes, headers: Any) -> httpx.Response:
        self.screens.look(body.decode())
        answer = {"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": f"wamid.{self.screens.count}"}]}
        return httpx.Response(200, content=json.dumps(answer).encode())


def _settings(folder_url: str) -> Settings:
    given: dict[str, Any] = {
        "sample": False,
        "database_url": folder_url,
        "telegram_token": SecretStr(TOKEN),
        "telegram_webhook_url": "https://town.example.org/telegram",
        "telegram_webhook_secret": SecretStr(SECRET),
        "whatsapp_token": SecretStr("EAABench"),
        "whatsapp_phone_id": PHONE_ID,
        "whatsapp_app_secret": SecretStr(APP_SECRET),
    }
    return Settings(_env_file=None, **given)  # type: ignore[call-arg]  # pydantic-settings takes it


@asynccontextmanager
async def _town(url: str, channel: str) -> AsyncIterator[Database]:
    await upgrade(url)
    database = Database(url)
    await found_town(database)
    if channel == CHANNEL:
        heard_at = datetime.now(UTC)  # whoever takes a place has looked at the shifts a moment ago
        async with database.unit() as unit:
            phone, moved = "2782" + accounts.c.address, "ZA." + accounts.c.address
            await unit.run(update(accounts).values(channel=CHANNEL, address=moved, phone=phone, heard_at=heard_at))
    yield database
    await database.close()


def _from_telegram(number: int) -> Call:
    person = (number - 1) % PEOPLE + 1
    return Call(json.dumps(tap(number, person, join_tap(number))).encode(), {SECRET_HEADER: SECRET})


def _from_whatsapp(number: int) -> Call:
    person = (number - 1) % PEOPLE + 1
    reply = {"type": "button_reply", "button_reply": {"id": join_tap(number), "title": "I'll come"}}
    message = {
        "from": f"2782{person}",
        "from_user_id": f"ZA.{person}",
        "id": f"wamid.{number:020d}",
        "timestamp": str(int(time.time())),
        "type": "interactive",
        "interactive": reply,
        "context": {"from": "27100000001", "id": "wamid.before"},
    }
    contact = {"profile": {"name": "Thandi"}, "wa_id": f"2782{person}", "user_id": f"ZA.{person}"}
    metadata = {"display_phone_number": "27100000001", "phone_number_id": PHONE_ID}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], "messages": [message]}
    change = {"value": value, "field": "messages"}
    payload = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}
    body = json.dumps(payload).encode()
    return Call(body, {SIGNATURE: "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()})


@asynccontextmanager
async def _channel(url: str, channel: str) -> AsyncIterator[Run]:
    """One channel's webhook: each call a tap of somebody else. Raises RuntimeError for one that was not answered so."""
    screens, numbers = Screens(), itertools.count(1)
    async with _town(url, channel) as database:
        clock, links = SystemClock(), Links()
        intake = Intake(make_dispatcher(database, clock, links))
        if channel == CHANNEL:
            hook, make = await _whatsapp(url, database, intake, screens), _from_whatsapp
        else:
            hook, make = _telegram(url, database, intake, screens), _from_telegram

        async def run() -> None:
            response: web.Response = await hook(make(next(numbers)))
            if response.status != 200:
                raise RuntimeError(f"the webhook answered {response.status}")

        yield run
        done = next(numbers) - 1
        async with database.reading() as unit:
            kept = await unit.value(select(func.count()).select_from(table_of(Inbox)))
        if not done == screens.count == kept:
            raise RuntimeError(f"{done} calls, {screens.count} screens, {kept} kept")


def _telegram(url: str, database: Database, intake: Intake, screens: Screens) -> Hook:
    channel = TelegramChannel(_settings(url), database, SystemClock(), intake, pace=Pace(AT_ONCE))
    channel.bot.session = Telegram(screens, make_session(None, Pace(AT_ONCE)))
    channel._taker.username = "riverbend_bot"
    assert channel._hook is not None
    return channel._hook.answer


async def _whatsapp(url: str, database: Database, intake: Intake, screens: Screens) -> Hook:
    with patch("bot.delivery.whatsapp.OverAiohttp", lambda *_given, **_named: Wire(screens)):
        channel = WhatsAppChannel(_settings(url), database, SystemClock(), intake, pace=Pace(AT_ONCE))
    for person in range(1, PEOPLE + 1):  # they were heard of before
        await channel._taker._people.address_of(f"ZA.{person}", f"2782{person}", key="")
    return channel._hook.answer


async def whatsapp_join(url: str, other_url: str) -> Compared:
    """A resident takes a place on a shift by WhatsApp, beside one who does by Telegram."""
    async with _channel(url, "telegram") as floor, _channel(other_url, CHANNEL) as ours:
        return await compare(floor, ours, rounds=ROUNDS, runs=RUNS)
