"""What a notice carries on WhatsApp, and its statuses bring back: which row of the outbox it is, under our seal.

Whoever else sends by the town's number has its statuses told to us too, with whatever it wrote there. So what we write
bears a digest that only whoever knows the app's secret can make.
"""

from __future__ import annotations

import hmac
import re
from typing import NamedTuple

PURPOSE = b"townbell: which row a message is"
"""So that the digest is good for nothing else that bears the app's secret, as webhooks do."""

SEAL_BYTES = 10

_TRACKER = re.compile(r"(([0-9]{1,10}):[0-9]{1,6})(?::([0-9a-f]{1,64}))?")


class Named(NamedTuple):
    """The row that a tracker names; `is_ours`: it bears our seal, so that its message is that row."""

    row_id: int
    is_ours: bool


class Trackers:
    """Makes trackers, and reads them, with the app's secret. They have some 40 characters; WhatsApp takes 512."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), PURPOSE, "sha256")

    def of(self, row_id: int, attempt: int) -> str:
        """The tracker of one try at a row."""
        what = f"{row_id}:{attempt}"
        return f"{what}:{self._seal(what)}"

    def read(self, tracker: str) -> Named | None:
        """The row that a tracker names; None for what is no tracker at all."""
        found = _TRACKER.fullmatch(tracker)
        if found is None:
            return None
        what, row_id, seal = found.groups(default="")
        return Named(int(row_id), hmac.compare_digest(seal, self._seal(what)))

    def _seal(self, what: str) -> str:
        return hmac.digest(self._key, what.encode(), "sha256")[:SEAL_BYTES].hex()
