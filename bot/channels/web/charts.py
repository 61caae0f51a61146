"""The public pages' charts: each is drawn once for however many look, and the newest looked at are kept."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict

from handlers.news import chart, telling
from handlers.news.chart import Picture
from storage.queries.updates import UpdateRow

MOST_KEPT = 64
"""About 30 kB each."""


class Charts:
    """Draws charts, one at a time, and keeps those that were looked at last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Picture, bytes] = OrderedDict()
        self._turn = asyncio.Lock()

    def words(self, update: UpdateRow) -> Picture:
        """What the chart of an update shows, in the current language."""
        return telling.picture_words({"numbers": update.counted.kept()})

    def digest(self, words: Picture) -> str:
        """What tells a chart from any other, without drawing it."""
        return hashlib.sha256(repr(words).encode()).hexdigest()[:32]

    async def png(self, words: Picture) -> bytes:
        """The chart itself."""
        async with self._turn:
            if words not in self._kept:
                self._kept[words] = await chart.drawn(words, ())
            self._kept.move_to_end(words)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[words]
