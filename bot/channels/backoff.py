"""Pauses between tries."""

from __future__ import annotations

import random


class Backoff:
    """Pauses between tries, in seconds: twice as long each time up to `most`, less a part left to chance."""

    def __init__(self, first: float = 0.5, most: float = 30.0) -> None:
        self.first = first
        self.most = most
        self.tries = 0

    def reset(self) -> None:
        self.tries = 0

    def next(self, at_least: float = 0.0) -> float:
        """The next pause; `at_least` is what the other side asked for."""
        pause = min(self.most, self.first * 2.0 ** min(self.tries, 30))
        self.tries += 1
        return max(at_least, pause * random.uniform(0.5, 1.0))
