"""Sessions: a random cookie in the browser, its SHA-256 in the database."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from aiohttp import web

from bot.channels.web.chats import topic
from bot.clock import Clock
from storage.engine import Database
from storage.queries import web as queries
from storage.queries.web import Phone
from storage.unit import Unit

COOKIE = "townbell"
LASTS = timedelta(days=180)
TOUCHED = timedelta(days=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """The signed-in browsers."""

    def __init__(self, database: Database, clock: Clock, *, is_secure: bool) -> None:
        self._database = database
        self._clock = clock
        self._is_secure = is_secure

    async def phone(self, unit: Unit, request: web.Request) -> Phone | None:
        """The chat of this browser's session, or None. A session unused for 180 days has ended."""
        digest = digest_of(request)
        if digest is None:
            return None
        return await queries.of_session(unit, digest, since=self._clock.now() - LASTS)

    async def open(self, language: str) -> tuple[str, Phone]:
        """A new account with a session: its token and its chat."""
        token = secrets.token_urlsafe(32)
        digest = _digest(token)
        address = str(secrets.randbelow(2**52 - 1) + 1)  # fits a chat id of the Bot API
        now = self._clock.now()
        async with self._database.unit() as unit:
            await queries.make_session(unit, digest=digest, address=address, language=language, now=now)
            await queries.prune_sessions(unit, now - LASTS)
            phone = await queries.of_session(unit, digest, since=now - LASTS)
        assert phone is not None  # it was made two statements ago
        return token, phone

    async def close(self, request: web.Request) -> None:
        """End this browser's session; its open sockets are told."""
        digest = digest_of(request)
        if digest is None:
            return
        async with self._database.unit() as unit:
            account_id = await queries.end_session(unit, digest)
            if account_id is not None:
                unit.announce(topic(account_id))

    async def keep(self, request: web.Request, response: web.StreamResponse, phone: Phone) -> None:
        """Let the session live on from today; at most one write a day."""
        now, digest = self._clock.now(), digest_of(request)
        if digest is None or phone.seen_at is None or now - phone.seen_at < TOUCHED:
            return
        async with self._database.unit() as unit:
            await queries.touch(unit, digest, now)
        self.hand_out(response, request.cookies[COOKIE])

    def hand_out(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser its cookie."""
        self.set(response, COOKIE, token, LASTS)

    def set(self, response: web.StreamResponse, name: str, value: str, lasts: timedelta) -> None:
        """A cookie that scripts cannot read, and that other sites' requests do not carry."""
        response.set_cookie(
            name,
            value,
            max_age=int(lasts.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._is_secure,
            path="/",
        )

    def take_back(self, response: web.StreamResponse, name: str = COOKIE) -> None:
        response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=self._is_secure)


def digest_of(request: web.Request) -> str | None:
    """The SHA-256 of this browser's cookie, or None where it has none that could be ours."""
    token = request.cookies.get(COOKIE, "")
    return _digest(token) if _TOKEN.fullmatch(token) else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
