"""One request after the other to one server, over connections that stay open; and whether a failed one had left.

aiohttp, which the channels use too: a request by httpx, python-telegram-bot's own, takes three times the work, and more
the more of them are on their way.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import IO
from urllib.parse import urlencode

import aiohttp
import certifi

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Files = Mapping[str, tuple[str, bytes | IO[bytes], str]]
"""Files of a request by the field's name: file name, content and media type."""


class Failed(Exception):
    """No whole answer came. `left`: the request was on its way, so that the server may have acted on it."""

    def __init__(self, what: str, *, left: bool, timeout: bool) -> None:
        super().__init__(what)
        self.left = left
        self.timeout = timeout


class Http:
    """A client with at most `connections` connections. It opens when it is first used, on the loop that does."""

    def __init__(self, connections: int, *, connect_timeout: float, pool_timeout: float) -> None:
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self, url: str, fields: Mapping[str, str], files: Files, *, patience: float | None
    ) -> tuple[int, bytes]:
        """The status and the body of what the server answers within `patience` seconds. Raises Failed."""
        if self._session is None:
            self._session = self._open(secure=url.startswith("https:"))
        timeout = aiohttp.ClientTimeout(
            total=None, connect=self._pool_timeout, sock_connect=self._connect_timeout, sock_read=patience
        )
        data = _multipart(fields, files) if files else urlencode(fields).encode()
        try:
            async with self._session.post(url, data=data, headers=None if files else FORM, timeout=timeout) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            timed_out = isinstance(error, TimeoutError)
            raise Failed(_told(error), left=False, timeout=timed_out) from error
        except (aiohttp.ClientError, OSError) as error:  # a TimeoutError is an OSError
            raise Failed(_told(error), left=True, timeout=isinstance(error, TimeoutError)) from error

    async def close(self) -> None:
        """Close the connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _open(self, *, secure: bool) -> aiohttp.ClientSession:
        trusted = ssl.create_default_context(cafile=certifi.where()) if secure else True
        connector = aiohttp.TCPConnector(limit=self._connections, ssl=trusted)
        return aiohttp.ClientSession(
            connector=connector, skip_auto_headers=("Accept-Encoding",), cookie_jar=aiohttp.DummyCookieJar()
        )


def _multipart(fields: Mapping[str, str], files: Files) -> aiohttp.FormData:
    form = aiohttp.FormData(fields)
    for name, (file_name, content, media_type) in files.items():
        form.add_field(name, content, filename=file_name, content_type=media_type)
    return form


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
