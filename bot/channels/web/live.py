"""The live socket: what is new in a chat, at once, and after a break whatever was missed.

A watcher holds no messages. It is told that there is something, and its socket reads from the history what came after
the last revision it sent: so a slow reader costs one flag, and misses nothing.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from aiohttp import WSCloseCode, web

from bot.channels.web.body import expected, shown
from bot.channels.web.chats import TROUBLE, topic
from storage.engine import Database
from storage.queries import web as queries
from storage.queries.web import Kept, Phone
from storage.unit import Unit

log = logging.getLogger(__name__)

HEARTBEAT = 25.0  # seconds
MOST_SOCKETS = 20  # of one account
BATCH = 100
SIGNED_OUT = 4401
NOT_FOUND = 4404
CLOCK = "clock"
"""The topic of the sample town's clock, for every open page."""

Finder = Callable[[Unit, web.Request], Awaitable[Phone]]


class Watcher:
    """One open socket's flags."""

    __slots__ = ("clock_moved", "news")

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.clock_moved = False


class Hub:
    """Tells watchers of what was announced."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[Watcher]] = defaultdict(set)

    def hear(self, announced: str) -> None:
        """A topic was announced, by whichever process."""
        if announced == CLOCK:
            for watcher in set().union(*self._watchers.values()):
                watcher.clock_moved = True
                watcher.news.set()
        else:
            for watcher in self._watchers.get(announced, ()):
                watcher.news.set()

    @contextmanager
    def watching(self, account_id: int) -> Iterator[Watcher]:
        """A watcher of one chat for as long as the block lasts. Raises HTTPTooManyRequests above 20 of one account."""
        watchers = self._watchers[topic(account_id)]
        if len(watchers) >= MOST_SOCKETS:
            raise web.HTTPTooManyRequests(headers={"Retry-After": "10"})
        watcher = Watcher()
        watchers.add(watcher)
        try:
            yield watcher
        finally:
            watchers.discard(watcher)
            if not watchers:
                self._watchers.pop(topic(account_id), None)


class Live:
    """Serves `GET {base}/live`."""

    def __init__(
        self, database: Database, hub: Hub, find: Finder, clock_frame: Callable[[Phone], dict[str, str]]
    ) -> None:
        self._database = database
        self._hub = hub
        self._find = find
        self._clock_frame = clock_frame
        self._sockets: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, base: str, after: int) -> web.WebSocketResponse:
        """Keep one socket fed until it closes. Raises what `find` raises."""
        async with self._database.reading() as unit:
            phone = await self._find(unit, request)
        with self._hub.watching(phone.account_id) as watcher:
            socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=1024)
            await socket.prepare(request)
            self._sockets.add(socket)
            feeding = asyncio.create_task(self._feed(request, socket, watcher, base, after))
            try:
                async for _ in socket:  # nothing is expected; reading answers pings and notices the end
                    pass
            finally:
                self._sockets.discard(socket)
                feeding.cancel()
                with suppress(asyncio.CancelledError):
                    await feeding
        return socket

    async def close(self) -> None:
        """Hang up everywhere; the pages dial again by themselves."""
        await asyncio.gather(*(socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self._sockets)))

    async def _feed(
        self, request: web.Request, socket: web.WebSocketResponse, watcher: Watcher, base: str, after: int
    ) -> None:
        try:
            await self._feed_on(request, socket, watcher, base, after)
        except web.HTTPException as error:
            await socket.close(code=SIGNED_OUT if error.status == 401 else NOT_FOUND)
        except ConnectionError:
            return  # the reader has gone: the receiving side notices too
        except TROUBLE:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        except Exception:
            log.exception("a live socket failed")
            await socket.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _feed_on(
        self, request: web.Request, socket: web.WebSocketResponse, watcher: Watcher, base: str, after: int
    ) -> None:
        while True:
            watcher.news.clear()
            phone, changes = await self._read(request, after)
            for frame in frames(changes, phone, base, after):
                await socket.send_str(json.dumps(frame, ensure_ascii=False))
            after = changes[-1].rev if changes else after
            if watcher.clock_moved:
                watcher.clock_moved = False
                await socket.send_str(json.dumps(self._clock_frame(phone), ensure_ascii=False))
            if len(changes) < BATCH:
                with suppress(TimeoutError):  # then looked anyway: an announcement between processes may be lost
                    await asyncio.wait_for(watcher.news.wait(), HEARTBEAT)

    async def _read(self, request: web.Request, after: int) -> tuple[Phone, Sequence[Kept]]:
        async with self._database.reading() as unit:
            phone = await self._find(unit, request)
            if phone.rev <= after:
                return phone, ()
            return phone, await queries.changes(unit, phone.account_id, after=after, most=BATCH)


def frames(changes: Sequence[Kept], phone: Phone, base: str, after: int) -> Iterator[dict[str, Any]]:
    """Changes as frames. Only the last one names the new revision: a break between two repeats both."""
    gone = [message.id for message in changes if message.gone]
    kept = [message for message in changes if not message.gone]
    if gone:
        yield {"type": "gone", "rev": after if kept else changes[-1].rev, "ids": gone}
    if kept:
        yield {"type": "messages", "rev": changes[-1].rev, "messages": shown(kept, phone, base)} | expected(phone)
