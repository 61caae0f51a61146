"""WhatsApp's webhook: it hears 200 only when all that it told was committed and answered."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Callable

from aiohttp import web

from bot.channels.hook_server import read_body
from bot.channels.whatsapp_taker import WhatsAppTaker
from bot.channels.whatsapp_updates import heard_in
from bot.delivery.whatsapp_trackers import Trackers
from bot.intake.intake import Unavailable

log = logging.getLogger(__name__)

SIGNATURE = "X-Hub-Signature-256"
A_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
LARGEST = 4 << 20
"""Bytes of one call; WhatsApp's are 3 MB at most.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview"""

MOST_CHALLENGE = 256

IsSigned = Callable[[bytes, str], bool]


class WhatsAppHook:
    """Takes WhatsApp's calls at a path. Whatever is not answered with 200 is called again, for up to a week.

    `is_signed` tells whether a body bears the signature that came with it.
    """

    def __init__(
        self,
        path: str,
        phone_id: str,
        verify_token: str,
        is_signed: IsSigned,
        trackers: Trackers,
        taker: WhatsAppTaker,
    ) -> None:
        self._path = path
        self._phone_id = phone_id
        self._verify_token = verify_token.encode()
        self._is_signed = is_signed
        self._trackers = trackers
        self._taker = taker
        self._calls = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    def routes(self) -> list[web.RouteDef]:
        return [web.get(self._path, self.challenge, allow_head=False), web.post(self._path, self.answer)]

    async def quiet(self) -> None:
        """Wait until no call is being answered."""
        await self._quiet.wait()

    async def challenge(self, request: web.Request) -> web.Response:
        """The proof that this address is ours: the challenge for whoever knows the token, 403 for anybody else."""
        query = request.query
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
        if query.get("hub.mode") != "subscribe" or not hmac.compare_digest(given, self._verify_token):
            return web.Response(status=403)
        return web.Response(text=query.get("hub.challenge", "")[:MOST_CHALLENGE], content_type="text/plain")

    async def answer(self, request: web.Request) -> web.Response:
        """One call: 413 or 400 for what cannot be one, 401 without its signature, 503 when it has to come again."""
        if self._taker.stopping:
            return web.Response(status=503)
        signature = request.headers.get(SIGNATURE, "")
        if not A_SIGNATURE.fullmatch(signature):
            return web.Response(status=401)  # whatever comes without one is not even read
        body = await read_body(request, LARGEST)
        if body is None:
            return web.Response(status=413)
        if not self._is_signed(body, signature):
            return web.Response(status=401)
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            log.warning("the webhook was called with something that is not JSON")
            return web.Response(status=400)
        self._calls += 1
        self._quiet.clear()
        try:
            heard = heard_in(raw, self._phone_id, self._trackers, self._taker.oldest)
            done = await self._taker.take(heard)
        except Unavailable as error:
            log.warning("a webhook of WhatsApp waits: %s", type(error.__cause__ or error).__name__)
            return web.Response(status=503)
        finally:
            self._calls -= 1
            if not self._calls:
                self._quiet.set()
        return web.Response(status=200 if done else 503)
