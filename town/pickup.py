"""When somebody who has not come for their goods is reminded."""

from __future__ import annotations

from datetime import datetime, timedelta


def remind_at(starts_at: datetime, ends_at: datetime, minutes: int, *, late: bool) -> datetime | None:
    """The moment to remind those who have not come in a pick-up window: `minutes` before it ends, 0 for never.

    Never before it has begun. In the `late` one, kept after the last, not before its half: whoever collects then has
    heard at its beginning that the goods are theirs.
    """
    if minutes <= 0:
        return None
    first = starts_at + (ends_at - starts_at) / 2 if late else starts_at
    return max(first, ends_at - timedelta(minutes=minutes))
