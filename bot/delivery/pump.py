"""A window of rows in hand, filled up as they end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from bot.delivery.attempt import Attempt
from storage.tables import Priority

log = logging.getLogger(__name__)


class Pump:
    """The rows of some priorities that are on their way, at most `size` at a time.

    While there are `more` due than it has room for, it takes the next when half of them have ended: a row costs less
    taken with others, and the other half lasts until then. It sets `woken` when that is worth a look.
    """

    def __init__(self, priorities: Sequence[Priority], size: int, woken: asyncio.Event) -> None:
        self.priorities = tuple(int(priority) for priority in priorities)
        self.size = size
        self.flights: dict[asyncio.Task[None], Attempt] = {}
        self.more = False
        self._woken = woken
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def _few(self) -> int:
        return self.size // 2 if self.more else self.size - 1

    def room(self) -> int:
        """How many rows are worth taking now."""
        return self.size - len(self.flights) if len(self.flights) <= self._few else 0

    def launch(self, attempts: Iterable[Attempt], *, more: bool) -> None:
        """Send rows on their way; `more` says whether others may be due."""
        for attempt in attempts:
            task = asyncio.create_task(attempt.run())
            self.flights[task] = attempt
            task.add_done_callback(self._landed)
        self.more = more
        self._tell()
        self._ask_for_more()

    def _landed(self, task: asyncio.Task[None]) -> None:
        del self.flights[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a row was left as it was: it is looked at again at the next start", exc_info=error)
        self._tell()
        self._ask_for_more()

    def _ask_for_more(self) -> None:
        if self.more and self._has_room.is_set():
            self._woken.set()

    def _tell(self) -> None:
        in_hand = len(self.flights)
        for event, limit in ((self._empty, 0), (self._has_room, self._few if self.more else 0)):
            if in_hand <= limit:
                event.set()
            else:
                event.clear()

    async def has_room(self) -> None:
        """Wait until the next rows are worth taking; until the last has ended, where no more were due."""
        await self._has_room.wait()

    async def emptied(self) -> None:
        """Wait until nothing is in hand."""
        await self._empty.wait()
