"""A strict WhatsApp Cloud API on loopback, and the caller of the town's webhook.

    async with WhatsAppEmulator() as wa:
        wa.url, wa.token, wa.phone_number_id, wa.app_secret …        # what the town is set up with
        await wa.subscribe("http://127.0.0.1:8080/whatsapp")
        thandi = wa.person("Thandi")
        thandi.says("hello")
        await wa.settled()
        assert thandi.last.text == "Welcome to Riverbend"
        thandi.taps(None, "Join")

It speaks real HTTP, refuses what Meta refuses with Meta's codes, and breaks on demand (`fail_next`). The test's own
event loop serves it, so the town may be another process and be killed at any time: a webhook that was not answered 200
comes again.
"""

from __future__ import annotations

import asyncio
import json
import math
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.emulators.whatsapp_faults import Fault, FaultKind, Gate, Limits, Mishaps
from tests.emulators.whatsapp_hooks import Hooks
from tests.emulators.whatsapp_people import Person
from tests.emulators.whatsapp_service import LARGEST_REQUEST, Service
from tests.emulators.whatsapp_state import State, WindowErrors
from tests.emulators.whatsapp_statuses import Statuses
from tests.emulators.whatsapp_templates import Templates
from tests.emulators.whatsapp_world import Account, Call, Choice, Json, Message

__all__ = ["Call", "Choice", "Limits", "Message", "Mishaps", "Person", "Statuses", "WhatsAppEmulator"]

MOMENT = 0.1
"""Seconds."""


class WhatsAppEmulator:
    """One business number's WhatsApp.

    `latency` seconds pass before every call takes effect. `enforce_limits` turns the rate limits on, `mishaps` trouble
    at random. `now` gives Unix seconds. Without `concurrent` all webhooks come one after the other; with it only those
    of one person do. Without `keeps_record` neither calls nor messages are remembered, but `receipts` are: for each
    message that was taken, its `to` or `recipient` and the machine's monotonic time. `tier` is how many different
    people may be written to in 24 hours outside their window. Webhooks wait until `hook` is set.
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        enforce_limits: Limits | None = None,
        mishaps: Mishaps | None = None,
        keeps_record: bool = True,
        concurrent: bool = True,
        tier: int | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.account = Account.new()
        self.phone_number_id, self.waba_id = self.account.phone_number_id, self.account.waba_id
        self.token, self.app_secret = self.account.token, self.account.app_secret
        self.verify_token, self.display_number = self.account.verify_token, self.account.display_number
        self.url = ""
        self.hooks = Hooks(self.account, concurrent)
        self.state = State(self.account, self.hooks, now, keeps_record)
        self.state.tier.most = tier
        self._gate = Gate(enforce_limits) if enforce_limits else None
        self.service = Service(self.state, self._gate, latency, mishaps or Mishaps())
        self.calls, self.receipts = self.service.calls, self.service.receipts
        self._runner: web.AppRunner | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        self.hooks.start()
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/{path:.*}", self.service.answer)
        # A handler must die with its connection: a call that nobody waits for ends there.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        await web.SockSite(self._runner, listener).start()
        self.url = self.state.library.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.service.closing.set()
        await self.hooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- the other end ----------------------------------------------------------------------------------------------

    def person(
        self,
        name: str,
        *,
        phone: str | None = None,
        user_id: str | None = None,
        username: str = "",
        hides_phone: bool = False,
    ) -> Person:
        """Somebody new, who has not written yet. Raises ValueError for a phone or user id that is taken."""
        return Person(self.state, self.state.add_person(name, phone, user_id, username, hides_phone))

    async def subscribe(self, url: str) -> None:
        """Set the webhook up as Meta does: by a challenge. Raises ValueError when it does not come back."""
        await self.hooks.challenge(url, str(1_158_201_444 + len(self.calls)))
        self.hook = url

    @property
    def hook(self) -> str:
        """Where webhooks go; they wait while it is empty."""
        return self.hooks.url

    @hook.setter
    def hook(self, url: str) -> None:
        self.hooks.url = url

    @property
    def pending(self) -> int:
        """How many webhooks were not answered 200 yet."""
        return self.hooks.pending

    async def settled(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109
        """Wait until every webhook was answered 200 and no call is under way. Raises TimeoutError, saying what is.

        It waits for a moment at a time: while the whole machine stands still nobody is late.
        """
        for _ in range(math.ceil(timeout / MOMENT)):
            with suppress(TimeoutError):
                async with asyncio.timeout(MOMENT):
                    await self.hooks.settled(lambda: self.service.in_air == 0)
                    return
        left = f"{self.pending} webhooks unanswered, {self.service.in_air} calls under way"
        raise TimeoutError(f"{left} after {timeout} s")

    def batching(self, per_value: int = 2, per_entry: int = 2) -> AbstractContextManager[None]:
        """Hold webhooks back, and post them in one body at the end: up to `per_value` neighbours of one kind in a
        change, `per_entry` changes in an entry."""
        return self.hooks.batching(per_value, per_entry)

    def replays(self, times: int = 1) -> asyncio.Task[list[int]]:
        """Post the latest `times` bodies once more, as after a lost answer; awaited, it gives the HTTP statuses."""
        return self.hooks.replay(times)

    async def posts_raw(self, body: bytes | Json, signature: str | None = "") -> int:
        """Post any body once and return the HTTP status, 0 when there was none. It is signed rightly unless a
        `signature` is given; None leaves the header out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.hooks.try_once(raw, self.hooks.sign(raw) if signature == "" else signature)

    def called(self, path_end: str) -> list[Call]:
        """The calls whose path ends so, oldest first."""
        return [call for call in self.calls if call.path.endswith(path_end)]

    # --- trouble ----------------------------------------------------------------------------------------------------

    def fail_next(
        self,
        *,
        code: int = 131000,
        http: int = 0,
        times: int = 1,
        retry_after: float | None = None,
        to: Person | None = None,
        kind: FaultKind | int = "error",
        call: str = "messages",
        contacts: bool | None = None,
    ) -> None:
        """Make the next `times` calls fail: messages, `to` somebody if given, or another `call` ("upload", "media",
        "download", "templates", "number", "read").

        "error" answers with `code` (and `http`, by default the reference's), "status" accepts and then reports the
        failure, with or without `contacts`; "500", "502", "503" answer so; "garbage" answers 200 with what is no JSON;
        "drop" breaks the connection in the middle of an answer; "timeout" never answers. With "_after" the effect
        takes place.
        """
        named: Any = str(kind)
        whom = to.contact if to is not None else None
        self.service.faults.waiting.append(Fault(named, code, http, times, retry_after, whom, call, contacts))

    @property
    def flooded(self) -> int:
        """How many messages the rate limits have refused."""
        return self._gate.refused if self._gate is not None else 0

    def forgive(self, stood_still: Callable[[], float]) -> None:
        """What came in good time is no flood where it is seen late, and all at once: `stood_still` seconds of late."""
        if self._gate is not None:
            self._gate.stood_still = stood_still

    # --- settings ---------------------------------------------------------------------------------------------------

    @property
    def latency(self) -> float:
        """How many seconds pass before a call takes effect."""
        return self.service.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self.service.latency = seconds

    @property
    def mishaps(self) -> Mishaps:
        """The trouble that messages meet at random."""
        return self.service.mishaps

    @mishaps.setter
    def mishaps(self, mishaps: Mishaps) -> None:
        self.service.mishaps = mishaps

    @property
    def templates(self) -> Templates:
        """The account's message templates."""
        return self.state.templates

    @property
    def now(self) -> Callable[[], float]:
        """What gives Unix seconds: the 24 hours, and how long files are kept, are counted by it."""
        return self.state.now

    @now.setter
    def now(self, now: Callable[[], float]) -> None:
        self.state.now = now

    @property
    def statuses(self) -> Statuses:
        """How statuses come."""
        return self.state.statuses

    @statuses.setter
    def statuses(self, statuses: Statuses) -> None:
        self.state.statuses = statuses

    @property
    def tier(self) -> int | None:
        """How many different people may be written to in 24 hours outside their window; None for any number."""
        return self.state.tier.most

    @tier.setter
    def tier(self, most: int | None) -> None:
        self.state.tier.most = most

    @property
    def window_errors(self) -> WindowErrors:
        """Whether free text outside the 24 hours fails by "status", as mostly, or at once as an "error"."""
        return self.state.window_errors

    @window_errors.setter
    def window_errors(self, kind: WindowErrors) -> None:
        self.state.window_errors = kind

    @property
    def contacts_without_user_id(self) -> bool:
        """Whether webhooks have the shapes of before April 2026, with phones only."""
        return self.state.contacts_without_user_id

    @contacts_without_user_id.setter
    def contacts_without_user_id(self, old: bool) -> None:
        self.state.contacts_without_user_id = old
