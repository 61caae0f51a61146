"""pywa's requests, which travel over aiohttp as those of the other channels (`bot.delivery.http` says why).

With `bot.delivery.whatsapp` and `bot.channels.whatsapp` the only module that imports `pywa`.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import certifi
import httpx
from pywa.errors import WhatsAppError
from pywa.utils import Version
from pywa_async.api import GraphAPIAsync

META = "https://graph.facebook.com"
VERSION = str(Version.GRAPH_API.value)
"""The version of the Graph API that pywa speaks."""

SKIPPED = ("connection", "accept-encoding", "host")
"""Headers that are the connection's own."""

NO_CODE: Mapping[int, int] = {401: 190, 413: 131053, 429: 130429}
"""What an answer without an error of WhatsApp's own means, by its HTTP status, as one of its codes."""


class Broken(httpx.ReadError):
    """No whole answer came. `left`: the request was on its way, so that the other side may have acted on it.

    No timeout or connection error by its type: of those pywa logs advice on how to set up httpx.
    """

    def __init__(self, what: str, *, left: bool) -> None:
        super().__init__(what)
        self.left = left


class _Body(httpx.AsyncByteStream):
    """What is still coming of an answer."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.content.iter_chunked(65536):
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise Broken(type(error).__name__, left=True) from error

    async def aclose(self) -> None:
        self._answer.close()  # what was not read to its end is not worth the connection


class OverAiohttp(httpx.AsyncBaseTransport):
    """At most `connections` connections, each answer within `patience` seconds. Opens on the loop that first uses it.

    Raises Broken.
    """

    def __init__(self, connections: int, *, patience: float, connect_timeout: float = 5.0) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout, sock_read=patience)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name not in SKIPPED}
        answer = await self._asked(request.method, str(request.url), await request.aread(), headers)
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """The whole answer to a body, without the work of httpx, which takes longer than all the rest of it."""
        answer = await self._asked("POST", url, body, headers)
        try:
            async with answer:
                content = await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise Broken(type(error).__name__, left=True) from error
        return httpx.Response(answer.status, headers=answer.raw_headers, content=content)

    async def _asked(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
        if self._session is None:
            self._session = self._open(secure=url.startswith("https:"))
        try:
            return await self._session.request(
                method, url, data=body or None, headers=headers, allow_redirects=False, timeout=self._timeout
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Broken(type(error).__name__, left=False) from error
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            raise Broken(type(error).__name__, left=True) from error

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self, *, secure: bool) -> aiohttp.ClientSession:
        trusted = ssl.create_default_context(cafile=certifi.where()) if secure else True
        connector = aiohttp.TCPConnector(limit=self._connections, ssl=trusted)
        return aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            skip_auto_headers=("Accept-Encoding", "User-Agent"),
            cookie_jar=aiohttp.DummyCookieJar(),
        )


class Graph(GraphAPIAsync):
    """pywa's calls; those that carry JSON alone, as messages do, go the short way."""

    def __init__(self, token: str, base: str, wire: OverAiohttp) -> None:
        self._client = httpx.AsyncClient(transport=wire, trust_env=False)
        super().__init__(token, self._client, float(VERSION))
        self._client.base_url = httpx.URL(base)
        self._base = base
        self._wire = wire
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    async def _request(self, method: str, endpoint: str, **kwargs: Any) -> Any:  # type: ignore[override] # as pywa's own
        if method != "POST" or kwargs.keys() != {"json"}:
            return await super()._request(method, endpoint, **kwargs)
        response = await self._wire.post(self._base + endpoint, json.dumps(kwargs["json"]).encode(), self._headers)
        if response.status_code >= 400:
            raise WhatsAppError.from_dict(self._extract_error(response), response)
        return json.loads(response.content)

    @staticmethod
    def _extract_error(res: httpx.Response) -> dict[str, Any]:
        """WhatsApp's error; of an answer without one the status, not the text, which may be of anything between us."""
        with suppress(ValueError, LookupError, TypeError):
            error = res.json()["error"]
            int(error["code"])
            return dict(error)
        return {"code": NO_CODE.get(res.status_code, 0), "message": f"HTTP {res.status_code}"}

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
