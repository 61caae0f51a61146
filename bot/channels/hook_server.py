"""A server for webhooks alone, where there is no web chat whose server could take them."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web


class HookServer:
    """Serves the routes of all channels that have a webhook. It opens with the first of them and closes with the last.

    `patience` is how many seconds a call in flight has when it closes.
    """

    def __init__(self, host: str, port: int, *, patience: float = 5.0) -> None:
        self._host = host
        self._port = port
        self._patience = patience
        self._routes: list[web.RouteDef] = []
        self._users = 0
        self._runner: web.AppRunner | None = None

    def add(self, routes: Sequence[web.RouteDef]) -> None:
        """Serve these too, from when it opens."""
        self._routes += routes

    @property
    def port(self) -> int | None:
        """The port it listens at, None while it is closed."""
        addresses = self._runner.addresses if self._runner is not None else []
        return int(addresses[0][1]) if addresses else None

    async def open(self) -> None:
        """Listen, if it does not yet. Raises OSError for a port that is taken."""
        self._users += 1
        if self._runner is not None:
            return
        app = web.Application()  # each route reads its own bodies, and says what is too large
        app.add_routes(self._routes)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=self._patience)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        """Listen no more, if nobody else needs it."""
        self._users -= 1
        if self._users <= 0 and self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()


async def read_body(request: web.Request, most: int) -> bytes | None:
    """The body of a call, or None when it has more than `most` bytes."""
    if request.content_length is not None and request.content_length > most:
        return None
    body = bytearray()
    async for chunk in request.content.iter_chunked(65536):
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
