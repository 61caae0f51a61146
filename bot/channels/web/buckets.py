"""Token buckets: how often somebody may do something."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Paces:
    """What the web chat allows: posts of one session; wrong codes, new sessions, wrong addresses of calendars and looks
    at the public pages from one network address.

    A whole town hall may sign up through one address in an evening.
    """

    posts: Pace = Pace(20, 1.0)
    wrong_codes: Pace = Pace(10, 1 / 30)
    new_sessions: Pace = Pace(300, 1 / 5)
    wrong_keys: Pace = Pace(60, 1.0)
    looks: Pace = Pace(600, 10.0)


class Buckets:
    """A bucket for each key. At most `most` are kept: those used longest ago are forgotten, which fills them."""

    def __init__(self, pace: Pace, *, most: int = 10_000, timer: Callable[[], float] = time.monotonic) -> None:
        self._pace = pace
        self._most = most
        self._timer = timer
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> float:
        """Take one from the bucket of `key`: 0.0, or the seconds until there is one (then nothing is taken)."""
        now = self._timer()
        level, at = self._levels.get(key, (self._pace.burst, now))
        level = min(self._pace.burst, level + (now - at) * self._pace.per_second)
        wait = 0.0 if level >= 1 else (1 - level) / self._pace.per_second
        self._keep(key, level if wait else level - 1, now)
        return wait

    def give_back(self, key: Hashable) -> None:
        """Put back what was taken: it did not count after all."""
        if key in self._levels:
            level, at = self._levels[key]
            self._keep(key, min(self._pace.burst, level + 1), at)

    def _keep(self, key: Hashable, level: float, at: float) -> None:
        self._levels[key] = (level, at)
        self._levels.move_to_end(key)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
