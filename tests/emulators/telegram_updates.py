"""The queue of updates: numbered, handed out by long polling or pushed to a webhook, kept until confirmed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.emulators.telegram_errors import Refusal
from tests.emulators.telegram_params import Params
from tests.emulators.telegram_world import Json

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Without allowed_updates Telegram sends every kind but these.
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
LONGEST_POLL_SECONDS = 50
CONFLICT_POLLING = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(slots=True)
class _Entry:
    update: Any
    id: int
    again: bool = False
    handed_out: bool = False


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed, and how the last push went."""

    url: str
    secret: str
    max_connections: int = 40
    last_error_at: int = 0
    last_error: str = ""


@dataclass(slots=True)
class Updates:
    """All updates of one bot. `on_reply` carries out a method that a webhook's answer names."""

    first_id: int
    on_reply: Callable[[str, Params], Awaitable[Any]]
    webhook: Webhook | None = None
    allowed: list[str] = field(default_factory=list)
    _queue: list[_Entry] = field(default_factory=list)
    _past: dict[int, Any] = field(default_factory=dict)
    _ids: itertools.count[int] = field(init=False)
    _poller: asyncio.Future[None] | None = None
    _pump: asyncio.Task[None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._ids = itertools.count(self.first_id)

    @property
    def pending(self) -> int:
        """How many updates are not confirmed yet."""
        return len(self._queue)

    @property
    def polled(self) -> bool:
        """Whether a getUpdates is waiting right now."""
        return self._poller is not None

    def wanted(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def add(self, kind: str, content: Any) -> int:
        """Queue an update and return its id; 0 when the bot did not ask for its kind."""
        if not self.wanted(kind):
            return 0
        return self.add_raw({kind: content})

    def add_raw(self, update: Any) -> int:
        """Queue anything as an update; an object without `update_id` is given the next one."""
        number = next(self._ids)
        if isinstance(update, dict):
            update = {"update_id": number, **update}
            if isinstance(update["update_id"], int):
                number = update["update_id"]
        self._past[number] = update
        self._queue.append(_Entry(update, number))
        self._wake()
        return number

    def redeliver(self, update_id: int) -> None:
        """Hand out an update once more under its old id, as after a lost confirmation. Raises KeyError."""
        self._queue.insert(0, _Entry(self._past[update_id], update_id, again=True))
        self._wake()

    def clear(self) -> None:
        """Forget what is not confirmed (`drop_pending_updates`)."""
        self._queue.clear()
        self._wake()

    async def settled(self) -> None:
        """Return once every update is confirmed."""
        while self._queue:
            self._changed.clear()
            await self._changed.wait()

    async def get(self, params: Params) -> list[Any]:
        """getUpdates: confirm below `offset`, then wait up to `timeout` seconds for something to hand out.

        Raises Refusal 409 when a webhook is set, or in the waiting call when another one comes.
        """
        if self.webhook is not None:
            raise Refusal(409, CONFLICT_WEBHOOK)
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(Refusal(409, CONFLICT_POLLING))
        if params.values.get("allowed_updates") is not None:
            self.allowed = [str(kind) for kind in params.tree("allowed_updates", [])]
        offset, limit = params.number("offset"), min(max(params.number("limit", 100), 1), 100)
        self._confirm(offset)
        ready = self._ready(offset, limit)
        loop = asyncio.get_running_loop()
        until = loop.time() + min(max(params.number("timeout"), 0), LONGEST_POLL_SECONDS)
        while not ready and (left := until - loop.time()) > 0:
            await self._wait(left)
            ready = self._ready(offset, limit)
        for entry in ready:
            entry.handed_out = True
        return [entry.update for entry in ready]

    async def _wait(self, seconds: float) -> None:
        poller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = poller
        try:
            async with asyncio.timeout(seconds):
                await poller
        except TimeoutError:
            return
        finally:
            # A dead connection cancels us here: its poll must not count as running.
            if self._poller is poller:
                self._poller = None

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._queue = self._queue[offset:]
        else:
            self._queue = [e for e in self._queue if not (e.handed_out if e.again else e.id < offset)]
        self._changed.set()

    def _ready(self, offset: int, limit: int) -> list[_Entry]:
        return [entry for entry in self._queue if entry.again or entry.id >= offset][:limit]

    def _wake(self) -> None:
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        self._changed.set()

    async def set_webhook(self, webhook: Webhook | None) -> None:
        """Start pushing to `webhook`, or stop pushing."""
        await self.stop()
        self.webhook = webhook
        if webhook is not None:
            if self._poller is not None and not self._poller.done():
                self._poller.set_exception(Refusal(409, "Conflict: terminated by setWebhook request"))
            self._pump = asyncio.create_task(self._push_all(webhook))

    async def stop(self) -> None:
        """Stop pushing; what is not confirmed stays."""
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None

    async def _push_all(self, webhook: Webhook) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            pause = 0.05
            while True:
                if not self._queue:
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                entry = self._queue[0]
                if await self._push(session, webhook, entry.update):
                    pause = 0.05
                    if entry in self._queue:
                        self._queue.remove(entry)
                    self._changed.set()
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, 1.0)

    async def _push(self, session: aiohttp.ClientSession, webhook: Webhook, update: Json) -> bool:
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            async with session.post(webhook.url, json=update, headers=headers) as answer:
                if not answer.ok:
                    webhook.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                    webhook.last_error_at = int(time.time())
                    return False
                body = await answer.json() if answer.content_type == "application/json" else None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            webhook.last_error, webhook.last_error_at = f"Connection failed: {error}", int(time.time())
            return False
        if isinstance(body, dict) and "method" in body:
            # Its outcome is in the record of calls; Telegram does not report it to the webhook either.
            with contextlib.suppress(Refusal):
                await self.on_reply(str(body.pop("method")), Params(body))
        return True

    def info(self) -> Json:
        """The Bot API `WebhookInfo` object."""
        hook = self.webhook
        body: Json = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": self.pending,
        }
        if hook:
            body["max_connections"] = hook.max_connections
            if hook.last_error:
                body |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
        if self.allowed:
            body["allowed_updates"] = self.allowed
        return body
