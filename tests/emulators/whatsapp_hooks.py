"""Webhooks: signed, posted in lanes, repeated until the town answers 200."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.emulators.whatsapp_world import Account, Json

SIGNATURE = "X-Hub-Signature-256"
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.5
MOST_KEPT = 1000


@dataclass(slots=True, eq=False)
class Delivery:
    """One body on its way: `done` when it was answered 200; `answers` are the HTTP statuses so far, 0 for none."""

    body: bytes
    done: asyncio.Future[None]
    answers: list[int] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Batch:
    """Changes held back, to be posted as one body."""

    per_value: int
    per_entry: int
    changes: list[Json] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Hooks:
    """Posts changes to `url`; they wait while it is empty. What is in one lane keeps its order, lanes do not wait for
    each other; `concurrent` False makes them one."""

    account: Account
    concurrent: bool = True
    past: deque[bytes] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))
    _url: str = ""
    _lanes: dict[str, deque[Delivery]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _batch: _Batch | None = None
    _session: aiohttp.ClientSession | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _has_url: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _extras: itertools.count[int] = field(default_factory=itertools.count)
    _broken: BaseException | None = None

    @property
    def url(self) -> str:
        """Where webhooks go."""
        return self._url

    @url.setter
    def url(self, url: str) -> None:
        self._url = url
        if url:
            self._has_url.set()
        else:
            self._has_url.clear()

    @property
    def pending(self) -> int:
        """How many bodies were not answered 200 yet."""
        held = 1 if self._batch is not None and self._batch.changes else 0
        return sum(len(lane) for lane in self._lanes.values()) + held

    @property
    def unanswered(self) -> list[Delivery]:
        """The bodies that were not answered 200 yet: a lane's in their order, the newest lane last."""
        return [delivery for lane in self._lanes.values() for delivery in lane]

    def sign(self, body: bytes) -> str:
        """The signature header's value for `body`."""
        return "sha256=" + hmac.new(self.account.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def send(self, change: Json, lane: str) -> Delivery | None:
        """Post one change; None when a batch holds it back."""
        if self._batch is not None:
            self._batch.changes.append(change)
            return None
        return self.post(self._body([[change]]), lane)

    def start(self) -> None:
        """Remember the loop that serves us: people may act while it stands still, as in a fixture of pytest."""
        self._loop = asyncio.get_running_loop()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that serves us. Raises RuntimeError before `start`."""
        if self._loop is None:
            raise RuntimeError("the emulator is not running: async with WhatsAppEmulator() as wa")
        return self._loop

    def post(self, body: bytes, lane: str) -> Delivery:
        """Post a body until it is answered 200."""
        delivery = Delivery(body, self.loop.create_future())
        self.past.append(body)
        name = lane if self.concurrent else ""
        queue = self._lanes.get(name)
        if queue is None:
            self._lanes[name] = deque([delivery])
            self._keep(self.loop.create_task(self._run(name)))
        else:
            queue.append(delivery)
        return delivery

    @contextlib.contextmanager
    def batching(self, per_value: int, per_entry: int) -> Iterator[None]:
        """Hold changes back, and post them as one body at the end.

        Up to `per_value` neighbours of one kind share a value, `per_entry` values an entry.
        """
        if self._batch is not None:
            raise ValueError("a batch is being collected already")
        self._batch = batch = _Batch(per_value, per_entry)
        try:
            yield
        finally:
            self._batch = None
            if batch.changes:
                values = _merged(batch.changes, batch.per_value)
                grouped = [values[at : at + per_entry] for at in range(0, len(values), per_entry)]
                self.post(self._body(grouped), f"batch {next(self._extras)}")

    def _body(self, entries: list[list[Json]]) -> bytes:
        whole = {
            "object": "whatsapp_business_account",
            "entry": [{"id": self.account.waba_id, "changes": changes} for changes in entries],
        }
        # Meta's own bodies escape everything but ASCII; a signature is over the bytes either way.
        return json.dumps(whole, separators=(",", ":")).encode()

    def replay(self, times: int) -> asyncio.Task[list[int]]:
        """Post the latest `times` bodies once more, oldest first; the task gives the HTTP statuses."""
        bodies = list(self.past)[-times:] if times > 0 else []
        task = self.loop.create_task(self._replay(bodies))
        self._keep(task)
        return task

    async def _replay(self, bodies: list[bytes]) -> list[int]:
        return [await self.try_once(body, self.sign(body)) for body in bodies]

    async def settled(self, also: Callable[[], bool]) -> None:
        """Return once everything was answered 200, and `also` is true: whoever changes that wakes us.

        Raises what a lane has broken on: nothing in it is posted any more.
        """
        while self.pending or self._tasks or not also():
            if self._broken is not None:
                raise self._broken
            self._changed.clear()
            await self._changed.wait()

    def wake(self) -> None:
        """Look again whether all is settled."""
        self._changed.set()

    async def stop(self) -> None:
        """Stop posting."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def after(self, seconds: float, change: Json, lane: str) -> None:
        """Post a change later."""
        self._keep(self.loop.create_task(self._later(seconds, change, lane)))

    async def _later(self, seconds: float, change: Json, lane: str) -> None:
        await asyncio.sleep(seconds)
        self.send(change, lane)

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            self._broken = self._broken or task.exception()
        self._changed.set()

    async def _run(self, name: str) -> None:
        lane = self._lanes[name]
        pause = FIRST_PAUSE_SECONDS
        while lane:
            await self._has_url.wait()
            delivery = lane[0]
            status = await self.try_once(delivery.body, self.sign(delivery.body))
            delivery.answers.append(status)
            if status == 200:
                lane.popleft()
                if not delivery.done.done():
                    delivery.done.set_result(None)
                pause = FIRST_PAUSE_SECONDS
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        del self._lanes[name]

    async def try_once(self, body: bytes, signature: str | None) -> int:
        """Post a body once and return the HTTP status, 0 when there was no answer."""
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signature is not None:
            headers[SIGNATURE] = signature
        try:
            async with self._client().post(self.url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def challenge(self, url: str, challenge: str) -> str:
        """Ask `url` whether it is the town's, as Meta does when a webhook is set up.

        Raises ValueError when the challenge does not come back.
        """
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": self.account.verify_token}
        async with self._client().get(url, params=query) as answer:
            text = await answer.text()
            if answer.status != 200 or text != challenge:
                raise ValueError(f"the callback URL couldn't be validated: {answer.status} {text[:80]!r}")
        return text

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=30), connector=aiohttp.TCPConnector(limit=40)
            )
        return self._session


def _kind(change: Json) -> tuple[str, ...]:
    value = change["value"]
    return (change["field"], *(name for name in ("messages", "statuses", "user_preferences") if name in value))


def _merged(changes: list[Json], per_value: int) -> list[Json]:
    """Neighbours of one kind in one value, up to `per_value`; a value without contacts stays apart from one with."""
    merged: list[Json] = []
    sizes: list[int] = []
    for change in changes:
        last = merged[-1] if merged else None
        alike = last is not None and _kind(last) == _kind(change)
        if last is None or not alike or sizes[-1] >= per_value or ("contacts" in last["value"]) != (
            "contacts" in change["value"]
        ):  # fmt: skip
            merged.append({"value": dict(change["value"]), "field": change["field"]})
            sizes.append(1)
            continue
        sizes[-1] += 1
        for name in ("messages", "statuses", "user_preferences", "contacts"):
            if name in change["value"]:
                new = [item for item in change["value"][name] if item not in last["value"][name]]
                last["value"][name] = [*last["value"][name], *new]
    return merged
