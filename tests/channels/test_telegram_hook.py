"""The Telegram channel in webhook mode: what is answered with 200, and what is not."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.telegram import Patience, TelegramChannel
from bot.channels.telegram_hook import LARGEST, SECRET_HEADER
from bot.channels.telegram_updates import KINDS
from bot.intake import intake
from bot.problems import StartupProblem
from tests.channels.telegram_town import QUICK, TelegramTown, a_town, until


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with a_town(tmp_path) as town:
        yield town


SECRET = "a-secret_of-ours"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def on_webhook(town: TelegramTown, patience: Patience = QUICK) -> AsyncIterator[TelegramChannel]:
    port = free_port()
    async with town.running(
        telegram_webhook_url=f"http://127.0.0.1:{port}/telegram/hook",
        telegram_webhook_secret=SECRET,
        web_enabled=False,
        web_port=port,
        patience=patience,
    ) as channel:
        yield channel


async def call(channel: TelegramChannel, body: Any, **headers: str) -> int:
    """Call the webhook as anybody could; returns the status."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"http://127.0.0.1:{channel.port}/telegram/hook", data=data, headers=headers) as answer,
    ):
        return answer.status


def an_update(town: TelegramTown, number: int = 1, text: str = "/count") -> dict[str, Any]:
    """An update of somebody who has written before."""
    chat = {"id": 5_100_000_001, "type": "private", "first_name": "Thandi"}
    author = {"id": chat["id"], "is_bot": False, "first_name": "Thandi"}
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    message = {"message_id": number, "date": 0, "chat": chat, "from": author, "text": text, "entities": entities}
    return {"update_id": number, "message": message}


async def test_the_conversation_goes_on_by_webhook(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi")
    async with on_webhook(town) as channel:
        thandi.says("/count")
        thandi.says("/ask")
        await town.telegram.settled()
        thandi.taps("Yes")
        await town.telegram.settled()
        hook = await channel.bot.get_webhook_info()
    assert [message.text for message in thandi.messages if message.from_bot] == ["1", "Yes, 2"]
    assert hook.allowed_updates == KINDS
    assert town.telegram.called("getUpdates") == []
    # It stays set: while we are away Telegram keeps what comes.
    assert town.telegram.state.updates.webhook is not None
    assert town.telegram.state.updates.webhook.secret == SECRET


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "sécret-ñandú-密"])
async def test_without_the_secret_nothing_is_taken(town: TelegramTown, secret: str | None) -> None:
    async with on_webhook(town) as channel:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        assert await call(channel, an_update(town), **headers) == 401
    assert await town.handled() == []


async def test_odd_bytes_in_the_secret_are_refused_too(town: TelegramTown) -> None:
    async with on_webhook(town) as channel:
        reader, writer = await asyncio.open_connection("127.0.0.1", channel.port)
        head = f"POST /telegram/hook HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{SECRET_HEADER}: ".encode()
        writer.write(head + b"\xff\xfe\xe9\r\nConnection: close\r\n\r\n{}")
        status = await reader.readline()
        writer.close()
        await writer.wait_closed()
    assert b" 401 " in status


async def test_what_cannot_be_an_update(town: TelegramTown) -> None:
    async with on_webhook(town) as channel:
        with_secret = {SECRET_HEADER: SECRET}
        assert await call(channel, b"not json", **with_secret) == 400
        assert await call(channel, b"[" * 100_000, **with_secret) == 400
        assert await call(channel, b" " * (LARGEST + 1), **with_secret) == 413
        # A malformed update would come again for ever, were it refused.
        assert await call(channel, {"update_id": 1, "message": {"text": 7}}, **with_secret) == 200
        assert await call(channel, [], **with_secret) == 200
    assert await town.handled() == []


async def test_two_deliveries_of_one_update_have_one_effect(town: TelegramTown) -> None:
    thandi = town.telegram.person("Thandi", id=5_100_000_001)
    thandi.chat.started = True
    async with on_webhook(town) as channel:
        both = [call(channel, an_update(town), **{SECRET_HEADER: SECRET}) for _ in range(2)]
        assert await asyncio.gather(*both) == [200, 200]
    assert await town.effects() == 1
    assert [message.text for message in thandi.messages] == ["1", "1"]


async def test_503_until_it_is_committed_and_answered(town: TelegramTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PATIENCE", ())
    thandi = town.telegram.person("Thandi", id=5_100_000_001)
    thandi.chat.started = True
    town.telegram.fail_next("sendMessage", kind="500")
    async with on_webhook(town) as channel:
        assert await call(channel, an_update(town), **{SECRET_HEADER: SECRET}) == 503
        assert await town.effects() == 1
        assert await call(channel, an_update(town), **{SECRET_HEADER: SECRET}) == 200
        assert await call(channel, an_update(town, 2, "/break"), **{SECRET_HEADER: SECRET}) == 503
    assert await town.effects() == 1
    assert [message.text for message in thandi.messages] == ["1"]


async def test_a_stop_finishes_the_calls_in_flight(town: TelegramTown) -> None:
    town.telegram.latency = 0.3
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    async with on_webhook(town):
        await until(lambda: town.telegram.state.updates.webhook is not None)
        await asyncio.sleep(0.15)
    assert [message.text for message in thandi.messages if message.from_bot] == ["1"]
    assert await town.effects() == 1


async def test_the_web_chats_server_can_carry_it(town: TelegramTown) -> None:
    port = free_port()
    channel = town.channel(telegram_webhook_url=f"http://127.0.0.1:{port}", telegram_webhook_secret=SECRET)
    app = web.Application()
    app.add_routes(channel.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    thandi = town.telegram.person("Thandi")
    thandi.says("/count")
    await channel.start()
    assert channel.port is None
    await town.telegram.settled()
    await channel.stop()
    await runner.cleanup()
    assert [message.text for message in thandi.messages if message.from_bot] == ["1"]


async def test_an_address_that_telegram_refuses_is_a_startup_problem(town: TelegramTown) -> None:
    channel = town.channel(telegram_webhook_url="http://town.example/hook")
    with pytest.raises(StartupProblem, match="TOWNBELL_TELEGRAM_WEBHOOK_URL"):
        await channel.start()
    await channel.stop()


async def test_a_taken_port_is_told_at_once(town: TelegramTown) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        channel = town.channel(telegram_webhook_url=f"http://127.0.0.1:{port}/", web_enabled=False, web_port=port)
        with pytest.raises(OSError, match="address already in use"):
            await channel.start()
        await channel.stop()
