"""Webhook mode: Telegram calls us, and hears 200 only when an update was committed and answered."""

from __future__ import annotations

import hmac
import json
import logging
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.hook_server import read_body
from bot.channels.telegram_taker import Taker
from bot.intake.intake import Unavailable

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST = 1 << 20
"""Bytes of one call; Telegram's updates are a few thousand."""


class Hook:
    """Takes Telegram's calls at the path of `url`. Whatever is not answered with 200 is called again by Telegram."""

    def __init__(self, url: str, secret: str, taker: Taker) -> None:
        self.path = urlsplit(url).path or "/"
        self._secret = secret.encode()
        self._taker = taker

    def routes(self) -> list[web.RouteDef]:
        return [web.post(self.path, self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """One call: 401 without the secret, 413 or 400 for what cannot be an update, 503 when it has to come again."""
        if not self._knows_secret(request):
            return web.Response(status=401)
        if self._taker.stopping or not self._taker.username:
            return web.Response(status=503)
        body = await read_body(request, LARGEST)
        if body is None:
            return web.Response(status=413)
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            log.warning("the webhook was called with something that is not JSON")
            return web.Response(status=400)
        arrived = self._taker.translate(raw)
        if arrived is None:
            return web.Response(status=200)
        try:
            done = await self._taker.once(arrived)
        except Unavailable as error:
            log.warning("%s waits: %s", arrived.arrival.key, type(error.__cause__ or error).__name__)
            return web.Response(status=503)
        return web.Response(status=200 if done else 503)

    def _knows_secret(self, request: web.Request) -> bool:
        # Bytes, because compare_digest refuses letters beyond ASCII; aiohttp keeps odd bytes as lone surrogates.
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self._secret)
