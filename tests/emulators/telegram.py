"""A strict Telegram Bot API on loopback, for aiogram and python-telegram-bot alike.

    async with TelegramEmulator() as tg:
        bot = Bot(tg.token, session=AiohttpSession(api=TelegramAPIServer.from_base(tg.url)))
        sender = ExtBot(tg.token, base_url=tg.url + "/bot")
        thandi = tg.person("Thandi")
        thandi.says("/start")
        ...
        assert thandi.last.text == "Welcome to Riverbend"

It speaks real HTTP, refuses what Telegram refuses in Telegram's words, and breaks on demand (`fail_next`).
The test's own event loop serves it, so the program under test may be another process and be killed at any time:
a getUpdates whose connection died is forgotten, and its updates are handed out again.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import socket
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.emulators import telegram_params
from tests.emulators.telegram_errors import Refusal
from tests.emulators.telegram_faults import (
    BROKEN_CONNECTION,
    PACED,
    Fault,
    FaultKind,
    Faults,
    FloodGate,
    Limits,
    Mishaps,
)
from tests.emulators.telegram_methods import METHODS
from tests.emulators.telegram_params import Params
from tests.emulators.telegram_people import Channel, Group, Person
from tests.emulators.telegram_state import State
from tests.emulators.telegram_updates import Updates
from tests.emulators.telegram_world import Button, Call, Json, Message, Toast, Upload

__all__ = ["Button", "Call", "Channel", "Group", "Limits", "Message", "Person", "TelegramEmulator", "Toast", "Upload"]

TOKEN = re.compile(r"[1-9][0-9]{4,19}:[A-Za-z0-9_-]{30,50}")
LARGEST_REQUEST = 64 * 2**20
_bot_ids = itertools.count(7_000_000_001)


class TelegramEmulator:
    """One bot's Telegram. `url`, `token` and `bot_id` tell clients where it is and who they are.

    `latency` seconds pass before every call takes effect. `enforce_limits` turns flood control on, `mishaps` trouble at
    random. With `strict_html` a bare `&` or unknown entity is refused too. A tap can be answered for `query_lifetime`
    seconds. `now` gives Unix seconds. Without `keeps_record` neither calls nor messages are remembered, but `receipts`
    are: for each message that was taken, its chat and the machine's monotonic time.
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        enforce_limits: Limits | None = None,
        mishaps: Mishaps | None = None,
        keeps_record: bool = True,
        strict_html: bool = True,
        query_lifetime: float = 60.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.bot_id = next(_bot_ids)
        self.token = f"{self.bot_id}:AAEmulatorTokenOfNoValueAtAll-_{self.bot_id % 10_000:04d}"
        self.url = ""
        self.calls: list[Call] = []
        self.receipts: list[tuple[str, float]] = []
        self.keeps_record = keeps_record
        self.latency = latency
        self.username = "riverbend_bot"
        bot: Json = {"id": self.bot_id, "is_bot": True, "first_name": "Riverbend", "username": self.username}
        updates = Updates(first_id=814_000_001, on_reply=self._perform)
        self.state = State(self.token, bot, updates, strict_html, query_lifetime, now, keeps_record)
        self._gate = FloodGate(enforce_limits) if enforce_limits else None
        self.mishaps = mishaps or Mishaps()
        self._faults = Faults()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._give_file)
        # A handler must die with its connection: see Updates.get.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        await web.SockSite(self._runner, listener).start()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self.state.updates.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- the other end ----------------------------------------------------------------------------------------------

    def person(self, name: str, language_code: str = "en", id: int | None = None) -> Person:
        """Somebody new, who has not written to the bot yet."""
        return Person(self.state, name, language_code, id)

    def group(self, title: str, *people: Person, supergroup: bool = False) -> Group:
        """A new group that the bot is in."""
        return Group(self.state, title, *people, supergroup=supergroup)

    def channel(self, title: str) -> Channel:
        """A new channel, which the bot knows of when it is let in."""
        return Channel(self.state, title)

    def raw_update(self, update: Any) -> int:
        """Queue anything as an update, malformed too, and return its id (given unless it has one)."""
        return self.state.updates.add_raw(update)

    def redeliver(self, update_id: int) -> None:
        """Hand out a past update once more. Raises KeyError for one that never was."""
        self.state.updates.redeliver(update_id)

    def expire_queries(self) -> None:
        """Make every open tap too old to answer."""
        for query in self.state.queries.values():
            query.at = float("-inf")

    @property
    def flooded(self) -> int:
        """How many messages flood control has refused."""
        return self._gate.refused if self._gate is not None else 0

    def forgive(self, stood_still: Callable[[], float]) -> None:
        """What came in good time is no flood where it is seen late, and all at once: `stood_still` seconds of late."""
        if self._gate is not None:
            self._gate.stood_still = stood_still

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return self.state.updates.pending

    @property
    def polled(self) -> bool:
        """Whether a getUpdates is waiting right now."""
        return self.state.updates.polled

    async def settled(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Wait until the bot has confirmed every update. Raises TimeoutError, saying how many are left."""
        try:
            async with asyncio.timeout(timeout):
                await self.state.updates.settled()
        except TimeoutError:
            raise TimeoutError(f"{self.pending} updates unconfirmed after {timeout} s") from None

    def commands(self, scope: str = "default", language_code: str = "") -> list[Json]:
        """The bot's commands in a scope: "default", "all_private_chats", …, or "chat:<id>"."""
        return self.state.commands.get((scope, language_code), [])

    def called(self, method: str) -> list[Call]:
        """The calls of one method, oldest first."""
        return [call for call in self.calls if call.method == method]

    # --- trouble ----------------------------------------------------------------------------------------------------

    def fail_next(
        self,
        method: str | None = None,
        times: int = 1,
        kind: FaultKind = "500",
        retry_after: int = 1,
        chat_id: int | None = None,
    ) -> None:
        """Make the next `times` calls fail: of `method` (any but getUpdates when None), to `chat_id` if given.

        "429", "400", "403", "500", "502" answer so; "502_html" as a proxy does; "timeout" never answers; "reset"
        breaks the connection in the middle of an answer. With "_after" a timeout or reset comes after the effect.
        """
        self._faults.waiting.append(Fault(kind, method, times, retry_after, chat_id))

    # --- service ----------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        started = asyncio.get_running_loop().time()
        asked = request.match_info["method"]
        method = METHODS[asked.lower()][0] if asked.lower() in METHODS else asked
        params = Params({})
        fault: Fault | None = None
        try:
            self._admit(request.match_info["token"])
            params = await telegram_params.read(request)
            fault = self._faults.take(method, params.text("chat_id")) or self.mishaps.take(method)
            result = await self._carry_out(method, params, fault)
            if method in PACED and result is not None:
                self.receipts.append((params.text("chat_id"), time.monotonic()))
            error, status, body = "", 200, {"ok": True, "result": result}
        except Refusal as refusal:
            error, status, body = refusal.description, refusal.code, refusal.body()
        except web.HTTPRequestEntityTooLarge:
            too_large = Refusal(413, "Request Entity Too Large")
            error, status, body = too_large.description, too_large.code, too_large.body()
        broken = fault is not None and fault.kind in BROKEN_CONNECTION
        failed = f"connection: {fault.kind}" if fault is not None and broken else error
        if self.keeps_record:
            self.calls.append(Call(method, params.shown(self.token), started, not failed, failed))
        if fault is not None and broken:
            return await self._break(request, fault, body)
        if fault is not None and fault.kind == "502_html":
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        return web.json_response(body, status=status)

    async def _give_file(self, request: web.Request) -> web.StreamResponse:
        """A file that getFile has named. The record of calls has it as "download"."""
        started = asyncio.get_running_loop().time()
        path = request.match_info["path"]
        fault, upload, error, status = self._faults.take("download", ""), None, "", 200
        try:
            self._admit(request.match_info["token"])
            if fault is not None and (refusal := fault.refusal()):
                raise refusal
            upload = self.state.at_path(path)
            if upload is None:
                raise Refusal(404, "Not Found")
        except Refusal as refused:
            error, status = refused.description, refused.code
        broken = fault is not None and fault.kind in BROKEN_CONNECTION
        self.calls.append(Call("download", {"path": path}, started, not error and not broken, error))
        if fault is not None and broken:
            return await self._break(request, fault, {"ok": False, "description": "broken off"})
        if upload is None:
            return web.json_response({"ok": False, "description": error}, status=status)
        return web.Response(body=upload.data, content_type="application/octet-stream")

    def _admit(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")

    async def _carry_out(self, method: str, params: Params, fault: Fault | None) -> Any:
        if self.latency and method != "getUpdates":
            await asyncio.sleep(self.latency)
        if fault is not None and (refusal := fault.refusal()):
            raise refusal
        if fault is not None and fault.kind in {"timeout", "reset"}:
            return None  # broken off before anything took effect
        return await self._perform(method, params)

    async def _perform(self, method: str, params: Params) -> Any:
        if method.lower() not in METHODS:
            raise Refusal(404, "Not Found: method not found")
        if self._gate is not None:
            self._gate.check(method, params.text("chat_id"), asyncio.get_running_loop().time())
        return await METHODS[method.lower()][1](self.state, params)

    async def _break(self, request: web.Request, fault: Fault, body: Json) -> web.StreamResponse:
        if fault.kind.startswith("timeout"):
            await self._closing.wait()  # the caller gives up first, which ends this handler
        answer = web.json_response(body)
        half = web.StreamResponse(headers={"Content-Type": "application/json"})
        half.content_length = answer.content_length or 1
        await half.prepare(request)
        await half.write(b'{"ok"')
        if request.transport is not None:
            request.transport.abort()
        return half
