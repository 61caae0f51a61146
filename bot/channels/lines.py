"""Who is served when: the updates of one person in order, those of different persons at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    length: int = 0


class Lines:
    """One line per address; whoever came first is served first. Only lines with somebody in them take up memory.

    `counters` is how many may be served at the same time in all.
    """

    def __init__(self, counters: int = 32) -> None:
        self.counter = asyncio.Semaphore(counters)
        self._lines: dict[str, _Line] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    @asynccontextmanager
    async def at(self, address: str) -> AsyncIterator[None]:
        """Stand in line, and hold its head for as long as the block lasts."""
        line = self._lines.setdefault(address, _Line())
        line.length += 1
        self._empty.clear()
        try:
            async with line.lock:
                yield
        finally:
            line.length -= 1
            if line.length == 0:
                del self._lines[address]
            if not self._lines:
                self._empty.set()

    async def emptied(self) -> None:
        """Wait until nobody is in any line."""
        await self._empty.wait()
