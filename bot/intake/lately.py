"""What was said aside lately, in memory alone: whoever did not get the answer to their vote gets it if they ask again.

It is kept nowhere else (`handlers.kit.confiding`), and with a lost answer the key of a ballot would be lost for good.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.intake.arrival import Arrival
from bot.intake.frozen import Replies, Told

KEPT = 300.0
"""Seconds: a page whose line is down asks again every ten."""

MOST = 256


class Lately:
    """The last replies that were said aside, by the update that they answer. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[tuple[str, str], tuple[float, Told]] = {}

    def again(self, arrival: Arrival, replies: Replies) -> Replies:
        """The replies to an update; to one that has come again those of the first time, while they are remembered."""
        now, key = self._clock(), (arrival.channel, arrival.key)
        self._forget(now)
        if isinstance(replies, Told):
            self._told.pop(key, None)
            self._told[key] = (now, replies)
            return replies
        return self._told[key][1] if key in self._told else replies

    def _forget(self, now: float) -> None:
        """Let go of what is too old, and of the oldest where there are too many."""
        while self._told:
            oldest = next(iter(self._told))
            if self._told[oldest][0] > now - KEPT and len(self._told) <= MOST:
                return
            del self._told[oldest]
